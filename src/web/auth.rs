//! Who may come in. Every route carries an [`Access`] rule; [`authorize`] holds it before the route's handler sees the request.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Web;
use super::extract::take_bytes;
use super::pages;
use super::problem::{Kind, Problem};
use super::session::{Forms, Visitors};
use crate::domain::person::{Applicant, Role, Staff};
use crate::domain::treasury::Callback;
use crate::ports::{CallbackError, IdentityError, InboundRequest, Principal};

/// Longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody; nothing personal is there.
    Public,
    /// An applicant, who then sees only their own.
    Applicant,
    /// Staff with one of these roles; the stage then looks at the district.
    Staff(&'static [Role]),
    /// The treasury, by the signature of its call-back.
    TreasurySignature,
    /// A page for people with browsers, by session cookie.
    Page(Visitors),
    /// A page whose form may bring a file along.
    PageWithFile(Visitors),
}

/// A call-back whose seal was verified, with its exact bytes.
#[derive(Debug, Clone)]
pub struct SignedEvent {
    /// What it says.
    pub callback: Callback,
    /// As received; kept as evidence.
    pub body: Arc<[u8]>,
}

/// The applicant who is signed in.
#[derive(Debug, Clone)]
pub struct Me(pub Arc<Applicant>);

/// The member of staff who is signed in.
#[derive(Debug, Clone)]
pub struct Desk(pub Arc<Staff>);

impl<S: Sync> FromRequestParts<S> for Me {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Only a route whose rule is not `Applicant` can lack it: our fault, and closed all the same.
        parts
            .extensions
            .get()
            .cloned()
            .ok_or_else(|| Problem::new(Kind::Internal))
    }
}

impl<S: Sync> FromRequestParts<S> for Desk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get()
            .cloned()
            .ok_or_else(|| Problem::new(Kind::Internal))
    }
}

impl<S: Sync> FromRequestParts<S> for SignedEvent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get()
            .cloned()
            .ok_or_else(|| Problem::new(Kind::Internal))
    }
}

/// Lets a request through to its handler when the rule allows it.
pub async fn authorize(access: Access, request: Request, next: Next) -> Response {
    let Some(web) = request.extensions().get::<Web>().cloned() else {
        return Problem::new(Kind::Internal).into_response();
    };
    match access {
        Access::Public => next.run(request).await,
        Access::Page(visitors) => pages::admit(&web, visitors, Forms::Plain, request, next).await,
        Access::PageWithFile(visitors) => {
            pages::admit(&web, visitors, Forms::WithFile, request, next).await
        }
        Access::TreasurySignature => admitted(by_seal(&web, request).await, next).await,
        Access::Applicant | Access::Staff(_) => {
            admitted(by_token(&web, access, request).await, next).await
        }
    }
}

async fn admitted(request: Result<Request, Problem>, next: Next) -> Response {
    match request {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn by_token(web: &Web, access: Access, mut request: Request) -> Result<Request, Problem> {
    let token = bearer(request.headers())?.to_owned();
    let principal = web.identity.principal(&token).await.map_err(not_believed)?;
    match (access, principal) {
        (Access::Applicant, Principal::Applicant(claims)) => {
            let me = web.prefill.enrol(&claims).await?;
            request.extensions_mut().insert(Me(Arc::new(me)));
        }
        (Access::Staff(roles), Principal::Staff(staff))
            if roles.iter().any(|role| staff.has(*role)) =>
        {
            request.extensions_mut().insert(Desk(Arc::new(staff)));
        }
        _ => return Err(Problem::new(Kind::Forbidden)),
    }
    Ok(request)
}

/// The one bearer token of a request (RFC 6750, 2.1).
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let missing = || Problem::new(Kind::Unauthorized).challenge("Bearer realm=\"sanmiao\"");
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(missing());
    };
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or_else(missing)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let fits = (1..=TOKEN_BYTES_MAX).contains(&token.len()) && token.bytes().all(plain);
    if scheme.eq_ignore_ascii_case("bearer") && fits {
        Ok(token)
    } else {
        Err(missing())
    }
}

fn not_believed(error: IdentityError) -> Problem {
    match error {
        IdentityError::ProviderUnavailable => Problem::new(Kind::Unavailable).retry_after(5),
        IdentityError::NoRole | IdentityError::MixedRoles => Problem::new(Kind::Forbidden),
        refused => {
            // The error names what does not hold, never the token or a value from it.
            tracing::info!(error = %refused, "a token was refused");
            Problem::new(Kind::Unauthorized)
                .challenge("Bearer realm=\"sanmiao\", error=\"invalid_token\"")
        }
    }
}

/// Verifies a call-back before anything of it is believed.
async fn by_seal(web: &Web, request: Request) -> Result<Request, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = take_bytes(web.body_bytes_max, Request::from_parts(parts.clone(), body)).await?;
    let headers: Vec<(&str, &str)> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let inbound = InboundRequest {
        method: parts.method.as_str(),
        path_and_query: parts.uri.path_and_query().map_or("/", |path| path.as_str()),
        headers: &headers,
        body: &bytes,
    };
    let callback = web.gate.admit(inbound).map_err(not_admitted)?;
    let mut request = Request::from_parts(parts, Body::empty());
    request.extensions_mut().insert(SignedEvent {
        callback,
        body: bytes.into(),
    });
    Ok(request)
}

fn not_admitted(error: CallbackError) -> Problem {
    tracing::warn!(%error, "a call-back was not believed");
    match error {
        CallbackError::NotSigned { .. } | CallbackError::Replayed => {
            Problem::new(Kind::BadSignature)
        }
        CallbackError::Busy => Problem::new(Kind::Unavailable).retry_after(5),
        CallbackError::Malformed => Problem::new(Kind::BadCallback),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn one_bearer_token_is_found_and_nothing_else() {
        assert_eq!(bearer(&headers(&["Bearer a.b-c_d"])).unwrap(), "a.b-c_d");
        assert_eq!(bearer(&headers(&["bearer x"])).unwrap(), "x");
        let long = format!("Bearer {}", "x".repeat(TOKEN_BYTES_MAX + 1));
        for wrong in [
            &[][..],
            &["Bearer"],
            &["Bearer "],
            &["Bearer  x"],
            &["Basic eDp5"],
            &["x"],
            &["Bearer a b"],
            &["Bearer a,b"],
            &["Bearer a", "Bearer a"],
            &[&long],
        ] {
            assert_eq!(
                bearer(&headers(wrong)).unwrap_err().kind(),
                Kind::Unauthorized,
                "{wrong:?}"
            );
        }
    }
}
