//! The applicant's own applications: one address each, which shows the form to check while it is a draft, and afterwards the answer and
//! the money's way.

pub mod acts;
pub mod correct;
pub mod downloads;
pub mod events;
pub mod explanation;
pub mod form;
pub mod receipt;
pub mod status;

use axum::extract::State;
use axum::response::Response;

use self::form::Shown;
use super::layout::Page;
use super::preferences::Preferences;
use super::typed::TypedForm;
use crate::domain::application::StateName;
use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;

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
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), address(id));
    let application = web.prefill.one(me.id, id).await?;
    if application.state.name() != StateName::Draft {
        return status::page(&web, &page, application).await;
    }
    let kept = visit.take_kept(&web, &page.path).await?;
    let shown = match &kept {
        Some(kept) => Shown {
            typed: TypedForm::of(kept.fields.reveal()),
            notice: Some(t::KEPT_AFTER),
            ..Shown::default()
        },
        None => Shown::default(),
    };
    form::page(&web, &page, &me, id, shown).await
}
