//! What the treasury tells of its own accord: call-backs, the day-end statement, and its own ledger.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::InstructionId;
use super::money::Money;
use super::person::Private;
use super::time::{Date, Timestamp};

/// How an instruction ended at the payee's bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// The money arrived.
    Settled,
    /// 支付退票: it came back.
    Returned,
}

impl Settlement {
    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Returned => "returned",
        }
    }
}

/// A verified call-back. It may come twice, late, or out of order: `event_id` is the same each time, `sequence` orders the events
/// of one instruction.
#[derive(Clone, PartialEq, Eq)]
pub struct Callback {
    /// The treasury's id of the event: a UUID in lower case with hyphens, so that one event has one spelling.
    pub event_id: String,
    /// Which instruction.
    pub instruction: InstructionId,
    /// Place among the events of the instruction, from 1.
    pub sequence: i64,
    /// Whether the money came back (退票); else it arrived.
    pub returned: bool,
    /// Amount as told; `None` when it was not an exact amount text.
    pub amount: Option<Money>,
    /// Account as told.
    pub payee_account: Private<String>,
    /// When it happened, by the treasury's clock.
    pub occurred_at: Timestamp,
    /// The bank's own number.
    pub bank_serial: Option<String>,
    /// Return code.
    pub return_code: Option<String>,
    /// Return reason, the bank's words; may name the payee.
    pub return_reason: Option<Private<String>>,
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("event_id", &self.event_id)
            .field("instruction", &self.instruction)
            .field("sequence", &self.sequence)
            .field("status", &self.status_word())
            .finish_non_exhaustive()
    }
}

impl Callback {
    /// The word on the wire and in the database.
    #[must_use]
    pub const fn status_word(&self) -> &'static str {
        let status = if self.returned {
            Settlement::Returned
        } else {
            Settlement::Settled
        };
        status.as_str()
    }
}

/// The day-end statement (日终对账单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Which day.
    pub date: Date,
    /// Number of lines.
    pub count: u64,
    /// Sum of all lines.
    pub total: Money,
    /// Number of settled lines.
    pub paid_count: u64,
    /// Sum of settled lines.
    pub paid_total: Money,
    /// Number of returned lines.
    pub returned_count: u64,
    /// Sum of returned lines.
    pub returned_total: Money,
    /// One a settlement or return.
    pub lines: Vec<StatementLine>,
}

/// One line of a statement. The id is text: one that is not ours must not spoil the rest of the statement.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    /// Which instruction.
    pub instruction_id: String,
    /// The treasury's own number.
    pub treasury_no: String,
    /// How much.
    pub amount: Money,
    /// To whose account.
    pub payee_account: Private<String>,
    /// What happened.
    pub status: Settlement,
    /// When.
    pub occurred_at: Timestamp,
    /// The bank's own number.
    pub bank_serial: Option<String>,
    /// Return code.
    pub return_code: Option<String>,
}

impl fmt::Debug for StatementLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatementLine")
            .field("instruction_id", &self.instruction_id)
            .field("amount", &self.amount)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// The treasury's ledger over all time: its own figures, against which ours are held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreasuryLedger {
    /// Instructions taken on.
    pub accepted_count: u64,
    /// Their sum.
    pub accepted_total: Money,
    /// Settlements.
    pub paid_count: u64,
    /// Their sum.
    pub paid_total: Money,
    /// Returns.
    pub returned_count: u64,
    /// Their sum.
    pub returned_total: Money,
    /// Instalments settled more than once without a return between. Must be empty.
    pub paid_twice: Vec<String>,
}
