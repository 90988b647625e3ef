//! `sanmiao rotate`: seals everything under the current key that is under an older one.

use std::io::Write;

use clap::Args;

use super::CliError;
use super::settings::Where;
use crate::config::Config;
use crate::gateways::assemble;
use crate::store::{Kept, Rotation, Store};

/// Values sealed anew in one transaction.
const BATCH: u32 = 500;

/// Which database.
#[derive(Debug, Args)]
pub struct RotateArgs {
    #[command(flatten)]
    place: Where,
}

/// The same for what was handed in and for payout files, which are kept beside the database: each content is replaced whole.
async fn rotate_files(
    config: &Config,
    store: &Store,
    bar: &indicatif::ProgressBar,
) -> Result<(), CliError> {
    let files = assemble::files(config);
    for kind in Kept::ALL {
        let mut after = None;
        loop {
            let mut tx = store.read().await.map_err(CliError::failed)?;
            let ids = tx.kept_ids(kind, after, BATCH).await;
            let ids = ids.map_err(CliError::failed)?;
            drop(tx);
            let Some(last) = ids.last() else { break };
            after = Some(*last);
            for id in ids {
                let kept = files.get(id).await.map_err(CliError::failed)?;
                let kept = kept.ok_or_else(|| CliError::failed(format!("file {id} is gone")))?;
                let sealed = store.reseal_file(kind, id, &kept);
                if let Some(sealed) = sealed.map_err(CliError::failed)? {
                    files.put(id, &sealed).await.map_err(CliError::failed)?;
                }
                bar.tick();
            }
        }
    }
    Ok(())
}

/// Rotates in batches while the service runs; stopped and started again it goes on where it was.
///
/// # Errors
/// When a key is missing or the database fails.
pub async fn run(args: RotateArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let (config, store) = args.place.store().await?;
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
    rotate_files(&config, &store, &bar).await?;
    bar.finish_and_clear();
    let mut tx = store.read().await.map_err(CliError::failed)?;
    let left = tx.values_under_old_keys().await.map_err(CliError::failed)?;
    Ok(writeln!(out, "{left} values left under older keys")?)
}
