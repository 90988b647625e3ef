//! Tables for people and programs alike: a page shows them, a workbook holds each as a sheet, a command prints them, the API tells them as JSON.
//! Nothing is counted here.

pub mod workbook;

use super::words::{Language, Words};
use crate::domain::figures::share;

/// A table.
pub struct Table {
    /// Its name in addresses and in JSON.
    pub id: &'static str,
    /// Its title.
    pub title: Words,
    /// Columns.
    pub head: Vec<Column>,
    /// Rows; each has as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
pub struct Column {
    /// Its name in JSON.
    pub key: &'static str,
    /// Its head.
    pub words: Words,
    /// Whether numbers stand in it.
    pub is_number: bool,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(Words),
    /// How many.
    Count(usize),
    /// A part of a whole.
    Share(usize, usize),
    /// A length of time in microseconds, told in hours.
    Hours(i64),
    /// Working days.
    Days(i64),
    /// An amount in fen, which may be below zero where it is a difference.
    Money(i64),
    /// Nothing can be said.
    Nothing,
}

const HOUR_US: i64 = 3_600_000_000;

/// Hours with one decimal, cut off.
#[must_use]
pub fn hours(us: i64) -> String {
    let tenths = us / (HOUR_US / 10);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A share in percent with one decimal, cut off.
#[must_use]
pub fn percent(part: usize, whole: usize) -> String {
    let per_mille = (part * 1_000).checked_div(whole).unwrap_or(0);
    format!("{}.{}%", per_mille / 10, per_mille % 10)
}

/// An amount in yuan with its two decimals; exact, for it is written from whole fen.
#[must_use]
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

impl Cell {
    /// For a page or a screen.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match self {
            Self::Text(words) => words.text(language).to_owned(),
            Self::Count(count) => count.to_string(),
            Self::Share(_, 0) | Self::Nothing => "—".to_owned(),
            Self::Share(part, whole) => percent(*part, *whole),
            Self::Hours(us) => hours(*us),
            Self::Days(days) => days.to_string(),
            Self::Money(fen) => yuan(*fen),
        }
    }

    /// For a program: numbers as numbers, shares, hours and amounts as texts with their decimals, nothing as null.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Text(words) => serde_json::json!({ "zh": words.zh, "en": words.en }),
            Self::Count(count) => (*count).into(),
            Self::Share(_, 0) | Self::Nothing => serde_json::Value::Null,
            Self::Share(part, whole) => share(as_u64(*part), as_u64(*whole)).into(),
            Self::Hours(us) => hours(*us).into(),
            Self::Days(days) => (*days).into(),
            Self::Money(fen) => yuan(*fen).into(),
        }
    }
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_told_cut_off_and_what_is_not_known_is_no_nought() {
        let told = |cell: Cell| cell.text(Language::English);
        assert_eq!(told(Cell::Share(2, 3)), "66.6%");
        assert_eq!(told(Cell::Share(0, 0)), "—");
        assert_eq!(told(Cell::Hours(HOUR_US * 3 / 2)), "1.5");
        assert_eq!(told(Cell::Nothing), "—");
        assert_eq!(told(Cell::Money(20_000_005)), "200000.05");
        assert_eq!(told(Cell::Money(-1)), "-0.01");
        assert_eq!(Cell::Share(1, 3).json(), "0.3333");
        assert_eq!(Cell::Nothing.json(), serde_json::Value::Null);
    }
}
