//! `POST /api/v1/desk/cases/{id}/conflict`: 回避.

use axum::extract::State;
use axum::http::StatusCode;

use crate::domain::id::CaseId;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// Declares that one must not handle the cases of this case's applicant (回避). It goes to somebody else at once, where somebody is
/// there.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/conflict", operation_id = "desk_conflict", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    responses((status = 204, description = "Declared")))]
pub(super) async fn conflict(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
) -> Result<StatusCode, Problem> {
    web.cases.declare_conflict(&staff, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
