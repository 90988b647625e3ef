//! `sanmiao backup`: a consistent copy of the embedded database while it is in use.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::CliError;
use super::settings::Where;

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
    let (_, store) = args.place.store().await?;
    store
        .backup_to(&args.target)
        .await
        .map_err(CliError::unusable)?;
    Ok(writeln!(out, "{}", args.target.display())?)
}
