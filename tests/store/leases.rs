//! Promise 4: no two workers hold one instruction, and whoever was overtaken changes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use sanmiao::domain::payment::{InstructionState, PaymentState};
use sanmiao::store::{InstructionChange, StoreError};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::fixture::*;
use super::harness::{Db, on_both_databases};

const LEASE_MS: i64 = 30_000;

on_both_databases! {
    async fn a_lease_is_unknown_before_the_first_byte_and_shows_what_it_was(db: &Db) {
        let stored = ready(&db.store, 1).await;
        let mut tx = db.store.write().await.unwrap();
        let leased = tx.lease_instructions(NOW, LEASE_MS, 10).await.unwrap();
        assert_eq!(leased.len(), 1);
        assert_eq!(leased[0].was, InstructionState::Ready);
        let now = &leased[0].instruction;
        assert_eq!((now.state, now.epoch, now.attempts), (InstructionState::Unknown, 1, 1));
        assert_eq!(now.leased_until, Some(NOW.plus_millis(LEASE_MS)));
        assert_eq!(now.payload, stored.payload);
        assert!(tx.lease_instructions(NOW, LEASE_MS, 10).await.unwrap().is_empty());
        tx.commit().await.unwrap();
    }

    async fn a_lease_that_ran_out_goes_to_the_next_who_is_told_to_ask_first(db: &Db) {
        let stored = ready(&db.store, 1).await;
        let mut tx = db.store.write().await.unwrap();
        let first = tx.lease_instructions(NOW, LEASE_MS, 1).await.unwrap().remove(0);
        let later = NOW.plus_millis(LEASE_MS);
        assert_eq!(tx.next_instruction_at().await.unwrap(), Some(later));
        let second = tx.lease_instructions(later, LEASE_MS, 1).await.unwrap().remove(0);
        assert_eq!((second.was, second.instruction.epoch), (InstructionState::Unknown, 2));
        let done = InstructionChange::to(InstructionState::Acknowledged);
        let late = tx.finish_lease(&stored.id, first.instruction.epoch, &done).await.unwrap_err();
        assert!(matches!(late, StoreError::Stale { what: "instruction", .. }), "{late}");
        tx.finish_lease(&stored.id, second.instruction.epoch, &done).await.unwrap();
        let twice = tx.finish_lease(&stored.id, second.instruction.epoch, &done).await.unwrap_err();
        assert!(matches!(twice, StoreError::Stale { .. }), "{twice}");
        let now = tx.instruction(&stored.id).await.unwrap().unwrap();
        assert_eq!((now.state, now.leased_until), (InstructionState::Acknowledged, None));
        assert_eq!(tx.next_instruction_at().await.unwrap(), None);
    }

    async fn racing_workers_never_hold_the_same_instruction(db: &Db) {
        for passport in 1..=12 {
            ready(&db.store, passport).await;
        }
        let held = Arc::new(Mutex::new(HashMap::new()));
        let mut workers = JoinSet::new();
        for _ in 0..8 {
            let (store, held) = (db.store.clone(), Arc::clone(&held));
            workers.spawn(async move {
                loop {
                    let mut tx = store.write().await.unwrap();
                    let leased = tx.lease_instructions(NOW, LEASE_MS, 2).await.unwrap();
                    tx.commit().await.unwrap();
                    assert!(leased.len() <= 2);
                    if leased.is_empty() {
                        break;
                    }
                    for leased in leased {
                        *held.lock().await.entry(leased.instruction.id).or_insert(0) += 1;
                    }
                }
            });
        }
        workers.join_all().await;
        // On PostgreSQL a worker may leave early when others hold the rows' locks; nothing is left over all the same.
        let mut tx = db.store.write().await.unwrap();
        for leased in tx.lease_instructions(NOW, LEASE_MS, 100).await.unwrap() {
            *held.lock().await.entry(leased.instruction.id).or_insert(0) += 1;
        }
        let held = held.lock().await;
        assert_eq!(held.len(), 12);
        assert!(held.values().all(|times| *times == 1), "{held:?}");
    }

    async fn a_call_back_overtakes_the_worker_in_flight(db: &Db) {
        let stored = ready(&db.store, 1).await;
        let mut tx = db.store.write().await.unwrap();
        let leased = tx.lease_instructions(NOW, LEASE_MS, 1).await.unwrap().remove(0);
        tx.commit().await.unwrap();
        let mut tx = db.store.write().await.unwrap();
        let settled =
            InstructionChange { settled_at: Some(NOW), ..InstructionChange::to(InstructionState::Settled) };
        let from = [InstructionState::Unknown, InstructionState::Acknowledged];
        assert!(tx.change_instruction(&stored.id, &from, &settled).await.unwrap());
        assert!(!tx.change_instruction(&stored.id, &from, &settled).await.unwrap(), "it stands elsewhere now");
        tx.commit().await.unwrap();
        let mut tx = db.store.write().await.unwrap();
        let again = InstructionChange { next_at: Some(NOW), ..InstructionChange::to(InstructionState::Unknown) };
        let late = tx.finish_lease(&stored.id, leased.instruction.epoch, &again).await.unwrap_err();
        assert!(matches!(late, StoreError::Stale { .. }), "{late}");
        let now = tx.instruction(&stored.id).await.unwrap().unwrap();
        assert_eq!((now.state, now.settled_at), (InstructionState::Settled, Some(NOW)));
        assert!(tx.lease_instructions(NOW.plus_millis(LEASE_MS * 9), LEASE_MS, 9).await.unwrap().is_empty());
    }

    async fn a_call_back_and_a_lease_that_race_leave_one_truth(db: &Db) {
        for passport in 1..=10 {
            let stored = ready(&db.store, passport).await;
            let lease = tokio::spawn({
                let store = db.store.clone();
                async move {
                    let mut tx = store.write().await.unwrap();
                    let leased = tx.lease_instructions(NOW, LEASE_MS, 1).await.unwrap();
                    tx.commit().await.unwrap();
                    leased.into_iter().next()
                }
            });
            let call_back = tokio::spawn({
                let store = db.store.clone();
                async move {
                    let mut tx = store.write().await.unwrap();
                    let from = [InstructionState::Ready, InstructionState::Unknown];
                    let change = InstructionChange::to(InstructionState::Settled);
                    let changed = tx.change_instruction(&stored.id, &from, &change).await.unwrap();
                    tx.commit().await.unwrap();
                    changed
                }
            });
            let leased = lease.await.unwrap();
            assert!(call_back.await.unwrap(), "from either state it may settle");
            let mut tx = db.store.write().await.unwrap();
            if let Some(leased) = leased {
                let change = InstructionChange::to(InstructionState::Acknowledged);
                let late = tx.finish_lease(&stored.id, leased.instruction.epoch, &change).await;
                assert!(matches!(late, Err(StoreError::Stale { .. })), "{late:?}");
            }
            let now = tx.instruction(&stored.id).await.unwrap().unwrap();
            assert_eq!((now.state, now.leased_until), (InstructionState::Settled, None));
        }
    }

    async fn an_instruction_waits_for_its_moment_and_the_earliest_goes_first(db: &Db) {
        let mut ids = Vec::new();
        for passport in 1..=3 {
            ids.push(ready(&db.store, passport).await.id);
        }
        let mut tx = db.store.write().await.unwrap();
        for (id, wait_ms) in ids.iter().zip([3_000, 1_000, 2_000]) {
            let change = InstructionChange {
                next_at: Some(NOW.plus_millis(wait_ms)),
                ..InstructionChange::to(InstructionState::Unknown)
            };
            assert!(tx.change_instruction(id, &[InstructionState::Ready], &change).await.unwrap());
        }
        assert_eq!(tx.next_instruction_at().await.unwrap(), Some(NOW.plus_millis(1_000)));
        assert!(tx.lease_instructions(NOW, LEASE_MS, 9).await.unwrap().is_empty());
        let later = NOW.plus_millis(2_500);
        let order: Vec<_> =
            tx.lease_instructions(later, LEASE_MS, 9).await.unwrap().iter().map(|l| l.instruction.id).collect();
        assert_eq!(order, [ids[1], ids[2]]);
    }

    async fn a_person_lets_an_unknown_instruction_be_tried_anew_and_fences_the_worker_out(db: &Db) {
        let stored = ready(&db.store, 1).await;
        let mut tx = db.store.write().await.unwrap();
        assert!(!tx.restart_instruction(&stored.id, NOW).await.unwrap(), "it was never sent");
        let leased = tx.lease_instructions(NOW, LEASE_MS, 1).await.unwrap().remove(0);
        assert!(tx.restart_instruction(&stored.id, NOW).await.unwrap());
        let change = InstructionChange::to(InstructionState::Acknowledged);
        let late = tx.finish_lease(&stored.id, leased.instruction.epoch, &change).await.unwrap_err();
        assert!(matches!(late, StoreError::Stale { .. }), "{late}");
        let again = tx.lease_instructions(NOW, LEASE_MS, 1).await.unwrap().remove(0);
        assert_eq!((again.was, again.instruction.attempts), (InstructionState::Unknown, 1));
        assert_eq!(again.instruction.payload, stored.payload, "the same bytes for ever");
    }

    async fn a_silent_instruction_is_listed_until_asked_about(db: &Db) {
        let stored = ready(&db.store, 1).await;
        let mut tx = db.store.write().await.unwrap();
        let acknowledged = InstructionChange {
            acknowledged_at: Some(NOW),
            ..InstructionChange::to(InstructionState::Acknowledged)
        };
        assert!(tx.change_instruction(&stored.id, &[InstructionState::Ready], &acknowledged).await.unwrap());
        assert!(tx.silent_instructions(NOW, 9).await.unwrap().is_empty());
        let later = NOW.plus_millis(60_000);
        assert_eq!(tx.silent_instructions(later, 9).await.unwrap().len(), 1);
        let asked = InstructionChange {
            next_at: Some(later),
            ..InstructionChange::to(InstructionState::Acknowledged)
        };
        assert!(tx.change_instruction(&stored.id, &[InstructionState::Acknowledged], &asked).await.unwrap());
        assert!(tx.silent_instructions(later, 9).await.unwrap().is_empty());
        assert_eq!(tx.silent_instructions(later.plus_millis(1), 9).await.unwrap().len(), 1);
    }

    async fn a_generation_is_stored_once_and_replaced_once(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (_, award, payments) = approved(&mut tx, 1, 1_000).await;
        let first = instruction(&payments[0], &award);
        tx.insert_instruction(&first).await.unwrap();
        let mut payment = payments[0].clone();
        payment.generation = 1;
        payment.state = PaymentState::Returned;
        let second = instruction(&payment, &award);
        assert_eq!(second.replaces, Some(first.id));
        tx.insert_instruction(&second).await.unwrap();
        assert_eq!(tx.instructions_of(payment.id).await.unwrap(), [first, second.clone()]);
        let again = tx.insert_instruction(&second).await.unwrap_err();
        assert!(matches!(again, StoreError::Conflict(_)), "{again}");
    }

    async fn the_same_event_is_new_once_and_sealed(db: &Db) {
        let stored = ready(&db.store, 1).await;
        let mut tx = db.store.write().await.unwrap();
        for (event, new) in [("e1", true), ("e1", false), ("e2", true), ("e1", false)] {
            let kept = tx.insert_treasury_event(event, &stored.id, "settled", 1, NOW, ACCOUNT.as_bytes()).await;
            assert_eq!(kept.unwrap(), new, "{event}");
        }
        tx.commit().await.unwrap();
    }
}
