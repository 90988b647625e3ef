//! `POST /api/v1/desk/cases/{id}/confirm`: four eyes.

use axum::Json;
use axum::extract::State;

use super::{ActRequest, after};
use crate::domain::id::CaseId;
use crate::web::Web;
use crate::web::api::views::CaseBody;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Id};
use crate::web::problem::Problem;

/// Agrees with what another person proposed. The last who must agree commits the decision; whoever agreed before is refused.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/confirm", operation_id = "desk_confirm", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = ActRequest,
    responses(
        (status = 200, description = "Agreed; decided, when that was the last who must", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn confirm(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<ActRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let case = web.cases.confirm(&staff, id, seen, &asked.words).await?;
    Ok(after(&web, &case))
}
