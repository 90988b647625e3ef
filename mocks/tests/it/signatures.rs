//! What is refused at the door, and that every answer is signed, refusals too.

use reqwest::Method;
use sanmiao_mocks::wire;
use serde_json::{Value, json};

use crate::client::{Caller, NOW_SECONDS, instruction, query, world};

const PATH: &str = "/sources/education/query";

type Headers = Vec<(&'static str, String)>;

fn signed(caller: &Caller<'_>, timestamp: i64, nonce: &str, body: &[u8]) -> Headers {
    wire::request_headers(&caller.key(PATH), "POST", PATH, timestamp, nonce, body).to_vec()
}

fn without(headers: &Headers, gone: &str) -> Headers {
    headers
        .iter()
        .filter(|(name, _)| *name != gone)
        .cloned()
        .collect()
}

fn with(headers: &Headers, name: &'static str, value: &str) -> Headers {
    let mut changed = without(headers, name);
    changed.push((name, value.to_owned()));
    changed
}

#[tokio::test]
async fn a_request_that_breaks_any_rule_is_refused_with_a_signed_problem() {
    let world = world(3).await;
    let caller = Caller::new(&world);
    let body = serde_json::to_vec(&query(&world.people()[0])).unwrap();
    let good = |nonce: &str| signed(&caller, NOW_SECONDS, nonce, &body);
    let other_key = sanmiao_mocks::ChannelKey {
        app_id: "sanmiao".to_owned(),
        secret: b"wrong".to_vec(),
    };
    let cases: Vec<(&str, Headers)> = vec![
        ("header_missing", without(&good("a1"), wire::APP_ID)),
        ("header_missing", without(&good("a2"), wire::TIMESTAMP)),
        ("header_missing", without(&good("a3"), wire::NONCE)),
        ("header_missing", without(&good("a4"), wire::DIGEST)),
        ("header_missing", without(&good("a5"), wire::SIGNATURE)),
        ("app_unknown", with(&good("a6"), wire::APP_ID, "somebody")),
        (
            "algorithm_unknown",
            with(&good("a7"), wire::ALGORITHM, "hmac-md5"),
        ),
        ("clock", signed(&caller, NOW_SECONDS - 301, "a8", &body)),
        ("clock", signed(&caller, NOW_SECONDS + 301, "a9", &body)),
        ("clock", with(&good("b1"), wire::TIMESTAMP, "+1795147200")),
        (
            "nonce_shape",
            signed(&caller, NOW_SECONDS, "not a nonce", &body),
        ),
        (
            "digest",
            with(&good("b2"), wire::DIGEST, &wire::digest_hex(b"other")),
        ),
        ("signature", with(&good("b3"), wire::SIGNATURE, "AAAA")),
        ("signature", with(&good("b4"), wire::NONCE, "b5")),
        (
            "signature",
            with(&good("b6"), wire::TIMESTAMP, &(NOW_SECONDS + 1).to_string()),
        ),
        (
            "signature",
            wire::request_headers(&other_key, "POST", PATH, NOW_SECONDS, "b7", &body).to_vec(),
        ),
        (
            "signature",
            wire::request_headers(
                &caller.key(PATH),
                "POST",
                "/sources/degree/query",
                NOW_SECONDS,
                "b8",
                &body,
            )
            .to_vec(),
        ),
        (
            "signature",
            wire::request_headers(&caller.key(PATH), "PUT", PATH, NOW_SECONDS, "b9", &body)
                .to_vec(),
        ),
    ];
    for (code, headers) in cases {
        let answer = caller
            .raw(Method::POST, PATH, &headers, &body)
            .await
            .unwrap();
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (401, Some(code))
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(answer.is_signed_with(&caller.key(PATH)), "{code}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_request_is_taken_once_and_its_copy_refused() {
    let world = world(3).await;
    let caller = Caller::new(&world);
    let body = serde_json::to_vec(&query(&world.people()[0])).unwrap();
    let headers = signed(&caller, NOW_SECONDS - 300, "once", &body);
    let first = caller
        .raw(Method::POST, PATH, &headers, &body)
        .await
        .unwrap();
    let second = caller
        .raw(Method::POST, PATH, &headers, &body)
        .await
        .unwrap();
    assert_eq!(first.status, 200);
    assert_eq!(
        (second.status, second.json()["code"].as_str()),
        (401, Some("replay"))
    );
    world.stop().await;
}

#[tokio::test]
async fn a_badly_signed_request_does_not_use_up_its_nonce() {
    let world = world(3).await;
    let caller = Caller::new(&world);
    let body = serde_json::to_vec(&query(&world.people()[0])).unwrap();
    let headers = signed(&caller, NOW_SECONDS, "mine", &body);
    let forged = with(&headers, wire::SIGNATURE, "AAAA");
    assert_eq!(
        caller
            .raw(Method::POST, PATH, &forged, &body)
            .await
            .unwrap()
            .status,
        401
    );
    assert_eq!(
        caller
            .raw(Method::POST, PATH, &headers, &body)
            .await
            .unwrap()
            .status,
        200
    );
    world.stop().await;
}

#[tokio::test]
async fn every_answer_carries_the_signature_and_the_request_id() {
    let world = world(3).await;
    let caller = Caller::new(&world);
    let person = &world.people()[0];
    let bytes = serde_json::to_vec(&query(person)).unwrap();
    let headers = with(
        &signed(&caller, NOW_SECONDS, "rid", &bytes),
        wire::REQUEST_ID,
        "r-42",
    );
    let answer = caller
        .raw(Method::POST, PATH, &headers, &bytes)
        .await
        .unwrap();
    assert_eq!(answer.header(wire::REQUEST_ID), "r-42");
    assert!(answer.is_signed_with(&caller.key(PATH)));

    let posted = caller
        .post(
            "/treasury/instructions",
            &instruction("i-1", person, "1.00"),
        )
        .await;
    let asked = caller.get("/treasury/instructions/i-1").await;
    let unknown = caller.get("/treasury/instructions/i-2").await;
    let refused = caller
        .post("/treasury/instructions", &json!({"amount": 1}))
        .await;
    let ledger = caller.get("/treasury/ledger").await;
    for (status, answer) in [
        (201, posted),
        (200, asked),
        (404, unknown),
        (422, refused),
        (200, ledger),
    ] {
        assert_eq!(answer.status, status);
        assert!(answer.is_signed_with(&world.keys().treasury), "{status}");
        assert!(!answer.is_signed_with(&world.keys().education));
    }
    world.stop().await;
}

#[tokio::test]
async fn an_unsigned_question_learns_nothing() {
    let world = world(3).await;
    let caller = Caller::new(&world);
    for path in [
        "/treasury/ledger",
        "/treasury/statements/2026-11-20",
        "/treasury/instructions/x",
    ] {
        assert_eq!(
            caller.plain(Method::GET, path, None).await.status(),
            401,
            "{path}"
        );
    }
    let query = query(&world.people()[0]);
    assert_eq!(
        caller
            .plain(Method::POST, PATH, Some(&query))
            .await
            .status(),
        401
    );
    world.stop().await;
}

#[tokio::test]
async fn too_long_a_body_is_refused() {
    let world = world(1).await;
    let caller = Caller::new(&world);
    let answer = caller.post(PATH, &Value::String("x".repeat(70_000))).await;
    assert_eq!(answer.status, 413);
    world.stop().await;
}
