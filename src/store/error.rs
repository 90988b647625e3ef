//! What can go wrong at the database, told so that a caller can act on it, and without any row's content.

use sqlx::error::{DatabaseError, ErrorKind};

use super::vault::VaultError;

/// A row with this key is there already.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{constraint} is taken")]
pub struct UniqueViolation {
    /// The constraint as PostgreSQL names it by default, on both databases: `slots_pkey`,
    /// `journal_movement_reference_key` …
    pub constraint: String,
}

/// Which rule of the schema a write broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A `CHECK`.
    Check,
    /// A foreign key.
    ForeignKey,
    /// `NOT NULL`.
    NotNull,
    /// A table whose rows are never changed.
    AppendOnly,
}

/// A failure of the store. Messages hold table, column, constraint and row id, never a value.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A compare-and-swap was lost: somebody else changed it first. Read again and decide anew.
    #[error("{what} {id} was changed by somebody else first")]
    Stale {
        /// What kind of thing.
        what: &'static str,
        /// Which one.
        id: String,
    },
    /// The key is taken.
    #[error(transparent)]
    Conflict(#[from] UniqueViolation),
    /// The schema refuses the row.
    #[error("the database refuses the row: {rule:?} {constraint}")]
    Refused {
        /// Which kind of rule.
        rule: Rule,
        /// Its name or text, where the database tells it.
        constraint: String,
    },
    /// A row holds what it cannot hold: the database was changed by somebody else than this program.
    #[error("column {column} of {table}, row {row}, holds what it cannot hold")]
    Inconsistent {
        /// Which table.
        table: &'static str,
        /// Which column.
        column: &'static str,
        /// Which row.
        row: String,
    },
    /// Sealing or opening failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No connection, or it broke. What was written last may or may not be there.
    #[error("the database is not reachable: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Two transactions stood in each other's way; nothing was written, try again.
    #[error("the transaction gave way to another one (code {code})")]
    GaveWay {
        /// The database's own code.
        code: String,
    },
    /// An earlier statement of this transaction failed, so nothing of it may be committed.
    #[error("an earlier statement of this transaction failed; it was rolled back")]
    Aborted,
    /// The schema is older than the program.
    #[error("{pending} migrations are missing: run `sanmiao migrate`")]
    Behind {
        /// How many.
        pending: usize,
    },
    /// A migration failed or was changed after its release.
    #[error("migration failed: {0}")]
    Migration(String),
    /// Not a database URL.
    #[error("not a database: sqlite:PATH or postgres://… is wanted")]
    Url,
    /// This database cannot do it.
    #[error("{0}")]
    Unsupported(&'static str),
    /// A file could not be written.
    #[error("the backup file cannot be written: {0}")]
    File(#[from] std::io::Error),
    /// A value has no text form for the database.
    #[error("a value of {table} cannot be written as JSON")]
    Unwritable {
        /// Which table.
        table: &'static str,
    },
    /// Any other answer of the database.
    #[error("the database answered with an error (code {code}): {message}")]
    Database {
        /// The database's own code.
        code: String,
        /// Its message, which names tables and columns but no values.
        message: String,
    },
}

impl StoreError {
    /// Whether the same may succeed later without anybody's doing.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::GaveWay { .. })
    }

    /// Whether it is certain that nothing was written, so that the whole transaction may be run again at once.
    #[must_use]
    pub const fn gave_way(&self) -> bool {
        matches!(self, Self::GaveWay { .. })
    }

    /// Whether a unique key of this constraint was taken.
    #[must_use]
    pub fn is_conflict_on(&self, constraint: &str) -> bool {
        matches!(self, Self::Conflict(taken) if taken.constraint == constraint)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => from_database(error.as_ref()),
            sqlx::Error::Migrate(error) => Self::Migration(error.to_string()),
            sqlx::Error::ColumnDecode { index, .. } => Self::Database {
                code: "decode".into(),
                message: format!("column {index} has another type"),
            },
            sqlx::Error::Configuration(_) => Self::Url,
            other => Self::Unavailable(other),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migration(error.to_string())
    }
}

fn from_database(error: &dyn DatabaseError) -> StoreError {
    let code = error.code().unwrap_or_default().into_owned();
    let named = error.constraint();
    let refused = |rule| StoreError::Refused {
        rule,
        constraint: named.map_or_else(|| after_colon(error.message()), str::to_owned),
    };
    match error.kind() {
        ErrorKind::UniqueViolation => StoreError::Conflict(UniqueViolation {
            constraint: named.map_or_else(
                || sqlite_constraint(error.message(), code == "1555"),
                str::to_owned,
            ),
        }),
        ErrorKind::CheckViolation => refused(Rule::Check),
        ErrorKind::ForeignKeyViolation => refused(Rule::ForeignKey),
        ErrorKind::NotNullViolation => refused(Rule::NotNull),
        _ => from_code(code, error.message()),
    }
}

fn from_code(code: String, message: &str) -> StoreError {
    match code.as_str() {
        // SQLite SQLITE_CONSTRAINT_TRIGGER; PostgreSQL restrict_violation, raised by rows_are_never_changed().
        "1811" | "23001" => StoreError::Refused {
            rule: Rule::AppendOnly,
            constraint: message.to_owned(),
        },
        // SQLite busy and locked, with their extended forms; PostgreSQL serialization failure, deadlock, lock not available.
        "5" | "6" | "261" | "262" | "517" | "773" | "40001" | "40P01" | "55P03" => {
            StoreError::GaveWay { code }
        }
        // PostgreSQL: shutting down, starting up, out of connections.
        "57P01" | "57P02" | "57P03" | "53300" => {
            StoreError::Unavailable(sqlx::Error::Protocol(format!("server says {code}")))
        }
        _ => StoreError::Database {
            code,
            message: message.to_owned(),
        },
    }
}

/// `UNIQUE constraint failed: slots.applicant_id, slots.slot` under PostgreSQL's name for the same constraint.
fn sqlite_constraint(message: &str, primary: bool) -> String {
    let columns = after_colon(message);
    let mut table = "";
    let mut name = String::new();
    for column in columns.split(", ") {
        if let Some((of, column)) = column.split_once('.') {
            table = of;
            name.push('_');
            name.push_str(column);
        }
    }
    if primary {
        format!("{table}_pkey")
    } else {
        format!("{table}{name}_key")
    }
}

fn after_colon(message: &str) -> String {
    message
        .split_once(": ")
        .map_or(message, |(_, rest)| rest)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_constraints_have_the_names_of_postgres() {
        let unique = "UNIQUE constraint failed: journal.movement, journal.reference";
        assert_eq!(
            sqlite_constraint(unique, false),
            "journal_movement_reference_key"
        );
        let primary = "UNIQUE constraint failed: slots.applicant_id, slots.slot";
        assert_eq!(sqlite_constraint(primary, true), "slots_pkey");
    }

    #[test]
    fn busy_and_deadlock_may_be_run_again_and_a_lost_line_only_later() {
        for code in ["5", "517", "40001", "40P01"] {
            let error = from_code(code.to_owned(), "");
            assert!(error.gave_way() && error.is_transient(), "{code}");
        }
        let lost = StoreError::from(sqlx::Error::PoolTimedOut);
        assert!(lost.is_transient() && !lost.gave_way());
        assert!(!from_code("1".to_owned(), "syntax error").is_transient());
    }
}
