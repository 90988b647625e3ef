//! How somebody wants to read: language, text size, theme. In a cookie, so that it holds without signing in.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use super::shell::see_other;
use crate::web::session::{Posted, cookie, local_path};
use crate::web::words::Language;

/// The cookie; nothing in it is about anybody.
const COOKIE: &str = "sanmiao-preferences";
/// A year.
const COOKIE_S: u32 = 31_536_000;

/// How big the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextSize {
    /// As the browser has it.
    #[default]
    Normal,
    /// Larger, for tired eyes.
    Large,
}

impl TextSize {
    /// The word of the form and of the page.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Large => "large",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Normal, Self::Large]
            .into_iter()
            .find(|size| size.as_str() == word)
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the device has it.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word of the form and of the page.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.as_str() == word)
    }
}

/// How somebody wants to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preferences {
    /// The language: the one chosen, else the browser's.
    pub language: Language,
    /// The text size.
    pub size: TextSize,
    /// The theme.
    pub theme: Theme,
}

impl Preferences {
    /// Reads the cookie; what it does not say comes from the browser.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let mut preferences = Self {
            language: Language::wanted(headers),
            ..Self::default()
        };
        for word in cookie(headers, COOKIE).unwrap_or_default().split('.') {
            preferences.take(word);
        }
        preferences
    }

    /// Takes a word it knows; every other changes nothing. No word means two things.
    fn take(&mut self, word: &str) {
        match word {
            "zh" => self.language = Language::Chinese,
            "en" => self.language = Language::English,
            word => {
                self.size = TextSize::parse(word).unwrap_or(self.size);
                self.theme = Theme::parse(word).unwrap_or(self.theme);
            }
        }
    }

    fn header(self) -> HeaderValue {
        let language = match self.language {
            Language::Chinese => "zh",
            Language::English => "en",
        };
        let (size, theme) = (self.size.as_str(), self.theme.as_str());
        let text = format!(
            "{COOKIE}={language}.{size}.{theme}; Path=/; HttpOnly; SameSite=Lax; Max-Age={COOKIE_S}"
        );
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

impl<S: Sync> FromRequestParts<S> for Preferences {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// Remembers how somebody wants to read, and goes back to where they were.
#[utoipa::path(post, path = "/preferences", operation_id = "prefer", tag = "pages",
    responses((status = 303, description = "Back to the page")))]
pub(super) async fn prefer(preferences: Preferences, posted: Posted) -> Response {
    let mut preferences = preferences;
    for name in ["language", "size", "theme"] {
        preferences.take(posted.get(name).unwrap_or_default());
    }
    let back = posted.get("return_to").and_then(local_path).unwrap_or("/");
    let mut response = see_other(back);
    response
        .headers_mut()
        .append(SET_COOKIE, preferences.header());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cookie: &str, accept: &str) -> Preferences {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", cookie.parse().unwrap());
        headers.insert("accept-language", accept.parse().unwrap());
        Preferences::of(&headers)
    }

    #[test]
    fn what_was_chosen_is_stronger_than_what_the_browser_says() {
        let chosen = read("sanmiao-preferences=zh.large.dark", "en");
        assert_eq!(
            chosen,
            Preferences {
                language: Language::Chinese,
                size: TextSize::Large,
                theme: Theme::Dark
            }
        );
        assert_eq!(read("x=y", "en").language, Language::English);
    }

    #[test]
    fn words_nobody_knows_change_nothing() {
        let odd = read("sanmiao-preferences=fr.huge.<b>.dark", "zh");
        assert_eq!(
            odd,
            Preferences {
                theme: Theme::Dark,
                ..Preferences::default()
            }
        );
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let chosen = Preferences {
            language: Language::English,
            size: TextSize::Large,
            theme: Theme::Light,
        };
        let header = chosen.header();
        let cookie = header.to_str().unwrap().split(';').next().unwrap();
        assert_eq!(read(cookie, "zh"), chosen);
    }
}
