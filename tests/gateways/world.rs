//! The gateways against the made-up world, whose wire was written a second time from the contract alone: the two must agree.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sanmiao::config::Config;
use sanmiao::domain::evidence::FetchOutcome;
use sanmiao::domain::id::{AwardId, ConsentId, FetchId, InstructionId};
use sanmiao::domain::payment::{Currency, Order};
use sanmiao::domain::person::Role;
use sanmiao::gateways::assemble::{Gateways, assemble};
use sanmiao::gateways::clock::SystemClock;
use sanmiao::gateways::entropy::SystemEntropy;
use sanmiao::gateways::sources::Tools;
use sanmiao::ports::{
    CallbackError, Clock as _, InboundRequest, Principal, Query, TreasuryReply, TreasuryStatus,
};
use sanmiao::telemetry::Metrics;
use sanmiao_mocks::{ChannelKey, Person, World, WorldConfig};
use tokio::sync::Notify;
use wiremock::{Request, ResponseTemplate};

use super::notify::notice;
use super::support::{path, serve};

const KEY32: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn config(world: &World) -> Config {
    let base = world.base_url();
    let keys = world.keys();
    let peer = |section: &str, path: &str, key: &ChannelKey| {
        let secret = BASE64.encode(&key.secret);
        format!(
            "[{section}]\nurl = \"{base}/{path}\"\napp_id = {:?}\nkey = \"base64:{secret}\"\n",
            key.app_id
        )
    };
    let text = [
        format!(
            "[server]\npublic_url = \"{base}\"\n[database]\ndata_dir = \"data\"\n\
             [vault]\nkeys.k1 = {KEY32:?}\ncurrent = \"k1\"\nblind_index_key = {KEY32:?}\n\
             [identity]\nissuer = \"{base}/oidc\"\naudience = \"sanmiao\"\n"
        ),
        peer(
            "sources.talent_introduction",
            "sources/talent_introduction",
            &keys.talent_introduction,
        ),
        peer("sources.education", "sources/education", &keys.education),
        peer("sources.degree", "sources/degree", &keys.degree),
        peer(
            "sources.social_security",
            "sources/social_security",
            &keys.social_security,
        ),
        peer("notify", "sink", &keys.sink),
        peer("treasury", "treasury", &keys.treasury),
        format!(
            "callback_app_id = {:?}\ncallback_key = \"base64:{}\"\n",
            keys.treasury.app_id,
            BASE64.encode(&keys.treasury.secret)
        ),
    ]
    .concat();
    Config::parse(&text, []).unwrap()
}

fn gateways(world: &World) -> Gateways {
    let tools = Tools {
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SystemEntropy),
        observer: Arc::new(Metrics::new()),
    };
    assemble(&config(world), &tools).unwrap()
}

fn order(person: &Person) -> Order {
    let award = AwardId::new(SystemClock::new().now(), [8; 10]);
    Order {
        instruction_id: InstructionId::new(award, 1, 1),
        amount: "100000.00".parse().unwrap(),
        currency: Currency::Cny,
        payee_name: person.account.holder.clone(),
        payee_account: person.account.number.clone(),
        payee_bank: person.account.bank_cnaps.clone(),
        purpose: "博士人才安家补贴".to_owned(),
        policy: "foshan-phd-settling-in".to_owned(),
        district: "440604".to_owned(),
        year: 2026,
        award_id: award,
        instalment: 1,
        generation: 1,
    }
}

#[tokio::test]
async fn everybody_signs_in_and_every_register_answers_for_everybody() {
    let world = World::start(WorldConfig::new(3, 40)).await.unwrap();
    let gateways = gateways(&world);
    for (index, person) in (0_u8..).zip(world.people()) {
        let token = world.token_for(&person.subject).unwrap();
        let Principal::Applicant(claims) = gateways.identity.principal(&token).await.unwrap()
        else {
            panic!("{} is an applicant", person.subject)
        };
        assert_eq!(claims.name.reveal(), &person.name);
        for source in gateways.sources.iter() {
            let now = SystemClock::new().now();
            let query = Query {
                id: FetchId::new(now, [index; 10]),
                consent: ConsentId::new(now, [index; 10]),
                purpose: "foshan-phd-settling-in".to_owned(),
                document: claims.document.clone(),
                name: claims.name.clone(),
                request_id: format!("r-{index}"),
            };
            let answer = source.ask(&query).await;
            assert_eq!(
                answer.outcome,
                FetchOutcome::Answered,
                "{} about {}",
                source.id(),
                person.subject
            );
        }
    }
}

#[tokio::test]
async fn staff_sign_in_with_role_and_district() {
    let world = World::start(WorldConfig::new(3, 1)).await.unwrap();
    let gateways = gateways(&world);
    for (subject, role, district) in [
        ("reviewer-440604", Role::Reviewer, Some("440604")),
        ("supervisor-440600", Role::Supervisor, Some("440600")),
        ("finance-maker", Role::Finance, None),
        ("auditor-1", Role::Auditor, None),
    ] {
        let token = world.token_for(subject).unwrap();
        let Principal::Staff(staff) = gateways.identity.principal(&token).await.unwrap() else {
            panic!("{subject}")
        };
        assert_eq!(
            (
                staff.roles.as_slice(),
                staff.district.map(|code| code.to_string()).as_deref()
            ),
            (&[role][..], district)
        );
    }
}

#[tokio::test]
async fn an_instruction_goes_its_way_and_its_call_back_is_believed_once() {
    let world = World::start(WorldConfig::new(3, 20)).await.unwrap();
    let gateways = gateways(&world);
    let (arrived, kept) = (Arc::new(Notify::new()), Arc::new(Mutex::new(None)));
    let (told, keep) = (Arc::clone(&arrived), Arc::clone(&kept));
    let receiver = serve(move |request: &Request| {
        *keep.lock().unwrap() = Some(request.clone());
        told.notify_one();
        ResponseTemplate::new(204)
    })
    .await;
    world
        .set_callback_url(&format!("{}/callback?from=treasury", receiver.uri()))
        .unwrap();

    let person = world
        .people()
        .iter()
        .find(|person| person.account.will_return.is_none())
        .unwrap();
    let order = order(person);
    let id = order.instruction_id;
    let payload = serde_json::to_vec(&order).unwrap();
    assert!(matches!(
        gateways.treasury.ask(&id, "r").await,
        TreasuryReply::NeverSeen
    ));
    for _ in 0..2 {
        let TreasuryReply::Known(ack) = gateways.treasury.send(&id, &payload, "r").await else {
            panic!("known")
        };
        assert_eq!(
            (ack.amount, &ack.payee_account),
            (Some(order.amount), &order.payee_account)
        );
    }
    let other = serde_json::to_vec(&Order {
        amount: "100000.01".parse().unwrap(),
        ..order.clone()
    })
    .unwrap();
    assert!(matches!(
        gateways.treasury.send(&id, &other, "r").await,
        TreasuryReply::Conflict
    ));
    let refused = gateways.treasury.send(&id, b"{\"amount\":1e5}", "r").await;
    assert!(matches!(refused, TreasuryReply::Refused { code } if code == "amount_format"));

    arrived.notified().await;
    let request = kept.lock().unwrap().clone().unwrap();
    let headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let path = path(&request);
    let inbound = InboundRequest {
        method: request.method.as_str(),
        path_and_query: &path,
        headers: &headers,
        body: &request.body,
    };
    let event = gateways.callbacks.admit(inbound).unwrap();
    assert_eq!(
        (event.instruction, event.returned, event.amount),
        (id, false, Some(order.amount))
    );
    assert_eq!(event.payee_account.reveal(), &order.payee_account);
    assert_eq!(
        gateways.callbacks.admit(inbound),
        Err(CallbackError::Replayed)
    );

    let TreasuryReply::Known(ack) = gateways.treasury.ask(&id, "r").await else {
        panic!("known")
    };
    assert_eq!(ack.status, TreasuryStatus::Settled);
    let ledger = gateways.books.ledger().await.unwrap();
    assert_eq!(
        (
            ledger.paid_count,
            ledger.paid_total,
            ledger.paid_twice.len()
        ),
        (1, order.amount, 0)
    );
    let statement = gateways
        .books
        .statement(SystemClock::new().today())
        .await
        .unwrap();
    assert_eq!(
        (
            statement.paid_total,
            statement.lines[0].instruction_id.clone()
        ),
        (order.amount, id.to_string())
    );
}

#[tokio::test]
async fn a_message_arrives() {
    let world = World::start(WorldConfig::new(3, 1)).await.unwrap();
    assert_eq!(gateways(&world).notifier.notify(&notice()).await, Ok(()));
}
