//! The message sink, and the switches.

use reqwest::Method;
use sanmiao_mocks::{Faults, PersonCard, Trait, World, WorldError};
use serde_json::{Value, json};

use crate::client::{Caller, config, instruction, query, world};

#[tokio::test]
async fn a_message_is_kept_once_and_can_be_looked_at() {
    let world = world(1).await;
    let caller = Caller::new(&world);
    let message = json!({"message_id": "m-1", "to": "13800000000", "channel": "sms", "template": "filed", "params": {"reference": "A1"}});
    for _ in 0..2 {
        assert_eq!(caller.post("/sink/messages", &message).await.status, 202);
    }
    let mut bad = message.clone();
    bad["channel"] = json!("pigeon");
    assert_eq!(caller.post("/sink/messages", &bad).await.status, 422);
    let list: Value = caller
        .plain(Method::GET, "/sink/messages", None)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        list,
        json!({"messages": [message], "counts": {"taken": 1, "repeated": 1}})
    );
    assert_eq!(world.messages(), [message]);
    world.stop().await;
}

#[tokio::test]
async fn faults_are_switched_over_http() {
    let world = world(3).await;
    let caller = Caller::new(&world);
    let ask = async |caller: &Caller<'_>| {
        caller
            .post("/sources/degree/query", &query(&caller.world.people()[0]))
            .await
            .status
    };
    let rules = json!({"rules": [{"channel": "sources", "fault": {"kind": "server_error", "status": 500}}]});
    let shown: Value = caller
        .plain(Method::PUT, "/admin/faults", Some(&rules))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(shown["faults"]["rules"][0]["per_mille"], 1_000);
    assert_eq!(ask(&caller).await, 500);
    let shown: Value = caller
        .plain(Method::GET, "/admin/faults", None)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(shown["struck"], json!([1]));
    caller.plain(Method::DELETE, "/admin/faults", None).await;
    assert_eq!(ask(&caller).await, 200);
    assert_eq!(
        caller
            .plain(Method::PUT, "/admin/faults/source-5xx", None)
            .await
            .status(),
        200
    );
    assert_eq!(Some(world.faults().current()), Faults::named("source-5xx"));
    assert_eq!(
        caller
            .plain(Method::PUT, "/admin/faults/no-such", None)
            .await
            .status(),
        404
    );
    let wrong = json!({"rules": [{"channel": "sources", "fault": {"kind": "plague"}}]});
    assert_eq!(
        caller
            .plain(Method::PUT, "/admin/faults", Some(&wrong))
            .await
            .status(),
        422
    );
    world.stop().await;
}

#[tokio::test]
async fn a_driver_learns_what_people_hold_and_nothing_of_what_is_expected() {
    let world = world(30).await;
    let caller = Caller::new(&world);
    let list: Value = caller
        .plain(Method::GET, "/admin/people?offset=10&limit=5", None)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(list["total"], 30);
    let cards: Vec<PersonCard> = serde_json::from_value(list["people"].clone()).unwrap();
    let expected: Vec<PersonCard> = world.people()[10..15]
        .iter()
        .map(sanmiao_mocks::Person::card)
        .collect();
    assert!(cards == expected);
    assert!(!list.to_string().contains("expected"));
    world.stop().await;
}

#[tokio::test]
async fn people_of_a_kind_are_found_by_naming_it() {
    let world = world(1_000).await;
    let caller = Caller::new(&world);
    let list: Value = caller
        .plain(Method::GET, "/admin/people?kind=bad_card&limit=3", None)
        .await
        .json()
        .await
        .unwrap();
    let of_kind = |person: &&sanmiao_mocks::Person| person.is(Trait::BadCard);
    assert_eq!(list["total"], world.people().iter().filter(of_kind).count());
    let cards: Vec<PersonCard> = serde_json::from_value(list["people"].clone()).unwrap();
    let first = world.people().iter().filter(of_kind).take(3);
    assert!(cards == first.map(sanmiao_mocks::Person::card).collect::<Vec<_>>());
    let unknown = caller.plain(Method::GET, "/admin/people?kind=saint", None);
    assert_eq!(unknown.await.status(), 400);
    world.stop().await;
}

#[tokio::test]
async fn business_time_and_the_call_back_address_are_set_over_http() {
    let world = world(3).await;
    let caller = Caller::new(&world);
    let day = json!({"advance_seconds": 86_400});
    let now: Value = caller
        .plain(Method::POST, "/admin/clock", Some(&day))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(now["business_time"], "2026-11-21T04:00:00.000000Z");
    // Signatures go by wall time and still fit.
    let paid = caller
        .post(
            "/treasury/instructions",
            &instruction("i-1", &world.people()[0], "1.00"),
        )
        .await;
    assert_eq!(paid.json()["accepted_at"], "2026-11-21T04:00:00.000000Z");
    let good = json!({"url": "http://127.0.0.1:9/callback"});
    assert_eq!(
        caller
            .plain(Method::PUT, "/admin/callbacks", Some(&good))
            .await
            .status(),
        204
    );
    let bad = json!({"url": "not a url"});
    assert_eq!(
        caller
            .plain(Method::PUT, "/admin/callbacks", Some(&bad))
            .await
            .status(),
        422
    );
    assert_eq!(
        caller
            .plain(Method::PUT, "/admin/callbacks", Some(&json!({"url": null})))
            .await
            .status(),
        204
    );
    assert_eq!(
        caller.plain(Method::GET, "/healthz", None).await.status(),
        200
    );
    world.stop().await;
}

#[tokio::test]
async fn a_world_that_cannot_start_says_why() {
    let running = world(1).await;
    let mut taken = config(1);
    taken.listen = running
        .base_url()
        .trim_start_matches("http://")
        .parse()
        .unwrap();
    assert!(matches!(
        World::start(taken).await,
        Err(WorldError::Listen { .. })
    ));
    let mut nowhere = config(1);
    nowhere.callback_url = Some("nowhere".to_owned());
    assert!(matches!(
        World::start(nowhere).await,
        Err(WorldError::CallbackUrl(_))
    ));
    let mut early = config(1);
    early.as_of = jiff::civil::date(1949, 10, 1);
    assert!(matches!(
        World::start(early).await,
        Err(WorldError::AsOf(_))
    ));
    running.stop().await;
}

#[tokio::test]
async fn a_stopped_world_listens_no_more() {
    let world = world(1).await;
    let url = format!("{}/healthz", world.base_url());
    let client = crate::client::http();
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    world.stop().await;
    assert!(client.get(&url).send().await.is_err());
}
