//! Races: many tasks at once, one winner, no rule bent.

use std::sync::Arc;

use sanmiao::domain::application::{Application, ApplicationState};
use sanmiao::domain::id::*;
use sanmiao::store::{Store, StoreError};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::fixture::*;
use super::harness::{Db, on_both_databases};

/// Runs `count` tasks that all start at one moment, and gives what they gave.
async fn race<T, F, W>(store: &Store, count: usize, work: W) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
    W: Fn(usize, Store) -> F,
{
    let start = Arc::new(Barrier::new(count));
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let (start, work) = (Arc::clone(&start), work(number, store.clone()));
        tasks.spawn(async move {
            start.wait().await;
            work.await
        });
    }
    tasks.join_all().await
}

on_both_databases! {
    async fn promise_3_sixteen_racing_reservers_never_pass_the_appropriation(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        tx.appropriate(&budget(), fen(1_000)).await.unwrap();
        tx.commit().await.unwrap();
        // 16 tasks, 8 times each, ask for 130 of 1,000: seven fit, whoever they are.
        let granted = race(&db.store, 16, |_, store| async move {
            let mut granted = 0;
            for _ in 0..8 {
                let mut tx = store.write().await.unwrap();
                if tx.reserve(&budget(), fen(130)).await.unwrap() {
                    granted += 1;
                }
                tx.commit().await.unwrap();
            }
            granted
        })
        .await;
        assert_eq!(granted.iter().sum::<i32>(), 7);
        let line = db.store.read().await.unwrap().budget(&budget()).await.unwrap().unwrap();
        assert_eq!(line.reserved, fen(910));
    }

    async fn promise_3_racing_appropriations_all_count(db: &Db) {
        race(&db.store, 16, |_, store| async move {
            let mut tx = store.write().await.unwrap();
            tx.appropriate(&budget(), fen(7)).await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
        let line = db.store.read().await.unwrap().budget(&budget()).await.unwrap().unwrap();
        assert_eq!(line.appropriated, fen(16 * 7));
    }

    async fn a_slot_is_claimed_once_under_racing_filings(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let mut applications = Vec::new();
        for _ in 0..12 {
            applications.push(draft(&mut tx, 1).await);
        }
        tx.commit().await.unwrap();
        let person = applications[0].applicant;
        assert!(applications.iter().all(|application| application.applicant == person));
        let applications = Arc::new(applications);
        let won = race(&db.store, 12, |number, store| {
            let application = applications[number].id;
            async move {
                // Every other one names them the other way round: two claims must not wait for each other.
                let mut slots = vec!["settling-in".to_owned(), "rent".to_owned()];
                if number % 2 == 0 {
                    slots.reverse();
                }
                let mut tx = store.write().await.unwrap();
                let claimed = tx.claim_slots(person, application, &slots).await;
                if let Err(error) = &claimed {
                    assert!(error.is_conflict_on("slots_pkey"), "{error}");
                }
                // A lost claim does not spoil the transaction: the application can still be referred in it.
                tx.commit().await.unwrap();
                claimed.is_ok().then_some(application)
            }
        })
        .await;
        let won: Vec<_> = won.into_iter().flatten().collect();
        assert_eq!(won.len(), 1);
        let mut tx = db.store.write().await.unwrap();
        assert_eq!(tx.slot_holder(person, "rent").await.unwrap(), Some(won[0]));
        assert_eq!(tx.slot_holder(person, "settling-in").await.unwrap(), Some(won[0]));
        tx.claim_slots(person, won[0], &["rent".to_owned()]).await.unwrap();
        tx.release_slots(won[0]).await.unwrap();
        assert_eq!(tx.slot_holder(person, "rent").await.unwrap(), None);
    }

    async fn of_changes_based_on_one_version_exactly_one_is_stored(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = draft(&mut tx, 1).await;
        tx.commit().await.unwrap();
        let based_on = application.clone();
        let done = race(&db.store, 8, |number, store| {
            let changed = Application { request_id: format!("req-{number}"), ..based_on.clone() };
            async move {
                let mut tx = store.write().await.unwrap();
                match tx.update_application(&changed).await {
                    Ok(changed) => {
                        tx.commit().await.unwrap();
                        Some(changed)
                    }
                    Err(StoreError::Stale { what: "application", id }) => {
                        assert_eq!(id, changed.id.to_string());
                        None
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        })
        .await;
        let won: Vec<_> = done.into_iter().flatten().collect();
        assert_eq!(won.len(), 1);
        let stored = db.store.read().await.unwrap().application(application.id).await.unwrap();
        assert_eq!(stored.as_ref(), won.first());
        assert_eq!(won[0].version, 1);
    }

    async fn a_payment_is_changed_once_a_version(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (_, _, payments) = approved(&mut tx, 1, 1_000).await;
        let first = tx.update_payment(&payments[0]).await.unwrap();
        assert_eq!(first.version, 1);
        let again = tx.update_payment(&payments[0]).await.unwrap_err();
        assert!(matches!(again, StoreError::Stale { what: "payment", .. }), "{again}");
        assert_eq!(tx.update_payment(&first).await.unwrap().version, 2);
    }

    async fn one_document_under_racing_sign_ins_is_one_person(db: &Db) {
        let ids = race(&db.store, 12, |number, store| async move {
            let (person, mut subject) = applicant(1);
            subject.subject = format!("subject-{number}");
            let mut tx = store.write().await.unwrap();
            let stored = tx.upsert_applicant(&person, &subject, NOW).await.unwrap();
            tx.commit().await.unwrap();
            stored.id
        })
        .await;
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(db.number("SELECT COUNT(*) FROM applicants").await, 1);
        assert_eq!(db.number("SELECT COUNT(*) FROM subjects").await, 12);
    }

    async fn an_event_that_comes_many_times_at_once_is_new_once(db: &Db) {
        let instruction = ready(&db.store, 1).await;
        let new = race(&db.store, 12, |_, store| async move {
            let mut tx = store.write().await.unwrap();
            let new =
                tx.insert_treasury_event("event-1", &instruction_id(), "settled", 1, NOW, b"{}").await.unwrap();
            tx.commit().await.unwrap();
            new
        })
        .await;
        assert_eq!(new.iter().filter(|new| **new).count(), 1);
        drop(instruction);
    }

    async fn an_alarm_raised_by_many_at_once_is_one(db: &Db) {
        race(&db.store, 12, |_, store| async move {
            let mut tx = store.write().await.unwrap();
            let kind = sanmiao::domain::audit::AlarmKind::SourceDown;
            tx.raise_alarm(kind, "degree", NOW, id!(AlarmId)).await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
        let alarms = db.store.read().await.unwrap().open_alarms(10).await.unwrap();
        assert_eq!(alarms.len(), 1);
        assert_eq!(alarms[0].count, 12);
    }

    async fn racing_approvals_of_one_application_leave_one_award(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = filed(&mut tx, 1).await;
        tx.appropriate(&budget(), fen(1_000)).await.unwrap();
        tx.commit().await.unwrap();
        let done = race(&db.store, 8, |_, store| {
            let application = application.clone();
            async move { approve_once(&store, application).await }
        })
        .await;
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1);
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(tx.budget(&budget()).await.unwrap().unwrap().reserved, fen(100));
        assert_eq!(tx.awards_page(None, 10).await.unwrap().len(), 1);
        assert_eq!(tx.decisions_of(application.id).await.unwrap().len(), 1);
        let award = tx.award_of(application.id).await.unwrap().unwrap();
        assert_eq!(tx.payments_of(award.id).await.unwrap().len(), 1);
    }

    async fn what_gave_way_is_run_again_and_what_failed_is_not(db: &Db) {
        let mut runs = 0;
        let done: Result<(), StoreError> = db
            .store
            .transact(|tx| {
                runs += 1;
                let run = runs;
                Box::pin(async move {
                    tx.appropriate(&budget(), fen(1)).await?;
                    if run < 3 { Err(StoreError::GaveWay { code: "40001".into() }) } else { Ok(()) }
                })
            })
            .await;
        done.unwrap();
        assert_eq!(runs, 3);
        let line = db.store.read().await.unwrap().budget(&budget()).await.unwrap().unwrap();
        assert_eq!(line.appropriated, fen(1), "what gave way left nothing");
        let mut runs = 0;
        let done: Result<(), StoreError> = db
            .store
            .transact(|_| {
                runs += 1;
                Box::pin(async { Err(StoreError::Aborted) })
            })
            .await;
        assert!(done.is_err());
        assert_eq!(runs, 1);
    }

    async fn two_that_lock_in_opposite_order_both_come_through(db: &Db) {
        let other = sanmiao::domain::award::BudgetKey { year: 2027, ..budget() };
        let keys = Arc::new([budget(), other]);
        let mut tx = db.store.write().await.unwrap();
        for key in keys.iter() {
            tx.appropriate(key, fen(100)).await.unwrap();
        }
        tx.commit().await.unwrap();
        race(&db.store, 8, |number, store| {
            let keys = Arc::clone(&keys);
            async move {
                let (first, second) = (keys[number % 2].clone(), keys[1 - number % 2].clone());
                let done: Result<(), StoreError> = store
                    .transact(|tx| {
                        let (first, second) = (first.clone(), second.clone());
                        Box::pin(async move {
                            assert!(tx.reserve(&first, fen(1)).await?);
                            tokio::task::yield_now().await;
                            assert!(tx.reserve(&second, fen(1)).await?);
                            Ok(())
                        })
                    })
                    .await;
                done
            }
        })
        .await
        .into_iter()
        .filter_map(Result::err)
        // A deadlock may be lost five times in a row; then it is told as one that may be tried again.
        .for_each(|error| assert!(error.gave_way(), "{error}"));
        let lines = db.store.read().await.unwrap().budgets().await.unwrap();
        assert_eq!(lines[0].reserved, lines[1].reserved, "each transaction is whole");
    }
}

fn instruction_id() -> InstructionId {
    InstructionId::new(AwardId::new(NOW, [1; 10]), 1, 1)
}

async fn approve_once(store: &Store, application: Application) -> Result<(), StoreError> {
    use sanmiao::domain::decision::Outcome;
    let mut tx = store.write().await?;
    let decision = decision(application.id, Outcome::Approve);
    tx.insert_decision(&decision).await?;
    assert!(tx.reserve(&budget(), fen(100)).await?);
    let award = award(&application, 100);
    tx.insert_award(&award).await?;
    tx.insert_payment(&payment(&award, 1, 100)).await?;
    let state = ApplicationState::Approved {
        decision: decision.id,
        award: award.id,
        at: NOW,
    };
    tx.update_application(&Application {
        state,
        ..application
    })
    .await?;
    tx.commit().await
}
