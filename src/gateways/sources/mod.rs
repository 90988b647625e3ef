//! The registers (数源部门): one way of asking, and a file for what is particular to each.
//!
//! An ask has one overall deadline. Within it: wait for a place (concurrency limit), ask the breaker, send, verify
//! signature and digest, hold the body to its schema, compare source and question; on a failure that may pass, wait a
//! random moment (full jitter under an exponential ceiling) and try again. It never fails: every way is a `FetchOutcome`.

pub mod breaker;
mod degree;
mod education;
mod social_security;
mod talent_introduction;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use self::breaker::{Breaker, BreakerPolicy, BreakerState, Permit};
use super::entropy::below;
use super::http::HttpError;
use super::signed::{ExchangeError, Question, SignedServer, Verified};
use crate::domain::evidence::FetchOutcome;
use crate::domain::id::{ConsentId, FetchId};
use crate::domain::source::SourceId;
use crate::ports::{Answer, Clock, Entropy, Query, Source, SourceObserver};

/// What is particular to a register.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Register {
    id: SourceId,
    path: &'static str,
    schema: &'static str,
}

impl Register {
    const fn of(id: SourceId) -> Self {
        match id {
            SourceId::TalentIntroduction => talent_introduction::REGISTER,
            SourceId::Education => education::REGISTER,
            SourceId::Degree => degree::REGISTER,
            SourceId::SocialSecurity => social_security::REGISTER,
        }
    }
}

/// How patiently a register is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the whole ask: waiting for a place, every try, every pause.
    pub deadline: Duration,
    /// For one try.
    pub attempt_timeout: Duration,
    /// Tries at most; at least 1.
    pub attempts_max: u8,
    /// Ceiling of the first pause; doubles with each try.
    pub backoff_ms: u64,
    /// Ceiling of any pause.
    pub backoff_ms_max: u64,
    /// Asks under way at once.
    pub concurrency_max: usize,
    /// When the breaker opens.
    pub breaker: BreakerPolicy,
}

/// The schema of a register does not compile: a defect of the program, found when it starts.
#[derive(Debug, thiserror::Error)]
#[error("the evidence schema of {register} is not usable: {why}")]
pub struct SchemaError {
    register: SourceId,
    why: String,
}

/// The tools a register is asked with.
#[derive(Clone)]
pub struct Tools {
    /// For the breaker.
    pub clock: Arc<dyn Clock>,
    /// For the jitter.
    pub entropy: Arc<dyn Entropy>,
    /// For the figures.
    pub observer: Arc<dyn SourceObserver>,
}

/// A register asked over the signed wire.
pub struct SignedRegister {
    register: Register,
    server: SignedServer,
    schema: jsonschema::Validator,
    patience: Patience,
    places: Semaphore,
    breaker: Mutex<Breaker>,
    tools: Tools,
}

impl std::fmt::Debug for SignedRegister {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedRegister")
            .field("id", &self.register.id)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Body<'a> {
    query_id: FetchId,
    consent_id: ConsentId,
    purpose: &'a str,
    subject: Subject<'a>,
}

#[derive(Serialize)]
struct Subject<'a> {
    document_type: &'a str,
    document_number: &'a str,
    name: &'a str,
}

/// How one try ended, and whether another may end better.
struct Try {
    outcome: FetchOutcome,
    body: Option<Vec<u8>>,
    again: bool,
}

impl Try {
    const fn failed(outcome: FetchOutcome, again: bool) -> Self {
        Self {
            outcome,
            body: None,
            again,
        }
    }
}

impl SignedRegister {
    /// The register `id` at `server`; its schema is compiled here, once.
    ///
    /// # Errors
    /// When the schema does not compile.
    pub fn new(
        id: SourceId,
        server: SignedServer,
        patience: Patience,
        tools: Tools,
    ) -> Result<Self, SchemaError> {
        let register = Register::of(id);
        Ok(Self {
            register,
            server,
            schema: compile(register)?,
            patience,
            places: Semaphore::new(patience.concurrency_max),
            breaker: Mutex::new(Breaker::new(patience.breaker)),
            tools,
        })
    }

    /// How the breaker stands, for `doctor` and tests.
    #[must_use]
    pub fn breaker(&self) -> BreakerState {
        self.breaker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .state()
    }

    async fn ask_in_time(&self, query: &Query) -> Answer {
        let mut attempts = 0;
        let asked = timeout(
            self.patience.deadline,
            self.ask_until_answered(query, &mut attempts),
        )
        .await;
        match asked {
            Ok(end) => Answer {
                outcome: end.outcome,
                body: end.body,
                attempts,
            },
            Err(_) => Answer {
                outcome: FetchOutcome::TimedOut,
                body: None,
                attempts,
            },
        }
    }

    async fn ask_until_answered(&self, query: &Query, attempts: &mut u8) -> Try {
        let Ok(body) = body_of(query) else {
            return Try::failed(FetchOutcome::Refused, false);
        };
        // The semaphore is never closed; were it, asking without a place would be the lesser evil.
        let _place = self.places.acquire().await.ok();
        let mut last = Try::failed(FetchOutcome::BreakerOpen, false);
        while *attempts < self.patience.attempts_max {
            if *attempts > 0 {
                sleep(self.pause(*attempts)).await;
            }
            let Some(permit) = self.admit() else { break };
            *attempts += 1;
            self.tools.observer.tried(self.register.id);
            last = self.try_once(query, &body, permit).await;
            if !last.again {
                break;
            }
        }
        last
    }

    async fn try_once(&self, query: &Query, body: &[u8], permit: Permit) -> Try {
        // A try that is dropped at the deadline is one more silence, and the breaker must hear of it.
        let watch = Watch {
            register: self,
            permit,
            healthy: None,
        };
        let question = Question {
            method: Method::POST,
            path: self.register.path,
            body: Some(body),
            request_id: &query.request_id,
            timeout: self.patience.attempt_timeout,
        };
        let end = match self.server.ask(question).await {
            Ok(reply) => self.judge(query, reply),
            Err(error) => judge_failure(error),
        };
        watch.done(matches!(
            end.outcome,
            FetchOutcome::Answered | FetchOutcome::Refused
        ));
        end
    }

    fn judge(&self, query: &Query, reply: Verified) -> Try {
        if reply.status != 200 {
            return judge_status(reply.status);
        }
        if self.fits(query, &reply.body) {
            Try {
                outcome: FetchOutcome::Answered,
                body: Some(reply.body),
                again: false,
            }
        } else {
            Try::failed(FetchOutcome::Malformed, false)
        }
    }

    /// Schema, and that the answer is this register's and to this question.
    fn fits(&self, query: &Query, body: &[u8]) -> bool {
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            return false;
        };
        self.schema.is_valid(&value)
            && value.get("source").and_then(Value::as_str) == Some(self.register.id.as_str())
            && value.get("query_id").and_then(Value::as_str) == Some(query.id.to_string().as_str())
    }

    /// Full jitter: anything from nothing to the ceiling, so that those who failed together do not return together.
    fn pause(&self, attempts: u8) -> Duration {
        let doubled = self
            .patience
            .backoff_ms
            .saturating_mul(1_u64 << (attempts - 1).min(20));
        let ceiling = doubled.min(self.patience.backoff_ms_max);
        Duration::from_millis(below(&*self.tools.entropy, ceiling.saturating_add(1)))
    }

    fn admit(&self) -> Option<Permit> {
        self.step(Breaker::admit)
    }

    fn record(&self, permit: Permit, healthy: bool) {
        self.step(|breaker, now_us| (breaker.record(permit, healthy, now_us), ()));
    }

    fn step<T>(&self, step: impl FnOnce(Breaker, i64) -> (Breaker, T)) -> T {
        let now_us = self.tools.clock.monotonic_us();
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        let before = breaker.state().as_str();
        let (next, value) = step(*breaker, now_us);
        *breaker = next;
        let after = next.state().as_str();
        if before != after {
            tracing::info!(
                source = self.register.id.as_str(),
                from = before,
                to = after,
                "breaker"
            );
            self.tools.observer.breaker(self.register.id, after);
        }
        value
    }
}

/// Tells the breaker how a try went, also when the try is dropped half-way.
struct Watch<'a> {
    register: &'a SignedRegister,
    permit: Permit,
    healthy: Option<bool>,
}

impl Watch<'_> {
    fn done(mut self, healthy: bool) {
        self.healthy = Some(healthy);
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.register
            .record(self.permit, self.healthy.unwrap_or(false));
    }
}

#[async_trait]
impl Source for SignedRegister {
    fn id(&self) -> SourceId {
        self.register.id
    }

    async fn ask(&self, query: &Query) -> Answer {
        let asked_us = self.tools.clock.monotonic_us();
        let answer = self.ask_in_time(query).await;
        let elapsed_us = self.tools.clock.monotonic_us().saturating_sub(asked_us);
        tracing::info!(
            source = self.register.id.as_str(),
            query_id = %query.id,
            request_id = query.request_id,
            outcome = answer.outcome.as_str(),
            attempts = answer.attempts,
            elapsed_ms = elapsed_us / 1_000,
            "source asked"
        );
        answer
    }
}

/// A register nobody has configured: it answers honestly that there is no answer.
#[derive(Debug, Clone, Copy)]
pub struct Unconfigured(pub SourceId);

#[async_trait]
impl Source for Unconfigured {
    fn id(&self) -> SourceId {
        self.0
    }

    async fn ask(&self, _query: &Query) -> Answer {
        Answer::not_configured()
    }
}

fn body_of(query: &Query) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Body {
        query_id: query.id,
        consent_id: query.consent,
        purpose: &query.purpose,
        subject: Subject {
            document_type: query.document.document_type().as_str(),
            document_number: query.document.reveal(),
            name: query.name.reveal(),
        },
    })
}

fn compile(register: Register) -> Result<jsonschema::Validator, SchemaError> {
    let refuse = |why: String| SchemaError {
        register: register.id,
        why,
    };
    let schema: Value =
        serde_json::from_str(register.schema).map_err(|error| refuse(error.to_string()))?;
    jsonschema::options()
        .offline()
        .should_validate_formats(true)
        .build(&schema)
        .map_err(|error| refuse(error.to_string()))
}

const fn judge_status(status: u16) -> Try {
    match status {
        // Too many requests and a server's own time-out pass by themselves.
        500.. | 408 | 429 => Try::failed(FetchOutcome::ServerError, true),
        // 3xx too: a register that has moved is a configuration to mend, and redirects are not followed.
        300..500 => Try::failed(FetchOutcome::Refused, false),
        _ => Try::failed(FetchOutcome::Malformed, false),
    }
}

const fn judge_failure(error: ExchangeError) -> Try {
    match error {
        ExchangeError::Http(HttpError::TimedOut) => Try::failed(FetchOutcome::TimedOut, true),
        ExchangeError::Http(HttpError::Unreachable) => Try::failed(FetchOutcome::Unreachable, true),
        ExchangeError::Http(HttpError::CutShort) => Try::failed(FetchOutcome::Malformed, true),
        ExchangeError::Http(HttpError::TooLong) => Try::failed(FetchOutcome::Malformed, false),
        ExchangeError::Http(HttpError::BadRequest | HttpError::NoClient) => {
            Try::failed(FetchOutcome::Refused, false)
        }
        // A proxy in between answers unsigned when the register is down, and a register that does not know our key cannot
        // sign for us: the status says enough about what to do, and nothing of the body is used.
        ExchangeError::Unsigned {
            status: status @ 300..,
            ..
        } => judge_status(status),
        ExchangeError::Unsigned { .. } => Try::failed(FetchOutcome::BadSignature, false),
    }
}
