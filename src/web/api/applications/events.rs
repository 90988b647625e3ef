//! `GET /api/v1/applications/{id}/events`: follows it as it goes.

use axum::extract::State;
use axum::http::HeaderName;
use axum::response::IntoResponse;
use axum::response::sse::{KeepAlive, Sse};

use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::api::views::ApplicationView;
use crate::web::auth::Me;
use crate::web::events::follow;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// Proxies that gather a response before they pass it on would hold every event back.
pub const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

/// Follows an application: where it stands now, then every change, until its final state.
///
/// Each event is called `state`, has the application's version as its id and the application as its data. A few streams a person.
#[utoipa::path(get, path = "/api/v1/applications/{id}/events", operation_id = "follow_application", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    responses(
        (status = 200, description = "Events", body = ApplicationView, content_type = "text/event-stream"),
        (status = 429, description = "Too many streams", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn events(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<impl IntoResponse, Problem> {
    let keep_alive = KeepAlive::new().interval(web.limits.keep_alive);
    let stream = follow(web, me.id, id).await?;
    Ok(([UNBUFFERED], Sse::new(stream).keep_alive(keep_alive)))
}
