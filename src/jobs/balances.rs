//! Keeps the sums of the journal up to an hour ago, so that a look at the balances reads an hour of it and not years.

use crate::context::Context;
use crate::error::StageError;

/// What is younger is not kept yet, in seconds. An entry is booked with the moment at which its transaction made it, and must have
/// committed before its moment is kept: requests end within half a minute, and the clocks of nodes differ by seconds.
const LAG_S: i64 = 3_600;
/// It is not worth a write for less, in seconds.
const STEP_S: i64 = 600;

/// One round. Returns whether anything was kept.
///
/// # Errors
/// Of the store.
pub async fn run_once(ctx: &Context) -> Result<usize, StageError> {
    let mut tx = ctx.store.read().await?;
    let from = tx.sums_kept_until().await?;
    drop(tx);
    let until = ctx.now().plus_seconds(-LAG_S);
    if until < from.plus_seconds(STEP_S) {
        return Ok(0);
    }
    let mut tx = ctx.store.write().await?;
    let kept = tx.keep_sums(from, until).await?;
    tx.commit().await?;
    Ok(usize::from(kept))
}
