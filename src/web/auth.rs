//! Who may come in. Every route carries an [`Access`] rule; [`authorize`] holds it before the route's handler sees the request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Web;
use super::extract::take_bytes;
use super::problem::{Kind, Problem};
use crate::domain::person::{Applicant, Role, Staff, Subject};
use crate::ports::{ApplicantClaims, IdentityError, Principal};

/// Longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// Most applicants remembered between requests.
const PEOPLE_MAX: usize = 4096;

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
}

/// A request as it was signed.
#[derive(Debug)]
pub struct SignedRequest<'a> {
    /// The method.
    pub method: &'a Method,
    /// Path and query as sent, from the `/` on.
    pub path_and_query: &'a str,
    /// The headers, with the signature in them.
    pub headers: &'a HeaderMap,
    /// The body's exact bytes.
    pub body: &'a [u8],
}

/// The wire seal between the treasury and us (docs/contracts.md), held by the gateways.
pub trait TreasurySeal: Send + Sync {
    /// Verifies digest, time stamp, nonce and signature, and remembers the nonce.
    ///
    /// # Errors
    /// Why not, for the log; no personal data.
    fn verify(&self, request: &SignedRequest<'_>) -> Result<(), &'static str>;

    /// The headers that seal a reply to the request with this nonce.
    fn reply(&self, status: u16, nonce: &str, body: &[u8]) -> Vec<(HeaderName, HeaderValue)>;
}

/// Marks a response that goes out sealed, with the nonce of its request.
#[derive(Debug, Clone)]
pub struct SealedReply(pub String);

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
        parts.extensions.get().cloned().ok_or_else(|| Problem::new(Kind::Internal))
    }
}

impl<S: Sync> FromRequestParts<S> for Desk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or_else(|| Problem::new(Kind::Internal))
    }
}

/// Lets a request through to its handler when the rule allows it.
pub async fn authorize(access: Access, request: Request, next: Next) -> Response {
    let Some(web) = request.extensions().get::<Web>().cloned() else {
        return Problem::new(Kind::Internal).into_response();
    };
    match access {
        Access::Public => next.run(request).await,
        Access::TreasurySignature => by_seal(&web, request, next).await,
        Access::Applicant | Access::Staff(_) => match by_token(&web, access, request).await {
            Ok(request) => next.run(request).await,
            Err(problem) => problem.into_response(),
        },
    }
}

async fn by_token(web: &Web, access: Access, mut request: Request) -> Result<Request, Problem> {
    let token = bearer(request.headers())?.to_owned();
    let principal = web.identity.principal(&token).await.map_err(not_believed)?;
    match (access, principal) {
        (Access::Applicant, Principal::Applicant(claims)) => {
            let me = web.people.recall(web, claims).await?;
            request.extensions_mut().insert(Me(me));
        }
        (Access::Staff(roles), Principal::Staff(staff)) if roles.iter().any(|role| staff.has(*role)) => {
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
    let (Some(value), None) = (values.next(), values.next()) else { return Err(missing()) };
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(missing)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let fits = (1..=TOKEN_BYTES_MAX).contains(&token.len()) && token.bytes().all(plain);
    if scheme.eq_ignore_ascii_case("bearer") && fits { Ok(token) } else { Err(missing()) }
}

fn not_believed(error: IdentityError) -> Problem {
    match error {
        IdentityError::Refused { why } => {
            tracing::info!(why, "a token was refused");
            Problem::new(Kind::Unauthorized).challenge("Bearer realm=\"sanmiao\", error=\"invalid_token\"")
        }
        IdentityError::Unavailable => Problem::new(Kind::Unavailable).retry_after(5),
    }
}

async fn by_seal(web: &Web, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let nonce = parts.headers.get("x-sm-nonce").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let mut response = match sealed(web, parts, body).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    response.extensions_mut().insert(SealedReply(nonce));
    response
}

async fn sealed(web: &Web, parts: Parts, body: Body) -> Result<Request, Problem> {
    let bytes = take_bytes(Request::from_parts(parts.clone(), body)).await?;
    let path_and_query = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let signed = SignedRequest { method: &parts.method, path_and_query, headers: &parts.headers, body: &bytes };
    if let Err(why) = web.seal.verify(&signed) {
        tracing::warn!(why, "a call-back without a good seal was refused");
        return Err(Problem::new(Kind::BadSignature));
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Applicants seen lately, so that a request need not write to the database to know whose it is. Bounded; forgotten whole.
#[derive(Default)]
pub struct People(Mutex<HashMap<Subject, (ApplicantClaims, Arc<Applicant>)>>);

impl People {
    /// The applicant of a token's claims. Claims that changed are enrolled anew.
    async fn recall(&self, web: &Web, claims: ApplicantClaims) -> Result<Arc<Applicant>, Problem> {
        if let Some(known) = self.known(&claims) {
            return Ok(known);
        }
        let applicant = Arc::new(web.prefill.enrol(&claims).await?);
        let mut people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if people.len() >= PEOPLE_MAX {
            people.clear();
        }
        people.insert(claims.subject.clone(), (claims, Arc::clone(&applicant)));
        Ok(applicant)
    }

    fn known(&self, claims: &ApplicantClaims) -> Option<Arc<Applicant>> {
        let people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, applicant) = people.get(&claims.subject)?;
        (known == claims).then(|| Arc::clone(applicant))
    }
}

#[cfg(test)]
mod tests {
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
            assert_eq!(bearer(&headers(wrong)).unwrap_err().kind(), Kind::Unauthorized, "{wrong:?}");
        }
    }
}
