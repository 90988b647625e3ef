//! `GET /api/v1/finance/batches/{id}`: a batch with the hashes of its files and what has turned since.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::BatchBody;
use crate::domain::batch::{BatchFile, BatchRow};
use crate::domain::id::BatchId;
use crate::finance::batches::BatchView;
use crate::web::Web;
use crate::web::api::views::{Amount, Hash};
use crate::web::auth::Desk;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// A file of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchFileView {
    /// Its name.
    #[schema(
        example = "2026-11-23-foshan-phd-settling-in-440604-019a00000000700080000000000000aa.csv"
    )]
    name: String,
    /// How many bytes it has.
    #[schema(example = 2048)]
    bytes: u64,
    /// Their SHA-256.
    sha256: Hash,
}

impl From<&BatchFile> for BatchFileView {
    fn from(file: &BatchFile) -> Self {
        Self {
            name: file.name.clone(),
            bytes: file.bytes,
            sha256: (&file.sha256).into(),
        }
    }
}

/// A row whose money has come back, or will not go, since the batch was prepared.
#[derive(Debug, Serialize, ToSchema)]
pub struct TurnedRow {
    /// The instruction.
    #[schema(example = "01M249TE00EW3RE1R70W3GE1R7-1-1")]
    instruction_id: String,
    /// How much the row says.
    amount: Amount,
    /// Where the instruction stood then.
    #[schema(example = "acknowledged")]
    stood: &'static str,
    /// Where it stands.
    #[schema(example = "returned")]
    stands: &'static str,
}

impl From<&BatchRow> for TurnedRow {
    fn from(row: &BatchRow) -> Self {
        Self {
            instruction_id: row.instruction.to_string(),
            amount: row.amount.into(),
            stood: row.then.as_str(),
            stands: row.now.as_str(),
        }
    }
}

/// A batch with what belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeBatch {
    /// The batch.
    #[serde(flatten)]
    batch: BatchBody,
    /// How many rows are stored: as many as the files have.
    #[schema(example = 12)]
    rows_count: u64,
    /// Their sum: that of the files.
    rows_sum: Amount,
    /// Its files, manifest and signature last.
    files: Vec<BatchFileView>,
    /// Rows that have turned since, at most 100.
    turned: Vec<TurnedRow>,
}

impl From<&BatchView> for WholeBatch {
    fn from(view: &BatchView) -> Self {
        let (count, sum) = view.stored;
        Self {
            batch: (&view.batch).into(),
            rows_count: count,
            rows_sum: sum.into(),
            files: view.files.iter().map(Into::into).collect(),
            turned: view.turned.iter().map(Into::into).collect(),
        }
    }
}

/// One batch with the hashes of its files.
#[utoipa::path(get, path = "/api/v1/finance/batches/{id}", operation_id = "finance_batch", tag = "finance",
    params(("id" = String, Path, description = "The batch's id", example = "019a0000-0000-7000-8000-000000000007")),
    responses((status = 200, description = "The batch", body = WholeBatch)))]
pub(in super::super) async fn batch(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<BatchId>,
) -> Result<Json<WholeBatch>, Problem> {
    let view = web.finance.batch(&staff, id).await?;
    Ok(Json((&view).into()))
}
