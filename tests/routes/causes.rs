//! Why things were referred, as staff see it over the API and on the page, and what applicants say at the end.

use axum::http::StatusCode;
use sanmiao::domain::source::SourceId;
use serde_json::json;

use super::browser::Browser;
use super::house::{House, POLICY};

/// One application that is referred, for the degree register has no record.
async fn with_a_referral() -> House {
    let house = House::new().await;
    house.appropriate().await;
    let none =
        json!({"source": "degree", "as_of": "2026-11-20", "records": [], "recognitions": []});
    house.registers.set(SourceId::Degree, Some(none));
    house.filed("applicant-1").await;
    house
}

#[tokio::test]
async fn numbers_come_by_name_and_say_the_same_as_the_page() {
    let house = with_a_referral().await;
    let told = house.get("supervisor-city", "/api/v1/desk/causes").await;
    assert_eq!(told.status, StatusCode::OK, "{told:?}");
    let told = told.json();
    assert_eq!(
        (&told["month"], &told["referrals"]),
        (&json!("2026-11"), &json!(1))
    );
    let table = |id: &str| {
        let tables = told["tables"].as_array().unwrap();
        tables
            .iter()
            .find(|table| table["id"] == id)
            .unwrap()
            .clone()
    };
    let first = &table("reasons")["rows"][0];
    assert_eq!(
        (
            &first["number"],
            &first["referrals"],
            &first["of_referrals"]
        ),
        (&json!(1), &json!(1), &json!("1.0000"))
    );
    let sources = table("sources");
    let degree = sources["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["source"]["zh"] == "学位");
    assert_eq!(degree.unwrap()["touched"], 1, "{sources}");
    assert_eq!(table("trend")["rows"].as_array().unwrap().len(), 12);
    let browser = Browser::of(&house);
    browser.sign_in("supervisor-city", "/desk").await;
    let page = browser.get("/desk/causes").await.text;
    let reason = first["reason"]["zh"].as_str().unwrap();
    assert!(page.contains(reason), "{reason} is on the page");
    assert!(
        !page.contains(" style="),
        "no style that the policy of the page forbids"
    );
    let narrowed = format!("/api/v1/desk/causes?policy={POLICY}&month=2026-10&district=");
    assert_eq!(
        house.get("supervisor-city", &narrowed).await.json()["referrals"],
        0
    );
}

#[tokio::test]
async fn a_workbook_is_an_attachment_and_what_is_asked_wrongly_is_said() {
    let house = with_a_referral().await;
    let browser = Browser::of(&house);
    browser.sign_in("reviewer-440604", "/desk").await;
    let book = browser.get("/desk/causes.xlsx?month=2026-11").await;
    assert_eq!(book.status, StatusCode::OK);
    assert_eq!(
        book.header("content-disposition"),
        "attachment; filename=\"sanmiao-causes-2026-11.xlsx\""
    );
    assert!(book.text.starts_with("PK"));
    let other = browser.get("/desk/causes.xlsx?district=440605").await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    let wrong = house
        .get(
            "supervisor-city",
            "/api/v1/desk/causes?month=2026-13&district=x",
        )
        .await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert_eq!(wrong.pointers(), ["?month", "?district"]);
}

#[tokio::test]
async fn nothing_is_rated_before_its_end_and_nothing_but_a_grade_is_one() {
    let house = with_a_referral().await;
    let mine = house
        .get("applicant-1", "/api/v1/applications")
        .await
        .json();
    let address = format!(
        "/api/v1/applications/{}/rating",
        mine[0]["id"].as_str().unwrap()
    );
    let early = house
        .post("applicant-1", &address, &json!({"grade": "satisfied"}))
        .await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{early:?}");
    let wrong = house
        .post("applicant-1", &address, &json!({"grade": "5", "words": ""}))
        .await;
    assert_eq!(wrong.pointers(), ["/grade", "/words"]);
}
