//! `POST /api/v1/desk/cases/{id}/settle` and `…/unsettle`: 核实, a finding is settled, or open again.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use super::{after, criterion, seen, words};
use crate::domain::id::{CaseFileId, CaseId};
use crate::review::desk::Step;
use crate::web::Web;
use crate::web::api::views::CaseBody;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Id, Read, id};
use crate::web::problem::Problem;

/// Which finding is settled, on what ground.
#[derive(Debug, ToSchema)]
pub struct SettleRequest {
    /// The case's version as it was seen.
    #[schema(example = 2, minimum = 1)]
    seen_version: i64,
    /// The criterion, as the policy names it.
    #[schema(example = "full_time", max_length = 100)]
    criterion: String,
    /// What it rests on, where that was handed in with this case.
    #[schema(value_type = Option<String>, example = json!(null))]
    file_id: Option<CaseFileId>,
    /// On what ground.
    #[schema(example = "劳动合同载明全职。", max_length = 2000)]
    words: String,
}

impl Read for SettleRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let seen_version = seen(fields);
        let criterion = fields.required("criterion", criterion);
        let file_id = fields.optional("file_id", id);
        let words = words(fields);
        Some(Self {
            seen_version: seen_version?,
            criterion: criterion?,
            file_id: file_id?,
            words: words?,
        })
    }
}

/// Which finding is open again.
#[derive(Debug, ToSchema)]
pub struct UnsettleRequest {
    /// The case's version as it was seen.
    #[schema(example = 2, minimum = 1)]
    seen_version: i64,
    /// The criterion, as the policy names it.
    #[schema(example = "full_time", max_length = 100)]
    criterion: String,
}

impl Read for UnsettleRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let seen_version = seen(fields);
        let criterion = fields.required("criterion", criterion);
        Some(Self {
            seen_version: seen_version?,
            criterion: criterion?,
        })
    }
}

/// Settles a finding that the machine could not prove. Nothing is approved while one is open.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/settle", operation_id = "desk_settle", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = SettleRequest,
    responses(
        (status = 200, description = "Settled", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn settle(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<SettleRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let (criterion, file) = (asked.criterion, asked.file_id);
    let step = Step::Settle { criterion, file };
    let case = web.cases.act(&staff, id, seen, step, &asked.words).await?;
    Ok(after(&web, &case))
}

/// Opens a finding again that was settled.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/unsettle", operation_id = "desk_unsettle", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = UnsettleRequest,
    responses(
        (status = 200, description = "Open again", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn unsettle(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<UnsettleRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let criterion = asked.criterion;
    let step = Step::Unsettle { criterion };
    let case = web.cases.act(&staff, id, seen, step, "").await?;
    Ok(after(&web, &case))
}
