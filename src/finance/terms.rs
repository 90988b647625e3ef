//! What an installation settles for finance.

use crate::domain::budget_order::YearEndRule;
use crate::domain::statement::DEADLINE_WORKING_DAYS;

/// What is configured; by default, what stands where each value is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// What becomes of money that a year leaves unpromised.
    pub year_end: YearEndRule,
    /// Working days within which a difference is to be closed.
    pub difference_working_days: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            year_end: YearEndRule::DEFAULT,
            difference_working_days: DEADLINE_WORKING_DAYS,
        }
    }
}
