//! The supervisor's board and the page for reports, over the router.

use axum::http::StatusCode;

use super::browser::Browser;
use super::desk::{referred, staffed};
use super::house::{DISTRICT, POLICY};

#[tokio::test]
async fn a_freeze_is_asked_about_keeps_what_was_typed_and_is_lifted() {
    let house = staffed().await;
    let boss = Browser::of(&house);
    boss.sign_in("supervisor-city", "/desk/board").await;
    let csrf = boss.csrf_of("/desk/board").await;
    let to = "/desk/board/freeze";
    let bare = [("csrf", csrf.as_str()), ("reason", "<b>x</b>")];
    let wrong = boss.post(to, &bare).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("&#60;b&#62;x"),
        "what was typed is kept"
    );
    let fields = [
        ("csrf", csrf.as_str()),
        ("policy", POLICY),
        ("district", DISTRICT),
        ("reason", "通过率突变"),
    ];
    let asked = boss.post(to, &fields).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(asked.text.contains("确认冻结") && asked.text.contains("禅城区"));
    let frozen = |store: &sanmiao::store::Store| {
        let store = store.clone();
        async move { store.read().await.unwrap().freezes().await.unwrap() }
    };
    assert!(frozen(&house.ctx.store).await.is_empty(), "only asked");
    let sure = [&fields[..], &[("sure", "yes")]].concat();
    let done = boss.post(to, &sure).await;
    assert_eq!(done.header("location"), "/desk/board?done=frozen");
    let id = frozen(&house.ctx.store).await[0].id.to_string();
    let lift = [
        ("csrf", csrf.as_str()),
        ("freeze", id.as_str()),
        ("sure", "yes"),
    ];
    let lifted = boss.post("/desk/board/lift", &lift).await;
    assert_eq!(lifted.header("location"), "/desk/board?done=lifted");
    let again = boss.post("/desk/board/lift", &lift).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert!(again.text.contains("返回督办台"));
}

#[tokio::test]
async fn reviewers_look_on_and_are_told_whose_acts_these_are() {
    let house = staffed().await;
    referred(&house).await;
    let reviewer = Browser::of(&house);
    reviewer.sign_in("reviewer-440604", "/desk/board").await;
    let board = reviewer.get("/desk/board").await;
    assert_eq!(board.status, StatusCode::OK);
    assert!(!board.text.contains("/desk/board/freeze"));
    let csrf = reviewer.csrf_of("/desk/board").await;
    let fields = [("csrf", csrf.as_str())];
    for act in ["freeze", "lift", "enrol"] {
        let refused = reviewer.post(&format!("/desk/board/{act}"), &fields).await;
        refused.is_refusal_page(403);
    }
    let other = [
        &fields[..],
        &[("subject", "reviewer-city"), ("away", "yes")],
    ]
    .concat();
    reviewer
        .post("/desk/board/away", &other)
        .await
        .is_refusal_page(403);
    let own = [
        &fields[..],
        &[
            ("subject", "reviewer-440604"),
            ("away", "yes"),
            ("sure", "yes"),
        ],
    ]
    .concat();
    let gone = reviewer.post("/desk/board/away", &own).await;
    assert_eq!(gone.header("location"), "/desk/board?done=away");
    let finance = Browser::of(&house);
    finance.sign_in("finance-city", "/desk").await;
    finance.get("/desk/board").await.is_refusal_page(403);
}

#[tokio::test]
async fn a_program_reports_what_is_stuck_and_is_told_number_and_officer() {
    let house = staffed().await;
    let path = "/api/v1/reports";
    let body = serde_json::json!({"district": DISTRICT, "words": "社保转移一直办不成"});
    let told = house.post("", path, &body).await;
    assert_eq!(told.status, StatusCode::CREATED, "{told:?}");
    let told = told.json();
    assert!(
        told["number"].is_string() && told["due"].is_string(),
        "{told}"
    );
    assert!(told["officer"]["contact"].is_string(), "{told}");
    let wrong = serde_json::json!({"district": "1", "words": " ", "name": "x"});
    let refused = house.post("", path, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.json()["errors"].as_array().expect("errors").len(),
        3
    );
    for _ in 0..29 {
        house.post("", path, &body).await;
    }
    let crowded = house.post("", path, &body).await;
    assert_eq!(crowded.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(crowded.header("retry-after"), "60");
}

#[tokio::test]
async fn anybody_reports_what_is_stuck_and_is_told_number_officer_and_last_day() {
    let house = staffed().await;
    let stranger = Browser::of(&house);
    let page = stranger.get("/report").await;
    assert_eq!(page.status, StatusCode::OK);
    let empty = stranger
        .post("/report", &[("words", " "), ("district", DISTRICT)])
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("value=\"440604\" selected"));
    let (application, _) = referred(&house).await;
    // Who is not signed in has no application to name, whatever they send.
    let fields = [
        ("words", "社保转移一直办不成"),
        ("district", DISTRICT),
        ("application", application.as_str()),
    ];
    let told = stranger.post("/report", &fields).await;
    assert_eq!(told.status, StatusCode::CREATED, "{told:?}");
    assert!(told.text.contains("0757-83320000") && told.text.contains("2026-11-30"));
    let mine = Browser::of(&house);
    mine.sign_in("applicant-1", "/report").await;
    let csrf = mine.csrf_of("/report").await;
    let signed = [&fields[..], &[("csrf", csrf.as_str())]].concat();
    let told = mine.post("/report", &signed).await;
    assert_eq!(told.status, StatusCode::CREATED, "{told:?}");
    let mut tx = house.ctx.store.read().await.unwrap();
    let lines = tx
        .cases_of_application(application.parse().unwrap())
        .await
        .unwrap();
    let reports = lines.iter().filter(|line| line.about == "report").count();
    assert_eq!(reports, 1, "the applicant's alone");
    assert_eq!(tx.count_open_reports().await.unwrap(), 2);
    drop(tx);
    let mut refused = 0;
    for _ in 0..40 {
        let reply = stranger.post("/report", &fields[..2]).await;
        refused += usize::from(reply.status == StatusCode::SERVICE_UNAVAILABLE);
    }
    assert!(refused >= 10, "so many a minute: {refused}");
}
