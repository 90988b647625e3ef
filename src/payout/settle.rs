//! Writes what was heard about an instruction, in one transaction: instruction, payment, ledger, audit, alarm.
//!
//! Whoever says it (the reply to a send, the answer to a question, a call-back), the same steps follow, and
//! each is guarded twice: by the state it starts from, and by the ledger's unique movement and reference.

use serde_json::json;

use crate::context::Context;
use crate::docket;
use crate::domain::application::Application;
use crate::domain::audit::AlarmKind;
use crate::domain::award::Award;
use crate::domain::desk::Why;
use crate::domain::id::{AlarmId, PaymentId};
use crate::domain::ledger::Movement;
use crate::domain::notice::Occasion;
use crate::domain::payment::{Instruction, InstructionState, Payment, PaymentState};
use crate::domain::person::Actor;
use crate::domain::recovery::{self, Watch};
use crate::domain::time::Timestamp;
use crate::error::StageError;
use crate::instruct::{award_of, cancel, move_money};
use crate::payout::echo::Heard;
use crate::store::{InstructionChange, Tx};

/// How an instruction is held while its news is written.
#[derive(Debug, Clone, Copy)]
pub enum Hold {
    /// By a worker's lease: the epoch must still be this one.
    Lease {
        /// The epoch the lease was given.
        epoch: i64,
    },
    /// By nobody: the state must still be what was read.
    State,
}

/// When to try again, worked out by the dispatcher.
#[derive(Debug, Clone, Copy)]
pub struct Again {
    /// When a worker may take it next.
    pub next_at: Timestamp,
    /// The attempts are used up: a person is called, and from now on it is asked about, never resent.
    pub exhausted: bool,
}

/// What one piece of news is about.
pub struct News<'a> {
    /// The instruction as last read.
    pub instruction: &'a Instruction,
    /// What was heard.
    pub heard: Heard,
    /// Who said it.
    pub actor: Actor,
    /// How the row is held.
    pub hold: Hold,
    /// When to try again, if this ends nothing.
    pub again: Again,
}

/// Writes it. Returns where the instruction stands now; `None` for news that comes twice or too late and changes nothing.
///
/// # Errors
/// `Stale` when the lease was lost or the state moved: the news must be heard, or read, again.
pub async fn write(
    ctx: &Context,
    tx: &mut Tx,
    news: News<'_>,
) -> Result<Option<InstructionState>, StageError> {
    let now = ctx.now();
    let instruction = news.instruction;
    let payment = tx.payment(instruction.payment).await?.ok_or_else(|| {
        StageError::corrupt(format!("instruction {} has no payment", instruction.id))
    })?;
    let step = Step::of(instruction, &payment, &news, now);
    if contradicts_refusal(&news) {
        let subject = payment.id.to_string();
        tx.raise_alarm(
            AlarmKind::UnexpectedEvent,
            &subject,
            now,
            ctx.id(AlarmId::new),
        )
        .await?;
    }
    if !hold(tx, &news, &step.change).await? {
        return Ok(None);
    }
    let newest = instruction.generation == payment.generation;
    if let Some(movement) = step.movement {
        let award = award_of(tx, &payment).await?;
        if movement == Movement::ReturnSettled {
            give_up_claim(ctx, tx, &award, instruction).await?;
        }
        move_money(
            ctx,
            tx,
            movement,
            &award,
            payment.amount,
            &instruction.id.to_string(),
        )
        .await?;
    }
    if let Some(state) = step
        .payment
        .filter(|state| newest && payment.state.may_become(*state))
    {
        let moved = tx
            .update_payment(&Payment {
                state,
                ..payment.clone()
            })
            .await?;
        arrived(ctx, tx, instruction, moved).await?;
    }
    alarms(ctx, tx, &news, payment.id, now).await?;
    let detail = json!({ "from": instruction.state.as_str(), "to": step.change.state.as_str(), "attempts": instruction.attempts });
    ctx.audit(tx, news.actor, step.act, instruction.id.to_string(), detail)
        .await?;
    Ok(Some(step.change.state))
}

/// The money has arrived, or come back: the applicant is told, and what follows from it follows at once. What arrives under a
/// recall becomes a case; what comes back under one is not paid again before a person has decided, or not at all.
async fn arrived(
    ctx: &Context,
    tx: &mut Tx,
    instruction: &Instruction,
    payment: Payment,
) -> Result<(), StageError> {
    let (state, instalment, amount) = (payment.state, payment.instalment, payment.amount);
    let occasion = Occasion::of_payment(state, instruction.id, instalment, amount);
    let Some(occasion) = occasion else {
        return Ok(());
    };
    let award = award_of(tx, &payment).await?;
    let application = tx
        .application(award.application)
        .await?
        .ok_or(StageError::not_found("application"))?;
    let hold = tx.hold_on(application.id).await?;
    match (state, hold) {
        (PaymentState::Returned, Some(recovery::Hold::Recall(Why::Sample { .. }))) => {
            return cancel(ctx, tx, &award, payment).await;
        }
        (_, Some(recovery::Hold::Recall(because))) => {
            docket::open_recovery(ctx, tx, &award, &payment, because).await?;
        }
        (PaymentState::Settled, _) => watch(ctx, tx, &application, &payment).await?,
        _ => {}
    }
    Ok(ctx.tell(tx, &application, &occasion).await?)
}

/// Whoever is paid under a policy that would demand contributions at a re-check is watched from now on.
async fn watch(
    ctx: &Context,
    tx: &mut Tx,
    application: &Application,
    payment: &Payment,
) -> Result<(), StageError> {
    let Some(policy) = ctx.policies.by_hash(application.policy.hash) else {
        return Ok(());
    };
    let terms = policy.service().watch.unwrap_or_default();
    if policy.watched_instalment(payment.instalment).is_none() {
        return Ok(());
    }
    if let Some(watch) = Watch::begin(payment.id, ctx.now().china_date(), &terms) {
        tx.watch(&watch).await?;
    }
    Ok(())
}

/// What was claimed back comes back through the bank after all: nothing is owed any more. What the payee has repaid of it is owed to
/// them, and a person is called.
async fn give_up_claim(
    ctx: &Context,
    tx: &mut Tx,
    award: &Award,
    instruction: &Instruction,
) -> Result<(), StageError> {
    let Some(claim) = tx.receivable(instruction.payment).await? else {
        return Ok(());
    };
    let (now, reference) = (ctx.now(), instruction.id.to_string());
    let outstanding = claim.outstanding();
    if !outstanding.is_zero() {
        move_money(ctx, tx, Movement::Unclaim, award, outstanding, &reference).await?;
        tx.end_receivable(&claim, now).await?;
    }
    if !claim.repaid.is_zero() {
        move_money(ctx, tx, Movement::Restore, award, claim.repaid, &reference).await?;
    }
    let subject = instruction.payment.to_string();
    tx.raise_alarm(
        AlarmKind::UnexpectedEvent,
        &subject,
        now,
        ctx.id(AlarmId::new),
    )
    .await?;
    Ok(())
}

/// Commits what was written, counts a settlement for `/metrics`, and tells who follows the application.
///
/// # Errors
/// Of the store.
pub async fn commit(
    ctx: &Context,
    mut tx: Tx,
    instruction: &Instruction,
    now_stands: InstructionState,
) -> Result<(), StageError> {
    let Some(award) = tx.award(instruction.id.award()).await? else {
        return Ok(tx.commit().await?);
    };
    let settled_now =
        now_stands == InstructionState::Settled && instruction.state != InstructionState::Settled;
    let filing = if settled_now {
        tx.application(award.application)
            .await?
            .and_then(|it| it.filing)
    } else {
        None
    };
    tx.commit().await?;
    if let Some(filing) = filing {
        ctx.metrics.settled(ctx.now().millis_since(filing.at));
    }
    ctx.bell.ring_notices();
    ctx.bell.changed(award.application);
    Ok(())
}

/// Refused for good, and now spoken of as taken.
fn contradicts_refusal(news: &News<'_>) -> bool {
    news.instruction.state == InstructionState::Rejected
        && matches!(
            news.heard,
            Heard::Accepted { .. } | Heard::Settled { .. } | Heard::Returned { .. }
        )
}

async fn hold(
    tx: &mut Tx,
    news: &News<'_>,
    change: &InstructionChange,
) -> Result<bool, StageError> {
    let instruction = news.instruction;
    match news.hold {
        Hold::Lease { epoch } => {
            tx.finish_lease(&instruction.id, epoch, change).await?;
            Ok(true)
        }
        Hold::State if change.state == instruction.state => Ok(false),
        Hold::State
            if tx
                .change_instruction(&instruction.id, &[instruction.state], change)
                .await? =>
        {
            Ok(true)
        }
        // Somebody else's news came between reading and writing: read again, for it may change what this one means.
        Hold::State => Err(StageError::Stale {
            what: "instruction",
        }),
    }
}

/// What one piece of news does.
struct Step {
    change: InstructionChange,
    payment: Option<PaymentState>,
    movement: Option<Movement>,
    act: &'static str,
}

impl Step {
    fn of(instruction: &Instruction, payment: &Payment, news: &News<'_>, now: Timestamp) -> Self {
        use InstructionState as I;
        let from = instruction.state;
        let step = |state: I, payment, movement, act| {
            let mut change = InstructionChange::to(state);
            change.next_at = Some(news.again.next_at);
            Self {
                change,
                payment,
                movement,
                act,
            }
        };
        match &news.heard {
            // A return is the last word: what is heard of an earlier stage afterwards was on its way before it.
            Heard::Accepted { .. } | Heard::Settled { .. } if from == I::Returned => {
                step(I::Returned, None, None, "instruction.late_word")
            }
            Heard::Accepted { .. } if from == I::Settled => {
                step(I::Settled, None, None, "instruction.late_word")
            }
            // The treasury contradicts itself: refused for good, and then taken or paid. Its money is no longer under this
            // instruction, and may be under the next; a person must look.
            Heard::Accepted { .. } | Heard::Settled { .. } | Heard::Returned { .. }
                if from == I::Rejected =>
            {
                step(I::Rejected, None, None, "instruction.contradicted")
            }
            Heard::Accepted { treasury_no } => {
                let mut step = step(
                    I::Acknowledged,
                    Some(PaymentState::Instructed),
                    None,
                    "instruction.acknowledged",
                );
                step.acknowledge(instruction, treasury_no, now);
                step
            }
            Heard::Settled { treasury_no } => {
                let movement = (from != I::Settled).then_some(Movement::Settle);
                let mut step = step(
                    I::Settled,
                    Some(PaymentState::Settled),
                    movement,
                    "instruction.settled",
                );
                step.acknowledge(instruction, treasury_no, now);
                step.change.settled_at = instruction.settled_at.is_none().then_some(now);
                step
            }
            Heard::Returned { treasury_no, code } => {
                let movement = match from {
                    I::Returned => None,
                    I::Settled => Some(Movement::ReturnSettled),
                    _ => Some(Movement::ReturnUnsettled),
                };
                let mut step = step(
                    I::Returned,
                    Some(PaymentState::Returned),
                    movement,
                    "instruction.returned",
                );
                step.acknowledge(instruction, treasury_no, now);
                step.change.returned_at = instruction.returned_at.is_none().then_some(now);
                step.change.reason_code.clone_from(code);
                step
            }
            // Nothing was paid under this id and nothing will be: like a return, it takes a corrected account and a
            // linked new instruction. The alarm has a person look whether the fault is ours.
            Heard::Rejected { code } => {
                let movement = (from != I::Rejected).then_some(Movement::ReturnUnsettled);
                let mut step = step(
                    I::Rejected,
                    Some(PaymentState::Returned),
                    movement,
                    "instruction.rejected",
                );
                step.change.reason_code.clone_from(code);
                step
            }
            // What was already settled or acknowledged stays so; the alarm calls a person.
            Heard::Differs(_) => {
                let state = if from == I::Ready { I::Unknown } else { from };
                let held = news.again.exhausted.then_some(PaymentState::Held);
                step(state, held, None, "instruction.echo_differs")
            }
            Heard::NeverSeen | Heard::Unknown { .. } => {
                let held = (news.again.exhausted && payment.state == PaymentState::Instructed)
                    .then_some(PaymentState::Held);
                let state = if from == I::Ready { I::Unknown } else { from };
                step(state, held, None, "instruction.unknown")
            }
        }
    }
}

impl Step {
    /// The first word of the treasury is the acknowledgement, whatever else it says.
    fn acknowledge(&mut self, instruction: &Instruction, treasury_no: &str, now: Timestamp) {
        if instruction.acknowledged_at.is_none() {
            self.change.acknowledged_at = Some(now);
            self.change.treasury_no = (!treasury_no.is_empty()).then(|| treasury_no.to_owned());
        }
    }
}

async fn alarms(
    ctx: &Context,
    tx: &mut Tx,
    news: &News<'_>,
    payment: PaymentId,
    now: Timestamp,
) -> Result<(), StageError> {
    let subject = payment.to_string();
    let kind = match news.heard {
        Heard::Accepted { .. } | Heard::Settled { .. } | Heard::Returned { .. } => {
            for kind in [AlarmKind::PaymentStuck, AlarmKind::EchoDiffers] {
                tx.close_alarm(kind, &subject).await?;
            }
            return Ok(());
        }
        Heard::Rejected { .. } => AlarmKind::PaymentRejected,
        Heard::Differs(_) => AlarmKind::EchoDiffers,
        Heard::NeverSeen | Heard::Unknown { .. } if news.again.exhausted => AlarmKind::PaymentStuck,
        Heard::NeverSeen | Heard::Unknown { .. } => return Ok(()),
    };
    tx.raise_alarm(kind, &subject, now, ctx.id(AlarmId::new))
        .await?;
    Ok(())
}
