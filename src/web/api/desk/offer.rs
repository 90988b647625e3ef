//! `POST /api/v1/desk/cases/{id}/offer`: 容缺受理 or 告知承诺.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use super::{after, criteria, seen};
use crate::domain::desk::Relief;
use crate::domain::id::CaseId;
use crate::review::desk::Step;
use crate::web::Web;
use crate::web::api::views::CaseBody;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Id, Read, chosen};
use crate::web::problem::Problem;

/// What is offered instead of a document now.
#[derive(Debug, ToSchema)]
pub struct OfferRequest {
    /// The case's version as it was seen.
    #[schema(example = 2, minimum = 1)]
    seen_version: i64,
    /// Which relief.
    #[schema(value_type = ReliefWord)]
    relief: Relief,
    /// The criteria it is about, as the policy names them.
    #[schema(example = json!(["full_time"]), max_items = 100)]
    criteria: Vec<String>,
}

/// The two reliefs.
#[derive(Debug, Clone, Copy, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ReliefWord {
    /// 容缺受理: supplied later; late is the end of it.
    Deferral,
    /// 告知承诺: declared now, checked later.
    Declaration,
}

fn relief(word: &str) -> Option<Relief> {
    match word {
        "deferral" => Some(Relief::Deferral),
        "declaration" => Some(Relief::Declaration),
        _ => None,
    }
}

impl Read for OfferRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let reliefs = (
            "请填写 deferral 或 declaration",
            "write deferral or declaration",
        );
        let seen_version = seen(fields);
        let relief = fields.required("relief", chosen(relief, reliefs));
        let criteria = criteria(fields);
        Some(Self {
            seen_version: seen_version?,
            relief: relief?,
            criteria: criteria?,
        })
    }
}

/// Offers to defer, or to declare. Never for a core criterion, and nobody need take it.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/offer", operation_id = "desk_offer", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = OfferRequest,
    responses(
        (status = 200, description = "Offered", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn offer(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<OfferRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let (relief, criteria) = (asked.relief, asked.criteria);
    let step = Step::Offer { relief, criteria };
    let case = web.cases.act(&staff, id, seen, step, "").await?;
    Ok(after(&web, &case))
}
