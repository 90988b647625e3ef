//! The pages of appropriations over the router: written, looked at, proposed by one, checked by another; and who was overtaken is told.

use axum::http::StatusCode;
use serde_json::json;

use super::browser::Browser;
use super::house::{DISTRICT, House, POLICY, added};

const ORDERS: &str = "/finance/budgets/orders";

async fn signed_in<'h>(house: &'h House, who: &str) -> Browser<'h> {
    let browser = Browser::of(house);
    browser.sign_in(who, "/finance/budgets").await;
    browser
}

/// The fields of an addition, as the form sends them.
fn addition<'f>(csrf: &'f str, amount: &'f str, reference: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("csrf", csrf),
        ("kind", "add"),
        ("policy", POLICY),
        ("district", DISTRICT),
        ("year", "2026"),
        ("amount", amount),
        ("reference", reference),
    ]
}

#[tokio::test]
async fn an_order_is_looked_at_before_it_is_proposed_and_checked_by_somebody_else() {
    let house = House::new().await;
    let maker = signed_in(&house, "finance-city").await;
    let csrf = maker.csrf_of("/finance/budgets/orders/new").await;
    let seen = maker
        .post(
            &format!("{ORDERS}/preview"),
            &addition(&csrf, "7.00", "文1"),
        )
        .await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    assert!(
        seen.text.contains("<span>¥0.00</span>") && seen.text.contains("<strong>¥7.00</strong>")
    );
    let list = house
        .get("finance-city", "/api/v1/finance/budgets/orders")
        .await;
    assert_eq!(list.json()["items"], json!([]), "a look proposes nothing");
    let made = maker.post(ORDERS, &addition(&csrf, "7.00", "文1")).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let path = made
        .header("location")
        .split('?')
        .next()
        .unwrap_or_default();
    let own = maker.get(path).await;
    assert!(own.text.contains("须由另一位财务人员审核") && !own.text.contains("/approve\""));
    let approve = format!("{path}/approve");
    let refused = maker
        .post(&approve, &[("csrf", &csrf), ("version", "0")])
        .await;
    refused.is_refusal_page(403);
    let checker = signed_in(&house, "finance-checker").await;
    let csrf = checker.csrf_of(path).await;
    let blank = [("csrf", csrf.as_str()), ("version", "0"), ("grounds", " ")];
    let blank = checker.post(&format!("{path}/decline"), &blank).await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(blank.text.contains("href=\"#grounds\""));
    let seen = [("csrf", csrf.as_str()), ("version", "0")];
    let done = checker.post(&approve, &seen).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let late = [
        ("csrf", csrf.as_str()),
        ("version", "0"),
        ("grounds", "晚了"),
    ];
    let late = checker.post(&format!("{path}/decline"), &late).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    for said in ["finance-checker 已处理", "晚了"] {
        assert!(late.text.contains(said), "{said}: {}", late.text);
    }
    let lines = checker.get("/finance/budgets").await;
    assert!(lines.text.contains("¥7.00") && lines.text.contains("<svg"));
}

#[tokio::test]
async fn what_is_wrong_with_an_order_is_told_beside_what_was_typed() {
    let house = House::new().await;
    house.appropriate().await;
    let maker = signed_in(&house, "finance-city").await;
    let csrf = maker.csrf_of("/finance/budgets/orders/new").await;
    for (amount, reference, field) in [
        ("1e3", "文1", "amount"),
        ("0.00", "文1", "amount"),
        ("7.00", " ", "reference"),
    ] {
        let fields = addition(&csrf, amount, reference);
        let again = maker.post(&format!("{ORDERS}/preview"), &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{amount}");
        assert!(again.text.contains(&format!("href=\"#{field}\"")));
        assert!(again.text.contains(&format!("value=\"{amount}\"")));
    }
    // The number of a document that stands for another order.
    let used = addition(&csrf, "7.00", "样例〔2026〕1号");
    let used = maker.post(ORDERS, &used).await;
    assert_eq!(used.status, StatusCode::CONFLICT);
    assert!(used.text.contains("已经用于另一张调整单"));
    for kind in ["add", "move", "carry_over", "lapse", "x"] {
        let form = maker.get(&format!("{ORDERS}/new?kind={kind}")).await;
        assert_eq!(form.status, StatusCode::OK, "{kind}");
    }
}

#[tokio::test]
async fn whoever_checks_is_told_how_much_a_line_has_when_it_does_not_reach() {
    let house = House::new().await;
    house.appropriate().await;
    house.filed("applicant-1").await;
    let line = json!({"policy": POLICY, "district": DISTRICT, "year": 2026});
    let lapse = json!({"kind": "lapse", "from": line, "amount": "900000.00", "reference": "文1"});
    let id = house.proposed(&lapse).await;
    let checker = signed_in(&house, "finance-checker").await;
    let path = format!("{ORDERS}/{id}");
    let csrf = checker.csrf_of(&path).await;
    let seen = [("csrf", csrf.as_str()), ("version", "0")];
    let short = checker.post(&format!("{path}/approve"), &seen).await;
    assert_eq!(short.status, StatusCode::CONFLICT);
    assert!(
        short.text.contains("未占用的只有 800000.00 元"),
        "{}",
        short.text
    );
    let api = format!("/api/v1/finance/budgets/orders/{id}");
    let order = house.get("finance-checker", &api).await.json();
    assert_eq!(
        (&order["state"], &order["free"]),
        (&json!("proposed"), &json!("800000.00"))
    );
    let refused = house
        .post(
            "finance-checker",
            &format!("{api}/approve"),
            &json!({"version": 0}),
        )
        .await;
    refused.is_problem("budget-short");
    assert_eq!(refused.json()["free"], "800000.00");
}

#[tokio::test]
async fn the_end_of_a_year_is_proposed_and_approved_line_by_line() {
    let house = House::new().await;
    let mut of_last_year = added("7.00", "文去年");
    of_last_year["to"]["year"] = json!(2025);
    let id = house.proposed(&of_last_year).await;
    let path = format!("/api/v1/finance/budgets/orders/{id}/approve");
    house
        .post("finance-checker", &path, &json!({"version": 0}))
        .await;
    let maker = signed_in(&house, "finance-city").await;
    let year_end = "/finance/budgets/year-end";
    let csrf = maker.csrf_of(year_end).await;
    let fields = |reference| {
        [
            ("csrf", csrf.as_str()),
            ("year", "2025"),
            ("reference", reference),
        ]
    };
    let blank = maker.post(year_end, &fields(" ")).await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = maker.post(year_end, &fields("年终1号")).await;
    assert_eq!(
        done.header("location"),
        "/finance/budgets/year-end?year=2025&done=year-end"
    );
    let done = maker.post(year_end, &fields("年终2号")).await;
    assert!(
        done.header("location").ends_with("done=year-end-none"),
        "nothing new"
    );
    let this_year = [
        ("csrf", csrf.as_str()),
        ("year", "2026"),
        ("reference", "早"),
    ];
    let early = maker.post(year_end, &this_year).await;
    early.is_refusal_page(422);
    let list = house
        .get(
            "finance-city",
            "/api/v1/finance/budgets/orders?state=proposed",
        )
        .await
        .json();
    let order = list["items"][0]["id"].as_str().unwrap();
    assert!(
        !maker.get(year_end).await.text.contains("name=\"order\""),
        "not one's own"
    );
    let checker = signed_in(&house, "finance-checker").await;
    let shown = checker.get(year_end).await;
    let seen = format!("{order} 0");
    assert!(
        shown.text.contains(&format!("value=\"{seen}\"")),
        "{}",
        shown.text
    );
    let csrf = checker.csrf_of(year_end).await;
    let fields = [
        ("csrf", csrf.as_str()),
        ("year", "2025"),
        ("order", seen.as_str()),
    ];
    for word in ["all", "some"] {
        let done = checker.post(&format!("{year_end}/approve"), &fields).await;
        assert!(done.header("location").ends_with(&format!("done={word}")));
    }
    assert!(checker.get(year_end).await.text.contains("没有余额"));
}
