//! `POST /api/v1/desk/cases/{id}/hand-over`: another officer.

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

/// To whom, and why.
#[derive(Debug, ToSchema)]
pub struct HandOverRequest {
    /// The case's version as it was seen.
    #[schema(example = 2, minimum = 1)]
    seen_version: i64,
    /// Subject of the other officer.
    #[schema(example = "reviewer-2", max_length = 200)]
    officer: String,
    /// Why.
    #[schema(example = "轮休，移交办理。", max_length = 2000)]
    words: String,
}

impl Read for HandOverRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let seen_version = seen(fields);
        let officer = fields.required("officer", text(TextRule::line(200)));
        let words = words(fields);
        Some(Self {
            seen_version: seen_version?,
            officer: officer?,
            words: words?,
        })
    }
}

/// Gives a case to another officer in charge who is there and has no conflict of interest.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/hand-over", operation_id = "desk_hand_over", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = HandOverRequest,
    responses(
        (status = 200, description = "Theirs", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn hand_over(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<HandOverRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let officer = asked.officer;
    let step = Step::HandOver { officer };
    let case = web.cases.act(&staff, id, seen, step, &asked.words).await?;
    Ok(after(&web, &case))
}
