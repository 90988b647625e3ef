//! An application from the first click to its payments, over the API alone.

use axum::http::{Method, StatusCode};
use futures_util::StreamExt as _;
use sanmiao::domain::source::SourceId;
use serde_json::json;
use tower::ServiceExt as _;

use super::house::{ACCOUNT, DOCUMENT, House, POLICY, request, typed};

#[tokio::test]
async fn opening_fills_the_form_and_says_where_every_value_comes_from() {
    let house = House::new().await;
    let (id, snapshot) = house.open("applicant-1").await;
    let page = house
        .get("applicant-1", &format!("/api/v1/applications/{id}/form"))
        .await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    let body = page.json();
    assert_eq!(body["application"]["state"], "draft");
    assert_eq!(body["form"]["snapshot_id"], snapshot);
    let rows = body["form"]["rows"].as_array().unwrap();
    let filled: Vec<_> = rows
        .iter()
        .filter(|row| row["status"] == "filled")
        .collect();
    assert_eq!(body["form"]["filled"], filled.len());
    assert!(!filled.is_empty());
    for row in filled {
        assert!(
            row["value"].is_string() && row["from"]["pointer"].is_string(),
            "{row}"
        );
    }
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn what_is_proven_is_decided_at_once_and_filing_twice_gives_the_same_answer() {
    let house = House::new().await;
    house.appropriate().await;
    let (id, snapshot) = house.open("applicant-1").await;
    let first = house.file("applicant-1", &id, &snapshot).await;
    assert_eq!(first.status, StatusCode::OK, "{first:?}");
    let state = first.json()["state"].as_str().unwrap().to_owned();
    assert!(
        ["approved", "publicity", "referred"].contains(&state.as_str()),
        "{state}"
    );
    let again = house.file("applicant-1", &id, &snapshot).await;
    assert_eq!((again.status, again.json()), (first.status, first.json()));
    assert!(
        !first.text.contains(ACCOUNT),
        "an account in an answer that does not need it"
    );
}

#[tokio::test]
async fn a_register_that_is_down_parks_the_application_and_says_so() {
    let house = House::new().await;
    house.appropriate().await;
    house.registers.set(SourceId::SocialSecurity, None);
    let (id, snapshot) = house.open("applicant-1").await;
    let reply = house.file("applicant-1", &id, &snapshot).await;
    assert_eq!(reply.status, StatusCode::ACCEPTED, "{reply:?}");
    let body = reply.json();
    assert_eq!(body["state"], "parked");
    assert_eq!(body["sources"], json!(["social_security"]));
    assert!(body["retry_at"].is_string());
}

#[tokio::test]
async fn a_consent_that_does_not_fit_is_refused_with_the_registers_by_name() {
    let house = House::new().await;
    let ask = |scope: serde_json::Value| json!({"policy": POLICY, "consent": {"scope": scope, "purpose": POLICY}});
    let narrow = house
        .post(
            "applicant-1",
            "/api/v1/applications",
            &ask(json!(["degree"])),
        )
        .await;
    let missing = narrow.is_problem("consent-too-narrow");
    assert!(
        missing["missing"]
            .as_array()
            .unwrap()
            .contains(&json!("talent_introduction"))
    );
    let unknown = json!({"policy": "none", "consent": {"scope": ["degree"], "purpose": "none"}});
    house
        .post("applicant-1", "/api/v1/applications", &unknown)
        .await
        .is_problem("policy-not-in-force");
}

#[tokio::test]
async fn an_explanation_names_every_criterion_and_a_withdrawal_ends_a_draft() {
    let house = House::new().await;
    house.appropriate().await;
    let id = house.filed("applicant-1").await;
    let page = house
        .get(
            "applicant-1",
            &format!("/api/v1/applications/{id}/explanation"),
        )
        .await;
    let body = page.json();
    assert_eq!(body["decision"]["by_machine"], true, "{body}");
    let findings = body["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .all(|finding| finding["title_zh"].is_string() && finding["verdict"] == "met"),
        "{body}"
    );
    let (draft, _) = house.open("applicant-2").await;
    let path = format!("/api/v1/applications/{draft}/withdraw");
    assert_eq!(
        house.post("applicant-2", &path, &json!({})).await.json()["state"],
        "withdrawn"
    );
    house
        .post("applicant-2", &path, &json!({}))
        .await
        .is_problem("wrong-state");
}

#[tokio::test]
async fn a_disputed_row_goes_to_a_person_who_sees_no_account_and_no_document_number() {
    let house = House::new().await;
    house.appropriate().await;
    let (id, snapshot) = house.open("applicant-1").await;
    let form = house
        .get("applicant-1", &format!("/api/v1/applications/{id}/form"))
        .await
        .json();
    let rows = form["form"]["rows"].as_array().unwrap();
    let field = rows.iter().find(|row| row["status"] == "filled").unwrap()["field"].clone();
    let said = json!({"snapshot_id": snapshot, "field": field, "words": "这里写错了\n请更正"});
    let disputed = house
        .post(
            "applicant-1",
            &format!("/api/v1/applications/{id}/disputes"),
            &said,
        )
        .await;
    assert_eq!(disputed.status, StatusCode::CREATED, "{disputed:?}");
    let filed = house.file("applicant-1", &id, &snapshot).await.json();
    assert_eq!(filed["state"], "referred", "{filed}");

    let path = format!("/api/v1/review/applications/{id}");
    house
        .get("reviewer-440604", &path)
        .await
        .is_problem("invalid-query");
    let case = house
        .get(
            "reviewer-440604",
            &format!("{path}?purpose=%E5%A4%8D%E6%A0%B8"),
        )
        .await;
    assert_eq!(case.status, StatusCode::OK, "{case:?}");
    assert!(
        !case.text.contains(ACCOUNT) && !case.text.contains(DOCUMENT),
        "{}",
        case.text
    );
    assert_eq!(case.json()["disputes"][0]["words"], "这里写错了\n请更正");

    let version = filed["version"].as_i64().unwrap();
    let decide =
        |seen: i64| json!({"seen_version": seen, "verdict": "approve", "grounds": "已核实"});
    let decision = format!("{path}/decision");
    let stale = house
        .post("reviewer-440604", &decision, &decide(version - 1))
        .await
        .is_problem("stale");
    assert_eq!(stale["changed"]["current_version"], version);
    assert_eq!(stale["changed"]["current_state"], "referred");
    let proposed = house
        .post("reviewer-440604", &decision, &decide(version))
        .await;
    assert_eq!(proposed.status, StatusCode::ACCEPTED, "{proposed:?}");
    house
        .post("reviewer-440604", &decision, &decide(version))
        .await
        .is_problem("wrong-state");
    let decided = house
        .post("reviewer-city", &decision, &decide(version))
        .await;
    assert_eq!(decided.status, StatusCode::OK, "{decided:?}");
    assert_ne!(decided.json()["state"], "referred");
}

#[tokio::test]
async fn events_begin_with_what_stands_now_and_end_with_the_final_state() {
    let house = House::new().await;
    let (id, _) = house.open("applicant-1").await;
    let path = format!("/api/v1/applications/{id}/events");
    let response = house
        .router
        .clone()
        .oneshot(request(Method::GET, &path, "applicant-1", None))
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = response.into_body().into_data_stream();
    let first = String::from_utf8(events.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(
        first.contains("event: state") && first.contains(r#""state":"draft""#),
        "{first}"
    );
    house
        .post(
            "applicant-1",
            &format!("/api/v1/applications/{id}/withdraw"),
            &json!({}),
        )
        .await;
    // Prefill may ring or not for what the applicant does themselves; the bell is what streams hear.
    house.ctx.bell.changed(id.parse().unwrap());
    let second = String::from_utf8(events.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(second.contains(r#""state":"withdrawn""#), "{second}");
    assert!(
        events.next().await.is_none(),
        "nothing comes after the final state"
    );
}

#[tokio::test]
async fn streams_are_bounded_a_person_and_end_when_the_service_does() {
    let house = House::new().await;
    let (id, _) = house.open("applicant-1").await;
    let path = format!("/api/v1/applications/{id}/events");
    let follow = || {
        house
            .router
            .clone()
            .oneshot(request(Method::GET, &path, "applicant-1", None))
    };
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(follow().await.unwrap());
    }
    let refused = house.get("applicant-1", &path).await;
    refused.is_problem("too-many-streams");
    assert!(!refused.header("retry-after").is_empty());
    house.stop.send(true).unwrap();
    for response in open {
        let events: Vec<_> = response.into_body().into_data_stream().collect().await;
        assert_eq!(events.len(), 1, "the state, then the end");
    }
}

#[tokio::test]
async fn another_snapshot_than_the_newest_is_not_filed() {
    let house = House::new().await;
    let (id, _) = house.open("applicant-1").await;
    let path = format!("/api/v1/applications/{id}/file");
    let reply = house.post("applicant-1", &path, &typed(&id)).await;
    assert!([404, 409].contains(&reply.status.as_u16()), "{reply:?}");
    assert_eq!(reply.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn whoever_waits_for_a_register_may_ask_for_a_person_over_the_api_too() {
    let house = House::new().await;
    house.appropriate().await;
    let (draft, _) = house.open("applicant-2").await;
    let path = |id: &str| format!("/api/v1/applications/{id}/person");
    let nothing = json!({});
    house
        .post("applicant-2", &path(&draft), &nothing)
        .await
        .is_problem("wrong-state");
    house.registers.set(SourceId::SocialSecurity, None);
    let id = house.filed("applicant-1").await;
    house
        .post("applicant-2", &path(&id), &nothing)
        .await
        .is_problem("not-found");
    for _ in 0..2 {
        let asked = house.post("applicant-1", &path(&id), &nothing).await;
        assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
        assert_eq!(asked.json()["state"], "referred");
    }
    let page = format!("/api/v1/review/applications/{id}?purpose=test");
    let seen = house.get("reviewer-440604", &page).await;
    assert!(
        seen.text.contains("\"*\""),
        "the reviewer sees that they asked: {seen:?}"
    );
}
