//! `POST /api/v1/applications/{id}/withdraw`: takes it back.

use axum::Json;
use axum::extract::State;

use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::api::views::ApplicationView;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// Takes an application back; possible until money was granted.
#[utoipa::path(post, path = "/api/v1/applications/{id}/withdraw", operation_id = "withdraw", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    responses(
        (status = 200, description = "Taken back", body = ApplicationView),
        (status = 409, description = "It is granted or ended", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn withdraw(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Json<ApplicationView>, Problem> {
    let application = web.prefill.withdraw(me.id, id).await?;
    Ok(Json(ApplicationView::of(&application)))
}
