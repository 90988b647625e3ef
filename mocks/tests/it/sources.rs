//! The registers: what they tell, and what they refuse.

use std::time::Duration;

use sanmiao_mocks::Trait;
use serde_json::json;

use crate::client::{Caller, query, world};

#[tokio::test]
async fn a_register_tells_what_it_holds_under_the_query_it_was_asked() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let person = world
        .people()
        .iter()
        .find(|p| p.is(Trait::Ordinary))
        .unwrap();
    let answer = caller
        .post("/sources/degree/query", &query(person))
        .await
        .json();
    assert_eq!(answer["source"], "degree");
    assert_eq!(answer["query_id"], query(person)["query_id"]);
    assert_eq!(answer["as_of"], "2026-11-20");
    assert_eq!(answer["records"], json!(person.registers.degree.records));
    let social = caller
        .post("/sources/social_security/query", &query(person))
        .await
        .json();
    assert_eq!(social["complete_until"], "2026-10");
    assert!(social.get("continues").is_none());
    world.stop().await;
}

#[tokio::test]
async fn somebody_unknown_has_no_records_which_is_no_error() {
    let world = world(1).await;
    let caller = Caller::new(&world);
    let mut question = query(&world.people()[0]);
    question["subject"]["document_number"] = json!("110105194912310021");
    for source in [
        "talent_introduction",
        "education",
        "degree",
        "social_security",
    ] {
        let answer = caller
            .post(&format!("/sources/{source}/query"), &question)
            .await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["records"], json!([]));
    }
    // The same number as another kind of document is another document.
    let mut passport = query(&world.people()[0]);
    passport["subject"]["document_type"] = json!("passport");
    assert_eq!(
        caller.post("/sources/degree/query", &passport).await.json()["records"],
        json!([])
    );
    world.stop().await;
}

#[tokio::test]
async fn a_question_of_another_shape_is_refused_and_the_refusal_quotes_nothing() {
    let world = world(1).await;
    let caller = Caller::new(&world);
    let good = query(&world.people()[0]);
    let mut cases = Vec::new();
    for (pointer, value) in [
        ("/query_id", json!("not a uuid")),
        ("/consent_id", json!(null)),
        ("/purpose", json!("Not An Id")),
        ("/subject/document_type", json!("driving_licence")),
        ("/subject/document_number", json!("44 06")),
        ("/subject/name", json!("")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        cases.push((pointer, bad));
    }
    let mut extra = good.clone();
    extra["why"] = json!("curiosity");
    cases.push(("", extra));
    for (pointer, bad) in cases {
        let answer = caller.post("/sources/education/query", &bad).await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (422, Some("schema")),
            "{pointer}"
        );
        assert_eq!(answer.json()["pointer"], pointer);
        assert!(!String::from_utf8_lossy(&answer.bytes).contains(&world.people()[0].name));
    }
    world.stop().await;
}

#[tokio::test]
async fn there_are_four_registers_and_no_fifth() {
    let world = world(1).await;
    let caller = Caller::new(&world);
    assert_eq!(
        caller.post("/sources/tax/query", &json!({})).await.status,
        404
    );
    world.stop().await;
}

#[tokio::test]
async fn registers_move_with_business_time() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let person = world
        .people()
        .iter()
        .find(|p| p.is(Trait::Ordinary))
        .unwrap();
    world.clock().advance(Duration::from_hours(24 * 365));
    let answer = caller
        .post("/sources/social_security/query", &query(person))
        .await
        .json();
    assert_eq!(answer["as_of"], "2027-11-20");
    assert_eq!(answer["complete_until"], "2027-10");
    let newest = answer["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["fee_to"].as_str().unwrap())
        .max();
    assert_eq!(newest, Some("2027-10"));
    world.stop().await;
}
