//! The command line: a file a command.
//!
//! Exit codes are the same everywhere: 0 fine, 1 the answer is no (a mismatch, a failed check, a broken promise),
//! 2 unusable input. Results go to standard output, logs and progress to standard error.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub mod backup;
pub mod causes;
pub mod demo;
pub mod doctor;
pub mod migrate;
pub mod mocks;
pub mod payout;
pub mod policy;
pub mod reconcile;
pub mod replay;
pub mod rotate;
pub mod serve;
pub mod settings;
#[cfg(test)]
mod shipped_tests;

/// 三秒 — 秒报秒批秒付: fills, approves and pays talent subsidies within seconds, exactly once
#[derive(Debug, Parser)]
#[command(name = "sanmiao", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the whole pipeline on made-up people, over real HTTP
    Demo(demo::DemoArgs),
    /// Serve the API and run what runs by itself
    Serve(serve::ServeArgs),
    /// Serve the made-up world alone: registers, treasury, identity provider, message sink
    Mocks(mocks::MocksArgs),
    /// Bring the database to this version
    Migrate(migrate::MigrateArgs),
    /// Work on policy documents
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Files for finance: write, check, make a key
    #[command(subcommand)]
    Payout(payout::PayoutCommand),
    /// Take in statements of treasury and bank, and tell what differs from our books
    Reconcile(reconcile::ReconcileArgs),
    /// Recompute decisions from the evidence they rest on, to the same bytes
    Replay(replay::ReplayArgs),
    /// Tell why the machine referred in a month, and what one change would remove
    Causes(causes::CausesArgs),
    /// Copy the embedded database while it is in use
    Backup(backup::BackupArgs),
    /// Seal everything under the current key that is under an older one
    Rotate(rotate::RotateArgs),
    /// Tell what is wrong with configuration and surroundings, and how to mend it
    Doctor(doctor::DoctorArgs),
    /// Print the API's OpenAPI document
    Openapi,
    /// Print an example configuration with every key explained
    ExampleConfig,
}

/// How a command ended, when it did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The answer is no: said already, exit code 1.
    #[error("")]
    No,
    /// What was given cannot be used: exit code 2.
    #[error("{0}")]
    Unusable(String),
    /// Something failed on the way: exit code 1.
    #[error("{0}")]
    Failed(String),
    /// Standard output is gone.
    #[error(transparent)]
    Output(#[from] io::Error),
}

impl CliError {
    /// What was given cannot be used.
    pub fn unusable(error: impl std::fmt::Display) -> Self {
        Self::Unusable(error.to_string())
    }

    /// Something failed on the way.
    pub fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; everything else is unusable input.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let ended = runtime().and_then(|runtime| runtime.block_on(run(cli.command)));
    let (code, words) = match ended {
        Ok(()) => (0, String::new()),
        Err(error @ CliError::Unusable(_)) => (2, error.to_string()),
        // A reader that closed the pipe has what it wanted.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            (0, String::new())
        }
        Err(error) => (1, error.to_string()),
    };
    if !words.is_empty() {
        let _ = writeln!(io::stderr(), "sanmiao: {words}");
    }
    ExitCode::from(code)
}

fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CliError::failed)
}

async fn run(command: Command) -> Result<(), CliError> {
    let mut out = io::stdout();
    match command {
        Command::Demo(args) => demo::run(args, &mut out).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Mocks(args) => mocks::run(args, &mut out).await,
        Command::Migrate(args) => migrate::run(args, &mut out).await,
        Command::Policy(command) => match policy::run(&command, &mut out)? {
            0 => Ok(()),
            1 => Err(CliError::No),
            _ => Err(CliError::Unusable(String::new())),
        },
        Command::Payout(command) => payout::run(command, &mut out).await,
        Command::Reconcile(args) => reconcile::run(args, &mut out).await,
        Command::Replay(args) => replay::run(args, &mut out).await,
        Command::Causes(args) => causes::run(args, &mut out).await,
        Command::Backup(args) => backup::run(args, &mut out).await,
        Command::Rotate(args) => rotate::run(args, &mut out).await,
        Command::Doctor(args) => doctor::run(args, &mut out).await,
        Command::Openapi => Ok(write!(out, "{}", crate::web::openapi::document())?),
        Command::ExampleConfig => Ok(write!(out, "{}", crate::config::Config::example())?),
    }
}
