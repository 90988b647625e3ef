//! One pass over the rows into every format that is wanted, each through a digest of its bytes.

use std::io::{self, Write};

use crate::domain::canonical::CanonicalError;
use crate::domain::hash::Sha256Hex;
use crate::domain::id::InstructionId;
use crate::domain::money::Money;

use super::digest::FileDigest;
use super::merkle::Growing;
use super::row::{RowError, Spelled, Spelling};
use super::{Head, Row, csv, pain001, sheet, voucher};

/// What a payout file can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// ISO 20022 pain.001.001.09.
    Pain001,
    /// Excel.
    Xlsx,
    /// CSV in UTF-8 with a byte order mark.
    Csv,
    /// CSV in GB18030.
    CsvGb18030,
    /// Treasury vouchers on the 8207 pattern, one a line.
    Voucher,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [
        Self::Pain001,
        Self::Xlsx,
        Self::Csv,
        Self::CsvGb18030,
        Self::Voucher,
    ];

    /// The word in manifests and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pain001 => "pain001",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::CsvGb18030 => "csv-gb18030",
            Self::Voucher => "voucher",
        }
    }

    /// The format of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// How its files end.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Pain001 => ".pain001.xml",
            Self::Xlsx => ".xlsx",
            Self::Csv => ".csv",
            Self::CsvGb18030 => ".gb18030.csv",
            Self::Voucher => ".voucher.jsonl",
        }
    }
}

/// Why a payout file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A row cannot stand in it.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A character that GB18030 has no code for.
    #[error(
        "{id}: character {position} of `{field}` (U+{code:04X}) has no code in GB18030; write this batch in UTF-8"
    )]
    NotGb18030 {
        /// Which row.
        id: InstructionId,
        /// The field.
        field: &'static str,
        /// Its place, from 1.
        position: usize,
        /// Its code point.
        code: u32,
    },
    /// The rows are not in the order of their ids, or one comes twice.
    #[error("{id} does not come after {before}: rows stand in the order of their ids, each once")]
    Order {
        /// The row.
        id: InstructionId,
        /// The one before it.
        before: String,
    },
    /// The rows are not those that were declared.
    #[error("{count} rows of {sum} were written, {declared_count} of {declared_sum} declared")]
    Declared {
        /// Rows written.
        count: u64,
        /// Their sum.
        sum: Money,
        /// Rows declared.
        declared_count: u64,
        /// Their sum.
        declared_sum: Money,
    },
    /// The sum of the rows passes what an amount can be.
    #[error("the sum of the rows passes what an amount can be")]
    Sum,
    /// More rows than a sheet of Excel holds.
    #[error("{count} rows are more than a sheet of Excel holds ({max})")]
    TooMany {
        /// Rows declared.
        count: u64,
        /// Rows a sheet holds.
        max: u64,
    },
    /// Of the canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// Of a row's canonical form.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Of the disk.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Of the sheet.
    #[error("the sheet could not be written: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
}

impl From<::csv::Error> for WriteError {
    fn from(error: ::csv::Error) -> Self {
        match error.into_kind() {
            ::csv::ErrorKind::Io(error) => Self::Io(error),
            other => Self::Io(io::Error::other(format!("{other:?}"))),
        }
    }
}

/// A file under construction.
pub(super) trait RowSink {
    /// Writes the next row, whose place in the file is `at`, from 1.
    fn row(&mut self, at: u64, spelled: Spelled<'_>) -> Result<(), WriteError>;
    /// Writes what comes after the rows, and says what the file's bytes were.
    fn finish(self: Box<Self>) -> Result<FileDigest, WriteError>;
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The Merkle root over all rows.
    pub root: Sha256Hex,
    /// Every file.
    pub files: Vec<(Format, FileDigest)>,
}

/// A set of files under construction: one pass over the rows, whatever the number of formats.
pub struct Writer<'w> {
    head: Head,
    sinks: Vec<(Format, Box<dyn RowSink + 'w>)>,
    spelling: Spelling,
    tree: Growing,
    count: u64,
    sum: Money,
    last: String,
}

impl<'w> Writer<'w> {
    /// Begins a file of each format, with what it declares.
    ///
    /// # Errors
    /// Of the disk; `TooMany` rows for Excel.
    pub fn begin<W: Write + 'w>(head: Head, outputs: Vec<(Format, W)>) -> Result<Self, WriteError> {
        let mut sinks: Vec<(Format, Box<dyn RowSink + 'w>)> = Vec::new();
        for (format, out) in outputs {
            let sink: Box<dyn RowSink + 'w> = match format {
                Format::Pain001 => Box::new(pain001::Writer::begin(&head, out)?),
                Format::Xlsx => Box::new(sheet::Writer::begin(&head, out)?),
                Format::Csv => Box::new(csv::Writer::begin(csv::Encoding::Utf8, out)?),
                Format::CsvGb18030 => Box::new(csv::Writer::begin(csv::Encoding::Gb18030, out)?),
                Format::Voucher => Box::new(voucher::Writer::begin(&head, out)),
            };
            sinks.push((format, sink));
        }
        Ok(Self {
            head,
            sinks,
            spelling: Spelling::default(),
            tree: Growing::new(),
            count: 0,
            sum: Money::ZERO,
            last: String::new(),
        })
    }

    /// Writes the next row.
    ///
    /// # Errors
    /// See [`WriteError`]; the files are then of no use.
    pub fn row(&mut self, row: &Row) -> Result<(), WriteError> {
        row.check()?;
        let spelled = self.spelling.of(row)?;
        if spelled.id <= self.last.as_str() {
            return Err(WriteError::Order {
                id: row.id,
                before: std::mem::take(&mut self.last),
            });
        }
        self.count += 1;
        self.sum = self.sum.checked_add(row.amount).ok_or(WriteError::Sum)?;
        for (_, sink) in &mut self.sinks {
            sink.row(self.count, spelled)?;
        }
        self.tree.push(spelled.hash)?;
        spelled.id.clone_into(&mut self.last);
        Ok(())
    }

    /// Ends every file.
    ///
    /// # Errors
    /// `Declared` when the rows are not as many or as much as was declared.
    pub fn finish(self) -> Result<Written, WriteError> {
        let Head { count, sum, .. } = self.head;
        if (count, sum) != (self.count, self.sum) {
            return Err(WriteError::Declared {
                count: self.count,
                sum: self.sum,
                declared_count: count,
                declared_sum: sum,
            });
        }
        let files = self.sinks.into_iter();
        let files = files.map(|(format, sink)| Ok((format, sink.finish()?)));
        Ok(Written {
            root: self.tree.root()?,
            files: files.collect::<Result<_, WriteError>>()?,
        })
    }
}
