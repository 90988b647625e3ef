//! The OpenAPI document: made from the routes themselves, printed by `sanmiao openapi`, kept in schemas/openapi.json.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::problem::{FieldErrorSchema, ProblemSchema};
use super::routes::{PAGE, operations};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "sanmiao 秒报秒批秒付",
        description = "Talent subsidies: a form filled from the registers (秒报), approval by machine of what meets the policy (秒批), \
            payment through the treasury exactly once (秒付).\n\nAmounts are strings of yuan with two decimals, never JSON numbers. \
            Instants are RFC 3339 in UTC, dates are ISO 8601. Refusals are problems (RFC 9457) in Chinese and in English. \
            `x-access` says who may use an operation. Every example is made up.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemSchema, FieldErrorSchema)),
    tags(
        (name = "policies", description = "What can be applied for"),
        (name = "figures", description = "How the service keeps its word"),
        (name = "applications", description = "An applicant's own applications"),
        (name = "payments", description = "An applicant's own payments"),
        (name = "review", description = "What the machine referred to people (转人工)"),
        (name = "desk", description = "The reviewer's desk (办不成事窗口): cases, officers, freezes, reports, causes"),
        (name = "finance", description = "Payments, ledger and appropriations (财务)"),
        (name = "treasury", description = "Call-backs of the treasury"),
        (name = "operations", description = "For those who run the service")
    )
)]
struct Described;

/// The document as pretty JSON with a line feed at its end.
#[must_use]
pub fn document() -> String {
    let mut routes = super::all_routes().description();
    routes
        .paths
        .paths
        .retain(|_, item| rules(item).all(|rule| !is_page(&rule)));
    let mut document = Described::openapi();
    document.merge(routes);
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", bearer());
    components.add_security_scheme("treasury_signature", treasury_signature());
    for (name, schema) in &mut components.schemas {
        close(name, schema);
    }
    // Maps inside are sorted, so that the same routes give the same bytes.
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Every operation of every page: method, path and who may see it. For the test that every one has its line.
#[must_use]
pub fn pages() -> Vec<(&'static str, String, String)> {
    let routes = super::all_routes().description();
    let mut pages = Vec::new();
    for (path, mut item) in routes.paths.paths {
        let methods = [
            ("get", item.get.take()),
            ("post", item.post.take()),
            ("put", item.put.take()),
            ("patch", item.patch.take()),
            ("delete", item.delete.take()),
        ];
        for (method, operation) in methods {
            let rule = operation.as_ref().map(rule);
            if let Some(rule) = rule.filter(is_page) {
                let visitors = rule[1].as_str().unwrap_or_default();
                pages.push((method, path.clone(), visitors.to_owned()));
            }
        }
    }
    pages
}

fn is_page(rule: &serde_json::Value) -> bool {
    rule[0] == PAGE
}

fn rule(operation: &Operation) -> serde_json::Value {
    let extensions = operation.extensions.as_ref();
    extensions
        .and_then(|extensions| extensions.get("x-access"))
        .cloned()
        .unwrap_or_default()
}

fn rules(item: &mut PathItem) -> impl Iterator<Item = serde_json::Value> {
    operations(item).map(|operation| rule(operation))
}

/// What is read takes no members that nobody asked for.
fn close(name: &str, schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = schema
        && name.ends_with("Request")
    {
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
}

fn bearer() -> SecurityScheme {
    let http = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT");
    SecurityScheme::Http(
        http.description(Some("Access token of the configured OpenID issuer."))
            .build(),
    )
}

fn treasury_signature() -> SecurityScheme {
    let about =
        "HMAC over method, path, app id, time stamp, nonce and body digest; see docs/contracts.md.";
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "x-sm-signature",
        about,
    )))
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", operation_id = "openapi", tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
pub(super) async fn openapi() -> Response {
    static DOCUMENT: std::sync::LazyLock<String> = std::sync::LazyLock::new(document);
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, DOCUMENT.as_str()).into_response()
}
