//! `GET /applications/{id}/explanation`: every criterion, the record behind it, the legal basis.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::address;
use super::status::Check;
use crate::approve::service::Viewer;
use crate::domain::application::StateName;
use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::pages::home::title;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "explanation.html")]
struct ExplanationPage<'a> {
    page: &'a Page,
    id: String,
    title: String,
    effective: String,
    decision: Option<(Words, String, String)>,
    checks: Vec<Check>,
}

/// Why it was decided so.
#[utoipa::path(get, path = "/applications/{id}/explanation", operation_id = "explanation_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 200, description = "The page")))]
pub(in crate::web::pages) async fn explanation(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Response, Problem> {
    let page = Page::new(
        preferences,
        Some(&visit),
        format!("{}/explanation", address(id)),
    );
    let explained = web.approve.explain(Viewer::Applicant(me.id), id).await?;
    let application = &explained.application;
    let decision = explained.decision.as_ref().map(|decision| {
        let by = if decision.by.starts_with("machine:") {
            t::BY_MACHINE
        } else {
            t::BY_PERSON
        };
        (by, page.moment(decision.at), decision.hash.to_string())
    });
    let waits = application.state.name() == StateName::Parked;
    let template = ExplanationPage {
        page: &page,
        id: id.to_string(),
        title: title(&web, &page, application),
        effective: application.policy.effective.to_string(),
        decision,
        checks: explained
            .findings
            .iter()
            .map(|finding| Check::of(&page, finding, waits))
            .collect(),
    };
    Ok(page.render(StatusCode::OK, &template))
}
