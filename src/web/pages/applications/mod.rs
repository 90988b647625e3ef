//! The applicant's own applications: one address each, which shows the form to check while it is a draft, and afterwards the answer and
//! the money's way.

mod account;
pub mod acts;
pub mod correct;
pub mod downloads;
pub mod events;
pub mod explanation;
pub mod files;
pub mod form;
pub mod rating;
pub mod receipt;
pub mod status;
pub mod supply;
mod tracking;
pub mod typed;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::layout::Page;
use super::preferences::Preferences;
use crate::domain::application::StateName;
use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts::tracking as t;
use crate::web::words::Words;

/// The address of an application's page.
pub(super) fn address(id: ApplicationId) -> String {
    format!("/applications/{id}")
}

/// The form to check, or how it stands.
#[utoipa::path(get, path = "/applications/{id}", operation_id = "application_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 200, description = "The page")))]
pub(super) async fn show(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    uri: Uri,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), address(id));
    let application = web.prefill.one(me.id, id).await?;
    if application.state.name() != StateName::Draft {
        return status::page(&web, &page, application, done(&uri)).await;
    }
    let shown = typed::taken_up(&web, &visit, me.id, id).await?;
    form::page(&web, &page, &me, id, shown).await
}

/// What the last step came to, as the address of the page after it says.
fn done(uri: &Uri) -> Option<Words> {
    match uri.query()? {
        "done=supply" => Some(t::DONE_SUPPLY),
        "done=offer" => Some(t::DONE_OFFER),
        _ => None,
    }
}
