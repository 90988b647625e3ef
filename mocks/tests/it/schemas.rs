//! Whatever the world says keeps to the published schemas.

use jsonschema::Validator;
use sanmiao_mocks::Trait;
use sanmiao_mocks::people::{generate, write_people};
use serde_json::Value;

use crate::client::{Caller, Receiver, instruction, query, until_status, world};

pub(crate) fn validator(name: &str) -> Validator {
    let path = format!(
        "{}/../schemas/{name}.schema.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

pub(crate) fn assert_valid(validator: &Validator, value: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[tokio::test]
async fn every_register_keeps_to_its_schema_for_every_kind_of_person() {
    let world = world(400).await;
    let caller = Caller::new(&world);
    for source in [
        "talent_introduction",
        "education",
        "degree",
        "social_security",
    ] {
        let schema = validator(&format!("evidence/{source}"));
        for person in world.people() {
            let answer = caller
                .post(&format!("/sources/{source}/query"), &query(person))
                .await;
            assert_eq!(answer.status, 200);
            assert_valid(&schema, &answer.json());
        }
    }
    world.stop().await;
}

#[test]
fn every_made_up_person_keeps_to_the_schema_of_a_people_file() {
    let schema = validator("people");
    for line in write_people(&generate(9, 1_000, jiff::civil::date(2026, 11, 20)))
        .unwrap()
        .lines()
    {
        assert_valid(&schema, &serde_json::from_str(line).unwrap());
    }
}

#[tokio::test]
async fn the_treasury_keeps_to_its_schemas() {
    let world = world(400).await;
    let mut receiver = Receiver::start(0).await;
    world.set_callback_url(&receiver.url).unwrap();
    let caller = Caller::new(&world);
    let acknowledgement = validator("treasury/acknowledgement");
    let people = world.people();
    let good = people.iter().find(|p| p.is(Trait::Ordinary)).unwrap();
    let bad = people.iter().find(|p| p.is(Trait::BadCard)).unwrap();
    for (id, person, end) in [("i-1", good, "settled"), ("i-2", bad, "returned")] {
        let sent = instruction(id, person, "100000.00");
        assert_valid(&validator("treasury/instruction"), &sent);
        assert_valid(
            &acknowledgement,
            &caller.post("/treasury/instructions", &sent).await.json(),
        );
        assert_valid(&acknowledgement, &until_status(&caller, id, end).await);
        assert_valid(
            &validator("treasury/callback"),
            &receiver.next().await.json(),
        );
    }
    let statement = caller.get("/treasury/statements/2026-11-20").await.json();
    assert_valid(&validator("treasury/statement"), &statement);
    assert_eq!(statement["count"], 2);
    assert_valid(
        &validator("treasury/ledger"),
        &caller.get("/treasury/ledger").await.json(),
    );
    world.stop().await;
}
