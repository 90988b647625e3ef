//! The finance desk: exact amounts, masked accounts, one order a reference.

use axum::http::StatusCode;
use serde_json::json;

use super::house::{ACCOUNT, DISTRICT, DOCUMENT, House, POLICY, added};

const PATH: &str = "/api/v1/finance/budgets/orders";

#[tokio::test]
async fn an_amount_that_is_no_exact_text_is_refused_by_name() {
    let house = House::new().await;
    for wrong in [
        "1",
        "100000.00",
        "1e3",
        "-1",
        "\"1e3\"",
        "\"1.005\"",
        "\"0.1\"",
        "\"-1.00\"",
        "\"NaN\"",
        "\"100000000000000.00\"",
        "\"+1.00\"",
        "\".50\"",
        "\"1.\"",
        "\"\"",
        "null",
        "true",
        "{}",
        "\"0.00\"",
        "NaN",
    ] {
        let body = format!(
            r#"{{"kind":"add","to":{{"policy":"{POLICY}","district":"{DISTRICT}","year":2026}},"amount":{wrong},"reference":"r"}}"#
        );
        let request =
            super::house::request(axum::http::Method::POST, PATH, "finance-city", Some(body));
        let reply = house.send(request).await;
        assert!(
            [400, 422].contains(&reply.status.as_u16()),
            "{wrong} {reply:?}"
        );
        assert_eq!(reply.pointers(), ["/amount"], "{wrong}");
    }
    assert_eq!(
        house.get("finance-city", PATH).await.json()["items"],
        json!([]),
        "nothing was proposed"
    );
}

#[tokio::test]
async fn a_reference_grants_once_and_the_ledger_shows_it_to_the_fen() {
    let house = House::new().await;
    let grant = |amount: &str| added(amount, "样例1号");
    let first = house.post("finance-city", PATH, &grant("1000000.01")).await;
    assert_eq!(first.json()["amount"], "1000000.01", "{first:?}");
    let again = house.post("finance-city", PATH, &grant("1000000.01")).await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, first.json()));
    let other = house.post("finance-city", PATH, &grant("2.00")).await;
    other.is_problem("wrong-state");
    let path = format!("{PATH}/{}/approve", first.json()["id"].as_str().unwrap());
    let seen = json!({"version": 0});
    let own = house.post("finance-city", &path, &seen).await;
    own.is_problem("forbidden");
    let approved = house.post("finance-checker", &path, &seen).await;
    assert_eq!(approved.json()["state"], "approved", "{approved:?}");
    let late = house.post("finance-checker", &path, &seen).await;
    late.is_problem("stale");
    assert_eq!(late.json()["changed"]["by"], "finance-checker");
    let ledger = house
        .get("finance-city", "/api/v1/finance/ledger")
        .await
        .json();
    let balance = |account: &str| {
        let all = ledger.as_array().unwrap();
        all.iter()
            .find(|line| line["account"] == account)
            .map(|line| line["balance"].clone())
    };
    assert_eq!(balance("available"), Some(json!("1000000.01")));
    assert_eq!(balance("appropriation"), Some(json!("-1000000.01")));
    let journal = house
        .get("finance-city", "/api/v1/finance/journal?limit=1")
        .await
        .json();
    assert_eq!(journal["items"][0]["amount"], "1000000.01");
    assert!(journal["next"].is_string());
}

#[tokio::test]
async fn payments_show_masked_accounts_and_nothing_of_the_evidence() {
    let house = House::new().await;
    house.appropriate().await;
    house.filed("applicant-1").await;
    let list = house.get("finance-city", "/api/v1/finance/payments").await;
    assert_eq!(list.status, StatusCode::OK, "{list:?}");
    let id = list.json()["items"][0]["payment"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let one = house
        .get("finance-city", &format!("/api/v1/finance/payments/{id}"))
        .await;
    assert_eq!(one.status, StatusCode::OK, "{one:?}");
    for reply in [&list, &one] {
        assert!(!reply.text.contains(ACCOUNT), "{}", reply.text);
        assert!(
            !reply.text.contains(DOCUMENT) && !reply.text.contains("certificate"),
            "{}",
            reply.text
        );
    }
    house
        .post(
            "finance-city",
            &format!("/api/v1/finance/payments/{id}/release"),
            &json!({}),
        )
        .await
        .is_refused();
    assert_eq!(
        house
            .get("finance-city", "/api/v1/finance/alarms")
            .await
            .status,
        StatusCode::OK
    );
}

impl super::house::Reply {
    /// A payment that is not held cannot be released.
    #[track_caller]
    fn is_refused(&self) {
        assert!([409, 422].contains(&self.status.as_u16()), "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json");
    }
}
