//! Messages: one for an occasion, held by one worker, and no address kept that is not needed any more.

use std::collections::HashMap;
use std::sync::Arc;

use sanmiao::domain::notice::{Notice, NoticeState};
use sanmiao::store::{NoticeChange, Store};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::fixture::*;
use super::harness::{Db, on_both_databases};

const LEASE_MS: i64 = 30_000;

/// A message of an application of its own, stored.
async fn waiting(store: &Store, passport: u32) -> Notice {
    let mut tx = store.write().await.unwrap();
    let application = filed(&mut tx, passport).await;
    let notice = notice(application.id);
    assert!(tx.insert_notice(&notice).await.unwrap());
    tx.commit().await.unwrap();
    notice
}

on_both_databases! {
    async fn a_message_comes_back_as_it_was_written(db: &Db) {
        let stored = waiting(&db.store, 1).await;
        let mut tx = db.store.read().await.unwrap();
        assert!(!format!("{stored:?}").contains(PHONE));
        assert_eq!(tx.notices_of(stored.application).await.unwrap(), [stored]);
    }

    async fn an_occasion_is_told_once_whoever_comes_upon_it_twice(db: &Db) {
        let stored = waiting(&db.store, 1).await;
        let mut racing = JoinSet::new();
        for _ in 0..6 {
            let (store, mut again) = (db.store.clone(), stored.clone());
            again.id = notice(stored.application).id;
            "application_parked".clone_into(&mut again.occasion);
            racing.spawn(async move {
                let mut tx = store.write().await.unwrap();
                let fresh = tx.insert_notice(&again).await.unwrap();
                tx.commit().await.unwrap();
                usize::from(fresh)
            });
        }
        assert_eq!(racing.join_all().await.into_iter().sum::<usize>(), 1);
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(tx.notices_of(stored.application).await.unwrap().len(), 2);
    }

    async fn a_message_that_is_rolled_back_was_never_there(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = filed(&mut tx, 1).await;
        tx.insert_notice(&notice(application.id)).await.unwrap();
        drop(tx);
        assert_eq!(db.number("SELECT COUNT(*) FROM notices").await, 0);
    }

    async fn a_lease_counts_and_whoever_lost_it_changes_nothing(db: &Db) {
        let stored = waiting(&db.store, 1).await;
        let mut tx = db.store.write().await.unwrap();
        let first = tx.lease_notices(NOW, LEASE_MS, 9).await.unwrap().remove(0);
        assert_eq!((first.epoch, first.attempts, first.id), (1, 1, stored.id));
        assert_eq!(first.to, stored.to);
        assert!(!tx.notice_due(NOW).await.unwrap(), "it is held");
        let later = NOW.plus_millis(LEASE_MS);
        assert!(tx.notice_due(later).await.unwrap(), "its worker has died");
        let second = tx.lease_notices(later, LEASE_MS, 9).await.unwrap().remove(0);
        assert_eq!((second.epoch, second.attempts, second.id), (2, 2, stored.id));
        assert!(!tx.finish_notice(stored.id, first.epoch, NoticeChange::Dead(later)).await.unwrap());
        assert!(tx.finish_notice(stored.id, second.epoch, NoticeChange::Sent(later)).await.unwrap());
        assert!(!tx.finish_notice(stored.id, second.epoch, NoticeChange::Dead(later)).await.unwrap(), "once");
        let now = tx.notices_of(stored.application).await.unwrap().remove(0);
        assert_eq!(now.state, NoticeState::Sent);
    }

    async fn an_address_is_kept_no_longer_than_it_is_needed(db: &Db) {
        for (passport, end) in [(1, NoticeChange::Sent(NOW)), (2, NoticeChange::Dead(NOW))] {
            let stored = waiting(&db.store, passport).await;
            let mut tx = db.store.write().await.unwrap();
            let leased = tx.lease_notices(NOW, LEASE_MS, 9).await.unwrap().remove(0);
            assert!(tx.finish_notice(stored.id, leased.epoch, end).await.unwrap());
            assert_eq!(tx.notices_of(stored.application).await.unwrap()[0].to, None);
            assert!(tx.lease_notices(NOW.plus_millis(LEASE_MS * 9), LEASE_MS, 9).await.unwrap().is_empty());
            tx.commit().await.unwrap();
        }
        let kept = "SELECT COUNT(*) FROM notices WHERE address IS NOT NULL OR key_id IS NOT NULL OR ended_at IS NULL";
        assert_eq!(db.number(kept).await, 0);
    }

    async fn a_message_waits_for_its_moment_and_the_earliest_goes_first(db: &Db) {
        let mut ids = Vec::new();
        for passport in 1..=3 {
            ids.push(waiting(&db.store, passport).await.id);
        }
        let mut tx = db.store.write().await.unwrap();
        let leased = tx.lease_notices(NOW, LEASE_MS, 9).await.unwrap();
        for (leased, wait_ms) in leased.iter().zip([3_000, 1_000, 2_000]) {
            let again = NoticeChange::Again(NOW.plus_millis(wait_ms));
            assert!(tx.finish_notice(leased.id, leased.epoch, again).await.unwrap());
        }
        assert!(!tx.notice_due(NOW).await.unwrap());
        let later = NOW.plus_millis(2_500);
        let order: Vec<_> = tx.lease_notices(later, LEASE_MS, 9).await.unwrap().iter().map(|one| one.id).collect();
        assert_eq!(order, [ids[1], ids[2]]);
        assert!(tx.notice_waits_since(NOW).await.unwrap());
        assert!(!tx.notice_waits_since(NOW.plus_millis(-1)).await.unwrap());
    }

    async fn racing_workers_never_hold_the_same_message(db: &Db) {
        for passport in 1..=12 {
            waiting(&db.store, passport).await;
        }
        let held = Arc::new(Mutex::new(HashMap::new()));
        let mut workers = JoinSet::new();
        for _ in 0..8 {
            let (store, held) = (db.store.clone(), Arc::clone(&held));
            workers.spawn(async move {
                loop {
                    let mut tx = store.write().await.unwrap();
                    let leased = tx.lease_notices(NOW, LEASE_MS, 2).await.unwrap();
                    tx.commit().await.unwrap();
                    if leased.is_empty() {
                        break;
                    }
                    for leased in leased {
                        *held.lock().await.entry(leased.id).or_insert(0) += 1;
                    }
                }
            });
        }
        workers.join_all().await;
        // On PostgreSQL a worker may leave early when others hold the rows' locks; nothing is left over all the same.
        let mut tx = db.store.write().await.unwrap();
        for leased in tx.lease_notices(NOW, LEASE_MS, 100).await.unwrap() {
            *held.lock().await.entry(leased.id).or_insert(0) += 1;
        }
        let held = held.lock().await;
        assert_eq!(held.len(), 12);
        assert!(held.values().all(|times| *times == 1), "{held:?}");
    }

    async fn messages_are_counted_by_state(db: &Db) {
        waiting(&db.store, 1).await;
        let mut tx = db.store.write().await.unwrap();
        let leased = tx.lease_notices(NOW, LEASE_MS, 9).await.unwrap().remove(0);
        tx.finish_notice(leased.id, leased.epoch, NoticeChange::Sent(NOW)).await.unwrap();
        tx.commit().await.unwrap();
        waiting(&db.store, 2).await;
        let counts = db.store.read().await.unwrap().count_notices_by_state().await.unwrap();
        assert_eq!(counts, [(NoticeState::Sent, 1), (NoticeState::Waiting, 1)]);
    }

    async fn the_database_refuses_a_waiting_message_without_an_address(db: &Db) {
        let stored = waiting(&db.store, 1).await;
        let forgotten = format!("UPDATE notices SET address = NULL, key_id = NULL WHERE id = '{}'", stored.id);
        assert!(db.raw(&forgotten).await.is_err());
    }
}
