//! `GET /` and `GET /policies/{id}`: what everybody may read, generated from the policy documents.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::figures::{Big, strip};
use super::layout::Page;
use super::preferences::Preferences;
use super::terms::{Term, terms};
use crate::domain::policy::Policy;
use crate::domain::policy::document::PolicyDocument;
use crate::web::Web;
use crate::web::problem::{Kind, Problem};
use crate::web::session::Visit;
use crate::web::texts as t;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome<'a> {
    page: &'a Page,
    steps: [(Words, Words); 3],
    strip: Vec<Big>,
    policies: Vec<Arc<Policy>>,
}

#[derive(Template)]
#[template(path = "policy.html")]
struct OnePolicy<'a> {
    page: &'a Page,
    id: &'a str,
    document: &'a PolicyDocument,
    terms: Vec<Term>,
    sample: bool,
    effective: String,
}

/// One policy in force.
pub(super) fn one_in_force(web: &Web, id: &str) -> Result<Arc<Policy>, Problem> {
    let today = web.ctx.world.clock.today();
    let found = web.ctx.policies.in_force(id, today);
    found.ok_or_else(|| Problem::new(Kind::NotFound))
}

/// What the service is, and the policies in force.
#[utoipa::path(get, path = "/", operation_id = "welcome", tag = "pages",
    responses((status = 200, description = "The page")))]
pub(super) async fn welcome(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
) -> Response {
    let page = Page::new(preferences, Some(&visit), "/");
    let template = Welcome {
        page: &page,
        steps: [
            (t::STEP_PREFILL, t::STEP_PREFILL_TEXT),
            (t::STEP_APPROVE, t::STEP_APPROVE_TEXT),
            (t::STEP_PAY, t::STEP_PAY_TEXT),
        ],
        strip: strip(&web).await,
        policies: web.ctx.policies.all_in_force(web.ctx.world.clock.today()),
    };
    page.render(StatusCode::OK, &template)
}

/// A policy in plain words.
#[utoipa::path(get, path = "/policies/{id}", operation_id = "policy_page", tag = "pages",
    params(("id" = String, Path, description = "The policy's id")),
    responses((status = 200, description = "The page")))]
pub(super) async fn policy(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let policy = one_in_force(&web, &id)?;
    let page = Page::new(
        preferences,
        Some(&visit),
        format!("/policies/{}", policy.id()),
    );
    let template = OnePolicy {
        page: &page,
        id: policy.id(),
        document: policy.document(),
        terms: terms(policy.document()),
        sample: policy.is_sample(),
        effective: policy.effective().to_string(),
    };
    Ok(page.render(StatusCode::OK, &template))
}
