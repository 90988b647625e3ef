//! What the pipeline asks of the world. `gateways` answer; tests answer with scripts.

use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::document::IdentityDocument;
use crate::domain::evidence::FetchOutcome;
use crate::domain::id::{ConsentId, FetchId, InstructionId};
use crate::domain::money::Money;
use crate::domain::person::Private;
use crate::domain::source::SourceId;
use crate::domain::time::{Date, Timestamp};

/// The time. Asked, never taken, so that tests move it.
pub trait Clock: Send + Sync {
    /// Now, in microseconds UTC.
    fn now(&self) -> Timestamp;
    /// Microseconds of a clock that never jumps, for measuring.
    fn monotonic_us(&self) -> i64;
    /// Today's civil date in China.
    fn today(&self) -> Date {
        self.now().china_date()
    }
}

/// Randomness that nobody can guess: ids, nonces, salts, jitter.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// One question to a register.
#[derive(Debug, Clone)]
pub struct Query {
    /// Sent as `query_id`.
    pub id: FetchId,
    /// Sent as `consent_id`.
    pub consent: ConsentId,
    /// The policy applied for.
    pub purpose: String,
    /// Who is asked about.
    pub document: IdentityDocument,
    /// Their name as the identity provider spells it.
    pub name: Private<String>,
    /// Goes along as `x-request-id`.
    pub request_id: String,
}

/// What came of asking, retries included. `body` is set exactly when the outcome is `Answered`.
#[derive(Debug, Clone)]
pub struct Answer {
    /// How it ended.
    pub outcome: FetchOutcome,
    /// The body exactly as received: verified against signature, digest and schema.
    pub body: Option<Vec<u8>>,
    /// How often the source was tried.
    pub attempts: u8,
}

impl Answer {
    /// The honest answer of a register that nobody configured.
    #[must_use]
    pub const fn not_configured() -> Self {
        Self {
            outcome: FetchOutcome::NotConfigured,
            body: None,
            attempts: 0,
        }
    }
}

/// A register (数源部门). Never fails: every way of failing is an outcome.
#[async_trait]
pub trait Source: Send + Sync {
    /// Which register.
    fn id(&self) -> SourceId;
    /// Asks it, within its own deadline, retries, concurrency limit and breaker.
    async fn ask(&self, query: &Query) -> Answer;
}

/// The treasury's word about one instruction (schemas/treasury/acknowledgement.schema.json).
#[derive(Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Which instruction.
    pub instruction: InstructionId,
    /// How far it is.
    pub status: TreasuryStatus,
    /// The treasury's own number.
    pub treasury_no: String,
    /// Amount as echoed; `None` when the echo was not an exact amount text.
    pub amount: Option<Money>,
    /// Payee as echoed.
    pub payee_name: String,
    /// Account as echoed.
    pub payee_account: String,
    /// Return or refusal code.
    pub reason_code: Option<String>,
}

/// How far an instruction is at the treasury.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreasuryStatus {
    /// Taken on.
    Accepted,
    /// At the payee's bank.
    Settled,
    /// 退票.
    Returned,
    /// Refused for good.
    Rejected,
}

/// The treasury's answer to a send or an ask.
#[derive(Clone)]
pub enum TreasuryReply {
    /// It has the instruction; compare the echo before believing it.
    Known(Acknowledgement),
    /// It has never seen the id (answer to an ask only).
    NeverSeen,
    /// It has the id with another payload (409): never resend.
    Conflict,
    /// It refuses the instruction for good (422), with its code.
    Refused {
        /// The treasury's code.
        code: String,
    },
    /// Time-out, broken line, 5xx, garbled or unsigned answer: nothing is known.
    Unknown {
        /// For the log and the attempt's row; no personal data.
        why: &'static str,
    },
}

/// The city treasury (国库集中支付).
#[async_trait]
pub trait Treasury: Send + Sync {
    /// Sends the exact stored bytes; idempotent by the instruction's id.
    async fn send(&self, id: &InstructionId, payload: &[u8], request_id: &str) -> TreasuryReply;
    /// Asks what became of an instruction.
    async fn ask(&self, id: &InstructionId, request_id: &str) -> TreasuryReply;
}

/// The world as one value, handed to every stage.
#[derive(Clone)]
pub struct World {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The registers that are configured.
    pub sources: Arc<[Arc<dyn Source>]>,
    /// The treasury.
    pub treasury: Arc<dyn Treasury>,
}
