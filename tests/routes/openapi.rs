//! The document: the same as the one that is checked in, whole, and true to what the door does.

use std::collections::BTreeSet;

use sanmiao::web::openapi::document;
use serde_json::{Value, json};

use super::house::House;

fn parsed() -> Value {
    serde_json::from_str(&document()).unwrap()
}

#[test]
fn the_document_that_is_checked_in_is_the_one_the_routes_make() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/openapi.json");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let made = document();
    if kept != made {
        let beside = concat!(env!("CARGO_TARGET_TMPDIR"), "/openapi.json");
        std::fs::write(beside, made).unwrap();
        panic!(
            "schemas/openapi.json is not what the routes make ({beside}): run `make openapi` and look at the difference"
        );
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() {
    let document = parsed();
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let mut names = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            assert!(
                operation["summary"].is_string() || operation["description"].is_string(),
                "{operation}"
            );
            assert!(
                names.insert(operation["operationId"].as_str().unwrap().to_owned()),
                "{}",
                operation["operationId"]
            );
            assert!(operation["responses"]["default"].is_object(), "{operation}");
        }
    }
}

fn collect(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                into.insert(reference.clone());
            }
            members.values().for_each(|member| collect(member, into));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        _ => {}
    }
}

/// The example that a schema's properties make together.
fn example(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').unwrap();
        return example(document, document.pointer(pointer).unwrap());
    }
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(words) = schema["enum"].as_array() {
        return words[0].clone();
    }
    // What may be left out, and has a name of its own.
    if let Some(kinds) = schema["oneOf"].as_array() {
        return example(document, &kinds[0]);
    }
    let properties = schema["properties"]
        .as_object()
        .unwrap_or_else(|| panic!("no example: {schema}"));
    properties
        .iter()
        .map(|(name, schema)| (name.clone(), example(document, schema)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Paths, tokens and names of the bodies that the API reads; the treasury's is read by the gate.
const BODIES: [(&str, &str, &str); 32] = [
    ("/api/v1/reports", "applicant-1", "StuckRequest"),
    ("/api/v1/applications", "applicant-1", "OpenRequest"),
    (
        "/api/v1/applications/{id}/disputes",
        "applicant-1",
        "DisputeRequest",
    ),
    (
        "/api/v1/applications/{id}/file",
        "applicant-1",
        "FileRequest",
    ),
    (
        "/api/v1/payments/{id}/account",
        "applicant-1",
        "AccountRequest",
    ),
    (
        "/api/v1/review/applications/{id}/decision",
        "reviewer-city",
        "DecisionRequest",
    ),
    (
        "/api/v1/review/payments/{id}/decision",
        "reviewer-city",
        "InstalmentDecisionRequest",
    ),
    (
        "/api/v1/finance/budgets/orders",
        "finance-city",
        "BudgetOrderRequest",
    ),
    (
        "/api/v1/finance/budgets/orders/{id}/approve",
        "finance-city",
        "SeenOrderRequest",
    ),
    (
        "/api/v1/finance/budgets/orders/{id}/decline",
        "finance-city",
        "DeclineOrderRequest",
    ),
    (
        "/api/v1/finance/budgets/orders/{id}/withdraw",
        "finance-city",
        "SeenOrderRequest",
    ),
    (
        "/api/v1/finance/budgets/year-end",
        "finance-city",
        "YearEndRequest",
    ),
    ("/api/v1/finance/batches", "finance-city", "PrepareRequest"),
    (
        "/api/v1/finance/batches/{id}/approve",
        "finance-city",
        "ApproveBatchRequest",
    ),
    (
        "/api/v1/finance/batches/{id}/discard",
        "finance-city",
        "DiscardBatchRequest",
    ),
    (
        "/api/v1/finance/differences/{id}/take",
        "finance-city",
        "TakeDifferenceRequest",
    ),
    (
        "/api/v1/finance/differences/{id}/close",
        "finance-city",
        "CloseDifferenceRequest",
    ),
    (
        "/api/v1/desk/cases/{id}/take",
        "reviewer-city",
        "SilentActRequest",
    ),
    (
        "/api/v1/desk/cases/{id}/notes",
        "reviewer-city",
        "ActRequest",
    ),
    (
        "/api/v1/desk/cases/{id}/hand-over",
        "reviewer-city",
        "HandOverRequest",
    ),
    ("/api/v1/desk/cases/{id}/ask", "reviewer-city", "AskRequest"),
    (
        "/api/v1/desk/cases/{id}/settle",
        "reviewer-city",
        "SettleRequest",
    ),
    (
        "/api/v1/desk/cases/{id}/unsettle",
        "reviewer-city",
        "UnsettleRequest",
    ),
    (
        "/api/v1/desk/cases/{id}/offer",
        "reviewer-city",
        "OfferRequest",
    ),
    (
        "/api/v1/desk/cases/{id}/check",
        "reviewer-city",
        "CheckRequest",
    ),
    (
        "/api/v1/desk/cases/{id}/hand-on",
        "reviewer-city",
        "HandOnRequest",
    ),
    (
        "/api/v1/desk/cases/{id}/propose",
        "reviewer-city",
        "DecisionRequest",
    ),
    ("/api/v1/desk/officers", "supervisor-city", "OfficerRequest"),
    ("/api/v1/desk/officers/away", "reviewer-city", "AwayRequest"),
    ("/api/v1/desk/freezes", "supervisor-city", "FreezeRequest"),
    ("/api/v1/desk/reports", "reviewer-city", "ReportRequest"),
    (
        "/api/v1/applications/{id}/case/supply",
        "applicant-1",
        "WordsRequest",
    ),
];

#[tokio::test]
async fn what_the_schema_of_a_body_says_is_what_is_read() {
    let document = parsed();
    let house = House::new().await;
    for (path, token, name) in BODIES {
        let path = path.replace("{id}", "019a0000-0000-7000-8000-000000000001");
        let schema = &document["components"]["schemas"][name];
        assert_eq!(schema["additionalProperties"], json!(false), "{name}");
        let whole = example(&document, schema);
        let reply = house.post(token, &path, &whole).await;
        assert!(
            !reply.text.contains("/problems/invalid-body"),
            "{name}: the example is refused: {reply:?}"
        );
        for property in schema["properties"].as_object().unwrap().keys() {
            let mut without = whole.clone();
            without.as_object_mut().unwrap().remove(property);
            let required = schema["required"]
                .as_array()
                .unwrap()
                .contains(&json!(property));
            let reply = house.post(token, &path, &without).await;
            let refused = reply.pointers().contains(&format!("/{property}"));
            assert_eq!(refused, required, "{name} without {property}: {reply:?}");
        }
        let mut more = whole.clone();
        more["nobody_asked"] = json!(1);
        assert_eq!(
            house.post(token, &path, &more).await.pointers(),
            ["/nobody_asked"],
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_document_is_served() {
    let house = House::new().await;
    let reply = house.get("", "/api/v1/openapi.json").await;
    assert_eq!(reply.text, document());
}
