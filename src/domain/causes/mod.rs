//! 原因分析: why the machine referred, month by month, so that the desk can work on making itself unnecessary.
//!
//! Pure: referrals and ended cases of a month in, counts out. A referral is counted once, by its application and round, whatever was
//! decided or undone afterwards, and with every reason of its decision record.
//!
//! **What a change would remove** is counted, not estimated: a referral falls away with one criterion, or one source, only if every one
//! of its reasons is that criterion, or lies with that source. Whatever has a second reason stays, and is told among the pairs.
//!
//! | file | what it holds |
//! |---|---|
//! | `record` | the reasons of a decision record |
//! | `tally` | counts, shares, what would fall away |
//! | `stages` | how long ended cases stood in each state |

mod record;
mod stages;
mod tally;
#[cfg(test)]
mod tests;

pub use record::{RecordError, reasons};
pub use stages::{Ended, Span, StageTimes, Times};
pub use tally::{Analysis, Asked, Employer, GroupLine, Lines, Pair, ReasonLine, SourceLine, Tally};

use super::desk::Ending;
use super::district::DistrictCode;
use super::evidence::Round;
use super::id::ApplicationId;
use super::judgement::{Causes, SourceSet};
use super::signal::Signal;
use super::time::YearMonth;

/// Referrals, and ended cases, of one month that are read at most; whoever reads the analysis is told when there were more.
pub const READ_MAX: u32 = 20_000;
/// Referrals from which on an employer is named; those with fewer are put together, so that no single person is told of.
pub const EMPLOYER_FROM: usize = 3;
/// Most employers that are named.
pub const EMPLOYERS_MAX: usize = 15;
/// Months of the trend, the month itself with them.
pub const TREND_MONTHS: i32 = 12;

/// Of what an analysis is made; `None` means all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    /// In which month, by China's civil calendar, the machine referred, or the case ended.
    pub month: YearMonth,
    /// Under which policy.
    pub policy: Option<String>,
    /// Of which district.
    pub district: Option<DistrictCode>,
}

/// What a referral rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A criterion that is not met or cannot be established.
    Criterion {
        /// Of which policy.
        policy: String,
        /// Its id.
        id: String,
    },
    /// Something a person looks at though every condition is met.
    Signal(Signal),
    /// A row that the applicant said is wrong.
    Disputed {
        /// Of which policy.
        policy: String,
        /// The row.
        field: String,
    },
    /// The applicant asked for a person.
    Asked,
    /// The record names nothing: the amounts could not be planned.
    Unstated,
}

/// How it is a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The records show the contrary.
    NotMet,
    /// Nobody knows, for these causes.
    Unknown(Causes),
    /// A person is to look, or was asked for.
    ToLook,
    /// The applicant says that the register is wrong.
    Disputed,
}

/// One reason of a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What it rests on.
    pub what: What,
    /// How.
    pub why: Why,
    /// The sources with which it lies: with all of them mended it would be none. Empty where it lies with no source.
    pub sources: SourceSet,
}

/// One referral by the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// The application.
    pub application: ApplicationId,
    /// The filing, or the re-check before an instalment.
    pub round: Round,
    /// Under which policy.
    pub policy: String,
    /// Of which district.
    pub district: Option<DistrictCode>,
    /// Stands for the employer, and shows nothing of it.
    pub employer: Option<String>,
    /// How its case ended, where it has.
    pub ending: Option<Ending>,
    /// Every reason.
    pub reasons: Vec<Reason>,
}
