//! A decision: append-only, canonical, replayable.

use serde::{Deserialize, Serialize};

use super::evidence::Round;
use super::hash::Sha256Hex;
use super::id::{ApplicationId, DecisionId};
use super::money::Money;
use super::time::Timestamp;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything proven (by the machine) or settled (by a person).
    Approve,
    /// To a person, with every reason.
    Refer,
    /// By a person only.
    Refuse,
}

impl Outcome {
    /// The word in the database and the record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refer => "refer",
            Self::Refuse => "refuse",
        }
    }

    /// The outcome of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Approve, Self::Refer, Self::Refuse]
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
    }
}

/// A decision as stored. `record` is the canonical JSON (RFC 8785) that `sanmiao replay` recomputes to
/// the same bytes; it names the policy hash, the evidence hashes and the date, and holds no personal value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// What it is about.
    pub application: ApplicationId,
    /// The filing, or the re-check before an instalment.
    pub round: Round,
    /// What was decided.
    pub outcome: Outcome,
    /// Who decided, as [`super::person::Actor`] prints.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Canonical JSON.
    pub record: Vec<u8>,
    /// SHA-256 of `record`.
    pub hash: Sha256Hex,
}

/// The total of the plan in a decision's record; `None` when the record holds none.
#[must_use]
pub fn planned_total(record: &[u8]) -> Option<Money> {
    #[derive(Deserialize)]
    struct Planned {
        plan: Option<Total>,
    }
    #[derive(Deserialize)]
    struct Total {
        total: Money,
    }
    let record: Planned = serde_json::from_slice(record).ok()?;
    record.plan.map(|plan| plan.total)
}
