//! `GET /apply/{policy}` asks for consent; `POST` records it, asks the registers and opens the filled form.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::layout::Page;
use super::preferences::Preferences;
use super::shell::see_other;
use super::welcome::one_in_force;
use crate::domain::source::SourceId;
use crate::prefill::service::Opening;
use crate::telemetry::RequestId;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    page: &'a Page,
    id: &'a str,
    title: &'a str,
    sources: &'a [SourceId],
}

/// Which registers would be asked, and for what.
#[utoipa::path(get, path = "/apply/{policy}", operation_id = "consent_page", tag = "pages",
    params(("policy" = String, Path, description = "The policy's id")),
    responses((status = 200, description = "The page")))]
pub(super) async fn consent(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let policy = one_in_force(&web, &id)?;
    let page = Page::new(preferences, Some(&visit), format!("/apply/{}", policy.id()));
    let sources: Vec<SourceId> = policy.sources().iter().collect();
    let template = Consent {
        page: &page,
        id: policy.id(),
        title: page.text(&policy.document().title),
        sources: &sources,
    };
    Ok(page.render(StatusCode::OK, &template))
}

/// Opens the form with the consent that the page described.
#[utoipa::path(post, path = "/apply/{policy}", operation_id = "apply", tag = "pages",
    params(("policy" = String, Path, description = "The policy's id")),
    responses((status = 303, description = "To the filled form")))]
pub(super) async fn apply(
    State(web): State<Web>,
    Me(me): Me,
    request_id: RequestId,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let policy = one_in_force(&web, &id)?;
    let scope: Vec<SourceId> = policy.sources().iter().collect();
    let opening = Opening {
        policy: policy.id(),
        scope: &scope,
        purpose: policy.id(),
        request_id: request_id.as_str(),
    };
    let opened = web.prefill.open(&me, &opening).await?;
    Ok(see_other(&format!(
        "/applications/{}",
        opened.application.id
    )))
}
