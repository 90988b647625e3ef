//! A fresh database for each test, of either kind.

use std::sync::atomic::{AtomicU32, Ordering};

use sanmiao::store::DatabaseUrl;
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// Declares tests that run on SQLite and on PostgreSQL. Without PostgreSQL they fail: they are never skipped.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn case($database: crate::support::database::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                case(crate::support::database::Database::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                case(crate::support::database::Database::Postgres).await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// A database that belongs to one test.
pub(crate) struct Place {
    pub(crate) url: DatabaseUrl,
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) async fn new(database: Database) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let url = match database {
            Database::Sqlite => {
                DatabaseUrl::Sqlite(folder.path().join(sanmiao::app::DATABASE_FILE))
            }
            Database::Postgres => DatabaseUrl::Postgres(new_postgres().await),
        };
        Self { url, folder }
    }

    /// The section of the configuration that names it.
    pub(crate) fn toml(&self) -> String {
        match &self.url {
            DatabaseUrl::Sqlite(_) => format!(
                "[database]\ndata_dir = \"{}\"\n",
                self.folder.path().display()
            ),
            DatabaseUrl::Postgres(url) => format!("[database]\nurl = {url:?}\n"),
        }
    }
}

async fn new_postgres() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("SANMIAO_TEST_POSTGRES").expect(
        "SANMIAO_TEST_POSTGRES is not set: run the tests with `make test`, which starts a PostgreSQL of its own",
    );
    let name = format!(
        "f_{}_{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let mut connection = PgConnection::connect(&server)
        .await
        .expect("the test PostgreSQL answers");
    let create = format!("CREATE DATABASE {name} TEMPLATE template0");
    sqlx::raw_sql(sqlx::AssertSqlSafe(create))
        .execute(&mut connection)
        .await
        .expect("a database of one's own");
    server.replacen("/postgres?", &format!("/{name}?"), 1)
}
