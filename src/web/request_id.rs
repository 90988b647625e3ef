//! One id a request, from the page to the treasury: taken over when it fits, made otherwise, sent back always.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::Web;
use super::problem::{Kind, Problem};
use crate::telemetry::RequestId;

/// The header.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// What stands in the log and in metrics for a path that no route matches: the raw path is the caller's text and never kept.
pub const UNMATCHED: &str = "unmatched";

/// The one inbound id; none when there are several.
fn inbound(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(HEADER).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get()
            .cloned()
            .ok_or_else(|| Problem::new(Kind::Internal))
    }
}

/// The pattern of the route that matched, as one of the words the figures are kept under.
fn route_of(request: &Request) -> &'static str {
    static KNOWN: LazyLock<BTreeSet<String>> =
        LazyLock::new(|| super::all_routes().paths().collect());
    let matched = request.extensions().get::<MatchedPath>();
    matched
        .and_then(|path| KNOWN.get(path.as_str()))
        .map_or(UNMATCHED, String::as_str)
}

/// Gives the request its id and its span, writes the access line and counts it.
pub async fn identify(web: Web, mut request: Request, next: Next) -> Response {
    let world = web.ctx.world.clone();
    let id = RequestId::accept(inbound(request.headers()), &*world.entropy);
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(web.clone());
    let (route, method) = (route_of(&request), request.method().clone());
    let span = tracing::info_span!("request", request_id = %id);
    let began_us = world.clock.monotonic_us();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took_us = world.clock.monotonic_us().saturating_sub(began_us);
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    let status = response.status().as_u16();
    let took = Duration::from_micros(u64::try_from(took_us).unwrap_or(0));
    web.ctx.metrics.requested(route, status, took.as_secs_f64());
    span.in_scope(|| {
        tracing::info!(target: "sanmiao::access", %method, path = route, status, ms = took_us / 1000, "answered");
    });
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_inbound_ids_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(HEADER, HeaderValue::from_static("one"));
        assert_eq!(inbound(&headers), Some("one"));
        headers.append(HEADER, HeaderValue::from_static("two"));
        assert_eq!(inbound(&headers), None);
    }
}
