//! The waiting list of a used-up budget line: moves when money is added, first come, first served.

use crate::approve::Approve;
use crate::context::Context;
use crate::error::StageError;

/// Applications of one line taken up in one round.
const BATCH: u32 = 64;

/// One round over every line that somebody waits for. Returns how many were awarded.
///
/// # Errors
/// Of the store.
pub async fn run_once(ctx: &Context) -> Result<usize, StageError> {
    let mut tx = ctx.store.read().await?;
    let lines = tx.waiting_budgets().await?;
    drop(tx);
    let approve = Approve::new(ctx.clone());
    let mut awarded = 0;
    for line in lines {
        let mut tx = ctx.store.read().await?;
        let queue = tx.waiting(&line, BATCH).await?;
        drop(tx);
        for id in queue {
            // The first whom the money does not reach ends the round: nobody overtakes.
            if !approve.award_waiting(id).await? {
                break;
            }
            awarded += 1;
        }
    }
    Ok(awarded)
}
