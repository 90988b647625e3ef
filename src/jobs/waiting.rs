//! The waiting list of a used-up budget line: moves when money is added, first come, first served.

use crate::approve::Approve;
use crate::context::Context;
use crate::domain::award::BudgetKey;
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
    let mut awarded = 0;
    for line in lines {
        awarded += one_line(ctx, &line).await?;
    }
    Ok(awarded)
}

/// One line's queue. Whoever cannot be awarded ends it, with an alarm, and not the queues of the other lines.
async fn one_line(ctx: &Context, line: &BudgetKey) -> Result<usize, StageError> {
    let mut tx = ctx.store.read().await?;
    let queue = tx.waiting(line, BATCH).await?;
    drop(tx);
    let approve = Approve::new(ctx.clone());
    let mut awarded = 0;
    for id in queue {
        match approve.award_waiting(id).await {
            Ok(true) => awarded += 1,
            // The first whom the money does not reach ends the round: nobody overtakes.
            Ok(false) => break,
            Err(error) => {
                tracing::warn!(application = %id, %error, "stays at the head of its waiting list");
                super::call_a_person(ctx, &id.to_string(), &error).await?;
                break;
            }
        }
    }
    Ok(awarded)
}
