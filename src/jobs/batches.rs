//! Releases of payout files that were broken off: they go on from where they stood.

use crate::context::Context;
use crate::error::StageError;
use crate::finance::Finance;

/// One round.
///
/// # Errors
/// Of the store.
pub async fn run_once(ctx: &Context) -> Result<usize, StageError> {
    Finance::new(ctx.clone()).resume_releases().await
}
