//! Where money goes: the bank's code and the account.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::check_digit::{passes_luhn, passes_mod_11_10};
use super::mask::masked;

/// Digits of a CNAPS code.
const CODE_DIGITS: usize = 12;
/// Most digits of an account, as many as the payment messages of ISO 20022 carry (`Max34Text`).
const ACCOUNT_DIGITS_MAX: usize = 34;

/// Why something is not a bank code or an account. None repeats the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BankError {
    /// A bank code that is too short or too long.
    #[error("a bank code has {CODE_DIGITS} digits, this one has {found} characters")]
    CodeLength {
        /// Characters found.
        found: usize,
    },
    /// No account at all, or one that is too long.
    #[error("an account has 1 to {ACCOUNT_DIGITS_MAX} digits, this one has {found} characters")]
    AccountLength {
        /// Characters found.
        found: usize,
    },
    /// Something else than a digit: mostly the spaces that are printed on a card.
    #[error(
        "character {position} is not a digit; write the digits alone, without spaces or hyphens"
    )]
    NotADigit {
        /// Its place, counted from 1.
        position: usize,
    },
    /// The check digit does not follow from the others.
    #[error(
        "the last digit of the bank code does not fit the others; one of them is mistyped or two are swapped"
    )]
    CheckDigit,
}

/// A CNAPS code (联行号) of a branch: bank 3, city 4, branch 4 digits, check digit by ISO 7064 MOD 11,10. Public, not masked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankCode(String);

impl BankCode {
    /// The city part of Foshan.
    pub const FOSHAN: &'static str = "5880";

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The three digits of the bank.
    #[must_use]
    pub fn bank(&self) -> &str {
        &self.0[..3]
    }

    /// The four digits of the city; [`BankCode::FOSHAN`] for one. These are not codes of GB/T 2260.
    #[must_use]
    pub fn city(&self) -> &str {
        &self.0[3..7]
    }
}

impl FromStr for BankCode {
    type Err = BankError;

    fn from_str(text: &str) -> Result<Self, BankError> {
        let found = text.chars().count();
        if found != CODE_DIGITS {
            return Err(BankError::CodeLength { found });
        }
        check_digits(text)?;
        if passes_mod_11_10(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BankError::CheckDigit)
        }
    }
}

impl fmt::Display for BankCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for BankCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BankCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// What is odd about an account, and worth a question before money is sent; no reason to refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum AccountWarning {
    /// The digits fail Luhn: mistyped, or one of the old cards and passbooks that never had a check digit.
    #[error(
        "the last digit of the account does not fit the others; compare it with the card (old cards may differ)"
    )]
    CheckDigit,
}

/// A card or account number (卡号/账号): text of digits, never a number, for leading zeros count and nineteen digits fit no double.
///
/// Sensitive personal data: masked in `Debug` and `Display`, and it does not serialize by itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNumber(String);

impl AccountNumber {
    /// The number in clear: for the database's cipher and for the instruction, never for a log or a page.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// All but the last four digits starred out.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0, 0, 4)
    }

    /// What is odd about it, if anything.
    #[must_use]
    pub fn warning(&self) -> Option<AccountWarning> {
        if passes_luhn(&self.0) {
            None
        } else {
            Some(AccountWarning::CheckDigit)
        }
    }
}

impl FromStr for AccountNumber {
    type Err = BankError;

    fn from_str(text: &str) -> Result<Self, BankError> {
        let found = text.chars().count();
        if !(1..=ACCOUNT_DIGITS_MAX).contains(&found) {
            return Err(BankError::AccountLength { found });
        }
        check_digits(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountNumber({self})")
    }
}

/// What an account is called. Only a name: an account is checked, held to its holder and paid in the same way whatever it is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// 优粤佛山卡: the account of the talent's youyue card.
    YouyueCard,
    /// Any other account at a bank. What is not said is this: it claims nothing.
    #[default]
    Other,
}

impl AccountKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::YouyueCard, Self::Other];

    /// The word in forms, in the API and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::YouyueCard => "youyue_card",
            Self::Other => "other",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

fn check_digits(text: &str) -> Result<(), BankError> {
    match text
        .chars()
        .position(|character| !character.is_ascii_digit())
    {
        Some(at) => Err(BankError::NotADigit { position: at + 1 }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> Result<BankCode, BankError> {
        text.parse()
    }

    fn account(text: &str) -> Result<AccountNumber, BankError> {
        text.parse()
    }

    #[test]
    fn a_kind_reads_what_it_writes_and_an_account_of_no_kind_claims_nothing() {
        for kind in AccountKind::ALL {
            assert_eq!(AccountKind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(AccountKind::parse("YouyueCard"), None);
        assert_eq!(AccountKind::default(), AccountKind::Other);
    }

    #[test]
    fn a_code_of_foshan_names_its_city() {
        // One check digit of ten fits.
        let codes: Vec<_> = (0..10)
            .filter_map(|check| code(&format!("10258800001{check}")).ok())
            .collect();
        assert_eq!(codes.len(), 1);
        assert_eq!(
            (codes[0].bank(), codes[0].city()),
            ("102", BankCode::FOSHAN)
        );
    }

    #[test]
    fn a_published_code_passes() {
        // 中国工商银行总行清算中心.
        assert_eq!(code("102100099996").unwrap().as_str(), "102100099996");
        assert_eq!(code("102100099969"), Err(BankError::CheckDigit));
    }

    #[test]
    fn each_damage_of_a_code_is_named() {
        for (text, error) in [
            ("", BankError::CodeLength { found: 0 }),
            ("10210009999", BankError::CodeLength { found: 11 }),
            ("1021000999966", BankError::CodeLength { found: 13 }),
            ("10210009999X", BankError::NotADigit { position: 12 }),
            ("１02100099996", BankError::NotADigit { position: 1 }),
            ("102100099997", BankError::CheckDigit),
        ] {
            assert_eq!(code(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn a_card_that_fails_luhn_is_taken_with_a_warning() {
        assert_eq!(
            account("6222020000000000001").unwrap().warning(),
            Some(AccountWarning::CheckDigit)
        );
        let fitting = (0..10).filter(|check| {
            account(&format!("622202000000000000{check}"))
                .unwrap()
                .warning()
                .is_none()
        });
        assert_eq!(fitting.count(), 1);
    }

    #[test]
    fn leading_zeros_of_an_account_are_kept() {
        assert_eq!(account("0000123").unwrap().reveal(), "0000123");
        assert_ne!(account("0123"), account("123"));
    }

    #[test]
    fn each_damage_of_an_account_is_named() {
        for (text, error) in [
            ("", BankError::AccountLength { found: 0 }),
            (&"1".repeat(35), BankError::AccountLength { found: 35 }),
            ("6222 0200", BankError::NotADigit { position: 5 }),
            ("6.22E+18", BankError::NotADigit { position: 2 }),
            ("-1", BankError::NotADigit { position: 1 }),
            ("622２", BankError::NotADigit { position: 4 }),
        ] {
            assert_eq!(account(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn an_account_is_shown_masked() {
        let card = account("6222020000001234567").unwrap();
        assert_eq!(card.to_string(), "***************4567");
        assert_eq!(format!("{card:?}"), "AccountNumber(***************4567)");
        assert_eq!(account("12345").unwrap().to_string(), "*****");
    }

    #[test]
    fn a_code_is_a_string_on_the_wire() {
        assert_eq!(
            serde_json::to_string(&code("102100099996").unwrap()).unwrap(),
            "\"102100099996\""
        );
        assert!(serde_json::from_str::<BankCode>("102100099996").is_err());
        assert!(serde_json::from_str::<BankCode>("\"102100099997\"").is_err());
    }

    proptest! {
        #[test]
        fn one_changed_digit_of_a_code_never_passes(at in 0_usize..12, digit in 0_u8..10) {
            let mut bytes = *b"102100099996";
            prop_assume!(bytes[at] != b'0' + digit);
            bytes[at] = b'0' + digit;
            prop_assert_eq!(code(std::str::from_utf8(&bytes).unwrap()), Err(BankError::CheckDigit));
        }

        #[test]
        fn an_account_is_kept_as_written_or_refused(text in "[0-9 ]{0,40}") {
            match account(&text) {
                Ok(number) => prop_assert_eq!(number.reveal(), text),
                Err(_) => prop_assert!(text.is_empty() || text.len() > 34 || text.contains(' ')),
            }
        }
    }
}
