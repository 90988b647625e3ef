//! `sanmiao payout`: files for finance, and their check without us.

use std::io::Write;

use clap::Subcommand;

use super::CliError;

pub mod against;
pub mod export;
pub mod key;
pub mod verify;

/// What is done with payout files.
#[derive(Debug, Subcommand)]
pub enum PayoutCommand {
    /// Write what was instructed on a day, by policy and district, with a signed manifest
    Export(export::ExportArgs),
    /// Check payout files offline, with nothing but the public key; on request against statements and approvals
    Verify(verify::VerifyArgs),
    /// Make a key that signs payout files
    Key(key::KeyArgs),
}

/// Runs one of them.
///
/// # Errors
/// See each.
pub async fn run(command: PayoutCommand, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    match command {
        PayoutCommand::Export(args) => export::run(args, out).await,
        PayoutCommand::Verify(args) => verify::run(args, out).await,
        PayoutCommand::Key(args) => key::run(&args, out),
    }
}
