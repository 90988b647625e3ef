//! `sanmiao migrate`: brings the database to this version.

use std::io::Write;

use clap::Args;

use super::CliError;
use super::settings::{Where, nature};
use crate::app;

/// Which database.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    place: Where,
}

/// Runs the missing migrations.
///
/// # Errors
/// When the database cannot be reached or a migration fails; nothing is half done then.
pub async fn run(args: MigrateArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let config = args.place.config()?;
    let store = app::open_store(&config, &nature().entropy)
        .await
        .map_err(CliError::unusable)?;
    let pending = store.pending_migrations().await.map_err(CliError::failed)?;
    store.migrate().await.map_err(CliError::failed)?;
    Ok(writeln!(
        out,
        "{pending} migrations done; the database is at this version"
    )?)
}
