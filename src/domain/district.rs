//! Administrative divisions by their code (GB/T 2260).
//!
//! Codes are taken as registers state them. Nobody's district is ever reckoned from the region within an identity number: that
//! is where a person was first registered, under a division that may be gone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const CODE_DIGITS: usize = 6;

/// The text is not a division code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a division code of GB/T 2260 is six digits, such as 440604")]
pub struct DistrictError;

/// A division code, six digits: a city such as `440600` or a district such as `440604`. Any six digits are taken; names are known
/// for Foshan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DistrictCode([u8; CODE_DIGITS]);

/// What is known of a division.
struct Known {
    code: DistrictCode,
    name_zh: &'static str,
    name_en: &'static str,
}

const fn known(code: [u8; CODE_DIGITS], name_zh: &'static str, name_en: &'static str) -> Known {
    Known {
        code: DistrictCode(code),
        name_zh,
        name_en,
    }
}

const KNOWN: [Known; 6] = [
    known(*b"440600", "佛山市", "Foshan"),
    known(*b"440604", "禅城区", "Chancheng"),
    known(*b"440605", "南海区", "Nanhai"),
    known(*b"440606", "顺德区", "Shunde"),
    known(*b"440607", "三水区", "Sanshui"),
    known(*b"440608", "高明区", "Gaoming"),
];

/// Codes within Foshan that were once given and are no longer in force.
const RETIRED: [DistrictCode; 10] = [
    DistrictCode(*b"440602"),
    DistrictCode(*b"440603"),
    DistrictCode(*b"440621"),
    DistrictCode(*b"440622"),
    DistrictCode(*b"440623"),
    DistrictCode(*b"440624"),
    DistrictCode(*b"440681"),
    DistrictCode(*b"440682"),
    DistrictCode(*b"440683"),
    DistrictCode(*b"440684"),
];

impl DistrictCode {
    /// Foshan as a city, 440600.
    pub const FOSHAN: Self = Self(*b"440600");

    /// The five districts of Foshan, in the order of their codes.
    pub const FOSHAN_DISTRICTS: [Self; 5] = [
        Self(*b"440604"),
        Self(*b"440605"),
        Self(*b"440606"),
        Self(*b"440607"),
        Self(*b"440608"),
    ];

    /// The six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The bytes are ASCII digits, so the empty text never comes.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The city in which the division lies: `440600` for `440604`, and for itself.
    #[must_use]
    pub const fn city(self) -> Self {
        let [a, b, c, d, _, _] = self.0;
        Self([a, b, c, d, b'0', b'0'])
    }

    /// Whether it is one of the five districts of Foshan in force.
    #[must_use]
    pub fn is_foshan_district(self) -> bool {
        Self::FOSHAN_DISTRICTS.contains(&self)
    }

    /// Whether it was once a division of Foshan and is in force no longer. Others are not known, and not retired for that.
    #[must_use]
    pub fn is_retired(self) -> bool {
        RETIRED.contains(&self)
    }

    /// The Chinese name, for Foshan and its districts in force.
    #[must_use]
    pub fn name_zh(self) -> Option<&'static str> {
        self.known().map(|known| known.name_zh)
    }

    /// The English name, for Foshan and its districts in force.
    #[must_use]
    pub fn name_en(self) -> Option<&'static str> {
        self.known().map(|known| known.name_en)
    }

    fn known(self) -> Option<&'static Known> {
        KNOWN.iter().find(|known| known.code == self)
    }
}

impl FromStr for DistrictCode {
    type Err = DistrictError;

    fn from_str(text: &str) -> Result<Self, DistrictError> {
        let digits: [u8; CODE_DIGITS] = text.as_bytes().try_into().map_err(|_| DistrictError)?;
        if digits.iter().all(u8::is_ascii_digit) {
            Ok(Self(digits))
        } else {
            Err(DistrictError)
        }
    }
}

impl fmt::Display for DistrictCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for DistrictCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DistrictCode({self})")
    }
}

impl Serialize for DistrictCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for DistrictCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn district(text: &str) -> DistrictCode {
        text.parse().unwrap()
    }

    #[test]
    fn the_five_districts_have_names_and_are_in_force() {
        let names = DistrictCode::FOSHAN_DISTRICTS.map(|code| code.name_zh().unwrap());
        assert_eq!(names, ["禅城区", "南海区", "顺德区", "三水区", "高明区"]);
        for code in DistrictCode::FOSHAN_DISTRICTS {
            assert!(code.is_foshan_district() && !code.is_retired() && code.name_en().is_some());
            assert_eq!(code.city(), DistrictCode::FOSHAN);
        }
    }

    #[test]
    fn retired_codes_are_told_and_have_no_name_of_today() {
        for text in ["440602", "440603", "440621", "440624", "440681", "440684"] {
            let code = district(text);
            assert!(code.is_retired() && !code.is_foshan_district());
            assert_eq!(code.name_zh(), None);
        }
    }

    #[test]
    fn a_code_of_elsewhere_is_taken_without_a_name() {
        let nanshan = district("440305");
        assert_eq!(
            (
                nanshan.name_zh(),
                nanshan.is_retired(),
                nanshan.is_foshan_district()
            ),
            (None, false, false)
        );
        assert_eq!(nanshan.city(), district("440300"));
    }

    #[test]
    fn what_is_not_six_digits_is_refused() {
        for text in [
            "", "44060", "4406044", "44060a", " 440604", "４40604", "440６",
        ] {
            assert_eq!(text.parse::<DistrictCode>(), Err(DistrictError), "{text:?}");
        }
    }

    #[test]
    fn a_code_is_a_string_on_the_wire() {
        assert_eq!(
            serde_json::to_string(&district("440604")).unwrap(),
            "\"440604\""
        );
        assert_eq!(
            serde_json::from_str::<DistrictCode>("\"440604\"").unwrap(),
            district("440604")
        );
        assert!(serde_json::from_str::<DistrictCode>("440604").is_err());
    }
}
