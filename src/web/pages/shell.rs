//! What every page stands in.

use axum::http::header::{
    CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, VARY,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::preferences::Preferences;
use crate::web::words::Words;

/// Nothing but what this service serves itself, and nothing in the page that is a program.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A whole document.
#[must_use]
pub fn page(status: StatusCode, preferences: Preferences, title: &Words, body: &str) -> Response {
    let language = preferences.language;
    let title = escaped(title.text(language));
    let service = Words::of("三秒 · 人才补贴", "Sanmiao · talent subsidies");
    let text = format!(
        "<!doctype html>\n<html lang=\"{lang}\" data-size=\"{size}\" data-theme=\"{theme}\">\n<head>\n\
         <meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} – {service}</title>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n",
        lang = language.tag(),
        size = preferences.size.as_str(),
        theme = preferences.theme.as_str(),
        service = service.text(language),
    );
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        // Forms must say where they come from, and nobody else needs to know.
        (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (CONTENT_LANGUAGE, HeaderValue::from_static(language.tag())),
        (VARY, HeaderValue::from_static("accept-language, cookie")),
    ];
    (status, headers, text).into_response()
}

/// Text that cannot become markup.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// Sends the browser on with a GET.
#[must_use]
pub fn see_other(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(address) => (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_cannot_become_markup() {
        assert_eq!(
            escaped("<a href=\"x\">'&"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"
        );
    }
}
