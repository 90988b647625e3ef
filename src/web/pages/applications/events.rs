//! `GET /applications/{id}/events`: tells an open page that it has moved.

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{KeepAlive, Sse};

use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::api::applications::events::UNBUFFERED;
use crate::web::auth::Me;
use crate::web::events::follow;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// The same stream as the API's, for the browser that shows the page.
#[utoipa::path(get, path = "/applications/{id}/events", operation_id = "follow_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 200, description = "Events")))]
pub(in crate::web::pages) async fn events(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<impl IntoResponse, Problem> {
    let keep_alive = KeepAlive::new().interval(web.limits.keep_alive);
    let stream = follow(web, me.id, id).await?;
    Ok(([UNBUFFERED], Sse::new(stream).keep_alive(keep_alive)))
}
