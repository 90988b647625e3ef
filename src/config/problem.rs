//! What is wrong with a configuration, told so that it can be mended.

use std::fmt;
use std::path::PathBuf;

/// The same in Chinese and English.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Both languages.
    #[must_use]
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.zh, self.en)
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// Path of the key, `section.key`.
    pub key: String,
    /// What is wrong with it.
    pub what: Text,
    /// What to do.
    pub mend: Text,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.key)?;
        writeln!(f, "    {}", self.what)?;
        write!(f, "  → {}", self.mend)
    }
}

/// Why there is no configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("配置文件 {path} 无法读取:{why} / the configuration file {path} cannot be read: {why}", path = path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The kind of the error.
        why: String,
    },
    /// The text is not TOML. The offending line is not repeated: it may hold a secret.
    #[error("第 {line} 行不是合法的 TOML:{why} / line {line} is not TOML: {why}")]
    NotToml {
        /// From 1.
        line: usize,
        /// The parser's words.
        why: String,
    },
    /// Everything that is wrong with the values.
    #[error("配置有 {} 处问题 / {} problems in the configuration\n{}", .0.len(), .0.len(), list(.0))]
    Problems(Vec<Problem>),
}

fn list(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
