//! Instants, dates and months. Nothing here asks what time it is: that is the clock's, a port.
//!
//! Instants are whole microseconds UTC, because nanoseconds do not survive a database. Dates of the field are dates in China,
//! UTC+08:00 all the year.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use jiff::civil::Date;

const MICROS_PER_MILLI: i64 = 1_000;
const MICROS_PER_SECOND: i64 = 1_000_000;
const CHINA_OFFSET_HOURS: i8 = 8;
/// 9999-12-30T22:00:00.999999Z: the last instant that is within year 9999 at every offset, and the last that jiff handles.
const INSTANT_MICROS_MAX: i64 = 253_402_207_200_999_999;
const YEAR_MIN: i32 = 1;
const YEAR_MAX: i32 = 9999;

/// Why something is not a time, a date or a month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not an instant of RFC 3339.
    #[error("not an instant of RFC 3339; write it as 2026-09-10T01:02:03.000000Z")]
    NotAnInstant,
    /// Before 1970 or after 9999.
    #[error("the instant is not between 1970 and 9999")]
    InstantOutOfRange,
    /// Not a day of the calendar.
    #[error("not a date; write a day that exists as 2026-09-10")]
    NotADate,
    /// Not a month.
    #[error("not a month; write it as 2026-09")]
    NotAMonth,
}

/// An instant: whole microseconds since 1970-01-01T00:00:00Z, never before it, never after year 9999.
///
/// As text RFC 3339 with six decimals and `Z`, so that text sorts like time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// The last instant that is handled, late in year 9999.
    pub const MAX: Self = Self(INSTANT_MICROS_MAX);

    /// The instant so many microseconds after 1970. What lies outside the range is set to its nearest end.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        if micros < 0 {
            Self::EPOCH
        } else if micros > INSTANT_MICROS_MAX {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// The same, for what comes from outside: the database, a header.
    ///
    /// # Errors
    /// [`TimeError::InstantOutOfRange`] instead of the nearest end.
    pub const fn try_from_micros(micros: i64) -> Result<Self, TimeError> {
        if micros < 0 || micros > INSTANT_MICROS_MAX {
            Err(TimeError::InstantOutOfRange)
        } else {
            Ok(Self(micros))
        }
    }

    /// The instant so many seconds after 1970. What lies outside the range is set to its nearest end.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since 1970.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0 / MICROS_PER_MILLI
    }

    /// Whole seconds since 1970, as in the headers of signed requests.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0 / MICROS_PER_SECOND
    }

    /// So many milliseconds later, or earlier when negative; stops at the ends of the range.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self::from_micros(
            self.0
                .saturating_add(millis.saturating_mul(MICROS_PER_MILLI)),
        )
    }

    /// So many seconds later, or earlier when negative; stops at the ends of the range.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_micros(
            self.0
                .saturating_add(seconds.saturating_mul(MICROS_PER_SECOND)),
        )
    }

    /// Whole milliseconds from `earlier` to this, rounded towards nothing; negative when `earlier` is the later one.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0) / MICROS_PER_MILLI
    }

    /// The day on which this instant falls in China (UTC+08:00).
    #[must_use]
    pub fn china_date(self) -> Date {
        Offset::constant(CHINA_OFFSET_HOURS)
            .to_datetime(self.to_jiff())
            .date()
    }

    /// Midnight in China at which the day begins; stops at the ends of the range.
    #[must_use]
    pub fn start_of_china_day(date: Date) -> Self {
        let start = Offset::constant(CHINA_OFFSET_HOURS).to_timestamp(date.at(0, 0, 0, 0));
        match start {
            Ok(start) => Self::from_micros(start.as_microsecond()),
            // Only the far ends of jiff's own range are not instants.
            Err(_) if date.year() > 0 => Self::MAX,
            Err(_) => Self::EPOCH,
        }
    }

    /// jiff knows every instant of our range, see the test of both ends.
    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.to_jiff())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    /// Reads any instant of RFC 3339, whatever its offset. Decimals past the sixth are dropped.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        if !is_rfc3339(text.as_bytes()) {
            return Err(TimeError::NotAnInstant);
        }
        let instant: jiff::Timestamp = text.parse().map_err(|_| TimeError::NotAnInstant)?;
        Self::try_from_micros(instant.as_microsecond())
    }
}

/// Whether the text has the shape of RFC 3339 (jiff reads many other shapes too; the values are left to it).
fn is_rfc3339(text: &[u8]) -> bool {
    let Some((head, tail)) = text.split_at_checked("2026-09-10T01:02:03".len()) else {
        return false;
    };
    let tail = match tail {
        [b'.', fraction @ ..] => {
            let decimals = fraction
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if !(1..=9).contains(&decimals) {
                return false;
            }
            &fraction[decimals..]
        }
        _ => tail,
    };
    has_shape(head, b"0000-00-00T00:00:00")
        && (tail == b"Z" || has_shape(tail, b"+00:00") || has_shape(tail, b"-00:00"))
}

/// Whether the text has a digit wherever the pattern has a `0`, and the same byte elsewhere.
fn has_shape(text: &[u8], pattern: &[u8]) -> bool {
    text.len() == pattern.len()
        && text.iter().zip(pattern).all(|(byte, wanted)| {
            if *wanted == b'0' {
                byte.is_ascii_digit()
            } else {
                byte == wanted
            }
        })
}

/// Days from 1970-01-01 to a day.
#[must_use]
pub fn days_since_1970(day: Date) -> i64 {
    const DAY_S: i64 = 86_400;
    // Eight hours before the day begins at Greenwich.
    Timestamp::start_of_china_day(day)
        .as_seconds()
        .div_euclid(DAY_S)
        + 1
}

/// Reads a day written as `2026-09-10`, and no other way.
///
/// # Errors
/// [`TimeError::NotADate`].
pub fn parse_date(text: &str) -> Result<Date, TimeError> {
    if !has_shape(text.as_bytes(), b"0000-00-00") {
        return Err(TimeError::NotADate);
    }
    text.parse().map_err(|_| TimeError::NotADate)
}

/// A month of a year, from 0001-01 to 9999-12; as text `2026-09`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearMonth {
    /// Months since January of year 0, so that reckoning and order are those of whole numbers.
    index: i32,
}

impl YearMonth {
    /// 0001-01.
    pub const MIN: Self = Self {
        index: YEAR_MIN * 12,
    };
    /// 9999-12.
    pub const MAX: Self = Self {
        index: YEAR_MAX * 12 + 11,
    };

    /// A month from its year (1 to 9999) and number (1 to 12).
    ///
    /// # Errors
    /// [`TimeError::NotAMonth`] outside these.
    pub fn new(year: i16, month: i8) -> Result<Self, TimeError> {
        if (1..=12).contains(&month) && (YEAR_MIN..=YEAR_MAX).contains(&i32::from(year)) {
            Ok(Self {
                index: i32::from(year) * 12 + i32::from(month) - 1,
            })
        } else {
            Err(TimeError::NotAMonth)
        }
    }

    /// The month in which the day lies. A day before year 1 gives [`YearMonth::MIN`].
    #[must_use]
    pub fn from_date(date: Date) -> Self {
        Self {
            index: i32::from(date.year()) * 12 + i32::from(date.month()) - 1,
        }
        .clamped()
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        i16::try_from(self.index / 12).unwrap_or(i16::MAX)
    }

    /// The number of the month, from 1.
    #[must_use]
    pub fn month(self) -> i8 {
        i8::try_from(self.index % 12 + 1).unwrap_or(i8::MAX)
    }

    /// So many months later, or earlier when negative; stops at the ends of the range.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        Self {
            index: self.index.saturating_add(months),
        }
        .clamped()
    }

    /// Months from `earlier` to this; negative when `earlier` is the later one.
    #[must_use]
    pub const fn months_since(self, earlier: Self) -> i32 {
        self.index - earlier.index
    }

    /// The first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        civil::date(self.year(), self.month(), 1)
    }

    /// The last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// Whether the day lies in this month.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        (self.first_day()..=self.last_day()).contains(&date)
    }

    fn clamped(self) -> Self {
        self.clamp(Self::MIN, Self::MAX)
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl fmt::Debug for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "YearMonth({self})")
    }
}

impl FromStr for YearMonth {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if !has_shape(text.as_bytes(), b"0000-00") {
            return Err(TimeError::NotAMonth);
        }
        let (year, month) = text.split_once('-').ok_or(TimeError::NotAMonth)?;
        let year = year.parse().map_err(|_| TimeError::NotAMonth)?;
        Self::new(year, month.parse().map_err(|_| TimeError::NotAMonth)?)
    }
}

/// Text is the one form on the wire for both.
macro_rules! serde_as_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

serde_as_text!(Timestamp, YearMonth);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn month(text: &str) -> YearMonth {
        text.parse().unwrap()
    }

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn both_ends_of_the_range_are_written_and_read() {
        assert_eq!(Timestamp::EPOCH.to_string(), "1970-01-01T00:00:00.000000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-30T22:00:00.999999Z");
        assert_eq!(instant("9999-12-30T22:00:00.999999Z"), Timestamp::MAX);
        assert_eq!(Timestamp::MAX.china_date(), civil::date(9999, 12, 31));
    }

    #[test]
    fn other_offsets_and_precisions_are_read_as_the_same_instant() {
        let wanted = instant("2026-09-10T01:02:03.000000Z");
        for text in [
            "2026-09-10T01:02:03Z",
            "2026-09-10T09:02:03+08:00",
            "2026-09-09T20:02:03.0-05:00",
        ] {
            assert_eq!(instant(text), wanted, "{text}");
        }
        assert_eq!(
            instant("2026-09-10T01:02:03.123456789Z").as_micros() % 1_000_000,
            123_456
        );
    }

    #[test]
    fn what_is_not_rfc3339_is_refused() {
        for text in [
            "",
            "2026-09-10",
            "2026-09-10T01:02:03",
            "2026-09-10 01:02:03Z",
            "2026-09-10T01:02Z",
            "2026-02-30T01:02:03Z",
            "2026-09-10T25:02:03Z",
            "2026-09-10T01:02:03.Z",
            "2026-09-10T01:02:03+0800",
            "2026-09-10T01:02:03Z[UTC]",
            "2026-09-10T01:02:03.0123456789Z",
            "1788998400",
            " 2026-09-10T01:02:03Z",
            "+002026-09-10T01:02:03Z",
        ] {
            assert_eq!(
                text.parse::<Timestamp>(),
                Err(TimeError::NotAnInstant),
                "{text:?}"
            );
        }
        assert_eq!(
            "1969-12-31T23:59:59Z".parse::<Timestamp>(),
            Err(TimeError::InstantOutOfRange)
        );
    }

    #[test]
    fn a_day_begins_at_sixteen_hours_utc() {
        assert_eq!(
            instant("2026-09-10T15:59:59.999999Z").china_date(),
            civil::date(2026, 9, 10)
        );
        assert_eq!(
            instant("2026-09-10T16:00:00.000000Z").china_date(),
            civil::date(2026, 9, 11)
        );
        let start = Timestamp::start_of_china_day(civil::date(2026, 9, 11));
        assert_eq!(start, instant("2026-09-10T16:00:00Z"));
    }

    #[test]
    fn reckoning_stops_at_the_ends() {
        assert_eq!(Timestamp::EPOCH.plus_millis(-1), Timestamp::EPOCH);
        assert_eq!(Timestamp::MAX.plus_millis(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MAX.plus_seconds(i64::MIN), Timestamp::EPOCH);
        assert_eq!(Timestamp::from_micros(i64::MIN), Timestamp::EPOCH);
        assert_eq!(
            Timestamp::try_from_micros(-1),
            Err(TimeError::InstantOutOfRange)
        );
        assert_eq!(Timestamp::start_of_china_day(Date::MIN), Timestamp::EPOCH);
        assert_eq!(
            Timestamp::start_of_china_day(civil::date(1969, 12, 31)),
            Timestamp::EPOCH
        );
        assert!(Timestamp::start_of_china_day(Date::MAX) <= Timestamp::MAX);
    }

    #[test]
    fn a_date_has_one_spelling() {
        assert_eq!(parse_date("2024-02-29"), Ok(civil::date(2024, 2, 29)));
        for text in [
            "",
            "2023-02-29",
            "20240229",
            "2024-2-29",
            "2024-02-29T00:00:00",
            "2024-02-29 ",
            "２024-02-29",
        ] {
            assert_eq!(parse_date(text), Err(TimeError::NotADate), "{text:?}");
        }
    }

    #[test]
    fn a_month_has_one_spelling() {
        assert_eq!(month("2026-09").to_string(), "2026-09");
        assert_eq!(month("0001-01"), YearMonth::MIN);
        assert_eq!(month("9999-12"), YearMonth::MAX);
        for text in [
            "",
            "2026-9",
            "2026-00",
            "2026-13",
            "0000-01",
            "202609",
            "2026-09-01",
            "-026-09",
            "2026-+9",
        ] {
            assert_eq!(
                text.parse::<YearMonth>(),
                Err(TimeError::NotAMonth),
                "{text:?}"
            );
        }
    }

    #[test]
    fn months_turn_the_year() {
        assert_eq!(month("2026-09").plus_months(4), month("2027-01"));
        assert_eq!(month("2026-01").plus_months(-1), month("2025-12"));
        assert_eq!(month("2027-01").months_since(month("2026-09")), 4);
        assert_eq!(YearMonth::MAX.plus_months(i32::MAX), YearMonth::MAX);
        assert_eq!(YearMonth::MIN.plus_months(i32::MIN), YearMonth::MIN);
        assert_eq!(YearMonth::from_date(Date::MIN), YearMonth::MIN);
    }

    #[test]
    fn the_last_day_knows_leap_years() {
        assert_eq!(month("2024-02").last_day(), civil::date(2024, 2, 29));
        assert_eq!(month("2100-02").last_day(), civil::date(2100, 2, 28));
        assert_eq!(month("9999-12").last_day(), Date::MAX);
    }

    proptest! {
        #[test]
        fn an_instant_comes_back_from_its_text(micros in 0..=INSTANT_MICROS_MAX) {
            let instant = Timestamp::from_micros(micros);
            prop_assert_eq!(instant.as_micros(), micros);
            prop_assert_eq!(instant.to_string().len(), 27);
            prop_assert_eq!(instant.to_string().parse(), Ok(instant));
            let json = serde_json::to_string(&instant).unwrap();
            prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), instant);
        }

        #[test]
        fn text_sorts_like_time(one in 0..=INSTANT_MICROS_MAX, two in 0..=INSTANT_MICROS_MAX) {
            let (one, two) = (Timestamp::from_micros(one), Timestamp::from_micros(two));
            prop_assert_eq!(one.cmp(&two), one.to_string().cmp(&two.to_string()));
        }

        #[test]
        fn an_instant_lies_in_its_china_day(micros in 0..=INSTANT_MICROS_MAX) {
            let instant = Timestamp::from_micros(micros);
            let start = Timestamp::start_of_china_day(instant.china_date());
            prop_assert!(start <= instant);
            prop_assert!(instant.millis_since(start) < 24 * 60 * 60 * 1000);
        }

        #[test]
        fn a_month_comes_back_from_its_text_and_its_days(index in YearMonth::MIN.index..=YearMonth::MAX.index) {
            let month = YearMonth { index };
            prop_assert_eq!(month.to_string().parse(), Ok(month));
            prop_assert_eq!(YearMonth::from_date(month.first_day()), month);
            prop_assert_eq!(YearMonth::from_date(month.last_day()), month);
            prop_assert_eq!(YearMonth::new(month.year(), month.month()), Ok(month));
        }
    }
}
