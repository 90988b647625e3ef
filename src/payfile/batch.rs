//! What a set of payout files is about.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::district::DistrictCode;
use crate::domain::id::BatchId;
use crate::domain::money::Money;
use crate::domain::time::{Date, Timestamp};

/// Who pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payer {
    /// Name of the paying unit.
    pub name: String,
    /// Its account.
    pub account: String,
    /// CNAPS code of the account's bank.
    pub bank: String,
}

/// The envelope: it declares count and sum before the first row.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The batch.
    pub batch: BatchId,
    /// The day on which its payments were instructed.
    pub day: Date,
    /// The policy they are paid under.
    pub policy: String,
    /// The district whose budget pays.
    pub district: DistrictCode,
    /// When the files were made.
    pub made_at: Timestamp,
    /// Who pays.
    pub payer: Payer,
    /// Number of rows.
    pub count: u64,
    /// Their sum.
    pub sum: Money,
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("batch", &self.batch)
            .field("day", &self.day)
            .field("policy", &self.policy)
            .field("district", &self.district)
            .field("count", &self.count)
            .field("sum", &self.sum)
            .finish_non_exhaustive()
    }
}

impl Head {
    /// The batch's number, short enough for ISO 20022 (`Max35Text`): the id without hyphens.
    #[must_use]
    pub fn number(&self) -> String {
        self.batch.as_uuid().simple().to_string()
    }

    /// What its files are called before their endings.
    #[must_use]
    pub fn stem(&self) -> String {
        format!(
            "{}-{}-{}-{}",
            self.day,
            self.policy,
            self.district,
            self.number()
        )
    }
}
