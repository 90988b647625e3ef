//! `GET /api/v1/applications/{id}/explanation`: every check, and the record behind it.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::approve::service::{Explained, Viewer};
use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::api::views::{ApplicationView, DecisionView, FindingView};
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// Why it was decided so.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplanationPage {
    /// The application.
    application: ApplicationView,
    /// The newest decision; `null` before there is one.
    decision: Option<DecisionView>,
    /// Every criterion, those that are met too.
    findings: Vec<FindingView>,
}

impl From<&Explained> for ExplanationPage {
    fn from(explained: &Explained) -> Self {
        Self {
            application: ApplicationView::of(&explained.application),
            decision: explained.decision.as_ref().map(Into::into),
            findings: explained.findings.iter().map(Into::into).collect(),
        }
    }
}

/// What was checked, what was found and on which record it rests.
#[utoipa::path(get, path = "/api/v1/applications/{id}/explanation", operation_id = "explain", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    responses((status = 200, description = "The explanation", body = ExplanationPage)))]
pub(super) async fn explanation(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Json<ExplanationPage>, Problem> {
    let explained = web.approve.explain(Viewer::Applicant(me.id), id).await?;
    Ok(Json((&explained).into()))
}
