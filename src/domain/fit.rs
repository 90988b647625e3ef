//! 精准服务: which policies fit a person, told before they apply. Verdicts and amounts only: whatever the registers answered is used
//! for this and not kept.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::application::PolicyRef;
use super::id::ConsentId;
use super::judgement::Cause;
use super::money::Money;
use super::person::Private;
use super::source::SourceId;
use super::time::Timestamp;

/// What a person consents to before anything is looked up, and what registers are told why they are asked.
pub const PURPOSE: &str = "what-fits-me";

/// How long it is kept. Registers move on, and what fitted last week may not fit now.
const KEPT_MS: i64 = 24 * 3_600_000;

/// How long it is shown again without asking anew, when every register has answered.
const FRESH_MS: i64 = 10 * 60_000;

/// What the registers answered about one person, on its way to be judged.
#[derive(Debug, Clone)]
pub struct LookUp {
    /// By whose leave.
    pub consent: ConsentId,
    /// When the last register had answered.
    pub at: Timestamp,
    /// Every register that was asked, with its answer if it gave one.
    pub answers: Vec<(SourceId, Option<Private<Value>>)>,
}

/// How far a policy fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Every condition is proven: whoever files is approved by machine.
    Fits,
    /// Nothing is against it, but a register has not answered.
    Waits,
    /// Little is missing.
    Nearly,
    /// More is missing, or it is meant for others.
    NotNow,
}

/// A condition that is not proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// Id of the criterion.
    pub criterion: String,
    /// Why it cannot be established; none when the records show that it is not met.
    pub causes: Vec<Cause>,
}

/// One policy held against one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    /// The version that was in force.
    pub policy: PolicyRef,
    /// How far it fits.
    pub standing: Standing,
    /// What it comes to, or would come to; for what is paid by the month the most it can come to.
    pub amount: Option<Money>,
    /// Everything that is not proven, in the order of the document.
    pub open: Vec<Open>,
}

/// What one person was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fits {
    /// By whose leave.
    pub consent: ConsentId,
    /// When the registers were asked.
    pub made_at: Timestamp,
    /// Registers that did not answer.
    pub silent: Vec<SourceId>,
    /// Every policy in force, the best first.
    pub fits: Vec<Fit>,
}

impl Fits {
    /// From when on it is not shown any more.
    #[must_use]
    pub const fn ends_at(&self) -> Timestamp {
        self.made_at.plus_millis(KEPT_MS)
    }

    /// Whether asking again would hardly bring anything else.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.silent.is_empty() && now.millis_since(self.made_at) < FRESH_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_register_left_out_is_asked_for_again_at_once() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let mut fits = Fits {
            consent: ConsentId::new(now, [0; 10]),
            made_at: now,
            silent: Vec::new(),
            fits: Vec::new(),
        };
        assert!(fits.is_fresh(now.plus_millis(FRESH_MS - 1)));
        assert!(!fits.is_fresh(now.plus_millis(FRESH_MS)));
        fits.silent.push(SourceId::Degree);
        assert!(!fits.is_fresh(now));
    }
}
