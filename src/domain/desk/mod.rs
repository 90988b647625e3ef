//! 办不成事窗口: the reviewer's desk, as values. Every exception is a [`DeskCase`] with one officer, one deadline and one complete notice.
//!
//! A desk case is not [`policy::case`](super::policy::case), an example that stands beside a policy document, nor what
//! `approve` judges and calls a case: it is work that waits for a person, from the referral to its end.
//!
//! Nothing is ever changed: what happened is a list of [`Act`]s, and where the case stands is a fold over them. Undoing
//! is one more act.
//!
//! ```text
//! opened ─assigned→ working ─┬─asked→ asked ─supplied / time over→ working      (once; the clock stands)
//!                            ├─offered, taken→ working, deferral outstanding ─late→ closed
//!                            ├─offered, taken→ working, declared
//!                            ├─proposed→ proposed ─(confirmed by another)→ decided ─┬→ closed
//!                            │                                                     └ declared → checking ─checked→ closed
//!                            ├─looked (a sample), recovery decided→ closed
//!                            └─handed on, withdrawn→ closed ─reopened→ working
//! ```
//!
//! | file | what it holds |
//! |---|---|
//! | `act` | what can happen to a case |
//! | `state` | where it stands: the fold |
//! | `may` | who may do what |
//! | `clock` | 办理时限: working days, stopped and started by acts |
//! | `supervise` | 督办: reminder, cards, escalation, what has run out |
//! | `rules` | the terms of a policy, fixed when the case is opened |
//! | `assign` | who gets it |
//! | `tracking` | 服务跟踪卡: what the applicant sees |
//!
//! | word | 词 | |
//! |---|---|---|
//! | desk case | 事项 | an exception that waits for a person |
//! | sample | 抽查 | an approval by machine that a person looks at, before payment or after |
//! | recovery | 追回 | a payment that may have to come back |
//! | report | 反映 | a stuck matter that somebody told the desk of |
//! | officer | 经办人 | the one person who follows a case to its end (一跟到底) |
//! | to ask | 一次性告知 | to say, once and completely, what is missing |
//! | deferral | 容缺受理 | go on now, supply later; late is the end of it |
//! | declaration | 告知承诺 | be trusted now, checked later |
//! | card | 黄牌、红牌 | what an officer gets for a case that is overdue |
//! | tracking card | 服务跟踪卡 | number, officer, what is missing, what comes next |

mod act;
mod assign;
mod clock;
mod may;
mod rules;
mod state;
mod supervise;
#[cfg(test)]
mod tests;
mod tracking;

pub use act::{About, Act, Card, Deed, Ending, Look, Opening, Relief, Verdict, Who, Why};
pub use assign::{Candidate, Officer, assign, is_city_level};
pub use clock::{Clock, Reading, Stop};
pub use may::{Doer, MayNot, NotDone};
pub use rules::Rules;
pub use state::{DeskCase, Offer, Proposal, Stage, StageName, StepError};
pub use supervise::{Placing, placing, supervise};
pub use tracking::{Next, TrackingCard, tracking};

use super::district::DistrictCode;
use super::id::{ApplicantId, CaseFileId, CaseId, FreezeId};
use super::person::Private;
use super::time::Timestamp;

/// Nothing is approved under this policy, or in this district, until it is lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// Its id.
    pub id: FreezeId,
    /// Which policy; every one when absent.
    pub policy: Option<String>,
    /// Which district; every one when absent.
    pub district: Option<DistrictCode>,
    /// Why. Names nobody.
    pub reason: String,
    /// By which supervisor, or [`Freeze::BREAKER`].
    pub by: String,
    /// Since when.
    pub at: Timestamp,
}

impl Freeze {
    /// Who freezes a policy when the machine approves suddenly more than it lets pass.
    pub const BREAKER: &'static str = "machine:breaker";
}

/// An officer said that they must not handle somebody's cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The officer.
    pub officer: String,
    /// Whose cases.
    pub applicant: ApplicantId,
    /// When it was declared.
    pub at: Timestamp,
}

/// What was handed in with a case; the content is kept outside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFile {
    /// Its id, and the content's name where that is kept.
    pub id: CaseFileId,
    /// The case.
    pub case: CaseId,
    /// The act it came with.
    pub act: super::id::ActId,
    /// Name as its owner called it.
    pub name: Private<String>,
    /// Media type, as found in the content.
    pub media_type: String,
    /// Length in bytes.
    pub bytes: i64,
    /// SHA-256 of the content.
    pub hash: super::hash::Sha256Hex,
}
