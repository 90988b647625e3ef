//! What runs by itself: dispatch, resume, waiting list, publicity, instalments due, silent instructions, messages, figures,
//! ended sessions, the desk's deadlines, the breaker, the watch after payment, releases that were broken off, sums of the journal.
//!
//! Every job is a function that does one round and says how much it did; [`run`] repeats it, woken by its bell
//! or by its interval, whichever comes first. A job that fails logs and is tried again: the work is in the store,
//! and nothing is lost by a round that did not happen.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use tokio::sync::watch;

use crate::context::Context;
use crate::domain::audit::AlarmKind;
use crate::domain::id::AlarmId;
use crate::error::StageError;
use crate::jobs::notices::NoticeLimits;
use crate::payout::dispatch::{self, DispatchLimits};

pub mod balances;
pub mod batches;
pub mod breaker;
pub mod drift;
pub mod due;
pub mod figures;
pub mod notices;
pub mod resume;
pub mod supervise;
pub mod sweep;
pub mod waiting;

/// How often each job looks by itself when no bell rings, and the dispatcher's limits.
#[derive(Debug, Clone, Copy)]
pub struct Intervals {
    /// Dispatch of instructions.
    pub dispatch: Duration,
    /// Parked and filed applications.
    pub resume: Duration,
    /// Waiting list of used-up budgets.
    pub waiting: Duration,
    /// Publicity that ended, instalments that fell due.
    pub due: Duration,
    /// Acknowledged instructions of which nothing was heard.
    pub silent: Duration,
    /// Messages to applicants that did not go the first time.
    pub notices: Duration,
    /// Gauges of `/metrics`.
    pub figures: Duration,
    /// Sessions that have ended, and sums of the journal.
    pub sweep: Duration,
    /// Deadlines of the desk's cases.
    pub supervise: Duration,
    /// How much the machine approves of late.
    pub breaker: Duration,
    /// Contributions of whoever was paid.
    pub drift: Duration,
    /// The dispatcher's bounds.
    pub limits: DispatchLimits,
    /// The messages' bounds.
    pub notice_limits: NoticeLimits,
}

impl Default for Intervals {
    fn default() -> Self {
        Self {
            dispatch: Duration::from_millis(500),
            resume: Duration::from_millis(500),
            waiting: Duration::from_secs(5),
            due: Duration::from_secs(5),
            silent: Duration::from_secs(15),
            notices: Duration::from_secs(5),
            figures: Duration::from_secs(15),
            sweep: Duration::from_mins(1),
            supervise: Duration::from_mins(1),
            breaker: Duration::from_secs(1),
            drift: Duration::from_mins(1),
            limits: DispatchLimits::default(),
            notice_limits: NoticeLimits::default(),
        }
    }
}

/// Told once when the program ends; a job finishes its round first.
pub type Stop = watch::Receiver<bool>;

/// Runs every job until told to stop.
pub async fn run(ctx: Context, every: Intervals, stop: Stop) {
    let (limits, notice_limits) = (every.limits, every.notice_limits);
    let jobs: Vec<std::pin::Pin<Box<dyn Future<Output = ()> + Send>>> = vec![
        Box::pin(repeat(
            "dispatch",
            every.dispatch,
            stop.clone(),
            || ctx.bell.dispatch(),
            || dispatch::run_once(&ctx, &limits),
        )),
        Box::pin(repeat(
            "resume",
            every.resume,
            stop.clone(),
            || ctx.bell.resume(),
            || resume::run_once(&ctx),
        )),
        Box::pin(repeat(
            "waiting",
            every.waiting,
            stop.clone(),
            || ctx.bell.budget(),
            || waiting::run_once(&ctx),
        )),
        Box::pin(repeat(
            "due",
            every.due,
            stop.clone(),
            std::future::pending,
            || due::run_once(&ctx),
        )),
        Box::pin(repeat(
            "notices",
            every.notices,
            stop.clone(),
            || ctx.bell.notices(),
            || notices::run_once(&ctx, &notice_limits),
        )),
        Box::pin(repeat(
            "figures",
            every.figures,
            stop.clone(),
            std::future::pending,
            || figures::run_once(&ctx),
        )),
        Box::pin(repeat(
            "sweep",
            every.sweep,
            stop.clone(),
            std::future::pending,
            || sweep::run_once(&ctx),
        )),
        Box::pin(repeat(
            "balances",
            every.sweep,
            stop.clone(),
            std::future::pending,
            || balances::run_once(&ctx),
        )),
        Box::pin(repeat(
            "supervise",
            every.supervise,
            stop.clone(),
            std::future::pending,
            || supervise::run_once(&ctx),
        )),
        Box::pin(repeat(
            "breaker",
            every.breaker,
            stop.clone(),
            std::future::pending,
            || breaker::run_once(&ctx),
        )),
        Box::pin(repeat(
            "batches",
            every.due,
            stop.clone(),
            std::future::pending,
            || batches::run_once(&ctx),
        )),
        Box::pin(repeat(
            "drift",
            every.drift,
            stop.clone(),
            std::future::pending,
            || drift::run_once(&ctx),
        )),
        Box::pin(repeat(
            "silent",
            every.silent,
            stop,
            std::future::pending,
            || dispatch::ask_silent(&ctx, &limits),
        )),
    ];
    join_all(jobs).await;
}

/// Nothing waits in silence: work that will not go on by itself calls a person. What is only passing is found again in the
/// next round and calls nobody.
async fn call_a_person(ctx: &Context, subject: &str, error: &StageError) -> Result<(), StageError> {
    if error.is_passing() {
        return Ok(());
    }
    let kind = match error {
        StageError::Calendar(_) => AlarmKind::CalendarEnds,
        _ => AlarmKind::Inconsistent,
    };
    let mut tx = ctx.store.write().await?;
    tx.raise_alarm(kind, subject, ctx.now(), ctx.id(AlarmId::new))
        .await?;
    Ok(tx.commit().await?)
}

/// One job: a round; again at once while there is more; else sleep until the bell, the interval or the end.
async fn repeat<Bell, Rung, Round, Done>(
    name: &'static str,
    every: Duration,
    mut stop: Stop,
    bell: Bell,
    round: Round,
) where
    Bell: Fn() -> Rung,
    Rung: Future<Output = ()>,
    Round: Fn() -> Done,
    Done: Future<Output = Result<usize, StageError>>,
{
    while !*stop.borrow() {
        let more = match round().await {
            Ok(done) => done > 0,
            Err(error) => {
                tracing::warn!(job = name, %error, "this round failed; the next one finds the same work");
                false
            }
        };
        if more {
            continue;
        }
        let (bell, sleep) = (pin!(bell()), pin!(tokio::time::sleep(every)));
        let rested = select(bell, sleep);
        if let Either::Right((ended, _)) = select(rested, pin!(stop.changed())).await {
            // The sender is gone or says stop: either way the program ends.
            if ended.is_err() {
                return;
            }
        }
    }
}
