//! Takes away sessions that have ended, sign-ins that were not finished, forms that nobody came back for, what was typed and never
//! filed, and what people were told of the policies that fit them.

use crate::context::Context;
use crate::error::StageError;

/// How long a session's row outlives its end, in seconds: whoever sends a form from a page left open over night is still known as
/// the one whose form it is.
const OUTLIVES_S: i64 = 86_400;

/// One round; asks for another at once while there is more.
///
/// # Errors
/// Of the store.
pub async fn run_once(ctx: &Context) -> Result<usize, StageError> {
    let now = ctx.now();
    let mut tx = ctx.store.write().await?;
    let swept = tx
        .sweep_sessions(now.plus_seconds(-OUTLIVES_S), now)
        .await?
        + tx.sweep_fits(now).await?
        + tx.sweep_typing(now).await?;
    tx.commit().await?;
    Ok(usize::try_from(swept).unwrap_or(usize::MAX))
}
