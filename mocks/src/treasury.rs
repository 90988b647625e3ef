//! The treasury: takes instructions once for ever, settles them a little later, calls back, and keeps books of its own.

mod amount;
mod book;
mod callbacks;
mod echo;
mod instruction;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

pub use book::LedgerTotals;
use book::{Book, Event, Held, Moved, Taken};
pub use callbacks::CallbackCounts;
pub(crate) use callbacks::Callbacks;
use instruction::Instruction;

use crate::clock::rfc3339;
use crate::connection::Cut;
use crate::faults::{Channel, Plan, TreasuryPlan};
use crate::http::{About, Incoming, Problem, Reply, signed};
use crate::people::BankReturn;
use crate::shared::Shared;
use amount::Fen;

/// How long things take at the treasury.
#[derive(Clone, Copy, Debug)]
pub struct TreasuryTiming {
    /// From acceptance to settlement.
    pub settle_delay: Duration,
    /// From the moment a bad card would have been paid to the return.
    pub return_delay: Duration,
    /// Days that pass in the books between the two; with any, the payment is settled first and comes back later.
    pub return_days: u16,
    /// Wait before a call-back that was not acknowledged is sent again; doubles up to fifty times itself.
    pub callback_retry: Duration,
    /// How often a call-back is sent at most.
    pub callback_attempts_max: u32,
}

impl Default for TreasuryTiming {
    fn default() -> Self {
        Self {
            settle_delay: Duration::from_millis(50),
            return_delay: Duration::from_millis(50),
            return_days: 0,
            callback_retry: Duration::from_millis(100),
            callback_attempts_max: 60,
        }
    }
}

/// The treasury's state.
pub(crate) struct Treasury {
    book: Mutex<Book>,
    timing: TreasuryTiming,
    pub(crate) callbacks: Callbacks,
}

impl Treasury {
    pub(crate) fn new(timing: TreasuryTiming, callbacks: Callbacks) -> Self {
        Self {
            book: Mutex::default(),
            timing,
            callbacks,
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Totals over all time.
    pub(crate) fn totals(&self) -> LedgerTotals {
        self.book().totals()
    }
}

/// The routes of the treasury.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/treasury/instructions", post(instruct))
        .route("/treasury/instructions/{id}", get(ask))
        .route("/treasury/statements/{day}", get(statement))
        .route("/treasury/ledger", get(ledger))
}

#[derive(Deserialize)]
struct Key {
    instruction_id: String,
    payee_account: String,
}

async fn instruct(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    signed(
        shared,
        Channel::Treasury,
        cut,
        request,
        about_instruction,
        accept,
    )
    .await
}

fn about_instruction(shared: &Shared, incoming: &Incoming) -> About {
    match serde_json::from_slice::<Key>(&incoming.body) {
        Ok(key) => About {
            personal: shared
                .person_by_account(&key.payee_account)
                .map_or_else(Vec::new, |person| person.faults.clone()),
            key: key.instruction_id,
        },
        Err(_) => About {
            key: incoming.nonce.clone(),
            personal: Vec::new(),
        },
    }
}

fn accept(shared: &Arc<Shared>, incoming: &Incoming, plan: &Plan) -> Result<Reply, Problem> {
    let (instruction, amount) = Instruction::read(incoming.json()?, &shared.schemas.instruction)?;
    let now = shared.clock.business_micros();
    let taken = shared
        .treasury
        .book()
        .take(instruction, amount, now, plan.treasury.callbacks);
    match taken {
        Taken::New(held) => {
            let reply = echo::acknowledgement(&held, &plan.treasury);
            tokio::spawn(carry_out(Arc::clone(shared), held, plan.treasury));
            Ok(Reply {
                status: StatusCode::CREATED,
                body: reply,
            })
        }
        Taken::Same(held) => Ok(Reply::ok(echo::acknowledgement(&held, &plan.treasury))),
        Taken::Other(held) if plan.treasury.never_conflicts => {
            Ok(Reply::ok(echo::acknowledgement(&held, &plan.treasury)))
        }
        Taken::Other(_) => Err(Problem::new(
            StatusCode::CONFLICT,
            "instruction_differs",
            "an instruction with this id and another payload was accepted before",
        )),
    }
}

/// What the bank does with an instruction once it is accepted.
async fn carry_out(shared: Arc<Shared>, held: Held, plan: TreasuryPlan) {
    let timing = shared.treasury.timing;
    let id = held.instruction.instruction_id.as_str();
    if !wait(
        &shared,
        timing.settle_delay + Duration::from_millis(plan.settles_later_ms),
    )
    .await
    {
        return;
    }
    let refusal = bank_refusal(&shared, &held.instruction);
    // A first payment may come back by a fault; the one that follows it is paid, or nobody would ever be.
    let late = plan.returns.filter(|_| held.instruction.generation == 1);
    let back = match (refusal, late) {
        (Some(why), _) => Some((why, timing.return_delay, timing.return_days)),
        (None, Some((ms, days))) => Some((came_back(), Duration::from_millis(ms), days)),
        (None, None) => None,
    };
    let settles = back.as_ref().is_none_or(|(_, _, days)| *days > 0);
    if settles {
        let event = shared
            .treasury
            .book()
            .settle(id, shared.clock.business_micros());
        callbacks::announce(&shared, event);
    }
    if let Some((why, delay, days)) = back
        && wait(&shared, delay).await
    {
        let at = shared.clock.business_micros() + i64::from(days) * 86_400_000_000;
        let event = shared.treasury.book().give_back(id, why, at);
        callbacks::announce(&shared, event);
    }
}

/// Waits; false when the world stops first.
async fn wait(shared: &Shared, delay: Duration) -> bool {
    if delay.is_zero() {
        return true;
    }
    tokio::select! {
        () = tokio::time::sleep(delay) => true,
        () = shared.stopped() => false,
    }
}

/// Why the bank will not pay: it was settled beforehand that the card is bad, or the account is held in another name.
fn bank_refusal(shared: &Shared, instruction: &Instruction) -> Option<BankReturn> {
    let person = shared.person_by_account(&instruction.payee_account)?;
    let account = [Some(&person.account), person.spare_account.as_ref()]
        .into_iter()
        .flatten()
        .find(|account| account.number == instruction.payee_account)?;
    if account.will_return.is_some() {
        return account.will_return.clone();
    }
    (account.holder != instruction.payee_name).then(|| BankReturn {
        code: "R03".to_owned(),
        reason: "账号户名不符".to_owned(),
    })
}

fn came_back() -> BankReturn {
    BankReturn {
        code: "R09".to_owned(),
        reason: "收款行退回".to_owned(),
    }
}

async fn ask(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let key = id.clone();
    let about = move |_: &Shared, _: &Incoming| keyed(key);
    signed(
        shared,
        Channel::Treasury,
        cut,
        request,
        about,
        move |shared, _, plan| match shared.treasury.book().find(&id) {
            Some(held) => Ok(Reply::ok(echo::acknowledgement(held, &plan.treasury))),
            None => Err(Problem::new(
                StatusCode::NOT_FOUND,
                "instruction_unknown",
                "no instruction with this id was ever accepted",
            )),
        },
    )
    .await
}

fn keyed(key: String) -> About {
    About {
        key,
        personal: Vec::new(),
    }
}

async fn ledger(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let about = |_: &Shared, _: &Incoming| keyed("ledger".to_owned());
    signed(
        shared,
        Channel::Treasury,
        cut,
        request,
        about,
        |shared, _, _| Ok(Reply::ok(json!(shared.treasury.totals()))),
    )
    .await
}

async fn statement(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    Path(day): Path<String>,
    request: Request,
) -> Response {
    let about = |_: &Shared, _: &Incoming| keyed("statement".to_owned());
    signed(
        shared,
        Channel::Treasury,
        cut,
        request,
        about,
        move |shared, _, _| {
            let Some(day) = read_day(&day) else {
                return Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "date_format",
                    "a day is written like 2026-11-20",
                ));
            };
            Ok(Reply::ok(day_end(day, shared.treasury.book().day(day))))
        },
    )
    .await
}

fn read_day(text: &str) -> Option<Date> {
    text.parse::<Date>()
        .ok()
        .filter(|day| day.to_string() == text)
}

/// The day-end statement: an envelope that declares counts and sums, and a line a movement.
fn day_end(day: Date, events: &[Event]) -> Value {
    let sum = |moved: Option<Moved>| {
        let chosen = events
            .iter()
            .filter(|event| moved.is_none_or(|moved| event.status == moved));
        let (count, fen) = chosen.fold((0_u64, 0_i64), |(count, fen), event| {
            (count + 1, fen.saturating_add(event.amount.fen()))
        });
        (count, Fen::from_fen(fen).to_string())
    };
    let (all, paid, returned) = (
        sum(None),
        sum(Some(Moved::Settled)),
        sum(Some(Moved::Returned)),
    );
    json!({
        "date": day,
        "count": all.0,
        "total": all.1,
        "paid_count": paid.0,
        "paid_total": paid.1,
        "returned_count": returned.0,
        "returned_total": returned.1,
        "lines": events.iter().map(line).collect::<Vec<_>>(),
    })
}

fn line(event: &Event) -> Value {
    json!({
        "instruction_id": event.instruction_id,
        "treasury_no": event.treasury_no,
        "amount": event.amount.to_string(),
        "payee_account": event.payee_account,
        "status": event.status,
        "occurred_at": rfc3339(event.at_micros),
        "bank_serial": event.bank_serial,
        "return_code": event.why.as_ref().map(|why| why.code.as_str()),
    })
}
