//! What somebody has typed into a form that is not filed yet: kept as it was typed, right or wrong, and read by nobody but them.

use serde::{Deserialize, Serialize};

use super::bank::AccountKind;
use super::person::Private;
use super::time::Timestamp;

/// How long it is kept after the last key, in days. Whoever comes back later finds the form filled anew, and types a few numbers.
pub const KEPT_DAYS: i64 = 30;
/// Most characters of a field that is typed; no account, bank or telephone number is longer, also when it is grouped.
pub const FIELD_CHARS_MAX: usize = 40;
/// Most characters of the words of a dispute.
pub const WORDS_CHARS_MAX: usize = 1_000;

const DAY_S: i64 = 86_400;

/// The fields as they stand in the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    /// What the account is called, once that is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<AccountKind>,
    /// Account the money goes to.
    pub account: Private<String>,
    /// Its bank.
    pub bank: Private<String>,
    /// Telephone for messages.
    pub phone: Private<String>,
    /// What is being said about rows that are wrong: the row, and the words so far.
    pub words: Vec<(String, Private<String>)>,
}

/// A field holds more than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field}: at most {chars_max} characters")]
pub struct TooLong {
    /// Which: `account`, `bank`, `phone` or `words`.
    pub field: &'static str,
    /// How many it may.
    pub chars_max: usize,
}

impl Default for Typing {
    fn default() -> Self {
        let empty = || Private::new(String::new());
        Self {
            kind: None,
            account: empty(),
            bank: empty(),
            phone: empty(),
            words: Vec::new(),
        }
    }
}

impl Typing {
    /// Whether there is nothing to keep. A kind alone is nothing: one of them is always marked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers().iter().all(|(_, text)| text.is_empty())
            && self
                .words
                .iter()
                .all(|(_, words)| words.reveal().is_empty())
    }

    /// Holds every field to its bound.
    ///
    /// # Errors
    /// The first one that is too long.
    pub fn bounded(&self) -> Result<(), TooLong> {
        let numbers = self
            .numbers()
            .map(|(field, text)| (field, text, FIELD_CHARS_MAX));
        let words = self.words.iter();
        let words = words.map(|(_, words)| ("words", words.reveal(), WORDS_CHARS_MAX));
        for (field, text, chars_max) in numbers.into_iter().chain(words) {
            if text.chars().count() > chars_max {
                return Err(TooLong { field, chars_max });
            }
        }
        Ok(())
    }

    /// Until when it is kept, when it was typed at that moment.
    #[must_use]
    pub fn ends_at(kept_at: Timestamp) -> Timestamp {
        kept_at.plus_seconds(KEPT_DAYS * DAY_S)
    }

    fn numbers(&self) -> [(&'static str, &String); 3] {
        [
            ("account", self.account.reveal()),
            ("bank", self.bank.reveal()),
            ("phone", self.phone.reveal()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn private(text: &str) -> Private<String> {
        Private::new(text.to_owned())
    }

    #[test]
    fn nothing_typed_is_nothing_to_keep() {
        let mut typing = Typing::default();
        typing.words.push(("name".to_owned(), private("")));
        assert!(typing.is_empty());
        typing.words[0].1 = private("错");
        assert!(!typing.is_empty());
        let account = private("6");
        assert!(
            !Typing {
                account,
                ..Typing::default()
            }
            .is_empty()
        );
    }

    #[test]
    fn a_field_holds_only_so_much() {
        let of = |account: usize, words: usize| Typing {
            account: private(&"6".repeat(account)),
            words: vec![("name".to_owned(), private(&"字".repeat(words)))],
            ..Typing::default()
        };
        assert_eq!(of(40, 1_000).bounded(), Ok(()));
        assert_eq!(of(41, 0).bounded().unwrap_err().field, "account");
        assert_eq!(of(0, 1_001).bounded().unwrap_err().field, "words");
    }

    #[test]
    fn it_shows_nothing_of_itself() {
        let typing = Typing {
            account: private("6222"),
            ..Typing::default()
        };
        assert!(!format!("{typing:?}").contains("6222"));
    }
}
