//! `POST /api/v1/treasury/events`: what became of an instruction, signed by the treasury.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::id::InstructionId;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;
use crate::ports::{Callback, TreasuryStatus};
use crate::web::Web;
use crate::web::extract::{Fault, Fields, Node, Read, TextRule, amount, chosen, integer, parsed, read_body, take_bytes, text};
use crate::web::problem::Problem;

/// A call-back of the treasury (docs/contracts.md).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TreasuryEvent {
    /// Unique; the same one twice is told once.
    #[schema(example = "7f1c1c1e-0000-4000-8000-000000000001", max_length = 64)]
    event_id: String,
    /// Which instruction.
    #[schema(value_type = String, example = "01M249TE00EW3RE1R70W3GE1R7-1-1")]
    instruction_id: InstructionId,
    /// Counts the events of one instruction; they may arrive out of order.
    #[schema(example = 1, minimum = 0)]
    sequence: i64,
    /// `settled` or `returned`.
    #[schema(value_type = String, example = "settled")]
    #[serde(skip)]
    status: Option<TreasuryStatus>,
    /// The amount as the treasury has it. One that is not exact is not believed, and raises an alarm.
    #[schema(value_type = String, example = "100000.00")]
    amount: Option<Money>,
    /// The payee's account as the treasury has it.
    #[schema(example = "6222020000000000018", max_length = 64)]
    payee_account: String,
    /// When it happened.
    #[schema(value_type = String, example = "2026-11-23T01:02:03Z")]
    occurred_at: Timestamp,
    /// The agent bank's own number.
    #[schema(example = "BK20261123000001", max_length = 64)]
    bank_serial: Option<String>,
    /// Why it came back.
    #[schema(example = json!(null), max_length = 64)]
    return_code: Option<String>,
    /// Why it came back, in words.
    #[schema(example = json!(null), max_length = 200)]
    return_reason: Option<String>,
}

impl Read for TreasuryEvent {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let word = TextRule::line(64);
        let event_id = fields.required("event_id", text(word));
        let instruction_id = fields.required("instruction_id", parsed(("", "")));
        let sequence = fields.required("sequence", integer(0, i64::MAX));
        let status = fields.required("status", chosen(status, ("settled 或 returned", "settled or returned")));
        let amount = fields.required("amount", echoed);
        let payee_account = fields.required("payee_account", text(word));
        let occurred_at = fields.required("occurred_at", parsed(("RFC 3339", "RFC 3339")));
        let bank_serial = fields.optional("bank_serial", text(word));
        let return_code = fields.optional("return_code", text(word));
        let return_reason = fields.optional("return_reason", text(TextRule::line(200)));
        Some(Self {
            event_id: event_id?,
            instruction_id: instruction_id?,
            sequence: sequence?,
            status: Some(status?),
            amount: amount?,
            payee_account: payee_account?,
            occurred_at: occurred_at?,
            bank_serial: bank_serial?,
            return_code: return_code?,
            return_reason: return_reason?,
        })
    }
}

fn status(word: &str) -> Option<TreasuryStatus> {
    match word {
        "settled" => Some(TreasuryStatus::Settled),
        "returned" => Some(TreasuryStatus::Returned),
        _ => None,
    }
}

/// An amount that is not exact is kept as none: refusing it would only bring it again, and a person has to know.
fn echoed(node: &Node) -> Result<Option<Money>, Fault> {
    Ok(amount(node).ok())
}
