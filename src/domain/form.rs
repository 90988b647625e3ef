//! The form: rows filled from registers, each with where its value comes from, frozen as a snapshot.

use serde::{Deserialize, Serialize};

use super::evidence::Origin;
use super::hash::Sha256Hex;
use super::id::{ApplicationId, DisputeId, EvidenceId, SnapshotId};
use super::person::Private;
use super::time::Timestamp;

/// Where a row's value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// `identity` or the register's name.
    pub origin: String,
    /// JSON pointer into the evidence as received.
    pub pointer: String,
    /// The register's own date of the record (`as_of`), when it gives one.
    pub as_of: Option<String>,
    /// When it was received.
    pub received_at: Timestamp,
}

/// What stands in a row.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum RowValue {
    /// Filled from a register; locked.
    Filled {
        /// The value as shown.
        value: String,
        /// Where it comes from.
        from: Provenance,
    },
    /// Registers disagree: every value is shown.
    Contradictory {
        /// Each value with its origin.
        values: Vec<(String, Provenance)>,
    },
    /// The register answered and holds nothing.
    NoRecord,
    /// The register has not answered yet.
    Pending,
    /// No register holds it: the applicant types it.
    Typed,
}

impl std::fmt::Debug for RowValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Filled { .. } => "Filled(«private»)",
            Self::Contradictory { .. } => "Contradictory(«private»)",
            Self::NoRecord => "NoRecord",
            Self::Pending => "Pending",
            Self::Typed => "Typed",
        })
    }
}

/// One row of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Field name, from the policy document's form.
    pub field: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// What stands in it.
    #[serde(flatten)]
    pub value: RowValue,
}

/// A form as one applicant saw it at one moment. Filing names its id; values never travel back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its id.
    pub id: SnapshotId,
    /// Of which application.
    pub application: ApplicationId,
    /// When it was made.
    pub made_at: Timestamp,
    /// The evidence it was filled from.
    pub evidence: Vec<(Origin, EvidenceId, Sha256Hex)>,
    /// The rows.
    pub rows: Private<Vec<Row>>,
}

/// 有误: the applicant says that a filled row is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Its id.
    pub id: DisputeId,
    /// On which application.
    pub application: ApplicationId,
    /// In which snapshot.
    pub snapshot: SnapshotId,
    /// Which row.
    pub field: String,
    /// The applicant's words.
    pub words: Private<String>,
    /// When.
    pub at: Timestamp,
}

impl Dispute {
    /// The field of somebody who wants a person to decide, whatever the rows say.
    pub const WHOLE: &str = "*";
}

/// How much of a form registers filled and how much the applicant typed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillCount {
    /// Rows filled by registers or by sign-in.
    pub filled: u32,
    /// Rows the applicant types.
    pub typed: u32,
    /// Rows that nobody fills: no record, pending or contradictory.
    pub empty: u32,
}

impl FillCount {
    /// Counts the rows of one form.
    #[must_use]
    pub fn of(rows: &[Row]) -> Self {
        let mut count = Self::default();
        for row in rows {
            match row.value {
                RowValue::Filled { .. } => count.filled += 1,
                RowValue::Typed => count.typed += 1,
                RowValue::Contradictory { .. } | RowValue::NoRecord | RowValue::Pending => {
                    count.empty += 1;
                }
            }
        }
        count
    }
}
