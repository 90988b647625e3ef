//! Pages for people: a file a page, or a family of pages.

pub mod applications;
pub mod apply;
pub mod assets;
pub mod desk;
pub mod figures;
pub mod files;
pub mod finance;
pub mod fits;
mod home;
pub mod layout;
pub mod preferences;
pub mod report;
pub mod shell;
pub mod sign_in;
mod terms;
pub mod typed;
pub mod welcome;

use crate::web::routes::of;
use axum::extract::Request;
use axum::http::header::{ALLOW, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use self::layout::{Page, message};
use self::preferences::Preferences;
use self::shell::{escaped, see_other};
use super::Web;
use super::auth::Access;
use super::problem::{OfPage, Problem};
use super::routes::Routes;
use super::session::{Cookie, Forms, Turned, Visit, Visitors, enter};
use super::words::Words;

/// Every page.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .add(Access::Page(Visitors::Anybody), of!(sign_in::sign_in))
        .add(Access::Page(Visitors::Anybody), of!(sign_in::callback))
        .add(Access::Page(Visitors::Anybody), of!(sign_in::sign_out))
        .add(Access::Page(Visitors::Anybody), of!(preferences::prefer))
        .add(Access::Page(Visitors::Anybody), of!(assets::asset))
        .add(Access::Page(Visitors::Anybody), of!(welcome::welcome))
        .add(Access::Page(Visitors::Anybody), of!(welcome::policy))
        .add(Access::Page(Visitors::Anybody), of!(figures::figures))
        .add(
            Access::Page(Visitors::Anybody),
            of!(report::form, report::report),
        )
        .add(Access::Page(Visitors::Applicant), of!(home::home))
        .add(
            Access::Page(Visitors::Applicant),
            of!(apply::consent, apply::apply),
        )
        .merge(of_applications())
        .merge(desk::routes())
        .merge(finance::routes())
}

/// The pages of one application and of its money.
fn of_applications() -> Routes {
    use self::applications::{
        acts, correct, downloads, events, explanation, files, rating, receipt, supply, typed,
    };
    let applicant = Access::Page(Visitors::Applicant);
    Routes::new()
        .add(applicant, of!(applications::show))
        .add(applicant, of!(typed::keep))
        .add(applicant, of!(acts::dispute))
        .add(applicant, of!(acts::file))
        .add(applicant, of!(fits::look))
        .add(applicant, of!(fits::forget))
        .add(applicant, of!(acts::person))
        .add(applicant, of!(acts::withdraw))
        .add(applicant, of!(rating::rate))
        .add(applicant, of!(explanation::explanation))
        .add(applicant, of!(receipt::receipt))
        .add(applicant, of!(downloads::data))
        .add(applicant, of!(downloads::bundle))
        .add(applicant, of!(events::events))
        .add(
            Access::PageWithFile(Visitors::Applicant),
            of!(files::hand_in),
        )
        .add(applicant, of!(files::own_file))
        .add(applicant, of!(correct::form, correct::correct))
        .add(applicant, of!(supply::form, supply::supply))
        .add(applicant, of!(supply::offer, supply::take_offer))
}

/// Lets a request through to its page, or to sign-in first.
pub async fn admit(
    web: &Web,
    visitors: Visitors,
    forms: Forms,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match enter(web, visitors, forms, request).await {
        Ok(request) => next.run(request).await,
        Err(Turned::Refused(problem)) => problem.into_response(),
        Err(Turned::ToSignIn {
            return_to,
            kept_under,
        }) => {
            let kept = if kept_under.is_some() { "&kept=1" } else { "" };
            let mut response = see_other(&format!("{}{kept}", sign_in::address(&return_to)));
            if let Some(token) = kept_under {
                let cookie = web.browsers.set(Cookie::Before, &token);
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response
        }
    };
    response.extensions_mut().insert(OfPage);
    response
}

/// A refusal as a page, with a way out.
#[must_use]
pub fn refusal(
    problem: &Problem,
    instance: &str,
    preferences: Preferences,
    before: &HeaderMap,
) -> Response {
    let language = preferences.language;
    let (path, link) = problem.where_to();
    let number = Words::of("请求编号", "Request number");
    let body = format!(
        "<p>{}</p>\n<p><a href=\"{}\">{}</a></p>\n<p><small>{} <code>{}</code></small></p>",
        escaped(problem.detail().text(language)),
        escaped(path),
        escaped(link.text(language)),
        number.text(language),
        escaped(instance),
    );
    let frame = Page::new(preferences, None, "/");
    let mut response = message(&frame, problem.status(), problem.kind().title(), &body);
    let headers = response.headers_mut();
    problem.headers(headers);
    for name in [ALLOW, SET_COOKIE] {
        for value in before.get_all(&name) {
            headers.append(name.clone(), value.clone());
        }
    }
    response
}

/// A page that went well.
fn good(preferences: Preferences, visit: &Visit, title: Words, body: &str) -> Response {
    let page = Page::new(preferences, Some(visit), "/");
    message(&page, StatusCode::OK, title, body)
}
