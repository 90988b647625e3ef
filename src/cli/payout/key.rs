//! `sanmiao payout key`: a new key that signs payout files.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::CliError;
use crate::cli::settings::nature;
use crate::payfile::sign::{Algorithm, SigningKey};

/// Which algorithm.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Ed25519
    Ed25519,
    /// SM2 with SM3
    Sm2,
}

/// Which key, and where to.
#[derive(Debug, Args)]
pub struct KeyArgs {
    /// How it signs
    #[arg(long, value_enum, default_value = "ed25519")]
    algorithm: Kind,
    /// File for the private key; the public one goes beside it, with .pub behind. Neither may exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Makes the key.
///
/// # Errors
/// When a file exists or cannot be written.
pub fn run(args: &KeyArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let algorithm = match args.algorithm {
        Kind::Ed25519 => Algorithm::Ed25519,
        Kind::Sm2 => Algorithm::Sm2,
    };
    let mut random = zeroize::Zeroizing::new([0; 32]);
    nature().entropy.fill(&mut *random);
    let key = SigningKey::make(algorithm, *random).map_err(CliError::failed)?;
    let mut public = args.out.clone().into_os_string();
    public.push(".pub");
    let public = PathBuf::from(public);
    write_new(&args.out, &key.to_pem().map_err(CliError::failed)?)?;
    write_new(&public, &key.public().to_pem().map_err(CliError::failed)?)?;
    writeln!(out, "{}  {}", key.public().id(), args.out.display())?;
    Ok(writeln!(
        out,
        "{}  {}",
        key.public().id(),
        public.display()
    )?)
}

fn write_new(path: &Path, text: &str) -> Result<(), CliError> {
    let unusable = |error| CliError::Unusable(format!("{}: {error}", path.display()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(unusable)?;
    file.write_all(text.as_bytes()).map_err(unusable)
}
