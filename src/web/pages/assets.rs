//! `GET /static/{name}`: the sheet, the script and the mark. Part of the program; the address changes with the content, so that
//! browsers may keep what they have for ever.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use crate::domain::hash::sha256;
use crate::web::problem::{Kind, Problem};

/// Name, content type, content.
const ASSETS: [(&str, &str, &str); 6] = [
    (
        "sanmiao.css",
        "text/css; charset=utf-8",
        include_str!("../static/sanmiao.css"),
    ),
    (
        "sanmiao.js",
        "text/javascript; charset=utf-8",
        include_str!("../static/sanmiao.js"),
    ),
    (
        "desk.css",
        "text/css; charset=utf-8",
        include_str!("../static/desk.css"),
    ),
    (
        "desk.js",
        "text/javascript; charset=utf-8",
        include_str!("../static/desk.js"),
    ),
    (
        "finance.css",
        "text/css; charset=utf-8",
        include_str!("../static/finance.css"),
    ),
    (
        "mark.svg",
        "image/svg+xml",
        include_str!("../static/mark.svg"),
    ),
];

/// Digits of the hash in an address.
const HASH_DIGITS: usize = 12;

static ADDRESSES: LazyLock<BTreeMap<&str, String>> = LazyLock::new(|| {
    ASSETS
        .into_iter()
        .map(|(name, _, content)| {
            let hash = sha256(content.as_bytes()).to_string();
            (name, format!("/static/{}-{name}", &hash[..HASH_DIGITS]))
        })
        .collect()
});

/// The address under which an asset is served.
#[must_use]
pub fn address(name: &str) -> String {
    ADDRESSES.get(name).cloned().unwrap_or_default()
}

/// An asset of the pages.
#[utoipa::path(get, path = "/static/{name}", operation_id = "asset", tag = "pages",
    params(("name" = String, Path, description = "As pages name it")),
    responses((status = 200, description = "The asset")))]
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    let path = format!("/static/{name}");
    let found = ASSETS
        .into_iter()
        .find(|(name, _, _)| address(name) == path);
    let Some((_, kind, content)) = found else {
        return Problem::new(Kind::NotFound).into_response();
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    (headers, content).into_response()
}
