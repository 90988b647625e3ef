//! After the approval: returns, corrected accounts, later instalments, publicity.

use std::path::PathBuf;
use std::time::Duration;

use sanmiao_mocks::{Channel, Fault, FaultRule, Faults, PeopleSource, Trait};
use serde_json::{Value, json};

use crate::support::database::on_both_databases;
use crate::support::house::{Applicant, House, Plan, text};
use crate::support::people::{doctors_with, ordinary};
use crate::support::reckoning::faults;

/// Corrects the account of a payment that came back.
async fn correct(applicant: &Applicant<'_>, payment: &Value) -> Value {
    let account = applicant
        .person
        .spare_account
        .clone()
        .unwrap_or_else(|| applicant.person.account.clone());
    let body = json!({ "account": account.number, "bank": account.bank_cnaps, "phone": applicant.person.phone });
    applicant
        .caller
        .post(
            &format!("/api/v1/payments/{}/account", text(payment, "/id")),
            &body,
        )
        .await
        .good()
}

/// The shipped policies, with this many days of publicity for the doctors' one, in a folder of their own.
fn policies_with_publicity(days: u32) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::TempDir::new().unwrap();
    let target = folder.path().join("foshan-phd-settling-in");
    std::fs::create_dir(&target).unwrap();
    let shipped = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/policies/foshan-phd-settling-in/2021-09-10.json"
    );
    let mut document: Value = serde_json::from_slice(&std::fs::read(shipped).unwrap()).unwrap();
    document["service"]["publicity_days"] = json!(days);
    std::fs::write(target.join("2021-09-10.json"), document.to_string()).unwrap();
    let path = folder.path().to_owned();
    (folder, path)
}

on_both_databases! {
    async fn a_returned_payment_goes_out_again_once_under_a_linked_new_instruction(database) {
        let house = House::funded(Plan::of(database, doctors_with(Trait::BadCard, 2))).await;
        for person in house.world.people() {
            let applicant = house.applicant(person);
            let id = text(&applicant.apply().await, "/id").to_owned();
            let returned = applicant.until_payment(&id, 1, "returned").await;
            assert!(!text(&returned, "/instructions/0/reason_code").is_empty());
            correct(&applicant, &returned).await;
            let settled = applicant.until_payment(&id, 1, "settled").await;
            let chain = settled.pointer("/instructions").and_then(Value::as_array).unwrap();
            assert_eq!(chain.len(), 2);
            assert_eq!(chain[1].pointer("/replaces"), chain[0].pointer("/id"));
            // A payment that did not come back takes no other account.
            let body = json!({ "account": person.account.number, "bank": person.account.bank_cnaps, "phone": person.phone });
            let path = format!("/api/v1/payments/{}/account", text(&settled, "/id"));
            assert!((400..500).contains(&applicant.caller.post(&path, &body).await.status));
        }
        let books = house.world.treasury_ledger();
        assert_eq!((books.accepted_count, books.paid_count, books.returned_count), (4, 2, 2));
        assert_eq!(faults(&house.ctx.store, &books).await, Vec::<String>::new());
        house.stop().await;
    }

    async fn a_payment_that_comes_back_after_it_was_settled_is_paid_again_once(database) {
        let rules = vec![FaultRule::always(Channel::Treasury, Fault::ReturnedLater { ms: 150, days: 1 })];
        let plan = Plan { faults: Faults { rules }, ..Plan::of(database, ordinary(1)) };
        let house = House::funded(plan).await;
        let applicant = house.applicant(&house.world.people()[0]);
        let id = text(&applicant.apply().await, "/id").to_owned();
        let returned = applicant.until_payment(&id, 1, "returned").await;
        correct(&applicant, &returned).await;
        applicant.until_payment(&id, 1, "settled").await;
        let books = house.world.treasury_ledger();
        assert_eq!((books.paid_count, books.returned_count), (1, 1));
        assert_eq!(faults(&house.ctx.store, &books).await, Vec::<String>::new());
        house.stop().await;
    }

    async fn two_corrections_at_once_make_one_instruction(database) {
        let house = House::funded(Plan::of(database, doctors_with(Trait::BadCard, 1))).await;
        let applicant = house.applicant(&house.world.people()[0]);
        let id = text(&applicant.apply().await, "/id").to_owned();
        let returned = applicant.until_payment(&id, 1, "returned").await;
        let account = applicant.person.spare_account.clone().unwrap();
        let body = json!({ "account": account.number, "bank": account.bank_cnaps, "phone": applicant.person.phone });
        let path = format!("/api/v1/payments/{}/account", text(&returned, "/id"));
        let clicks = (0..4).map(|_| applicant.caller.post(&path, &body));
        let replies = futures_util::future::join_all(clicks).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1, "{replies:?}");
        assert!(replies.iter().all(|reply| reply.status < 500), "{replies:?}");
        applicant.until_payment(&id, 1, "settled").await;
        assert_eq!(house.world.treasury_ledger().accepted_count, 2);
        house.stop().await;
    }

    async fn the_second_instalment_falls_due_asks_again_and_is_paid(database) {
        let house = House::funded(Plan::of(database, ordinary(2))).await;
        let mut ids = Vec::new();
        for person in house.world.people() {
            let applicant = house.applicant(person);
            let id = text(&applicant.apply().await, "/id").to_owned();
            applicant.until_payment(&id, 1, "settled").await;
            ids.push(id);
        }
        // The day before, nothing moves; on the day, everything does.
        house.days_pass(364);
        house.world.clock().advance(Duration::from_hours(365 * 24));
        for (person, id) in house.world.people().iter().zip(&ids) {
            assert_eq!(text(&house.applicant(person).payments(id).await[1], "/state"), "scheduled");
        }
        house.days_pass(1);
        for (person, id) in house.world.people().iter().zip(&ids) {
            house.applicant(person).until_payment(id, 2, "settled").await;
            let mut tx = house.ctx.store.read().await.unwrap();
            let fetches = tx.fetches_of(id.parse().unwrap()).await.unwrap();
            assert!(fetches.iter().any(|fetch| fetch.round.0 == 2), "the registers were asked anew");
        }
        let books = house.world.treasury_ledger();
        assert_eq!((books.paid_count, books.paid_total.as_str()), (4, "400000.00"));
        assert_eq!(faults(&house.ctx.store, &books).await, Vec::<String>::new());
        house.stop().await;
    }

    async fn a_second_instalment_with_a_source_down_waits_and_is_then_paid(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let applicant = house.applicant(&house.world.people()[0]);
        let id = text(&applicant.apply().await, "/id").to_owned();
        applicant.until_payment(&id, 1, "settled").await;
        let rule = FaultRule::always(Channel::SocialSecurity, Fault::Down);
        house.world.faults().set(Faults { rules: vec![rule] });
        house.world.clock().advance(Duration::from_hours(366 * 24));
        house.days_pass(366);
        house
            .eventually("the re-check rests", || async {
                let mut tx = house.ctx.store.read().await.unwrap();
                let award = tx.award_of(id.parse().unwrap()).await.unwrap().unwrap();
                tx.payments_of(award.id).await.unwrap()[1].retry_at
            })
            .await;
        house.world.faults().clear();
        house.clock.jump_ms(120_000);
        applicant.until_payment(&id, 2, "settled").await;
        house.stop().await;
    }

    async fn with_days_of_publicity_nothing_is_paid_before_they_are_over(database) {
        let (_folder, policies) = policies_with_publicity(5);
        let plan = Plan { policies: Some(policies), ..Plan::of(database, ordinary(1)) };
        let house = House::start(plan).await;
        house.fund(crate::support::house::PHD, crate::support::people::DISTRICT, "900000.00", "all").await.good();
        let applicant = house.applicant(&house.world.people()[0]);
        let filed = applicant.apply().await;
        let id = text(&filed, "/id").to_owned();
        assert_eq!(text(&filed, "/state"), "publicity");
        // Five working days from Friday, 20 November: Friday, 27 November; that day still belongs to it.
        assert_eq!(text(&filed, "/publicity_until"), "2026-11-27");
        house.days_pass(7);
        assert_eq!(text(&applicant.look(&id).await, "/state"), "publicity");
        assert_eq!(house.world.treasury_ledger().accepted_count, 0);
        house.days_pass(1);
        applicant.until(&id, "approved").await;
        applicant.until_payment(&id, 1, "settled").await;
        assert_eq!(house.world.treasury_ledger().paid_count, 1);
        house.stop().await;
    }

    async fn a_monthly_policy_pays_what_the_months_come_to_and_releases_the_rest(database) {
        let plan = Plan { people: PeopleSource::Generated { count: 60 }, ..Plan::of(database, Vec::new()) };
        let house = House::funded(plan).await;
        let person = house.world.people().iter().find(|person| {
            person.applies_for == "foshan-junior-mid-level" && person.is(Trait::Ordinary)
        });
        let person = person.unwrap().clone();
        let applicant = house.applicant(&person);
        let filed = applicant.apply().await;
        let id = text(&filed, "/id").to_owned();
        assert_eq!(text(&filed, "/state"), "approved");
        let planned = applicant.payments(&id).await;
        // Next September; the months from filing to August.
        house.world.clock().advance(Duration::from_hours(300 * 24));
        house.days_pass(300);
        let paid = applicant.until_payment(&id, 1, "settled").await;
        assert!(text(&paid, "/amount").len() <= text(&planned[0], "/amount").len());
        assert_eq!(faults(&house.ctx.store, &house.world.treasury_ledger()).await, Vec::<String>::new());
        house.stop().await;
    }
}
