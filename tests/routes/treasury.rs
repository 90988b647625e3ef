//! The treasury's call-backs: the seal first, then the shape, then the stage.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;

use super::house::{House, Reply};

async fn call(house: &House, signature: &str, body: String) -> Reply {
    let request = Request::post("/api/v1/treasury/events").header("x-sm-signature", signature);
    house.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn only_a_sealed_call_back_is_taken() {
    let house = House::new().await;
    let event = json!({"event_id": "7f1c1c1e-0000-4000-8000-000000000001",
        "instruction_id": "01M249TE00EW3RE1R70W3GE1R7-1-1", "payee_account": "1"})
    .to_string();
    call(&house, "", event.clone())
        .await
        .is_problem("bad-signature");
    call(&house, "replayed", event.clone())
        .await
        .is_problem("bad-signature");
    let busy = call(&house, "busy", event.clone()).await;
    assert_eq!(busy.header("retry-after"), "5");
    busy.is_problem("unavailable");
    call(&house, "good", "not json".to_owned())
        .await
        .is_problem("bad-callback");
    call(&house, "good", "x".repeat(70_000))
        .await
        .is_problem("body-too-large");
    let taken = call(&house, "good", event).await;
    assert_eq!(
        taken.status,
        StatusCode::NO_CONTENT,
        "an instruction nobody knows is an alarm, not a refusal: {taken:?}"
    );
}
