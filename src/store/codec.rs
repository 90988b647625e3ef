//! Between rows and domain values. What a row holds and the domain does not know is an inconsistency that names table, column
//! and row, and nothing else.

use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::StoreError;
use super::vault::Place;
use crate::domain::award::BudgetKey;
use crate::domain::money::Money;
use crate::domain::source::SourceId;
use crate::domain::time::{Date, Timestamp, parse_date};

/// The row that is being read, for errors.
pub(super) struct At<'r> {
    /// Which table.
    pub(super) table: &'static str,
    /// Id of the row.
    pub(super) row: &'r str,
}

impl At<'_> {
    pub(super) fn wrong(&self, column: &'static str) -> StoreError {
        StoreError::Inconsistent {
            table: self.table,
            column,
            row: self.row.to_owned(),
        }
    }

    /// A value with a text form: an id, a hash, a district.
    pub(super) fn parse<T: FromStr>(
        &self,
        column: &'static str,
        text: &str,
    ) -> Result<T, StoreError> {
        text.parse().map_err(|_| self.wrong(column))
    }

    pub(super) fn parse_opt<T: FromStr>(
        &self,
        column: &'static str,
        text: Option<&String>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.parse(column, text)).transpose()
    }

    /// A word of one of the domain's enums.
    pub(super) fn word<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
        word: &str,
    ) -> Result<T, StoreError> {
        parse(word).ok_or_else(|| self.wrong(column))
    }

    pub(super) fn date(&self, column: &'static str, text: &str) -> Result<Date, StoreError> {
        parse_date(text).map_err(|_| self.wrong(column))
    }

    pub(super) fn time(&self, column: &'static str, micros: i64) -> Result<Timestamp, StoreError> {
        Timestamp::try_from_micros(micros).map_err(|_| self.wrong(column))
    }

    pub(super) fn time_opt(
        &self,
        column: &'static str,
        micros: Option<i64>,
    ) -> Result<Option<Timestamp>, StoreError> {
        micros.map(|micros| self.time(column, micros)).transpose()
    }

    pub(super) fn money(&self, column: &'static str, fen: i64) -> Result<Money, StoreError> {
        Money::from_fen(fen).map_err(|_| self.wrong(column))
    }

    /// A whole number of a smaller type.
    pub(super) fn small<T: TryFrom<i64>>(
        &self,
        column: &'static str,
        value: i64,
    ) -> Result<T, StoreError> {
        T::try_from(value).map_err(|_| self.wrong(column))
    }

    /// A column that the row's state needs.
    pub(super) fn needed<T>(
        &self,
        column: &'static str,
        value: Option<T>,
    ) -> Result<T, StoreError> {
        value.ok_or_else(|| self.wrong(column))
    }

    /// A value kept as JSON.
    pub(super) fn json<T: DeserializeOwned>(
        &self,
        column: &'static str,
        bytes: &[u8],
    ) -> Result<T, StoreError> {
        serde_json::from_slice(bytes).map_err(|_| self.wrong(column))
    }

    /// Sources as [`sources_text`] writes them.
    pub(super) fn sources(
        &self,
        column: &'static str,
        text: &str,
    ) -> Result<Vec<SourceId>, StoreError> {
        text.split(',')
            .filter(|word| !word.is_empty())
            .map(|word| self.parse(column, word))
            .collect()
    }

    pub(super) fn budget(
        &self,
        policy: String,
        district: &str,
        year: i64,
    ) -> Result<BudgetKey, StoreError> {
        Ok(BudgetKey {
            policy,
            district: self.parse("district", district)?,
            year: self.small("year", year)?,
        })
    }
}

/// Sources as one text, in the order given, with commas between.
pub(super) fn sources_text(sources: &[SourceId]) -> String {
    sources
        .iter()
        .map(|source| source.as_str())
        .collect::<Vec<_>>()
        .join(",")
}

/// JSON bytes of a value that is sealed or kept.
pub(super) fn json_bytes(
    table: &'static str,
    value: &impl Serialize,
) -> Result<zeroize::Zeroizing<Vec<u8>>, StoreError> {
    serde_json::to_vec(value)
        .map(zeroize::Zeroizing::new)
        .map_err(|_| StoreError::Unwritable { table })
}

impl super::Tx {
    pub(super) fn seal(
        &self,
        place: Place,
        row: &str,
        plain: &[u8],
    ) -> Result<super::vault::Sealed, StoreError> {
        Ok(self.vault.seal(place, row, plain)?)
    }

    pub(super) fn unseal(
        &self,
        place: Place,
        row: &str,
        key: &str,
        sealed: &[u8],
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, StoreError> {
        Ok(self.vault.open(place, row, key, sealed)?)
    }
}
