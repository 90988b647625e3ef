//! Databases with so many cases, as after some years: nine in ten have ended; some officers got cards.

use std::sync::Arc;

use sanmiao::gateways::entropy::SystemEntropy;
use sanmiao::store::{DatabaseUrl, Keyring, Limits, Store, Vault};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// A store, and where it lies as long as it is used.
pub(crate) struct Filled {
    pub(crate) store: Store,
    _folder: TempDir,
}

/// What a case of a number is like. Everything goes by primes that have nothing to do with each other, so that every combination
/// occurs as often as its parts would have it.
const CASES: &str = "
    SELECT '019a0000-0000-7000-8000-' || id AS id, about,
        CASE WHEN about <> 'report' THEN '019a0001-0000-7000-8000-' || id END AS application_id,
        CASE WHEN about = 'recheck' THEN '019a0002-0000-7000-8000-' || id END AS payment_id,
        'policy-' || (n * 31 % 101 % 7) AS policy_id, district,
        CASE WHEN stage <> 'waiting' THEN 'officer-' || district || '-' || (n * 17 % 97 % 8) END AS officer, stage,
        CASE WHEN stage = 'closed' THEN 'refused' END AS ending,
        CASE WHEN n * 53 % 103 < 4 THEN 'yellow' WHEN n * 53 % 103 < 6 THEN 'red' ELSE 'none' END AS card,
        CASE WHEN stage IN ('closed', 'asked') THEN '9999-12-31' ELSE DAY END AS due_on,
        n * 1000000 AS opened_at, CASE WHEN stage = 'closed' THEN n * 1000000 + 5 END AS closed_at
    FROM (SELECT n, PADDED AS id, 440600 + (n * 13 % 89 % 5) AS district,
        CASE WHEN n * 37 % 107 % 10 > 0 THEN 'closed' WHEN n * 41 % 109 % 20 < 10 THEN 'working' WHEN n * 41 % 109 % 20 < 14 THEN 'asked'
            WHEN n * 41 % 109 % 20 < 16 THEN 'proposed' WHEN n * 41 % 109 % 20 < 18 THEN 'checking' ELSE 'waiting' END AS stage,
        CASE WHEN n * 43 % 113 % 20 < 17 THEN 'filing' WHEN n * 43 % 113 % 20 < 19 THEN 'recheck' ELSE 'report' END AS about
        FROM NUMBERS) AS numbered";

fn insert(cases: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "INSERT INTO cases (id, about, application_id, payment_id, policy_id, district, officer, stage, ending, card, special, due_on, opened_at, closed_at, version)
         SELECT id, about, application_id, payment_id, policy_id, CAST(district AS TEXT), officer, stage, ending, card, 0, due_on, opened_at, closed_at, 2 FROM ({cases}) AS cases"
    ))
}

async fn opened(url: &DatabaseUrl) -> Store {
    let ring = Keyring::of([("k1", &[1; 32])], "k1", &[2; 32]).unwrap();
    let vault = Vault::new(ring, Arc::new(SystemEntropy));
    Store::open(url, vault, Limits::default()).await.unwrap()
}

/// On SQLite.
pub(crate) async fn sqlite(count: usize) -> Filled {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("queue.db");
    let url = DatabaseUrl::Sqlite(path.clone());
    opened(&url).await.migrate().await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&path)
        .foreign_keys(false)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Off);
    let mut raw = SqliteConnection::connect_with(&options).await.unwrap();
    let numbers = format!(
        "(WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count}) SELECT n FROM counted)"
    );
    let cases = CASES
        .replace("NUMBERS", &numbers)
        .replace("PADDED", "printf('%012d', n)")
        .replace("DAY", "date('2026-01-01', (n * 19 % 300) || ' days')");
    sqlx::raw_sql(insert(&cases))
        .execute(&mut raw)
        .await
        .unwrap();
    raw.close().await.unwrap();
    Filled {
        store: opened(&url).await,
        _folder: folder,
    }
}

/// On PostgreSQL, which goes by statistics.
pub(crate) async fn postgres(server: &str, name: &str, count: usize) -> Filled {
    let mut first = PgConnection::connect(server).await.unwrap();
    let create = format!(
        "CREATE DATABASE {name}_{} TEMPLATE template0",
        std::process::id()
    );
    sqlx::raw_sql(AssertSqlSafe(create))
        .execute(&mut first)
        .await
        .unwrap();
    let url = server.replacen("/postgres?", &format!("/{name}_{}?", std::process::id()), 1);
    let address = DatabaseUrl::Postgres(url.clone());
    opened(&address).await.migrate().await.unwrap();
    let mut raw = PgConnection::connect(&url).await.unwrap();
    let cases = CASES
        .replace(
            "NUMBERS",
            &format!("generate_series(1, {count}::bigint) AS n"),
        )
        .replace("PADDED", "lpad(n::text, 12, '0')")
        .replace("DAY", "(DATE '2026-01-01' + (n * 19 % 300)::int)::text");
    for step in [
        // What the cases are about is not there: only queues are read.
        AssertSqlSafe("SET session_replication_role = replica".to_owned()),
        insert(&cases),
        AssertSqlSafe("VACUUM ANALYZE cases".to_owned()),
    ] {
        sqlx::raw_sql(step).execute(&mut raw).await.unwrap();
    }
    Filled {
        store: opened(&address).await,
        _folder: TempDir::new().unwrap(),
    }
}
