//! What a person reads, in Chinese and in English, always both.

use std::borrow::Cow;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// The same statement in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Words {
    /// Fixed words.
    #[must_use]
    pub const fn of(zh: &'static str, en: &'static str) -> Self {
        Self {
            zh: Cow::Borrowed(zh),
            en: Cow::Borrowed(en),
        }
    }

    /// Words with a value in them.
    #[must_use]
    pub const fn with(zh: String, en: String) -> Self {
        Self {
            zh: Cow::Owned(zh),
            en: Cow::Owned(en),
        }
    }
}

impl Words {
    /// The statement in one language.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}

/// Which language is written first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Chinese, when nothing else is asked for.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The value of `content-language`: both, the wanted one first.
    #[must_use]
    pub const fn content_language(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN, en",
            Self::English => "en, zh-CN",
        }
    }

    /// The language's tag (BCP 47), for the `lang` of a page.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// Reads `accept-language` (RFC 9110, 12.5.4): the heavier of `zh` and `en`, the earlier when they weigh the same.
    #[must_use]
    pub fn wanted(headers: &HeaderMap) -> Self {
        let Some(text) = headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
        else {
            return Self::default();
        };
        let mut best = (0, Self::default());
        for range in text.split(',').take(16) {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(Some(1000), per_mille)
                .unwrap_or(0);
            let language = match tag.split('-').next() {
                Some(primary) if primary.eq_ignore_ascii_case("zh") => Self::Chinese,
                Some(primary) if primary.eq_ignore_ascii_case("en") => Self::English,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}

/// A weight between 0 and 1 with at most three decimals, in thousandths.
fn per_mille(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole: u32 = whole.parse().ok().filter(|whole| *whole <= 1)?;
    let thousandths: u32 = format!("{decimals:0<3}").parse().ok()?;
    Some((whole * 1000 + thousandths).min(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(text: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, text.parse().unwrap());
        Language::wanted(&headers)
    }

    #[test]
    fn the_heavier_language_comes_first() {
        for (text, language) in [
            ("zh-CN", Language::Chinese),
            ("en", Language::English),
            ("EN-gb", Language::English),
            ("zh;q=0.5, en;q=0.8", Language::English),
            ("en;q=0.5, zh;q=0.8", Language::Chinese),
            ("fr, en;q=0.1", Language::English),
            ("fr", Language::Chinese),
            ("en;q=0", Language::Chinese),
            ("en;q=nonsense, zh;q=0.001", Language::Chinese),
            ("en;q=9.0", Language::Chinese),
            ("", Language::Chinese),
        ] {
            assert_eq!(wanted(text), language, "{text}");
        }
        assert_eq!(Language::wanted(&HeaderMap::new()), Language::Chinese);
    }
}
