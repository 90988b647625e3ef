//! The same protocol through the real gateway: a scripted server signs (or does not sign) whatever it is told to answer.

use std::sync::Arc;
use std::time::Duration;

use sanmiao::domain::audit::AlarmKind;
use sanmiao::domain::payment::{InstructionState, Order, PaymentState};
use sanmiao::gateways::entropy::SystemEntropy;
use sanmiao::gateways::http::Http;
use sanmiao::gateways::signed::SignedServer;
use sanmiao::gateways::treasury::HttpTreasury;
use sanmiao::gateways::wire::WireKey;
use sanmiao::ports::{Clock, Treasury};
use sanmiao_mocks::wire;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::support::clock::MORNING;
use crate::support::database::Database;
use crate::support::desk::{Case, Desk};

const SECRET: &[u8] = b"a key that both ends share";

/// Answers with a status and what an edit makes of the right echo.
struct Scripted {
    status: u16,
    edit: fn(&mut Value),
    signed: bool,
    delay: Duration,
}

impl Scripted {
    fn answers(status: u16, edit: fn(&mut Value)) -> Self {
        Self {
            status,
            edit,
            signed: true,
            delay: Duration::ZERO,
        }
    }
}

impl Respond for Scripted {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let order: Order = serde_json::from_slice(&request.body).expect("an order");
        let mut body = json!({
            "instruction_id": order.instruction_id, "status": "accepted", "treasury_no": "GK1", "amount": order.amount,
            "payee_name": order.payee_name, "payee_account": order.payee_account, "accepted_at": MORNING,
        });
        (self.edit)(&mut body);
        let body = body.to_string();
        let nonce = request
            .headers
            .get("x-sm-nonce")
            .and_then(|nonce| nonce.to_str().ok())
            .unwrap_or_default();
        let at = (MORNING.as_micros() / 1_000_000).to_string();
        let digest = wire::digest_hex(body.as_bytes());
        let mut signature = wire::sign(SECRET, &wire::reply_text(self.status, nonce, &at, &digest));
        if !self.signed {
            signature = wire::sign(
                b"another key",
                &wire::reply_text(self.status, nonce, &at, &digest),
            );
        }
        ResponseTemplate::new(self.status)
            .insert_header("x-sm-timestamp", at.as_str())
            .insert_header("x-sm-digest", digest.as_str())
            .insert_header("x-sm-signature", signature.as_str())
            .set_body_raw(body, "application/json")
            .set_delay(self.delay)
    }
}

/// A desk whose treasury is this server, after one round with one instruction.
async fn after_one_round(scripted: Scripted) -> (Desk, Case, MockServer) {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/instructions"))
        .respond_with(scripted)
        .mount(&server)
        .await;
    let base = server.uri().parse().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(sanmiao::gateways::clock::ManualClock::at(MORNING));
    let key = WireKey::new("sanmiao", SECRET);
    let signed = SignedServer::new(
        Http::new().unwrap(),
        base,
        key,
        clock,
        Arc::new(SystemEntropy),
    );
    let gateway: Arc<dyn Treasury> =
        Arc::new(HttpTreasury::new(signed, Duration::from_millis(300)));
    let desk = Desk::with(Database::Sqlite, |_| gateway).await;
    let case = desk.approved(1).await.remove(0);
    desk.dispatch().await;
    (desk, case, server)
}

async fn state_after(scripted: Scripted) -> (InstructionState, PaymentState, Vec<AlarmKind>) {
    let (desk, case, _server) = after_one_round(scripted).await;
    let instruction = desk.instructions(&case).await.remove(0);
    let alarms = desk
        .alarms()
        .await
        .into_iter()
        .map(|alarm| alarm.kind)
        .collect();
    (instruction.state, desk.payment(&case).await.state, alarms)
}

#[tokio::test]
async fn a_right_echo_is_an_acknowledgement() {
    let after = state_after(Scripted::answers(201, |_| {})).await;
    assert_eq!(
        after,
        (
            InstructionState::Acknowledged,
            PaymentState::Instructed,
            vec![]
        )
    );
}

#[tokio::test]
async fn every_lossy_amount_is_found_before_anything_counts_as_acknowledged() {
    let edits: [fn(&mut Value); 8] = [
        |body| body["amount"] = json!("100000"),
        |body| body["amount"] = json!(100_000.0),
        |body| body["amount"] = json!(100_000),
        |body| body["amount"] = json!("1e5"),
        |body| body["amount"] = json!("100000.000"),
        |body| body["amount"] = json!("+100000.00"),
        |body| body["amount"] = json!("99999.99"),
        |body| body["amount"] = Value::Null,
    ];
    for edit in edits {
        let after = state_after(Scripted::answers(201, edit)).await;
        assert_eq!(
            after,
            (
                InstructionState::Unknown,
                PaymentState::Instructed,
                vec![AlarmKind::EchoDiffers]
            )
        );
    }
}

#[tokio::test]
async fn an_echo_of_another_account_or_payee_calls_a_person() {
    let edits: [fn(&mut Value); 2] = [
        |body| body["payee_account"] = json!("6222020000000000018"),
        |body| body["payee_name"] = json!("另一人"),
    ];
    for edit in edits {
        let after = state_after(Scripted::answers(200, edit)).await;
        assert_eq!(
            after,
            (
                InstructionState::Unknown,
                PaymentState::Instructed,
                vec![AlarmKind::EchoDiffers]
            )
        );
    }
}

#[tokio::test]
async fn what_cannot_be_believed_or_read_is_unknown_and_no_failure() {
    let unknown = (InstructionState::Unknown, PaymentState::Instructed, vec![]);
    let garbled: [fn(&mut Value); 4] = [
        |body| *body = json!({"ok": true}),
        |body| body["status"] = json!("done"),
        |body| body["instruction_id"] = json!("01M249TE00EW3RE1R70W3GE1R7-1-1"),
        |body| *body = json!([]),
    ];
    for edit in garbled {
        assert_eq!(state_after(Scripted::answers(201, edit)).await, unknown);
    }
    for status in [400, 401, 403, 404, 429, 500, 502, 503] {
        assert_eq!(
            state_after(Scripted::answers(status, |_| {})).await,
            unknown,
            "{status}"
        );
    }
    assert_eq!(
        state_after(Scripted {
            signed: false,
            ..Scripted::answers(201, |_| {})
        })
        .await,
        unknown
    );
    assert_eq!(
        state_after(Scripted {
            signed: false,
            ..Scripted::answers(422, |_| {})
        })
        .await,
        unknown
    );
    assert_eq!(
        state_after(Scripted {
            signed: false,
            ..Scripted::answers(409, |_| {})
        })
        .await,
        unknown
    );
    let late = Scripted {
        delay: Duration::from_secs(2),
        ..Scripted::answers(201, |_| {})
    };
    assert_eq!(state_after(late).await, unknown);
}

#[tokio::test]
async fn a_conflict_calls_a_person_and_a_refusal_waits_for_a_corrected_account() {
    let conflict = state_after(Scripted::answers(409, |_| {})).await;
    assert_eq!(
        conflict,
        (
            InstructionState::Unknown,
            PaymentState::Instructed,
            vec![AlarmKind::EchoDiffers]
        )
    );
    let refused = state_after(Scripted::answers(422, |body| {
        *body = json!({"code": "payee_unknown"});
    }))
    .await;
    assert_eq!(
        refused,
        (
            InstructionState::Rejected,
            PaymentState::Returned,
            vec![AlarmKind::PaymentRejected]
        )
    );
}
