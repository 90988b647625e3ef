//! `GET /home`: one's own applications, what fits, and what can be applied for.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::fits::{Shown, names};
use super::layout::Page;
use super::preferences::Preferences;
use crate::domain::application::{Application, StateName};
use crate::domain::policy::Policy;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    page: &'a Page,
    name: &'a str,
    applications: Vec<Line>,
    /// What fits, once it was looked up.
    fits: Option<Shown>,
    /// Whom a look-up asks.
    asked: String,
    policies: Vec<Arc<Policy>>,
}

/// An application in a line.
struct Line {
    id: String,
    title: String,
    mood: &'static str,
    state: String,
    opened: String,
    opened_iso: String,
}

impl Line {
    fn of(web: &Web, page: &Page, application: &Application) -> Self {
        let state = application.state.name();
        Self {
            id: application.id.to_string(),
            title: title(web, page, application),
            mood: mood(state),
            state: page.say(t::state(state)).into_owned(),
            opened: page.moment(application.opened_at),
            opened_iso: application.opened_at.to_string(),
        }
    }
}

/// What the application is for.
pub(super) fn title(web: &Web, page: &Page, application: &Application) -> String {
    let policy = web.ctx.policies.by_hash(application.policy.hash);
    policy.map_or_else(
        || application.policy.id.clone(),
        |policy| page.text(&policy.document().title).to_owned(),
    )
}

/// How a state is shown: well, badly, or still open.
pub(super) const fn mood(state: StateName) -> &'static str {
    match state {
        StateName::Approved | StateName::Publicity => "met",
        StateName::Refused => "not",
        StateName::Parked | StateName::Referred | StateName::WaitingForBudget => "open",
        StateName::Draft | StateName::Filed | StateName::Withdrawn => "",
    }
}

/// What is mine, and what there is.
#[utoipa::path(get, path = "/home", operation_id = "home", tag = "pages",
    responses((status = 200, description = "The page")))]
pub(super) async fn home(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), "/home");
    let mine = web.prefill.mine(me.id).await?;
    let told = web.approve.told(me.id).await?;
    let template = Home {
        page: &page,
        name: me.name.reveal(),
        applications: mine.iter().map(|one| Line::of(&web, &page, one)).collect(),
        fits: told.map(|told| Shown::of(&web, &page, &told)),
        asked: names(&page, &web.prefill.looked_up_in()),
        policies: web.ctx.policies.all_in_force(web.ctx.world.clock.today()),
    };
    Ok(page.render(StatusCode::OK, &template))
}
