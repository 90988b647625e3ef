//! Carries instructions to the treasury.
//!
//! A worker leases instructions (state becomes `Unknown` and the fencing epoch rises *before* the first byte is
//! sent), asks first about whatever may have been sent before, sends only what the treasury has never seen, and
//! writes what it heard under its epoch. Attempts are bounded; after that a person is called, and the worker
//! goes on asking, never sending.

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::context::Context;
use crate::domain::payment::{Instruction, InstructionState};
use crate::domain::person::Actor;
use crate::error::StageError;
use crate::payout::echo::{self, Heard};
use crate::payout::settle::{self, Again, Hold, News};
use crate::ports::TreasuryReply;
use crate::store::{InstructionChange, Leased};

/// How the dispatcher behaves; every bound has a name and a unit.
#[derive(Debug, Clone, Copy)]
pub struct DispatchLimits {
    /// Instructions one worker leases at once.
    pub batch: u32,
    /// Instructions under way at once.
    pub concurrency: usize,
    /// How long a lease holds; longer than the longest send.
    pub lease_ms: i64,
    /// Attempts before a person is called.
    pub attempts_max: i64,
    /// First pause between attempts.
    pub pause_min_ms: i64,
    /// Longest pause between attempts.
    pub pause_max_ms: i64,
    /// Pause between questions once a person was called.
    pub pause_held_ms: i64,
    /// How long an acknowledged instruction may stay without news before it is asked about.
    pub silence_ms: i64,
}

impl Default for DispatchLimits {
    fn default() -> Self {
        Self {
            batch: 64,
            concurrency: 32,
            lease_ms: 30_000,
            attempts_max: 12,
            pause_min_ms: 200,
            pause_max_ms: 60_000,
            pause_held_ms: 600_000,
            silence_ms: 120_000,
        }
    }
}

/// Leases and carries one batch. Returns how many instructions it took.
///
/// # Errors
/// Of the store; what was leased is found again when its lease ends.
pub async fn run_once(ctx: &Context, limits: &DispatchLimits) -> Result<usize, StageError> {
    let now = ctx.now();
    let mut tx = ctx.store.write().await?;
    let leased = tx
        .lease_instructions(now, limits.lease_ms, limits.batch)
        .await?;
    tx.commit().await?;
    let taken = leased.len();
    let mut carried = stream::iter(leased)
        .map(|leased| async move { (leased.instruction.id, carry(ctx, limits, leased).await) })
        .buffer_unordered(limits.concurrency);
    while let Some((id, result)) = carried.next().await {
        if let Err(error) = result {
            tracing::warn!(instruction = %id, %error, "instruction goes on at its next lease");
        }
    }
    Ok(taken)
}

async fn carry(ctx: &Context, limits: &DispatchLimits, leased: Leased) -> Result<(), StageError> {
    let Leased { instruction, was } = leased;
    let order = instruction.order().map_err(|_| {
        StageError::corrupt(format!("instruction {} holds no order", instruction.id))
    })?;
    let may_send = instruction.attempts <= limits.attempts_max;
    let reply = converse(ctx, &instruction, was == InstructionState::Ready, may_send).await;
    ctx.metrics.instruction_attempt(reply_word(&reply));
    let heard = echo::read(&order, reply);
    if let Heard::Unknown { why } = &heard {
        tracing::info!(instruction = %instruction.id, attempts = instruction.attempts, why, "treasury not heard");
    }
    let again = again(ctx, limits, instruction.attempts);
    let hold = Hold::Lease {
        epoch: instruction.epoch,
    };
    record(
        ctx,
        News {
            instruction: &instruction,
            heard,
            actor: Actor::Machine("dispatch"),
            hold,
            again,
        },
    )
    .await
}

/// Asks before it sends, unless nothing can have been sent before; sends only what was never seen.
async fn converse(
    ctx: &Context,
    instruction: &Instruction,
    never_sent: bool,
    may_send: bool,
) -> TreasuryReply {
    let treasury = &ctx.world.treasury;
    if !never_sent {
        match treasury.ask(&instruction.id, &instruction.request_id).await {
            TreasuryReply::NeverSeen if may_send => {}
            reply => return reply,
        }
    }
    treasury
        .send(
            &instruction.id,
            instruction.payload.reveal(),
            &instruction.request_id,
        )
        .await
}

/// Asks about acknowledged instructions of which nothing was heard for long: a call-back can be lost.
///
/// # Errors
/// Of the store.
pub async fn ask_silent(ctx: &Context, limits: &DispatchLimits) -> Result<usize, StageError> {
    let before = ctx.now().plus_millis(-limits.silence_ms);
    let mut tx = ctx.store.read().await?;
    let silent = tx.silent_instructions(before, limits.batch).await?;
    drop(tx);
    let asked = silent.len();
    for instruction in silent {
        let reply = ctx
            .world
            .treasury
            .ask(&instruction.id, &instruction.request_id)
            .await;
        let order = instruction.order().map_err(|_| {
            StageError::corrupt(format!("instruction {} holds no order", instruction.id))
        })?;
        let heard = echo::read(&order, reply);
        let again = Again {
            next_at: ctx.now().plus_millis(limits.silence_ms),
            exhausted: false,
        };
        let news = News {
            instruction: &instruction,
            heard,
            actor: Actor::Machine("ask"),
            hold: Hold::State,
            again,
        };
        record(ctx, news).await?;
        asked_just_now(ctx, &instruction).await?;
    }
    Ok(asked)
}

/// What is still only acknowledged after it was asked about is left in peace for another while.
async fn asked_just_now(ctx: &Context, instruction: &Instruction) -> Result<(), StageError> {
    let from = [InstructionState::Acknowledged];
    let change = InstructionChange {
        next_at: Some(ctx.now()),
        ..InstructionChange::to(InstructionState::Acknowledged)
    };
    let mut tx = ctx.store.write().await?;
    tx.change_instruction(&instruction.id, &from, &change)
        .await?;
    Ok(tx.commit().await?)
}

async fn record(ctx: &Context, news: News<'_>) -> Result<(), StageError> {
    let instruction = news.instruction;
    let mut tx = ctx.store.write().await?;
    match settle::write(ctx, &mut tx, news).await {
        Ok(Some(after)) => settle::commit(ctx, tx, instruction, after).await,
        // Nothing new; or somebody else heard first, or took the lease over: theirs is the newer word.
        Ok(None) | Err(StageError::Stale { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Growing pauses up to the last attempt, long ones after it.
fn again(ctx: &Context, limits: &DispatchLimits, attempts: i64) -> Again {
    let now = ctx.now();
    if attempts >= limits.attempts_max {
        return Again {
            next_at: now.plus_millis(limits.pause_held_ms),
            exhausted: true,
        };
    }
    let pause_ms = ctx.pause_ms(limits.pause_min_ms, limits.pause_max_ms, attempts);
    Again {
        next_at: now.plus_millis(pause_ms),
        exhausted: false,
    }
}

const fn reply_word(reply: &TreasuryReply) -> &'static str {
    match reply {
        TreasuryReply::Known(_) => "known",
        TreasuryReply::NeverSeen => "never_seen",
        TreasuryReply::Conflict => "conflict",
        TreasuryReply::Refused { .. } => "refused",
        TreasuryReply::Unknown { .. } => "unknown",
    }
}
