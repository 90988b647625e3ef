//! `POST /api/v1/applications/{id}/case/take-offer`: 容缺受理 or 告知承诺 is taken.

use axum::Json;
use axum::extract::State;

use super::case::card;
use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::api::views::TrackingView;
use crate::web::auth::Me;
use crate::web::extract::{Body, Id};
use crate::web::problem::Problem;

/// Takes what the officer offered: a deferral, knowing that late is the end of it, or a declaration, in one's own words.
#[utoipa::path(post, path = "/api/v1/applications/{id}/case/take-offer", operation_id = "take_offer", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    request_body = super::words::WordsRequest,
    responses(
        (status = 200, description = "Taken", body = TrackingView),
        (status = 409, description = "Nothing of the kind is asked or offered", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn take_offer(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    Body(asked): Body<super::words::WordsRequest>,
) -> Result<Json<TrackingView>, Problem> {
    let case = web.cases.case_to_follow(me.id, id).await?;
    web.cases.take_offer(me.id, case, &asked.words).await?;
    card(&web, &me, id).await.map(Json)
}
