//! What one approval grants, and the budget it is taken from.

use serde::{Deserialize, Serialize};

use super::district::DistrictCode;
use super::id::{ApplicantId, ApplicationId, AwardId};
use super::money::Money;
use super::time::Timestamp;

/// One line of the budget: 预算指标 by policy, district and year.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BudgetKey {
    /// Policy id.
    pub policy: String,
    /// District that pays.
    pub district: DistrictCode,
    /// Budget year.
    pub year: i16,
}

/// A budget line with its two totals. `reserved` never passes `appropriated`: the database holds it too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Which line.
    pub key: BudgetKey,
    /// Money granted to the line.
    pub appropriated: Money,
    /// Money promised to awards, paid or not.
    pub reserved: Money,
}

impl Budget {
    /// A line that nobody has granted anything yet.
    #[must_use]
    pub const fn empty(key: BudgetKey) -> Self {
        Self {
            key,
            appropriated: Money::ZERO,
            reserved: Money::ZERO,
        }
    }

    /// What is granted and not promised.
    #[must_use]
    pub fn free(&self) -> Money {
        self.appropriated
            .checked_sub(self.reserved)
            .unwrap_or_default()
    }
}

/// What one approval grants. The whole award is reserved in the year of approval, so that a later
/// instalment can never find the purse empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    /// Its id.
    pub id: AwardId,
    /// One award an application: the database holds it unique.
    pub application: ApplicationId,
    /// Who receives it.
    pub applicant: ApplicantId,
    /// Which budget line carries it.
    pub budget: BudgetKey,
    /// Upper bound of all instalments, and what was reserved.
    pub total: Money,
    /// When it was granted.
    pub at: Timestamp,
}
