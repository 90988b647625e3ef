//! What a transaction leaves and does not leave, and what the database refuses whoever asks.

use std::time::Duration;

use sanmiao::domain::application::{Application, ApplicationState};
use sanmiao::domain::decision::Outcome;
use sanmiao::domain::hash::sha256;
use sanmiao::domain::id::*;
use sanmiao::domain::ledger::Movement;
use sanmiao::store::{Rule, StoreError};

use super::fixture::*;
use super::harness::{Db, on_both_databases, vault};

const TABLES: [&str; 17] = [
    "applicants",
    "subjects",
    "consents",
    "policies",
    "applications",
    "slots",
    "evidence",
    "fetches",
    "snapshots",
    "disputes",
    "decisions",
    "budgets",
    "awards",
    "journal",
    "payments",
    "instructions",
    "audit",
];

async fn rows(db: &Db) -> i64 {
    let mut sum = 0;
    for table in TABLES {
        sum += db.number(&format!("SELECT COUNT(*) FROM {table}")).await;
    }
    sum
}

on_both_databases! {
    async fn every_statement_is_prepared(db: &Db) {
        assert_eq!(db.store.check_statements().await.unwrap(), Vec::<String>::new());
    }

    async fn promise_3_an_approval_that_is_rolled_back_leaves_nothing(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (_, award, payments) = approved(&mut tx, 1, 1_000).await;
        tx.insert_instruction(&instruction(&payments[0], &award)).await.unwrap();
        drop(tx);
        // The next transaction does not see it, on the same connection or another.
        let tx = db.store.write().await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(rows(db).await, 0);
    }

    async fn promise_5_a_task_killed_between_statements_leaves_nothing_half(db: &Db) {
        for _ in 0..10 {
            let store = db.store.clone();
            let (reached, wait) = tokio::sync::oneshot::channel();
            let task = tokio::spawn(async move {
                let mut tx = store.write().await.unwrap();
                approved(&mut tx, 1, 1_000).await;
                let _ = reached.send(());
                std::future::pending::<()>().await;
                tx.commit().await.unwrap();
            });
            wait.await.unwrap();
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        let mut tx = tokio::time::timeout(Duration::from_secs(20), db.store.write()).await.unwrap().unwrap();
        approved(&mut tx, 1, 1_000).await;
        tx.commit().await.unwrap();
        assert_eq!(db.number("SELECT COUNT(*) FROM awards").await, 1);
        assert_eq!(db.number("SELECT reserved FROM budgets").await, 1_000);
    }

    async fn promise_5_what_was_committed_is_there_for_the_next_program(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (application, award, payments) = approved(&mut tx, 1, 1_000).await;
        tx.commit().await.unwrap();
        let next = db.reopen(vault(&["a"], 200)).await;
        let mut tx = next.read().await.unwrap();
        assert_eq!(tx.application(application.id).await.unwrap(), Some(application));
        assert_eq!(tx.payments_of(award.id).await.unwrap(), payments);
    }

    async fn a_transaction_with_a_failed_statement_cannot_be_committed(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        tx.appropriate(&budget(), fen(100)).await.unwrap();
        tx.post(&entry(Movement::Appropriate, 100, "doc")).await.unwrap();
        // A caller that shrugs the error off must not get half of its work committed, nor be told that all is well.
        let _ = tx.post(&entry(Movement::Appropriate, 100, "doc")).await.unwrap_err();
        let error = tx.commit().await.unwrap_err();
        assert!(matches!(error, StoreError::Aborted), "{error}");
        assert_eq!(rows(db).await, 0);
    }

    async fn a_reader_sees_one_state_and_waits_for_no_writer(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        tx.appropriate(&budget(), fen(1)).await.unwrap();
        tx.commit().await.unwrap();
        let mut reader = db.store.read().await.unwrap();
        assert_eq!(reader.budget(&budget()).await.unwrap().unwrap().appropriated, fen(1));
        let mut writer = db.store.write().await.unwrap();
        writer.appropriate(&budget(), fen(1)).await.unwrap();
        assert_eq!(reader.budget(&budget()).await.unwrap().unwrap().appropriated, fen(1));
        writer.commit().await.unwrap();
        assert_eq!(reader.budget(&budget()).await.unwrap().unwrap().appropriated, fen(1));
        drop(reader);
        let mut reader = db.store.read().await.unwrap();
        assert_eq!(reader.budget(&budget()).await.unwrap().unwrap().appropriated, fen(2));
    }

    async fn a_reading_transaction_cannot_write(db: &Db) {
        let mut tx = db.store.read().await.unwrap();
        assert!(tx.appropriate(&budget(), fen(1)).await.is_err());
    }

    async fn a_published_policy_never_changes(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (one, two) = (sha256(b"one"), sha256(b"two"));
        let (first, second) = (day("2026-01-01"), day("2027-01-01"));
        assert!(tx.publish_policy("p", first, &one, b"one", NOW).await.unwrap());
        assert!(!tx.publish_policy("p", first, &one, b"one", NOW).await.unwrap());
        let changed = tx.publish_policy("p", first, &two, b"two", NOW).await.unwrap_err();
        assert!(changed.is_conflict_on("policies_pkey"), "{changed}");
        let borrowed = tx.publish_policy("p", second, &one, b"one", NOW).await.unwrap_err();
        assert!(borrowed.is_conflict_on("policies_hash_key"), "{borrowed}");
        assert_eq!(tx.policy_by_hash(&one).await.unwrap().unwrap().body, b"one");
        tx.commit().await.unwrap();
    }

    async fn rows_that_are_never_changed_are_not_changed_from_a_shell_either(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        approved(&mut tx, 1, 1_000).await;
        let entry = sanmiao::domain::audit::AuditEntry {
            id: id!(AuditId),
            at: NOW,
            actor: sanmiao::domain::person::Actor::Treasury,
            act: "application.filed",
            subject: "x".into(),
            detail: serde_json::json!({}),
        };
        tx.audit(&entry).await.unwrap();
        tx.commit().await.unwrap();
        for table in ["policies", "decisions", "journal", "audit"] {
            let column = if table == "policies" { "published_at" } else { "at" };
            let change = db.raw(&format!("UPDATE {table} SET {column} = 1")).await.unwrap_err();
            assert!(change.contains("never changed"), "{change}");
            let delete = db.raw(&format!("DELETE FROM {table}")).await.unwrap_err();
            assert!(delete.contains("never changed"), "{delete}");
        }
    }

    async fn the_database_itself_refuses_what_must_not_be(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (_, award, payments) = approved(&mut tx, 1, 1_000).await;
        tx.insert_instruction(&instruction(&payments[0], &award)).await.unwrap();
        filed(&mut tx, 2).await;
        tx.commit().await.unwrap();
        for wrong in [
            "UPDATE budgets SET reserved = appropriated + 1",
            "UPDATE budgets SET reserved = -1",
            "UPDATE budgets SET appropriated = 10000000000000000",
            "UPDATE applications SET state = 'done'",
            "UPDATE applications SET state = 'approved' WHERE state = 'filed'",
            "UPDATE applications SET state = 'parked' WHERE state = 'filed'",
            "UPDATE applications SET typed = NULL",
            "UPDATE applications SET policy_hash = 'short'",
            "UPDATE awards SET total = 0",
            "UPDATE payments SET amount = -1",
            "UPDATE payments SET amount = 10000000000000000",
            "UPDATE payments SET state = 'paid'",
            "UPDATE payments SET instalment = 0",
            "UPDATE instructions SET state = 'sent'",
            "UPDATE instructions SET epoch = -1",
            "UPDATE instructions SET payment_id = 'nobody'",
            "UPDATE evidence SET origin = 'hearsay'",
            "DELETE FROM applicants",
            "DELETE FROM payments",
            "DELETE FROM budgets",
            "INSERT INTO journal (id, at, movement, policy, district, year, amount, reference) SELECT 'x', 1, 'gift', policy, district, year, 1, 'x' FROM budgets",
            "INSERT INTO journal (id, at, movement, policy, district, year, amount, reference) SELECT 'x', 1, 'settle', policy, district, year, 0, 'x' FROM budgets",
            "INSERT INTO alarms (id, kind, subject, raised_at, count) VALUES ('x', 'mood', 'x', 1, 1)",
        ] {
            let error = db.raw(wrong).await.expect_err(wrong);
            assert!(error.contains("constraint"), "{wrong}: {error}");
        }
    }

    async fn promise_2_only_staff_can_be_written_down_as_refusing(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = draft(&mut tx, 1).await;
        let error = tx.insert_decision(&decision(application.id, Outcome::Refuse)).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused { rule: Rule::Check, .. }), "{error}");
    }

    async fn a_row_that_hangs_in_the_air_is_refused(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let error = tx.insert_evidence(&evidence(id!(ApplicationId))).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused { rule: Rule::ForeignKey, .. }), "{error}");
        drop(tx);
        // What an application points at is stored first.
        let mut tx = db.store.write().await.unwrap();
        let application = filed(&mut tx, 1).await;
        let state = ApplicationState::Referred { decision: id!(DecisionId), since: NOW };
        let error = tx.update_application(&Application { state, ..application }).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused { rule: Rule::ForeignKey, .. }), "{error}");
        assert!(tx.commit().await.is_err());
        assert_eq!(rows(db).await, 0);
    }

    async fn a_line_cannot_pass_the_largest_amount(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        tx.appropriate(&budget(), sanmiao::domain::money::Money::MAX).await.unwrap();
        let error = tx.appropriate(&budget(), fen(1)).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused { rule: Rule::Check, .. }), "{error}");
    }

    async fn a_row_that_was_tampered_with_is_told_by_table_column_and_row(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = draft(&mut tx, 1).await;
        tx.commit().await.unwrap();
        db.raw("UPDATE applications SET district = 'where?'").await.unwrap();
        let error = db.store.read().await.unwrap().application(application.id).await.unwrap_err();
        let told = error.to_string();
        assert!(told.contains("applications") && told.contains("district"), "{told}");
        assert!(told.contains(&application.id.to_string()) && !told.contains("where?"), "{told}");
    }

    async fn migrating_twice_is_migrating_once_and_a_new_database_says_what_it_lacks(db: &Db) {
        assert_eq!(db.store.pending_migrations().await.unwrap(), 0);
        db.store.migrate().await.unwrap();
        assert_eq!(db.store.pending_migrations().await.unwrap(), 0);
        db.raw("DROP TABLE _sqlx_migrations").await.unwrap();
        assert!(db.store.pending_migrations().await.unwrap() > 0);
        db.store.ping().await.unwrap();
    }

    async fn a_changed_migration_is_refused(db: &Db) {
        let checksum = if db.is_sqlite() { "X'00'" } else { "'\\x00'" };
        db.raw(&format!("UPDATE _sqlx_migrations SET checksum = {checksum} WHERE version = 1")).await.unwrap();
        let error = db.store.migrate().await.unwrap_err();
        assert!(matches!(error, StoreError::Migration(_)), "{error}");
    }
}
