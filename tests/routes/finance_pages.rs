//! The pages of finance over the router: payments, the whole chain of one, and looks at an account that are written down.

use axum::http::StatusCode;
use serde_json::json;

use super::browser::Browser;
use super::house::{ACCOUNT, DOCUMENT, House};

const FINANCE: &str = "finance-city";

/// A filing that was paid for, and the address of its first payment.
async fn paid(house: &House) -> String {
    house.appropriate().await;
    house.filed("applicant-1").await;
    let list = house.get(FINANCE, "/api/v1/finance/payments").await;
    let id = list.json()["items"][0]["payment"]["id"].clone();
    format!("/finance/payments/{}", id.as_str().expect("an id"))
}

#[tokio::test]
async fn finance_comes_from_the_desk_to_its_own_day() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    browser.sign_in(FINANCE, "/home").await;
    let reply = browser.get("/desk").await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    assert_eq!(reply.header("location"), "/finance");
    assert_eq!(browser.get("/finance").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_payment_is_shown_from_award_to_bank_with_its_account_masked() {
    let house = House::new().await;
    let path = paid(&house).await;
    let browser = Browser::of(&house);
    browser.sign_in(FINANCE, "/finance").await;
    let list = browser
        .get("/finance/payments?state=&policy=&district=")
        .await;
    assert!(
        list.text.contains(&format!("href=\"{path}\"")),
        "{}",
        list.text
    );
    let one = browser.get(&path).await;
    assert_eq!(one.status, StatusCode::OK);
    let tail = &ACCOUNT[ACCOUNT.len() - 4..];
    assert!(one.text.contains(&format!("****{tail}")));
    assert!(one.text.contains("核定占用") && one.text.contains("发出指令"));
    for reply in [&list, &one] {
        assert!(!reply.text.contains(ACCOUNT) && !reply.text.contains(DOCUMENT));
    }
    for wrong in ["state=paid", "district=1", "after=x"] {
        let refused = browser.get(&format!("/finance/payments?{wrong}")).await;
        refused.is_refusal_page(400);
    }
}

#[tokio::test]
async fn a_whole_account_is_shown_once_to_whoever_says_why_and_the_look_is_written_down() {
    let house = House::new().await;
    let path = paid(&house).await;
    let browser = Browser::of(&house);
    browser.sign_in(FINANCE, "/finance").await;
    let csrf = browser.csrf_of(&path).await;
    let unmask = format!("{path}/unmask");
    let looks = || async {
        let mut tx = house.ctx.store.read().await.expect("a snapshot");
        let id = path.rsplit('/').next().expect("an id");
        let looks = tx.accesses_of(id).await.expect("looks");
        looks
            .into_iter()
            .filter(|look| look.kind == "account")
            .collect::<Vec<_>>()
    };
    let blank = browser
        .post(&unmask, &[("csrf", &csrf), ("reason", " ")])
        .await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!blank.text.contains(ACCOUNT) && blank.text.contains("href=\"#reason\""));
    assert!(looks().await.is_empty());
    let fields = [("csrf", csrf.as_str()), ("reason", "与银行核对退票")];
    let shown = browser.post(&unmask, &fields).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains(ACCOUNT));
    let looks = looks().await;
    assert_eq!(looks.len(), 1);
    assert_eq!(looks[0].purpose, "与银行核对退票");
    assert!(!browser.get(&path).await.text.contains(ACCOUNT));
}

#[tokio::test]
async fn another_districts_payment_is_as_if_it_did_not_exist() {
    let house = House::new().await;
    let path = paid(&house).await;
    let browser = Browser::of(&house);
    browser.sign_in("finance-440605", "/finance").await;
    browser.get(&path).await.is_refusal_page(404);
    let csrf = browser.csrf_of("/finance").await;
    let fields = [("csrf", csrf.as_str()), ("reason", "看看")];
    let refused = browser.post(&format!("{path}/unmask"), &fields).await;
    refused.is_refusal_page(404);
    let other = browser.get("/finance/payments?district=440604").await;
    other.is_refusal_page(403);
}

#[tokio::test]
async fn a_batch_is_prepared_by_one_approved_by_another_and_released_after_a_second_look() {
    let house = House::new().await;
    paid(&house).await;
    let [maker, checker] = [(); 2].map(|()| Browser::of(&house));
    maker.sign_in(FINANCE, "/finance").await;
    checker.sign_in("finance-440604", "/finance").await;
    let list = maker.get("/finance/batches").await;
    assert_eq!(list.status, StatusCode::OK);
    let csrf = maker.csrf_of("/finance/batches").await;
    let api = house.get(FINANCE, "/api/v1/finance/batches").await.json();
    let field = |name: &str| {
        let free = &api["preparable"][0];
        free[name].as_str().expect("a text").to_owned()
    };
    let [day, policy, district] = ["day", "policy", "district"].map(field);
    let fields = [
        ("csrf", csrf.as_str()),
        ("day", day.as_str()),
        ("policy", policy.as_str()),
        ("district", district.as_str()),
    ];
    let made = maker.post("/finance/batches", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let path = made
        .header("location")
        .split('?')
        .next()
        .unwrap_or_default();
    let own = maker.get(path).await;
    assert!(own.text.contains("须由另一位财务人员核准"), "{}", own.text);
    assert!(!own.text.contains(ACCOUNT) && !own.text.contains(DOCUMENT));
    let api = path.replace("/finance", "/api/v1/finance");
    let one = house.get(FINANCE, &api).await.json();
    let hash = one["manifest_sha256"].as_str().expect("a hash");
    let approve = format!("{path}/approve");
    let refused = maker
        .post(&approve, &[("csrf", &csrf), ("manifest", hash)])
        .await;
    refused.is_refusal_page(403);
    let csrf = checker.csrf_of(path).await;
    let other = checker
        .post(&approve, &[("csrf", &csrf), ("manifest", "x")])
        .await;
    other.is_refusal_page(422);
    let blank = checker
        .post(
            &format!("{path}/discard"),
            &[("csrf", &csrf), ("grounds", " ")],
        )
        .await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(blank.text.contains("href=\"#grounds\""));
    let done = checker
        .post(&approve, &[("csrf", &csrf), ("manifest", hash)])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let release = format!("{path}/release");
    assert!(checker.get(&release).await.text.contains("不能收回"));
    let out = checker.post(&release, &[("csrf", &csrf)]).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER, "{}", out.text);
    let name = one["files"][0]["name"].as_str().expect("a name");
    let file = checker.get(&format!("{path}/files/{name}")).await;
    assert!(file.header("content-disposition").starts_with("attachment"));
    let again = checker.post(&release, &[("csrf", &csrf)]).await;
    again.is_refusal_page(409);
}

#[tokio::test]
async fn what_is_not_held_is_not_released() {
    let house = House::new().await;
    let path = paid(&house).await;
    let browser = Browser::of(&house);
    browser.sign_in(FINANCE, "/finance").await;
    let csrf = browser.csrf_of(&path).await;
    let refused = browser
        .post(&format!("{path}/release"), &[("csrf", &csrf)])
        .await;
    refused.is_refusal_page(409);
    let api = path.replace("/finance", "/api/v1/finance");
    let state = house.get(FINANCE, &api).await.json()["payment"]["state"].clone();
    assert_ne!(state, json!("held"));
}
