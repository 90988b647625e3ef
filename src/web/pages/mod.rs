//! Pages for people: a file a page, or a family of pages.

pub mod desk;
pub mod home;
pub mod preferences;
pub mod shell;
pub mod sign_in;

use axum::extract::Request;
use axum::http::header::{ALLOW, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::routes as of;

use self::preferences::Preferences;
use self::shell::{escaped, page, see_other};
use super::Web;
use super::auth::Access;
use super::problem::{OfPage, Problem};
use super::routes::Routes;
use super::session::{Cookie, Turned, Visitors, enter};
use super::words::Words;

/// Every page.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .add(Access::Page(Visitors::Anybody), of!(sign_in::sign_in))
        .add(Access::Page(Visitors::Anybody), of!(sign_in::callback))
        .add(Access::Page(Visitors::Anybody), of!(sign_in::sign_out))
        .add(Access::Page(Visitors::Anybody), of!(preferences::prefer))
        .add(Access::Page(Visitors::Applicant), of!(home::home))
        .add(Access::Page(Visitors::Staff), of!(desk::desk))
}

/// Lets a request through to its page, or to sign-in first.
pub async fn admit(web: &Web, visitors: Visitors, request: Request, next: Next) -> Response {
    let mut response = match enter(web, visitors, request).await {
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
    let mut response = page(
        problem.status(),
        preferences,
        &problem.kind().title(),
        &body,
    );
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
fn good(preferences: Preferences, title: &Words, body: &str) -> Response {
    page(StatusCode::OK, preferences, title, body)
}
