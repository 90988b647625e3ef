//! The one place the mocks read time from.
//!
//! Two readings: *wall* time, which signatures are checked against, and *business* time, which may run ahead of it, so that
//! "returned a day later" need not take a day. Moving business time never breaks a signature.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// Microseconds in a civil day; China keeps no summer time.
const DAY_MICROS: i64 = 86_400_000_000;

/// Microseconds since the Unix epoch, as something that can be asked.
type Reading = dyn Fn() -> i64 + Send + Sync;

/// A clock that can be shared, injected and set ahead.
#[derive(Clone)]
pub struct Clock {
    read: Arc<Reading>,
    ahead_micros: Arc<AtomicI64>,
}

impl Clock {
    /// The computer's own clock.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one room of the mocks where the real clock lives"
    )]
    pub fn system() -> Self {
        Self::from_fn(|| Timestamp::now().as_microsecond())
    }

    /// A clock that asks `read` for the microseconds since the Unix epoch; for tests and for programs that have a clock of their own.
    pub fn from_fn(read: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self {
            read: Arc::new(read),
            ahead_micros: Arc::new(AtomicI64::new(0)),
        }
    }

    /// Wall time, microseconds since the Unix epoch: what signatures are made with and checked against.
    #[must_use]
    pub fn wall_micros(&self) -> i64 {
        (self.read)()
    }

    /// Wall time in whole seconds.
    #[must_use]
    pub fn wall_seconds(&self) -> i64 {
        self.wall_micros().div_euclid(1_000_000)
    }

    /// Business time, microseconds since the Unix epoch: wall time plus what [`Clock::advance`] has added.
    #[must_use]
    pub fn business_micros(&self) -> i64 {
        self.wall_micros()
            .saturating_add(self.ahead_micros.load(Ordering::Relaxed))
    }

    /// Sets business time further ahead. It only ever moves forward.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        // The result of the update is the old value; a saturated sum is as good as any here.
        let _old = self
            .ahead_micros
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |old| {
                Some(old.saturating_add(micros))
            });
    }

    /// How many whole days business time runs ahead of wall time.
    #[must_use]
    pub fn days_ahead(&self) -> i64 {
        self.ahead_micros
            .load(Ordering::Relaxed)
            .div_euclid(DAY_MICROS)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock")
            .field("ahead_micros", &self.ahead_micros)
            .finish_non_exhaustive()
    }
}

/// RFC 3339 in UTC with six decimals, as everywhere on this wire.
#[must_use]
pub fn rfc3339(micros: i64) -> String {
    let at = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{at:.6}")
}

/// The civil date in China (UTC+08:00) at an instant.
#[must_use]
pub fn china_date(micros: i64) -> Date {
    let at = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
    Offset::constant(8).to_datetime(at).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn china_is_eight_hours_ahead_of_utc() {
        // 2026-11-20T16:00:00Z is midnight of the 21st in Foshan.
        let micros = 1_795_190_400_000_000;
        assert_eq!(china_date(micros), date(2026, 11, 21));
        assert_eq!(china_date(micros - 1), date(2026, 11, 20));
        assert_eq!(rfc3339(micros), "2026-11-20T16:00:00.000000Z");
    }

    #[test]
    fn advancing_moves_business_time_only() {
        let clock = Clock::from_fn(|| 1_000_000);
        clock.advance(Duration::from_hours(24));
        assert_eq!(clock.wall_seconds(), 1);
        assert_eq!(clock.business_micros(), 1_000_000 + DAY_MICROS);
        assert_eq!(clock.days_ahead(), 1);
    }
}
