//! `POST /api/v1/finance/batches/{id}/approve|release|discard`: what becomes of a batch.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use super::BatchBody;
use crate::domain::batch::GROUNDS_MAX;
use crate::domain::hash::Sha256Hex;
use crate::domain::id::BatchId;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Id, Read, TextRule, parsed, text};
use crate::web::problem::Problem;

/// On what it is approved.
#[derive(Debug, ToSchema)]
pub struct ApproveBatchRequest {
    /// SHA-256 of the manifest that the approver has looked at.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$",
        example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    manifest_sha256: Sha256Hex,
}

impl Read for ApproveBatchRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let words = (
            "请填写清单文件的 SHA-256（64 位小写十六进制）",
            "write the manifest's SHA-256, 64 lower-case hexadecimal digits",
        );
        let manifest_sha256 = fields.required("manifest_sha256", parsed(words))?;
        Some(Self { manifest_sha256 })
    }
}

/// Why it is given up.
#[derive(Debug, ToSchema)]
pub struct DiscardBatchRequest {
    /// The grounds, without names and accounts.
    #[schema(example = "当日有退票，重新制作。", max_length = 500)]
    grounds: String,
}

impl Read for DiscardBatchRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let grounds = fields.required("grounds", text(TextRule::lines(GROUNDS_MAX)))?;
        Some(Self { grounds })
    }
}

/// Approves a batch on the hash of its manifest; whoever prepared it cannot.
#[utoipa::path(post, path = "/api/v1/finance/batches/{id}/approve", operation_id = "finance_approve_batch", tag = "finance",
    params(("id" = String, Path, description = "The batch's id", example = "019a0000-0000-7000-8000-000000000007")),
    request_body = ApproveBatchRequest,
    responses(
        (status = 200, description = "Approved", body = BatchBody),
        (status = 409, description = "It stands where it cannot be approved", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(in super::super) async fn approve(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<BatchId>,
    Body(asked): Body<ApproveBatchRequest>,
) -> Result<Json<BatchBody>, Problem> {
    let approved = web
        .finance
        .approve_batch(&staff, id, asked.manifest_sha256)
        .await?;
    Ok(Json((&approved).into()))
}

/// Brings the approved bytes into the outbox, once. A release that was broken off goes on.
#[utoipa::path(post, path = "/api/v1/finance/batches/{id}/release", operation_id = "finance_release_batch", tag = "finance",
    params(("id" = String, Path, description = "The batch's id", example = "019a0000-0000-7000-8000-000000000007")),
    responses(
        (status = 200, description = "Released", body = BatchBody),
        (status = 409, description = "It is not approved, or was released", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(in super::super) async fn release(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<BatchId>,
) -> Result<Json<BatchBody>, Problem> {
    let released = web.finance.release_batch(&staff, id).await?;
    Ok(Json((&released).into()))
}

/// Gives a batch up before it is out; its instructions are free for another one.
#[utoipa::path(post, path = "/api/v1/finance/batches/{id}/discard", operation_id = "finance_discard_batch", tag = "finance",
    params(("id" = String, Path, description = "The batch's id", example = "019a0000-0000-7000-8000-000000000007")),
    request_body = DiscardBatchRequest,
    responses(
        (status = 200, description = "Discarded", body = BatchBody),
        (status = 409, description = "It may be out already", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(in super::super) async fn discard(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<BatchId>,
    Body(asked): Body<DiscardBatchRequest>,
) -> Result<Json<BatchBody>, Problem> {
    let discarded = web
        .finance
        .discard_batch(&staff, id, &asked.grounds)
        .await?;
    Ok(Json((&discarded).into()))
}
