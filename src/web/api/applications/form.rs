//! `GET /api/v1/applications/{id}/form`: the newest form, row by row with where each value comes from.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::api::views::{ApplicationView, DisputeView, FormBody};
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// The form with what was said to be wrong in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormPage {
    /// The application.
    application: ApplicationView,
    /// The form.
    form: FormBody,
    /// What the applicant said is wrong.
    disputes: Vec<DisputeView>,
}

/// The newest form of an application.
#[utoipa::path(get, path = "/api/v1/applications/{id}/form", operation_id = "show_form", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    responses((status = 200, description = "The form", body = FormPage)))]
pub(super) async fn form(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Json<FormPage>, Problem> {
    let view = web.prefill.form(me.id, id).await?;
    Ok(Json(FormPage {
        application: ApplicationView::of(&view.application),
        form: FormBody::of(&view.snapshot, &view.disputes),
        disputes: view.disputes.iter().map(Into::into).collect(),
    }))
}
