//! Single values as they go out: all of them text.

use std::fmt::Display;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::hash::Sha256Hex;
use crate::domain::money::Money;
use crate::domain::time::{Date, Timestamp};

/// An amount in yuan with exactly two decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String, pattern = r"^(0|[1-9]\d{0,13})\.\d{2}$", example = "100000.00")]
pub struct Amount(String);

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self(money.to_string())
    }
}

/// A balance in yuan with exactly two decimals, below zero where money was taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String, pattern = r"^-?(0|[1-9]\d{0,16})\.\d{2}$", example = "-100000.00")]
pub struct SignedAmount(String);

impl SignedAmount {
    /// A balance in fen.
    #[must_use]
    pub fn of_fen(fen: i64) -> Self {
        let sign = if fen < 0 { "-" } else { "" };
        let fen = fen.unsigned_abs();
        Self(format!("{sign}{}.{:02}", fen / 100, fen % 100))
    }
}

/// An instant, RFC 3339 in UTC with six decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-23T01:02:03.000000Z")]
pub struct Instant(String);

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        Self(at.to_string())
    }
}

/// A civil date in China, ISO 8601.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String, format = Date, example = "2026-11-23")]
pub struct Day(String);

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(date.to_string())
    }
}

/// An id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String, example = "019a0000-0000-7000-8000-000000000001")]
pub struct IdText(String);

impl IdText {
    /// Of anything whose text form is its id.
    #[must_use]
    pub fn of(id: &impl Display) -> Self {
        Self(id.to_string())
    }
}

impl From<String> for IdText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// A SHA-256 in 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String, pattern = "^[0-9a-f]{64}$",
    example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
pub struct Hash(String);

impl From<&Sha256Hex> for Hash {
    fn from(hash: &Sha256Hex) -> Self {
        Self(hash.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_keeps_its_sign_and_its_two_decimals() {
        for (fen, text) in [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (-12_345, "-123.45"),
            (i64::MIN, "-92233720368547758.08"),
        ] {
            assert_eq!(SignedAmount::of_fen(fen), SignedAmount(text.to_owned()));
        }
    }
}
