//! The form.

use serde::Serialize;
use utoipa::ToSchema;

use super::{IdText, Instant};
use crate::domain::form::{Dispute, FillCount, Provenance, Row, RowValue, Snapshot};

/// Where a value comes from.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvenanceView {
    /// `identity`, or the register.
    #[schema(example = "degree")]
    pub origin: String,
    /// JSON pointer into the evidence as received.
    #[schema(example = "/records/0/level")]
    pub pointer: String,
    /// The register's own date of the record.
    pub as_of: Option<String>,
    /// When it was received.
    pub received_at: Instant,
}

impl From<&Provenance> for ProvenanceView {
    fn from(from: &Provenance) -> Self {
        Self {
            origin: from.origin.clone(),
            pointer: from.pointer.clone(),
            as_of: from.as_of.clone(),
            received_at: from.received_at.into(),
        }
    }
}

/// One value of several that contradict each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContradictionView {
    /// The value.
    pub value: String,
    /// Where it comes from.
    pub from: ProvenanceView,
}

/// One row of the form.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowView {
    /// Its name.
    #[schema(example = "degree_level")]
    pub field: String,
    /// Title in Chinese.
    #[schema(example = "学位")]
    pub title_zh: String,
    /// Title in English.
    #[schema(example = "Degree")]
    pub title_en: String,
    /// `filled` (and locked), `contradictory`, `no_record`, `pending` or `typed` (by the applicant).
    #[schema(example = "filled")]
    pub status: &'static str,
    /// The value, when filled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "博士")]
    pub value: Option<String>,
    /// Where it comes from, when filled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<ProvenanceView>,
    /// Every value, when registers contradict each other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub values: Vec<ContradictionView>,
    /// The applicant said that it is wrong.
    pub disputed: bool,
}

impl RowView {
    fn of(row: &Row, disputes: &[Dispute], masked: &impl Fn(&str) -> String) -> Self {
        let (status, value, from, values) = match &row.value {
            RowValue::Filled { value, from } => {
                ("filled", Some(masked(value)), Some(from.into()), Vec::new())
            }
            RowValue::Contradictory { values } => {
                let each = |(value, from): &(String, Provenance)| ContradictionView {
                    value: masked(value),
                    from: from.into(),
                };
                (
                    "contradictory",
                    None,
                    None,
                    values.iter().map(each).collect(),
                )
            }
            RowValue::NoRecord => ("no_record", None, None, Vec::new()),
            RowValue::Pending => ("pending", None, None, Vec::new()),
            RowValue::Typed => ("typed", None, None, Vec::new()),
        };
        Self {
            field: row.field.clone(),
            title_zh: row.title_zh.clone(),
            title_en: row.title_en.clone(),
            status,
            value,
            from,
            values,
            disputed: disputes.iter().any(|dispute| dispute.field == row.field),
        }
    }
}

/// A form, frozen.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormBody {
    /// Its id: filing names it, and the values never travel back.
    pub snapshot_id: IdText,
    /// When it was made.
    pub made_at: Instant,
    /// Rows filled from registers or from sign-in.
    #[schema(example = 18)]
    pub filled: u32,
    /// Rows that the applicant types.
    #[schema(example = 3)]
    pub typed: u32,
    /// Rows that stay empty: no record, pending or contradictory.
    #[schema(example = 1)]
    pub empty: u32,
    /// The rows.
    pub rows: Vec<RowView>,
}

impl FormBody {
    /// As its owner sees it.
    #[must_use]
    pub fn of(snapshot: &Snapshot, disputes: &[Dispute]) -> Self {
        Self::masked(snapshot, disputes, &str::to_owned)
    }

    /// As somebody else sees it: every value goes through `mask`.
    #[must_use]
    pub fn masked(
        snapshot: &Snapshot,
        disputes: &[Dispute],
        mask: &impl Fn(&str) -> String,
    ) -> Self {
        let rows = snapshot.rows.reveal();
        let count = FillCount::of(rows);
        Self {
            snapshot_id: IdText::of(&snapshot.id),
            made_at: snapshot.made_at.into(),
            filled: count.filled,
            typed: count.typed,
            empty: count.empty,
            rows: rows
                .iter()
                .map(|row| RowView::of(row, disputes, mask))
                .collect(),
        }
    }
}

/// 有误: a row that the applicant says is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct DisputeView {
    /// Its id.
    pub id: IdText,
    /// In which form.
    pub snapshot_id: IdText,
    /// Which row.
    #[schema(example = "employer_name")]
    pub field: String,
    /// The applicant's words.
    #[schema(example = "单位名称已变更")]
    pub words: String,
    /// When.
    pub at: Instant,
}

impl From<&Dispute> for DisputeView {
    fn from(dispute: &Dispute) -> Self {
        Self {
            id: IdText::of(&dispute.id),
            snapshot_id: IdText::of(&dispute.snapshot),
            field: dispute.field.clone(),
            words: dispute.words.reveal().clone(),
            at: dispute.at.into(),
        }
    }
}
