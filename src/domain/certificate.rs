//! The numbers of degree certificates (学位证书) and education certificates (学历证书).
//!
//! A number says what was printed on paper; whether the certificate exists, and whether the study was full-time, only the register
//! says. Numbers point to one person and are masked like those of documents.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::mask::masked;

/// Digits of a degree certificate number, without its prefix.
const DEGREE_DIGITS: usize = 16;
/// Digits of an education certificate number, and of one of the early years.
const EDUCATION_DIGITS: usize = 18;
const EDUCATION_DIGITS_EARLY: usize = 17;

/// Why a number is not that of a certificate. None repeats the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Too short or too long.
    #[error("the number has {found} characters, wanted are {wanted}")]
    Length {
        /// Characters found.
        found: usize,
        /// Characters wanted, in words.
        wanted: &'static str,
    },
    /// Something else than a digit.
    #[error("character {position} is not a digit")]
    NotADigit {
        /// Its place, counted from 1, the prefix included.
        position: usize,
    },
    /// A level that no degree has.
    #[error(
        "the sixth digit gives the level: 2 doctor, 3 master or 4 bachelor; this one is none of them"
    )]
    DegreeLevel,
}

/// What the prefix of a degree certificate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DegreeKind {
    /// No prefix: an academic degree.
    Academic,
    /// `Z`: a professional degree (专业学位).
    Professional,
    /// `T`: by equivalent qualification (同等学力). Usually without an education certificate.
    Equivalent,
}

/// The level of a degree, the first digit of GB/T 6864-2003.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DegreeLevel {
    /// 2, 博士.
    Doctor,
    /// 3, 硕士.
    Master,
    /// 4, 学士.
    Bachelor,
}

/// A degree certificate number: `Z`, `T` or nothing, then institution 5, level 1, year 4, serial 6 digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DegreeCertificate(String);

impl DegreeCertificate {
    /// The number in clear.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the prefix says.
    #[must_use]
    pub fn kind(&self) -> DegreeKind {
        match self.0.as_bytes().first() {
            Some(b'Z') => DegreeKind::Professional,
            Some(b'T') => DegreeKind::Equivalent,
            _ => DegreeKind::Academic,
        }
    }

    /// The five digits of the institution that granted the degree.
    #[must_use]
    pub fn institution(&self) -> &str {
        &self.digits()[..5]
    }

    /// The level.
    #[must_use]
    pub fn level(&self) -> DegreeLevel {
        match self.digits().as_bytes()[5] {
            b'2' => DegreeLevel::Doctor,
            b'3' => DegreeLevel::Master,
            // Nothing else than 4 is left, see `from_str`.
            _ => DegreeLevel::Bachelor,
        }
    }

    /// The year in which it was granted, as printed; 0 to 9999.
    #[must_use]
    pub fn year(&self) -> i16 {
        number(&self.digits()[6..10])
    }

    /// The sixteen digits after the prefix.
    fn digits(&self) -> &str {
        &self.0[self.0.len() - DEGREE_DIGITS..]
    }
}

impl FromStr for DegreeCertificate {
    type Err = CertificateError;

    fn from_str(text: &str) -> Result<Self, CertificateError> {
        let digits = text.strip_prefix(['Z', 'T']).unwrap_or(text);
        let found = digits.chars().count();
        let prefix = text.len() - digits.len();
        if found != DEGREE_DIGITS {
            return Err(CertificateError::Length {
                found: found + prefix,
                wanted: "16 digits, or Z or T and 16 digits",
            });
        }
        check_digits(digits, prefix)?;
        if !matches!(digits.as_bytes()[5], b'2'..=b'4') {
            return Err(CertificateError::DegreeLevel);
        }
        Ok(Self(text.to_owned()))
    }
}

/// What the number of an education certificate says of its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EducationLevel {
    /// `01`, 博士研究生.
    Doctor,
    /// `02`, 硕士研究生.
    Master,
    /// Another level, as printed.
    Other(u8),
}

/// An education certificate number: school 5, type 1, year 4, level 2, serial 6 digits; 17 digits in early years, of which nothing
/// more is relied on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EducationCertificate(String);

impl EducationCertificate {
    /// The number in clear.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The five digits of the school; `None` for a number of the early years.
    #[must_use]
    pub fn school(&self) -> Option<&str> {
        self.part(0, 5)
    }

    /// The year, as printed; `None` for a number of the early years.
    #[must_use]
    pub fn year(&self) -> Option<i16> {
        self.part(6, 10).map(number)
    }

    /// The level; `None` for a number of the early years.
    #[must_use]
    pub fn level(&self) -> Option<EducationLevel> {
        Some(match self.part(10, 12)? {
            "01" => EducationLevel::Doctor,
            "02" => EducationLevel::Master,
            other => EducationLevel::Other(other.parse().ok()?),
        })
    }

    fn part(&self, from: usize, until: usize) -> Option<&str> {
        if self.0.len() == EDUCATION_DIGITS {
            self.0.get(from..until)
        } else {
            None
        }
    }
}

impl FromStr for EducationCertificate {
    type Err = CertificateError;

    fn from_str(text: &str) -> Result<Self, CertificateError> {
        let found = text.chars().count();
        if found != EDUCATION_DIGITS && found != EDUCATION_DIGITS_EARLY {
            return Err(CertificateError::Length {
                found,
                wanted: "18 digits, or 17 from early years",
            });
        }
        check_digits(text, 0)?;
        Ok(Self(text.to_owned()))
    }
}

/// Refuses the first character that is no digit; `before` characters stand before the text.
fn check_digits(text: &str, before: usize) -> Result<(), CertificateError> {
    match text
        .chars()
        .position(|character| !character.is_ascii_digit())
    {
        Some(at) => Err(CertificateError::NotADigit {
            position: before + at + 1,
        }),
        None => Ok(()),
    }
}

/// Up to four digits as a number.
fn number(digits: &str) -> i16 {
    digits
        .bytes()
        .fold(0, |number, digit| number * 10 + i16::from(digit - b'0'))
}

macro_rules! masked_text {
    ($($name:ident),+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&masked(&self.0, 5, 2))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    )+};
}

masked_text!(DegreeCertificate, EducationCertificate);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn degree(text: &str) -> Result<DegreeCertificate, CertificateError> {
        text.parse()
    }

    fn education(text: &str) -> Result<EducationCertificate, CertificateError> {
        text.parse()
    }

    #[test]
    fn a_degree_number_is_read_with_each_prefix() {
        for (prefix, kind) in [
            ("", DegreeKind::Academic),
            ("Z", DegreeKind::Professional),
            ("T", DegreeKind::Equivalent),
        ] {
            let certificate = degree(&format!("{prefix}1055822020000123")).unwrap();
            assert_eq!(certificate.kind(), kind);
            assert_eq!(certificate.institution(), "10558");
            assert_eq!(certificate.level(), DegreeLevel::Doctor);
            assert_eq!(certificate.year(), 2020);
        }
        assert_eq!(
            degree("1055832020000123").unwrap().level(),
            DegreeLevel::Master
        );
        assert_eq!(
            degree("1055842020000123").unwrap().level(),
            DegreeLevel::Bachelor
        );
    }

    #[test]
    fn each_damage_of_a_degree_number_is_named() {
        use CertificateError as E;
        let wanted = "16 digits, or Z or T and 16 digits";
        for (text, error) in [
            ("", E::Length { found: 0, wanted }),
            ("105582202000012", E::Length { found: 15, wanted }),
            ("Z105582202000012", E::Length { found: 16, wanted }),
            ("10558220200001234", E::Length { found: 17, wanted }),
            ("X055822020000123", E::NotADigit { position: 1 }),
            ("z055822020000123", E::NotADigit { position: 1 }),
            ("T105582202000012T", E::NotADigit { position: 17 }),
            ("105582２020000123", E::NotADigit { position: 7 }),
            ("1055812020000123", E::DegreeLevel),
            ("1055852020000123", E::DegreeLevel),
        ] {
            assert_eq!(degree(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn an_education_number_is_read_with_its_level() {
        let certificate = education("105581202001000123").unwrap();
        assert_eq!(certificate.school(), Some("10558"));
        assert_eq!(certificate.year(), Some(2020));
        assert_eq!(certificate.level(), Some(EducationLevel::Doctor));
        assert_eq!(
            education("105581202002000123").unwrap().level(),
            Some(EducationLevel::Master)
        );
        assert_eq!(
            education("105581202005000123").unwrap().level(),
            Some(EducationLevel::Other(5))
        );
    }

    #[test]
    fn an_early_education_number_is_taken_and_not_read_into() {
        let certificate = education("10558119980100012").unwrap();
        assert_eq!(
            (
                certificate.school(),
                certificate.year(),
                certificate.level()
            ),
            (None, None, None)
        );
    }

    #[test]
    fn each_damage_of_an_education_number_is_named() {
        use CertificateError as E;
        let wanted = "18 digits, or 17 from early years";
        for (text, error) in [
            ("", E::Length { found: 0, wanted }),
            ("1055812020010001", E::Length { found: 16, wanted }),
            ("1055812020010001234", E::Length { found: 19, wanted }),
            ("10558120200100012X", E::NotADigit { position: 18 }),
            ("105581202001000 23", E::NotADigit { position: 16 }),
        ] {
            assert_eq!(education(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn numbers_are_shown_masked() {
        assert_eq!(
            degree("Z1055822020000123").unwrap().to_string(),
            "Z1055**********23"
        );
        assert_eq!(
            format!("{:?}", education("105581202001000123").unwrap()),
            "EducationCertificate(10558***********23)"
        );
    }

    proptest! {
        #[test]
        fn a_degree_number_is_read_as_its_parts(
            prefix in "[ZT]?", institution in "[0-9]{5}", level in 2_u8..=4, year in 0_i16..=9999, serial in "[0-9]{6}",
        ) {
            let text = format!("{prefix}{institution}{level}{year:04}{serial}");
            let certificate = degree(&text).unwrap();
            prop_assert_eq!(certificate.reveal(), &text);
            prop_assert_eq!(certificate.institution(), institution);
            prop_assert_eq!(certificate.year(), year);
        }

        #[test]
        fn an_education_number_is_read_as_its_parts(
            school in "[0-9]{5}", kind in "[0-9]", year in 0_i16..=9999, level in 3_u8..=99, serial in "[0-9]{6}",
        ) {
            let text = format!("{school}{kind}{year:04}{level:02}{serial}");
            let certificate = education(&text).unwrap();
            prop_assert_eq!(certificate.reveal(), &text);
            prop_assert_eq!(certificate.school(), Some(school.as_str()));
            prop_assert_eq!(certificate.year(), Some(year));
            prop_assert_eq!(certificate.level(), Some(EducationLevel::Other(level)));
        }

        #[test]
        fn a_degree_number_passes_exactly_by_its_rule(text in "[ZTX0-9]?[0-9]{5}[1-5][0-9]{9,11}[0-9A]?") {
            prop_assert_eq!(degree(&text).is_ok(), is_degree_by_hand(text.as_bytes()));
        }
    }

    fn is_degree_by_hand(text: &[u8]) -> bool {
        let digits = &text[usize::from(text.starts_with(b"Z") || text.starts_with(b"T"))..];
        digits.len() == 16 && digits.iter().all(u8::is_ascii_digit) && b"234".contains(&digits[5])
    }
}
