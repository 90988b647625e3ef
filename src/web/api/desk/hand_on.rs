//! `POST /api/v1/desk/cases/{id}/hand-on`: a report that is out of scope.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use super::{after, seen, words};
use crate::domain::id::CaseId;
use crate::review::desk::Step;
use crate::web::Web;
use crate::web::api::views::CaseBody;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Id, Read, TextRule, text};
use crate::web::problem::Problem;

/// To which office, with the explanation.
#[derive(Debug, ToSchema)]
pub struct HandOnRequest {
    /// The case's version as it was seen.
    #[schema(example = 2, minimum = 1)]
    seen_version: i64,
    /// The office that is in charge.
    #[schema(example = "市社保基金管理局", max_length = 200)]
    to: String,
    /// Why it is out of scope, as whoever reported it reads it.
    #[schema(example = "社保转移由社保部门办理。", max_length = 2000)]
    words: String,
}

impl Read for HandOnRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let seen_version = seen(fields);
        let to = fields.required("to", text(TextRule::line(200)));
        let words = words(fields);
        Some(Self {
            seen_version: seen_version?,
            to: to?,
            words: words?,
        })
    }
}

/// Explains that a report is out of scope, and hands it on. What the machine referred is decided, and not handed on.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/hand-on", operation_id = "desk_hand_on", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = HandOnRequest,
    responses(
        (status = 200, description = "Handed on", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn hand_on(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<HandOnRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let step = Step::HandOn { to: asked.to };
    let case = web.cases.act(&staff, id, seen, step, &asked.words).await?;
    Ok(after(&web, &case))
}
