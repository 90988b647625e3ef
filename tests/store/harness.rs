//! A fresh database for each test.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sanmiao::ports::Entropy;
use sanmiao::store::{DatabaseUrl, Keyring, Limits, Store, Vault};
use sqlx::{Connection as _, PgConnection, Row as _, SqliteConnection};
use tempfile::TempDir;

/// Declares tests that run on SQLite and on PostgreSQL.
macro_rules! on_both_databases {
    ($(async fn $name:ident($db:ident: &Db) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn case($db: &Db) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                let db = Db::sqlite().await;
                case(&db).await;
                db.store.close().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                let db = Db::postgres().await;
                case(&db).await;
                db.store.close().await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// Bytes from a seed: guessable, as tests want them.
pub(crate) struct Seeded(Mutex<ChaCha20Rng>);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(buffer);
    }
}

/// Key material that repeats one byte.
pub(crate) fn material(fill: u8) -> String {
    base64::engine::general_purpose::STANDARD.encode([fill; 32])
}

/// A vault with the keys of `keys` (`"a"` has material 97 times over, and so on); the first one named is current.
pub(crate) fn vault(keys: &[&str], index: u8) -> Vault {
    let list: Vec<_> = keys
        .iter()
        .map(|id| format!("{id}:{}", material(id.as_bytes()[0])))
        .collect();
    let ring = Keyring::parse(&list.join(","), keys[0], &material(index)).unwrap();
    Vault::new(ring, Arc::new(Seeded::new(7)))
}

/// A database of its own, migrated.
pub(crate) struct Db {
    pub(crate) store: Store,
    pub(crate) url: DatabaseUrl,
    pub(crate) folder: TempDir,
}

impl Db {
    pub(crate) async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("sanmiao.db"));
        Self::open(url, folder).await
    }

    pub(crate) async fn postgres() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("SANMIAO_TEST_POSTGRES").expect(
            "SANMIAO_TEST_POSTGRES is not set: run the tests with `make test`, which starts a PostgreSQL of its own",
        );
        let name = format!(
            "t_{}_{}",
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
            .unwrap();
        let url = server.replacen("/postgres?", &format!("/{name}?"), 1);
        Self::open(DatabaseUrl::Postgres(url), TempDir::new().unwrap()).await
    }

    async fn open(url: DatabaseUrl, folder: TempDir) -> Self {
        let store = Store::open(&url, vault(&["a"], 200), limits())
            .await
            .unwrap();
        store.migrate().await.unwrap();
        Self { store, url, folder }
    }

    /// Another store on the same database, as a second node or a restarted program has it.
    pub(crate) async fn reopen(&self, vault: Vault) -> Store {
        Store::open(&self.url, vault, limits()).await.unwrap()
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.url, DatabaseUrl::Sqlite(_))
    }

    pub(crate) fn file(&self) -> Option<&PathBuf> {
        match &self.url {
            DatabaseUrl::Sqlite(path) => Some(path),
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// Runs SQL past the store, as somebody with a database shell would. How many rows it changed, or the error's text.
    pub(crate) async fn raw(&self, sql: &str) -> Result<u64, String> {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new()
                    .filename(path)
                    .foreign_keys(true);
                let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
                let done = sqlx::raw_sql(sql).execute(&mut connection).await;
                done.map(|done| done.rows_affected())
                    .map_err(|error| error.to_string())
            }
            DatabaseUrl::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                let done = sqlx::raw_sql(sql).execute(&mut connection).await;
                done.map(|done| done.rows_affected())
                    .map_err(|error| error.to_string())
            }
        }
    }

    /// Asks for one whole number past the store.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
                sqlx::query(sql)
                    .fetch_one(&mut connection)
                    .await
                    .unwrap()
                    .get(0)
            }
            DatabaseUrl::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::query(sql)
                    .fetch_one(&mut connection)
                    .await
                    .unwrap()
                    .get(0)
            }
        }
    }
}

pub(crate) fn limits() -> Limits {
    Limits {
        connections: 20,
        ..Limits::default()
    }
}
