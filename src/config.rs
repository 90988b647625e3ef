//! Configuration: a TOML file, every key also from the environment (`SANMIAO_<SECTION>__<KEY>`), checked as a whole.
//!
//! All problems are told at once, each with its key, what is wrong and how to mend it, in Chinese and English; no value is
//! ever repeated, for any may be a secret in the wrong place. Every secret may also come from a file: the key's name with
//! `_file` behind it.

mod example;
mod keys;
mod problem;
mod read;
mod sections;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use self::problem::{ConfigError, Problem, Text};
use self::read::Reader;
pub use self::sections::{
    Database, FilesConfig, FinanceConfig, IdentityConfig, JobsConfig, LogConfig, LogFormat,
    NotifyConfig, PayoutConfig, PeerConfig, ServerConfig, SignInConfig, SourceConfig,
    TreasuryConfig, VaultConfig, VaultKey,
};
use crate::domain::source::SourceId;

/// Name of the folder of what is handed in, below the embedded database.
const FILES_FOLDER: &str = "files";

/// The whole configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the service listens.
    pub server: ServerConfig,
    /// Where everything is kept.
    pub database: Database,
    /// What is handed in.
    pub files: FilesConfig,
    /// Keys of what is encrypted at rest.
    pub vault: VaultConfig,
    /// The OpenID issuer.
    pub identity: IdentityConfig,
    /// Sign-in of the pages, if any.
    pub sign_in: Option<SignInConfig>,
    /// The registers that are configured; the others answer "not configured".
    pub sources: BTreeMap<SourceId, SourceConfig>,
    /// The treasury.
    pub treasury: TreasuryConfig,
    /// The message sink, if any.
    pub notify: Option<NotifyConfig>,
    /// Who pays by the payout files, if any are made.
    pub payout: Option<PayoutConfig>,
    /// Finance.
    pub finance: FinanceConfig,
    /// How often what runs by itself looks for work.
    pub jobs: JobsConfig,
    /// Where the policy documents are.
    pub policies_dir: PathBuf,
    /// What is logged.
    pub log: LogConfig,
}

impl Config {
    /// The folder of what is handed in: as it is said, else below the embedded database; none beside a server's.
    #[must_use]
    pub fn files_dir(&self) -> Option<PathBuf> {
        let below = match &self.database {
            Database::Embedded { data_dir } => Some(data_dir.join(FILES_FOLDER)),
            Database::Server { .. } => None,
        };
        self.files.dir.clone().or(below)
    }

    /// Reads the file (if one is given) and the environment.
    ///
    /// # Errors
    /// When the file cannot be read or is not TOML; else every problem found, at once.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let text = match file {
            None => String::new(),
            Some(path) => {
                std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
                    path: path.to_owned(),
                    why: error.kind().to_string(),
                })?
            }
        };
        Self::parse(&text, environment)
    }

    /// Reads TOML text and the environment.
    ///
    /// # Errors
    /// When the text is not TOML; else every problem found, at once.
    pub fn parse(
        toml: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(toml, environment)?;
        let config = Self::read(&mut reader);
        config.check(&mut reader);
        let problems = reader.into_problems();
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Problems(problems))
        }
    }

    /// A file with every key, each with a comment. Whoever replaces `CHANGE-ME` has a configuration that works.
    #[must_use]
    pub fn example() -> String {
        example::text()
    }
}

#[cfg(test)]
mod tests;
