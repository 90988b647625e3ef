//! A backup is whole, whatever goes on meanwhile, and opens as the database it was.

use std::io::Write as _;
use std::process::{Command, Stdio};

use sanmiao::domain::evidence::Round;
use sanmiao::store::{DatabaseUrl, Store, StoreError};
use sqlx::Connection as _;

use super::fixture::*;
use super::harness::{Db, limits, vault};

/// Everything that a reader of the store can list, as text.
async fn content(store: &Store) -> String {
    let mut tx = store.read().await.unwrap();
    let filter = sanmiao::store::ApplicationFilter {
        limit: 10_000,
        ..Default::default()
    };
    let applications = tx.list_applications(&filter).await.unwrap();
    let mut parts = vec![format!("{applications:?}")];
    for application in &applications {
        let filing = application.filing.as_ref();
        parts.push(format!(
            "{:?}",
            filing.map(|filing| filing.typed.account.reveal())
        ));
        let person = tx.applicant(application.applicant).await.unwrap().unwrap();
        parts.push(format!(
            "{} {}",
            person.document.reveal(),
            person.name.reveal()
        ));
        for notice in tx.notices_of(application.id).await.unwrap() {
            let to = notice.to.as_ref().map(|to| to.reveal().clone());
            parts.push(format!("{notice:?} {to:?}"));
        }
        for evidence in tx.evidence_of(application.id, Round::FILING).await.unwrap() {
            parts.push(String::from_utf8(evidence.body.reveal().clone()).unwrap());
        }
    }
    parts.push(format!(
        "{:?}",
        tx.decisions_page(None, 10_000).await.unwrap()
    ));
    parts.push(format!("{:?}", tx.awards_page(None, 10_000).await.unwrap()));
    parts.push(format!(
        "{:?}",
        tx.journal_page(None, 10_000).await.unwrap()
    ));
    parts.push(format!("{:?}", tx.budgets().await.unwrap()));
    parts.push(format!("{:?}", tx.policies().await.unwrap()));
    parts.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_copy_of_sqlite_opens_and_has_equal_content() {
    let db = Db::sqlite().await;
    for passport in 1..=3 {
        ready(&db.store, passport).await;
    }
    let mut tx = db.store.write().await.unwrap();
    let told = notice(filed(&mut tx, 5).await.id);
    assert!(tx.insert_notice(&told).await.unwrap());
    tx.commit().await.unwrap();
    let target = db.folder.path().join("copy.db");
    db.store.backup_to(&target).await.unwrap();
    let copy = Store::open(
        &DatabaseUrl::Sqlite(target.clone()),
        vault(&["a"], 200),
        limits(),
    )
    .await
    .unwrap();
    assert_eq!(copy.pending_migrations().await.unwrap(), 0);
    assert_eq!(content(&copy).await, content(&db.store).await);
    assert!(
        copy.read()
            .await
            .unwrap()
            .ledger_faults()
            .await
            .unwrap()
            .is_empty()
    );
    // It lives on by itself.
    ready(&copy, 4).await;
    assert_ne!(content(&copy).await, content(&db.store).await);
    let again = db.store.backup_to(&target).await.unwrap_err();
    assert!(
        matches!(again, StoreError::File(_)),
        "an existing file is not written over: {again}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_under_load_is_one_consistent_state() {
    let db = Db::sqlite().await;
    let writer = tokio::spawn({
        let store = db.store.clone();
        async move {
            for passport in 1..=60 {
                ready(&store, passport).await;
            }
        }
    });
    let mut copies = Vec::new();
    for number in 0..5 {
        let target = db.folder.path().join(format!("copy-{number}.db"));
        db.store.backup_to(&target).await.unwrap();
        copies.push(target);
    }
    writer.await.unwrap();
    for target in copies {
        let copy = Store::open(&DatabaseUrl::Sqlite(target), vault(&["a"], 200), limits())
            .await
            .unwrap();
        let mut tx = copy.read().await.unwrap();
        assert!(tx.ledger_faults().await.unwrap().is_empty());
        let awards = tx.awards_page(None, 1_000).await.unwrap();
        for award in awards {
            assert_eq!(
                tx.payments_of(award.id).await.unwrap().len(),
                2,
                "an approval is whole in every copy"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_of_postgres_restores_to_equal_content() {
    let db = Db::postgres().await;
    for passport in 1..=3 {
        ready(&db.store, passport).await;
    }
    let refused = db
        .store
        .backup_to(&db.folder.path().join("copy.db"))
        .await
        .unwrap_err();
    assert!(
        matches!(refused, StoreError::Unsupported(told) if told.contains("pg_dump")),
        "{refused}"
    );
    let DatabaseUrl::Postgres(url) = &db.url else {
        unreachable!()
    };
    let dump = Command::new(super::secrecy::newest_pg_dump())
        .arg(url)
        .output()
        .unwrap();
    assert!(dump.status.success());
    let (server, name) = (
        std::env::var("SANMIAO_TEST_POSTGRES").unwrap(),
        format!("copy_{}", std::process::id()),
    );
    let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0"));
    sqlx::raw_sql(create)
        .execute(&mut connection)
        .await
        .unwrap();
    let copy_url = server.replacen("/postgres?", &format!("/{name}?"), 1);
    let mut psql = Command::new("psql")
        .args(["-q", "-v", "ON_ERROR_STOP=1", &copy_url])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    psql.stdin.take().unwrap().write_all(&dump.stdout).unwrap();
    assert!(psql.wait().unwrap().success());
    let copy = Store::open(
        &DatabaseUrl::Postgres(copy_url),
        vault(&["a"], 200),
        limits(),
    )
    .await
    .unwrap();
    assert_eq!(copy.pending_migrations().await.unwrap(), 0);
    assert_eq!(content(&copy).await, content(&db.store).await);
}
