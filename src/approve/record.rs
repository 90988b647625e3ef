//! The decision record: canonical JSON (RFC 8785) without a personal value, from which anyone recomputes the decision.

use serde::{Deserialize, Serialize};

use crate::domain::canonical::{CanonicalError, to_canonical_json};
use crate::domain::decision::Outcome;
use crate::domain::draw::Draw;
use crate::domain::evidence::{Origin, Round};
use crate::domain::hash::Sha256Hex;
use crate::domain::id::{ApplicationId, EvidenceId};
use crate::domain::judgement::{Finding, Plan};
use crate::domain::money::Money;
use crate::domain::signal::Signal;
use crate::domain::source::SourceId;
use crate::domain::time::Date;

use super::case::{Case, Judged, Way};

/// Names the shape of the record; a changed shape gets a new name, and old ones stay readable.
pub const FORMAT: &str = "sanmiao.decision/2";
/// The shape before approvals by machine were drawn for people to look at.
pub const FORMAT_WITHOUT_DRAW: &str = "sanmiao.decision/1";

/// What is decided, beside what it rests on.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// [`FORMAT`], or an older one when an old record is recomputed.
    pub format: &'a str,
    /// What is decided.
    pub outcome: Outcome,
    /// What a person adds.
    pub grounds: Option<&'a Grounds>,
    /// What was drawn: for each filing that the machine approves, and for nothing else.
    pub draw: Option<Draw>,
}

/// What a person adds to a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grounds {
    /// Subject of the member of staff.
    pub staff: String,
    /// On what grounds.
    pub grounds: String,
    /// By which article; a refusal must name one.
    pub legal_basis: Option<String>,
    /// What the applicant can do against a refusal.
    pub remedies: Option<Vec<String>>,
}

/// 行政复议 and 行政诉讼, as every refusal must name them (docs: 复议 60 days, 诉讼 6 months).
#[must_use]
pub fn remedies() -> Vec<String> {
    vec![
        "自收到本决定之日起六十日内，可以依法申请行政复议。Administrative reconsideration within 60 days.".to_owned(),
        "自收到本决定之日起六个月内，可以依法提起行政诉讼。Administrative litigation within 6 months.".to_owned(),
    ]
}

/// One piece of evidence, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceLine {
    /// Its id.
    pub id: EvidenceId,
    /// Who answered.
    pub origin: String,
    /// For which judgement it was collected.
    pub round: Round,
    /// SHA-256 of the bytes as received.
    pub sha256: Sha256Hex,
}

/// The policy version, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyLine {
    /// Its id.
    pub id: String,
    /// First day of the version.
    pub effective: Date,
    /// SHA-256 of its canonical JSON.
    pub sha256: Sha256Hex,
}

/// What is written in full.
#[derive(Debug, Serialize)]
pub struct Record<'a> {
    #[serde(flatten)]
    inputs: Inputs,
    #[serde(skip_serializing_if = "Option::is_none")]
    grounds: Option<&'a Grounds>,
    missing: Vec<SourceId>,
    findings: Vec<Finding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<&'a Plan>,
}

/// The part of a record that must be read back to judge again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Inputs {
    /// [`FORMAT`].
    pub format: String,
    /// Which application.
    pub application: ApplicationId,
    /// The filing, or the re-check before an instalment.
    pub round: Round,
    /// Date of the filing.
    pub filed_on: Date,
    /// Date of the judgement.
    pub on: Date,
    /// What was planned for the instalment.
    pub planned: Money,
    /// What was decided.
    pub outcome: Outcome,
    /// The policy version.
    pub policy: PolicyLine,
    /// The evidence.
    pub evidence: Vec<EvidenceLine>,
    /// Rows the applicant said are wrong.
    pub disputed: Vec<String>,
    /// What a person should look at though every condition is met; left out when there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
    /// Whether people look at an approval by machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draw: Option<Draw>,
}

/// The parts of a stored record that replay reads: inputs, and what a person added.
#[derive(Debug, Clone, Deserialize)]
pub struct Stored {
    /// What the judgement rests on.
    #[serde(flatten)]
    pub inputs: Inputs,
    /// What a person added.
    pub grounds: Option<Grounds>,
}

impl<'a> Record<'a> {
    /// The record of a judgement.
    #[must_use]
    pub fn of(case: &Case, judged: &'a Judged, made: Made<'a>) -> Self {
        let plan = match &judged.way {
            Way::Approve(plan) => Some(plan),
            Way::Refer | Way::Park(_) => None,
        };
        let policy = &case.policy;
        Self {
            inputs: Inputs {
                format: made.format.to_owned(),
                application: case.application,
                round: case.round,
                filed_on: case.filed_on,
                on: case.on,
                planned: case.planned,
                outcome: made.outcome,
                policy: PolicyLine {
                    id: policy.id().to_owned(),
                    effective: policy.effective(),
                    sha256: policy.hash(),
                },
                evidence: case.named().into_iter().map(EvidenceLine::of).collect(),
                disputed: case.disputed.clone(),
                signals: case.signals.clone(),
                draw: made.draw,
            },
            grounds: made.grounds,
            missing: judged.facts.missing().iter().collect(),
            findings: judged.findings(case),
            plan,
        }
    }

    /// RFC 8785.
    ///
    /// # Errors
    /// Never for the values of this crate.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        to_canonical_json(self)
    }
}

impl EvidenceLine {
    fn of(piece: &crate::domain::evidence::Evidence) -> Self {
        Self {
            id: piece.id,
            origin: piece.origin.as_str().to_owned(),
            round: piece.round,
            sha256: piece.hash,
        }
    }

    /// The origin, when it is one.
    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        Origin::parse(&self.origin)
    }
}
