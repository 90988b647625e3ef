//! `GET /api/v1/applications/{id}/case`: 服务跟踪卡.

use axum::Json;
use axum::extract::State;

use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::api::views::TrackingView;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// The tracking card of what became of an application at the desk: number, officer, what is missing, what comes next.
#[utoipa::path(get, path = "/api/v1/applications/{id}/case", operation_id = "track_case", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    responses((status = 200, description = "The card", body = TrackingView)))]
pub(super) async fn case(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Json<TrackingView>, Problem> {
    card(&web, &me, id).await.map(Json)
}

/// The card as it stands now.
pub(super) async fn card(
    web: &Web,
    me: &crate::domain::person::Applicant,
    id: ApplicationId,
) -> Result<TrackingView, Problem> {
    let case = web.cases.case_to_follow(me.id, id).await?;
    let card = web.cases.track(me.id, case).await?;
    let files = web.cases.own_files(me.id, case).await?;
    Ok(TrackingView::of(&card, &files))
}
