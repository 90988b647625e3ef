//! Signing in and out: `GET /sign-in` → the provider → `GET /sign-in/callback`; `POST /sign-out`.

use axum::extract::State;
use axum::http::header::{HOST, SET_COOKIE};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::good;
use super::preferences::Preferences;
use super::shell::{escaped, see_other};
use crate::domain::person::Private;
use crate::domain::session::{BrowserToken, Session, Visitor};
use crate::error::StageError;
use crate::ports::{Arrival, IdentityError, Principal, SignIn, SignInError};
use crate::web::Web;
use crate::web::problem::{Kind, Problem};
use crate::web::session::{
    CSRF_FIELD, Cookie, SIGN_IN_S_MAX, Visit, crowded, local_path, new_token,
};
use crate::web::words::{Language, Words};

/// Where an applicant arrives who wanted to go nowhere else.
const HOME: &str = "/home";
/// Where staff arrive who wanted to go to no page of staff: the others are the applicants'.
const DESK: &str = "/desk";
/// Under which addresses staff have their pages.
const STAFF_PAGES: [&str; 2] = [DESK, super::finance::DAY];

/// The address of sign-in for somebody who then wants to go to `return_to`.
#[must_use]
pub fn address(return_to: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("return_to", return_to);
    format!("/sign-in?{}", query.finish())
}

/// The form that signs out.
#[must_use]
pub fn sign_out_form(visit: &Visit, language: Language) -> String {
    format!(
        "<form method=\"post\" action=\"/sign-out\"><input type=\"hidden\" name=\"{CSRF_FIELD}\" value=\"{}\">\
         <button>{}</button></form>",
        visit.csrf(),
        Words::of("退出登录", "Sign out").text(language),
    )
}

/// The parameters of an address; of one given twice the first. What others add is none of our business.
fn parameter(address: &Uri, name: &str) -> Option<String> {
    let query = address.query().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// Sends the browser to the identity provider.
#[utoipa::path(get, path = "/sign-in", operation_id = "sign_in", tag = "pages",
    params(("return_to" = Option<String>, Query, description = "A path of this service to go to afterwards")),
    responses((status = 303, description = "To the identity provider")))]
pub(super) async fn sign_in(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let provider = web.sign_in.as_ref().ok_or(Problem::new(Kind::SignInOff))?;
    if let Some(elsewhere) = other_loopback(&web, &headers) {
        let target = uri
            .path_and_query()
            .map_or("/sign-in", |path| path.as_str());
        return Ok(see_other(&format!("{elsewhere}{target}")));
    }
    let asked = parameter(&uri, "return_to");
    let return_to = asked.as_deref().and_then(local_path);
    if let Some(visitor) = visit.visitor() {
        return Ok(see_other(destination(visitor, return_to)));
    }
    let return_to = return_to.unwrap_or(HOME);
    if parameter(&uri, "kept").is_some() && is_kept(&web, &visit).await? {
        return Ok(kept_page(preferences, &visit, return_to));
    }
    begin(&web, &**provider, &visit, return_to).await
}

/// In a demonstration the same service answers under several names of this machine, but cookies belong to one.
fn other_loopback<'w>(web: &'w Web, headers: &HeaderMap) -> Option<&'w str> {
    let origin = web.browsers.origin.as_str();
    let ours = origin.strip_prefix("http://")?;
    let asked = headers.get(HOST)?.to_str().ok()?;
    let name = |host: &str| {
        host.rsplit_once(':')
            .map_or(host, |(name, _)| name)
            .to_owned()
    };
    let is_loopback =
        |host: &str| ["127.0.0.1", "localhost", "[::1]"].contains(&name(host).as_str());
    (asked != ours && is_loopback(ours) && is_loopback(asked)).then_some(origin)
}

fn destination<'p>(visitor: &Visitor, return_to: Option<&'p str>) -> &'p str {
    match visitor {
        Visitor::Applicant(_) => return_to.unwrap_or(HOME),
        Visitor::Staff(_) => return_to.filter(|path| is_of_staff(path)).unwrap_or(DESK),
    }
}

fn is_of_staff(path: &str) -> bool {
    let page = path.split('?').next().unwrap_or_default();
    STAFF_PAGES.iter().any(|root| {
        let rest = page.strip_prefix(root);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

async fn is_kept(web: &Web, visit: &Visit) -> Result<bool, StageError> {
    let Some(token) = visit.before() else {
        return Ok(false);
    };
    let mut tx = web.ctx.store.read().await?;
    let kept = tx.kept_form(token.key(), web.ctx.now()).await?;
    Ok(kept.is_some())
}

/// Says that nothing is lost. A page and a link: a form's own redirect to another site is what browsers forbid here.
fn kept_page(preferences: Preferences, visit: &Visit, return_to: &str) -> Response {
    let language = preferences.language;
    let words = Words::of(
        "您的登录已结束，刚才填写的内容已为您保留一小时。重新登录后即可继续。",
        "Your session has ended. What you typed is kept for one hour: sign in again and go on.",
    );
    let body = format!(
        "<p>{}</p>\n<p><a href=\"{}\">{}</a></p>",
        words.text(language),
        escaped(&address(return_to)),
        Words::of("重新登录", "Sign in again").text(language),
    );
    let title = Words::of("请重新登录", "Please sign in again");
    good(preferences, visit, title, &body)
}

async fn begin(
    web: &Web,
    provider: &dyn SignIn,
    visit: &Visit,
    return_to: &str,
) -> Result<Response, Problem> {
    let departure = provider.begin(return_to).await.map_err(not_signed_in)?;
    let before = visit
        .before()
        .cloned()
        .unwrap_or_else(|| new_token(&*web.ctx.world.entropy));
    let key = before.sign_in_key(departure.memory.state.reveal());
    let ends_at = web.ctx.now().plus_seconds(SIGN_IN_S_MAX);
    let mut tx = web.ctx.store.write().await.map_err(StageError::from)?;
    let has_room = tx
        .begin_sign_in(key, &departure.memory, ends_at)
        .await
        .map_err(StageError::from)?;
    tx.commit().await.map_err(StageError::from)?;
    if !has_room {
        return Err(crowded());
    }
    let mut response = see_other(&departure.address);
    let cookie = web.browsers.set(Cookie::Before, &before);
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// Takes back whom the identity provider sends.
#[utoipa::path(get, path = "/sign-in/callback", operation_id = "sign_in_callback", tag = "pages",
    responses((status = 303, description = "Signed in")))]
pub(super) async fn callback(
    State(web): State<Web>,
    visit: Visit,
    uri: Uri,
) -> Result<Response, Problem> {
    let provider = web.sign_in.as_ref().ok_or(Problem::new(Kind::SignInOff))?;
    let state = parameter(&uri, "state").ok_or_else(|| failed(HOME))?;
    let before = visit.before().ok_or_else(|| failed(HOME))?;
    let mut tx = web.ctx.store.write().await.map_err(StageError::from)?;
    let memory = tx
        .take_sign_in(before.sign_in_key(&state), web.ctx.now())
        .await
        .map_err(StageError::from)?;
    tx.commit().await.map_err(StageError::from)?;
    let memory = memory.ok_or_else(|| failed(HOME))?;
    // Read back from our own row, and held to the rule all the same.
    let return_to = local_path(&memory.return_to).unwrap_or(HOME);
    let Some(code) = parameter(&uri, "code") else {
        tracing::info!("a sign-in was broken off at the provider");
        return Err(failed(return_to));
    };
    let arrival = Arrival {
        code: Private::new(code),
        state: Private::new(state),
        issuer: parameter(&uri, "iss"),
    };
    let principal = provider.finish(&arrival, &memory).await.map_err(|error| {
        let again = Words::of("重新登录", "Sign in again");
        not_signed_in(error).way_out(address(return_to), again)
    })?;
    let visitor = match principal {
        Principal::Applicant(claims) => Visitor::Applicant(web.prefill.enrol(&claims).await?.id),
        Principal::Staff(staff) => Visitor::Staff(staff),
    };
    let target = destination(&visitor, Some(return_to)).to_owned();
    let token = new_token(&*web.ctx.world.entropy);
    begin_session(&web, &visit, &token, visitor).await?;
    let mut response = see_other(&target);
    let headers = response.headers_mut();
    headers.append(SET_COOKIE, web.browsers.set(Cookie::Session, &token));
    headers.append(SET_COOKIE, web.browsers.clear(Cookie::Before));
    Ok(response)
}

fn failed(return_to: &str) -> Problem {
    let again = Words::of("重新登录", "Sign in again");
    Problem::new(Kind::SignInFailed).way_out(address(return_to), again)
}

fn not_signed_in(error: SignInError) -> Problem {
    match error {
        SignInError::ProviderUnavailable
        | SignInError::Claims(IdentityError::ProviderUnavailable) => Problem::because(
            Kind::Unavailable,
            Words::of(
                "统一身份认证暂时无法访问，请稍后再登录。",
                "The identity provider cannot be reached at the moment. Sign in again shortly.",
            ),
        )
        .retry_after(5),
        SignInError::Claims(IdentityError::NoRole | IdentityError::MixedRoles) => {
            Problem::new(Kind::Forbidden)
        }
        refused => {
            // The error names what does not hold, never a code, a token or a value from it.
            tracing::warn!(error = %refused, "a sign-in was refused");
            Problem::new(Kind::SignInFailed)
        }
    }
}

/// A new session under a new token; the one before ends, and a form that was kept goes over to it when it is this person's.
async fn begin_session(
    web: &Web,
    visit: &Visit,
    token: &BrowserToken,
    visitor: Visitor,
) -> Result<(), StageError> {
    let now = web.ctx.now();
    let session = Session::begin(token.key(), visitor, now, web.browsers.times);
    let mut tx = web.ctx.store.write().await?;
    if let Some(old) = visit.session_key() {
        tx.end_session(old).await?;
    }
    tx.insert_session(&session).await?;
    if let Some(before) = visit.before()
        && let Some(mut kept) = tx.take_kept_form(before.key(), now).await?
        && kept.is_for(&session.visitor)
    {
        kept.owner = Some(session.visitor.owner());
        tx.keep_form(session.key, &kept).await?;
    }
    tx.commit().await?;
    tracing::info!("signed in");
    Ok(())
}

/// Ends the session at once.
#[utoipa::path(post, path = "/sign-out", operation_id = "sign_out", tag = "pages",
    responses((status = 303, description = "Signed out")))]
pub(super) async fn sign_out(State(web): State<Web>, visit: Visit) -> Result<Response, Problem> {
    if let Some(key) = visit.session_key() {
        let mut tx = web.ctx.store.write().await.map_err(StageError::from)?;
        tx.end_session(key).await.map_err(StageError::from)?;
        tx.take_kept_form(key, web.ctx.now())
            .await
            .map_err(StageError::from)?;
        tx.commit().await.map_err(StageError::from)?;
    }
    let mut response = see_other("/");
    for cookie in [Cookie::Session, Cookie::Before] {
        response
            .headers_mut()
            .append(SET_COOKIE, web.browsers.clear(cookie));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(address: &str, name: &str) -> Option<String> {
        parameter(&address.parse().unwrap(), name)
    }

    #[test]
    fn an_address_gives_back_what_was_put_into_it() {
        for path in ["/home", "/a?b=c&d=%20#e"] {
            assert_eq!(query(&address(path), "return_to").as_deref(), Some(path));
        }
        assert_eq!(query("/sign-in?a=1&a=2", "a").as_deref(), Some("1"));
        assert_eq!(query("/sign-in", "a"), None);
    }

    #[test]
    fn staff_are_sent_to_their_desk_wherever_they_wanted_to_go() {
        let staff = Visitor::Staff(crate::domain::person::Staff {
            subject: crate::domain::person::Subject {
                issuer: "i".to_owned(),
                subject: "s".to_owned(),
            },
            roles: Vec::new(),
            district: None,
        });
        assert_eq!(destination(&staff, Some("/home")), DESK);
        assert_eq!(destination(&staff, Some("/financeer")), DESK);
        for own in ["/desk/board", "/finance", "/finance/payments?state=held"] {
            assert_eq!(destination(&staff, Some(own)), own);
        }
    }
}
