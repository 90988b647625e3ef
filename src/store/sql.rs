//! One code path for two databases: statements as constants, arguments as values, rows by column name.
//!
//! Not `sqlx::Any` (it has the least of both), not two stores (they drift apart), and no `if` at run time: [`both!`] expands
//! one body for each database, in the three primitives below and nowhere else.

use sqlx::postgres::{PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{Arguments as _, Database, Encode, FromRow, Type};

use super::{Inner, StoreError, Tx};
use crate::domain::money::Money;
use crate::domain::time::{Date, Timestamp};

/// A statement with its text for each database; nearly always the same text.
#[derive(Debug)]
pub(crate) struct Statement {
    /// Its name in the source.
    pub(crate) name: &'static str,
    /// Text for SQLite.
    pub(crate) sqlite: &'static str,
    /// Text for PostgreSQL.
    pub(crate) postgres: &'static str,
}

/// Declares statements and lists them, so that a test prepares each on both databases. A difference is marked:
/// `NAME = ["head ", "more"] { sqlite: "", postgres: " FOR UPDATE" } " tail";`
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = [$($head:expr),+] $({ sqlite: $lite:literal, postgres: $pg:literal } $tail:expr)?;)+) => {
        $($(#[$doc])* static $name: crate::store::sql::Statement = crate::store::sql::Statement {
            name: stringify!($name),
            sqlite: concat!($($head),+ $(, $lite, $tail)?),
            postgres: concat!($($head),+ $(, $pg, $tail)?),
        };)+
        /// Every statement of this module.
        pub(super) static STATEMENTS: &[&crate::store::sql::Statement] = &[$(&$name),+];
    };
}
pub(crate) use statements;

/// Declares a row by its columns, readable from both databases.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])* struct $name { $($field: $type),+ }

        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            for<'c> &'c str: sqlx::ColumnIndex<R>,
            $($type: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,)+
        {
            fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: row.try_get(stringify!($field))?),+ })
            }
        }
    };
}
pub(crate) use row;

/// Runs one body against whichever database the transaction is on.
macro_rules! both {
    ($tx:expr, |$db:ident, $connection:ident| $body:expr) => {
        match &mut $tx.inner {
            Inner::Sqlite(tx) => {
                type $db = Sqlite;
                let $connection = &mut **tx;
                $body
            }
            Inner::Postgres(tx) => {
                type $db = Postgres;
                let $connection = &mut **tx;
                $body
            }
        }
    };
}

/// Which text of a statement a database reads.
pub(super) trait Dialect: Database {
    /// Whether a plan that was made for any arguments is as good as one made for those at hand.
    const PLANS_ARE_KEPT: bool;

    /// The statement's text for this database.
    fn text(statement: &Statement) -> &'static str;
}

impl Dialect for Sqlite {
    const PLANS_ARE_KEPT: bool = true;

    fn text(statement: &Statement) -> &'static str {
        statement.sqlite
    }
}

impl Dialect for Postgres {
    const PLANS_ARE_KEPT: bool = false;

    fn text(statement: &Statement) -> &'static str {
        statement.postgres
    }
}

/// A row both databases can give.
pub(super) trait StoredRow:
    Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>
{
}

impl<T> StoredRow for T where
    T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>
{
}

/// An argument of a statement: the three types the schema has. Typed also when absent, for PostgreSQL asks.
pub(crate) enum Arg {
    /// Text, and everything that is stored as text.
    Text(Option<String>),
    /// Whole numbers, instants and amounts.
    Int(Option<i64>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

macro_rules! arg_from {
    ($($type:ty => $variant:ident, |$value:ident| $make:expr;)+) => {$(
        impl From<$type> for Arg {
            fn from($value: $type) -> Self {
                Self::$variant(Some($make))
            }
        }

        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(|$value| $make))
            }
        }
    )+};
}

arg_from! {
    &str => Text, |value| value.to_owned();
    String => Text, |value| value;
    &String => Text, |value| value.clone();
    Date => Text, |value| value.to_string();
    i64 => Int, |value| value;
    i16 => Int, |value| i64::from(value);
    u8 => Int, |value| i64::from(value);
    u32 => Int, |value| i64::from(value);
    bool => Int, |value| i64::from(value);
    Timestamp => Int, |value| value.as_micros();
    Money => Int, |value| value.fen();
    Vec<u8> => Bytes, |value| value;
    &[u8] => Bytes, |value| value.to_vec();
    &Vec<u8> => Bytes, |value| value.clone();
}

/// The arguments of a statement, in the order of `$1`, `$2` …
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$(crate::store::sql::Arg::from($value)),*] };
}
pub(crate) use args;

fn arguments<DB: Database>(args: Vec<Arg>) -> Result<DB::Arguments, sqlx::Error>
where
    Option<String>: for<'q> Encode<'q, DB> + Type<DB>,
    Option<i64>: for<'q> Encode<'q, DB> + Type<DB>,
    Option<Vec<u8>>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut arguments = DB::Arguments::default();
    for arg in args {
        match arg {
            Arg::Text(value) => arguments.add(value),
            Arg::Int(value) => arguments.add(value),
            Arg::Bytes(value) => arguments.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

impl Tx {
    /// Notes a failure: from then on this transaction cannot be committed. PostgreSQL answers a COMMIT after a failed
    /// statement with a silent rollback, and SQLite would commit the rest; neither may pass for success.
    fn noted<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        result.map_err(|error| {
            self.failed = true;
            StoreError::from(error)
        })
    }

    /// Runs a statement that gives no rows; how many rows it changed.
    pub(super) async fn run(
        &mut self,
        statement: &'static Statement,
        args: Vec<Arg>,
    ) -> Result<u64, StoreError> {
        let done = both!(self, |Db, connection| {
            match arguments::<Db>(args) {
                Ok(arguments) => sqlx::query_with(Db::text(statement), arguments)
                    .execute(connection)
                    .await
                    .map(|done| done.rows_affected()),
                Err(error) => Err(error),
            }
        });
        self.wrote |= matches!(done, Ok(1..));
        self.noted(done)
    }

    /// All rows of a statement; each statement bounds their number itself.
    pub(super) async fn all<R: StoredRow>(
        &mut self,
        statement: &'static Statement,
        args: Vec<Arg>,
    ) -> Result<Vec<R>, StoreError> {
        let rows = both!(self, |Db, connection| {
            match arguments::<Db>(args) {
                Ok(arguments) => {
                    sqlx::query_as_with::<Db, R, _>(Db::text(statement), arguments)
                        .fetch_all(connection)
                        .await
                }
                Err(error) => Err(error),
            }
        });
        // Rows of anything but a plain look-up are rows that were changed.
        self.wrote |= !statement.sqlite.starts_with("SELECT")
            && matches!(&rows, Ok(rows) if !rows.is_empty());
        self.noted(rows)
    }

    /// The same for a statement with arguments that may be absent: PostgreSQL, which after five times would plan it for all of them at
    /// once and then rather sort a whole index than read its first lines, plans it for those at hand.
    pub(super) async fn all_planned<R: StoredRow>(
        &mut self,
        statement: &'static Statement,
        args: Vec<Arg>,
    ) -> Result<Vec<R>, StoreError> {
        let rows = both!(self, |Db, connection| {
            match arguments::<Db>(args) {
                Ok(arguments) => {
                    sqlx::query_as_with::<Db, R, _>(Db::text(statement), arguments)
                        .persistent(Db::PLANS_ARE_KEPT)
                        .fetch_all(connection)
                        .await
                }
                Err(error) => Err(error),
            }
        });
        self.noted(rows)
    }

    /// The first row of a statement, if there is one.
    pub(super) async fn first<R: StoredRow>(
        &mut self,
        statement: &'static Statement,
        args: Vec<Arg>,
    ) -> Result<Option<R>, StoreError> {
        let row = both!(self, |Db, connection| {
            match arguments::<Db>(args) {
                Ok(arguments) => {
                    sqlx::query_as_with::<Db, R, _>(Db::text(statement), arguments)
                        .fetch_optional(connection)
                        .await
                }
                Err(error) => Err(error),
            }
        });
        self.wrote |= !statement.sqlite.starts_with("SELECT") && matches!(row, Ok(Some(_)));
        self.noted(row)
    }
}
