//! What can be wrong with a set of payout files.

use std::fmt;

use crate::domain::id::InstructionId;
use crate::domain::money::Money;

use super::super::row::RowError;
use super::super::sign::SignError;
use super::read::Broken;

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// In which file.
    pub file: String,
    /// In which row, from 1.
    pub row: Option<u64>,
    /// Of which payment.
    pub id: Option<InstructionId>,
    /// What.
    pub kind: FlawKind,
}

impl Flaw {
    /// Of a file as a whole.
    #[must_use]
    pub fn of_file(file: &str, kind: FlawKind) -> Self {
        Self {
            file: file.to_owned(),
            row: None,
            id: None,
            kind,
        }
    }
}

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FlawKind {
    /// The file is not there.
    #[error("the file is missing")]
    Missing,
    /// The manifest does not name the file.
    #[error("the manifest does not list this file")]
    NotListed,
    /// No manifest.
    #[error("no manifest: {0}")]
    Manifest(String),
    /// Not signed by this key.
    #[error("the manifest's signature: {0}")]
    Signature(SignError),
    /// Other bytes than were signed.
    #[error("other bytes than the manifest's hash says ({found} of {declared} bytes)")]
    Bytes {
        /// How many there are.
        found: u64,
        /// How many there should be.
        declared: u64,
    },
    /// The file cannot be read further.
    #[error("no file of its format: {0}")]
    Broken(Broken),
    /// The envelope says something else than the manifest.
    #[error("the envelope's `{0}` is not the manifest's")]
    Head(&'static str),
    /// A count or sum that is declared in the file.
    #[error("`{name}` declares {found}, the manifest {declared}")]
    Declared {
        /// Under which name.
        name: &'static str,
        /// What it says.
        found: String,
        /// What it should say.
        declared: String,
    },
    /// More or fewer rows.
    #[error("{found} rows, {declared} declared")]
    Count {
        /// Rows there are.
        found: u64,
        /// Rows there should be.
        declared: u64,
    },
    /// Another sum.
    #[error("the rows make {found}, {declared} declared")]
    Sum {
        /// Their sum.
        found: Money,
        /// What it should be.
        declared: Money,
    },
    /// The hashes of all rows do not make the signed root.
    #[error("the rows do not make the manifest's root: one is changed, missing, added or moved")]
    Root,
    /// A row with another number than its place.
    #[error("the row says another number than its place")]
    Place,
    /// No id of an instruction.
    #[error("no payment's id")]
    Id,
    /// The same payment again.
    #[error("this payment stands here twice")]
    Twice,
    /// Not in the order of the ids.
    #[error("the row is not in its place: rows stand in the order of their ids")]
    Order,
    /// No exact amount.
    #[error("no exact amount in yuan and fen")]
    Amount,
    /// A column is empty.
    #[error("`{0}` is missing")]
    Empty(&'static str),
    /// A text no bank takes, or nothing to pay.
    #[error("{0}")]
    Row(RowError),
    /// The row was changed after it was made.
    #[error("the row is not what its hash was made of")]
    Hash,
}

impl FlawKind {
    /// The word in JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NotListed => "not_listed",
            Self::Manifest(_) => "manifest",
            Self::Signature(_) => "signature",
            Self::Bytes { .. } => "bytes",
            Self::Broken(_) => "broken",
            Self::Head(_) => "head",
            Self::Declared { .. } => "declared",
            Self::Count { .. } => "count",
            Self::Sum { .. } => "sum",
            Self::Root => "root",
            Self::Place => "place",
            Self::Id => "id",
            Self::Twice => "twice",
            Self::Order => "order",
            Self::Amount => "amount",
            Self::Empty(_) => "empty",
            Self::Row(_) => "row",
            Self::Hash => "hash",
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(id) = self.id {
            write!(f, ", {id}")?;
        }
        write!(f, ": {}", self.kind)
    }
}
