//! docs/contracts.md, held to its word: every example is recomputed or validated from the text itself.

use sanmiao_mocks::people::{luhn_check, parse_people};
use sanmiao_mocks::{Faults, Trait, wire};
use serde_json::Value;

use crate::client::{Caller, world};
use crate::schemas::{assert_valid, validator};

fn text() -> String {
    std::fs::read_to_string(format!(
        "{}/../docs/contracts.md",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

/// The fenced JSON blocks, each with the words after `json`.
fn blocks() -> Vec<(String, String)> {
    let text = text();
    let mut found = Vec::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find("```json ") {
        rest = &rest[start + "```json ".len()..];
        let (label, body) = rest.split_once('\n').unwrap();
        let (body, after) = body.split_once("\n```").unwrap();
        found.push((label.to_owned(), body.to_owned()));
        rest = after;
    }
    found
}

fn vectors(label: &str) -> Vec<Value> {
    let found: Vec<Value> = blocks()
        .iter()
        .filter(|(one, _)| one == label)
        .map(|(_, body)| serde_json::from_str(body).unwrap())
        .collect();
    assert!(!found.is_empty(), "{label}");
    found
}

fn field<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap()
}

fn check(vector: &Value, recomputed: &str) {
    assert_eq!(
        field(vector, "digest"),
        wire::digest_hex(field(vector, "body").as_bytes())
    );
    assert_eq!(field(vector, "text"), recomputed);
    let secret = hex::decode(field(vector, "secret_hex")).unwrap();
    assert_eq!(field(vector, "signature"), wire::sign(&secret, recomputed));
}

#[test]
fn the_worked_signatures_are_right() {
    for vector in vectors("vector-request") {
        let of = |name| field(&vector, name);
        let text = wire::request_text(
            of("method"),
            of("path"),
            of("app_id"),
            of("timestamp"),
            of("nonce"),
            of("digest"),
        );
        check(&vector, &text);
    }
    for vector in vectors("vector-reply") {
        let of = |name| field(&vector, name);
        let status = u16::try_from(vector["status"].as_u64().unwrap()).unwrap();
        let text = wire::reply_text(status, of("request_nonce"), of("timestamp"), of("digest"));
        check(&vector, &text);
    }
}

#[test]
fn the_command_line_shows_the_signature_of_the_example_without_a_body() {
    let vectors = vectors("vector-request");
    let bare = vectors
        .iter()
        .find(|one| field(one, "body").is_empty())
        .unwrap();
    let text = text();
    let (_, shell) = text.split_once("```sh\n").unwrap();
    assert!(shell.contains(field(bare, "secret_hex")));
    assert!(shell.contains(&format!("# {}\n", field(bare, "signature"))));
}

#[test]
fn the_secrets_follow_from_seed_one_as_the_text_says() {
    let keys = sanmiao_mocks::WireKeys::from_seed(1);
    for vector in vectors("vector-request") {
        let key = if field(&vector, "path").starts_with("/treasury") {
            &keys.treasury
        } else {
            &keys.education
        };
        assert_eq!(hex::encode(&key.secret), field(&vector, "secret_hex"));
        assert_eq!(key.app_id, field(&vector, "app_id"));
    }
}

#[test]
fn every_example_keeps_to_its_schema() {
    let mut count = 0;
    for (label, body) in blocks() {
        if label.contains('/') {
            assert_valid(&validator(&label), &serde_json::from_str(&body).unwrap());
            count += 1;
        }
    }
    assert_eq!(count, 11);
    let (_, line) = blocks()
        .into_iter()
        .find(|(label, _)| label == "people")
        .unwrap();
    assert_valid(&validator("people"), &serde_json::from_str(&line).unwrap());
    assert_eq!(parse_people(&line).unwrap().len(), 1);
    let (_, faults) = blocks()
        .into_iter()
        .find(|(label, _)| label == "faults")
        .unwrap();
    assert_eq!(
        serde_json::from_str::<Faults>(&faults).unwrap().rules.len(),
        2
    );
}

#[tokio::test]
async fn the_example_instruction_is_accepted() {
    let world = world(1).await;
    let caller = Caller::new(&world);
    let (_, body) = blocks()
        .into_iter()
        .find(|(label, _)| label == "treasury/instruction")
        .unwrap();
    let instruction: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        caller
            .post("/treasury/instructions", &instruction)
            .await
            .status,
        201
    );
    let account = instruction["payee_account"].as_str().unwrap();
    assert!(account.ends_with(luhn_check(&account[..account.len() - 1])));
    world.stop().await;
}

#[test]
fn every_named_fault_and_every_trait_is_listed() {
    let text = text();
    for name in Faults::all_names() {
        assert!(text.contains(&format!("`{name}`")), "{name}");
    }
    let mut listed = 0;
    let (_, table) = text.split_once("| trait | what | a machine |").unwrap();
    // Only this table: other sections have tables of their own further down.
    let rows = table.trim_start_matches('\n').lines().skip(1);
    for row in rows.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let one: Trait = serde_json::from_value(Value::String(cells[1].replace('`', ""))).unwrap();
        let verdict = if one.expected() == sanmiao_mocks::Expected::Referred {
            "refers"
        } else {
            "approves"
        };
        assert_eq!(cells[3], verdict, "{one:?}");
        listed += 1;
    }
    assert_eq!(listed, 35);
}
