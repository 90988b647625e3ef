//! Identity documents: what is on the card, read strictly, shown masked.
//!
//! A number is personal data. `Debug` and `Display` mask it, errors never repeat it, and it does not serialize by itself: whoever
//! needs it says [`IdentityDocument::reveal`] or [`IdentityDocument::to_wire`], and that can be searched for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::check_digit::passes_mod_11_2;
use super::mask::masked;
use super::time::{Date, parse_date};

/// Characters of a resident ID, a residence permit and the new permanent residence ID.
const CARD_CHARS: usize = 18;
/// Characters of the old permanent residence ID: three letters and twelve digits.
const OLD_PERMANENT_CHARS: usize = 15;
const OLD_PERMANENT_LETTERS: usize = 3;
/// Most characters of a passport number. No fact of the field, but a bound on what is stored.
const PASSPORT_CHARS_MAX: usize = 20;

/// The kind of document as it is named on the wire; residence permits go under resident IDs there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentType {
    /// 居民身份证, and 港澳台居民居住证.
    ResidentId,
    /// 外国人永久居留身份证, new or old.
    PermanentResidence,
    /// 护照.
    Passport,
}

/// The text names no kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no document type of this name; known are resident_id, permanent_residence and passport"
)]
pub struct UnknownDocumentType;

impl DocumentType {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::ResidentId, Self::PermanentResidence, Self::Passport];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResidentId => "resident_id",
            Self::PermanentResidence => "permanent_residence",
            Self::Passport => "passport",
        }
    }

    /// The name on Chinese pages.
    #[must_use]
    pub const fn label_zh(self) -> &'static str {
        match self {
            Self::ResidentId => "居民身份证",
            Self::PermanentResidence => "外国人永久居留身份证",
            Self::Passport => "护照",
        }
    }

    /// The name on English pages.
    #[must_use]
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::ResidentId => "Resident ID",
            Self::PermanentResidence => "Foreign permanent resident ID",
            Self::Passport => "Passport",
        }
    }
}

impl fmt::Display for DocumentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DocumentType {
    type Err = UnknownDocumentType;

    fn from_str(text: &str) -> Result<Self, UnknownDocumentType> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(UnknownDocumentType)
    }
}

/// Why a number is not that of the document. None repeats the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Nothing was written.
    #[error("the document number is empty")]
    Empty,
    /// Too short or too long.
    #[error("a number of this document has {wanted} characters, this one has {found}")]
    Length {
        /// Characters found.
        found: usize,
        /// Characters wanted, in words.
        wanted: &'static str,
    },
    /// A character that cannot stand where it stands.
    #[error("character {position} must be {wanted}")]
    Character {
        /// Its place, counted from 1.
        position: usize,
        /// What may stand there, in words.
        wanted: &'static str,
    },
    /// No such day.
    #[error(
        "characters 7 to 14 are not a day of the calendar; they are the date of birth, as in 19810803"
    )]
    BirthDate,
    /// The check character does not follow from the others: a slip of typing.
    #[error(
        "the last character does not fit the others; one of them is mistyped or two are swapped"
    )]
    CheckCharacter,
    /// The number of another kind of document.
    #[error("this is the number of another document; choose `{belongs_to}` and write it there")]
    OtherDocument {
        /// The kind it belongs to.
        belongs_to: DocumentType,
    },
}

/// What the number of a resident ID says of its holder's sex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 女, the order number is even.
    Female,
    /// 男, the order number is odd.
    Male,
}

/// Where the holder of a residence permit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermitRegion {
    /// 香港, region 810000.
    HongKong,
    /// 澳门, region 820000.
    Macau,
    /// 台湾, region 830000.
    Taiwan,
}

/// 居民身份证, GB 11643: region 6, birth 8, order 3, check character by ISO 7064 MOD 11-2.
///
/// The region is that of the first registration; today's district must never be derived from it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResidentId(String);

/// 港澳台居民居住证: built like a resident ID, with region 810000, 820000 or 830000.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResidencePermit(String);

/// 外国人永久居留身份证: since 2023-12-01 eighteen characters that begin with 9 and carry the same check character; the old form, three
/// letters and twelve digits, stays valid. The meaning of the parts between is not relied on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PermanentResidence(String);

/// 护照: letters and digits, as many as the issuing state likes. Unique only together with that state, which the number does not say.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Passport(String);

/// An identity document with a number that is possible for its kind.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityDocument {
    /// 居民身份证.
    ResidentId(ResidentId),
    /// 港澳台居民居住证.
    ResidencePermit(ResidencePermit),
    /// 外国人永久居留身份证.
    PermanentResidence(PermanentResidence),
    /// 护照.
    Passport(Passport),
}

/// A document on the wire, number in clear: made on purpose, at the edge, by [`IdentityDocument::to_wire`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentWire {
    /// The kind.
    pub document_type: DocumentType,
    /// The number in clear.
    pub document_number: String,
}

impl IdentityDocument {
    /// Reads the number of a document of this kind. Small letters are read as capitals, and nothing else is mended.
    ///
    /// # Errors
    /// A [`DocumentError`] that says what is wrong, without the number.
    pub fn parse(kind: DocumentType, number: &str) -> Result<Self, DocumentError> {
        if number.is_empty() {
            return Err(DocumentError::Empty);
        }
        let number = number.to_ascii_uppercase();
        match kind {
            DocumentType::ResidentId => parse_resident(number),
            DocumentType::PermanentResidence => {
                parse_permanent(number).map(Self::PermanentResidence)
            }
            DocumentType::Passport => parse_passport(number).map(Self::Passport),
        }
    }

    /// The kind on the wire.
    #[must_use]
    pub const fn document_type(&self) -> DocumentType {
        match self {
            Self::ResidentId(_) | Self::ResidencePermit(_) => DocumentType::ResidentId,
            Self::PermanentResidence(_) => DocumentType::PermanentResidence,
            Self::Passport(_) => DocumentType::Passport,
        }
    }

    /// The kind as policies tell documents apart: residence permits are a kind of their own.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ResidentId(_) => "resident_id",
            Self::ResidencePermit(_) => "residence_permit",
            Self::PermanentResidence(_) => "permanent_residence",
            Self::Passport(_) => "passport",
        }
    }

    /// The number in clear. Personal data: for the database's cipher and for signed requests, never for a log or a page.
    #[must_use]
    pub fn reveal(&self) -> &str {
        match self {
            Self::ResidentId(ResidentId(number))
            | Self::ResidencePermit(ResidencePermit(number))
            | Self::PermanentResidence(PermanentResidence(number))
            | Self::Passport(Passport(number)) => number,
        }
    }

    /// The number with all but its first and last character starred out.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(self.reveal(), 1, 1)
    }

    /// The date of birth, where the number is known to carry it.
    #[must_use]
    pub fn birth_date(&self) -> Option<Date> {
        match self {
            Self::ResidentId(ResidentId(number))
            | Self::ResidencePermit(ResidencePermit(number)) => birth_date(number).ok(),
            Self::PermanentResidence(_) | Self::Passport(_) => None,
        }
    }

    /// The sex, where the number is known to carry it.
    #[must_use]
    pub fn sex(&self) -> Option<Sex> {
        match self {
            Self::ResidentId(ResidentId(number))
            | Self::ResidencePermit(ResidencePermit(number)) => {
                let order = number.as_bytes().get(16)?;
                Some(if order % 2 == 0 {
                    Sex::Female
                } else {
                    Sex::Male
                })
            }
            Self::PermanentResidence(_) | Self::Passport(_) => None,
        }
    }

    /// Where the holder of a residence permit comes from; `None` for other documents.
    #[must_use]
    pub fn permit_region(&self) -> Option<PermitRegion> {
        match self {
            Self::ResidencePermit(ResidencePermit(number)) => permit_region(number),
            Self::ResidentId(_) | Self::PermanentResidence(_) | Self::Passport(_) => None,
        }
    }

    /// The document with its number in clear, for the wire.
    #[must_use]
    pub fn to_wire(&self) -> DocumentWire {
        DocumentWire {
            document_type: self.document_type(),
            document_number: self.reveal().to_owned(),
        }
    }
}

impl TryFrom<DocumentWire> for IdentityDocument {
    type Error = DocumentError;

    fn try_from(wire: DocumentWire) -> Result<Self, DocumentError> {
        Self::parse(wire.document_type, &wire.document_number)
    }
}

impl fmt::Display for IdentityDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for IdentityDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResidentId(document) => document.fmt(f),
            Self::ResidencePermit(document) => document.fmt(f),
            Self::PermanentResidence(document) => document.fmt(f),
            Self::Passport(document) => document.fmt(f),
        }
    }
}

impl fmt::Debug for DocumentWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "DocumentWire({}, {})",
            self.document_type,
            masked(&self.document_number, 1, 1)
        )
    }
}

macro_rules! masked_debug {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), masked(&self.0, 1, 1))
            }
        }
    )+};
}

masked_debug!(ResidentId, ResidencePermit, PermanentResidence, Passport);

fn parse_resident(number: String) -> Result<IdentityDocument, DocumentError> {
    check_card(&number)?;
    if number.starts_with('9') {
        return Err(DocumentError::OtherDocument {
            belongs_to: DocumentType::PermanentResidence,
        });
    }
    birth_date(&number)?;
    check_character(&number)?;
    Ok(match permit_region(&number) {
        Some(_) => IdentityDocument::ResidencePermit(ResidencePermit(number)),
        None => IdentityDocument::ResidentId(ResidentId(number)),
    })
}

fn parse_permanent(number: String) -> Result<PermanentResidence, DocumentError> {
    if number.chars().count() == OLD_PERMANENT_CHARS {
        check_characters(&number, |at, found| match at {
            0..OLD_PERMANENT_LETTERS => found.is_ascii_uppercase().then_some(()).ok_or("a letter"),
            _ => found.is_ascii_digit().then_some(()).ok_or("a digit"),
        })?;
        return Ok(PermanentResidence(number));
    }
    if number.chars().count() != CARD_CHARS {
        return Err(DocumentError::Length {
            found: number.chars().count(),
            wanted: "18, or 15 in the old form,",
        });
    }
    check_card(&number)?;
    if !number.starts_with('9') {
        return Err(DocumentError::OtherDocument {
            belongs_to: DocumentType::ResidentId,
        });
    }
    check_character(&number)?;
    Ok(PermanentResidence(number))
}

fn parse_passport(number: String) -> Result<Passport, DocumentError> {
    let found = number.chars().count();
    if found > PASSPORT_CHARS_MAX {
        return Err(DocumentError::Length {
            found,
            wanted: "at most 20",
        });
    }
    check_characters(&number, |_, found| {
        (found.is_ascii_uppercase() || found.is_ascii_digit())
            .then_some(())
            .ok_or("a letter from A to Z or a digit")
    })?;
    Ok(Passport(number))
}

/// Eighteen characters: seventeen digits, then a digit or `X`.
fn check_card(number: &str) -> Result<(), DocumentError> {
    let found = number.chars().count();
    if found != CARD_CHARS {
        return Err(DocumentError::Length {
            found,
            wanted: "18",
        });
    }
    check_characters(number, |at, found| match at {
        _ if found.is_ascii_digit() => Ok(()),
        17 if found == 'X' => Ok(()),
        17 => Err("a digit or X"),
        _ => Err("a digit"),
    })
}

/// Asks of each character, with its place from 0, whether it may stand there, and reports the first that may not.
fn check_characters(
    number: &str,
    may_stand: impl Fn(usize, char) -> Result<(), &'static str>,
) -> Result<(), DocumentError> {
    number.chars().enumerate().try_for_each(|(at, found)| {
        may_stand(at, found).map_err(|wanted| DocumentError::Character {
            position: at + 1,
            wanted,
        })
    })
}

fn check_character(number: &str) -> Result<(), DocumentError> {
    if passes_mod_11_2(number) {
        Ok(())
    } else {
        Err(DocumentError::CheckCharacter)
    }
}

/// Characters 7 to 14 as a day. There is no year 0.
fn birth_date(number: &str) -> Result<Date, DocumentError> {
    let digits = number.get(6..14).ok_or(DocumentError::BirthDate)?;
    let text = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]);
    match parse_date(&text) {
        Ok(date) if date.year() > 0 => Ok(date),
        _ => Err(DocumentError::BirthDate),
    }
}

fn permit_region(number: &str) -> Option<PermitRegion> {
    match number.get(..6)? {
        "810000" => Some(PermitRegion::HongKong),
        "820000" => Some(PermitRegion::Macau),
        "830000" => Some(PermitRegion::Taiwan),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// The example number of GB 11643.
    const SPECIMEN: &str = "11010519491231002X";
    /// The published specimen of the new permanent residence ID.
    const PERMANENT_SPECIMEN: &str = "911124198108030024";

    fn resident(number: &str) -> Result<IdentityDocument, DocumentError> {
        IdentityDocument::parse(DocumentType::ResidentId, number)
    }

    fn permanent(number: &str) -> Result<IdentityDocument, DocumentError> {
        IdentityDocument::parse(DocumentType::PermanentResidence, number)
    }

    fn passport(number: &str) -> Result<IdentityDocument, DocumentError> {
        IdentityDocument::parse(DocumentType::Passport, number)
    }

    #[test]
    fn the_specimen_of_the_standard_is_read_with_birth_and_sex() {
        let document = resident(SPECIMEN).unwrap();
        assert_eq!(document.reveal(), SPECIMEN);
        assert_eq!(document.birth_date(), Some(date(1949, 12, 31)));
        assert_eq!(document.sex(), Some(Sex::Female));
        assert_eq!(document.permit_region(), None);
    }

    #[test]
    fn a_small_x_is_read_as_a_capital() {
        assert_eq!(resident("11010519491231002x"), resident(SPECIMEN));
    }

    #[test]
    fn residence_permits_are_told_by_their_region() {
        for (start, region) in [
            ("810000", PermitRegion::HongKong),
            ("820000", PermitRegion::Macau),
            ("830000", PermitRegion::Taiwan),
        ] {
            let body = format!("{start}19900101001");
            let number = "0123456789X".chars().map(|check| format!("{body}{check}"));
            let documents: Vec<_> = number.filter_map(|number| resident(&number).ok()).collect();
            assert_eq!(documents.len(), 1, "one check character of eleven passes");
            assert_eq!(documents[0].permit_region(), Some(region));
            assert_eq!(documents[0].document_type(), DocumentType::ResidentId);
            assert_eq!(documents[0].sex(), Some(Sex::Male));
        }
    }

    #[test]
    fn permanent_residence_is_read_in_both_forms() {
        assert_eq!(
            permanent(PERMANENT_SPECIMEN).unwrap().reveal(),
            PERMANENT_SPECIMEN
        );
        assert_eq!(
            permanent("USA110082090101").unwrap().reveal(),
            "USA110082090101"
        );
        assert_eq!(permanent("usa110082090101"), permanent("USA110082090101"));
    }

    #[test]
    fn each_damage_of_a_resident_id_is_named() {
        use DocumentError as E;
        let cases = [
            ("", E::Empty),
            (
                "1101051949123100",
                E::Length {
                    found: 16,
                    wanted: "18",
                },
            ),
            (
                "110105491231002",
                E::Length {
                    found: 15,
                    wanted: "18",
                },
            ),
            (
                "11010519491231002X1",
                E::Length {
                    found: 19,
                    wanted: "18",
                },
            ),
            (
                " 11010519491231002",
                E::Character {
                    position: 1,
                    wanted: "a digit",
                },
            ),
            (
                "11010519491231002 ",
                E::Character {
                    position: 18,
                    wanted: "a digit or X",
                },
            ),
            (
                "1101051949123100XX",
                E::Character {
                    position: 17,
                    wanted: "a digit",
                },
            ),
            (
                "１1010519491231002X",
                E::Character {
                    position: 1,
                    wanted: "a digit",
                },
            ),
            ("11010519490230002X", E::BirthDate),
            ("11010500001231002X", E::BirthDate),
            ("110105194912310020", E::CheckCharacter),
            ("11010519491213002X", E::CheckCharacter),
            (
                PERMANENT_SPECIMEN,
                E::OtherDocument {
                    belongs_to: DocumentType::PermanentResidence,
                },
            ),
        ];
        for (number, error) in cases {
            assert_eq!(resident(number), Err(error), "{number:?}");
        }
    }

    #[test]
    fn each_damage_of_a_permanent_residence_id_is_named() {
        use DocumentError as E;
        let cases = [
            ("", E::Empty),
            (
                "USA11008209010",
                E::Length {
                    found: 14,
                    wanted: "18, or 15 in the old form,",
                },
            ),
            (
                "U1A110082090101",
                E::Character {
                    position: 2,
                    wanted: "a letter",
                },
            ),
            (
                "USA11008209010X",
                E::Character {
                    position: 15,
                    wanted: "a digit",
                },
            ),
            ("911124198108030025", E::CheckCharacter),
            (
                SPECIMEN,
                E::OtherDocument {
                    belongs_to: DocumentType::ResidentId,
                },
            ),
        ];
        for (number, error) in cases {
            assert_eq!(permanent(number), Err(error), "{number:?}");
        }
    }

    #[test]
    fn a_passport_number_is_letters_and_digits_within_bounds() {
        use DocumentError as E;
        assert_eq!(passport("e12345678"), passport("E12345678"));
        assert_eq!(passport("E12345678").unwrap().birth_date(), None);
        assert_eq!(passport(""), Err(E::Empty));
        assert_eq!(
            passport(&"1".repeat(21)),
            Err(E::Length {
                found: 21,
                wanted: "at most 20"
            })
        );
        let wanted = "a letter from A to Z or a digit";
        for (number, position) in [("E-1", 2), ("E1 ", 3), ("É1", 1), ("吴1", 1)] {
            assert_eq!(
                passport(number),
                Err(E::Character { position, wanted }),
                "{number:?}"
            );
        }
    }

    #[test]
    fn neither_display_nor_debug_nor_errors_show_a_number() {
        let document = resident(SPECIMEN).unwrap();
        assert_eq!(document.to_string(), "1****************X");
        assert_eq!(format!("{document:?}"), "ResidentId(1****************X)");
        assert_eq!(
            format!("{:?}", document.to_wire()),
            "DocumentWire(resident_id, 1****************X)"
        );
        assert_eq!(format!("{:?}", passport("AB1").unwrap()), "Passport(***)");
        let error = resident("110105194912310020").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("1949"));
    }

    #[test]
    fn a_document_crosses_the_wire_under_its_type() {
        for document in [
            resident(SPECIMEN),
            permanent(PERMANENT_SPECIMEN),
            passport("E12345678"),
        ]
        .map(Result::unwrap)
        {
            let json = serde_json::to_value(document.to_wire()).unwrap();
            assert_eq!(json["document_type"], document.document_type().as_str());
            assert_eq!(json["document_number"], document.reveal());
            let wire: DocumentWire = serde_json::from_value(json).unwrap();
            assert_eq!(IdentityDocument::try_from(wire), Ok(document));
        }
    }

    #[test]
    fn every_type_comes_back_from_its_name() {
        for kind in DocumentType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!("Passport".parse::<DocumentType>(), Err(UnknownDocumentType));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_never_more(text in ".{0,24}") {
            for kind in DocumentType::ALL {
                if let Ok(document) = IdentityDocument::parse(kind, &text) {
                    prop_assert_eq!(document.reveal(), text.to_ascii_uppercase());
                    prop_assert_eq!(document.document_type(), kind);
                }
            }
        }

        #[test]
        fn one_changed_digit_never_passes(at in 6_usize..17, digit in 0_u8..10) {
            let mut bytes = SPECIMEN.as_bytes().to_vec();
            prop_assume!(bytes[at] != b'0' + digit);
            bytes[at] = b'0' + digit;
            prop_assert!(resident(std::str::from_utf8(&bytes).unwrap()).is_err());
        }
    }
}
