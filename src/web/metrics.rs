//! `/metrics`: how many requests, how they ended, how long they took; then what the stages count. OpenMetrics text.

use axum::extract::State;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::Web;
use super::problem::{Kind, Problem};

/// Media type of OpenMetrics 1.0.
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the classes of duration, in seconds.
const SECONDS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    path: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    path: String,
}

/// Counts requests by route pattern; never by what a caller wrote, so that the number of series stays bounded.
pub struct Requests {
    registry: Registry,
    answered: Family<Answered, Counter>,
    seconds: Family<Route, Histogram>,
}

impl Default for Requests {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("sanmiao_http");
        let answered = Family::default();
        let seconds = Family::new_with_constructor((|| Histogram::new(SECONDS)) as fn() -> Histogram);
        registry.register("requests", "Requests answered", answered.clone());
        registry.register("request_seconds", "Seconds from request to answer", seconds.clone());
        Self { registry, answered, seconds }
    }
}

impl Requests {
    /// Counts one answered request.
    pub fn seen(&self, method: &Method, path: &str, status: u16, took_us: i64) {
        let method = known(method).to_owned();
        self.answered.get_or_create(&Answered { method, path: path.to_owned(), status }).inc();
        let took = std::time::Duration::from_micros(u64::try_from(took_us).unwrap_or(0));
        self.seconds.get_or_create(&Route { path: path.to_owned() }).observe(took.as_secs_f64());
    }

    fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Methods are the caller's text, too.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET | Method::POST | Method::HEAD | Method::OPTIONS | Method::PUT | Method::PATCH | Method::DELETE => {
            method.as_str()
        }
        _ => "other",
    }
}

/// Counters of the service as OpenMetrics text.
///
/// Holds numbers only, never who or what they are about.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "operations",
    responses((status = 200, description = "OpenMetrics text", body = String,
        content_type = "application/openmetrics-text")))]
pub async fn metrics(State(web): State<Web>) -> Result<Response, Problem> {
    let text = web.requests.text().map_err(|_| Problem::new(Kind::Internal))?;
    Ok(([(CONTENT_TYPE, MEDIA_TYPE)], text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_under_its_route() {
        let requests = Requests::default();
        requests.seen(&Method::GET, "/api/v1/applications/{id}", 200, 1500);
        requests.seen(&Method::from_bytes(b"BREW").unwrap(), "unmatched", 405, -1);
        let text = requests.text().unwrap();
        let line = r#"sanmiao_http_requests_total{method="GET",path="/api/v1/applications/{id}",status="200"} 1"#;
        assert!(text.contains(line), "{text}");
        assert!(text.contains(r#"method="other""#));
        assert!(text.ends_with("# EOF\n"));
    }
}
