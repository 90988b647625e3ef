//! Browsers: their cookies, the session behind a request to a page, and what every form must bring with it.
//!
//! Two cookies, both of 256 random bits, of which the store knows the hash. The one of the session is made anew at each sign-in, so
//! that nobody can choose it beforehand. The other is there before a session: it ties a sign-in under way, and a form that came
//! without a session, to the browser.
//!
//! A form is read here and nowhere else, so that none gets to its handler without having come from a page of ours ([`Posted`]).

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::header::{CONTENT_TYPE, COOKIE, ORIGIN, REFERER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use subtle::ConstantTimeEq as _;

use super::Web;
use super::auth::{Desk, Me};
use super::extract::take_bytes;
use super::problem::{Kind, Problem};
use super::upload::{Chosen, is_multipart, read_multipart};
use super::words::Words;
use crate::domain::hash::Sha256Hex;
use crate::domain::person::{Private, Staff};
use crate::domain::session::{
    BrowserToken, KeptForm, Owner, Session, SessionTimes, TOKEN_BYTES, Visitor,
};
use crate::error::StageError;
use crate::ports::Entropy;
use crate::store::StoreError;

/// Most bytes of a form: grounds and legal basis of 2,000 Chinese characters each are 36 kB in a form's encoding.
pub const FORM_BYTES_MAX: usize = 48 * 1024;
/// How long a form is kept for somebody who has to sign in first, in seconds.
pub const KEPT_S: i64 = 3_600;
/// How long somebody may take to sign in, in seconds.
pub const SIGN_IN_S_MAX: i64 = 600;
/// The form field that proves where a form comes from.
pub const CSRF_FIELD: &str = "csrf";
/// The form field that names the page on which the form was filled, for when it has to be given back.
pub const PAGE_FIELD: &str = "page";
/// Longest local path that is followed.
const PATH_BYTES_MAX: usize = 1_024;

/// Leads back to where a form was filled.
const BACK: Words = Words::of("返回刚才的页面", "Back to the page");

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What the door knows about browsers.
#[derive(Debug, Clone)]
pub struct Browsers {
    /// Scheme, host and port under which browsers reach the service.
    pub origin: String,
    /// How long sessions last.
    pub times: SessionTimes,
}

/// A cookie of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// Of a browser that is signed in.
    Session,
    /// Of one that is about to be.
    Before,
}

impl Browsers {
    /// Behind TLS cookies are `Secure` and bound to the host by their prefix (RFC 6265bis, 4.1.3). Without it, as in a
    /// demonstration, not every browser would take such a cookie back.
    fn is_behind_tls(&self) -> bool {
        self.origin.starts_with("https:")
    }

    /// The cookie's name.
    #[must_use]
    pub fn name(&self, cookie: Cookie) -> &'static str {
        match (cookie, self.is_behind_tls()) {
            (Cookie::Session, true) => "__Host-sanmiao",
            (Cookie::Session, false) => "sanmiao",
            (Cookie::Before, true) => "__Host-sanmiao-before",
            (Cookie::Before, false) => "sanmiao-before",
        }
    }

    /// A header that sets a cookie until the browser is closed. `Lax`, for the provider sends the browser back by a link.
    #[must_use]
    pub fn set(&self, cookie: Cookie, token: &BrowserToken) -> HeaderValue {
        self.header(cookie, token.reveal(), "")
    }

    /// A header that takes a cookie away.
    #[must_use]
    pub fn clear(&self, cookie: Cookie) -> HeaderValue {
        self.header(cookie, "", "; Max-Age=0")
    }

    fn header(&self, cookie: Cookie, value: &str, more: &str) -> HeaderValue {
        let secure = if self.is_behind_tls() { "; Secure" } else { "" };
        let name = self.name(cookie);
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }

    fn token(&self, headers: &HeaderMap, which: Cookie) -> Option<BrowserToken> {
        BrowserToken::parse(cookie(headers, self.name(which))?).ok()
    }

    /// Whether a form was sent by a page of this service. Browsers say it in one header or in both; one that says neither, or
    /// says another place in either, is not believed.
    #[must_use]
    pub fn is_own_form(&self, headers: &HeaderMap) -> bool {
        let site = headers.get_all(SEC_FETCH_SITE).iter().collect::<Vec<_>>();
        let from = headers.get_all(ORIGIN).iter().collect::<Vec<_>>();
        let is_here = |value: &HeaderValue| value.as_bytes() == self.origin.as_bytes();
        match (site.as_slice(), from.as_slice()) {
            ([site], []) => *site == "same-origin",
            // A page without a referrer names no origin.
            ([site], [from]) => *site == "same-origin" && (*from == "null" || is_here(from)),
            ([], [from]) => is_here(from),
            _ => false,
        }
    }
}

/// A new token.
#[must_use]
pub fn new_token(entropy: &dyn Entropy) -> BrowserToken {
    let mut random = [0; TOKEN_BYTES];
    entropy.fill(&mut random);
    BrowserToken::new(random)
}

/// The value of a cookie; none when it comes twice, for then one of the two was planted.
#[must_use]
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let pairs = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    found.next().filter(|_| found.next().is_none())
}

/// A path of this service that a browser may be sent to: no other host, however it is spelt, and nothing that begins another
/// sign-in.
#[must_use]
pub fn local_path(text: &str) -> Option<&str> {
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let is_here = path.starts_with('/') && !path.contains("//");
    let is_door = ["/sign-in", "/sign-out", "/api"]
        .iter()
        .any(|door| path == *door || path.starts_with(&format!("{door}/")));
    (is_plain && is_here && !is_door && text.len() <= PATH_BYTES_MAX).then_some(text)
}

/// The browser behind a request to a page.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Its session, when it has one that stands.
    session: Option<(BrowserToken, Session)>,
    /// Its cookie from before a session.
    before: Option<BrowserToken>,
    /// Whose session it had, when that has ended not long ago.
    was: Option<Owner>,
}

impl Visit {
    /// Looks who it is, and notes the sign of life.
    ///
    /// # Errors
    /// Of the store.
    pub async fn of(web: &Web, headers: &HeaderMap) -> Result<Self, StageError> {
        let mut visit = Self {
            session: None,
            before: web.browsers.token(headers, Cookie::Before),
            was: None,
        };
        let Some(token) = web.browsers.token(headers, Cookie::Session) else {
            return Ok(visit);
        };
        let now = web.ctx.now();
        let found = web.ctx.store.read().await?.session(token.key()).await?;
        match found {
            Some(session) if session.stands(now) => {
                if let Some(ends_at) = session.prolonged(now, web.browsers.times) {
                    let mut tx = web.ctx.store.write().await?;
                    tx.prolong_session(session.key, ends_at, now).await?;
                    tx.commit().await?;
                }
                visit.session = Some((token, session));
            }
            Some(ended) => {
                visit.was = Some(ended.visitor.owner());
            }
            None => {}
        }
        Ok(visit)
    }

    /// Whom the session stands for.
    #[must_use]
    pub fn visitor(&self) -> Option<&Visitor> {
        self.session.as_ref().map(|(_, session)| &session.visitor)
    }

    /// The key of the session, to end it.
    #[must_use]
    pub fn session_key(&self) -> Option<Sha256Hex> {
        self.session.as_ref().map(|(_, session)| session.key)
    }

    /// The cookie from before a session.
    #[must_use]
    pub fn before(&self) -> Option<&BrowserToken> {
        self.before.as_ref()
    }

    /// What every form of this browser's pages carries in [`CSRF_FIELD`]; empty without a session.
    #[must_use]
    pub fn csrf(&self) -> String {
        self.session
            .as_ref()
            .map_or_else(String::new, |(token, _)| token.csrf().to_string())
    }

    /// A browser without a session can be made to do nothing but what anybody can; one with a session must bring its token.
    fn may_send(&self, fields: &[(String, String)]) -> bool {
        let Some((token, _)) = &self.session else {
            return true;
        };
        let expected = token.csrf().to_string();
        let mut sent = fields.iter().filter(|(name, _)| name == CSRF_FIELD);
        match (sent.next(), sent.next()) {
            (Some((_, sent)), None) => bool::from(sent.as_bytes().ct_eq(expected.as_bytes())),
            _ => false,
        }
    }

    /// The form that is kept for this person when `page` is the page it was filled on, without taking it.
    ///
    /// # Errors
    /// Of the store.
    pub async fn kept(&self, web: &Web, page: &str) -> Result<Option<KeptForm>, StageError> {
        let Some(key) = self.session_key() else {
            return Ok(None);
        };
        let now = web.ctx.now();
        let kept = web.ctx.store.read().await?.kept_form(key, now).await?;
        Ok(kept.filter(|kept| kept.page == page))
    }

    /// Gives back, once, the form that was kept for this person when `page` is the page it was filled on.
    ///
    /// # Errors
    /// Of the store.
    pub async fn take_kept(&self, web: &Web, page: &str) -> Result<Option<KeptForm>, StageError> {
        // Most pages have nothing to give back, and reading disturbs nobody.
        let (Some(key), Some(_)) = (self.session_key(), self.kept(web, page).await?) else {
            return Ok(None);
        };
        let mut tx = web.ctx.store.write().await?;
        let taken = tx.take_kept_form(key, web.ctx.now()).await?;
        tx.commit().await?;
        Ok(taken)
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get()
            .cloned()
            .ok_or_else(|| Problem::new(Kind::Internal))
    }
}

/// The fields of a form that a page of ours has sent, without those that are the door's own.
#[derive(Debug, Clone)]
pub struct Posted(Arc<Private<Vec<(String, String)>>>);

impl Posted {
    /// The first value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.fields().iter();
        all.find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every field, in the order in which they came.
    #[must_use]
    pub fn fields(&self) -> &[(String, String)] {
        self.0.reveal()
    }
}

impl<S: Sync> FromRequestParts<S> for Posted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get()
            .cloned()
            .ok_or_else(|| Problem::new(Kind::Internal))
    }
}

/// Who may see a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visitors {
    /// Anybody, signed in or not.
    Anybody,
    /// An applicant who is signed in.
    Applicant,
    /// A member of staff who is signed in.
    Staff,
}

/// What forms of a page may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forms {
    /// Fields alone.
    Plain,
    /// A file too.
    WithFile,
}

/// Why a request does not get to its page.
pub enum Turned {
    /// To sign in first; with the cookie under which a form was kept, when one was.
    ToSignIn {
        /// Where to afterwards.
        return_to: String,
        /// The browser's cookie, when a form is kept under it.
        kept_under: Option<BrowserToken>,
    },
    /// Away.
    Refused(Problem),
}

impl From<Problem> for Turned {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<StageError> for Turned {
    fn from(error: StageError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<StoreError> for Turned {
    fn from(error: StoreError) -> Self {
        StageError::from(error).into()
    }
}

/// Lets a request to a page in, with who it is and with its form.
///
/// # Errors
/// When they must sign in first, or may not see it, or the form is none of ours.
pub async fn enter(
    web: &Web,
    visitors: Visitors,
    forms: Forms,
    request: Request,
) -> Result<Request, Turned> {
    let (mut parts, body) = request.into_parts();
    let visit = Visit::of(web, &parts.headers).await?;
    if parts.method == Method::GET || parts.method == Method::HEAD {
        if needs_sign_in(visitors, &visit) {
            let target = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            return Err(Turned::ToSignIn {
                return_to: local_path(target).unwrap_or("/").to_owned(),
                kept_under: None,
            });
        }
    } else {
        let request = Request::from_parts(parts.clone(), body);
        let (fields, chosen) = form(web, visitors, forms, &visit, request).await?;
        parts
            .extensions
            .insert(Posted(Arc::new(Private::new(fields))));
        if let Some(chosen) = chosen {
            parts.extensions.insert(chosen);
        }
    }
    let mut request = Request::from_parts(parts, axum::body::Body::empty());
    introduce(web, visitors, &visit, &mut request).await?;
    request.extensions_mut().insert(visit);
    Ok(request)
}

fn needs_sign_in(visitors: Visitors, visit: &Visit) -> bool {
    visitors != Visitors::Anybody && visit.session.is_none()
}

/// Hands the person to the handler; a page of somebody else's kind is closed.
async fn introduce(
    web: &Web,
    visitors: Visitors,
    visit: &Visit,
    request: &mut Request,
) -> Result<(), Turned> {
    match (visitors, visit.visitor()) {
        (Visitors::Applicant, Some(Visitor::Applicant(id))) => {
            let mut tx = web.ctx.store.read().await?;
            let applicant = tx.applicant(*id).await?.ok_or(StageError::Corrupt {
                what: format!("a session of applicant {id}, who is not there"),
            })?;
            request.extensions_mut().insert(Me(Arc::new(applicant)));
        }
        (Visitors::Staff, Some(Visitor::Staff(staff))) => {
            let staff: Staff = staff.clone();
            request.extensions_mut().insert(Desk(Arc::new(staff)));
        }
        (Visitors::Anybody, _) => {}
        _ => return Err(Problem::new(Kind::Forbidden).into()),
    }
    Ok(())
}

/// Reads a form, once it is known to come from a page of ours. Without a session, or with the token of an earlier one, it is kept:
/// nothing typed is lost, and nothing is done. Of a file only its owner has another copy.
async fn form(
    web: &Web,
    visitors: Visitors,
    forms: Forms,
    visit: &Visit,
    request: Request,
) -> Result<(Vec<(String, String)>, Option<Chosen>), Turned> {
    let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
    if !web.browsers.is_own_form(&headers) {
        tracing::warn!("a form of another site was refused");
        return Err(Problem::new(Kind::CrossSite).into());
    }
    let (fields, chosen) = if forms == Forms::WithFile && is_multipart(&headers) {
        let back = page_of(&[], &headers, &web.browsers.origin);
        let read = read_multipart(web, request).await;
        let (fields, chosen) = read.map_err(|problem| problem.way_out(back, BACK))?;
        (fields, Some(chosen))
    } else {
        (read_form(request).await?, None)
    };
    let page = page_of(&fields, &headers, &web.browsers.origin);
    if needs_sign_in(visitors, visit) {
        let token = visit
            .before
            .clone()
            .unwrap_or_else(|| new_token(&*web.ctx.world.entropy));
        keep(web, token.key(), visit.was.clone(), &page, path, fields).await?;
        return Err(Turned::ToSignIn {
            return_to: page,
            kept_under: Some(token),
        });
    }
    if !visit.may_send(&fields) {
        tracing::warn!("a form with a token that is not its session's was refused");
        if let Some((token, session)) = &visit.session {
            let owner = session.visitor.owner();
            keep(web, token.key(), Some(owner), &page, path, fields).await?;
        }
        return Err(Problem::new(Kind::StaleForm).way_out(page, BACK).into());
    }
    Ok((without_own(fields), chosen))
}

fn without_own(mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
    fields.retain(|(name, _)| name != CSRF_FIELD && name != PAGE_FIELD);
    fields
}

async fn keep(
    web: &Web,
    key: Sha256Hex,
    owner: Option<Owner>,
    page: &str,
    path: String,
    fields: Vec<(String, String)>,
) -> Result<(), Problem> {
    let kept = KeptForm {
        owner,
        page: page.to_owned(),
        path,
        fields: Private::new(without_own(fields)),
        ends_at: web.ctx.now().plus_seconds(KEPT_S),
    };
    let mut tx = web.ctx.store.write().await.map_err(StageError::from)?;
    let has_room = tx.keep_form(key, &kept).await.map_err(StageError::from)?;
    tx.commit().await.map_err(StageError::from)?;
    if has_room { Ok(()) } else { Err(crowded()) }
}

/// More strangers at the door than there is room for. Their browser still has what they typed.
#[must_use]
pub fn crowded() -> Problem {
    tracing::warn!("there are more sign-ins or kept forms than there is room for");
    Problem::new(Kind::Unavailable).retry_after(60)
}

/// The fields of an `application/x-www-form-urlencoded` body.
async fn read_form(request: Request) -> Result<Vec<(String, String)>, Problem> {
    let is_form = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| {
            essence
                .trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
    if !is_form {
        return Err(Problem::because(
            Kind::UnsupportedMediaType,
            Words::of(
                "此地址只接受网页表单。",
                "This address takes the forms of its own pages.",
            ),
        ));
    }
    let bytes = take_bytes(FORM_BYTES_MAX, request).await?;
    Ok(url::form_urlencoded::parse(&bytes).into_owned().collect())
}

/// The page a form was filled on: as it says itself, else as the browser says.
fn page_of(fields: &[(String, String)], headers: &HeaderMap, origin: &str) -> String {
    let named = fields
        .iter()
        .find(|(name, _)| name == PAGE_FIELD)
        .and_then(|(_, page)| local_path(page));
    let referred = || {
        let address = headers.get(REFERER)?.to_str().ok()?;
        let rest = address.strip_prefix(origin)?;
        local_path(rest.split('?').next().unwrap_or_default())
    };
    named.or_else(referred).unwrap_or("/home").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browsers(origin: &str) -> Browsers {
        Browsers {
            origin: origin.to_owned(),
            times: SessionTimes {
                idle_s: 60,
                whole_s: 600,
            },
        }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_paths_of_this_service_are_followed() {
        for good in [
            "/",
            "/home",
            "/applications/1?x=https://other.example//",
            "/policies/a#b",
            "/sign-inx",
        ] {
            assert_eq!(local_path(good), Some(good), "{good}");
        }
        let long = format!("/{}", "x".repeat(PATH_BYTES_MAX));
        for bad in [
            "",
            "home",
            "https://other.example/",
            "//other.example",
            "/\\other.example",
            "\\\\other.example",
            "/\t/other.example",
            "/\n/other.example",
            " //other.example",
            "/home//x",
            "/././/other.example",
            "javascript:alert(1)",
            "/路径",
            "/sign-in",
            "/sign-in/callback?code=1",
            "/sign-out?x",
            "/api/v1/policies",
            &long,
        ] {
            assert_eq!(local_path(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_path_that_is_followed_leads_to_no_other_host_as_browsers_read_it() {
        let here: url::Url = "http://here.example/a/b".parse().unwrap();
        for text in [
            "/",
            "/@other.example",
            "/:80",
            "/;//x?y",
            "/..%2f/x",
            "/?//other.example",
        ] {
            if let Some(path) = local_path(text) {
                assert_eq!(
                    here.join(path).unwrap().host_str(),
                    Some("here.example"),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn a_form_comes_from_here_only_when_the_browser_says_so_and_nothing_speaks_against_it() {
        let here = browsers("https://a.example");
        for good in [
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "https://a.example"),
            ][..],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("origin", "https://a.example")],
        ] {
            assert!(here.is_own_form(&headers(good)), "{good:?}");
        }
        for bad in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "http://a.example")],
            &[("origin", "https://a.example.evil.example")],
            &[("origin", "https://a.example:8443")],
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "https://a.example"),
            ],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "none")],
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "https://b.example"),
            ],
            &[
                ("origin", "https://a.example"),
                ("origin", "https://b.example"),
            ],
        ] {
            assert!(!here.is_own_form(&headers(bad)), "{bad:?}");
        }
    }

    #[test]
    fn cookies_are_bound_to_the_host_behind_tls_and_never_seen_by_scripts() {
        let token = BrowserToken::new([1; TOKEN_BYTES]);
        let secure = browsers("https://a.example").set(Cookie::Session, &token);
        let value = token.reveal();
        assert_eq!(
            secure,
            format!("__Host-sanmiao={value}; Path=/; HttpOnly; SameSite=Lax; Secure").as_str()
        );
        let plain = browsers("http://127.0.0.1:8787").clear(Cookie::Before);
        assert_eq!(
            plain,
            "sanmiao-before=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
        );
    }

    #[test]
    fn a_cookie_that_comes_twice_is_none() {
        let one = headers(&[("cookie", "a=1; sanmiao=x"), ("cookie", "b=2")]);
        assert_eq!(cookie(&one, "sanmiao"), Some("x"));
        assert_eq!(cookie(&one, "b"), Some("2"));
        assert_eq!(cookie(&one, "c"), None);
        let two = headers(&[("cookie", "sanmiao=x; sanmiao=y")]);
        assert_eq!(cookie(&two, "sanmiao"), None);
    }

    #[test]
    fn a_form_without_a_page_goes_back_to_where_the_browser_says_it_was() {
        let field = |page: &str| vec![(PAGE_FIELD.to_owned(), page.to_owned())];
        let from = |referer| headers(&[("referer", referer)]);
        let origin = "https://a.example";
        let none = HeaderMap::new();
        assert_eq!(page_of(&field("/x?y=1"), &none, origin), "/x?y=1");
        assert_eq!(page_of(&field("//evil.example"), &none, origin), "/home");
        assert_eq!(page_of(&[], &from("https://a.example/y?z"), origin), "/y");
        assert_eq!(
            page_of(&[], &from("https://a.example.evil.example/y"), origin),
            "/home"
        );
    }
}
