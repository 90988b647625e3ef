//! `POST /api/v1/applications/{id}/case/supply`: what was asked for, or deferred, is there.

use axum::Json;
use axum::extract::State;

use super::case::card;
use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::api::views::TrackingView;
use crate::web::auth::Me;
use crate::web::extract::{Body, Id};
use crate::web::problem::Problem;

/// Says that what was asked for, or what was deferred, is supplied; the clock goes on. Files are handed in before.
#[utoipa::path(post, path = "/api/v1/applications/{id}/case/supply", operation_id = "supply_case", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    request_body = super::words::WordsRequest,
    responses(
        (status = 200, description = "Supplied", body = TrackingView),
        (status = 409, description = "Nothing of the kind is asked or offered", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn supply(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    Body(asked): Body<super::words::WordsRequest>,
) -> Result<Json<TrackingView>, Problem> {
    let case = web.cases.case_to_follow(me.id, id).await?;
    web.cases.supply(me.id, case, &asked.words).await?;
    card(&web, &me, id).await.map(Json)
}
