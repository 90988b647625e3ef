//! People decide: with grounds, in their district, on what they have seen.

use serde_json::{Value, json};

use crate::support::database::on_both_databases;
use crate::support::house::{House, Plan, text};
use crate::support::people::{DISTRICT, referred};

/// One referred application and its id.
async fn one_referred(database: crate::support::database::Database) -> (House, String) {
    let house = House::funded(Plan::of(database, vec![referred()])).await;
    let filed = house.applicant(&house.world.people()[0]).apply().await;
    assert_eq!(text(&filed, "/state"), "referred");
    let id = text(&filed, "/id").to_owned();
    (house, id)
}

async fn version(house: &House, reviewer: &str, id: &str) -> i64 {
    let path = format!("/api/v1/review/applications/{id}?purpose=review");
    let case = house.staff(reviewer).get(&path).await.good();
    case.pointer("/application/version")
        .and_then(Value::as_i64)
        .unwrap()
}

on_both_databases! {
    async fn what_a_reviewer_and_a_second_person_approve_is_paid(database) {
        let (house, id) = one_referred(database).await;
        let reviewer = format!("reviewer-{DISTRICT}");
        let seen_version = version(&house, &reviewer, &id).await;
        let verdict = json!({ "seen_version": seen_version, "verdict": "approve", "grounds": "用工形式登记有误，已核实。" });
        let path = format!("/api/v1/review/applications/{id}/decision");
        let proposed = house.staff(&reviewer).post(&path, &verdict).await;
        assert_eq!(proposed.status, 202, "{proposed:?}");
        let proposed = proposed.good();
        assert_eq!(proposed["proposal"]["needs"], 2);
        assert_eq!(text(&proposed, "/proposal/amount"), "200000.00");
        let case = text(&proposed, "/case_id").to_owned();
        assert_eq!(text(&proposed, "/confirm"), format!("/api/v1/desk/cases/{case}/confirm"));
        // Four eyes are those of two people.
        let alone = house.staff(&reviewer).post(&path, &verdict).await;
        assert_eq!(alone.status, 409, "{alone:?}");
        let second = house.staff(&format!("supervisor-{DISTRICT}"));
        let decided = second.post(&path, &verdict).await.good();
        assert_eq!(text(&decided, "/state"), "approved");
        // The same words again find another version.
        let again = second.post(&path, &verdict).await;
        assert_eq!(again.status, 409);
        let whole = second.get(&format!("/api/v1/desk/cases/{case}?purpose=x")).await.good();
        let acts: Vec<_> = whole["acts"].as_array().unwrap().iter().map(|act| act["act"].as_str().unwrap()).collect();
        let wanted = ["case.opened", "case.assigned", "case.settled", "case.proposed", "case.confirmed", "case.decided"];
        assert_eq!(acts, wanted);
        let applicant = house.applicant(&house.world.people()[0]);
        applicant.until_payment(&id, 1, "settled").await;
        assert_eq!(house.world.treasury_ledger().paid_total, "100000.00");
        house.stop().await;
    }

    async fn only_a_person_refuses_and_the_record_holds_grounds_basis_and_remedies(database) {
        let (house, id) = one_referred(database).await;
        let reviewer = format!("reviewer-{DISTRICT}");
        let seen_version = version(&house, &reviewer, &id).await;
        let path = format!("/api/v1/review/applications/{id}/decision");
        let bare = json!({ "seen_version": seen_version, "verdict": "refuse", "grounds": "兼职引进。" });
        assert_eq!(house.staff(&reviewer).post(&path, &bare).await.status, 422);
        let verdict = json!({
            "seen_version": seen_version, "verdict": "refuse", "grounds": "兼职引进。", "legal_basis": "佛发〔2018〕2号",
        });
        let decided = house.staff(&reviewer).post(&path, &verdict).await.good();
        assert_eq!(text(&decided, "/state"), "refused");
        let uuid = id.parse().unwrap();
        let decisions = house.ctx.store.read().await.unwrap().decisions_of(uuid).await.unwrap();
        let record: Value = serde_json::from_slice(&decisions.last().unwrap().record).unwrap();
        let said = record.to_string();
        assert!(said.contains("佛发〔2018〕2号") && said.contains("兼职引进"), "{said}");
        assert!(said.contains("复议") && said.contains("诉讼"), "{said}");
        // Whoever was refused may apply again when things have changed.
        let applicant = house.applicant(&house.world.people()[0]);
        assert_eq!(text(&applicant.apply().await, "/state"), "referred");
        house.stop().await;
    }

    async fn reviewers_see_and_decide_their_own_district_only(database) {
        let (house, id) = one_referred(database).await;
        let stranger = house.staff("reviewer-440606");
        let path = format!("/api/v1/review/applications/{id}");
        assert_eq!(stranger.get(&format!("{path}?purpose=x")).await.status, 404);
        let verdict = json!({ "seen_version": 2, "verdict": "approve", "grounds": "x" });
        assert_eq!(stranger.post(&format!("{path}/decision"), &verdict).await.status, 404);
        let listed = stranger.get("/api/v1/review/applications").await.good();
        assert_eq!(listed.pointer("/items").and_then(Value::as_array).map(Vec::len), Some(0));
        assert_eq!(stranger.get(&format!("/api/v1/review/applications?district={DISTRICT}")).await.status, 403);
        let own = house.staff(&format!("reviewer-{DISTRICT}")).get("/api/v1/review/applications").await.good();
        assert_eq!(own.pointer("/items").and_then(Value::as_array).map(Vec::len), Some(1));
        for other in ["finance-maker", "auditor-1", "policy-1"] {
            assert_eq!(house.staff(other).get(&format!("{path}?purpose=x")).await.status, 403, "{other}");
        }
        house.stop().await;
    }

    async fn two_reviewers_at_once_decide_once(database) {
        let (house, id) = one_referred(database).await;
        let reviewer = format!("reviewer-{DISTRICT}");
        let seen_version = version(&house, &reviewer, &id).await;
        let path = format!("/api/v1/review/applications/{id}/decision");
        let approve = json!({ "seen_version": seen_version, "verdict": "approve", "grounds": "x" });
        let refuse = json!({ "seen_version": seen_version, "verdict": "refuse", "grounds": "x", "legal_basis": "y" });
        let (one, other) = (house.staff(&reviewer), house.staff(&format!("supervisor-{DISTRICT}")));
        let (one, other) = tokio::join!(one.post(&path, &approve), other.post(&path, &refuse));
        let with = |status: u16| [&one, &other].iter().filter(|reply| reply.status == status).count();
        assert_eq!(with(200) + with(202), 1, "{one:?} {other:?}");
        let decisions = house.ctx.store.read().await.unwrap().decisions_of(id.parse().unwrap()).await.unwrap();
        assert_eq!(decisions.len(), 1 + with(200), "one by the machine, one by the person who refused");
        house.stop().await;
    }
}
