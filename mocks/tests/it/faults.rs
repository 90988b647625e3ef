//! Every fault, seen from outside: by request, by configuration, by person, for a while, by name.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jsonschema::Validator;
use reqwest::Method;
use sanmiao_mocks::faults::Lossy;
use sanmiao_mocks::people::{parse_people, write_people};
use sanmiao_mocks::{Channel, Clock, Fault, FaultRule, Faults, PeopleSource, Person, Trait, World};
use serde_json::{Value, json};

use crate::client::{
    Answer, Caller, NOW_SECONDS, Receiver, config, eventually, instruction, query, until_status,
    world,
};
use crate::schemas::validator;

const PATH: &str = "/treasury/instructions";
const DEGREE: &str = "/sources/degree/query";

fn ordinary(world: &World) -> &Person {
    world
        .people()
        .iter()
        .find(|p| p.is(Trait::Ordinary))
        .unwrap()
}

fn only(rule: FaultRule) -> Faults {
    Faults { rules: vec![rule] }
}

async fn ask_degree(caller: &Caller<'_>, fault: &str) -> Result<Answer, reqwest::Error> {
    let body = query(ordinary(caller.world));
    caller.faulty(Method::POST, DEGREE, &body, fault).await
}

async fn pay(caller: &Caller<'_>, id: &str, fault: &str) -> Result<Answer, reqwest::Error> {
    let body = instruction(id, ordinary(caller.world), "100000.55");
    caller.faulty(Method::POST, PATH, &body, fault).await
}

#[tokio::test]
async fn a_register_that_is_down_closes_the_connection_without_a_word() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let error = ask_degree(&caller, "down").await.err().unwrap();
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
    assert_eq!(ask_degree(&caller, "").await.unwrap().status, 200);
    world.stop().await;
}

#[tokio::test]
async fn a_slow_register_answers_in_the_end() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    assert_eq!(ask_degree(&caller, "slow=2").await.unwrap().status, 200);
    assert_eq!(
        ask_degree(&caller, "late_reply=2").await.unwrap().status,
        200
    );
    world.stop().await;
}

#[tokio::test]
async fn a_server_error_is_signed_and_has_the_status_asked_for() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    for (fault, status) in [
        ("server_error", 503),
        ("server_error=500", 500),
        ("error_after_acceptance=502", 502),
    ] {
        let answer = ask_degree(&caller, fault).await.unwrap();
        assert_eq!(answer.status, status);
        assert!(answer.is_signed_with(&world.keys().degree));
    }
    world.stop().await;
}

#[tokio::test]
async fn a_truncated_body_ends_before_its_length() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let error = ask_degree(&caller, "truncated").await.err().unwrap();
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_wrong_schema_is_json_well_signed_and_refused_by_the_schema() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    for source in [
        "talent_introduction",
        "education",
        "degree",
        "social_security",
    ] {
        let path = format!("/sources/{source}/query");
        let body = query(ordinary(&world));
        let answer = caller
            .faulty(Method::POST, &path, &body, "wrong_schema")
            .await
            .unwrap();
        assert!(answer.is_signed_with(&caller.key(&path)));
        assert!(!validator(&format!("evidence/{source}")).is_valid(&answer.json()));
    }
    let answer = pay(&caller, "i-1", "wrong_schema").await.unwrap();
    assert!(!validator("treasury/acknowledgement").is_valid(&answer.json()));
    assert_eq!(world.treasury_ledger().accepted_count, 1);
    world.stop().await;
}

#[tokio::test]
async fn a_bad_signature_does_not_fit() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let answer = ask_degree(&caller, "bad_signature").await.unwrap();
    assert_eq!(answer.status, 200);
    assert!(!answer.is_signed_with(&world.keys().degree));
    world.stop().await;
}

#[tokio::test]
async fn contradicting_records_keep_to_the_schema_and_cannot_both_be_true() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    for (source, field) in [
        ("talent_introduction", "procedure"),
        ("education", "conclusion"),
        ("degree", "status"),
        ("social_security", "name"),
    ] {
        let path = format!("/sources/{source}/query");
        let body = query(ordinary(&world));
        let answer = caller
            .faulty(Method::POST, &path, &body, "contradict")
            .await
            .unwrap()
            .json();
        let records = answer["records"].as_array().unwrap();
        assert_ne!(
            records[0][field],
            records[records.len() - 1][field],
            "{source}"
        );
        assert!(validator(&format!("evidence/{source}")).is_valid(&answer));
    }
    world.stop().await;
}

#[tokio::test]
async fn a_lost_reply_leaves_the_instruction_accepted() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    assert!(pay(&caller, "i-1", "lost_reply").await.is_err());
    assert!(pay(&caller, "i-2", "truncated").await.is_err());
    assert_eq!(
        pay(&caller, "i-3", "error_after_acceptance")
            .await
            .unwrap()
            .status,
        503
    );
    assert!(pay(&caller, "i-4", "down").await.is_err());
    assert_eq!(
        pay(&caller, "i-5", "server_error").await.unwrap().status,
        503
    );
    for id in ["i-1", "i-2", "i-3"] {
        until_status(&caller, id, "settled").await;
        assert_eq!(pay(&caller, id, "").await.unwrap().status, 200);
    }
    for id in ["i-4", "i-5"] {
        assert_eq!(caller.get(&format!("{PATH}/{id}")).await.status, 404);
        assert_eq!(pay(&caller, id, "").await.unwrap().status, 201);
    }
    assert_eq!(world.treasury_ledger().accepted_count, 5);
    assert!(world.treasury_ledger().paid_twice.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn a_slow_treasury_carries_out_what_it_read_even_when_the_caller_hangs_up() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let slow = FaultRule::always(Channel::Treasury, Fault::Slow { ms: 300 });
    world.faults().set(only(slow.times_max(1)));
    tokio::select! {
        _ = pay(&caller, "i-1", "") => panic!("the answer cannot be there before the work"),
        // Once the rule has struck the request was read; then the caller is dropped.
        () = eventually("the request is read", || world.faults().struck() == [1]) => {}
    }
    eventually("it is carried out", || {
        world.treasury_ledger().accepted_count == 1
    })
    .await;
    world.stop().await;
}

#[tokio::test]
async fn a_lossy_echo_is_never_the_amount_that_was_sent() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let all = [
        Lossy::DoubleText,
        Lossy::DoubleNumber,
        Lossy::SingleText,
        Lossy::Truncated,
        Lossy::OneFenLess,
    ];
    for (i, how) in all.into_iter().enumerate() {
        world.faults().set(only(FaultRule::always(
            Channel::Treasury,
            Fault::LossyEcho { how },
        )));
        let mut sent = instruction(&format!("i-{i}"), ordinary(&world), "9007199254740.90");
        sent["amount"] = json!(if how == Lossy::DoubleText {
            "9007199254740.90"
        } else {
            "9007199254740.91"
        });
        let echo = caller.post(PATH, &sent).await.json();
        assert_ne!(echo["amount"], sent["amount"], "{how:?}");
        world.faults().clear();
        assert_eq!(
            caller.post(PATH, &sent).await.json()["amount"],
            sent["amount"]
        );
    }
    world.stop().await;
}

#[tokio::test]
async fn a_foreign_echo_names_another_account_and_pays_the_right_one() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    let echo = pay(&caller, "i-1", "foreign_echo").await.unwrap().json();
    let account = &ordinary(&world).account.number;
    assert_ne!(echo["payee_account"], *account);
    assert_eq!(
        until_status(&caller, "i-1", "settled").await["payee_account"],
        *account
    );
    world.stop().await;
}

#[tokio::test]
async fn a_treasury_that_never_conflicts_answers_with_the_first_payload() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    pay(&caller, "i-1", "").await.unwrap();
    let other = instruction("i-1", ordinary(&world), "5.00");
    let answer = caller
        .faulty(Method::POST, PATH, &other, "never_conflict")
        .await
        .unwrap();
    assert_eq!(
        (answer.status, answer.json()["amount"].as_str()),
        (200, Some("100000.55"))
    );
    world.stop().await;
}

async fn with_callbacks(rules: Vec<FaultRule>) -> (World, Receiver) {
    let receiver = Receiver::start(0).await;
    let mut config = config(50);
    config.callback_url = Some(receiver.url.clone());
    config.faults = Faults { rules };
    (World::start(config).await.unwrap(), receiver)
}

#[tokio::test]
async fn a_payment_returned_a_day_later_is_settled_first_and_stands_in_both_statements() {
    let (world, mut receiver) = with_callbacks(vec![FaultRule::always(
        Channel::Treasury,
        Fault::ReturnedLater { ms: 0, days: 1 },
    )])
    .await;
    let caller = Caller::new(&world);
    pay(&caller, "i-1", "").await.unwrap();
    let mut told = [receiver.next().await.json(), receiver.next().await.json()];
    told.sort_by_key(|one| one["sequence"].as_u64());
    assert_eq!(
        (told[0]["status"].as_str(), told[1]["status"].as_str()),
        (Some("settled"), Some("returned"))
    );
    assert_eq!(told[1]["occurred_at"], "2026-11-21T04:00:00.000000Z");
    for (day, field) in [
        ("2026-11-20", "paid_count"),
        ("2026-11-21", "returned_count"),
    ] {
        let statement = caller
            .get(&format!("/treasury/statements/{day}"))
            .await
            .json();
        assert_eq!(
            (statement["count"].as_u64(), statement[field].as_u64()),
            (Some(1), Some(1))
        );
    }
    let totals = world.treasury_ledger();
    assert_eq!((totals.paid_count, totals.returned_count), (0, 1));
    // What follows a return is paid.
    let mut again = instruction("i-2", ordinary(&world), "100000.55");
    again["generation"] = json!(2);
    caller.post(PATH, &again).await;
    assert_eq!(receiver.next().await.json()["status"], "settled");
    world.stop().await;
}

#[tokio::test]
async fn a_duplicate_call_back_comes_twice_with_one_event_id() {
    let (world, mut receiver) = with_callbacks(vec![FaultRule::always(
        Channel::Treasury,
        Fault::DuplicateCallback,
    )])
    .await;
    let caller = Caller::new(&world);
    pay(&caller, "i-1", "").await.unwrap();
    assert_eq!(receiver.next().await.body, receiver.next().await.body);
    world.stop().await;
}

#[tokio::test]
async fn an_out_of_order_call_back_is_overtaken_by_the_next() {
    let (world, mut receiver) = with_callbacks(vec![
        FaultRule::always(Channel::Treasury, Fault::ReturnedLater { ms: 0, days: 1 }),
        FaultRule::always(Channel::Treasury, Fault::OutOfOrderCallback { ms: 1_500 }),
    ])
    .await;
    let caller = Caller::new(&world);
    pay(&caller, "i-1", "").await.unwrap();
    assert_eq!(receiver.next().await.json()["sequence"], 2);
    assert_eq!(receiver.next().await.json()["sequence"], 1);
    world.stop().await;
}

#[tokio::test]
async fn a_lost_call_back_never_comes_and_asking_still_tells() {
    let (world, mut receiver) = with_callbacks(vec![FaultRule::always(
        Channel::Treasury,
        Fault::CallbackLost,
    )])
    .await;
    let caller = Caller::new(&world);
    pay(&caller, "i-1", "").await.unwrap();
    until_status(&caller, "i-1", "settled").await;
    world.faults().clear();
    pay(&caller, "i-2", "").await.unwrap();
    assert_eq!(receiver.next().await.json()["instruction_id"], "i-2");
    assert!(receiver.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn a_badly_signed_call_back_does_not_fit() {
    let (world, mut receiver) = with_callbacks(vec![FaultRule::always(
        Channel::Treasury,
        Fault::CallbackBadSignature,
    )])
    .await;
    let caller = Caller::new(&world);
    pay(&caller, "i-1", "").await.unwrap();
    let told = receiver.next().await;
    assert!(!told.is_signed_with(&world.keys().treasury, "/treasury/callback?tenant=foshan"));
    world.stop().await;
}

#[tokio::test]
async fn slow_settlement_leaves_the_instruction_accepted_for_a_while() {
    let world = world(50).await;
    let caller = Caller::new(&world);
    pay(&caller, "i-1", "slow_settlement=600000").await.unwrap();
    pay(&caller, "i-2", "slow_settlement=1").await.unwrap();
    until_status(&caller, "i-2", "settled").await;
    assert_eq!(
        caller.get(&format!("{PATH}/i-1")).await.json()["status"],
        "accepted"
    );
    world.stop().await;
}

#[tokio::test]
async fn a_fault_ends_by_time_by_count_and_by_person() {
    let now = Arc::new(AtomicI64::new(NOW_SECONDS * 1_000_000));
    let mut config = config(50);
    let shared_now = Arc::clone(&now);
    config.clock = Clock::from_fn(move || shared_now.load(Ordering::Relaxed));
    let world = World::start(config).await.unwrap();
    let caller = Caller::new(&world);
    let fault = FaultRule::always(Channel::Sources, Fault::ServerError { status: 503 });
    let status = async |caller: &Caller<'_>, person: usize| {
        caller
            .post(DEGREE, &query(&caller.world.people()[person]))
            .await
            .status
    };

    world.faults().set(only(fault.clone().until_ms(2_000)));
    assert_eq!(status(&caller, 0).await, 503);
    now.fetch_add(1_999_000, Ordering::Relaxed);
    assert_eq!(status(&caller, 0).await, 503);
    now.fetch_add(1_000, Ordering::Relaxed);
    assert_eq!(status(&caller, 0).await, 200);

    world.faults().set(only(fault.clone().times_max(2)));
    let seen = [
        status(&caller, 0).await,
        status(&caller, 1).await,
        status(&caller, 2).await,
    ];
    assert_eq!(seen, [503, 503, 200]);
    assert_eq!(world.faults().struck(), [2]);

    world.faults().set(only(fault.times_per_key_max(1)));
    let seen = [
        status(&caller, 0).await,
        status(&caller, 0).await,
        status(&caller, 1).await,
        status(&caller, 1).await,
    ];
    assert_eq!(seen, [503, 200, 503, 200]);
    world.stop().await;
}

#[tokio::test]
async fn a_rate_strikes_its_share_and_what_stays_with_a_person_strikes_the_same_ones_again() {
    let world = world(300).await;
    let caller = Caller::new(&world);
    let passing =
        FaultRule::always(Channel::Degree, Fault::ServerError { status: 503 }).per_mille(300);
    world.faults().set(only(passing));
    let mut failed = 0;
    for person in world.people() {
        failed += u32::from(caller.post(DEGREE, &query(person)).await.status == 503);
    }
    assert!((55..=125).contains(&failed), "{failed}");
    let staying = FaultRule::always(Channel::Degree, Fault::Contradict).per_mille(300);
    let mut rounds = Vec::new();
    for _ in 0..2 {
        world.faults().set(only(staying.clone()));
        let mut lengths = Vec::new();
        for person in world.people() {
            let answer = caller.post(DEGREE, &query(person)).await.json();
            lengths.push(answer["records"].as_array().unwrap().len());
        }
        rounds.push(lengths);
    }
    assert_eq!(rounds[0], rounds[1]);
    assert!((30..=125).contains(&rounds[0].iter().filter(|n| **n > 1).count()));
    world.stop().await;
}

#[tokio::test]
async fn a_fault_can_belong_to_a_person_and_to_nobody_else() {
    let mut people = sanmiao_mocks::people::generate(1, 5, jiff::civil::date(2026, 11, 20));
    people[2].faults = vec![
        FaultRule::always(Channel::Degree, Fault::ServerError { status: 500 }).times_max(1),
        FaultRule::always(Channel::Treasury, Fault::ForeignEcho),
    ];
    let mut config = config(0);
    config.people = PeopleSource::Given(parse_people(&write_people(&people).unwrap()).unwrap());
    let world = World::start(config).await.unwrap();
    let caller = Caller::new(&world);
    let mut seen = Vec::new();
    for i in [1, 2, 2, 3] {
        seen.push(caller.post(DEGREE, &query(&world.people()[i])).await.status);
    }
    assert_eq!(seen, [200, 500, 200, 200]);
    let mut strange = Vec::new();
    for (i, person) in world.people().iter().enumerate() {
        let echo = caller
            .post(PATH, &instruction(&format!("i-{i}"), person, "1.00"))
            .await
            .json();
        strange.push(echo["payee_account"] != person.account.number);
    }
    assert_eq!(strange, [false, false, true, false, false]);
    world.stop().await;
}

#[tokio::test]
async fn every_named_fault_strikes_something_and_leaves_the_world_able_to_finish() {
    let schemas = Schemas::load();
    for name in Faults::all_names() {
        let now = Arc::new(AtomicI64::new(NOW_SECONDS * 1_000_000));
        let mut config = config(40);
        let shared_now = Arc::clone(&now);
        config.clock = Clock::from_fn(move || shared_now.load(Ordering::Relaxed));
        config.faults = shortened(Faults::named(name).unwrap());
        let world = World::start(config).await.unwrap();
        let caller = Caller::new(&world);
        for (i, person) in world.people().iter().enumerate() {
            finish(&caller, &schemas, &now, &format!("i-{i}"), person).await;
        }
        message(&caller, &now).await;
        assert!(world.treasury_ledger().paid_twice.is_empty(), "{name}");
        assert_eq!(world.treasury_ledger().accepted_count, 40, "{name}");
        assert!(
            world.faults().struck().iter().any(|times| *times > 0),
            "{name}"
        );
        world.stop().await;
    }
}

/// The schemas a client with manners holds answers to.
struct Schemas {
    evidence: Vec<(&'static str, Validator)>,
    acknowledgement: Validator,
}

impl Schemas {
    fn load() -> Self {
        let sources = [
            "talent_introduction",
            "education",
            "degree",
            "social_security",
        ];
        Self {
            evidence: sources
                .map(|source| (source, validator(&format!("evidence/{source}"))))
                .into(),
            acknowledgement: validator("treasury/acknowledgement"),
        }
    }
}

/// The same faults with their waiting cut short, and the rates of the few raised, so that forty people are enough to see them.
fn shortened(mut faults: Faults) -> Faults {
    for rule in &mut faults.rules {
        rule.per_mille = rule.per_mille.max(300);
        match &mut rule.fault {
            Fault::Slow { ms }
            | Fault::LateReply { ms }
            | Fault::SlowSettlement { ms }
            | Fault::ReturnedLater { ms, .. }
            | Fault::OutOfOrderCallback { ms } => *ms = 1,
            _ => {}
        }
    }
    faults
}

/// A client with manners: asks again as long as an answer is no use. Each try takes a second of the world's time.
async fn finish(
    caller: &Caller<'_>,
    schemas: &Schemas,
    now: &AtomicI64,
    id: &str,
    person: &Person,
) {
    for (source, schema) in &schemas.evidence {
        let path = format!("/sources/{source}/query");
        retry(caller, now, &path, &query(person), |answer| {
            schema.is_valid(&answer.json())
        })
        .await;
    }
    let sent = instruction(id, person, "100000.55");
    retry(caller, now, PATH, &sent, |answer| {
        let echo = answer.json();
        schemas.acknowledgement.is_valid(&echo)
            && echo["amount"] == sent["amount"]
            && echo["payee_account"] == sent["payee_account"]
    })
    .await;
}

async fn message(caller: &Caller<'_>, now: &AtomicI64) {
    let body = json!({"message_id": "m-1", "to": "13800000000", "channel": "sms", "template": "filed", "params": {}});
    retry(caller, now, "/sink/messages", &body, |_| true).await;
}

async fn retry(
    caller: &Caller<'_>,
    now: &AtomicI64,
    path: &str,
    body: &Value,
    good: impl Fn(&Answer) -> bool,
) {
    for _ in 0..10 {
        let answer = caller.faulty(Method::POST, path, body, "").await;
        if let Ok(answer) = answer
            && (200..300).contains(&answer.status)
            && answer.is_signed_with(&caller.key(path))
            && good(&answer)
        {
            return;
        }
        now.fetch_add(1_000_000, Ordering::Relaxed);
    }
    panic!("{path} never gave a usable answer");
}
