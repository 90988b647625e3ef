//! Working days in China: weekends, public holidays, and the Saturdays and Sundays that are worked for them (调休).
//!
//! Both are decided year by year by the State Council, and so they are data (`calendar/holidays.json`) and never reckoned. A day
//! of a year whose notice is not in the data is an error, not a guess.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::ToSpan as _;
use jiff::civil::{self, Weekday};
use serde::Deserialize;

use super::time::Date;

const OFFICIAL: &str = include_str!("calendar/holidays.json");
/// Years of data that are accepted at most; a bound for what an operator may load.
const YEARS_MAX: usize = 200;

/// Why a question about working days has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The question touches a day whose year is not in the data.
    #[error(
        "{date} is outside the working calendar, which covers {first} to {last}; add the official holidays of {}",
        date.year()
    )]
    Outside {
        /// The day asked about, or the first day outside that the reckoning came to.
        date: Date,
        /// The first day covered.
        first: Date,
        /// The last day covered.
        last: Date,
    },
    /// A span that ends before it begins.
    #[error("the span from {from} to {until} ends before it begins")]
    Reversed {
        /// Its beginning.
        from: Date,
        /// Its end.
        until: Date,
    },
}

/// Why a holiday file is not usable.
#[derive(Debug, thiserror::Error)]
pub enum CalendarDataError {
    /// Not JSON of the wanted shape.
    #[error("the holiday file cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// No years, more than are handled, or years that do not follow one another.
    #[error(
        "the holiday files must list consecutive years, each once, at least one and at most {YEARS_MAX}"
    )]
    Years,
    /// A day under a year that is not its own.
    #[error("{date} is listed under {year}")]
    WrongYear {
        /// The day.
        date: Date,
        /// The year under which it stands.
        year: i16,
    },
    /// A made-up working day that is a weekday, or also a day off: it would change nothing, so it is a slip.
    #[error(
        "{date} is listed as a made-up working day, and is no Saturday or Sunday without holiday"
    )]
    NotMadeUp {
        /// The day.
        date: Date,
    },
}

/// A holiday file: the days of each year, under the Chinese name of the holiday that causes them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayFile {
    #[serde(rename = "source")]
    _source: String,
    years: Vec<HolidayYear>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayYear {
    year: i16,
    days_off: BTreeMap<String, Vec<Date>>,
    made_up_working_days: BTreeMap<String, Vec<Date>>,
}

/// The working days of consecutive whole years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingCalendar {
    first: Date,
    last: Date,
    /// For each day from `first` on, whether it is worked.
    worked: Vec<bool>,
}

impl WorkingCalendar {
    /// The calendar that comes with the program.
    ///
    /// # Errors
    /// Never while the unit tests of this module pass; it is an error and not a panic because the program asks at its start.
    pub fn official() -> Result<Self, CalendarDataError> {
        Self::from_json([OFFICIAL])
    }

    /// The calendar that comes with the program, and later years from the operator's own file: a notice for next year comes out
    /// each November, and needs no new program.
    ///
    /// # Errors
    /// See [`CalendarDataError`]; the years of the file must follow on those of the program.
    pub fn official_with(later_years: &str) -> Result<Self, CalendarDataError> {
        Self::from_json([OFFICIAL, later_years])
    }

    /// A calendar from holiday files, whose years must follow one another in the order given.
    ///
    /// # Errors
    /// See [`CalendarDataError`].
    pub fn from_json<'a>(
        files: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, CalendarDataError> {
        let mut years = Vec::new();
        for file in files {
            years.extend(serde_json::from_str::<HolidayFile>(file)?.years);
        }
        let consecutive = years
            .windows(2)
            .all(|pair| i32::from(pair[0].year) + 1 == i32::from(pair[1].year));
        let (Some(first), Some(last)) = (years.first(), years.last()) else {
            return Err(CalendarDataError::Years);
        };
        if !consecutive
            || years.len() > YEARS_MAX
            || !(1..9999).contains(&first.year)
            || last.year > 9998
        {
            return Err(CalendarDataError::Years);
        }
        let mut calendar = Self::of_weekdays(
            civil::date(first.year, 1, 1),
            civil::date(last.year, 12, 31),
        );
        for year in &years {
            calendar.apply(year)?;
        }
        Ok(calendar)
    }

    /// The first and the last day about which it knows.
    #[must_use]
    pub fn covers(&self) -> RangeInclusive<Date> {
        self.first..=self.last
    }

    /// Whether the day is worked.
    ///
    /// # Errors
    /// [`CalendarError::Outside`].
    pub fn is_working_day(&self, date: Date) -> Result<bool, CalendarError> {
        self.position(date).map(|at| self.worked[at])
    }

    /// The `days`-th working day after `date`; the day itself does not count, as with legal time limits. None after is the day
    /// itself, worked or not.
    ///
    /// # Errors
    /// [`CalendarError::Outside`] when the reckoning begins or ends outside.
    pub fn add_working_days(&self, date: Date, days: u32) -> Result<Date, CalendarError> {
        let mut at = self.position(date)?;
        let mut left = days;
        while left > 0 {
            at += 1;
            let worked = self
                .worked
                .get(at)
                .ok_or_else(|| self.outside(self.last.saturating_add(1.day())))?;
            left -= u32::from(*worked);
        }
        Ok(self
            .first
            .saturating_add(i64::try_from(at).unwrap_or(i64::MAX).days()))
    }

    /// Working days after `from` up to and including `until`: how many of a time limit are used up at the end of that day.
    ///
    /// # Errors
    /// [`CalendarError::Outside`]; [`CalendarError::Reversed`] when `until` is before `from`.
    pub fn working_days_between(&self, from: Date, until: Date) -> Result<u32, CalendarError> {
        if until < from {
            return Err(CalendarError::Reversed { from, until });
        }
        let days = self.position(from)? + 1..=self.position(until)?;
        Ok(days.map(|at| u32::from(self.worked[at])).sum())
    }

    /// Monday to Friday, before any notice.
    fn of_weekdays(first: Date, last: Date) -> Self {
        let worked = first
            .series(1.day())
            .take_while(|date| *date <= last)
            .map(|date| !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday))
            .collect();
        Self {
            first,
            last,
            worked,
        }
    }

    /// Takes the notice of one year. Days off first, so that a made-up day that is also a day off is seen.
    fn apply(&mut self, year: &HolidayYear) -> Result<(), CalendarDataError> {
        for date in year.days_off.values().flatten() {
            let at = self.position_in(*date, year.year)?;
            self.worked[at] = false;
        }
        let off: Vec<Date> = year.days_off.values().flatten().copied().collect();
        for date in year.made_up_working_days.values().flatten() {
            let at = self.position_in(*date, year.year)?;
            let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            if !weekend || off.contains(date) || self.worked[at] {
                return Err(CalendarDataError::NotMadeUp { date: *date });
            }
            self.worked[at] = true;
        }
        Ok(())
    }

    fn position_in(&self, date: Date, year: i16) -> Result<usize, CalendarDataError> {
        let wrong = CalendarDataError::WrongYear { date, year };
        if date.year() != year {
            return Err(wrong);
        }
        self.position(date).map_err(|_| wrong)
    }

    fn position(&self, date: Date) -> Result<usize, CalendarError> {
        if !self.covers().contains(&date) {
            return Err(self.outside(date));
        }
        let days = date.duration_since(self.first).as_hours() / 24;
        usize::try_from(days).map_err(|_| self.outside(date))
    }

    const fn outside(&self, date: Date) -> CalendarError {
        CalendarError::Outside {
            date,
            first: self.first,
            last: self.last,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn official() -> WorkingCalendar {
        WorkingCalendar::official().unwrap()
    }

    fn file(year: i16, off: &str, made_up: &str) -> String {
        format!(
            r#"{{"source":"test","years":[{{"year":{year},"days_off":{{"元旦":[{off}]}},"made_up_working_days":{{"元旦":[{made_up}]}}}}]}}"#
        )
    }

    #[test]
    fn holidays_weekends_and_made_up_days_are_told_apart() {
        let calendar = official();
        for (day, worked) in [
            (date(2026, 9, 18), true),  // a Friday
            (date(2026, 9, 19), false), // a Saturday
            (date(2026, 9, 20), true),  // a Sunday, worked for the National Day
            (date(2026, 10, 1), false), // a Thursday off
            (date(2026, 10, 8), true),
            (date(2020, 1, 31), false), // the holiday was prolonged in the epidemic
            (date(2005, 12, 31), true), // a Saturday, worked by 国办发明电〔2005〕35号
        ] {
            assert_eq!(calendar.is_working_day(day), Ok(worked), "{day}");
        }
    }

    #[test]
    fn a_time_limit_runs_over_holidays_and_made_up_days() {
        let calendar = official();
        // From Wednesday 30 September 2026: off 1 to 7 October, then 8, 9, 10 (a worked Saturday), 12, 13.
        assert_eq!(
            calendar.add_working_days(date(2026, 9, 30), 5),
            Ok(date(2026, 10, 13))
        );
        assert_eq!(
            calendar.working_days_between(date(2026, 9, 30), date(2026, 10, 13)),
            Ok(5)
        );
        assert_eq!(
            calendar.add_working_days(date(2026, 10, 1), 0),
            Ok(date(2026, 10, 1))
        );
    }

    #[test]
    fn a_day_outside_is_an_error_that_names_day_and_range() {
        let calendar = official();
        let (first, last) = (date(2004, 1, 1), date(2026, 12, 31));
        assert_eq!(calendar.covers(), first..=last);
        for outside in [date(2003, 12, 31), date(2027, 1, 1), Date::MIN, Date::MAX] {
            let error = CalendarError::Outside {
                date: outside,
                first,
                last,
            };
            assert_eq!(calendar.is_working_day(outside), Err(error.clone()));
            assert_eq!(calendar.add_working_days(outside, 0), Err(error.clone()));
            assert_eq!(
                calendar.working_days_between(outside, outside),
                Err(error.clone())
            );
            let text = error.to_string();
            assert!(
                text.contains(&outside.to_string()) && text.contains("2004-01-01 to 2026-12-31"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_time_limit_that_ends_outside_is_an_error() {
        let calendar = official();
        let error = calendar
            .add_working_days(date(2026, 12, 30), 2)
            .unwrap_err();
        assert!(matches!(error, CalendarError::Outside { date: at, .. } if at == date(2027, 1, 1)));
        assert_eq!(
            calendar.add_working_days(date(2026, 12, 30), 1),
            Ok(date(2026, 12, 31))
        );
        assert!(
            calendar
                .add_working_days(date(2026, 1, 1), u32::MAX)
                .is_err()
        );
    }

    #[test]
    fn a_span_that_runs_backwards_is_an_error() {
        let (from, until) = (date(2026, 3, 2), date(2026, 3, 1));
        assert_eq!(
            official().working_days_between(from, until),
            Err(CalendarError::Reversed { from, until })
        );
    }

    #[test]
    fn an_operator_adds_the_next_year() {
        let calendar =
            WorkingCalendar::official_with(&file(2027, r#""2027-01-01""#, r#""2027-01-03""#))
                .unwrap();
        assert_eq!(*calendar.covers().end(), date(2027, 12, 31));
        assert_eq!(calendar.is_working_day(date(2027, 1, 1)), Ok(false));
        assert_eq!(calendar.is_working_day(date(2027, 1, 3)), Ok(true));
        assert_eq!(
            calendar.add_working_days(date(2026, 12, 31), 2),
            Ok(date(2027, 1, 4))
        );
    }

    #[test]
    fn a_slip_in_a_holiday_file_is_found() {
        let data_error = |file: &str| WorkingCalendar::official_with(file).unwrap_err();
        assert!(matches!(
            data_error(&file(2028, "", "")),
            CalendarDataError::Years
        ));
        assert!(matches!(
            data_error(&file(2026, "", "")),
            CalendarDataError::Years
        ));
        assert!(matches!(
            data_error(&file(2027, r#""2026-12-31""#, "")),
            CalendarDataError::WrongYear { .. }
        ));
        assert!(matches!(
            data_error(&file(2027, "", r#""2027-01-04""#)),
            CalendarDataError::NotMadeUp { .. }
        ));
        let both = file(2027, r#""2027-01-03""#, r#""2027-01-03""#);
        assert!(matches!(
            data_error(&both),
            CalendarDataError::NotMadeUp { .. }
        ));
        assert!(matches!(data_error("{}"), CalendarDataError::Unreadable(_)));
        assert!(matches!(
            WorkingCalendar::from_json([]),
            Err(CalendarDataError::Years)
        ));
    }

    proptest! {
        #[test]
        fn a_sum_of_working_days_ends_on_one_and_counts_back(start in 0_i64..8_000, days in 1_u32..200) {
            let calendar = official();
            let from = date(2004, 1, 1).saturating_add(start.days());
            let until = calendar.add_working_days(from, days).unwrap();
            prop_assert_eq!(calendar.is_working_day(until), Ok(true));
            prop_assert_eq!(calendar.working_days_between(from, until), Ok(days));
        }

        #[test]
        fn a_sum_in_two_steps_is_the_sum_in_one(start in 0_i64..8_000, one in 0_u32..100, two in 0_u32..100) {
            let calendar = official();
            let from = date(2004, 1, 1).saturating_add(start.days());
            let stepped = calendar.add_working_days(calendar.add_working_days(from, one).unwrap(), two);
            prop_assert_eq!(stepped, calendar.add_working_days(from, one + two));
        }
    }
}
