//! `/metrics`: every figure of the service as `OpenMetrics` text.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::Web;

/// Media type of `OpenMetrics` 1.0.
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Figures of the service as `OpenMetrics` text.
///
/// Holds numbers only, never who or what they are about.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "operations",
    responses((status = 200, description = "OpenMetrics text", body = String,
        content_type = "application/openmetrics-text")))]
pub(super) async fn metrics(State(web): State<Web>) -> impl IntoResponse {
    ([(CONTENT_TYPE, MEDIA_TYPE)], web.ctx.metrics.render())
}
