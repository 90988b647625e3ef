//! `GET /api/v1/desk/cases/{id}?purpose=…`: one case, with a row in the access log.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::CaseId;
use crate::web::Web;
use crate::web::api::review::show::Look;
use crate::web::api::views::{ActView, CaseBody, CaseFileView, OfficerView};
use crate::web::auth::Desk;
use crate::web::extract::{Id, Query};
use crate::web::problem::Problem;

/// Everything about one case of the desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeCase {
    /// The case as it stands.
    case: CaseBody,
    /// Its officer.
    officer: Option<OfficerView>,
    /// Everything that has happened, oldest first.
    acts: Vec<ActView>,
    /// What was handed in.
    files: Vec<CaseFileView>,
}

/// One case with everything that has happened. The look is logged with its purpose.
#[utoipa::path(get, path = "/api/v1/desk/cases/{id}", operation_id = "desk_case", tag = "desk",
    params(
        ("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004"),
        ("purpose" = String, Query, description = "Why one looks, at most 200 characters", example = "办理")
    ),
    responses((status = 200, description = "The case", body = WholeCase)))]
pub(super) async fn one(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Query(look): Query<Look>,
) -> Result<Json<WholeCase>, Problem> {
    let view = web.cases.show(&staff, id, &look.purpose).await?;
    let today = web.ctx.now().china_date();
    Ok(Json(WholeCase {
        case: CaseBody::of(&view.case, &web.ctx.calendar, today),
        officer: view.officer.as_ref().map(Into::into),
        acts: view.acts.iter().map(Into::into).collect(),
        files: view.files.iter().map(Into::into).collect(),
    }))
}
