//! A line as it stands in a file, and what can be wrong with it.

use crate::domain::money::{Money, MoneyError};
use crate::domain::person::Private;
use crate::domain::statement::{Line, What};
use crate::domain::time::{Date, Timestamp, parse_date};

/// Longest reference and serial, in characters.
const REFERENCE_CHARS_MAX: usize = 128;
/// Longest account, in characters.
const ACCOUNT_CHARS_MAX: usize = 64;
/// Longest code of a return, in characters; what is longer is words, which may name somebody.
const REASON_CHARS_MAX: usize = 8;
/// The one currency there is.
const CURRENCY: &str = "CNY";
/// What ISO 20022 has banks write where they were told no reference.
const NOT_PROVIDED: &str = "NOTPROVIDED";

/// What is wrong with a line. Quotes nothing of it but a character of an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// No exact amount.
    #[error("amount: {0}")]
    Amount(#[from] MoneyError),
    /// The amount is not there.
    #[error("it tells no amount")]
    NoAmount,
    /// Nothing moved.
    #[error("the amount is 0.00")]
    Nothing,
    /// Another currency.
    #[error("the currency is not CNY")]
    Currency,
    /// Neither the payment's id nor the other side's number.
    #[error("it names neither a payment nor a serial number")]
    NoReference,
    /// A text that is no reference, serial or account.
    #[error("`{0}` is too long or holds characters that do not belong there")]
    Text(&'static str),
    /// A number where a spreadsheet should hold a text.
    #[error("`{0}` is a number cell, in which digits are lost; it must be text")]
    Number(&'static str),
    /// No day.
    #[error("the day is missing or not written as 2026-11-20")]
    Day,
    /// No instant.
    #[error("the time is not written as 09:30:00 or in RFC 3339")]
    Time,
    /// A status that the format does not know.
    #[error("the status is missing or not known")]
    Status,
    /// The file and its line say opposite things.
    #[error("the line contradicts the status of the whole file")]
    Contradiction,
    /// A whole group has a status, and no payment is named.
    #[error("the whole file or batch has a status, and no payment is named in it")]
    Unnamed,
    /// A debit of what had been credited.
    #[error("a credit was taken back: a person has to look")]
    Reversal,
    /// An entry and its details.
    #[error("the entry's amount is not the sum of its details")]
    Details,
    /// Another shape.
    #[error("{0}")]
    Shape(&'static str),
}

/// A line as text, whatever it is.
#[derive(Default)]
pub(super) struct Raw {
    pub(super) reference: Option<String>,
    pub(super) amount: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) account: Option<String>,
    pub(super) what: Option<What>,
    pub(super) day: Option<Date>,
    pub(super) at: Option<Timestamp>,
    pub(super) serial: Option<String>,
    pub(super) reason: Option<String>,
}

impl Raw {
    /// The line, or what is wrong with it first.
    pub(super) fn judge(self, place: u64) -> Result<Line, Wrong> {
        let amount = exact(self.amount.as_deref(), self.currency.as_deref())?;
        if amount.is_zero() {
            return Err(Wrong::Nothing);
        }
        let serial = named("serial number", self.serial, REFERENCE_CHARS_MAX)?;
        let written = named("reference", self.reference, REFERENCE_CHARS_MAX)?;
        let written = written.filter(|text| text != NOT_PROVIDED);
        let reference = match (written, &serial) {
            (Some(written), _) => written,
            (None, Some(serial)) => format!("{NOT_PROVIDED}/{serial}"),
            (None, None) => return Err(Wrong::NoReference),
        };
        let account = named("account", self.account, ACCOUNT_CHARS_MAX)?;
        Ok(Line {
            place,
            reference,
            amount,
            account: account.map(Private::new),
            what: self.what.ok_or(Wrong::Status)?,
            day: self.day.ok_or(Wrong::Day)?,
            at: self.at,
            serial,
            reason: self.reason.filter(|text| is_code(text)),
        })
    }
}

/// An exact amount of yuan.
pub(super) fn exact(text: Option<&str>, currency: Option<&str>) -> Result<Money, Wrong> {
    if currency.is_some_and(|code| code != CURRENCY) {
        return Err(Wrong::Currency);
    }
    Ok(text.ok_or(Wrong::NoAmount)?.parse()?)
}

fn named(field: &'static str, text: Option<String>, max: usize) -> Result<Option<String>, Wrong> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let fits = text.len() <= max && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits {
        Ok(Some(text))
    } else {
        Err(Wrong::Text(field))
    }
}

fn is_code(text: &str) -> bool {
    (1..=REASON_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A day, as `2026-11-20`.
pub(super) fn day(text: &str) -> Result<Date, Wrong> {
    parse_date(text).map_err(|_| Wrong::Day)
}

/// An instant of ISO 8601; one that names no offset is in China.
pub(super) fn instant(text: &str) -> Result<Timestamp, Wrong> {
    let read = |text: &str| text.parse::<Timestamp>();
    let read = read(text).or_else(|_| read(&format!("{text}+08:00")));
    read.map_err(|_| Wrong::Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw() -> Raw {
        Raw {
            reference: Some("a1-1-1".to_owned()),
            amount: Some("100000.00".to_owned()),
            what: Some(What::Settled),
            day: Some("2026-11-20".parse().unwrap()),
            ..Raw::default()
        }
    }

    #[test]
    fn an_amount_is_exact_or_the_line_is_bad() {
        for amount in [
            "1.005", "1e3", "-1.00", "+1.00", "1", "1.0", "01.00", "1,000.00", "１.00", "", " 1.00",
        ] {
            let amount = Some(amount.to_owned());
            assert!(matches!(
                Raw { amount, ..raw() }.judge(1),
                Err(Wrong::Amount(_))
            ));
        }
        let amount = Some("0.00".to_owned());
        assert_eq!(Raw { amount, ..raw() }.judge(1), Err(Wrong::Nothing));
        let currency = Some("USD".to_owned());
        assert_eq!(Raw { currency, ..raw() }.judge(1), Err(Wrong::Currency));
    }

    #[test]
    fn what_names_no_payment_goes_by_the_other_sides_number() {
        let serial = Some("YH1".to_owned());
        let reference = Some(NOT_PROVIDED.to_owned());
        let line = Raw {
            reference,
            serial,
            ..raw()
        }
        .judge(1)
        .unwrap();
        assert_eq!(line.reference, "NOTPROVIDED/YH1");
        let reference = None;
        assert_eq!(Raw { reference, ..raw() }.judge(1), Err(Wrong::NoReference));
    }

    #[test]
    fn words_are_no_code_and_are_not_kept() {
        let reason = Some("户名不符：样例某".to_owned());
        assert_eq!(Raw { reason, ..raw() }.judge(1).unwrap().reason, None);
        let reason = Some("R01".to_owned());
        assert_eq!(
            Raw { reason, ..raw() }.judge(1).unwrap().reason.as_deref(),
            Some("R01")
        );
    }

    #[test]
    fn an_instant_without_an_offset_is_in_china() {
        let both =
            ["2026-11-20T08:00:00", "2026-11-20T00:00:00Z"].map(|text| instant(text).unwrap());
        assert_eq!(both[0], both[1]);
        assert_eq!(instant("yesterday"), Err(Wrong::Time));
    }
}
