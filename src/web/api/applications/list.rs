//! `GET /api/v1/applications`: all of one's own.

use axum::Json;
use axum::extract::State;

use crate::web::Web;
use crate::web::api::views::ApplicationView;
use crate::web::auth::Me;
use crate::web::problem::Problem;

/// One's own applications, the newest first, at most 100.
#[utoipa::path(get, path = "/api/v1/applications", operation_id = "list_applications", tag = "applications",
    responses((status = 200, description = "One's own applications", body = [ApplicationView])))]
pub(super) async fn list(
    State(web): State<Web>,
    Me(me): Me,
) -> Result<Json<Vec<ApplicationView>>, Problem> {
    let mine = web.prefill.mine(me.id).await?;
    Ok(Json(mine.iter().map(ApplicationView::of).collect()))
}
