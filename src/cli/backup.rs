//! `sanmiao backup`: a consistent copy of the embedded database while it is in use, and of what was handed in.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::CliError;
use super::settings::Where;
use crate::config::Config;
use crate::gateways::assemble;
use crate::gateways::files::FileFolder;
use crate::ports::FileStore as _;
use crate::store::{Kept, Store};

/// Files looked up at once.
const BATCH: u32 = 500;

/// From where to where.
#[derive(Debug, Args)]
pub struct BackupArgs {
    #[command(flatten)]
    place: Where,
    /// File to write; must not exist
    target: PathBuf,
}

/// Writes the copy.
///
/// # Errors
/// When the target exists or cannot be written; on PostgreSQL, where `pg_dump` does this.
pub async fn run(args: BackupArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    if args.target.exists() {
        return Err(CliError::Unusable(format!(
            "{} exists; a backup never overwrites",
            args.target.display()
        )));
    }
    let (config, store) = args.place.store().await?;
    store
        .backup_to(&args.target)
        .await
        .map_err(CliError::unusable)?;
    writeln!(out, "{}", args.target.display())?;
    let beside = copy_files(&config, &store, &args.target).await?;
    Ok(beside.map_or(Ok(()), |folder| writeln!(out, "{}", folder.display()))?)
}

/// Copies what was handed in, and payout files, to a folder beside the copy of the database, sealed as it is. A content is kept before its row, so whatever
/// the database names is there after it was copied.
async fn copy_files(
    config: &Config,
    store: &Store,
    target: &Path,
) -> Result<Option<PathBuf>, CliError> {
    let mut folder = target.as_os_str().to_owned();
    folder.push(".files");
    let folder = PathBuf::from(folder);
    let from = assemble::files(config);
    let to = FileFolder::new(folder.clone(), from.limits());
    let mut copied = false;
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
                let kept = from.get(id).await.map_err(CliError::failed)?;
                let kept = kept.ok_or_else(|| CliError::failed(format!("file {id} is gone")))?;
                to.put(id, &kept).await.map_err(CliError::failed)?;
                copied = true;
            }
        }
    }
    Ok(copied.then_some(folder))
}
