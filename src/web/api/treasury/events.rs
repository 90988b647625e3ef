//! `POST /api/v1/treasury/events`: what became of an instruction, signed by the treasury.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa::ToSchema;

use crate::web::Web;
use crate::web::auth::SignedEvent;
use crate::web::problem::Problem;

/// A call-back of the treasury (schemas/treasury/callback.schema.json), for the OpenAPI document: the gate reads it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the gate reads; never made")]
pub struct TreasuryEvent {
    /// Unique; the same one twice is told once.
    #[schema(example = "7f1c1c1e-0000-4000-8000-000000000001")]
    event_id: String,
    /// Which instruction.
    #[schema(example = "01M249TE00EW3RE1R70W3GE1R7-1-1")]
    instruction_id: String,
    /// Counts the events of one instruction from 1; they may arrive out of order.
    #[schema(example = 1, minimum = 1)]
    sequence: u32,
    /// `settled` or `returned`.
    #[schema(example = "settled")]
    status: String,
    /// The amount as the treasury has it. One that is not exact is not believed, and raises an alarm.
    #[schema(example = "100000.00")]
    amount: String,
    /// The payee's account as the treasury has it.
    #[schema(example = "6222020000000000018")]
    payee_account: String,
    /// When it happened.
    #[schema(format = DateTime, example = "2026-11-23T01:02:03Z")]
    occurred_at: String,
    /// The agent bank's own number.
    #[schema(example = "BK20261123000001")]
    bank_serial: Option<String>,
    /// Why it came back.
    #[schema(example = json!(null))]
    return_code: Option<String>,
    /// Why it came back, in words.
    #[schema(example = json!(null))]
    return_reason: Option<String>,
}

/// Takes the treasury's word on an instruction. The same event twice, late or out of order does no harm.
#[utoipa::path(post, path = "/api/v1/treasury/events", operation_id = "treasury_event", tag = "treasury",
    request_body = TreasuryEvent,
    responses((status = 204, description = "Taken")))]
pub(super) async fn events(
    State(web): State<Web>,
    event: SignedEvent,
) -> Result<StatusCode, Problem> {
    web.payout.take_event(&event.callback, &event.body).await?;
    Ok(StatusCode::NO_CONTENT)
}
