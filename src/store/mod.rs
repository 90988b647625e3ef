//! The database: SQLite embedded, or PostgreSQL for several nodes, with one code path.
//!
//! A file an aggregate; each adds its look-ups and writes to [`Tx`], the one transaction type for reads and writes on both
//! databases. Nothing here waits for the network, and nothing outside names `sqlx`. Personal data is sealed on
//! its way in ([`vault`]). Races are decided by unique keys and by compare-and-swap on version, state or epoch, the
//! same on both databases, and a lost race is an error that says so ([`StoreError::Stale`], [`StoreError::Conflict`]).

mod applicants;
mod applications;
mod audit;
mod awards;
mod balances;
mod batches;
mod budget_orders;
mod budgets;
mod cases;
mod causes;
mod codec;
mod consents;
mod decisions;
mod desk;
pub mod differences;
mod error;
mod evidence;
mod figures;
mod files;
mod fits;
mod forecast;
mod forms;
mod instructions;
pub mod ledger;
mod marks;
mod migrations;
mod notices;
mod payments;
#[cfg(test)]
mod plans;
mod policies;
mod ratings;
mod rotation;
mod saved_filters;
mod sessions;
mod slots;
mod sql;
pub mod statements;
mod trust;
mod typed;
pub mod vault;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, Postgres};
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Transaction};

pub use applications::ApplicationFilter;
pub use audit::AuditRecord;
pub use batches::Preparable;
pub use budget_orders::OrderFilter;
pub use cases::{CaseFilter, CaseLine};
pub use causes::Place;
pub use error::{Rule, StoreError, UniqueViolation};
pub use files::Kept;
pub use instructions::{InstructionChange, Leased};
pub use notices::NoticeChange;
pub use payments::PaymentFilter;
pub use policies::PublishedPolicy;
pub use rotation::Rotation;
pub use saved_filters::SavedFilter;
use sql::{Statement, statements};
pub use trust::{ReceivableFilter, Window};
pub use vault::{Keyring, KeyringError, Vault, VaultError};

/// Prepared statements kept a connection; more than there are.
const STATEMENTS_KEPT: usize = 256;
statements! {
    PING = ["SELECT 1"];
}

/// How often [`Store::transact`] runs a transaction that gave way.
const TRANSACT_ATTEMPTS_MAX: u32 = 5;

/// Where the data are.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file, made when it is missing; its folder must be there.
    Sqlite(PathBuf),
    /// A PostgreSQL URL; may hold a password, so it is never printed.
    Postgres(String),
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://«private»"),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    /// Reads `sqlite:PATH`, `sqlite://PATH`, `postgres://…` or `postgresql://…`.
    fn from_str(text: &str) -> Result<Self, StoreError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite:").ok_or(StoreError::Url)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains('?') || path == ":memory:" {
            return Err(StoreError::Url);
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }
}

/// Bounds on what the store takes for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections: to PostgreSQL in all, on SQLite for reading beside the one that writes.
    pub connections: u32,
    /// How long a transaction waits for a connection before it is told that none is free, in milliseconds.
    pub wait_ms: u64,
    /// Page cache of a SQLite connection, in KiB.
    pub cache_kib: u32,
    /// How much of the SQLite file readers look at where it lies in memory, in MiB, instead of copying page by page.
    pub mapped_mib: u32,
}

impl Default for Limits {
    /// Small, so that an idle server stays small; a busy one gains little from more.
    fn default() -> Self {
        Self {
            connections: 8,
            wait_ms: 10_000,
            cache_kib: 2_048,
            // All that SQLite maps; what nobody reads takes no memory.
            mapped_mib: 2_047,
        }
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    vault: Vault,
    /// Transactions that wrote something and were committed.
    commits: Arc<AtomicU64>,
}

#[derive(Clone)]
enum Pools {
    Sqlite {
        /// The one connection that writes; its pool is the fair queue before it.
        writer: SqlitePool,
        readers: SqlitePool,
        path: Arc<Path>,
    },
    Postgres {
        pool: PgPool,
        connections: u32,
    },
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.pools {
            Pools::Sqlite { .. } => "Store(sqlite)",
            Pools::Postgres { .. } => "Store(postgres)",
        })
    }
}

/// A transaction. Dropped without [`Tx::commit`], it leaves nothing.
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Tx {
    inner: Inner,
    vault: Vault,
    /// Set once a statement has failed: see [`Tx::commit`].
    failed: bool,
    /// Set once a statement has changed a row.
    wrote: bool,
    commits: Arc<AtomicU64>,
}

enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx")
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database. Does not migrate; when the schema is current, the vault's keys are compared with those the
    /// database was written with.
    ///
    /// # Errors
    /// When it cannot be reached, or the keys are not the database's.
    pub async fn open(url: &DatabaseUrl, vault: Vault, limits: Limits) -> Result<Self, StoreError> {
        let pools = match url {
            DatabaseUrl::Sqlite(path) => open_sqlite(path, limits).await?,
            DatabaseUrl::Postgres(url) => open_postgres(url, limits).await?,
        };
        let store = Self {
            pools,
            vault,
            commits: Arc::default(),
        };
        if store.pending_migrations().await? == 0 {
            store.verify_keys().await?;
        }
        Ok(store)
    }

    /// Applies the migrations that are missing, each in a transaction of its own, and notes the fingerprints of new keys.
    ///
    /// # Errors
    /// When one fails, or one that was applied has been changed since.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => migrations::sqlite().run(writer).await?,
            Pools::Postgres { pool, .. } => migrations::postgres().run(pool).await?,
        }
        self.verify_keys().await
    }

    /// How many migrations are missing; the schema is current at 0.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn pending_migrations(&self) -> Result<usize, StoreError> {
        const APPLIED: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM _sqlx_migrations WHERE success";
        let applied: i64 = match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let there = "SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
                let there: i64 = sqlx::query_scalar(there).fetch_one(writer).await?;
                if there == 0 {
                    0
                } else {
                    sqlx::query_scalar(APPLIED).fetch_one(writer).await?
                }
            }
            Pools::Postgres { pool, .. } => {
                let there: bool =
                    sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
                        .fetch_one(pool)
                        .await?;
                if there {
                    sqlx::query_scalar(APPLIED).fetch_one(pool).await?
                } else {
                    0
                }
            }
        };
        Ok(migrations::COUNT.saturating_sub(usize::try_from(applied).unwrap_or(0)))
    }

    /// A snapshot to read from: all its reads see one state of the database.
    ///
    /// # Errors
    /// When no connection is free or reachable.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let inner = match &self.pools {
            Pools::Sqlite { readers, .. } => {
                Inner::Sqlite(readers.begin_with("BEGIN DEFERRED").await?)
            }
            Pools::Postgres { pool, connections } => {
                begin_postgres(
                    pool,
                    *connections,
                    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                )
                .await?
            }
        };
        Ok(self.transaction(inner))
    }

    /// A transaction that writes. On SQLite there is one at a time, first come, first served, and it is immediate: a deferred one
    /// that turns to writing fails at once when another has written. On PostgreSQL it is READ COMMITTED; compare-and-swap decides.
    ///
    /// # Errors
    /// When no connection is free or reachable.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let inner = match &self.pools {
            Pools::Sqlite { writer, .. } => {
                Inner::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres { pool, connections } => {
                begin_postgres(pool, *connections, "BEGIN ISOLATION LEVEL READ COMMITTED").await?
            }
        };
        Ok(self.transaction(inner))
    }

    /// Runs `work` in a writing transaction and commits; runs it anew, a few times, when the transaction gave way to another one
    /// (deadlock, busy), for then nothing was written. Everything else comes back as it is.
    ///
    /// ```ignore
    /// store.transact(|tx| Box::pin(async move { tx.appropriate(&key, amount).await })).await?;
    /// ```
    ///
    /// # Errors
    /// Whatever `work` or the commit ends with.
    pub async fn transact<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        E: From<StoreError> + GivesWay,
        F: for<'t> FnMut(&'t mut Tx) -> BoxFuture<'t, Result<T, E>>,
    {
        let mut attempt = 1;
        loop {
            let mut tx = self.write().await?;
            let done = match work(&mut tx).await {
                Ok(value) => tx.commit().await.map(|()| value).map_err(E::from),
                Err(error) => Err(error),
            };
            match done {
                Err(error) if error.gave_way() && attempt < TRANSACT_ATTEMPTS_MAX => attempt += 1,
                done => return done,
            }
        }
    }

    /// How many transactions that changed something were committed since the store was opened: each waits for the disk.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        // Not through the queue of writers: a long queue is load, not death.
        let mut tx = self.read().await?;
        tx.run(&PING, Vec::new()).await?;
        tx.commit().await
    }

    /// Writes a consistent copy of a SQLite database while it goes on being used. The copy appears under its name only when it is
    /// whole and on disk. PostgreSQL has `pg_dump` for it.
    ///
    /// # Errors
    /// When the file is there already or cannot be written, or on PostgreSQL.
    pub async fn backup_to(&self, target: &Path) -> Result<(), StoreError> {
        let Pools::Sqlite { path, .. } = &self.pools else {
            return Err(StoreError::Unsupported(
                "a PostgreSQL database is backed up with pg_dump",
            ));
        };
        if tokio::fs::try_exists(target).await? {
            return Err(std::io::Error::from(std::io::ErrorKind::AlreadyExists).into());
        }
        let mut partial = target.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        if tokio::fs::try_exists(&partial).await? {
            tokio::fs::remove_file(&partial).await?;
        }
        let name = partial.to_str().ok_or(StoreError::Url)?.to_owned();
        let mut connection = SqliteConnectOptions::new().filename(path).connect().await?;
        sqlx::query("VACUUM INTO $1")
            .bind(name)
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        tokio::fs::File::open(&partial).await?.sync_all().await?;
        tokio::fs::rename(&partial, target).await?;
        if let Some(folder) = target
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            tokio::fs::File::open(folder).await?.sync_all().await?;
        }
        Ok(())
    }

    /// Closes every connection; what is under way ends first.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite {
                writer, readers, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { pool, .. } => pool.close().await,
        }
    }

    /// Prepares every statement there is, without running it; names those the database does not take.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn check_statements(&self) -> Result<Vec<String>, StoreError> {
        let mut refused = Vec::new();
        for statement in all_statements() {
            let answer = match &self.pools {
                Pools::Sqlite { writer, .. } => writer
                    .prepare(sqlx::SqlSafeStr::into_sql_str(statement.sqlite))
                    .await
                    .err(),
                Pools::Postgres { pool, .. } => pool
                    .prepare(sqlx::SqlSafeStr::into_sql_str(statement.postgres))
                    .await
                    .err(),
            };
            refused.extend(answer.map(|error| format!("{}: {error}", statement.name)));
        }
        Ok(refused)
    }

    fn transaction(&self, inner: Inner) -> Tx {
        Tx {
            inner,
            vault: self.vault.clone(),
            failed: false,
            wrote: false,
            commits: Arc::clone(&self.commits),
        }
    }
}

/// Whether a failed transaction is certain to have written nothing because it gave way to another one.
pub trait GivesWay {
    /// See [`StoreError::gave_way`].
    fn gave_way(&self) -> bool;
}

impl GivesWay for StoreError {
    fn gave_way(&self) -> bool {
        Self::gave_way(self)
    }
}

impl Tx {
    /// Makes everything done so far last, all of it at once.
    ///
    /// # Errors
    /// [`StoreError::Aborted`] when an earlier statement failed, whatever the caller made of that: nothing is written then.
    pub async fn commit(self) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Aborted);
        }
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        if self.wrote {
            self.commits.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

async fn open_sqlite(path: &Path, limits: Limits) -> Result<Pools, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_millis(limits.wait_ms))
        .pragma("cache_size", format!("-{}", limits.cache_kib))
        .pragma("trusted_schema", "OFF")
        .pragma("journal_size_limit", "67108864")
        .statement_cache_capacity(STATEMENTS_KEPT)
        .thread_name(|_| "sanmiao-sqlite".to_owned())
        .disable_statement_logging();
    let pool = || {
        SqlitePoolOptions::new()
            .acquire_timeout(Duration::from_millis(limits.wait_ms))
            .test_before_acquire(false)
            .max_lifetime(None)
    };
    let writer = pool()
        .min_connections(1)
        .max_connections(1)
        .idle_timeout(None)
        .connect_with(options.clone())
        .await?;
    let readers = pool()
        .min_connections(0)
        .max_connections(limits.connections.max(1))
        .idle_timeout(Duration::from_mins(1))
        .connect_lazy_with(options.pragma("query_only", "ON").pragma(
            "mmap_size",
            (u64::from(limits.mapped_mib) << 20).to_string(),
        ));
    Ok(Pools::Sqlite {
        writer,
        readers,
        path: path.into(),
    })
}

async fn open_postgres(url: &str, limits: Limits) -> Result<Pools, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Url)?
        .application_name("sanmiao")
        .statement_cache_capacity(STATEMENTS_KEPT)
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .min_connections(0)
        .max_connections(limits.connections.max(1))
        .acquire_timeout(Duration::from_millis(limits.wait_ms))
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    Ok(Pools::Postgres {
        pool,
        connections: limits.connections.max(1),
    })
}

/// Begins on a connection that lives. Connections are not tested before each use, which would cost a round trip;
/// so after a restart of the server every pooled one may be dead, and each is found out here at most once.
async fn begin_postgres(
    pool: &PgPool,
    connections: u32,
    begin: &'static str,
) -> Result<Inner, StoreError> {
    let mut tried = 0;
    loop {
        match pool.begin_with(begin).await {
            Ok(tx) => return Ok(Inner::Postgres(tx)),
            Err(error) => {
                tried += 1;
                let error = StoreError::from(error);
                let broken = matches!(&error, StoreError::Unavailable(cause) if !matches!(cause, sqlx::Error::PoolTimedOut));
                if !broken || tried > connections {
                    return Err(error);
                }
            }
        }
    }
}

fn all_statements() -> impl Iterator<Item = &'static &'static Statement> {
    [
        STATEMENTS,
        applicants::STATEMENTS,
        applications::STATEMENTS,
        audit::STATEMENTS,
        awards::STATEMENTS,
        balances::STATEMENTS,
        batches::STATEMENTS,
        budget_orders::STATEMENTS,
        budgets::STATEMENTS,
        cases::STATEMENTS,
        causes::STATEMENTS,
        consents::STATEMENTS,
        decisions::STATEMENTS,
        desk::STATEMENTS,
        differences::STATEMENTS,
        saved_filters::STATEMENTS,
        evidence::STATEMENTS,
        figures::STATEMENTS,
        files::STATEMENTS,
        fits::STATEMENTS,
        forecast::STATEMENTS,
        forms::STATEMENTS,
        instructions::STATEMENTS,
        ledger::STATEMENTS,
        marks::STATEMENTS,
        notices::STATEMENTS,
        payments::STATEMENTS,
        policies::STATEMENTS,
        ratings::STATEMENTS,
        rotation::STATEMENTS,
        sessions::STATEMENTS,
        slots::STATEMENTS,
        statements::STATEMENTS,
        trust::STATEMENTS,
        typed::STATEMENTS,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn database_urls_are_read_and_a_password_is_never_shown() {
        let sqlite: DatabaseUrl = "sqlite:data/sanmiao.db".parse().unwrap();
        assert_eq!(sqlite, DatabaseUrl::Sqlite("data/sanmiao.db".into()));
        assert_eq!(
            "sqlite:///var/lib/a.db".parse::<DatabaseUrl>().unwrap(),
            DatabaseUrl::Sqlite("/var/lib/a.db".into())
        );
        let postgres: DatabaseUrl = "postgres://u:geheim@host/db".parse().unwrap();
        assert!(!format!("{postgres:?}").contains("geheim"));
        for text in [
            "",
            "mysql://x",
            "sqlite:",
            "sqlite::memory:",
            "data.db",
            "sqlite:a?mode=ro",
        ] {
            assert!(
                matches!(text.parse::<DatabaseUrl>(), Err(StoreError::Url)),
                "{text}"
            );
        }
    }
}
