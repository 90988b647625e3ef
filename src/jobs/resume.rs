//! Takes up what the machine left lying: applications filed when the program died, and parked ones whose source
//! may be back. Nobody has to touch them.

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;

use crate::approve::Approve;
use crate::context::Context;
use crate::domain::application::{Application, ApplicationState};
use crate::domain::evidence::Round;
use crate::domain::id::ApplicationId;
use crate::domain::source::SourceId;
use crate::error::StageError;
use crate::prefill::Prefill;

/// Applications taken up in one round.
const BATCH: u32 = 64;
/// Applications under way at once.
const CONCURRENCY: usize = 16;
/// How long a filed application is left to the request that filed it, before the resumer decides it.
const FILED_GRACE_MS: i64 = 2_000;

/// One round. Returns how many applications moved on.
///
/// # Errors
/// Of the store; single applications that fail are logged and found again.
pub async fn run_once(ctx: &Context) -> Result<usize, StageError> {
    let now = ctx.now();
    let mut tx = ctx.store.read().await?;
    let mut ids = tx
        .filed_ids(now.plus_millis(-FILED_GRACE_MS), BATCH)
        .await?;
    ids.extend(tx.parked_due(now, BATCH).await?);
    drop(tx);
    let moved = stream::iter(ids)
        .map(|id| async move {
            match resume(ctx, id).await {
                Ok(moved) => usize::from(moved),
                Err(error) => {
                    tracing::warn!(application = %id, %error, "stays where it is until the next round");
                    0
                }
            }
        })
        .buffer_unordered(CONCURRENCY)
        .fold(0, |sum, moved| async move { sum + moved })
        .await;
    Ok(moved)
}

/// Asks the missing sources again and lets the machine judge anew. Returns whether it left the car park.
async fn resume(ctx: &Context, id: ApplicationId) -> Result<bool, StageError> {
    let mut tx = ctx.store.read().await?;
    let Some(application) = tx.application(id).await? else {
        return Ok(false);
    };
    drop(tx);
    if let Err(error) = ask_again(ctx, &application).await {
        // It is judged on what is there, and parked again behind those that can go on.
        tracing::warn!(application = %id, %error, "its sources cannot be asked");
        super::call_a_person(ctx, &id.to_string(), &error).await?;
    }
    let after = Approve::new(ctx.clone()).decide(id).await?;
    Ok(!matches!(after.state, ApplicationState::Parked { .. }))
}

/// Asks every silent register side by side, each to its end, for every asking leaves its row. What one that is back has to say
/// completes the form, and is seen at once, also while another is still being asked.
async fn ask_again(ctx: &Context, application: &Application) -> Result<(), StageError> {
    let silent = Prefill::new(ctx.clone()).silent(application).await?;
    let asked = silent
        .iter()
        .map(|source| ask_one(ctx, application, *source));
    join_all(asked).await.into_iter().collect()
}

async fn ask_one(
    ctx: &Context,
    application: &Application,
    source: SourceId,
) -> Result<(), StageError> {
    let prefill = Prefill::new(ctx.clone());
    let asked = prefill
        .collect(application, Round::FILING, &[source])
        .await?;
    if asked.evidence.is_empty() {
        return Ok(());
    }
    prefill.refill(application).await?;
    Approve::new(ctx.clone()).hear(application.id).await
}
