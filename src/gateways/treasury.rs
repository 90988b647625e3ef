//! The city treasury over the signed wire. A send is one send: no retry, no catch-all. Whatever is not a verified, well-formed
//! answer to this very question is `Unknown`, and the dispatcher asks before it sends the same bytes again.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::http::HttpError;
use super::signed::{ExchangeError, Question, SignedServer, Verified};
use super::wire::{ReplayWindow, RequestStamp, Target, WireError, WireKey};
use crate::domain::id::InstructionId;
use crate::domain::money::Money;
use crate::domain::person::Private;
use crate::domain::time::{Date, Timestamp};
use crate::domain::treasury::{Callback, Settlement, Statement, TreasuryLedger};
use crate::ports::{
    Acknowledgement, BooksError, CallbackError, CallbackGate, Clock, InboundRequest, Treasury,
    TreasuryBooks, TreasuryReply, TreasuryStatus,
};

/// A refusal code is logged and shown, so it is held to this length and to plain characters.
const CODE_BYTES_MAX: usize = 64;

/// The treasury at its address.
#[derive(Debug, Clone)]
pub struct HttpTreasury {
    server: SignedServer,
    timeout: Duration,
}

impl HttpTreasury {
    /// The treasury at `server`; `timeout` is for one exchange.
    #[must_use]
    pub const fn new(server: SignedServer, timeout: Duration) -> Self {
        Self { server, timeout }
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&[u8]>,
        request_id: &str,
    ) -> Result<Verified, ExchangeError> {
        self.server
            .ask(Question {
                method,
                path,
                body,
                request_id,
                timeout: self.timeout,
            })
            .await
    }

    async fn book<T: DeserializeOwned>(&self, path: &str) -> Result<T, BooksError> {
        let reply = self
            .exchange(Method::GET, path, None, "")
            .await
            .map_err(|error| BooksError::Unavailable { why: why(error) })?;
        match reply.status {
            200 => serde_json::from_slice(&reply.body)
                .map_err(|_| BooksError::Unavailable { why: "garbled" }),
            404 => Err(BooksError::NoStatement),
            _ => Err(BooksError::Unavailable {
                why: "unexpected status",
            }),
        }
    }
}

#[async_trait]
impl Treasury for HttpTreasury {
    async fn send(&self, id: &InstructionId, payload: &[u8], request_id: &str) -> TreasuryReply {
        match self
            .exchange(Method::POST, "/instructions", Some(payload), request_id)
            .await
        {
            Err(error) => TreasuryReply::Unknown { why: why(error) },
            Ok(reply) => match reply.status {
                200 | 201 => known(id, &reply.body),
                409 => TreasuryReply::Conflict,
                422 => TreasuryReply::Refused {
                    code: refusal_code(&reply.body),
                },
                500.. => TreasuryReply::Unknown {
                    why: "server error",
                },
                _ => TreasuryReply::Unknown {
                    why: "unexpected status",
                },
            },
        }
    }

    async fn ask(&self, id: &InstructionId, request_id: &str) -> TreasuryReply {
        let path = format!("/instructions/{id}");
        match self.exchange(Method::GET, &path, None, request_id).await {
            Err(error) => TreasuryReply::Unknown { why: why(error) },
            Ok(reply) => match reply.status {
                200 => known(id, &reply.body),
                404 => TreasuryReply::NeverSeen,
                500.. => TreasuryReply::Unknown {
                    why: "server error",
                },
                _ => TreasuryReply::Unknown {
                    why: "unexpected status",
                },
            },
        }
    }
}

#[async_trait]
impl TreasuryBooks for HttpTreasury {
    async fn statement(&self, date: Date) -> Result<Statement, BooksError> {
        let statement: Statement = self.book(&format!("/statements/{date}")).await?;
        // Another day's statement would reconcile nothing against everything.
        if statement.date == date {
            Ok(statement)
        } else {
            Err(BooksError::Unavailable { why: "another day" })
        }
    }

    async fn ledger(&self) -> Result<TreasuryLedger, BooksError> {
        self.book("/ledger").await
    }
}

/// The wire's acknowledgement. The amount is any JSON: a number or a lossy text is a fact to report, not a reason to fail.
#[derive(Deserialize)]
struct Echo {
    instruction_id: String,
    status: String,
    treasury_no: String,
    #[serde(default)]
    amount: Value,
    payee_name: String,
    payee_account: String,
    #[serde(default)]
    return_code: Option<String>,
}

fn known(id: &InstructionId, body: &[u8]) -> TreasuryReply {
    let Ok(echo) = serde_json::from_slice::<Echo>(body) else {
        return TreasuryReply::Unknown { why: "garbled" };
    };
    if echo.instruction_id != id.to_string() {
        return TreasuryReply::Unknown {
            why: "answers for another instruction",
        };
    }
    let Some(status) = status_of(&echo.status) else {
        return TreasuryReply::Unknown {
            why: "unknown status word",
        };
    };
    TreasuryReply::Known(Acknowledgement {
        instruction: *id,
        status,
        treasury_no: echo.treasury_no,
        amount: exact(&echo.amount),
        payee_name: echo.payee_name,
        payee_account: echo.payee_account,
        reason_code: echo.return_code,
    })
}

/// An amount only when it is an exact amount text.
fn exact(amount: &Value) -> Option<Money> {
    amount.as_str()?.parse().ok()
}

fn status_of(word: &str) -> Option<TreasuryStatus> {
    match word {
        "accepted" => Some(TreasuryStatus::Accepted),
        "settled" => Some(TreasuryStatus::Settled),
        "returned" => Some(TreasuryStatus::Returned),
        "rejected" => Some(TreasuryStatus::Rejected),
        _ => None,
    }
}

fn refusal_code(problem: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Problem {
        code: String,
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    match serde_json::from_slice::<Problem>(problem) {
        Ok(Problem { code })
            if (1..=CODE_BYTES_MAX).contains(&code.len()) && code.bytes().all(plain) =>
        {
            code
        }
        _ => "unspecified".to_owned(),
    }
}

pub(super) const fn why(error: ExchangeError) -> &'static str {
    match error {
        ExchangeError::Http(HttpError::TimedOut) => "timed out",
        ExchangeError::Http(HttpError::Unreachable) => "unreachable",
        ExchangeError::Http(HttpError::CutShort) => "cut short",
        ExchangeError::Http(HttpError::TooLong) => "too long",
        ExchangeError::Http(HttpError::BadRequest | HttpError::NoClient) => "cannot be sent",
        ExchangeError::Unsigned { status: 500.., .. } => "server error, unsigned",
        ExchangeError::Unsigned {
            why: WireError::ClockSkew { .. },
            ..
        } => "clocks differ",
        ExchangeError::Unsigned {
            why: WireError::WrongDigest,
            ..
        } => "wrong digest",
        ExchangeError::Unsigned { .. } => "not signed as agreed",
    }
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "event_id")]
    id: Uuid,
    instruction_id: InstructionId,
    sequence: u32,
    status: Settlement,
    #[serde(default)]
    amount: Value,
    payee_account: String,
    occurred_at: Timestamp,
    #[serde(default)]
    bank_serial: Option<String>,
    #[serde(default)]
    return_code: Option<String>,
    #[serde(default)]
    return_reason: Option<String>,
}

/// Verifies a call-back: signature, time, digest, then the nonce (only after the signature, so that strangers cannot fill the
/// window), then the shape.
///
/// # Errors
/// When it is not to be believed, or cannot be read.
pub fn verify_callback(
    request: InboundRequest<'_>,
    key: &WireKey,
    window: &ReplayWindow,
    now: Timestamp,
) -> Result<Callback, CallbackError> {
    let lookup = |name: &str| {
        request
            .headers
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    };
    let target = Target {
        method: request.method,
        path_and_query: request.path_and_query,
    };
    let stamp = RequestStamp::read(lookup).map_err(refuse)?;
    stamp
        .verify(key, target, request.body, now.as_seconds())
        .map_err(refuse)?;
    window.admit(&stamp, now.as_seconds()).map_err(refuse)?;
    let event: Event =
        serde_json::from_slice(request.body).map_err(|_| CallbackError::Malformed)?;
    Ok(event.into())
}

const fn refuse(error: WireError) -> CallbackError {
    let why = match error {
        WireError::Replayed => return CallbackError::Replayed,
        WireError::WindowFull => return CallbackError::Busy,
        WireError::MissingHeader(name) | WireError::BadHeader(name) => name,
        WireError::WrongAlgorithm => "algorithm",
        WireError::WrongApp => "app id",
        WireError::ClockSkew { .. } => "clock",
        WireError::WrongDigest => "digest",
        WireError::WrongSignature => "signature",
    };
    CallbackError::NotSigned { why }
}

impl From<Event> for Callback {
    fn from(event: Event) -> Self {
        Self {
            event_id: event.id.hyphenated().to_string(),
            instruction: event.instruction_id,
            sequence: event.sequence.into(),
            returned: event.status == Settlement::Returned,
            amount: exact(&event.amount),
            payee_account: Private::new(event.payee_account),
            occurred_at: event.occurred_at,
            bank_serial: event.bank_serial,
            return_code: event.return_code,
            return_reason: event.return_reason.map(Private::new),
        }
    }
}

/// The gate that holds the call-back key and the nonces seen.
pub struct SignedCallbackGate {
    key: WireKey,
    window: ReplayWindow,
    clock: Arc<dyn Clock>,
}

impl SignedCallbackGate {
    /// A gate with an empty window.
    #[must_use]
    pub fn new(key: WireKey, clock: Arc<dyn Clock>) -> Self {
        Self {
            key,
            window: ReplayWindow::default(),
            clock,
        }
    }
}

impl std::fmt::Debug for SignedCallbackGate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedCallbackGate")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl CallbackGate for SignedCallbackGate {
    fn admit(&self, request: InboundRequest<'_>) -> Result<Callback, CallbackError> {
        verify_callback(request, &self.key, &self.window, self.clock.now())
    }
}
