//! `POST /applications/{id}/typed`: keeps what was typed so far. The script sends it while somebody types and when the page is hidden;
//! without a script a button does.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::address;
use super::form::{self, Shown};
use crate::domain::id::{ApplicantId, ApplicationId};
use crate::error::StageError;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::pages::typed::TypedForm;
use crate::web::problem::Problem;
use crate::web::session::{KEPT_S, Posted, Visit};
use crate::web::texts as t;

/// The button's field; the script sends none.
const BUTTON: &str = "save";

/// Save for later.
#[utoipa::path(post, path = "/applications/{id}/typed", operation_id = "typed_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 200, description = "Kept: the page again, for whoever pressed the button"),
        (status = 204, description = "Kept"),
        (status = 303, description = "Filed meanwhile: to the answer")
    ))]
pub(in crate::web::pages) async fn keep(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let typed = TypedForm::posted(&posted, &["snapshot", BUTTON])?;
    let now = web.ctx.now();
    let typing = typed.typing();
    if !web.prefill.keep_typing(me.id, id, typing, now).await? {
        return Ok(see_other(&address(id)));
    }
    if posted.get(BUTTON).is_none() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let page = Page::new(preferences, Some(&visit), address(id));
    let shown = Shown {
        typed,
        notice: Some(t::TYPED_KEPT),
        ..Shown::default()
    };
    form::page(&web, &page, &me, id, shown).await
}

/// Keeps it on the way to something else, which goes on whatever comes of this: the page still shows what was typed.
pub(super) async fn keep_aside(web: &Web, who: ApplicantId, id: ApplicationId, typed: &TypedForm) {
    let kept = web
        .prefill
        .keep_typing(who, id, typed.typing(), web.ctx.now());
    if let Err(error) = kept.await {
        tracing::warn!(%error, "what was typed could not be kept");
    }
}

/// What the page of a draft is filled with: all that was typed, also what came without a session and was given back now.
pub(super) async fn taken_up(
    web: &Web,
    visit: &Visit,
    who: ApplicantId,
    id: ApplicationId,
) -> Result<Shown, StageError> {
    let came_back = take_over(web, visit, who, id).await?;
    let typing = web.prefill.typing(who, id).await?.unwrap_or_default();
    let notice = match (came_back, typing.is_empty()) {
        (true, _) => Some(t::KEPT_AFTER),
        (false, false) => Some(t::TYPED_BACK),
        (false, true) => None,
    };
    Ok(Shown {
        typed: typing.into(),
        notice,
        ..Shown::default()
    })
}

/// What the door kept it gives back once. From then on it is kept like everything that is typed; what was typed later, at another
/// place, stays. Whether there was something.
async fn take_over(
    web: &Web,
    visit: &Visit,
    who: ApplicantId,
    id: ApplicationId,
) -> Result<bool, StageError> {
    let page = address(id);
    let Some(kept) = visit.kept(web, &page).await? else {
        return Ok(false);
    };
    let typed = TypedForm::of(kept.fields.reveal());
    let sent_at = kept.ends_at.plus_seconds(-KEPT_S);
    let taken = web.prefill.keep_typing(who, id, typed.typing(), sent_at);
    match taken.await {
        // What no page of ours holds is nobody's loss.
        Ok(_) | Err(StageError::UnknownField { .. } | StageError::Invalid { .. }) => {}
        Err(error) => return Err(error),
    }
    visit.take_kept(web, &page).await?;
    Ok(true)
}
