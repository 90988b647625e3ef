//! Names of people: kept as written, compared by what is the same in every register.
//!
//! Two registers write one name with other spaces, other middle dots, in full width or in capitals; that is no contradiction. They
//! also write 吉 for 𠮷 because a machine could not; that *is* one, and a person looks at it.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use super::mask::masked;

/// Most characters of a name that is taken.
const NAME_CHARS_MAX: usize = 100;
/// The one middle dot of comparison, U+00B7.
const MIDDLE_DOT: char = '·';

/// Why something is not a name. None repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but spaces and dots.
    #[error("the name is empty")]
    Empty,
    /// Longer than is taken.
    #[error("the name has {found} characters, at most {NAME_CHARS_MAX} are taken")]
    TooLong {
        /// Characters found.
        found: usize,
    },
    /// A line break, a tab, or another control character.
    #[error(
        "character {position} of the name is a control character, such as a line break or a tab; remove it"
    )]
    Control {
        /// Its place, counted from 1.
        position: usize,
    },
}

/// A person's name, as written where it came from. Personal data: masked in `Debug` and `Display`.
///
/// Equality is that of the writing; whether two names are those of one person is asked of [`PersonName::agrees_with`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Takes a name as it is written.
    ///
    /// # Errors
    /// See [`NameError`].
    pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        let found = text.chars().count();
        if found > NAME_CHARS_MAX {
            return Err(NameError::TooLong { found });
        }
        if let Some(at) = text.chars().position(char::is_control) {
            return Err(NameError::Control { position: at + 1 });
        }
        if says_nothing(&comparison_form(&text)) {
            return Err(NameError::Empty);
        }
        Ok(Self(text))
    }

    /// The name as written.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The first character, and a star for each other.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0, 1, 0)
    }

    /// Whether both are one name, see [`names_agree`].
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        names_agree(&self.0, &other.0)
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({self})")
    }
}

/// Whether two registers write the same name: equal in [`comparison_form`]. An empty name agrees with nothing, not even with
/// another empty one, because two missing values say nothing of a person.
#[must_use]
pub fn names_agree(one: &str, other: &str) -> bool {
    let form = comparison_form(one);
    !says_nothing(&form) && form == comparison_form(other)
}

/// Whether nothing but dots is left of a name.
fn says_nothing(form: &str) -> bool {
    form.chars().all(|character| character == MIDDLE_DOT)
}

/// The name as it is compared: NFKC (which undoes full width), small letters, every kind of middle dot as `·`, no spaces and no
/// invisible characters. Nothing else is undone: a character, however rare, stays itself.
#[must_use]
pub fn comparison_form(name: &str) -> String {
    let folded: String = name
        .nfkc()
        .filter(|character| !is_space(*character))
        .flat_map(char::to_lowercase)
        .map(|character| {
            if is_middle_dot(character) {
                MIDDLE_DOT
            } else {
                character
            }
        })
        .collect();
    // Small letters and removed characters may let others meet; a second turn makes the form its own form.
    folded.nfkc().collect()
}

/// White space, and what takes no room: zero width spaces and joiners, the byte order mark.
fn is_space(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// `·` U+00B7, `•` U+2022, `‧` U+2027, `∙` U+2219, `⋅` U+22C5, `・` U+30FB (to which NFKC brings the half-width one).
fn is_middle_dot(character: char) -> bool {
    matches!(character, '·' | '•' | '‧' | '∙' | '⋅' | '・')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_name_written_otherwise_agrees() {
        for (one, other) in [
            ("张三", "张 三"),
            ("张三", "\u{3000}张三 "),
            ("阿卜杜拉·买买提", "阿卜杜拉•买买提"),
            ("阿卜杜拉·买买提", "阿卜杜拉・买买提"),
            ("阿卜杜拉·买买提", "阿卜杜拉･买买提"),
            ("阿卜杜拉·买买提", "阿卜杜拉 ‧ 买买提"),
            ("JOHN SMITH", "John Smith"),
            ("JOHN SMITH", "ＪＯＨＮ　ＳＭＩＴＨ"),
            ("Jose\u{301}", "JOSÉ"),
            ("⼀帆", "一帆"), // a radical (U+2F00) for the character
            ("张\u{200B}三", "张三"),
            ("𠮷田", "𠮷 田"),
            ("䶮", "䶮"),
        ] {
            assert!(names_agree(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn two_names_do_not_agree_for_looking_alike() {
        for (one, other) in [
            ("𠮷田", "吉田"),
            ("刘䶮", "刘龑"),
            ("刘䶮", "刘?"),
            ("张三", "张三丰"),
            ("張三", "张三"),
            ("阿卜杜拉·买买提", "阿卜杜拉买买提"),
            ("JOHN SMITH", "SMITH JOHN"),
            ("", ""),
            ("", "张三"),
            (" ", "\u{200B}"),
            ("·", "·"),
        ] {
            assert!(!names_agree(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn rare_characters_stay_themselves() {
        assert_eq!(comparison_form("𠮷䶮"), "𠮷䶮");
        assert_eq!(PersonName::new("𠮷 䶮").unwrap().reveal(), "𠮷 䶮");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        assert_eq!(PersonName::new(""), Err(NameError::Empty));
        assert_eq!(PersonName::new(" · \u{FEFF}"), Err(NameError::Empty));
        assert_eq!(
            PersonName::new("张\n三"),
            Err(NameError::Control { position: 2 })
        );
        assert_eq!(
            PersonName::new("张三\u{0}"),
            Err(NameError::Control { position: 3 })
        );
        assert_eq!(
            PersonName::new("张".repeat(101)),
            Err(NameError::TooLong { found: 101 })
        );
        assert!(PersonName::new("张".repeat(100)).is_ok());
    }

    #[test]
    fn a_name_is_shown_masked() {
        let name = PersonName::new("𠮷田太郎").unwrap();
        assert_eq!(name.to_string(), "𠮷***");
        assert_eq!(format!("{name:?}"), "PersonName(𠮷***)");
        assert_eq!(PersonName::new("吴").unwrap().to_string(), "*");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn the_form_of_a_form_is_itself(text in any::<String>()) {
            let form = comparison_form(&text);
            prop_assert_eq!(comparison_form(&form), form);
        }

        #[test]
        fn agreement_is_mutual_and_a_name_agrees_with_itself(one in "\\PC{1,12}", other in "\\PC{1,12}") {
            prop_assert_eq!(names_agree(&one, &other), names_agree(&other, &one));
            if PersonName::new(one.clone()).is_ok() {
                prop_assert!(names_agree(&one, &one));
            }
        }

        #[test]
        fn spaces_anywhere_change_nothing(name in "[\u{4e00}-\u{9fff}]{2,6}", at in 0_usize..6, space in "[ \u{3000}\u{a0}]{1,3}") {
            let mut characters: Vec<char> = name.chars().collect();
            let at = at.min(characters.len());
            characters.splice(at..at, space.chars());
            prop_assert!(names_agree(&name, &characters.into_iter().collect::<String>()));
        }

        #[test]
        fn another_character_never_agrees(name in "[\u{4e00}-\u{9fff}]{2,6}", at in 0_usize..6, other in "[\u{4e00}-\u{9fff}\u{20000}-\u{2a6df}]") {
            let mut characters: Vec<char> = name.chars().collect();
            let at = at % characters.len();
            let other = other.chars().next().unwrap();
            prop_assume!(characters[at] != other);
            characters[at] = other;
            prop_assert!(!names_agree(&name, &characters.into_iter().collect::<String>()));
        }
    }
}
