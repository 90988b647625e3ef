//! `/applications/{id}/supply` and `/applications/{id}/offer`: what an applicant brings to their case, and what they take of what was
//! offered. Pages of their own, so that nothing moves under somebody who writes.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::address;
use super::tracking::{Offered, card};
use crate::domain::desk::{Next, Relief, TrackingCard};
use crate::domain::id::ApplicationId;
use crate::error::StageError;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::{Kind, Problem};
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;
use crate::web::texts::tracking as c;
use crate::web::words::Words;

/// Longest words, in characters.
const WORDS_MAX: usize = 2_000;

/// One of the two pages: they differ in what is asked and in what it leads to.
#[derive(Template)]
#[template(path = "supply.html")]
struct SupplyPage<'a> {
    page: &'a Page,
    back: String,
    title: Words,
    text: Option<Words>,
    notice: Option<&'a str>,
    about: String,
    until: String,
    label: Words,
    hint: Words,
    button: Words,
    /// What is said beside the form.
    aside: Words,
    words: &'a str,
    error: Option<Words>,
}

/// What was written, and what is wrong with it.
#[derive(Default)]
struct Written {
    words: String,
    error: Option<Words>,
}

impl Written {
    fn of(posted: &Posted, error: Words) -> Self {
        let words = posted
            .get("words")
            .unwrap_or_default()
            .replace("\r\n", "\n");
        let fits = (1..=WORDS_MAX).contains(&words.trim().chars().count());
        Self {
            words,
            error: (!fits).then_some(error),
        }
    }

    async fn kept(web: &Web, visit: &Visit, page: &Page) -> Result<Self, StageError> {
        let kept = visit.take_kept(web, &page.path).await?;
        let words = kept.and_then(|kept| {
            let mut fields = kept.fields.reveal().iter();
            fields
                .find(|(name, _)| name == "words")
                .map(|(_, value)| value.clone())
        });
        Ok(Self {
            words: words.unwrap_or_default(),
            error: None,
        })
    }

    fn status(&self) -> StatusCode {
        if self.error.is_some() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        }
    }
}

/// Nothing is asked, or offered, any more.
fn over(id: ApplicationId) -> Problem {
    let back = t::BACK;
    Problem::because(Kind::WrongState, c::NOT_ASKED).way_out(address(id), back)
}

/// What is missing, and the form to supply it.
#[utoipa::path(get, path = "/applications/{id}/supply", operation_id = "supply_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 200, description = "The page"), (status = 409, description = "Nothing is asked")))]
pub(in crate::web::pages) async fn form(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), format!("{}/supply", address(id)));
    let application = web.prefill.one(me.id, id).await?;
    let card = card(&web, me.id, &application)
        .await
        .map_err(|_| over(id))?;
    let written = Written::kept(&web, &visit, &page).await?;
    supplying(&web, &page, id, &application.policy.hash, &card, &written)
}

fn supplying(
    web: &Web,
    page: &Page,
    id: ApplicationId,
    policy: &crate::domain::hash::Sha256Hex,
    card: &TrackingCard,
    written: &Written,
) -> Result<Response, Problem> {
    let Next::YouSupply { until, ends } = &card.next else {
        return Err(over(id));
    };
    let policy = web.ctx.policies.by_hash(*policy);
    let template = SupplyPage {
        page,
        back: address(id),
        title: c::SUPPLY_TITLE,
        text: Some(if *ends {
            c::NEXT_SUPPLY_ENDS
        } else {
            c::NEXT_SUPPLY
        }),
        notice: card.notice.as_ref().map(|words| words.reveal().as_str()),
        about: super::tracking::titles(page, policy.as_deref(), &card.missing).join("、"),
        until: until.to_string(),
        label: c::SUPPLY_WORDS,
        hint: c::SUPPLY_HINT,
        button: c::SUPPLY_DO,
        aside: c::SUPPLY_FILES,
        words: &written.words,
        error: written.error.clone(),
    };
    Ok(page.render(written.status(), &template))
}

/// Supplies it.
#[utoipa::path(post, path = "/applications/{id}/supply", operation_id = "supply_form", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 303, description = "To the application"), (status = 422, description = "The page again, with what is wrong")))]
pub(in crate::web::pages) async fn supply(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), format!("{}/supply", address(id)));
    let application = web.prefill.one(me.id, id).await?;
    let card = card(&web, me.id, &application)
        .await
        .map_err(|_| over(id))?;
    let written = Written::of(&posted, c::SUPPLY_MISSING);
    if written.error.is_some() {
        return supplying(&web, &page, id, &application.policy.hash, &card, &written);
    }
    let words = written.words.trim();
    match web.cases.supply(me.id, card.number, words).await {
        Ok(_) => Ok(see_other(&format!("{}?done=supply", address(id)))),
        Err(StageError::Step(_)) => Err(over(id)),
        Err(error) => Err(error.into()),
    }
}

/// What is offered, what taking it means, and the form to take it.
#[utoipa::path(get, path = "/applications/{id}/offer", operation_id = "offer_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 200, description = "The page"), (status = 409, description = "Nothing is offered")))]
pub(in crate::web::pages) async fn offer(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), format!("{}/offer", address(id)));
    let application = web.prefill.one(me.id, id).await?;
    let card = card(&web, me.id, &application)
        .await
        .map_err(|_| over(id))?;
    let written = Written::kept(&web, &visit, &page).await?;
    offering(&web, &page, id, &application.policy.hash, &card, &written)
}

fn offering(
    web: &Web,
    page: &Page,
    id: ApplicationId,
    policy: &crate::domain::hash::Sha256Hex,
    card: &TrackingCard,
    written: &Written,
) -> Result<Response, Problem> {
    let offer = card.offered.as_ref().ok_or_else(|| over(id))?;
    let policy = web.ctx.policies.by_hash(*policy);
    let shown = Offered::of(page, policy.as_deref(), offer);
    let (label, button) = match offer.relief {
        Relief::Deferral => (c::OFFER_WORDS_DEFERRAL, c::OFFER_TAKE_DEFERRAL),
        Relief::Declaration => (c::OFFER_WORDS_DECLARATION, c::OFFER_TAKE_DECLARATION),
    };
    let template = SupplyPage {
        page,
        back: address(id),
        title: shown.title,
        text: Some(shown.text),
        notice: None,
        about: shown.criteria,
        until: shown.until,
        label,
        hint: c::OFFER_HINT,
        button,
        aside: c::OFFER_NOT_NEEDED,
        words: &written.words,
        error: written.error.clone(),
    };
    Ok(page.render(written.status(), &template))
}

/// Takes it.
#[utoipa::path(post, path = "/applications/{id}/offer", operation_id = "offer_form", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 303, description = "To the application"), (status = 422, description = "The page again, with what is wrong")))]
pub(in crate::web::pages) async fn take_offer(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), format!("{}/offer", address(id)));
    let application = web.prefill.one(me.id, id).await?;
    let card = card(&web, me.id, &application)
        .await
        .map_err(|_| over(id))?;
    let written = Written::of(&posted, c::OFFER_MISSING);
    if written.error.is_some() {
        return offering(&web, &page, id, &application.policy.hash, &card, &written);
    }
    let words = written.words.trim();
    match web.cases.take_offer(me.id, card.number, words).await {
        Ok(_) => Ok(see_other(&format!("{}?done=offer", address(id)))),
        Err(StageError::Step(_)) => Err(over(id)),
        Err(error) => Err(error.into()),
    }
}
