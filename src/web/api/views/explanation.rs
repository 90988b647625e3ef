//! Why it was decided so.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Hash, IdText, Instant};
use crate::domain::decision::Decision;
use crate::policy::Explanation;

/// One criterion: what was found, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingView {
    /// The criterion's id.
    #[schema(example = "degree-is-doctor")]
    pub criterion: String,
    /// `met`, `not_met` or `cannot_establish`.
    #[schema(example = "met")]
    pub verdict: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// What was found and what to do, in Chinese.
    pub text_zh: String,
    /// What was found and what to do, in English.
    pub text_en: String,
    /// Legal basis.
    pub basis: String,
}

impl From<&Explanation> for FindingView {
    fn from(finding: &Explanation) -> Self {
        Self {
            criterion: finding.criterion.clone(),
            verdict: finding.verdict.clone(),
            title_zh: finding.title_zh.clone(),
            title_en: finding.title_en.clone(),
            text_zh: finding.text_zh.clone(),
            text_en: finding.text_en.clone(),
            basis: finding.basis.clone(),
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
