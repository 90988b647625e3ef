//! `GET` and `POST /payments/{id}/account`: a payment came back; where it shall go instead.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::address;
use crate::domain::id::PaymentId;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::pages::typed::TypedForm;
use crate::web::problem::Problem;
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "correct.html")]
struct CorrectPage<'a> {
    page: &'a Page,
    errors: Vec<(&'static str, Words)>,
    typed: TypedForm,
}

fn shown(page: &Page, typed: TypedForm) -> Response {
    let errors = typed.errors().to_vec();
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    page.render(
        status,
        &CorrectPage {
            page,
            errors,
            typed,
        },
    )
}

/// The form for another account.
#[utoipa::path(get, path = "/payments/{id}/account", operation_id = "account_page", tag = "pages",
    params(("id" = String, Path, description = "The payment's id")),
    responses((status = 200, description = "The page")))]
pub(in crate::web::pages) async fn form(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<PaymentId>,
) -> Result<Response, Problem> {
    web.payout.application_of(me.id, id).await?;
    let page = Page::new(preferences, Some(&visit), format!("/payments/{id}/account"));
    let kept = visit.take_kept(&web, &page.path).await?;
    let typed = kept
        .map(|kept| TypedForm::of(kept.fields.reveal()))
        .unwrap_or_default();
    Ok(shown(&page, typed))
}

/// Corrects it; a linked new instruction pays again.
#[utoipa::path(post, path = "/payments/{id}/account", operation_id = "correct_page", tag = "pages",
    params(("id" = String, Path, description = "The payment's id")),
    responses(
        (status = 303, description = "To the application"),
        (status = 422, description = "The page again, with everything that is wrong")
    ))]
pub(in crate::web::pages) async fn correct(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<PaymentId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let application = web.payout.application_of(me.id, id).await?;
    let page = Page::new(preferences, Some(&visit), format!("/payments/{id}/account"));
    let mut form = TypedForm::posted(&posted, &[])?;
    let Some(typed) = form.read() else {
        return Ok(shown(&page, form));
    };
    web.payout.correct_account(me.id, id, typed).await?;
    Ok(see_other(&address(application)))
}
