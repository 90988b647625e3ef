//! 对账: what treasury and bank tell in statements, how it differs from what we know, and the cases that follow from it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::district::DistrictCode;
use super::hash::Sha256Hex;
use super::id::{FinanceCaseId, StatementId};
use super::mask::account_tail;
use super::money::Money;
use super::person::Private;
use super::time::{Date, Timestamp};

/// Working days within which a difference is to be closed. A sample: no source states one.
pub const DEADLINE_WORKING_DAYS: u32 = 3;
/// Longest grounds for closing a difference, in characters.
pub const GROUNDS_CHARS_MAX: usize = 2_000;

/// An enum that is a word in the database, on the wire and in files.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$each])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The one of a word, or `None`.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Who tells.
    Side {
        /// 国库.
        Treasury = "treasury",
        /// 银行.
        Bank = "bank",
    }
}

words! {
    /// What a line says has happened.
    What {
        /// The money arrived.
        Settled = "settled",
        /// 退票: it came back.
        Returned = "returned",
        /// Refused before anything was paid.
        Rejected = "rejected",
    }
}

words! {
    /// What kind of file a statement is.
    StatementKind {
        /// The treasury's day-end statement, JSON.
        Treasury = "treasury",
        /// ISO 20022 payment status report.
        Pain002 = "pain.002",
        /// ISO 20022 bank-to-customer statement.
        Camt053 = "camt.053",
        /// ISO 20022 debit and credit notification.
        Camt054 = "camt.054",
        /// A bank's list as CSV.
        Csv = "csv",
        /// A bank's list as Excel file.
        Xlsx = "xlsx",
    }
}

impl StatementKind {
    /// Who tells by it.
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::Treasury => Side::Treasury,
            _ => Side::Bank,
        }
    }

    /// Whether it tells *everything* of its days, so that what it leaves out is missing. The others tell of single movements.
    #[must_use]
    pub const fn is_complete(self) -> bool {
        !matches!(self, Self::Pain002 | Self::Camt054)
    }
}

words! {
    /// How something differs.
    DifferenceKind {
        /// We know it settled or returned, and a statement of that day does not tell.
        Missing = "missing",
        /// A statement tells of a payment that we have never instructed.
        Extra = "extra",
        /// Another amount.
        Amount = "amount",
        /// Another account.
        Account = "account",
        /// Told more than once.
        Duplicate = "duplicate",
        /// It settled, returned or was rejected there, and not here.
        Status = "status",
        /// A statement's own totals are not those of its lines.
        Totals = "totals",
        /// Lines of a statement that cannot be read.
        Unreadable = "unreadable",
    }
}

words! {
    /// Where a case of finance stands.
    FinanceCaseState {
        /// Somebody has to look.
        Open = "open",
        /// A person closed it, with grounds.
        Closed = "closed",
        /// A later statement, or our own news, explained it.
        Explained = "explained",
    }
}

/// One movement that a statement tells of.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place in the file, from 1: a line, a row, an entry.
    pub place: u64,
    /// Our instruction's id, or what is written in its place.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// To, or back from, which account, when it says so.
    pub account: Option<Private<String>>,
    /// What happened.
    pub what: What,
    /// On which day in China.
    pub day: Date,
    /// When, when it says so.
    pub at: Option<Timestamp>,
    /// The other side's own number.
    pub serial: Option<String>,
    /// Code of a return or a rejection.
    pub reason: Option<String>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line")
            .field("place", &self.place)
            .field("amount", &self.amount)
            .field("what", &self.what)
            .field("day", &self.day)
            .finish_non_exhaustive()
    }
}

impl Line {
    /// The account with its last four digits alone in sight.
    #[must_use]
    pub fn masked_account(&self) -> Option<String> {
        let account = self.account.as_ref()?;
        Some(account_tail(account.reveal()))
    }
}

/// Count and sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: Money,
}

impl Tally {
    /// One more. A sum beyond what money holds stays where it is, and cannot be reached by lines that a file may have.
    pub fn add(&mut self, amount: Money) {
        self.count += 1;
        self.sum = self.sum.checked_add(amount).unwrap_or(Money::MAX);
    }
}

/// A line of a statement that cannot be read, and why. Quotes nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadLine {
    /// Its place in the file, from 1.
    pub place: u64,
    /// What is wrong.
    pub why: String,
}

/// A total that a statement declares, and that its lines do not make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongTotal {
    /// Under which name it stands.
    pub name: String,
    /// What it says.
    pub declared: String,
    /// What the lines make.
    pub found: String,
}

/// A statement that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its id.
    pub id: StatementId,
    /// Of the file's bytes; one file is imported once.
    pub sha256: Sha256Hex,
    /// What kind of file.
    pub kind: StatementKind,
    /// Of which days it tells, first and last; none of a file without lines and without a date.
    pub days: Option<(Date, Date)>,
    /// Settled lines.
    pub settled: Tally,
    /// Returned lines.
    pub returned: Tally,
    /// Rejected lines.
    pub rejected: Tally,
    /// Lines that could not be read.
    pub bad_count: u64,
    /// The first of them.
    pub bad: Vec<BadLine>,
    /// Totals that its lines do not make.
    pub wrong_totals: Vec<WrongTotal>,
    /// Who imported it.
    pub imported_by: String,
    /// When.
    pub imported_at: Timestamp,
}

/// What makes a difference the same difference, however often it is found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DifferenceKey {
    /// How it differs.
    pub kind: DifferenceKind,
    /// On which side.
    pub side: Side,
    /// Of which payment, or what is written in its place.
    pub reference: String,
    /// In which movement; none when it concerns a statement as a whole.
    pub what: Option<What>,
}

/// One way in which a statement and our own books do not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub key: DifferenceKey,
    /// The day in question.
    pub day: Date,
    /// By our books; none when we know of nothing.
    pub ours: Option<Money>,
    /// By the statement; none when it tells of nothing.
    pub theirs: Option<Money>,
}

/// A difference with somebody who sees to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinanceCase {
    /// Its id.
    pub id: FinanceCaseId,
    /// What differs.
    pub difference: Difference,
    /// The paying district, when the payment is ours.
    pub district: Option<DistrictCode>,
    /// The statement with which it was found.
    pub found_by: StatementId,
    /// Who sees to it; nobody yet when a command imported the statement.
    pub owner: Option<String>,
    /// The last working day for it.
    pub due_on: Date,
    /// Where it stands.
    pub state: FinanceCaseState,
    /// When it was found.
    pub opened_at: Timestamp,
    /// Counts every stored change.
    pub version: i64,
    /// When it was closed or explained.
    pub closed_at: Option<Timestamp>,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// The closing person's grounds.
    pub grounds: Option<Private<String>>,
    /// The statement that explained it.
    pub explained_by: Option<StatementId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        assert!(
            Side::ALL
                .iter()
                .all(|one| Side::parse(one.as_str()) == Some(*one))
        );
        assert!(
            What::ALL
                .iter()
                .all(|one| What::parse(one.as_str()) == Some(*one))
        );
        let kinds = StatementKind::ALL.iter();
        assert!({ kinds }.all(|one| StatementKind::parse(one.as_str()) == Some(*one)));
        let kinds = DifferenceKind::ALL.iter();
        assert!({ kinds }.all(|one| DifferenceKind::parse(one.as_str()) == Some(*one)));
    }

    #[test]
    fn a_line_shows_neither_reference_nor_account() {
        let line = Line {
            place: 1,
            reference: "样例某".to_owned(),
            amount: Money::ZERO,
            account: Some(Private::new("6299010000000000000".to_owned())),
            what: What::Settled,
            day: "2026-11-20".parse().unwrap(),
            at: None,
            serial: None,
            reason: None,
        };
        let shown = format!("{line:?}");
        assert!(
            !shown.contains("样例") && !shown.contains("6299"),
            "{shown}"
        );
        assert_eq!(line.masked_account().unwrap(), "****0000");
    }
}
