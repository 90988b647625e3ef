//! 对账: what treasury and bank tell, read line by line, and held against what we know.
//!
//! ```text
//! bytes ─told by content→ treasury │ pain.002 │ camt │ csv │ sheet ─→ lines, bad lines ─┬→ totals: declared against read
//!                                                                                      └→ matching: ours | treasury | bank
//! ```
//! Everything here is pure: it takes bytes or values and says what it found. A file is read in a stream and within [`Limits`]; a line that
//! cannot be read is told with its place, and the others go on. Nobody's name or account is quoted.
//!
//! | module | job |
//! |---|---|
//! | [`line`] | a line as it stands in a file, and what can be wrong with it |
//! | [`treasury`] | the day-end statement, JSON |
//! | [`pain002`], [`camt`] | ISO 20022 status reports, statements and notifications |
//! | [`table`], [`csv`], [`sheet`] | a bank's list: its columns, as text and as Excel file |
//! | [`xml`], [`meter`] | what the formats share: elements in a stream, and a bound on every single thing |
//! | [`taker`] | counts what is read and holds it against what is declared |
//! | [`matching`] | the three-way match |

pub mod camt;
pub mod csv;
pub mod line;
pub mod matching;
mod meter;
pub mod pain002;
pub mod sheet;
pub mod table;
pub mod taker;
pub mod treasury;
mod xml;

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use crate::domain::statement::StatementKind;

pub use taker::{Found, Reading};

/// Bytes at the beginning by which the kind is told.
const HEAD_BYTES: u64 = 4 * 1024;

/// Bounds on what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file.
    pub bytes_max: u64,
    /// Bytes that an Excel file unpacks to.
    pub unpacked_bytes_max: u64,
    /// Lines, readable or not.
    pub lines_max: u64,
    /// Bytes of one line, one element of XML, one object of JSON.
    pub line_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: 1 << 30,
            unpacked_bytes_max: 1 << 29,
            lines_max: 2_000_000,
            line_bytes_max: 64 * 1024,
        }
    }
}

/// A file that is no statement, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The disk.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// None of the kinds.
    #[error("no statement: {0}")]
    Unknown(&'static str),
    /// More than is read.
    #[error("more than {max} {what}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How much is read.
        max: u64,
    },
    /// It cannot be read further.
    #[error("broken at {unit} {at}: {why}")]
    Broken {
        /// What is counted.
        unit: &'static str,
        /// Where.
        at: u64,
        /// Why.
        why: String,
    },
}

impl Unusable {
    /// The word in JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Io(_) => "unreadable",
            Self::Unknown(_) => "no_statement",
            Self::TooMuch { .. } => "too_large",
            Self::Broken { .. } => "broken",
        }
    }
}

/// Tells the kind by the content.
///
/// # Errors
/// `Unknown` when it is none.
pub fn kind_of(head: &[u8]) -> Result<StatementKind, Unusable> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = text.trim_ascii_start();
    if head.starts_with(b"PK\x03\x04") {
        return Ok(StatementKind::Xlsx);
    }
    match text.first() {
        None => Err(Unusable::Unknown("the file is empty")),
        Some(b'{') => Ok(StatementKind::Treasury),
        Some(b'<') => xml::kind_of(text),
        Some(_) => Ok(StatementKind::Csv),
    }
}

/// Reads a statement of any kind and tells every line.
///
/// # Errors
/// [`Unusable`] when it is no statement or breaks off; what was told before is then not to be relied on.
pub fn read(
    mut input: impl Read + Seek,
    limits: Limits,
    found: &mut dyn FnMut(Found),
) -> Result<Reading, Unusable> {
    let bytes = input.seek(SeekFrom::End(0))?;
    if bytes > limits.bytes_max {
        return Err(Unusable::TooMuch {
            what: "bytes",
            max: limits.bytes_max,
        });
    }
    input.rewind()?;
    let mut head = Vec::new();
    input.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    input.rewind()?;
    let kind = kind_of(&head)?;
    let mut taker = taker::Taker::new(kind, limits, found);
    match kind {
        StatementKind::Treasury => treasury::read(BufReader::new(input), &mut taker)?,
        StatementKind::Pain002 => pain002::read(BufReader::new(input), &mut taker)?,
        StatementKind::Camt053 | StatementKind::Camt054 => {
            camt::read(BufReader::new(input), &mut taker)?;
        }
        StatementKind::Csv => csv::read(BufReader::new(input), &mut taker)?,
        StatementKind::Xlsx => sheet::read(input, &mut taker)?,
    }
    Ok(taker.finish())
}

#[cfg(test)]
mod tests;
