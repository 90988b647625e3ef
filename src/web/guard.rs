//! What stands around every route: limits, time-out, panics, security headers.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;

use super::problem::{Kind, Problem};

/// Most bytes of path and query.
pub const URI_BYTES_MAX: usize = 4096;
/// Most bytes of all header names and values.
pub const HEADER_BYTES_MAX: usize = 16 * 1024;
/// Most headers.
pub const HEADERS_MAX: usize = 64;

/// Headers of every response that does not bring its own. `strict-transport-security` belongs to whoever ends TLS before us.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// Sets the security headers.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// Refuses addresses and headers that are longer than is read.
pub async fn bounded(request: Request, next: Next) -> Response {
    let address = request
        .uri()
        .path_and_query()
        .map_or(0, |path| path.as_str().len());
    if address > URI_BYTES_MAX {
        return Problem::new(Kind::UriTooLong).into_response();
    }
    if request.headers().len() > HEADERS_MAX || header_bytes(request.headers()) > HEADER_BYTES_MAX {
        return Problem::new(Kind::HeadersTooLarge).into_response();
    }
    next.run(request).await
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum()
}

/// Ends a request that takes too long.
pub async fn in_time(limit: Duration, request: Request, next: Next) -> Response {
    tokio::time::timeout(limit, next.run(request))
        .await
        .unwrap_or_else(|_| Problem::new(Kind::Timeout).retry_after(5).into_response())
}

/// A panic is a fault of ours, not the end of the connection.
pub async fn catch_panic(request: Request, next: Next) -> Response {
    AssertUnwindSafe(next.run(request))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| {
            tracing::error!("a handler panicked");
            Problem::new(Kind::Internal).into_response()
        })
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;
    use crate::web::problem::{MEDIA_TYPE, render};

    async fn broken() -> &'static str {
        panic!("the personal words of a panic")
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_that_does_not_repeat_its_words() {
        let service: axum::routing::MethodRouter = get(broken)
            .layer(from_fn(catch_panic))
            .layer(from_fn(render));
        let request = Request::get("/").body(axum::body::Body::empty()).unwrap();
        let response = service.oneshot(request).await.unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("personal words"));
    }
}
