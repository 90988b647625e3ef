//! The newest filed applications, as the public figures are made of them.

use sanmiao::domain::application::{Application, ApplicationState};
use sanmiao::domain::award::Award;
use sanmiao::domain::decision::{Decision, Outcome};
use sanmiao::domain::figures::{Filed, First};
use sanmiao::domain::payment::{InstructionState, Payment, PaymentState};
use sanmiao::domain::time::Timestamp;
use sanmiao::store::{InstructionChange, Tx};

use super::fixture::*;
use super::harness::{Db, on_both_databases};

/// What is expected of an application that nothing has happened to yet.
fn plain() -> Filed {
    Filed {
        policy: policy(),
        filed_at: NOW,
        registers: 1,
        first: None,
        settled_at: None,
    }
}

fn first(outcome: Outcome, at: Timestamp, by_machine: bool) -> First {
    First {
        at,
        outcome,
        by_machine,
    }
}

/// Moves the filing of an application.
async fn filed_at(tx: &mut Tx, passport: u32, at: Timestamp) -> Application {
    let application = filed(tx, passport).await;
    let mut filing = application.filing.clone().unwrap();
    filing.at = at;
    let filing = Some(filing);
    tx.update_application(&Application {
        filing,
        ..application
    })
    .await
    .unwrap()
}

/// Pays under the payment's next instruction, which is at the bank at a moment.
async fn settled(tx: &mut Tx, payment: &Payment, award: &Award, at: Timestamp) -> Payment {
    let instruction = instruction(payment, award);
    tx.insert_instruction(&instruction).await.unwrap();
    let change = InstructionChange {
        settled_at: Some(at),
        ..InstructionChange::to(InstructionState::Settled)
    };
    let from = [InstructionState::Ready];
    assert!(
        tx.change_instruction(&instruction.id, &from, &change)
            .await
            .unwrap()
    );
    let payment = Payment {
        state: PaymentState::Settled,
        generation: instruction.generation,
        ..payment.clone()
    };
    tx.update_payment(&payment).await.unwrap()
}

on_both_databases! {
    async fn the_newest_filed_come_first_without_drafts_and_withdrawn_ones(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        assert_eq!(tx.newest_filed(NOW, 10).await.unwrap(), []);
        draft(&mut tx, 1).await;
        filed_at(&mut tx, 2, NOW).await;
        let later = NOW.plus_millis(5);
        filed_at(&mut tx, 3, later).await;
        let withdrawn = filed(&mut tx, 4).await;
        let state = ApplicationState::Withdrawn { at: NOW };
        tx.update_application(&Application { state, ..withdrawn }).await.unwrap();
        let newer = Filed { filed_at: later, ..plain() };
        assert_eq!(tx.newest_filed(later, 10).await.unwrap(), [newer.clone(), plain()]);
        assert_eq!(tx.newest_filed(later, 1).await.unwrap(), [newer]);
        assert_eq!(tx.newest_filed(NOW, 10).await.unwrap(), [plain()]);
    }

    async fn the_first_decision_counts_and_who_made_it(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = filed(&mut tx, 1).await;
        let decided = |outcome, by: &str, at| Decision { by: by.to_owned(), at, ..decision(application.id, outcome) };
        let later = NOW.plus_millis(9);
        tx.insert_decision(&decided(Outcome::Approve, "staff:reviewer", later)).await.unwrap();
        let expected = first(Outcome::Approve, later, false);
        assert_eq!(tx.newest_filed(NOW, 10).await.unwrap()[0].first, Some(expected));
        let earlier = NOW.plus_millis(2);
        tx.insert_decision(&decided(Outcome::Refer, "machine:approve", earlier)).await.unwrap();
        let expected = first(Outcome::Refer, earlier, true);
        assert_eq!(tx.newest_filed(NOW, 10).await.unwrap(), [Filed { first: Some(expected), ..plain() }]);
    }

    async fn money_is_the_first_instalment_under_the_instruction_that_stands(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (_, award, payments) = approved(&mut tx, 1, 1_000).await;
        let first = Some(first(Outcome::Approve, NOW, true));
        let unpaid = Filed { first, ..plain() };
        assert_eq!(tx.newest_filed(NOW, 10).await.unwrap(), std::slice::from_ref(&unpaid));
        // The first came back, the second is at the bank; the later instalment counts for nothing.
        let came_back = settled(&mut tx, &payments[0], &award, NOW.plus_millis(3)).await;
        let again = settled(&mut tx, &came_back, &award, NOW.plus_millis(7)).await;
        settled(&mut tx, &payments[1], &award, NOW.plus_millis(1)).await;
        let paid = Filed { settled_at: Some(NOW.plus_millis(7)), ..unpaid.clone() };
        assert_eq!(tx.newest_filed(NOW, 10).await.unwrap(), [paid]);
        let returned = Payment { state: PaymentState::Returned, ..again };
        tx.update_payment(&returned).await.unwrap();
        assert_eq!(tx.newest_filed(NOW, 10).await.unwrap(), [unpaid]);
    }

    async fn an_instalment_that_is_checked_for_again_is_no_first_money(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (_, award, payments) = approved(&mut tx, 1, 1_000).await;
        let paid = settled(&mut tx, &payments[0], &award, NOW).await;
        assert_eq!(tx.newest_filed(NOW, 10).await.unwrap()[0].settled_at, Some(NOW));
        tx.update_payment(&Payment { recheck: true, ..paid }).await.unwrap();
        assert_eq!(tx.newest_filed(NOW, 10).await.unwrap()[0].settled_at, None);
    }
}
