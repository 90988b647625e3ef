//! The treasury: what is known, what is refused, and that all else is unknown.

use std::sync::atomic::Ordering;
use std::time::Duration;

use sanmiao::domain::id::{AwardId, InstructionId};
use sanmiao::domain::money::Money;
use sanmiao::domain::time::{Timestamp, parse_date};
use sanmiao::gateways::treasury::{HttpTreasury, verify_callback};
use sanmiao::gateways::wire::{ReplayWindow, RequestStamp, Target, WireKey};
use sanmiao::ports::{
    BooksError, CallbackError, InboundRequest, Treasury, TreasuryBooks, TreasuryReply,
    TreasuryStatus,
};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::support::{
    Fault, NEVER, NOW_S, Signed, clock, count, key, nowhere, raw, raw_counted, serve, signed,
};

pub(crate) fn id() -> InstructionId {
    InstructionId::new(AwardId::new(Timestamp::from_seconds(NOW_S), [4; 10]), 1, 1)
}

pub(crate) fn treasury(base: &str) -> HttpTreasury {
    HttpTreasury::new(signed(base, &clock()), Duration::from_secs(10))
}

fn echo() -> Value {
    json!({
        "instruction_id": id(), "status": "accepted", "treasury_no": "T-1", "amount": "100000.00",
        "payee_name": "张三", "payee_account": "6222021234567890123", "accepted_at": "2026-11-20T01:02:03.000000Z",
    })
}

fn changed(field: &str, value: Value) -> Value {
    let mut echo = echo();
    echo[field] = value;
    echo
}

/// A reply in a word that can be compared.
fn word(reply: &TreasuryReply) -> String {
    match reply {
        TreasuryReply::Known(ack) => {
            format!("known {:?} {:?}", ack.status, ack.amount.map(Money::fen))
        }
        TreasuryReply::NeverSeen => "never seen".to_owned(),
        TreasuryReply::Conflict => "conflict".to_owned(),
        TreasuryReply::Refused { code } => format!("refused {code}"),
        TreasuryReply::Unknown { why } => format!("unknown: {why}"),
    }
}

async fn send(status: u16, body: impl Into<Vec<u8>>) -> String {
    let server = serve(Signed::new(status, body)).await;
    word(&treasury(&server.uri()).send(&id(), b"{}", "r").await)
}

async fn ask(status: u16, body: impl Into<Vec<u8>>) -> String {
    let server = serve(Signed::new(status, body)).await;
    word(&treasury(&server.uri()).ask(&id(), "r").await)
}

#[tokio::test]
async fn the_exact_bytes_are_sent_once_and_the_echo_comes_back() {
    const PAYLOAD: &[u8] = b"{ \"amount\": \"100000.00\" }\n";
    let server = serve(Signed::with(201, |request| {
        assert_eq!(request.body, PAYLOAD);
        assert_eq!(
            (request.method.as_str(), request.url.path()),
            ("POST", "/instructions")
        );
        assert_eq!(request.headers["x-request-id"], "request-7");
        echo().to_string().into_bytes()
    }))
    .await;
    let reply = treasury(&server.uri())
        .send(&id(), PAYLOAD, "request-7")
        .await;
    let TreasuryReply::Known(ack) = reply else {
        panic!("{}", word(&reply))
    };
    assert_eq!(
        (ack.instruction, ack.status),
        (id(), TreasuryStatus::Accepted)
    );
    assert_eq!(ack.amount, Some("100000.00".parse().unwrap()));
    assert_eq!(
        (ack.payee_name.as_str(), ack.payee_account.as_str()),
        ("张三", "6222021234567890123")
    );
    assert_eq!((ack.treasury_no.as_str(), ack.reason_code), ("T-1", None));
    assert_eq!(count(&server).await, 1);
}

#[tokio::test]
async fn every_status_word_is_understood_and_a_new_one_is_not_guessed() {
    for (word, status) in [
        ("accepted", "Accepted"),
        ("settled", "Settled"),
        ("returned", "Returned"),
        ("rejected", "Rejected"),
    ] {
        assert_eq!(
            ask(200, changed("status", json!(word)).to_string()).await,
            format!("known {status} Some(10000000)")
        );
    }
    assert_eq!(
        ask(200, changed("status", json!("held")).to_string()).await,
        "unknown: unknown status word"
    );
}

#[tokio::test]
async fn an_amount_that_is_not_an_exact_text_is_reported_as_none() {
    for amount in [
        json!(100_000),
        json!(100_000.0),
        json!("1e5"),
        json!("100000.0"),
        json!("100000.000"),
        json!("+1.00"),
        json!(null),
    ] {
        assert_eq!(
            send(201, changed("amount", amount.clone()).to_string()).await,
            "known Accepted None",
            "{amount}"
        );
    }
    let lossy = changed("amount", json!("99999.99"));
    assert_eq!(
        send(201, lossy.to_string()).await,
        "known Accepted Some(9999999)",
        "exact but different: the caller compares"
    );
}

#[tokio::test]
async fn refusals_and_conflicts_are_told_apart() {
    assert_eq!(send(409, "{}").await, "conflict");
    assert_eq!(
        send(422, json!({"code": "bad_amount"}).to_string()).await,
        "refused bad_amount"
    );
    for vague in [
        "",
        "{}",
        "{\"code\":5}",
        "{\"code\":\"张三 6222\"}",
        "{\"code\":\"\"}",
    ] {
        assert_eq!(send(422, vague).await, "refused unspecified", "{vague}");
    }
    assert_eq!(ask(404, "{}").await, "never seen");
}

#[tokio::test]
async fn a_status_that_does_not_answer_the_question_is_unknown() {
    for status in [202, 301, 400, 401, 404, 429] {
        assert_eq!(
            send(status, echo().to_string()).await,
            "unknown: unexpected status",
            "{status}"
        );
    }
    for status in [201, 409, 422] {
        assert_eq!(
            ask(status, echo().to_string()).await,
            "unknown: unexpected status",
            "{status}"
        );
    }
    for status in [500, 503] {
        assert_eq!(send(status, "{}").await, "unknown: server error");
    }
}

#[tokio::test]
async fn a_garbled_echo_or_one_of_another_instruction_is_unknown() {
    let other = InstructionId::new(AwardId::new(Timestamp::from_seconds(NOW_S), [4; 10]), 1, 2);
    assert_eq!(
        send(201, changed("instruction_id", json!(other)).to_string()).await,
        "unknown: answers for another instruction"
    );
    let mut without_account = echo();
    without_account
        .as_object_mut()
        .unwrap()
        .remove("payee_account");
    for body in [
        without_account.to_string(),
        "{".to_owned(),
        String::new(),
        "[]".to_owned(),
    ] {
        assert_eq!(send(201, body.clone()).await, "unknown: garbled", "{body}");
    }
}

/// Also the answers that would have consequences: an unsigned 404 is not "never seen", an unsigned 422 is no refusal.
#[tokio::test]
async fn nothing_unsigned_is_believed() {
    for fault in [
        Fault::WrongKey,
        Fault::OtherNonce,
        Fault::OtherStatus,
        Fault::Unsigned,
    ] {
        for status in [200, 201, 404, 409, 422] {
            let server = serve(Signed::new(status, echo().to_string()).faulty(fault)).await;
            let treasury = treasury(&server.uri());
            assert_eq!(
                word(&treasury.send(&id(), b"{}", "").await),
                "unknown: not signed as agreed",
                "{fault:?} {status}"
            );
            assert_eq!(
                word(&treasury.ask(&id(), "").await),
                "unknown: not signed as agreed",
                "{fault:?} {status}"
            );
        }
    }
}

#[tokio::test]
async fn a_lost_reply_is_unknown_and_the_send_is_not_repeated_behind_the_callers_back() {
    let server = serve(ResponseTemplate::new(201).set_delay(NEVER)).await;
    let impatient = HttpTreasury::new(signed(&server.uri(), &clock()), Duration::from_millis(30));
    assert_eq!(
        word(&impatient.send(&id(), b"{}", "").await),
        "unknown: timed out"
    );
    let (silent, connections) = raw_counted(b"").await;
    assert_eq!(
        word(&treasury(&silent).send(&id(), b"{}", "").await),
        "unknown: unreachable"
    );
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    assert_eq!(
        word(&treasury(&nowhere().await).send(&id(), b"{}", "").await),
        "unknown: unreachable"
    );
    let cut = raw(b"HTTP/1.1 201 Created\r\ncontent-length: 400\r\n\r\n{").await;
    assert_eq!(
        word(&treasury(&cut).send(&id(), b"{}", "").await),
        "unknown: cut short"
    );
}

fn statement() -> Value {
    json!({
        "date": "2026-11-20", "count": 1, "total": "1.00", "paid_count": 1, "paid_total": "1.00",
        "returned_count": 0, "returned_total": "0.00",
        "lines": [{"instruction_id": "not one of ours", "treasury_no": "T", "amount": "1.00", "payee_account": "6222",
            "status": "settled", "occurred_at": "2026-11-20T01:02:03.000000Z", "bank_serial": "B", "return_code": null}],
    })
}

#[tokio::test]
async fn a_statement_keeps_a_line_that_is_not_ours_and_its_amounts_are_exact() {
    let date = parse_date("2026-11-20").unwrap();
    let server = serve(Signed::with(200, |request| {
        assert_eq!(request.url.path(), "/statements/2026-11-20");
        statement().to_string().into_bytes()
    }))
    .await;
    let read = treasury(&server.uri()).statement(date).await.unwrap();
    assert_eq!(read.lines[0].instruction_id, "not one of ours");
    assert_eq!(read.paid_total.to_string(), "1.00");

    let mut float = statement();
    float["total"] = json!(1.0);
    let server = serve(Signed::new(200, float.to_string())).await;
    assert_eq!(
        treasury(&server.uri()).statement(date).await,
        Err(BooksError::Unavailable { why: "garbled" })
    );
    let server = serve(Signed::new(404, "{}")).await;
    assert_eq!(
        treasury(&server.uri()).statement(date).await,
        Err(BooksError::NoStatement)
    );
    let server = serve(Signed::new(200, statement().to_string())).await;
    let other_day = treasury(&server.uri())
        .statement(parse_date("2026-11-21").unwrap())
        .await;
    assert_eq!(
        other_day,
        Err(BooksError::Unavailable { why: "another day" })
    );
}

#[tokio::test]
async fn the_ledger_is_read_and_an_unsigned_one_is_not() {
    let ledger = json!({"accepted_count": 2, "accepted_total": "3.00", "paid_count": 1, "paid_total": "1.00",
        "returned_count": 1, "returned_total": "2.00", "paid_twice": ["x"]});
    let server = serve(Signed::new(200, ledger.to_string())).await;
    let read = treasury(&server.uri()).ledger().await.unwrap();
    assert_eq!(
        (
            read.paid_count,
            read.returned_total.to_string(),
            read.paid_twice.len()
        ),
        (1, "2.00".to_owned(), 1)
    );
    let server = serve(Signed::new(200, ledger.to_string()).faulty(Fault::WrongKey)).await;
    assert!(treasury(&server.uri()).ledger().await.is_err());
}

fn event() -> Value {
    json!({"event_id": "0190A5B0-0000-7000-8000-000000000001", "instruction_id": id(), "sequence": 2, "status": "returned",
        "amount": "100000.00", "payee_account": "6222021234567890123", "occurred_at": "2026-11-20T01:02:03.000000Z",
        "bank_serial": "B-1", "return_code": "R01", "return_reason": "张三账户已销户"})
}

const CALLBACK: &str = "/api/v1/treasury/callback";

/// Signs a body as the treasury would and verifies it under `window`.
fn call_back(
    body: &[u8],
    nonce: &str,
    signer: &WireKey,
    window: &ReplayWindow,
) -> Result<sanmiao::domain::treasury::Callback, CallbackError> {
    let target = Target {
        method: "POST",
        path_and_query: CALLBACK,
    };
    let stamp = RequestStamp::sign(signer, target, body, NOW_S, nonce.to_owned()).unwrap();
    let headers = stamp.headers();
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let request = InboundRequest {
        method: "POST",
        path_and_query: CALLBACK,
        headers: &headers,
        body,
    };
    verify_callback(request, &key(), window, Timestamp::from_seconds(NOW_S))
}

#[test]
fn a_true_call_back_is_read_and_shows_nothing_private() {
    let read = call_back(
        event().to_string().as_bytes(),
        "n",
        &key(),
        &ReplayWindow::default(),
    )
    .unwrap();
    assert_eq!(
        read.event_id, "0190a5b0-0000-7000-8000-000000000001",
        "one spelling"
    );
    assert_eq!(
        (read.instruction, read.sequence, read.returned),
        (id(), 2, true)
    );
    assert_eq!(read.status_word(), "returned");
    assert_eq!(read.amount, Some("100000.00".parse().unwrap()));
    assert_eq!(read.payee_account.reveal(), "6222021234567890123");
    assert_eq!(read.return_code.as_deref(), Some("R01"));
    let shown = format!("{read:?}");
    assert!(!shown.contains("6222") && !shown.contains('张'), "{shown}");
}

#[test]
fn a_call_back_passes_once_and_only_from_the_treasury() {
    let window = ReplayWindow::default();
    let body = event().to_string();
    let stranger = WireKey::new("sanmiao", b"another key, another key");
    let forged = call_back(body.as_bytes(), "n", &stranger, &window);
    assert_eq!(forged, Err(CallbackError::NotSigned { why: "signature" }));
    let other_app = WireKey::new("somebody", b"0123456789abcdef0123456789abcdef");
    assert_eq!(
        call_back(body.as_bytes(), "n", &other_app, &window),
        Err(CallbackError::NotSigned { why: "app id" })
    );
    assert!(
        call_back(body.as_bytes(), "n", &key(), &window).is_ok(),
        "a forgery does not use up the nonce"
    );
    assert_eq!(
        call_back(body.as_bytes(), "n", &key(), &window),
        Err(CallbackError::Replayed)
    );
    assert!(
        call_back(body.as_bytes(), "m", &key(), &window).is_ok(),
        "a repetition has a new nonce"
    );
    let full = ReplayWindow::new(0);
    assert_eq!(
        call_back(body.as_bytes(), "n", &key(), &full),
        Err(CallbackError::Busy)
    );
}

#[test]
fn a_signed_call_back_that_breaks_the_contract_is_malformed_but_an_inexact_amount_is_kept_as_none()
{
    for (field, value) in [
        ("event_id", json!("1")),
        ("instruction_id", json!("x")),
        ("status", json!("accepted")),
        ("occurred_at", json!("yesterday")),
        ("sequence", json!("2")),
    ] {
        let mut broken = event();
        broken[field] = value;
        let read = call_back(
            broken.to_string().as_bytes(),
            "n",
            &key(),
            &ReplayWindow::default(),
        );
        assert_eq!(read, Err(CallbackError::Malformed), "{field}");
    }
    for amount in [json!(100_000.0), json!("1e5"), json!(null)] {
        let mut lossy = event();
        lossy["amount"] = amount;
        let read = call_back(
            lossy.to_string().as_bytes(),
            "n",
            &key(),
            &ReplayWindow::default(),
        )
        .unwrap();
        assert_eq!(read.amount, None);
    }
}
