//! `GET /api/v1/finance/batches/{id}/files/{name}`: a file of a batch as it was made.

use axum::extract::State;
use axum::response::Response;

use crate::domain::id::BatchId;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::Ids;
use crate::web::problem::Problem;
use crate::web::upload::attachment;

/// A file, byte for byte as it was made, as an attachment. It names payees and accounts: the look is logged.
#[utoipa::path(get, path = "/api/v1/finance/batches/{id}/files/{name}", operation_id = "finance_batch_file", tag = "finance",
    params(
        ("id" = String, Path, description = "The batch's id", example = "019a0000-0000-7000-8000-000000000007"),
        ("name" = String, Path, description = "The file's name", example = "a.csv")
    ),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream")))]
pub(in super::super) async fn file(
    State(web): State<Web>,
    Desk(staff): Desk,
    Ids(id, name): Ids<BatchId, String>,
) -> Result<Response, Problem> {
    let content = web.finance.batch_file(&staff, id, &name).await?;
    Ok(attachment(
        &content.name,
        "application/octet-stream",
        content.bytes.to_vec(),
    ))
}
