//! A payment (one instalment of an award) and the instructions that carry it to the treasury.
//!
//! A payment has one instruction a *generation*. The first is generation 1; only a 退票 with a corrected
//! account, or a refusal by the treasury that a person has mended, makes the next, linked to the one before.
//!
//! ```text
//! payment      Scheduled ─→ Instructed ─┬→ Settled
//!                  │             ↑      ├→ Returned ─(account corrected)→ Instructed, or Cancelled
//!                  │             └──────┤
//!                  └→ Referred          └→ Held (an alarm for a person)
//! instruction  Ready ─send→ Unknown ─┬→ Acknowledged ─┬→ Settled ─→ Returned
//!                            ↑  │ask ├→ Rejected      └→ Returned
//!                            └──┘    └→ Held
//! ```
//! `Unknown` is entered *before* the first byte is sent: a crash at any instruction leaves it there, and
//! whoever finds it asks the treasury before sending the same bytes again.

use serde::{Deserialize, Serialize};

use super::award::Award;
use super::canonical::{CanonicalError, to_canonical_json};
use super::hash::{Sha256Hex, sha256};
use super::id::{AwardId, InstructionId, PaymentId};
use super::money::Money;
use super::person::Private;
use super::time::{Date, Timestamp};

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Waits for its day.
    Scheduled,
    /// Its re-check did not approve: with a person.
    Referred,
    /// An instruction carries it.
    Instructed,
    /// At the payee's bank.
    Settled,
    /// 退票, or refused by the treasury: waits for a corrected account.
    Returned,
    /// Waits for a person: attempts used up, or the treasury's echo differs.
    Held,
    /// Will not be paid: its award ended, or the re-check granted nothing.
    Cancelled,
}

impl PaymentState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Scheduled,
        Self::Referred,
        Self::Instructed,
        Self::Settled,
        Self::Returned,
        Self::Held,
        Self::Cancelled,
    ];

    /// The word in the database and on the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Referred => "referred",
            Self::Instructed => "instructed",
            Self::Settled => "settled",
            Self::Returned => "returned",
            Self::Held => "held",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether the state machine has the step.
    #[must_use]
    pub const fn may_become(self, to: Self) -> bool {
        matches!(
            (self, to),
            (
                Self::Scheduled,
                Self::Instructed | Self::Referred | Self::Cancelled
            ) | (Self::Referred, Self::Instructed | Self::Cancelled)
                | (
                    Self::Instructed,
                    Self::Settled | Self::Returned | Self::Held
                )
                | (Self::Settled, Self::Returned)
                | (Self::Returned | Self::Held, Self::Instructed)
                | (Self::Returned, Self::Cancelled)
                | (Self::Held, Self::Settled | Self::Returned)
        )
    }
}

/// One instalment of an award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// The award it belongs to.
    pub award: AwardId,
    /// 1 for the first instalment (首发).
    pub instalment: u8,
    /// How much. For a monthly policy an upper bound until the re-check has counted the months.
    pub amount: Money,
    /// First day on which it may be instructed.
    pub due_on: Date,
    /// Whether eligibility is checked again first (资格复核).
    pub recheck: bool,
    /// Where it stands.
    pub state: PaymentState,
    /// Generation of its newest instruction; 0 before the first.
    pub generation: u8,
    /// Counts every stored change.
    pub version: i64,
    /// When the due re-check is tried again after a source was down; `None` = as soon as due.
    pub retry_at: Option<Timestamp>,
}

/// Where an instruction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstructionState {
    /// Stored, never sent.
    Ready,
    /// Possibly sent: ask first, then resend the same.
    Unknown,
    /// The treasury has it, and its echo is ours to the fen.
    Acknowledged,
    /// At the payee's bank.
    Settled,
    /// 退票.
    Returned,
    /// The treasury refused it for good.
    Rejected,
    /// Attempts used up or the echo differs: an alarm for a person. Still asked about, never resent.
    Held,
}

impl InstructionState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Ready,
        Self::Unknown,
        Self::Acknowledged,
        Self::Settled,
        Self::Returned,
        Self::Rejected,
        Self::Held,
    ];

    /// The word in the database and on the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Unknown => "unknown",
            Self::Acknowledged => "acknowledged",
            Self::Settled => "settled",
            Self::Returned => "returned",
            Self::Rejected => "rejected",
            Self::Held => "held",
        }
    }

    /// The state of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// An instruction to the treasury, stored before the first send and the same for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// Derived from award, instalment and generation.
    pub id: InstructionId,
    /// The payment it carries.
    pub payment: PaymentId,
    /// 1, 2, …
    pub generation: u8,
    /// The instruction this one replaces after a return.
    pub replaces: Option<InstructionId>,
    /// The exact bytes that are sent (canonical JSON of [`Order`]); encrypted at rest.
    pub payload: Private<Vec<u8>>,
    /// SHA-256 of `payload`.
    pub payload_hash: Sha256Hex,
    /// Where it stands.
    pub state: InstructionState,
    /// Fencing epoch: every lease raises it, every update names it.
    pub epoch: i64,
    /// Until when the current lease holds.
    pub leased_until: Option<Timestamp>,
    /// How often it was sent or asked about.
    pub attempts: i64,
    /// When a worker may take it next.
    pub next_at: Timestamp,
    /// The treasury's own number, once acknowledged.
    pub treasury_no: Option<String>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When the treasury acknowledged it.
    pub acknowledged_at: Option<Timestamp>,
    /// When it settled.
    pub settled_at: Option<Timestamp>,
    /// When it came back.
    pub returned_at: Option<Timestamp>,
    /// The treasury's return or rejection code.
    pub reason_code: Option<String>,
    /// Goes along as `x-request-id`.
    pub request_id: String,
}

/// What an instruction says, as it stands on the wire (schemas/treasury/instruction.schema.json).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the fields are the contract's, documented in docs/contracts.md"
)]
pub struct Order {
    pub instruction_id: InstructionId,
    pub amount: Money,
    pub currency: Currency,
    pub payee_name: String,
    pub payee_account: String,
    pub payee_bank: String,
    pub purpose: String,
    pub policy: String,
    pub district: String,
    pub year: i16,
    pub award_id: AwardId,
    pub instalment: u8,
    pub generation: u8,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Order")
            .field("instruction_id", &self.instruction_id)
            .finish_non_exhaustive()
    }
}

/// The only currency there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Currency {
    /// Renminbi, ISO 4217.
    #[serde(rename = "CNY")]
    Cny,
}

/// Everything an order says that does not follow from the payment itself.
#[derive(Clone)]
pub struct Payee {
    /// Name, as on the identity document.
    pub name: Private<String>,
    /// Account number.
    pub account: Private<String>,
    /// The bank's CNAPS code.
    pub bank: String,
}

impl Instruction {
    /// Makes the next generation's instruction of a payment: the same inputs make the same bytes and the same id.
    ///
    /// # Errors
    /// Never for the values of this crate; the canonicaliser's error is passed on rather than swallowed.
    pub fn make(
        payment: &Payment,
        award: &Award,
        payee: &Payee,
        purpose: &str,
        request_id: &str,
        now: Timestamp,
    ) -> Result<Self, CanonicalError> {
        let generation = payment.generation + 1;
        let id = InstructionId::new(payment.award, payment.instalment, generation);
        let order = Order {
            instruction_id: id,
            amount: payment.amount,
            currency: Currency::Cny,
            payee_name: payee.name.reveal().clone(),
            payee_account: payee.account.reveal().clone(),
            payee_bank: payee.bank.clone(),
            purpose: purpose.to_owned(),
            policy: award.budget.policy.clone(),
            district: award.budget.district.to_string(),
            year: award.budget.year,
            award_id: award.id,
            instalment: payment.instalment,
            generation,
        };
        let payload = to_canonical_json(&order)?;
        Ok(Self {
            id,
            payment: payment.id,
            generation,
            replaces: (generation > 1)
                .then(|| InstructionId::new(payment.award, payment.instalment, generation - 1)),
            payload_hash: sha256(&payload),
            payload: Private::new(payload),
            state: InstructionState::Ready,
            epoch: 0,
            leased_until: None,
            attempts: 0,
            next_at: now,
            treasury_no: None,
            created_at: now,
            acknowledged_at: None,
            settled_at: None,
            returned_at: None,
            reason_code: None,
            request_id: request_id.to_owned(),
        })
    }

    /// The order in the stored bytes.
    ///
    /// # Errors
    /// When the bytes are not an order: the database was tampered with.
    pub fn order(&self) -> Result<Order, serde_json::Error> {
        serde_json::from_slice(self.payload.reveal())
    }
}
