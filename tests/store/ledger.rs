//! The journal: booked once, and found out when it does not agree.

use sanmiao::domain::ledger::{Account, JournalEntry, Movement};
use sanmiao::domain::time::Timestamp;

use super::fixture::*;
use super::harness::{Db, on_both_databases};

on_both_databases! {
    async fn one_movement_and_one_reference_are_booked_once(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        tx.appropriate(&budget(), fen(100)).await.unwrap();
        tx.post(&entry(Movement::Appropriate, 100, "doc")).await.unwrap();
        tx.post(&entry(Movement::Commit, 100, "doc")).await.unwrap();
        let twice = tx.post(&entry(Movement::Appropriate, 1, "doc")).await.unwrap_err();
        assert!(twice.is_conflict_on("journal_movement_reference_key"), "{twice}");
    }

    async fn an_entry_is_found_by_movement_and_reference(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        tx.appropriate(&budget(), fen(100)).await.unwrap();
        let posted = entry(Movement::Appropriate, 100, "doc");
        tx.post(&posted).await.unwrap();
        assert_eq!(tx.journal_of(Movement::Appropriate, "doc").await.unwrap(), Some(posted));
        assert_eq!(tx.journal_of(Movement::Commit, "doc").await.unwrap(), None);
    }

    async fn a_whole_way_of_money_has_no_fault(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        approved(&mut tx, 1, 1_000).await;
        for (movement, amount) in [
            (Movement::Instruct, 500),
            (Movement::Settle, 500),
            (Movement::ReturnSettled, 500),
            (Movement::Reinstruct, 500),
            (Movement::ReturnUnsettled, 500),
        ] {
            tx.post(&entry(movement, amount, "instruction")).await.unwrap();
            assert_eq!(tx.ledger_faults().await.unwrap(), Vec::<String>::new());
        }
        tx.post(&entry(Movement::Release, 500, "award")).await.unwrap();
        tx.release_budget(&budget(), fen(500)).await.unwrap();
        assert_eq!(tx.ledger_faults().await.unwrap(), Vec::<String>::new());
        let sum: i64 = tx.balances().await.unwrap().iter().map(|balance| balance.fen).sum();
        assert_eq!(sum, 0, "double entry: everything given was taken");
    }

    async fn each_planted_fault_is_found(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        approved(&mut tx, 1, 1_000).await;
        assert_eq!(tx.ledger_faults().await.unwrap(), Vec::<String>::new());
        tx.commit().await.unwrap();
        let plants = [
            ("UPDATE budgets SET appropriated = appropriated + 1", "UPDATE budgets SET appropriated = appropriated - 1", "appropriated 1001 fen, journal 1000 fen"),
            ("UPDATE budgets SET reserved = reserved - 7", "UPDATE budgets SET reserved = reserved + 7", "reserved 993 fen, journal 1000 fen"),
        ];
        for (plant, mend, found) in plants {
            db.raw(plant).await.unwrap();
            let faults = db.store.read().await.unwrap().ledger_faults().await.unwrap();
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].ends_with(found), "{faults:?}");
            db.raw(mend).await.unwrap();
            assert!(db.store.read().await.unwrap().ledger_faults().await.unwrap().is_empty());
        }
        // Settled more than was instructed.
        let mut tx = db.store.write().await.unwrap();
        tx.post(&entry(Movement::Instruct, 10, "x")).await.unwrap();
        tx.post(&entry(Movement::Settle, 11, "x")).await.unwrap();
        let faults = tx.ledger_faults().await.unwrap();
        assert_eq!(faults, [format!("{POLICY}/440604/2026: account instructed stands at -1 fen")]);
    }

    async fn sums_may_be_kept_at_any_moment_and_by_anybody_and_nothing_is_counted_twice(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        approved(&mut tx, 1, 1_000).await;
        tx.commit().await.unwrap();
        let [soon, later] = [1, 2].map(|seconds| NOW.plus_seconds(seconds));
        for (from, until) in [(Timestamp::EPOCH, NOW), (NOW, soon), (soon, later)] {
            let nodes = (0..3).map(|_| async {
                let mut tx = db.store.write().await.unwrap();
                let kept = tx.keep_sums(from, until).await.unwrap();
                tx.commit().await.unwrap();
                usize::from(kept)
            });
            let kept: usize = futures_util::future::join_all(nodes).await.into_iter().sum();
            assert_eq!(kept, 1);
            let mut tx = db.store.read().await.unwrap();
            assert_eq!(tx.sums_kept_until().await.unwrap(), until);
            assert_eq!(tx.ledger_faults().await.unwrap(), Vec::<String>::new());
        }
        let mut tx = db.store.write().await.unwrap();
        let instructed = JournalEntry { at: later, ..entry(Movement::Instruct, 400, "x") };
        tx.post(&instructed).await.unwrap();
        assert_eq!(tx.ledger_faults().await.unwrap(), Vec::<String>::new());
        let [line] = tx.budgets_of(2026).await.unwrap().try_into().unwrap();
        assert_eq!((line.on(Account::Committed), line.on(Account::Instructed)), (fen(600), fen(400)));
        // Booked for a moment that is kept already: found out.
        tx.post(&entry(Movement::Settle, 400, "x")).await.unwrap();
        let faults = tx.ledger_faults().await.unwrap();
        assert_eq!(faults, [format!("{POLICY}/440604/2026: settle is kept at 0 fen, journal 400 fen")]);
    }

    async fn pages_of_the_journal_leave_nothing_out(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        tx.appropriate(&budget(), fen(100)).await.unwrap();
        let mut all = Vec::new();
        for number in 0..7 {
            let entry = entry(Movement::Appropriate, 1, &format!("doc-{number}"));
            tx.post(&entry).await.unwrap();
            all.push(entry);
        }
        let mut read = Vec::new();
        loop {
            let page = tx.journal_page(read.last().map(|entry: &sanmiao::domain::ledger::JournalEntry| entry.id), 3).await.unwrap();
            if page.is_empty() {
                break;
            }
            read.extend(page);
        }
        assert_eq!(read, all);
    }
}
