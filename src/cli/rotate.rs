//! `sanmiao rotate`: seals everything under the current key that is under an older one.

use std::io::Write;

use clap::Args;

use super::CliError;
use super::settings::Where;
use crate::store::Rotation;

/// Values sealed anew in one transaction.
const BATCH: u32 = 500;

/// Which database.
#[derive(Debug, Args)]
pub struct RotateArgs {
    #[command(flatten)]
    place: Where,
}

/// Rotates in batches while the service runs; stopped and started again it goes on where it was.
///
/// # Errors
/// When a key is missing or the database fails.
pub async fn run(args: RotateArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let (_, store) = args.place.store().await?;
    store.verify_keys().await.map_err(CliError::unusable)?;
    let bar = indicatif::ProgressBar::new_spinner().with_message("sealing anew");
    let mut at = Rotation::default();
    while !at.is_done() {
        at = store
            .rotate_batch(&at, BATCH)
            .await
            .map_err(CliError::failed)?;
        bar.tick();
    }
    bar.finish_and_clear();
    let mut tx = store.read().await.map_err(CliError::failed)?;
    let left = tx.values_under_old_keys().await.map_err(CliError::failed)?;
    Ok(writeln!(out, "{left} values left under older keys")?)
}
