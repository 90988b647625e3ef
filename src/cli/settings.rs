//! Where a command finds its configuration: a file that is named, or the one in a data folder.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::CliError;
use crate::app::{self, Nature};
use crate::config::Config;
use crate::gateways::clock::SystemClock;
use crate::gateways::entropy::SystemEntropy;
use crate::store::Store;

/// Name of the configuration in a data folder.
pub const CONFIG_FILE: &str = "sanmiao.toml";

/// Which installation a command works on.
#[derive(Debug, Clone, Args)]
pub struct Where {
    /// Configuration file (TOML); every key may come from the environment instead
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub config: Option<PathBuf>,
    /// Data folder with sanmiao.toml in it, as `demo --data` leaves it
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

impl Where {
    /// The file, if any is named.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        self.config
            .clone()
            .or_else(|| self.data.as_ref().map(|folder| folder.join(CONFIG_FILE)))
    }

    /// Reads and checks the configuration.
    ///
    /// # Errors
    /// Every problem at once, as unusable input.
    pub fn config(&self) -> Result<Config, CliError> {
        Config::load(self.file().as_deref(), std::env::vars()).map_err(CliError::unusable)
    }

    /// Opens the store, which must be at this version.
    ///
    /// # Errors
    /// When it cannot be opened or is older.
    pub async fn store(&self) -> Result<(Config, Store), CliError> {
        let config = self.config()?;
        let store = app::open_store(&config, &nature().entropy)
            .await
            .map_err(CliError::unusable)?;
        match store.pending_migrations().await.map_err(CliError::failed)? {
            0 => Ok((config, store)),
            pending => Err(CliError::Unusable(format!(
                "{pending} migrations are missing: run `sanmiao migrate` first"
            ))),
        }
    }
}

/// The system's clock and randomness.
#[must_use]
pub fn nature() -> Nature {
    Nature {
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SystemEntropy),
    }
}
