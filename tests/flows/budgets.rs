//! A budget line that is used up: a fair list that moves when money comes, and never a fen too much.

use serde_json::{Value, json};

use crate::support::database::on_both_databases;
use crate::support::house::{House, PHD, Plan, text};
use crate::support::people::{DISTRICT, ordinary};
use crate::support::reckoning::faults;

async fn states(house: &House, ids: &[String]) -> Vec<String> {
    let mut states = Vec::new();
    for (person, id) in house.world.people().iter().zip(ids) {
        states.push(text(&house.applicant(person).look(id).await, "/state").to_owned());
    }
    states
}

async fn available(house: &House) -> String {
    let lines = house
        .staff("finance-maker")
        .get("/api/v1/finance/budgets")
        .await
        .good();
    let found = find(&lines, "available");
    found.unwrap_or_default()
}

fn find(value: &Value, key: &str) -> Option<String> {
    match value {
        Value::Object(map) => map
            .get(key)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| map.values().find_map(|value| find(value, key))),
        Value::Array(list) => list.iter().find_map(|value| find(value, key)),
        _ => None,
    }
}

on_both_databases! {
    async fn a_used_up_budget_makes_a_waiting_list_that_moves_in_order(database) {
        let house = House::start(Plan::of(database, ordinary(4))).await;
        house.fund(PHD, DISTRICT, "200000.00", "first").await.good();
        let mut ids = Vec::new();
        for person in house.world.people() {
            ids.push(text(&house.applicant(person).apply().await, "/id").to_owned());
        }
        let waits = "waiting_for_budget";
        assert_eq!(states(&house, &ids).await, ["approved", waits, waits, waits]);
        // Money for one and a half: the second moves, nobody overtakes.
        house.fund(PHD, DISTRICT, "300000.00", "second").await.good();
        house.applicant(&house.world.people()[1]).until(&ids[1], "approved").await;
        assert_eq!(states(&house, &ids).await, ["approved", "approved", waits, waits]);
        // The same paper twice is counted once.
        house.fund(PHD, DISTRICT, "300000.00", "second").await.good();
        assert_eq!(available(&house).await, "100000.00");
        let other = house.fund(PHD, DISTRICT, "1.00", "second").await;
        assert!((400..500).contains(&other.status), "{other:?}");
        house.fund(PHD, DISTRICT, "300000.00", "third").await.good();
        for (person, id) in house.world.people().iter().zip(&ids) {
            house.applicant(person).until_payment(id, 1, "settled").await;
        }
        assert_eq!(faults(&house.ctx.store, &house.world.treasury_ledger()).await, Vec::<String>::new());
        house.stop().await;
    }

    async fn racing_approvals_and_appropriations_never_pass_the_appropriation(database) {
        let house = House::start(Plan::of(database, ordinary(12))).await;
        house.fund(PHD, DISTRICT, "900000.00", "first").await.good();
        let filings = house.world.people().iter().map(|person| {
            let house = &house;
            async move { text(&house.applicant(person).apply().await, "/id").to_owned() }
        });
        let later = async {
            for at in 0..6 {
                house.fund(PHD, DISTRICT, "150000.00", &format!("later {at}")).await.good();
            }
        };
        let (ids, ()) = tokio::join!(futures_util::future::join_all(filings), later);
        // 1,800,000 for 200,000 each: nine, whatever the order.
        house
            .eventually("nine are awarded", || async {
                let awarded = states(&house, &ids).await.iter().filter(|state| *state == "approved").count();
                assert!(awarded <= 9, "{awarded} awards on a line for nine");
                (awarded == 9).then_some(())
            })
            .await;
        let mut tx = house.ctx.store.read().await.unwrap();
        let budget = tx.budgets().await.unwrap().remove(0);
        assert_eq!((budget.reserved, budget.appropriated), (budget.appropriated, budget.appropriated));
        assert_eq!(tx.waiting(&budget.key, 10).await.unwrap().len(), 3);
        drop(tx);
        for (person, id) in house.world.people().iter().zip(&ids) {
            let applicant = house.applicant(person);
            if text(&applicant.look(id).await, "/state") == "approved" {
                applicant.until_payment(id, 1, "settled").await;
            }
        }
        assert_eq!(faults(&house.ctx.store, &house.world.treasury_ledger()).await, Vec::<String>::new());
        house.stop().await;
    }

    async fn whoever_withdraws_from_the_list_lets_the_next_one_up(database) {
        let house = House::start(Plan::of(database, ordinary(2))).await;
        let mut ids = Vec::new();
        for person in house.world.people() {
            let filed = house.applicant(person).apply().await;
            assert_eq!(text(&filed, "/state"), "waiting_for_budget");
            ids.push(text(&filed, "/id").to_owned());
        }
        let first = house.applicant(&house.world.people()[0]);
        first.caller.post(&format!("/api/v1/applications/{}/withdraw", ids[0]), &json!({})).await.good();
        house.fund(PHD, DISTRICT, "200000.00", "only").await.good();
        house.applicant(&house.world.people()[1]).until(&ids[1], "approved").await;
        house.stop().await;
    }
}
