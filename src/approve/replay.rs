//! Recomputes a decision from what it names: policy, evidence, dates. Pure, so that it runs offline on a bundle.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::case::{Case, Way};
use super::record::{FORMAT, FORMAT_WITHOUT_DRAW, Inputs, Made, Stored};
use super::service::plan_by_person;
use crate::domain::decision::{Decision, Outcome};
use crate::domain::draw::Draw;
use crate::domain::evidence::{Evidence, Origin, Round};
use crate::domain::hash::sha256;
use crate::domain::id::{DecisionId, EvidenceId};
use crate::domain::person::Private;
use crate::domain::policy::Policy;
use crate::domain::time::Timestamp;

/// Name of the bundle's shape.
pub const BUNDLE_FORMAT: &str = "sanmiao.bundle/1";

/// Why a decision could not be recomputed to the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// The stored record is not one.
    #[error("the record cannot be read: {0}")]
    Record(String),
    /// The stored record's hash is not its bytes'.
    #[error("the record's hash is not that of its bytes")]
    RecordHash,
    /// The policy is not the one named.
    #[error("the policy's hash is not the one the record names")]
    PolicyHash,
    /// A piece of evidence is missing.
    #[error("evidence {0} is missing")]
    EvidenceMissing(EvidenceId),
    /// A piece of evidence was changed.
    #[error("evidence {0} does not have the hash the record names")]
    EvidenceHash(EvidenceId),
    /// Whether people look at an approval is not what was drawn.
    #[error(
        "whether people look at this approval does not follow from the nonce and the policy's rate"
    )]
    Draw,
    /// Everything is there, and something else comes out.
    #[error("the same evidence under the same policy gives another record")]
    Differs,
}

/// Judges again and compares byte for byte.
///
/// # Errors
/// What does not fit, by name.
pub fn replay(
    decision: &Decision,
    policy: &Arc<Policy>,
    evidence: &[Evidence],
) -> Result<(), Mismatch> {
    if sha256(&decision.record) != decision.hash {
        return Err(Mismatch::RecordHash);
    }
    let stored: Stored = serde_json::from_slice(&decision.record)
        .map_err(|error| Mismatch::Record(error.to_string()))?;
    let inputs = stored.inputs;
    if ![FORMAT, FORMAT_WITHOUT_DRAW].contains(&inputs.format.as_str()) {
        return Err(Mismatch::Record(format!("{FORMAT} is wanted")));
    }
    if policy.hash() != inputs.policy.sha256 {
        return Err(Mismatch::PolicyHash);
    }
    let draw = redrawn(&inputs, policy, stored.grounds.is_none())?;
    let mut named = Vec::with_capacity(inputs.evidence.len());
    for line in &inputs.evidence {
        let piece = evidence
            .iter()
            .find(|piece| piece.id == line.id)
            .ok_or(Mismatch::EvidenceMissing(line.id))?;
        if sha256(piece.body.reveal()) != line.sha256 {
            return Err(Mismatch::EvidenceHash(line.id));
        }
        named.push(piece.clone());
    }
    let case = Case {
        policy: Arc::clone(policy),
        application: inputs.application,
        round: inputs.round,
        filed_on: inputs.filed_on,
        on: inputs.on,
        planned: inputs.planned,
        evidence: named,
        disputed: inputs.disputed,
        signals: inputs.signals,
    };
    let mut judged = case.judge();
    if let (Some(_), Outcome::Approve) = (&stored.grounds, inputs.outcome) {
        judged.way = Way::Approve(plan_by_person(&case, &judged).map_err(|_| Mismatch::Differs)?);
    }
    // The machine's word must follow from the evidence; a person's follows from the person.
    let outcome = match (&judged.way, &stored.grounds) {
        (Way::Approve(_), None) => Outcome::Approve,
        (Way::Refer | Way::Park(_), None) => Outcome::Refer,
        (_, Some(_)) => inputs.outcome,
    };
    let made = Made {
        format: &inputs.format,
        outcome,
        grounds: stored.grounds.as_ref(),
        draw,
    };
    let again = judged
        .record(&case, made)
        .map_err(|error| Mismatch::Record(error.to_string()))?;
    if again == decision.record {
        Ok(())
    } else {
        Err(Mismatch::Differs)
    }
}

/// What must have been drawn, reckoned anew from the nonce: for every filing that the machine approves, and for nothing else.
fn redrawn(inputs: &Inputs, policy: &Policy, by_machine: bool) -> Result<Option<Draw>, Mismatch> {
    let wanted = inputs.format == FORMAT
        && by_machine
        && inputs.outcome == Outcome::Approve
        && inputs.round == Round::FILING;
    let Some(stored) = inputs.draw else {
        return if wanted {
            Err(Mismatch::Draw)
        } else {
            Ok(None)
        };
    };
    let service = policy.service();
    let counted = 1..=service.first_approvals_reviewed;
    let rate = service.sample_rate_per_mille;
    let (nonce, first) = (stored.nonce, stored.first);
    let again = Draw::new(nonce, inputs.application, &policy.hash(), rate, first);
    let is_first = first.is_none_or(|number| counted.contains(&number));
    if wanted && is_first && again == stored {
        Ok(Some(again))
    } else {
        Err(Mismatch::Draw)
    }
}

/// Everything a decision rests on, in one file that needs neither database nor network. Holds personal data: it is the
/// applicant's own, or an auditor's.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    format: String,
    decision: DecisionId,
    by: String,
    at: Timestamp,
    record_sha256: crate::domain::hash::Sha256Hex,
    record: String,
    policy: String,
    evidence: Vec<Piece>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Piece {
    id: EvidenceId,
    origin: String,
    round: crate::domain::evidence::Round,
    received_at: Timestamp,
    body: Private<String>,
}

impl Bundle {
    /// Packs a decision with what it rests on. Everything in it is UTF-8 JSON text, kept byte for byte.
    ///
    /// # Errors
    /// When a piece is not UTF-8, which no gateway lets in.
    pub fn pack(
        decision: &Decision,
        policy: &Policy,
        evidence: &[Evidence],
    ) -> Result<Self, Mismatch> {
        let text = |bytes: &[u8]| {
            String::from_utf8(bytes.to_vec()).map_err(|_| Mismatch::Record("not UTF-8".to_owned()))
        };
        let stored: Stored = serde_json::from_slice(&decision.record)
            .map_err(|error| Mismatch::Record(error.to_string()))?;
        let named = evidence.iter().filter(|piece| {
            stored
                .inputs
                .evidence
                .iter()
                .any(|line| line.id == piece.id)
        });
        let piece = |piece: &Evidence| {
            Ok(Piece {
                id: piece.id,
                origin: piece.origin.as_str().to_owned(),
                round: piece.round,
                received_at: piece.received_at,
                body: Private::new(text(piece.body.reveal())?),
            })
        };
        Ok(Self {
            format: BUNDLE_FORMAT.to_owned(),
            decision: decision.id,
            by: decision.by.clone(),
            at: decision.at,
            record_sha256: decision.hash,
            record: text(&decision.record)?,
            policy: text(policy.source_bytes())?,
            evidence: named.map(piece).collect::<Result<_, Mismatch>>()?,
        })
    }

    /// Unpacks and replays it.
    ///
    /// # Errors
    /// What does not fit, by name.
    pub fn replay(&self) -> Result<(), Mismatch> {
        if self.format != BUNDLE_FORMAT {
            return Err(Mismatch::Record(format!("{BUNDLE_FORMAT} is wanted")));
        }
        let policy = Policy::load(self.policy.as_bytes()).map_err(|_| Mismatch::PolicyHash)?;
        let stored: Stored = serde_json::from_str(&self.record)
            .map_err(|error| Mismatch::Record(error.to_string()))?;
        let mut evidence = Vec::with_capacity(self.evidence.len());
        for piece in &self.evidence {
            let body = piece.body.reveal().clone().into_bytes();
            evidence.push(Evidence {
                id: piece.id,
                application: stored.inputs.application,
                round: piece.round,
                origin: Origin::parse(&piece.origin).ok_or(Mismatch::EvidenceMissing(piece.id))?,
                received_at: piece.received_at,
                hash: sha256(&body),
                body: Private::new(body),
            });
        }
        let decision = Decision {
            id: self.decision,
            application: stored.inputs.application,
            round: stored.inputs.round,
            outcome: stored.inputs.outcome,
            by: self.by.clone(),
            at: self.at,
            record: self.record.clone().into_bytes(),
            hash: self.record_sha256,
        };
        replay(&decision, &Arc::new(policy), &evidence)
    }
}
