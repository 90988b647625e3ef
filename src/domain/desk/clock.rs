//! 办理时限: the clock of a case, in working days. It stops when the applicant is asked, or has agreed to supply later (容缺), and starts
//! when they have supplied; nothing else stops it.
//!
//! The day something happens on does not count, as with legal time limits: a case of five days that is opened on a Monday is due on
//! the next Monday. A day on which the clock is stopped has been used, and the day on which it starts again is not counted, so that a
//! stop moves the last day by exactly the working days that lie within it.

use crate::domain::calendar::{CalendarError, WorkingCalendar};
use crate::domain::time::Date;

use super::Rules;

/// A stretch in which the clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// The day it stopped.
    pub from: Date,
    /// The day it went on.
    pub to: Option<Date>,
}

/// The clock as acts have set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// The day the case was opened.
    pub started: Date,
    /// Its time limit.
    pub days: u32,
    /// Its stops, in order; only the last can be open.
    pub stops: Vec<Stop>,
}

/// What the clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Working days used up at the end of the day it was read on.
    pub used: u32,
    /// The last day; none while the clock stands.
    pub due: Option<Date>,
    /// From which day on the officer is reminded.
    pub remind_on: Option<Date>,
}

impl Reading {
    /// Whether the last day is over.
    #[must_use]
    pub fn is_overdue(&self, today: Date) -> bool {
        self.due.is_some_and(|due| due < today)
    }
}

/// Where the reckoning of the last day begins, and with how many days.
struct Run {
    from: Date,
    left: u32,
    stands: bool,
}

impl Clock {
    /// Begins to run.
    #[must_use]
    pub const fn start(on: Date, days: u32) -> Self {
        Self {
            started: on,
            days,
            stops: Vec::new(),
        }
    }

    /// Stops; stopped already, it stays so.
    pub fn stop(&mut self, on: Date) {
        if !self.stands() {
            self.stops.push(Stop { from: on, to: None });
        }
    }

    /// Goes on.
    pub fn go_on(&mut self, on: Date) {
        if let Some(Stop { to: to @ None, .. }) = self.stops.last_mut() {
            *to = Some(on);
        }
    }

    /// Whether it was stopped and not started again.
    #[must_use]
    pub fn stands(&self) -> bool {
        matches!(self.stops.last(), Some(Stop { to: None, .. }))
    }

    /// The last day; none while the clock stands. A stop that comes after the last day is over stops nothing.
    ///
    /// # Errors
    /// When the calendar does not reach.
    pub fn due(&self, calendar: &WorkingCalendar) -> Result<Option<Date>, CalendarError> {
        let run = self.run(calendar)?;
        if run.stands {
            return Ok(None);
        }
        last_day(calendar, run.from, run.left).map(Some)
    }

    /// Everything it shows on a day.
    ///
    /// # Errors
    /// When the calendar does not reach.
    pub fn read(
        &self,
        calendar: &WorkingCalendar,
        rules: &Rules,
        today: Date,
    ) -> Result<Reading, CalendarError> {
        let run = self.run(calendar)?;
        let used = self.used(calendar, today)?;
        if run.stands {
            return Ok(Reading {
                used,
                due: None,
                remind_on: None,
            });
        }
        let before = run.left.saturating_sub(rules.terms.remind_working_days);
        Ok(Reading {
            used,
            due: Some(last_day(calendar, run.from, run.left)?),
            remind_on: Some(calendar.add_working_days(run.from, before)?),
        })
    }

    /// The last stretch in which it runs.
    fn run(&self, calendar: &WorkingCalendar) -> Result<Run, CalendarError> {
        self.run_until(calendar, Date::MAX)
    }

    /// The stretch in which it runs on a day, or before which it stands.
    fn run_until(&self, calendar: &WorkingCalendar, day: Date) -> Result<Run, CalendarError> {
        let mut run = Run {
            from: self.started,
            left: self.days,
            stands: false,
        };
        for stop in self.stops.iter().filter(|stop| stop.from <= day) {
            if last_day(calendar, run.from, run.left)? < stop.from {
                break;
            }
            let used = calendar.working_days_between(run.from, stop.from)?;
            run.left = run.left.saturating_sub(used);
            match stop.to {
                Some(to) if to <= day => run.from = to,
                _ => run.stands = true,
            }
        }
        Ok(run)
    }

    /// Working days in which it ran, up to the end of a day.
    fn used(&self, calendar: &WorkingCalendar, today: Date) -> Result<u32, CalendarError> {
        let run = self.run_until(calendar, today)?;
        let before = self.days.saturating_sub(run.left);
        if run.stands {
            return Ok(before);
        }
        Ok(before + calendar.working_days_between(run.from, today.max(run.from))?)
    }
}

/// The day with which so many working days are used up; with none left the next working day, so that no last day is a day off.
fn last_day(calendar: &WorkingCalendar, from: Date, left: u32) -> Result<Date, CalendarError> {
    if left == 0 && !calendar.is_working_day(from)? {
        return calendar.add_working_days(from, 1);
    }
    calendar.add_working_days(from, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> WorkingCalendar {
        WorkingCalendar::official().unwrap()
    }

    fn september(day: i8) -> Date {
        Date::constant(2026, 9, day)
    }

    fn october(day: i8) -> Date {
        Date::constant(2026, 10, day)
    }

    /// In 2026 the National Day is off from 1 to 7 October; Sunday 20 September and Saturday 10 October are worked.
    #[test]
    fn five_working_days_go_around_the_national_day() {
        let calendar = calendar();
        let clock = Clock::start(september(29), 5);
        let read = clock.read(&calendar, &Rules::norm(), october(8)).unwrap();
        assert_eq!(read.used, 2, "30 September and 8 October");
        assert_eq!(read.due, Some(october(12)));
        assert_eq!(read.remind_on, Some(october(10)));
        assert!(!read.is_overdue(october(12)) && read.is_overdue(october(13)));
    }

    #[test]
    fn a_stop_moves_the_last_day_by_the_working_days_within_it() {
        let calendar = calendar();
        let mut clock = Clock::start(september(21), 5);
        assert_eq!(clock.due(&calendar).unwrap(), Some(september(29)));
        clock.stop(september(23));
        assert_eq!(clock.due(&calendar).unwrap(), None);
        let read = clock.read(&calendar, &Rules::norm(), october(6)).unwrap();
        assert_eq!((read.used, read.due), (2, None));
        clock.go_on(october(9));
        assert_eq!(clock.due(&calendar).unwrap(), Some(october(13)));
        let read = clock.read(&calendar, &Rules::norm(), october(10)).unwrap();
        assert_eq!(read.used, 3);
    }

    #[test]
    fn a_stop_and_a_start_on_one_day_move_nothing() {
        let calendar = calendar();
        let mut clock = Clock::start(september(21), 5);
        let before = clock.due(&calendar).unwrap();
        clock.stop(september(28));
        clock.go_on(september(28));
        assert_eq!(clock.due(&calendar).unwrap(), before);
    }

    #[test]
    fn whoever_asks_after_the_last_day_gains_no_time() {
        let calendar = calendar();
        let mut clock = Clock::start(september(21), 5);
        let before = clock.due(&calendar).unwrap();
        clock.stop(september(30));
        assert_eq!(clock.due(&calendar).unwrap(), before);
        clock.go_on(october(30));
        assert_eq!(clock.due(&calendar).unwrap(), before);
    }

    #[test]
    fn with_nothing_left_no_day_off_is_the_last_day() {
        let calendar = calendar();
        let mut clock = Clock::start(september(21), 5);
        clock.stop(september(29));
        clock.go_on(october(3));
        assert_eq!(clock.due(&calendar).unwrap(), Some(october(8)));
    }
}
