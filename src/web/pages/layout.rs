//! What every page stands in: the frame, the visitor's language, and how values are written for people.

use std::borrow::Cow;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::tz::Offset;

use super::preferences::{Preferences, TextSize, Theme};
use super::shell::document;
use crate::domain::district::DistrictCode;
use crate::domain::money::Money;
use crate::domain::policy::text::{Lang, Text};
use crate::domain::time::Timestamp;
use crate::web::problem::{Kind, Problem, SaidAll};
use crate::web::session::Visit;
use crate::web::texts as t;
use crate::web::words::{Language, Words};

/// China has one time zone, eight hours ahead.
const CHINA_HOURS: i8 = 8;

/// Words, or what leads to them: templates hand over references to references.
pub trait Said {
    /// The words.
    fn words(&self) -> &Words;
}

impl Said for Words {
    fn words(&self) -> &Words {
        self
    }
}

impl<T: Said> Said for &T {
    fn words(&self) -> &Words {
        (*self).words()
    }
}

/// The frame of one page for one visitor.
#[derive(Debug, Clone)]
pub struct Page {
    preferences: Preferences,
    /// The page's own address, without a query.
    pub path: String,
    /// What its forms carry; empty without a session.
    pub csrf: String,
}

impl Page {
    /// The page at an address.
    #[must_use]
    pub fn new(preferences: Preferences, visit: Option<&Visit>, path: impl Into<String>) -> Self {
        Self {
            preferences,
            path: path.into(),
            csrf: visit.map(Visit::csrf).unwrap_or_default(),
        }
    }

    /// A template as a whole document.
    pub fn render(&self, status: StatusCode, template: &impl Template) -> Response {
        match template.render() {
            Ok(html) => {
                let mut response = document(status, self.preferences, html);
                response.extensions_mut().insert(SaidAll);
                response
            }
            Err(error) => {
                tracing::error!(%error, "a page could not be written");
                Problem::new(Kind::Internal).into_response()
            }
        }
    }

    /// A text in the visitor's language.
    pub fn say(&self, said: impl Said) -> Cow<'static, str> {
        let words = said.words();
        match self.preferences.language {
            Language::Chinese => words.zh.clone(),
            Language::English => words.en.clone(),
        }
    }

    /// A text of a policy in the visitor's language.
    #[must_use]
    pub fn text<'t>(&self, text: &'t Text) -> &'t str {
        text.get(match self.preferences.language {
            Language::Chinese => Lang::Zh,
            Language::English => Lang::En,
        })
    }

    /// An amount, with thousands apart: `¥200,000.00`.
    #[must_use]
    pub fn money(&self, amount: Money) -> String {
        let text = amount.to_string();
        let (yuan, fen) = text.split_once('.').unwrap_or((&text, "00"));
        let mut apart = String::new();
        for (at, digit) in yuan.chars().enumerate() {
            if at > 0 && (yuan.len() - at).is_multiple_of(3) {
                apart.push(',');
            }
            apart.push(digit);
        }
        format!("¥{apart}.{fen}")
    }

    /// A moment as clocks in China show it, to the second.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        let Ok(at) = jiff::Timestamp::from_microsecond(at.as_micros()) else {
            return String::new();
        };
        let at = Offset::constant(CHINA_HOURS).to_datetime(at);
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// A value of a register as people say it; as it stands where there is no word for it. Several are told apart by a comma.
    #[must_use]
    pub fn value(&self, value: &str) -> String {
        self.value_at("", "", value)
    }

    /// The same where it is known which register has it where: there are codes that mean something only there.
    #[must_use]
    pub fn value_at(&self, origin: &str, pointer: &str, value: &str) -> String {
        if value.is_empty() {
            return self.say(t::NOTHING).into_owned();
        }
        let single = |code: &str| {
            let words = t::code_at(origin, pointer, code).or_else(|| t::code(code));
            let words = words.map(|words| self.say(words).into_owned());
            let words = words.or_else(|| self.district(code));
            words.unwrap_or_else(|| code.to_owned())
        };
        let each = value.split(", ").map(single);
        each.collect::<Vec<_>>().join(" · ")
    }

    fn district(&self, code: &str) -> Option<String> {
        let code: DistrictCode = code.parse().ok()?;
        let name = match self.preferences.language {
            Language::Chinese => code.name_zh(),
            Language::English => code.name_en(),
        };
        name.map(str::to_owned)
    }

    pub(super) fn tag(&self) -> &'static str {
        self.preferences.language.tag()
    }

    pub(super) fn class(&self) -> String {
        let theme = match self.preferences.theme {
            Theme::Auto => "",
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        let size = match self.preferences.size {
            TextSize::Normal => "",
            TextSize::Large => "large",
        };
        format!("{theme} {size}").trim().to_owned()
    }

    pub(super) fn is_at(&self, path: &str) -> bool {
        self.path == path
    }

    pub(super) fn is_signed_in(&self) -> bool {
        !self.csrf.is_empty()
    }

    /// The other language: its word in the form, its tag, its own name.
    pub(super) fn other(&self) -> (&'static str, &'static str, &'static str) {
        match self.preferences.language {
            Language::Chinese => ("en", "en", "English"),
            Language::English => ("zh", "zh-CN", "中文"),
        }
    }

    pub(super) fn sizes(&self) -> [(&'static str, Words, bool); 2] {
        let chosen = self.preferences.size;
        [
            (TextSize::Normal, t::SIZE_NORMAL),
            (TextSize::Large, t::SIZE_LARGE),
        ]
        .map(|(size, words)| (size.as_str(), words, size == chosen))
    }

    pub(super) fn themes(&self) -> [(&'static str, Words, bool); 3] {
        let chosen = self.preferences.theme;
        [
            (Theme::Auto, t::THEME_AUTO),
            (Theme::Light, t::THEME_LIGHT),
            (Theme::Dark, t::THEME_DARK),
        ]
        .map(|(theme, words)| (theme.as_str(), words, theme == chosen))
    }
}

/// A page of a few words.
#[derive(Template)]
#[template(path = "message.html")]
pub struct Message<'a> {
    page: &'a Page,
    title: Cow<'static, str>,
    /// Markup; whatever stands in it was escaped.
    body: &'a str,
}

/// A page of a few words, its body being markup.
#[must_use]
pub fn message(page: &Page, status: StatusCode, title: Words, body: &str) -> Response {
    let title = page.say(title);
    page.render(status, &Message { page, title, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_moments_are_written_for_people() {
        let page = Page::new(Preferences::default(), None, "/");
        for (text, shown) in [
            ("0.01", "¥0.01"),
            ("200000.00", "¥200,000.00"),
            ("1234567.89", "¥1,234,567.89"),
        ] {
            assert_eq!(page.money(text.parse().unwrap()), shown);
        }
        assert_eq!(
            page.moment(Timestamp::from_seconds(1_795_399_200)),
            "2026-11-23 10:00:00"
        );
        assert_eq!(page.value("440604"), "禅城区");
        assert_eq!(page.value("full_time"), "全日制");
        assert_eq!(page.value("<b>"), "<b>");
        assert_eq!(page.value("settling_in, rent"), "安家补贴 · 租房补贴");
        assert_eq!(page.value("settling_in of rent"), "settling_in of rent");
        assert_eq!(page.value(""), "无");
    }

    #[test]
    fn a_code_that_means_something_in_one_register_alone_is_said_there_alone() {
        let page = Page::new(Preferences::default(), None, "/");
        assert_eq!(page.value_at("degree", "/records/0/level", "2"), "博士");
        assert_eq!(
            page.value_at("degree", "/recognitions/1/level", "3, 4"),
            "硕士 · 学士"
        );
        assert_eq!(page.value_at("degree", "/records/0/serial", "2"), "2");
        assert_eq!(
            page.value_at("education", "/records/0/level", "14"),
            "硕士研究生毕业"
        );
        assert_eq!(page.value("2"), "2");
    }
}
