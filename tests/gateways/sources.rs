//! Registers: every way an ask can end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sanmiao::domain::document::{DocumentType, IdentityDocument};
use sanmiao::domain::evidence::FetchOutcome;
use sanmiao::domain::id::{ConsentId, FetchId};
use sanmiao::domain::person::Private;
use sanmiao::domain::source::SourceId;
use sanmiao::domain::time::Timestamp;
use sanmiao::gateways::clock::ManualClock;
use sanmiao::gateways::entropy::SeededEntropy;
use sanmiao::gateways::sources::breaker::BreakerPolicy;
use sanmiao::gateways::sources::{Patience, SignedRegister, Tools, Unconfigured};
use sanmiao::ports::{Query, Source};
use serde_json::{Value, json};
use wiremock::{MockServer, Request, Respond, ResponseTemplate};

use super::support::{
    Fault, Heard, NEVER, NOW_S, Signed, clock, count, nowhere, raw, serve, signed,
};

const PATIENCE: Patience = Patience {
    deadline: Duration::from_secs(20),
    attempt_timeout: Duration::from_secs(10),
    attempts_max: 3,
    backoff_ms: 1,
    backoff_ms_max: 1,
    concurrency_max: 4,
    breaker: BreakerPolicy {
        failures_max: 100,
        open_us: 1_000_000,
    },
};

pub(crate) fn query() -> Query {
    let at = Timestamp::from_seconds(NOW_S);
    Query {
        id: FetchId::new(at, [1; 10]),
        consent: ConsentId::new(at, [2; 10]),
        purpose: "foshan-phd-settling-in".to_owned(),
        document: IdentityDocument::parse(DocumentType::ResidentId, "11010519491231002X").unwrap(),
        name: Private::new("张三".to_owned()),
        request_id: "request-1".to_owned(),
    }
}

fn register_of(
    id: SourceId,
    base: &str,
    patience: Patience,
    clock: &Arc<ManualClock>,
    heard: &Arc<Heard>,
) -> SignedRegister {
    let tools = Tools {
        clock: Arc::clone(clock) as _,
        entropy: Arc::new(SeededEntropy::new(2)),
        observer: Arc::clone(heard) as _,
    };
    SignedRegister::new(id, signed(base, clock), patience, tools).unwrap()
}

pub(crate) fn register(base: &str) -> SignedRegister {
    register_of(
        SourceId::Education,
        base,
        PATIENCE,
        &clock(),
        &Arc::default(),
    )
}

pub(crate) fn nobody(source: SourceId) -> Value {
    let query_id = query().id;
    match source {
        SourceId::TalentIntroduction => {
            json!({"source": source, "query_id": query_id, "as_of": "2026-11-20", "records": [], "benefits": []})
        }
        SourceId::Education => {
            json!({"source": source, "query_id": query_id, "as_of": "2026-11-20", "records": []})
        }
        SourceId::Degree => {
            json!({"source": source, "query_id": query_id, "as_of": "2026-11-20", "records": [], "recognitions": []})
        }
        SourceId::SocialSecurity => {
            json!({"source": source, "query_id": query_id, "as_of": "2026-11-20", "complete_until": "2026-10", "records": []})
        }
    }
}

fn good() -> Vec<u8> {
    // Blanks and all: evidence is kept byte for byte.
    serde_json::to_vec_pretty(&nobody(SourceId::Education)).unwrap()
}

async fn outcome(server: &MockServer) -> (FetchOutcome, u8) {
    let answer = register(&server.uri()).ask(&query()).await;
    assert_eq!(
        answer.body.is_some(),
        answer.outcome == FetchOutcome::Answered
    );
    assert_eq!(usize::from(answer.attempts), count(server).await);
    (answer.outcome, answer.attempts)
}

/// One reply after the other; the last one stays.
struct InTurn(Vec<Signed>, AtomicU32);

impl Respond for InTurn {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let turn = usize::try_from(self.1.fetch_add(1, Ordering::SeqCst)).unwrap();
        self.0[turn.min(self.0.len() - 1)].respond(request)
    }
}

fn in_turn(replies: impl IntoIterator<Item = Signed>) -> InTurn {
    InTurn(replies.into_iter().collect(), AtomicU32::new(0))
}

#[tokio::test]
async fn an_answer_is_kept_byte_for_byte_and_the_question_says_all_the_contract_asks() {
    let server = serve(Signed::with(200, |request| {
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        let expected = json!({
            "query_id": query().id,
            "consent_id": query().consent,
            "purpose": "foshan-phd-settling-in",
            "subject": {"document_type": "resident_id", "document_number": "11010519491231002X", "name": "张三"},
        });
        assert_eq!(asked, expected);
        assert_eq!(request.url.path(), "/query");
        assert_eq!(request.method.as_str(), "POST");
        assert_eq!(request.headers["x-request-id"], "request-1");
        good()
    }))
    .await;
    let answer = register(&server.uri()).ask(&query()).await;
    assert_eq!(answer.outcome, FetchOutcome::Answered);
    assert_eq!(answer.body.unwrap(), good());
}

#[tokio::test]
async fn every_register_answers_that_it_does_not_know_somebody() {
    for source in SourceId::ALL {
        let server = serve(Signed::new(200, nobody(source).to_string())).await;
        let register = register_of(source, &server.uri(), PATIENCE, &clock(), &Arc::default());
        assert_eq!(register.id(), source);
        assert_eq!(
            register.ask(&query()).await.outcome,
            FetchOutcome::Answered,
            "{source}"
        );
    }
}

#[tokio::test]
async fn a_register_nobody_configured_says_so() {
    let answer = Unconfigured(SourceId::Degree).ask(&query()).await;
    assert_eq!(
        (answer.outcome, answer.body, answer.attempts),
        (FetchOutcome::NotConfigured, None, 0)
    );
}

#[tokio::test]
async fn what_passes_by_itself_is_tried_again() {
    for status in [500, 502, 503, 429, 408] {
        let server = serve(in_turn([
            Signed::new(status, "{}"),
            Signed::new(200, good()),
        ]))
        .await;
        assert_eq!(
            outcome(&server).await,
            (FetchOutcome::Answered, 2),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_register_that_stays_down_is_a_server_error_after_all_attempts_signed_or_not() {
    for fault in [Fault::None, Fault::Unsigned] {
        let server = serve(Signed::new(503, "{}").faulty(fault)).await;
        assert_eq!(
            outcome(&server).await,
            (FetchOutcome::ServerError, 3),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let answer = register(&nowhere().await).ask(&query()).await;
    assert_eq!(
        (answer.outcome, answer.attempts),
        (FetchOutcome::Unreachable, 3)
    );
}

#[tokio::test]
async fn a_connection_closed_without_a_word_is_unreachable() {
    let answer = register(&raw(b"").await).ask(&query()).await;
    assert_eq!(answer.outcome, FetchOutcome::Unreachable);
}

#[tokio::test]
async fn a_body_cut_short_is_malformed_after_all_attempts() {
    let answer =
        register(&raw(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"source\":").await)
            .ask(&query())
            .await;
    assert_eq!(
        (answer.outcome, answer.attempts),
        (FetchOutcome::Malformed, 3)
    );
}

#[tokio::test]
async fn a_slow_register_times_out_at_each_try_and_at_the_deadline() {
    let slow = || ResponseTemplate::new(200).set_delay(NEVER);
    let server = serve(slow()).await;
    let short = Patience {
        attempt_timeout: Duration::from_millis(20),
        attempts_max: 2,
        ..PATIENCE
    };
    let answer = register_of(
        SourceId::Education,
        &server.uri(),
        short,
        &clock(),
        &Arc::default(),
    )
    .ask(&query())
    .await;
    assert_eq!(
        (answer.outcome, answer.attempts),
        (FetchOutcome::TimedOut, 2)
    );

    let server = serve(slow()).await;
    let short = Patience {
        deadline: Duration::from_millis(20),
        ..PATIENCE
    };
    let answer = register_of(
        SourceId::Education,
        &server.uri(),
        short,
        &clock(),
        &Arc::default(),
    )
    .ask(&query())
    .await;
    assert_eq!(
        (answer.outcome, answer.attempts),
        (FetchOutcome::TimedOut, 1)
    );
}

#[tokio::test]
async fn a_wrong_schema_is_malformed_and_not_asked_again() {
    let mut with_extra = nobody(SourceId::Education);
    with_extra["comment"] = json!("new in version 2");
    let mut without = nobody(SourceId::Education);
    without.as_object_mut().unwrap().remove("as_of");
    let mut mistyped = nobody(SourceId::Education);
    mistyped["records"] = json!({});
    let mut bad_date = nobody(SourceId::Education);
    bad_date["as_of"] = json!("2026-02-30");
    for body in [
        with_extra,
        without,
        mistyped,
        bad_date,
        json!([]),
        json!(null),
    ] {
        let server = serve(Signed::new(200, body.to_string())).await;
        assert_eq!(
            outcome(&server).await,
            (FetchOutcome::Malformed, 1),
            "{body}"
        );
    }
    for body in ["", "{", "<html>", "{\"source\":\"\u{0}"] {
        let server = serve(Signed::new(200, body)).await;
        assert_eq!(
            outcome(&server).await,
            (FetchOutcome::Malformed, 1),
            "{body:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_to_another_question_or_of_another_register_is_malformed() {
    let mut other_question = nobody(SourceId::Education);
    other_question["query_id"] = json!(FetchId::new(Timestamp::from_seconds(NOW_S), [9; 10]));
    for body in [other_question, nobody(SourceId::Degree)] {
        let server = serve(Signed::new(200, body.to_string())).await;
        assert_eq!(
            outcome(&server).await,
            (FetchOutcome::Malformed, 1),
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_not_signed_for_this_question_is_not_believed() {
    for fault in [
        Fault::WrongKey,
        Fault::WrongDigest,
        Fault::OtherNonce,
        Fault::OtherStatus,
        Fault::Stale,
        Fault::Unsigned,
    ] {
        let server = serve(Signed::new(200, good()).faulty(fault)).await;
        assert_eq!(
            outcome(&server).await,
            (FetchOutcome::BadSignature, 1),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_malformed_and_one_at_the_limit_is_read() {
    let mut at_limit = good();
    at_limit.resize(1024 * 1024, b' ');
    let server = serve(Signed::new(200, at_limit.clone())).await;
    assert_eq!(outcome(&server).await, (FetchOutcome::Answered, 1));
    at_limit.push(b' ');
    let server = serve(Signed::new(200, at_limit)).await;
    assert_eq!(outcome(&server).await, (FetchOutcome::Malformed, 1));
}

#[tokio::test]
async fn a_body_over_the_limit_that_does_not_announce_itself_is_cut_off() {
    let mut bytes = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    bytes.resize(bytes.len() + 2 * 1024 * 1024, b'x');
    let answer = register(&raw(bytes.leak()).await).ask(&query()).await;
    assert_eq!(
        (answer.outcome, answer.attempts),
        (FetchOutcome::Malformed, 1)
    );
}

#[tokio::test]
async fn a_redirect_is_refused_and_not_followed() {
    let elsewhere = serve(Signed::new(200, good())).await;
    let server =
        serve(ResponseTemplate::new(307).insert_header("location", elsewhere.uri().as_str())).await;
    assert_eq!(outcome(&server).await, (FetchOutcome::Refused, 1));
    assert_eq!(count(&elsewhere).await, 0);
}

#[tokio::test]
async fn a_refusal_is_not_asked_again() {
    for status in [400, 401, 403, 404, 422] {
        let server = serve(Signed::new(status, "{}")).await;
        assert_eq!(
            outcome(&server).await,
            (FetchOutcome::Refused, 1),
            "{status}"
        );
    }
}

#[tokio::test]
async fn every_try_has_its_own_nonce() {
    let server = serve(in_turn([
        Signed::new(503, ""),
        Signed::new(503, ""),
        Signed::new(200, good()),
    ]))
    .await;
    outcome(&server).await;
    let requests = server.received_requests().await.unwrap();
    let nonces: std::collections::HashSet<_> = requests
        .iter()
        .map(|one| one.headers["x-sm-nonce"].clone())
        .collect();
    assert_eq!(nonces.len(), 3);
}

#[tokio::test]
async fn the_breaker_opens_keeps_quiet_probes_once_and_closes() {
    let (clock, heard) = (clock(), Arc::<Heard>::default());
    let server = serve(in_turn([
        Signed::new(503, ""),
        Signed::new(503, ""),
        Signed::new(503, ""),
        Signed::new(200, good()),
    ]))
    .await;
    let breaker = BreakerPolicy {
        failures_max: 2,
        open_us: 5_000_000,
    };
    let patience = Patience {
        attempts_max: 3,
        breaker,
        ..PATIENCE
    };
    let register = register_of(SourceId::Education, &server.uri(), patience, &clock, &heard);

    let answer = register.ask(&query()).await;
    assert_eq!(
        (answer.outcome, answer.attempts),
        (FetchOutcome::ServerError, 2),
        "the third try meets the open breaker"
    );
    let answer = register.ask(&query()).await;
    assert_eq!(
        (answer.outcome, answer.attempts),
        (FetchOutcome::BreakerOpen, 0)
    );
    clock.advance(4_999);
    assert_eq!(
        register.ask(&query()).await.outcome,
        FetchOutcome::BreakerOpen
    );
    assert_eq!(count(&server).await, 2);

    clock.advance(1);
    let answer = register.ask(&query()).await;
    assert_eq!(
        (answer.outcome, answer.attempts),
        (FetchOutcome::ServerError, 1),
        "the probe fails"
    );
    clock.advance(5_000);
    assert_eq!(register.ask(&query()).await.outcome, FetchOutcome::Answered);
    assert_eq!(
        *heard.breaker.lock().unwrap(),
        ["open", "half_open", "open", "half_open", "closed"]
    );
    assert_eq!(*heard.tried.lock().unwrap(), 4);
}

#[tokio::test]
async fn a_try_cut_off_by_the_deadline_counts_against_the_breaker() {
    let server = serve(ResponseTemplate::new(200).set_delay(NEVER)).await;
    let breaker = BreakerPolicy {
        failures_max: 1,
        open_us: 5_000_000,
    };
    let patience = Patience {
        deadline: Duration::from_millis(20),
        breaker,
        ..PATIENCE
    };
    let register = register_of(
        SourceId::Education,
        &server.uri(),
        patience,
        &clock(),
        &Arc::default(),
    );
    assert_eq!(register.ask(&query()).await.outcome, FetchOutcome::TimedOut);
    assert_eq!(
        register.ask(&query()).await.outcome,
        FetchOutcome::BreakerOpen
    );
}

#[tokio::test]
async fn refusals_do_not_open_the_breaker() {
    let server = serve(Signed::new(422, "{}")).await;
    let breaker = BreakerPolicy {
        failures_max: 1,
        open_us: 5_000_000,
    };
    let patience = Patience {
        breaker,
        ..PATIENCE
    };
    let register = register_of(
        SourceId::Education,
        &server.uri(),
        patience,
        &clock(),
        &Arc::default(),
    );
    for _ in 0..3 {
        assert_eq!(register.ask(&query()).await.outcome, FetchOutcome::Refused);
    }
}

#[tokio::test]
async fn no_more_are_asked_at_once_than_allowed_and_whoever_waits_is_not_sent() {
    let arrived = Arc::new(tokio::sync::Notify::new());
    let told = Arc::clone(&arrived);
    let server = serve(move |_: &Request| {
        told.notify_one();
        ResponseTemplate::new(200).set_delay(NEVER)
    })
    .await;
    let patience = Patience {
        concurrency_max: 1,
        ..PATIENCE
    };
    let register = register_of(
        SourceId::Education,
        &server.uri(),
        patience,
        &clock(),
        &Arc::default(),
    );
    let query = query();
    let second = async {
        arrived.notified().await;
        tokio::time::timeout(Duration::from_millis(50), register.ask(&query)).await
    };
    let waited = tokio::select! {
        _ = register.ask(&query) => panic!("nothing is answered here"),
        waited = second => waited,
    };
    assert!(waited.is_err(), "no place while the first is out");
    assert_eq!(count(&server).await, 1);
}
