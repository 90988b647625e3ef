//! Drift watch: social security is asked again about whoever was paid under a policy that would demand contributions at a re-check.
//! Where they have stopped, a person looks whether the money has to come back. Never more than a question of the register is the
//! machine's: it recovers nothing by itself.

use crate::approve::Approve;
use crate::context::Context;
use crate::domain::evidence::Round;
use crate::domain::recovery::Watch;
use crate::domain::source::SourceId;
use crate::domain::time::Date;
use crate::error::StageError;
use crate::prefill::Prefill;

/// Payments looked at in one round.
const BATCH: u32 = 32;

/// One round. Returns how many payments were looked at.
///
/// # Errors
/// Of the store.
pub async fn run_once(ctx: &Context) -> Result<usize, StageError> {
    let today = ctx.world.clock.today();
    let mut tx = ctx.store.read().await?;
    let due = tx.watches_due(today, BATCH).await?;
    drop(tx);
    let mut looked = 0;
    for watch in due {
        match look(ctx, &watch, today).await {
            Ok(()) => looked += 1,
            // Another node was first.
            Err(error) if error.lost_race() => {}
            Err(error) => {
                tracing::warn!(payment = %watch.payment, %error, "is looked at again tomorrow");
                super::call_a_person(ctx, &watch.payment.to_string(), &error).await?;
                rest(ctx, &watch, today).await?;
            }
        }
    }
    Ok(looked)
}

async fn look(ctx: &Context, watch: &Watch, today: Date) -> Result<(), StageError> {
    let approve = Approve::new(ctx.clone());
    let Some(watched) = approve.watched(watch).await? else {
        return approve.watch_again(watch, None).await;
    };
    let collected = Prefill::new(ctx.clone())
        .collect(
            &watched.application,
            Round::WATCH,
            &[SourceId::SocialSecurity],
        )
        .await?;
    if !collected.missing().is_empty() {
        return approve.watch_again(watch, tomorrow(watch, today)).await;
    }
    approve.look_after(watch, &watched).await.map(drop)
}

/// One that cannot be looked at makes room for those behind it.
async fn rest(ctx: &Context, watch: &Watch, today: Date) -> Result<(), StageError> {
    let approve = Approve::new(ctx.clone());
    match approve.watch_again(watch, tomorrow(watch, today)).await {
        Err(error) if error.lost_race() => Ok(()),
        other => other,
    }
}

fn tomorrow(watch: &Watch, today: Date) -> Option<Date> {
    today.tomorrow().ok().filter(|day| *day <= watch.until_on)
}
