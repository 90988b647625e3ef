//! The figures of the service promise, as everybody sees them.

use axum::http::StatusCode;
use sanmiao::domain::application::{Application, ApplicationState};
use sanmiao::domain::id::ApplicationId;
use serde_json::json;

use super::browser::Browser;
use super::house::{House, NOW, POLICY};

const MINUTE_MS: i64 = 60_000;

/// As many decided applications as are wanted, made of one that was filed.
async fn decided(house: &House, count: usize) {
    house.appropriate().await;
    let id: ApplicationId = house.filed("applicant-1").await.parse().unwrap();
    let mut tx = house.ctx.store.write().await.unwrap();
    let filed = tx.application(id).await.unwrap().unwrap();
    let decision = tx.decisions_of(id).await.unwrap().remove(0);
    for _ in 1..count {
        let copy = Application {
            id: house.ctx.id(ApplicationId::new),
            state: ApplicationState::Filed,
            ..filed.clone()
        };
        tx.insert_application(&copy).await.unwrap();
        let decision = sanmiao::domain::decision::Decision {
            id: house.ctx.id(sanmiao::domain::id::DecisionId::new),
            application: copy.id,
            ..decision.clone()
        };
        tx.insert_decision(&decision).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn before_the_first_decision_there_are_no_figures_and_none_are_made_up() {
    let house = House::new().await;
    let body = house.get("", "/api/v1/figures").await.json();
    let nothing = json!({"made_at": body["made_at"], "window": 1000, "filed": 0, "decided": 0, "by_policy": []});
    assert_eq!(body, nothing);
    let browser = Browser::of(&house);
    let page = browser.get("/figures").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("还没有审批过的申请"));
    assert!(!page.text.contains("0.0%"));
    assert!(!browser.get("/").await.text.contains("做到了多少"));
}

#[tokio::test]
async fn a_handful_is_told_of_in_number_alone() {
    let house = House::new().await;
    decided(&house, 4).await;
    let body = house.get("", "/api/v1/figures").await.json();
    assert_eq!((&body["decided"], &body["all"]), (&json!(4), &json!(null)));
    let page = Browser::of(&house).get("/figures").await.text;
    assert!(page.contains("满 5 份审批后公布数字"), "{page}");
}

#[tokio::test]
async fn figures_are_the_same_for_people_and_for_programs_and_need_no_token() {
    let house = House::new().await;
    decided(&house, 25).await;
    let reply = house.get("", "/api/v1/figures").await;
    assert_eq!(reply.header("cache-control"), "public, max-age=60");
    let body = reply.json();
    let all = &body["all"];
    assert_eq!((&body["filed"], &all["decided"]), (&json!(25), &json!(25)));
    assert_eq!(all["approved_by_machine_share"], "1.0000");
    assert_eq!(all["seconds_to_decision"]["over"], 25);
    assert!(
        all["seconds_to_money"].is_null(),
        "nobody sends in these tests"
    );
    // The document states working days and no materials; of what is not stated nothing is reckoned.
    assert_eq!(
        all["materials"],
        json!({"over": 0, "left_out": 25, "saved": 0})
    );
    assert_eq!(body["by_policy"][0]["policy"], POLICY);
    assert_eq!(&body["by_policy"][0]["figures"], all);
    let browser = Browser::of(&house);
    let page = browser.get("/figures").await.text;
    for words in [
        "100.0%",
        "25 份中的 25 份",
        "博士人才安家补贴",
        "政策文件没有载明原来是多少",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(browser.get("/").await.text.contains("做到了多少"));
}

#[tokio::test]
async fn visitors_do_not_make_the_database_work() {
    let house = House::new().await;
    decided(&house, 5).await;
    let made_at = |body: serde_json::Value| (body["made_at"].clone(), body["decided"].clone());
    let first = made_at(house.get("", "/api/v1/figures").await.json());
    house.clock.set(NOW.plus_millis(MINUTE_MS - 1));
    house.filed("applicant-2").await;
    assert_eq!(
        made_at(house.get("", "/api/v1/figures").await.json()),
        first
    );
    house.clock.set(NOW.plus_millis(MINUTE_MS));
    let anew = made_at(house.get("", "/api/v1/figures").await.json());
    assert_ne!(anew.0, first.0);
    assert_eq!(anew.1, 6);
}

#[tokio::test]
async fn a_policy_page_says_what_the_service_promises() {
    let house = House::new().await;
    let page = Browser::of(&house)
        .get(&format!("/policies/{POLICY}"))
        .await
        .text;
    for words in [
        "5 个工作日内办结",
        "不公示",
        "第 2 期发放 50%",
        "20 个工作日",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}
