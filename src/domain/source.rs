//! The registers that are asked about a person (数源部门).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceId {
    /// 人才引进: talent introduction and employment.
    TalentIntroduction,
    /// 学历: education certificates, and the form of study.
    Education,
    /// 学位: degrees, and recognised foreign ones.
    Degree,
    /// 社保: social-security contributions.
    SocialSecurity,
}

/// The text names no register.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no source of this name; known are talent_introduction, education, degree and social_security"
)]
pub struct UnknownSource;

impl SourceId {
    /// Every register, in the order in which they are shown.
    pub const ALL: [Self; 4] = [
        Self::TalentIntroduction,
        Self::Education,
        Self::Degree,
        Self::SocialSecurity,
    ];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TalentIntroduction => "talent_introduction",
            Self::Education => "education",
            Self::Degree => "degree",
            Self::SocialSecurity => "social_security",
        }
    }

    /// The name on Chinese pages.
    #[must_use]
    pub const fn label_zh(self) -> &'static str {
        match self {
            Self::TalentIntroduction => "人才引进",
            Self::Education => "学历",
            Self::Degree => "学位",
            Self::SocialSecurity => "社保",
        }
    }

    /// The name on English pages.
    #[must_use]
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::TalentIntroduction => "Talent introduction",
            Self::Education => "Education record",
            Self::Degree => "Degree",
            Self::SocialSecurity => "Social security",
        }
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SourceId {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, UnknownSource> {
        Self::ALL
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or(UnknownSource)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_json_agree_for_every_source() {
        for source in SourceId::ALL {
            assert_eq!(source.as_str().parse(), Ok(source));
            assert_eq!(serde_json::to_value(source).unwrap(), source.as_str());
        }
    }

    #[test]
    fn an_unknown_name_is_refused() {
        for text in ["", "Education", "degrees", "social-security"] {
            assert_eq!(text.parse::<SourceId>(), Err(UnknownSource));
        }
    }
}
