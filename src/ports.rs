//! What the pipeline asks of the world. `gateways` answer; tests answer with scripts.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::domain::document::IdentityDocument;
use crate::domain::evidence::FetchOutcome;
use crate::domain::id::{ConsentId, FetchId, InstructionId, NoticeId};
use crate::domain::money::Money;
pub use crate::domain::notice::Channel;
use crate::domain::person::{Private, Staff, Subject};
use crate::domain::session::SignInMemory;
use crate::domain::source::SourceId;
use crate::domain::time::{Date, Timestamp};
use crate::domain::treasury::{Callback, Statement, TreasuryLedger};

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
    /// The policy applied for, or [`crate::domain::fit::PURPOSE`].
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

/// The treasury's books cannot be had. Nothing is known then, and nothing is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BooksError {
    /// No answer, or one that cannot be trusted.
    #[error("the treasury gave no trustworthy answer: {why}")]
    Unavailable {
        /// For the log; no personal data.
        why: &'static str,
    },
    /// The treasury has no statement of that day (yet).
    #[error("the treasury has no statement of that day")]
    NoStatement,
}

/// What the treasury itself has written down.
#[async_trait]
pub trait TreasuryBooks: Send + Sync {
    /// The day-end statement of a day.
    async fn statement(&self, date: Date) -> Result<Statement, BooksError>;
    /// The totals over all time.
    async fn ledger(&self) -> Result<TreasuryLedger, BooksError>;
}

/// A call-back as it arrived, before anything of it is believed.
#[derive(Clone, Copy)]
pub struct InboundRequest<'a> {
    /// Upper case.
    pub method: &'a str,
    /// As received, from the `/` on.
    pub path_and_query: &'a str,
    /// Names in lower case, with their values.
    pub headers: &'a [(&'a str, &'a str)],
    /// Exact bytes.
    pub body: &'a [u8],
}

/// Why a call-back is not believed. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// Not signed by the treasury, not for us, or too old: answer 401.
    #[error("the call-back is not signed as agreed: {why}")]
    NotSigned {
        /// What does not hold.
        why: &'static str,
    },
    /// Its nonce was seen before: answer 401. A true repetition carries a new one.
    #[error("the call-back was replayed")]
    Replayed,
    /// More call-backs than can be told apart at the moment: answer 503, it comes again.
    #[error("too many call-backs at once")]
    Busy,
    /// Signed, but not what the contract says: answer 400.
    #[error("the call-back does not keep to the contract")]
    Malformed,
}

/// Tells true call-backs of the treasury from everything else.
pub trait CallbackGate: Send + Sync {
    /// Verifies signature, time, nonce and shape.
    ///
    /// # Errors
    /// When it is not to be believed, or cannot be read.
    fn admit(&self, request: InboundRequest<'_>) -> Result<Callback, CallbackError>;
}

/// What the identity provider vouches for about an applicant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicantClaims {
    /// Issuer and subject.
    pub subject: Subject,
    /// The identity document.
    pub document: IdentityDocument,
    /// Name as the provider spells it.
    pub name: Private<String>,
}

/// Who stands behind a bearer token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A person who applies.
    Applicant(ApplicantClaims),
    /// A member of staff.
    Staff(Staff),
}

/// Why a bearer token is not accepted. Never holds the token or a value from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Not a JWT.
    #[error("the token is not a signed JWT")]
    NotAToken,
    /// Signed with an algorithm the configuration does not allow (`none` and HMAC never are).
    #[error("the token's algorithm is not allowed")]
    AlgorithmNotAllowed,
    /// The issuer has no such key.
    #[error("the token's key is not known")]
    UnknownKey,
    /// The signature does not hold.
    #[error("the token's signature does not hold")]
    BadSignature,
    /// Past its time.
    #[error("the token has expired")]
    Expired,
    /// Before its time.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// From another issuer.
    #[error("the token is from another issuer")]
    WrongIssuer,
    /// For another service.
    #[error("the token is for another audience")]
    WrongAudience,
    /// A claim is absent.
    #[error("the token has no claim {0:?}")]
    MissingClaim(String),
    /// A claim has the wrong shape.
    #[error("the token's claim {0:?} cannot be used")]
    BadClaim(String),
    /// No role this service knows.
    #[error("the token grants no role here")]
    NoRole,
    /// Applicant and staff at once: nobody decides about themselves.
    #[error("the token is of an applicant and of staff at once")]
    MixedRoles,
    /// The issuer's keys cannot be had: answer 503, not 401.
    #[error("the identity provider cannot be reached")]
    ProviderUnavailable,
}

/// The OpenID issuer.
#[async_trait]
pub trait Identity: Send + Sync {
    /// Who stands behind a bearer token (without the word `Bearer`).
    async fn principal(&self, bearer: &str) -> Result<Principal, IdentityError>;
}

/// A sign-in that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Where the browser goes: the provider's own page.
    pub address: String,
    /// What must be remembered until it comes back.
    pub memory: SignInMemory,
}

/// What the provider sent the browser back with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// To be redeemed, once.
    pub code: Private<String>,
    /// As it was sent along.
    pub state: Private<String>,
    /// Who answers (RFC 9207), where that is told.
    pub issuer: Option<String>,
}

/// Why somebody is not signed in. Never holds a code, a token or a value from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// Nothing is known; try again later.
    #[error("the identity provider cannot be reached")]
    ProviderUnavailable,
    /// The answer belongs to another sign-in.
    #[error("the answer is to another question")]
    StateDiffers,
    /// The answer is of another issuer, or does not say of which where it must (RFC 9207).
    #[error("the answer is of another issuer")]
    WrongIssuer,
    /// The provider does not take the code: used, too old, or not for us.
    #[error("the provider refused the code")]
    CodeRefused,
    /// There is no ID token, or one that does not hold.
    #[error("the ID token is not to be believed: {why}")]
    NotBelieved {
        /// What does not hold.
        why: &'static str,
    },
    /// The person is who they say, but the claims are none we can use.
    #[error(transparent)]
    Claims(#[from] IdentityError),
}

/// Sign-in of browsers at the OpenID issuer: code flow with PKCE.
#[async_trait]
pub trait SignIn: Send + Sync {
    /// Begins one for somebody who wants to go to `return_to`.
    async fn begin(&self, return_to: &str) -> Result<Departure, SignInError>;
    /// Redeems the code: who it is that comes back.
    async fn finish(
        &self,
        arrival: &Arrival,
        memory: &SignInMemory,
    ) -> Result<Principal, SignInError>;
}

/// One message to an applicant, on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id; the sink drops a second one with the same id.
    pub id: NoticeId,
    /// Telephone or open id.
    pub to: Private<String>,
    /// Over which channel.
    pub channel: Channel,
    /// Name of the template.
    pub template: String,
    /// What is filled into it; no personal data beyond what the template needs.
    pub params: BTreeMap<String, String>,
    /// Goes along as `x-request-id`.
    pub request_id: String,
}

/// Why a message did not go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// Try again later.
    #[error("the message sink cannot be reached: {why}")]
    Unavailable {
        /// For the log; no personal data.
        why: &'static str,
    },
    /// Nobody has configured a sink: nobody is told.
    #[error("no message sink is configured")]
    NotConfigured,
    /// Never send this one again.
    #[error("the message sink refused the message with status {status}")]
    Refused {
        /// HTTP status.
        status: u16,
    },
}

/// Sends messages.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Sends one; repeating it with the same id is harmless.
    async fn notify(&self, notice: &Notice) -> Result<(), NotifyError>;
}

/// Hears what an answer does not tell about a register, for the figures.
pub trait SourceObserver: Send + Sync {
    /// A register was tried once.
    fn tried(&self, source: SourceId);
    /// A breaker changed: `closed`, `open` or `half_open`.
    fn breaker(&self, source: SourceId, state: &'static str);
}

/// How much of what is handed in is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits {
    /// Most bytes of a file.
    pub bytes_max: usize,
    /// Most files of a case.
    pub files_a_case_max: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self {
            bytes_max: 5 * 1_024 * 1_024,
            files_a_case_max: 20,
        }
    }
}

/// A file cannot be kept, or not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is no place for files.
    #[error("no place for files is configured")]
    NotConfigured,
    /// The place does not work at the moment.
    #[error("the place for files does not work")]
    Unavailable,
}

/// Where the content of what is handed in is kept, sealed, outside the database and of everything that is served.
#[async_trait]
pub trait FileStore: Send + Sync {
    /// How much is kept.
    fn limits(&self) -> FileLimits;
    /// Keeps a content, so that it lasts when this has returned. Another content of this id goes with it, whole.
    async fn put(&self, id: Uuid, sealed: &[u8]) -> Result<(), FileError>;
    /// The content of an id.
    async fn get(&self, id: Uuid) -> Result<Option<Vec<u8>>, FileError>;
}

/// A set of files on its way out: what it is called, and under which epoch it is laid ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Berth {
    /// What the set's folder is called once it is in sight.
    pub stem: String,
    /// Of two who release at once each has another.
    pub epoch: i64,
}

/// The folder that the bank's front-end machine reads.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Whether there is one.
    fn is_there(&self) -> bool;
    /// Lays a set ready out of sight, whole, in place of what lay there; it lasts when this has returned.
    async fn stage(
        &self,
        berth: &Berth,
        files: &[(String, Zeroizing<Vec<u8>>)],
    ) -> Result<(), FileError>;
    /// Brings it into sight, all of it at once. `false` when nothing lies ready: it is in sight already, or was and has been taken.
    async fn show(&self, berth: &Berth) -> Result<bool, FileError>;
    /// Takes away what lies ready and will not go out.
    async fn clear(&self, berth: &Berth) -> Result<(), FileError>;
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
    /// Messages to applicants.
    pub notifier: Arc<dyn Notifier>,
    /// What is handed in, and payout files as they were made.
    pub files: Arc<dyn FileStore>,
    /// Where payout files go out.
    pub outbox: Arc<dyn Outbox>,
}
