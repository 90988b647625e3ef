//! What readers of the formats find, before anything of it is believed.

use std::fmt;
use std::io::{BufReader, Read, Seek};

use super::super::writer::Format;
use super::super::{csv, pain001, sheet, voucher};

/// A row as it stands in a file: text, whatever it is.
#[derive(Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as the columns are")]
pub struct Raw {
    pub at: Option<String>,
    pub id: Option<String>,
    pub amount: Option<String>,
    pub name: Option<String>,
    pub account: Option<String>,
    pub bank: Option<String>,
    pub purpose: Option<String>,
    pub hash: Option<String>,
}

/// An envelope as it stands in a file; what a format does not carry is `None`.
#[derive(Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as the members of the envelope are")]
pub struct RawHead {
    pub batch: Option<String>,
    pub second_batch: Option<String>,
    pub made_at: Option<String>,
    pub day: Option<String>,
    pub policy: Option<String>,
    pub district: Option<String>,
    pub initiator: Option<String>,
    pub payer_name: Option<String>,
    pub payer_account: Option<String>,
    pub payer_bank: Option<String>,
    pub count: Option<String>,
    pub sum: Option<String>,
}

/// Something a reader came across.
pub enum Found {
    /// An envelope.
    Head(RawHead),
    /// A count or a sum that is declared a second time, by the name it stands under; `None` when it should stand there and does not.
    Declared(&'static str, Option<String>),
    /// A row.
    Row(Raw),
}

/// Where a file cannot be read further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct Broken {
    /// Where.
    pub place: Place,
    /// Why.
    pub why: String,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Bytes before it.
    Byte(u64),
    /// Its line or row, from 1.
    Row(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(at) => write!(f, "byte {at}"),
            Self::Row(at) => write!(f, "row {at}"),
        }
    }
}

impl Broken {
    pub(in super::super) fn at_byte(at: u64, why: impl fmt::Display) -> Self {
        let (place, why) = (Place::Byte(at), why.to_string());
        Self { place, why }
    }

    pub(in super::super) fn at_row(at: u64, why: impl fmt::Display) -> Self {
        let (place, why) = (Place::Row(at), why.to_string());
        Self { place, why }
    }
}

/// Reads a file of a format.
///
/// # Errors
/// [`Broken`] where it is no such file.
pub fn read(
    format: Format,
    input: impl Read + Seek,
    found: &mut dyn FnMut(Found),
) -> Result<(), Broken> {
    let input = BufReader::new(input);
    match format {
        Format::Pain001 => pain001::read(input, found),
        Format::Xlsx => sheet::read(input, found),
        Format::Csv => csv::read(csv::Encoding::Utf8, input, found),
        Format::CsvGb18030 => csv::read(csv::Encoding::Gb18030, input, found),
        Format::Voucher => voucher::read(input, found),
    }
}
