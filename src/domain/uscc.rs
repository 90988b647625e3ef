//! The unified social credit code of an organisation (统一社会信用代码, GB 32100).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The 31 characters of the code, each worth its place. I, O, S, V and Z are left out because they look like others.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [u32; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];
const CODE_CHARS: usize = 18;

/// Why something is not a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsccError {
    /// Too short or too long.
    #[error("a unified social credit code has 18 characters, this one has {found}")]
    Length {
        /// Characters found.
        found: usize,
    },
    /// A character that the code does not use.
    #[error(
        "`{found}` at character {position} is none of a code's: digits, and capitals other than I, O, S, V, Z"
    )]
    Character {
        /// The character found.
        found: char,
        /// Its place, counted from 1.
        position: usize,
    },
    /// The check character does not follow from the others.
    #[error(
        "the last character does not fit the others; look the organisation up before anything is decided on it"
    )]
    CheckCharacter,
}

/// A unified social credit code: 18 characters of its alphabet. Public, and so not masked.
///
/// [`FromStr`] and JSON want a fitting check character. Real organisations whose code does not fit are reported, so what a
/// register states is taken with [`Uscc::as_recorded`], and [`Uscc::check_passes`] then says whether a person should look it up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc(String);

impl Uscc {
    /// A code as a register states it: the length and characters are held to, the check character is not.
    ///
    /// # Errors
    /// [`UsccError::Length`] or [`UsccError::Character`].
    pub fn as_recorded(text: &str) -> Result<Self, UsccError> {
        let found = text.chars().count();
        if found != CODE_CHARS {
            return Err(UsccError::Length { found });
        }
        let stranger = text
            .chars()
            .zip(1..)
            .find(|(character, _)| value(*character).is_none());
        match stranger {
            Some((found, position)) => Err(UsccError::Character { found, position }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// Whether the check character follows from the others: `(31 − weighted sum mod 31) mod 31`.
    #[must_use]
    pub fn check_passes(&self) -> bool {
        let values: Vec<u32> = self.0.chars().filter_map(value).collect();
        let sum: u32 = values
            .iter()
            .zip(WEIGHTS)
            .map(|(value, weight)| value * weight)
            .sum();
        values.last() == Some(&((31 - sum % 31) % 31))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a character is worth.
fn value(character: char) -> Option<u32> {
    (0..)
        .zip(ALPHABET)
        .find_map(|(value, known)| (char::from(*known) == character).then_some(value))
}

impl FromStr for Uscc {
    type Err = UsccError;

    fn from_str(text: &str) -> Result<Self, UsccError> {
        let code = Self::as_recorded(text)?;
        if code.check_passes() {
            Ok(code)
        } else {
            Err(UsccError::CheckCharacter)
        }
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Uscc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Uscc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_pass() {
        for text in [
            "91350100M000100Y43",
            "91110000101623741K",
            "12100000400009880K",
            "911101066976941872",
        ] {
            assert_eq!(text.parse::<Uscc>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_code_that_fails_its_check_is_refused_when_typed_and_kept_when_recorded() {
        let text = "91310115MA1H8R7C6D";
        assert_eq!(text.parse::<Uscc>(), Err(UsccError::CheckCharacter));
        let recorded = Uscc::as_recorded(text).unwrap();
        assert!(!recorded.check_passes());
        assert_eq!(recorded.as_str(), text);
    }

    #[test]
    fn each_damage_is_named() {
        for (text, error) in [
            ("", UsccError::Length { found: 0 }),
            ("91350100M000100Y4", UsccError::Length { found: 17 }),
            ("91350100M000100Y433", UsccError::Length { found: 19 }),
            (
                "9135010OM000100Y43",
                UsccError::Character {
                    found: 'O',
                    position: 8,
                },
            ),
            (
                "91350100m000100Y43",
                UsccError::Character {
                    found: 'm',
                    position: 9,
                },
            ),
            (
                "91350100M000100Y4 ",
                UsccError::Character {
                    found: ' ',
                    position: 18,
                },
            ),
            (
                "９1350100M000100Y43",
                UsccError::Character {
                    found: '９',
                    position: 1,
                },
            ),
            ("91350100M000100Y34", UsccError::CheckCharacter),
        ] {
            assert_eq!(text.parse::<Uscc>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn exactly_one_check_character_fits() {
        let fitting = ALPHABET.iter().filter(|check| {
            format!("91350100M000100Y4{}", char::from(**check))
                .parse::<Uscc>()
                .is_ok()
        });
        assert_eq!(fitting.count(), 1);
    }

    #[test]
    fn json_is_held_to_the_check() {
        let code: Uscc = serde_json::from_str("\"91350100M000100Y43\"").unwrap();
        assert_eq!(
            serde_json::to_string(&code).unwrap(),
            "\"91350100M000100Y43\""
        );
        assert!(serde_json::from_str::<Uscc>("\"91310115MA1H8R7C6D\"").is_err());
    }
}
