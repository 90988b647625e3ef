//! `POST /api/v1/desk/cases/{id}/check`: whether what was declared held.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use super::{after, seen, words};
use crate::domain::id::CaseId;
use crate::review::desk::Step;
use crate::web::Web;
use crate::web::api::views::CaseBody;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fault, Fields, Id, Node, Read};
use crate::web::problem::Problem;

/// Whether it held, and how that was found out.
#[derive(Debug, ToSchema)]
pub struct CheckRequest {
    /// The case's version as it was seen.
    #[schema(example = 2, minimum = 1)]
    seen_version: i64,
    /// Whether what was declared held.
    #[schema(example = true)]
    held: bool,
    /// How that was found out.
    #[schema(example = "社保记录核对一致。", max_length = 2000)]
    words: String,
}

impl Read for CheckRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let seen_version = seen(fields);
        let held = fields.required("held", truth);
        let words = words(fields);
        Some(Self {
            seen_version: seen_version?,
            held: held?,
            words: words?,
        })
    }
}

pub(super) fn truth(node: &Node) -> Result<bool, Fault> {
    match node {
        Node::Bool(value) => Ok(*value),
        _ => Err(Fault::of(
            ("不是 true 或 false", "it is neither true nor false"),
            ("请填写 true 或 false", "write true or false"),
        )),
    }
}

/// Says whether what was declared (告知承诺) held. That ends the case.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/check", operation_id = "desk_check", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = CheckRequest,
    responses(
        (status = 200, description = "Checked", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn check(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<CheckRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let step = Step::Check { held: asked.held };
    let case = web.cases.act(&staff, id, seen, step, &asked.words).await?;
    Ok(after(&web, &case))
}
