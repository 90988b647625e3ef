//! Queues: who is due, in which order, and who is not.

use sanmiao::domain::application::{Application, ApplicationState, StateName};
use sanmiao::domain::award::BudgetKey;
use sanmiao::domain::decision::Outcome;
use sanmiao::domain::id::*;
use sanmiao::domain::payment::{Payment, PaymentState};
use sanmiao::domain::source::SourceId;
use sanmiao::store::{ApplicationFilter, PaymentFilter, Tx};

use super::fixture::*;
use super::harness::{Db, on_both_databases};

/// Moves a filed application to another state past the state machine.
async fn moved(tx: &mut Tx, application: &Application, state: ApplicationState) -> Application {
    tx.update_application(&Application {
        state,
        ..application.clone()
    })
    .await
    .unwrap()
}

async fn decided(tx: &mut Tx, application: &Application) -> DecisionId {
    let decision = decision(application.id, Outcome::Approve);
    tx.insert_decision(&decision).await.unwrap();
    decision.id
}

on_both_databases! {
    async fn promise_5_filed_applications_are_found_again_oldest_first(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        draft(&mut tx, 9).await;
        let [first, second] = [filed(&mut tx, 1).await, filed(&mut tx, 2).await];
        let filing = first.filing.clone().map(|filing| sanmiao::domain::application::Filing { at: NOW.plus_millis(1), ..filing });
        let first = tx.update_application(&Application { filing, ..first }).await.unwrap();
        let later = NOW.plus_millis(1);
        assert_eq!(tx.filed_ids(later, 10).await.unwrap(), [second.id, first.id]);
        assert_eq!(tx.filed_ids(later, 1).await.unwrap(), [second.id]);
        assert_eq!(tx.filed_ids(NOW, 10).await.unwrap(), [second.id]);
    }

    async fn parked_applications_are_due_at_their_moment(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        assert_eq!(tx.next_parked().await.unwrap(), None);
        let mut parked = Vec::new();
        for (passport, wait_ms) in [(1, 2_000), (2, 1_000)] {
            let application = filed(&mut tx, passport).await;
            let retry_at = NOW.plus_millis(wait_ms);
            let state = ApplicationState::Parked { sources: vec![SourceId::Degree], since: NOW, retry_at };
            parked.push(moved(&mut tx, &application, state).await.id);
        }
        assert_eq!(tx.next_parked().await.unwrap(), Some(NOW.plus_millis(1_000)));
        assert_eq!(tx.parked_due(NOW, 10).await.unwrap(), []);
        assert_eq!(tx.parked_due(NOW.plus_millis(1_000), 10).await.unwrap(), [parked[1]]);
        assert_eq!(tx.parked_due(NOW.plus_millis(9_000), 10).await.unwrap(), [parked[1], parked[0]]);
    }

    async fn publicity_is_over_the_day_after_its_last_day(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = filed(&mut tx, 1).await;
        let decision = decided(&mut tx, &application).await;
        tx.appropriate(&budget(), fen(10)).await.unwrap();
        let award = award(&application, 10);
        tx.insert_award(&award).await.unwrap();
        let until = day("2026-11-27");
        moved(&mut tx, &application, ApplicationState::Publicity { decision, award: award.id, until }).await;
        assert_eq!(tx.publicity_over(until, 10).await.unwrap(), []);
        assert_eq!(tx.publicity_over(day("2026-11-28"), 10).await.unwrap(), [application.id]);
    }

    async fn who_waits_for_money_waits_in_line_of_the_year_of_filing(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let mut waiting = Vec::new();
        for (passport, wait_ms) in [(1, 3), (2, 1), (3, 1)] {
            let application = filed(&mut tx, passport).await;
            let decision = decided(&mut tx, &application).await;
            let state = ApplicationState::WaitingForBudget { decision, since: NOW.plus_millis(wait_ms) };
            waiting.push(moved(&mut tx, &application, state).await.id);
        }
        assert_eq!(tx.waiting_budgets().await.unwrap(), [budget()]);
        let line = [waiting[1], waiting[2], waiting[0]];
        assert_eq!(tx.waiting(&budget(), 10).await.unwrap(), line);
        assert_eq!(tx.waiting(&budget(), 2).await.unwrap(), line[..2]);
        for other in [
            BudgetKey { year: 2027, ..budget() },
            BudgetKey { policy: "other".into(), ..budget() },
            BudgetKey { district: "440605".parse().unwrap(), ..budget() },
        ] {
            assert_eq!(tx.waiting(&other, 10).await.unwrap(), []);
        }
    }

    async fn lists_are_filtered_and_paged_by_id(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let mut all = Vec::new();
        for passport in 1..=5 {
            all.push(filed(&mut tx, passport).await);
        }
        all.push(draft(&mut tx, 6).await);
        let page = ApplicationFilter { limit: 4, ..ApplicationFilter::default() };
        assert_eq!(tx.list_applications(&page).await.unwrap(), all[..4]);
        let next = ApplicationFilter { after: Some(all[3].id), ..page.clone() };
        assert_eq!(tx.list_applications(&next).await.unwrap(), all[4..]);
        let filed = ApplicationFilter {
            state: Some(StateName::Filed),
            district: Some(district()),
            policy: Some(POLICY.into()),
            limit: 100,
            after: Some(all[0].id),
        };
        assert_eq!(tx.list_applications(&filed).await.unwrap(), all[1..5]);
        let elsewhere = ApplicationFilter { district: Some("440605".parse().unwrap()), ..filed.clone() };
        assert_eq!(tx.list_applications(&elsewhere).await.unwrap(), []);
        let drafts = ApplicationFilter { state: Some(StateName::Draft), limit: 9, ..ApplicationFilter::default() };
        assert_eq!(tx.list_applications(&drafts).await.unwrap(), all[5..]);
        assert_eq!(tx.applications_of(all[5].applicant).await.unwrap(), all[5..]);
        assert_eq!(tx.count_by_state().await.unwrap(), [(StateName::Draft, 1), (StateName::Filed, 5)]);
    }

    async fn a_payment_falls_due_on_its_day_and_only_when_approved(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let today = NOW.china_date();
        let (application, award, payments) = approved(&mut tx, 1, 1_000).await;
        let later = Payment { due_on: day("2027-11-20"), ..payments[1].clone() };
        let later = tx.update_payment(&later).await.unwrap();
        assert_eq!(tx.payments_due(today, NOW, 10).await.unwrap(), payments[..1]);
        let both = tx.payments_due(day("2027-11-20"), NOW, 10).await.unwrap();
        assert_eq!(both, [payments[0].clone(), later]);
        // A re-check that could not be made waits for its moment.
        let waits = Payment { retry_at: Some(NOW.plus_millis(5)), ..payments[0].clone() };
        let waits = tx.update_payment(&waits).await.unwrap();
        assert_eq!(tx.payments_due(today, NOW, 10).await.unwrap(), []);
        assert_eq!(tx.payments_due(today, NOW.plus_millis(5), 10).await.unwrap(), [waits]);
        // Neither in publicity nor after an objection is anything paid.
        let (decision, now) = (decided(&mut tx, &application).await, NOW.plus_millis(5));
        let publicity = ApplicationState::Publicity { decision, award: award.id, until: today };
        let application = moved(&mut tx, &application, publicity).await;
        assert_eq!(tx.payments_due(today, now, 10).await.unwrap(), []);
        moved(&mut tx, &application, ApplicationState::Referred { decision, since: NOW }).await;
        assert_eq!(tx.payments_due(today, now, 10).await.unwrap(), []);
    }

    async fn payments_are_listed_and_counted(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (_, _, mut all) = approved(&mut tx, 1, 1_000).await;
        all.extend(approved(&mut tx, 2, 301).await.2);
        let filter = PaymentFilter { limit: 3, ..PaymentFilter::default() };
        assert_eq!(tx.list_payments(&filter).await.unwrap(), all[..3]);
        let next = PaymentFilter {
            after: Some(all[2].id),
            policy: Some(POLICY.into()),
            district: Some(district()),
            state: Some(PaymentState::Scheduled),
            limit: 3,
        };
        assert_eq!(tx.list_payments(&next).await.unwrap(), all[3..]);
        let none = PaymentFilter { policy: Some("other".into()), limit: 3, ..PaymentFilter::default() };
        assert_eq!(tx.list_payments(&none).await.unwrap(), []);
        let settled = Payment { state: PaymentState::Settled, ..all[0].clone() };
        tx.update_payment(&settled).await.unwrap();
        assert_eq!(
            tx.count_payments_by_state().await.unwrap(),
            [(PaymentState::Scheduled, 3, 801), (PaymentState::Settled, 1, 500)]
        );
    }
}
