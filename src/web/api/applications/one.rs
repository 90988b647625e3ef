//! `GET /api/v1/applications/{id}`: where it stands.

use axum::Json;
use axum::extract::State;

use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::api::views::ApplicationView;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// One application as it stands.
#[utoipa::path(get, path = "/api/v1/applications/{id}", operation_id = "show_application", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    responses((status = 200, description = "The application", body = ApplicationView)))]
pub(super) async fn one(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Json<ApplicationView>, Problem> {
    let application = web.prefill.one(me.id, id).await?;
    Ok(Json(ApplicationView::of(&application)))
}
