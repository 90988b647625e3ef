//! Keeps the sums of the journal up to an hour ago, so that a look at the balances reads an hour of it and not years.

use crate::context::Context;
use crate::error::StageError;

/// What is younger is not kept yet, in seconds. An entry is booked with the moment at which its transaction made it, and must have
/// committed before its moment is kept: requests end within half a minute, and the clocks of nodes differ by seconds.
const LAG_S: i64 = 3_600;
/// It is not worth a write for less, in seconds.
const STEP_S: i64 = 600;

/// One round. Returns whether anything was kept. Sums that do not agree with the journal, as after a clock that ran ahead, are made anew:
/// the journal is right.
///
/// # Errors
/// Of the store.
pub async fn run_once(ctx: &Context) -> Result<usize, StageError> {
    let mut tx = ctx.store.read().await?;
    let from = tx.sums_kept_until().await?;
    let until = ctx.now().plus_seconds(-LAG_S);
    let is_due = until >= from.plus_seconds(STEP_S);
    let is_ahead = from > until.plus_seconds(STEP_S);
    if !is_due && !is_ahead {
        return Ok(0);
    }
    let agree = tx.sums_agree().await?;
    drop(tx);
    if agree && !is_due {
        return Ok(0);
    }
    let mut tx = ctx.store.write().await?;
    if !agree {
        tracing::warn!("the sums kept of the journal did not agree with it and are made anew");
        tx.forget_sums().await?;
    }
    let from = tx.sums_kept_until().await?;
    let kept = tx.keep_sums(from, until).await?;
    tx.commit().await?;
    Ok(usize::from(kept))
}
