//! `POST /api/v1/desk/cases/{id}/propose`: how a case should be decided.

use axum::Json;
use axum::extract::State;

use super::after;
use crate::domain::id::CaseId;
use crate::web::Web;
use crate::web::api::review::decide::DecisionRequest;
use crate::web::api::views::CaseBody;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Id};
use crate::web::problem::Problem;

/// Says how a case should be decided. Where one person is enough for the amount it is decided so; otherwise the case stands
/// `proposed` until others confirm. `seen_version` is the case's.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/propose", operation_id = "desk_propose", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = DecisionRequest,
    responses(
        (status = 200, description = "Decided, or `proposed` until enough people agree", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn propose(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<DecisionRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let (seen, verdict) = asked.verdict();
    let case = web.cases.propose(&staff, id, seen, &verdict).await?;
    Ok(after(&web, &case))
}
