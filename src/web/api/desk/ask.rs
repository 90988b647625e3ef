//! `POST /api/v1/desk/cases/{id}/ask`: 一次性告知.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use super::{after, criteria, seen, words};
use crate::domain::id::CaseId;
use crate::review::desk::Step;
use crate::web::Web;
use crate::web::api::views::CaseBody;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Id, Read};
use crate::web::problem::Problem;

/// Everything that is missing, said once.
#[derive(Debug, ToSchema)]
pub struct AskRequest {
    /// The case's version as it was seen.
    #[schema(example = 2, minimum = 1)]
    seen_version: i64,
    /// The criteria it is about, as the policy names them.
    #[schema(example = json!(["full_time"]), max_items = 100)]
    criteria: Vec<String>,
    /// The complete notice, as the applicant reads it.
    #[schema(example = "请补充载明全职的劳动合同。", max_length = 2000)]
    words: String,
}

impl Read for AskRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let (seen_version, criteria) = (seen(fields), criteria(fields));
        let words = words(fields);
        Some(Self {
            seen_version: seen_version?,
            criteria: criteria?,
            words: words?,
        })
    }
}

/// Asks the applicant for everything that is missing, a single time (一次性告知). The clock stands until they supply, or until the
/// last day for that.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/ask", operation_id = "desk_ask", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = AskRequest,
    responses(
        (status = 200, description = "Asked", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn ask(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<AskRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let criteria = asked.criteria;
    let step = Step::Ask { criteria };
    let case = web.cases.act(&staff, id, seen, step, &asked.words).await?;
    Ok(after(&web, &case))
}
