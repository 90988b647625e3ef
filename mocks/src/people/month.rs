//! A calendar month, `"2026-09"` on the wire.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A calendar month; ordered, and cheap to step through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// The month a date lies in.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self(i32::from(day.year()) * 12 + i32::from(day.month()) - 1)
    }

    /// This month moved by `months`, which may be negative.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self(self.0.saturating_add(months))
    }

    /// Whole months from `earlier` to this one.
    #[must_use]
    pub fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// The first day of the month.
    #[must_use]
    pub fn first_day(self) -> Date {
        date(2000, 1, 1).saturating_add((self.0 - 24_000).months())
    }

    fn text(self) -> String {
        format!(
            "{:04}-{:02}",
            self.0.div_euclid(12),
            self.0.rem_euclid(12) + 1
        )
    }

    fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        if year.len() != 4
            || month.len() != 2
            || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        {
            return None;
        }
        let month: i32 = month.parse().ok()?;
        if !(1..=12).contains(&month) {
            return None;
        }
        Some(Self(year.parse::<i32>().ok()? * 12 + month - 1))
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("a month is written like 2026-09"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_step_over_the_turn_of_the_year() {
        let december = Month::of(date(2025, 12, 31));
        assert_eq!(december.plus(1).text(), "2026-01");
        assert_eq!(december.plus(1).since(december), 1);
        assert_eq!(december.first_day(), date(2025, 12, 1));
        assert_eq!(Month::parse("2026-13"), None);
        assert_eq!(Month::parse("+026-01"), None);
        assert_eq!(
            Month::parse("2026-09").map(Month::text).as_deref(),
            Some("2026-09")
        );
    }
}
