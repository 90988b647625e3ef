//! Identity documents, bank accounts and phones, each with a right check digit.

use jiff::civil::Date;
use rand::RngExt as _;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};

use super::checks::{cnaps_check, luhn_check, resident_check, travel_document_check};
use super::names::one_of;
use super::records::masked_debug;

/// The kinds of identity document the wire knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentType {
    /// Resident identity card, and residence permits of regions 81, 82, 83.
    ResidentId,
    /// Foreigners' permanent residence card, new or old form.
    PermanentResidence,
    /// Passport.
    Passport,
}

/// An identity document: kind and number, the key by which registers look people up.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Document {
    /// Which kind.
    pub kind: DocumentType,
    /// The number as printed.
    pub number: String,
}

masked_debug!(Document);

/// Counties all over the country that the identity number's first six digits may name.
const REGIONS: [&str; 24] = [
    "440604", "440605", "440606", "440607", "440608", "440103", "440305", "440402", "440703",
    "441302", "430102", "430104", "420106", "420111", "360102", "450103", "350203", "330106",
    "320104", "310110", "110108", "510104", "610113", "210102",
];
/// Numeric and alphabetic codes of ISO 3166 countries.
const COUNTRIES: [(&str, &str); 8] = [
    ("826", "GBR"),
    ("276", "DEU"),
    ("250", "FRA"),
    ("392", "JPN"),
    ("124", "CAN"),
    ("036", "AUS"),
    ("702", "SGP"),
    ("458", "MYS"),
];

/// A country, as numeric and alphabetic code.
pub(crate) fn country(rng: &mut ChaCha20Rng) -> (&'static str, &'static str) {
    COUNTRIES
        .get(rng.random_range(0..COUNTRIES.len()))
        .copied()
        .unwrap_or(("826", "GBR"))
}

fn compact(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

fn with_check(leading: String, check: fn(&str) -> char) -> String {
    let last = check(&leading);
    let mut number = leading;
    number.push(last);
    number
}

fn resident_in(region: &str, born: Date, rng: &mut ChaCha20Rng) -> Document {
    let leading = format!("{region}{}{:03}", compact(born), rng.random_range(1..1000));
    Document {
        kind: DocumentType::ResidentId,
        number: with_check(leading, resident_check),
    }
}

/// A resident identity card of somewhere in the country.
pub(crate) fn resident(born: Date, rng: &mut ChaCha20Rng) -> Document {
    let region = one_of(&REGIONS, rng);
    resident_in(region, born, rng)
}

/// A residence permit of a person from Hong Kong, Macau or Taiwan.
pub(crate) fn residence_permit(born: Date, rng: &mut ChaCha20Rng) -> Document {
    let region = one_of(&["810000", "820000", "830000"], rng);
    resident_in(region, born, rng)
}

/// A foreigner's permanent residence card of the form issued since 2023-12-01.
pub(crate) fn new_card(born: Date, nation: &str, rng: &mut ChaCha20Rng) -> Document {
    let leading = format!(
        "944{nation}{}{:03}",
        compact(born),
        rng.random_range(1..1000)
    );
    Document {
        kind: DocumentType::PermanentResidence,
        number: with_check(leading, resident_check),
    }
}

/// A foreigner's permanent residence card of the old form: three letters, twelve digits.
pub(crate) fn old_card(born: Date, nation: &str, rng: &mut ChaCha20Rng) -> Document {
    let leading = format!(
        "{nation}4406{}{}",
        &compact(born)[2..],
        rng.random_range(0..10)
    );
    Document {
        kind: DocumentType::PermanentResidence,
        number: with_check(leading, travel_document_check),
    }
}

/// A passport: a letter and eight digits.
pub(crate) fn passport(rng: &mut ChaCha20Rng) -> Document {
    let letter = one_of(&["C", "K", "L", "M", "P"], rng);
    Document {
        kind: DocumentType::Passport,
        number: format!("{letter}{:08}", rng.random_range(0..100_000_000_u32)),
    }
}

/// What the bank will say when it sends a payment back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankReturn {
    /// The bank's code.
    pub code: String,
    /// The bank's words.
    pub reason: String,
}

/// An account somebody can be paid to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Account or card number.
    pub number: String,
    /// The bank's twelve-digit CNAPS code.
    pub bank_cnaps: String,
    /// The bank's name.
    pub bank_name: String,
    /// The name the account is held in.
    pub holder: String,
    /// Set when the bank will return what is paid to this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub will_return: Option<BankReturn>,
}

masked_debug!(Account);

/// Bank number, BIN, name. The banks are made up, and so are their numbers.
const BANKS: [(&str, &str, &str); 4] = [
    ("902", "629901", "样例银行佛山分行"),
    ("903", "629902", "样例农商银行佛山支行"),
    ("904", "629903", "样例储蓄银行佛山支行"),
    ("905", "629904", "样例湾区银行佛山支行"),
];

/// A card of nineteen digits; `serial` keeps numbers apart for good.
pub(crate) fn account(serial: u64, holder: &str, rng: &mut ChaCha20Rng) -> Account {
    let (bank, bin, name) = BANKS
        .get(rng.random_range(0..BANKS.len()))
        .copied()
        .unwrap_or(BANKS[0]);
    let leading = format!("{bin}{serial:08}{:04}", rng.random_range(0..10_000));
    let branch = format!("{bank}5880{:04}", rng.random_range(1..500));
    Account {
        number: with_check(leading, luhn_check),
        bank_cnaps: with_check(branch, cnaps_check),
        bank_name: name.to_owned(),
        holder: holder.to_owned(),
        will_return: None,
    }
}

/// What banks say about accounts that cannot be paid to.
pub(crate) fn bank_return(rng: &mut ChaCha20Rng) -> BankReturn {
    let (code, reason) = [
        ("R01", "账户已销户"),
        ("R02", "账户状态异常，不可入账"),
        ("R03", "账号户名不符"),
    ]
    .get(rng.random_range(0..3))
    .copied()
    .unwrap_or(("R01", "账户已销户"));
    BankReturn {
        code: code.to_owned(),
        reason: reason.to_owned(),
    }
}

/// A mobile number.
pub(crate) fn phone(rng: &mut ChaCha20Rng) -> String {
    format!("19{:09}", rng.random_range(0..1_000_000_000_u32))
}
