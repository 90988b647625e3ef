//! What falls due by the calendar: the end of a publicity, the day of an instalment.

use crate::approve::{Approve, Recheck};
use crate::context::Context;
use crate::domain::evidence::Round;
use crate::domain::payment::{Payment, PaymentState};
use crate::error::StageError;
use crate::payout::Payout;
use crate::prefill::Prefill;

/// Things of each kind taken up in one round.
const BATCH: u32 = 64;
/// How long an instalment rests that could not go on.
const REST_MS: i64 = 60_000;

/// One round. Returns how many things moved on.
///
/// # Errors
/// Of the store.
pub async fn run_once(ctx: &Context) -> Result<usize, StageError> {
    Ok(end_publicity(ctx).await? + pay_due(ctx).await?)
}

async fn end_publicity(ctx: &Context) -> Result<usize, StageError> {
    let mut tx = ctx.store.read().await?;
    let over = tx.publicity_over(ctx.world.clock.today(), BATCH).await?;
    drop(tx);
    let approve = Approve::new(ctx.clone());
    let mut ended = 0;
    for id in over {
        match approve.end_publicity(id).await {
            Ok(_) => ended += 1,
            Err(error) => {
                tracing::warn!(application = %id, %error, "its publicity ends in a later round");
                super::call_a_person(ctx, &id.to_string(), &error).await?;
            }
        }
    }
    Ok(ended)
}

async fn pay_due(ctx: &Context) -> Result<usize, StageError> {
    let mut tx = ctx.store.read().await?;
    let due = tx
        .payments_due(ctx.world.clock.today(), ctx.now(), BATCH)
        .await?;
    drop(tx);
    let mut moved = 0;
    for payment in due {
        match pay(ctx, &payment).await {
            Ok(true) => moved += 1,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(payment = %payment.id, %error, "instalment goes on in a later round");
                super::call_a_person(ctx, &payment.id.to_string(), &error).await?;
                rest(ctx, &payment).await?;
            }
        }
    }
    Ok(moved)
}

/// One that cannot go on makes room for those behind it, or a round's worth of them would hold up everybody.
async fn rest(ctx: &Context, payment: &Payment) -> Result<(), StageError> {
    let mut tx = ctx.store.write().await?;
    let Some(payment) = tx.payment(payment.id).await? else {
        return Ok(());
    };
    if payment.state == PaymentState::Scheduled {
        let retry_at = Some(ctx.now().plus_millis(REST_MS));
        tx.update_payment(&Payment {
            retry_at,
            ..payment
        })
        .await?;
    }
    Ok(tx.commit().await?)
}

/// 续发: collects evidence anew and judges again where the policy says so, then instructs.
async fn pay(ctx: &Context, payment: &Payment) -> Result<bool, StageError> {
    if !payment.recheck {
        return Payout::new(ctx.clone()).instruct_due(payment.id).await;
    }
    let approve = Approve::new(ctx.clone());
    let (application, wanted) = approve.wanted_for(payment).await?;
    Prefill::new(ctx.clone())
        .collect(&application, Round(payment.instalment), &wanted)
        .await?;
    Ok(!matches!(
        approve.recheck(payment.id).await?,
        Recheck::Parked | Recheck::Waits
    ))
}
