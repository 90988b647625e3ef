//! Which types can do what.

use super::document::{FactSource, FactType, ParamType};
use crate::domain::source::SourceId;

impl FactSource {
    /// The register; `None` for what signing in established.
    #[must_use]
    pub const fn register(self) -> Option<SourceId> {
        match self {
            Self::Identity => None,
            Self::TalentIntroduction => Some(SourceId::TalentIntroduction),
            Self::Education => Some(SourceId::Education),
            Self::Degree => Some(SourceId::Degree),
            Self::SocialSecurity => Some(SourceId::SocialSecurity),
        }
    }
}

impl FactType {
    /// Types that can be held against a written value.
    pub(crate) const EQUATABLE: &'static [Self] = &[
        Self::Bool,
        Self::Int,
        Self::Decimal,
        Self::Money,
        Self::Date,
        Self::Code,
        Self::Text,
    ];
    /// Types that have an order.
    pub(crate) const ORDERED: &'static [Self] =
        &[Self::Int, Self::Decimal, Self::Money, Self::Date];
    /// Types that can be held against another fact.
    pub(crate) const COMPARABLE: &'static [Self] = &[
        Self::Bool,
        Self::Int,
        Self::Decimal,
        Self::Money,
        Self::Date,
        Self::Code,
        Self::Text,
        Self::Name,
    ];

    /// Name as written in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Decimal => "decimal",
            Self::Money => "money",
            Self::Date => "date",
            Self::Code => "code",
            Self::Codes => "codes",
            Self::Months => "months",
            Self::Text => "text",
            Self::Name => "name",
        }
    }

    /// The type of parameter it can be held against.
    pub(crate) const fn param(self) -> Option<ParamType> {
        match self {
            Self::Int => Some(ParamType::Int),
            Self::Decimal => Some(ParamType::Decimal),
            Self::Money => Some(ParamType::Money),
            Self::Date => Some(ParamType::Date),
            _ => None,
        }
    }
}
