//! The treasury: once for ever, strict, with books that add up.

use std::collections::HashSet;

use sanmiao_mocks::{LedgerTotals, Person, Trait, World};
use serde_json::{Value, json};

use crate::client::{Caller, Receiver, config, eventually, instruction, until_status, world};

const PATH: &str = "/treasury/instructions";

fn ordinary(world: &World) -> &Person {
    world
        .people()
        .iter()
        .find(|p| p.is(Trait::Ordinary))
        .unwrap()
}

#[tokio::test]
async fn an_instruction_is_carried_out_once_however_often_it_comes() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let sent = instruction("i-1", ordinary(&world), "100000.00");
    let first = caller.post(PATH, &sent).await;
    assert_eq!(
        (first.status, first.json()["status"].as_str()),
        (201, Some("accepted"))
    );
    let settled = until_status(&caller, "i-1", "settled").await;
    for _ in 0..5 {
        let again = caller.post(PATH, &sent).await;
        assert_eq!((again.status, again.json()), (200, settled.clone()));
    }
    assert_eq!(settled["amount"], "100000.00");
    assert_eq!(settled["treasury_no"], first.json()["treasury_no"]);
    assert_eq!(settled["settled_on"], "2026-11-20");
    let expected = LedgerTotals {
        accepted_count: 1,
        accepted_total: "100000.00".to_owned(),
        paid_count: 1,
        paid_total: "100000.00".to_owned(),
        returned_count: 0,
        returned_total: "0.00".to_owned(),
        paid_twice: Vec::new(),
    };
    assert_eq!(world.treasury_ledger(), expected);
    assert_eq!(caller.get("/treasury/ledger").await.json(), json!(expected));
    world.stop().await;
}

#[tokio::test]
async fn any_other_payload_under_the_same_id_is_a_conflict() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let sent = instruction("i-1", ordinary(&world), "100000.00");
    caller.post(PATH, &sent).await;
    let changes = [
        ("amount", json!("100000.01")),
        ("payee_name", json!("样例他人")),
        ("payee_account", json!("6299010000000000001")),
        ("payee_bank", json!(world.people()[1].account.bank_cnaps)),
        ("purpose", json!("别的")),
        ("policy", json!("another-policy")),
        ("district", json!("440605")),
        ("year", json!(2027)),
        ("award_id", json!("another")),
        ("instalment", json!(2)),
        ("generation", json!(2)),
    ];
    let mut conflicts = 0;
    for (field, value) in changes {
        let mut other = sent.clone();
        let differs = other[field] != value;
        other[field] = value;
        let answer = caller.post(PATH, &other).await;
        assert_eq!(answer.status, if differs { 409 } else { 200 }, "{field}");
        conflicts += u32::from(differs);
    }
    assert!(conflicts >= 10);
    assert_eq!(world.treasury_ledger().accepted_count, 1);
    world.stop().await;
}

#[tokio::test]
async fn what_is_not_an_instruction_is_refused_for_good_and_leaves_no_trace() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let good = instruction("i-1", ordinary(&world), "100000.00");
    let cases = [
        ("amount", json!("1e3"), "amount_format"),
        ("amount", json!("1.005"), "amount_format"),
        ("amount", json!("0.1"), "amount_format"),
        ("amount", json!("-1.00"), "amount_format"),
        ("amount", json!("NaN"), "amount_format"),
        ("amount", json!("10000000000000000.00"), "amount_format"),
        ("amount", json!(100_000), "amount_format"),
        ("amount", json!(null), "amount_format"),
        ("amount", json!("0.00"), "amount_zero"),
        ("currency", json!("USD"), "currency"),
        ("payee_bank", json!("102100099997"), "payee_bank"),
        ("payee_bank", json!(102_100_099_996_u64), "payee_bank"),
        ("instalment", json!(0), "schema"),
        ("generation", json!("1"), "schema"),
        ("instruction_id", json!(""), "schema"),
        ("payee_account", json!("=1+1"), "schema"),
        ("undeclared", json!(1), "schema"),
    ];
    for (field, value, code) in cases {
        let mut bad = good.clone();
        bad[field] = value;
        let answer = caller.post(PATH, &bad).await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (422, Some(code)),
            "{field}"
        );
    }
    assert_eq!(caller.post(PATH, &Value::Null).await.status, 400);
    assert_eq!(caller.get("/treasury/instructions/i-1").await.status, 404);
    assert_eq!(world.treasury_ledger().accepted_count, 0);
    world.stop().await;
}

#[tokio::test]
async fn a_bad_card_sends_the_money_back_and_the_spare_account_takes_it() {
    let mut receiver = Receiver::start(0).await;
    let mut config = config(400);
    config.callback_url = Some(receiver.url.clone());
    let world = World::start(config).await.unwrap();
    let caller = Caller::new(&world);
    let person = world
        .people()
        .iter()
        .find(|p| p.is(Trait::BadCard))
        .unwrap();
    let first = instruction("i-1", person, "100000.00");
    caller.post(PATH, &first).await;
    let told = receiver.next().await.json();
    let why = person.account.will_return.as_ref().unwrap();
    assert_eq!(
        (told["status"].as_str(), told["sequence"].as_u64()),
        (Some("returned"), Some(1))
    );
    assert_eq!(
        (told["return_code"].as_str(), told["return_reason"].as_str()),
        (Some(why.code.as_str()), Some(why.reason.as_str()))
    );

    let spare = person.spare_account.as_ref().unwrap();
    let mut second = instruction("i-2", person, "100000.00");
    second["award_id"] = first["award_id"].clone();
    second["generation"] = json!(2);
    second["payee_account"] = json!(spare.number);
    second["payee_bank"] = json!(spare.bank_cnaps);
    caller.post(PATH, &second).await;
    assert_eq!(receiver.next().await.json()["status"], "settled");
    let totals = world.treasury_ledger();
    assert_eq!(
        (totals.paid_total.as_str(), totals.returned_total.as_str()),
        ("100000.00", "100000.00")
    );
    assert!(totals.paid_twice.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn money_for_another_name_than_the_holders_comes_back() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let mut sent = instruction("i-1", ordinary(&world), "1.00");
    sent["payee_name"] = json!("样例他人");
    caller.post(PATH, &sent).await;
    assert_eq!(
        until_status(&caller, "i-1", "returned").await["return_code"],
        "R03"
    );
    world.stop().await;
}

#[tokio::test]
async fn paying_an_instalment_twice_under_two_ids_is_found_out() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    for id in ["i-1", "i-2"] {
        let mut sent = instruction(id, ordinary(&world), "50.00");
        sent["award_id"] = json!("the-award");
        caller.post(PATH, &sent).await;
        until_status(&caller, id, "settled").await;
    }
    assert_eq!(
        caller.get("/treasury/ledger").await.json()["paid_twice"],
        json!(["the-award/1"])
    );
    world.stop().await;
}

#[tokio::test]
async fn a_call_back_is_signed_and_sent_until_it_is_acknowledged() {
    let mut receiver = Receiver::start(3).await;
    let mut config = config(50);
    config.callback_url = Some(receiver.url.clone());
    let world = World::start(config).await.unwrap();
    let caller = Caller::new(&world);
    caller
        .post(PATH, &instruction("i-1", ordinary(&world), "100000.00"))
        .await;
    let mut ids = HashSet::new();
    let mut nonces = HashSet::new();
    for _ in 0..4 {
        let one = receiver.next().await;
        assert!(one.is_signed_with(&world.keys().treasury, "/treasury/callback?tenant=foshan"));
        nonces.insert(one.headers["x-sm-nonce"].clone());
        let told = one.json();
        assert_eq!(
            (told["status"].as_str(), told["amount"].as_str()),
            (Some("settled"), Some("100000.00"))
        );
        ids.insert(told["event_id"].as_str().unwrap().to_owned());
    }
    assert_eq!((ids.len(), nonces.len()), (1, 4));
    // Every attempt was received, and nothing is sent once one was acknowledged.
    eventually("it is acknowledged", || {
        world.callback_counts().acknowledged == 1
    })
    .await;
    let counts = world.callback_counts();
    assert_eq!(
        (counts.sent, counts.acknowledged, counts.given_up),
        (4, 1, 0)
    );
    world.stop().await;
}

#[tokio::test]
async fn a_call_back_nobody_takes_is_given_up_and_the_money_is_paid_all_the_same() {
    let mut receiver = Receiver::start(u32::MAX).await;
    let mut config = config(50);
    config.callback_url = Some(receiver.url.clone());
    config.timing.callback_attempts_max = 3;
    let world = World::start(config).await.unwrap();
    let caller = Caller::new(&world);
    caller
        .post(PATH, &instruction("i-1", ordinary(&world), "1.00"))
        .await;
    for _ in 0..3 {
        receiver.next().await;
    }
    eventually("it is given up", || world.callback_counts().given_up == 1).await;
    assert!(receiver.is_empty());
    assert_eq!(world.treasury_ledger().paid_count, 1);
    world.stop().await;
}

fn fen(amount: &Value) -> i64 {
    let text = amount.as_str().unwrap();
    let (yuan, fen) = text.split_once('.').unwrap();
    yuan.parse::<i64>().unwrap() * 100 + fen.parse::<i64>().unwrap()
}

#[tokio::test]
async fn the_statement_adds_up_line_by_line_and_to_the_ledger() {
    let world = world(400).await;
    let caller = Caller::new(&world);
    for (i, person) in world.people().iter().enumerate().take(120) {
        let id = format!("i-{i}");
        caller
            .post(
                PATH,
                &instruction(&id, person, &format!("{}.{:02}", 1_000 + i * 37, i % 100)),
            )
            .await;
    }
    for (i, person) in world.people().iter().enumerate().take(120) {
        let end = if person.is(Trait::BadCard) {
            "returned"
        } else {
            "settled"
        };
        until_status(&caller, &format!("i-{i}"), end).await;
    }
    let statement = caller.get("/treasury/statements/2026-11-20").await.json();
    let lines = statement["lines"].as_array().unwrap();
    let sum = |status: &str| -> (u64, i64) {
        lines
            .iter()
            .filter(|line| line["status"] == status)
            .fold((0, 0), |(n, sum), line| (n + 1, sum + fen(&line["amount"])))
    };
    let (paid, returned) = (sum("settled"), sum("returned"));
    assert!(returned.0 > 0, "no bad card among the first 120");
    assert_eq!(
        (
            statement["paid_count"].as_u64(),
            fen(&statement["paid_total"])
        ),
        (Some(paid.0), paid.1)
    );
    assert_eq!(
        (
            statement["returned_count"].as_u64(),
            fen(&statement["returned_total"])
        ),
        (Some(returned.0), returned.1)
    );
    assert_eq!(
        (statement["count"].as_u64(), fen(&statement["total"])),
        (Some(120), paid.1 + returned.1)
    );
    let ledger = caller.get("/treasury/ledger").await.json();
    assert_eq!(
        (fen(&ledger["paid_total"]), fen(&ledger["returned_total"])),
        (paid.1, returned.1)
    );
    let serials: HashSet<&str> = lines
        .iter()
        .map(|line| line["bank_serial"].as_str().unwrap())
        .collect();
    assert_eq!(serials.len(), lines.len());
    assert_eq!(
        caller.get("/treasury/statements/2026-11-21").await.json()["count"],
        0
    );
    assert_eq!(
        caller.get("/treasury/statements/yesterday").await.status,
        400
    );
    world.stop().await;
}

#[tokio::test]
async fn thousands_of_amounts_come_back_as_they_went() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let person = ordinary(&world);
    let mut sum = 0_i64;
    for i in 0..2_000_i64 {
        // Spread over all magnitudes, odd fen included.
        let amount = (i * 7_919 + 1) % 10_i64.pow(u32::try_from(i % 12).unwrap() + 1) + 1;
        let text = format!("{}.{:02}", amount / 100, amount % 100);
        let answer = caller
            .post(PATH, &instruction(&format!("i-{i}"), person, &text))
            .await;
        assert_eq!(answer.json()["amount"], text);
        sum += amount;
    }
    assert_eq!(fen(&json!(world.treasury_ledger().accepted_total)), sum);
    world.stop().await;
}
