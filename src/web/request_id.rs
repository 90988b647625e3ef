//! One id a request, from the page to the treasury: taken over when it fits, made otherwise, sent back always.

use std::fmt;
use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::Web;
use super::problem::{Kind, Problem};
use crate::ports::Entropy;

/// The header.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Most characters of an id.
pub const CHARS_MAX: usize = 64;

/// What stands in the log and in metrics for a path that no route matches: the raw path is the caller's text and never kept.
pub const UNMATCHED: &str = "unmatched";

/// A request's id: 1 to 64 of `A-Z a-z 0-9 _ -`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// Takes over an id that fits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        ((1..=CHARS_MAX).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(text.into()))
    }

    /// Makes one of 16 random bytes, as 32 hexadecimal digits.
    #[must_use]
    pub fn make(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        Self(hex::encode(bytes).into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The one inbound id when there is exactly one and it fits.
    fn inbound(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(HEADER).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Self::parse(value.to_str().ok()?),
            _ => None,
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or_else(|| Problem::new(Kind::Internal))
    }
}

/// The pattern of the route that matched.
#[must_use]
pub fn route_of(request: &Request) -> Arc<str> {
    request.extensions().get::<MatchedPath>().map_or_else(|| UNMATCHED.into(), |path| path.as_str().into())
}

/// Gives the request its id and its span, writes the access line and counts it.
pub async fn identify(web: Web, mut request: Request, next: Next) -> Response {
    let id = RequestId::inbound(request.headers()).unwrap_or_else(|| RequestId::make(&*web.ctx.world.entropy));
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(web.clone());
    let route = route_of(&request);
    let method = request.method().clone();
    let span = tracing::info_span!("request", request_id = %id);
    let began_us = web.ctx.world.clock.monotonic_us();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took_us = web.ctx.world.clock.monotonic_us().saturating_sub(began_us);
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    let status = response.status().as_u16();
    web.requests.seen(&method, &route, status, took_us);
    span.in_scope(|| {
        tracing::info!(target: "sanmiao::access", %method, path = %route, status, ms = took_us / 1000, "answered");
    });
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_fits_is_taken_over_and_no_other() {
        for good in ["a", "A-z_9", &"x".repeat(64)] {
            assert_eq!(RequestId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "ü", "a\nb", "a;b", &"x".repeat(65)] {
            assert_eq!(RequestId::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn two_inbound_ids_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(HEADER, HeaderValue::from_static("one"));
        assert!(RequestId::inbound(&headers).is_some());
        headers.append(HEADER, HeaderValue::from_static("two"));
        assert!(RequestId::inbound(&headers).is_none());
    }
}
