//! Why it was decided so.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Hash, IdText, Instant};
use crate::approve::explain::{Explanation, FactShown};
use crate::domain::decision::Decision;
use crate::domain::judgement::{Cause, EvidenceRef, Verdict};

/// One criterion: what was asked, what was found, and on which record it rests.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingView {
    /// The criterion's id.
    #[schema(example = "degree-is-doctor")]
    pub criterion: String,
    /// `met`, `not_met` or `cannot_establish`.
    #[schema(example = "met")]
    pub verdict: &'static str,
    /// Why it cannot be established: `no_record`, `source_unavailable`, `contradiction`, `not_yet_complete`, `unreadable`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!([]))]
    pub causes: Vec<&'static str>,
    /// Registers that have not answered yet and may settle it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["degree"]))]
    pub waits_for: Vec<&'static str>,
    /// What is asked, in Chinese.
    pub title_zh: String,
    /// What is asked, in English.
    pub title_en: String,
    /// Why the verdict is what it is, in Chinese.
    pub reason_zh: String,
    /// Why the verdict is what it is, in English.
    pub reason_en: String,
    /// What can be done, in Chinese, unless it is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice_zh: Option<String>,
    /// What can be done, in English, unless it is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice_en: Option<String>,
    /// Legal basis.
    pub basis: String,
    /// What the registers say.
    pub facts: Vec<FactView>,
}

impl From<&Explanation> for FindingView {
    fn from(finding: &Explanation) -> Self {
        let causes = match finding.verdict {
            Verdict::CannotEstablish(causes) => causes.iter().map(Cause::as_str).collect(),
            Verdict::Met | Verdict::NotMet => Vec::new(),
        };
        Self {
            criterion: finding.criterion.clone(),
            verdict: finding.verdict.as_str(),
            causes,
            waits_for: finding
                .waits_for
                .iter()
                .map(|source| source.as_str())
                .collect(),
            title_zh: finding.title.zh.clone(),
            title_en: finding.title.en.clone(),
            reason_zh: finding.reason.zh.clone(),
            reason_en: finding.reason.en.clone(),
            advice_zh: finding.advice.as_ref().map(|advice| advice.zh.clone()),
            advice_en: finding.advice.as_ref().map(|advice| advice.en.clone()),
            basis: finding.basis.clone(),
            facts: finding.facts.iter().map(Into::into).collect(),
        }
    }
}

/// What one register says of one fact.
#[derive(Debug, Serialize, ToSchema)]
pub struct FactView {
    /// The fact's id.
    #[schema(example = "degree_level")]
    pub id: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// The value, when it is known and one.
    #[schema(example = "2")]
    pub value: Option<String>,
    /// Why it is not known.
    #[schema(example = json!(null))]
    pub cause: Option<&'static str>,
    /// Where it was read; absent for what signing in established.
    pub evidence: Option<EvidenceView>,
}

impl From<&FactShown> for FactView {
    fn from(fact: &FactShown) -> Self {
        Self {
            id: fact.id.clone(),
            title_zh: fact.title.zh.clone(),
            title_en: fact.title.en.clone(),
            value: fact.value.clone(),
            cause: fact.cause.map(Cause::as_str),
            evidence: fact.evidence.as_ref().map(Into::into),
        }
    }
}

/// Where in the evidence something stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvidenceView {
    /// The register.
    #[schema(example = "degree")]
    pub source: &'static str,
    /// Hash of its answer as received.
    pub sha256: Option<Hash>,
    /// JSON pointers into the answer.
    #[schema(example = json!(["/records/0/level"]))]
    pub pointers: Vec<String>,
}

impl From<&EvidenceRef> for EvidenceView {
    fn from(evidence: &EvidenceRef) -> Self {
        Self {
            source: evidence.source.as_str(),
            sha256: evidence.sha256.as_ref().map(Into::into),
            pointers: evidence.pointers.clone(),
        }
    }
}

/// A decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionView {
    /// Its id.
    pub id: IdText,
    /// 0 for the filing, n for the re-check before instalment n.
    #[schema(example = 0)]
    pub round: u8,
    /// `approve`, `refer` or `refuse`.
    #[schema(example = "approve")]
    pub outcome: &'static str,
    /// By a machine or by a person.
    pub by_machine: bool,
    /// When.
    pub at: Instant,
    /// Hash of the canonical record that anyone can recompute.
    pub hash: Hash,
}

impl From<&Decision> for DecisionView {
    fn from(decision: &Decision) -> Self {
        Self {
            id: IdText::of(&decision.id),
            round: decision.round.0,
            outcome: decision.outcome.as_str(),
            by_machine: decision.by.starts_with("machine:"),
            at: decision.at.into(),
            hash: (&decision.hash).into(),
        }
    }
}
