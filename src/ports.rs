//! What the pipeline asks of the world. `gateways` answer; tests answer with scripts.

use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::document::IdentityDocument;
use crate::domain::evidence::FetchOutcome;
use crate::domain::id::{ConsentId, FetchId, InstructionId};
use crate::domain::money::Money;
use crate::domain::payment::Order;
use crate::domain::person::{Private, Staff, Subject};
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

/// Parses an order back from its stored bytes.
///
/// # Errors
/// When the bytes are not an order: the database was tampered with.
pub fn order_of(payload: &[u8]) -> Result<Order, serde_json::Error> {
    serde_json::from_slice(payload)
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

/// What the identity provider vouches for about an applicant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ApplicantClaims {
    /// Issuer and subject.
    pub subject: Subject,
    /// The identity document.
    pub document: IdentityDocument,
    /// Name as the identity provider spells it.
    pub name: Private<String>,
}

/// Whom a bearer token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A person who applies.
    Applicant(ApplicantClaims),
    /// A member of staff.
    Staff(Staff),
}

/// Why a token was not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The token is not good.
    #[error("the token is refused: {why}")]
    Refused {
        /// For the log; no personal data.
        why: &'static str,
    },
    /// The issuer's keys cannot be had now.
    #[error("the identity provider does not answer")]
    Unavailable,
}

/// The identity provider (OpenID Connect).
#[async_trait]
pub trait Identity: Send + Sync {
    /// Whom the token stands for.
    async fn principal(&self, token: &str) -> Result<Principal, IdentityError>;
}

/// The treasury's call-back, its signature verified.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "stub")]
pub struct Callback {
    pub event_id: String,
    pub instruction: InstructionId,
    pub sequence: i64,
    pub status: TreasuryStatus,
    pub amount: Option<Money>,
    pub payee_account: String,
    pub occurred_at: Timestamp,
    pub bank_serial: Option<String>,
    pub return_code: Option<String>,
}
