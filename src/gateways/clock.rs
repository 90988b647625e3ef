//! The time: the system's for the service, a settable one for tests. The only room with a real clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::domain::time::Timestamp;
use crate::ports::Clock;

/// The clock of the operating system.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// A clock whose monotonic side counts from this moment.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the room the real clock lives in"
    )]
    pub fn new() -> Self {
        Self {
            origin: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the room the real clock lives in"
    )]
    fn now(&self) -> Timestamp {
        // A clock set before 1970 is a broken machine; the epoch itself is refused by every peer's skew check.
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn monotonic_us(&self) -> i64 {
        i64::try_from(self.origin.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

/// A clock that stands still until it is moved. For tests, replays and simulations.
#[derive(Debug)]
pub struct ManualClock {
    now_us: AtomicI64,
    monotonic_us: AtomicI64,
}

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self {
            now_us: AtomicI64::new(now.as_micros()),
            monotonic_us: AtomicI64::new(0),
        }
    }

    /// Sets the time of day, as an operator or a time server would; the monotonic side does not move.
    pub fn set(&self, now: Timestamp) {
        self.now_us.store(now.as_micros(), Ordering::SeqCst);
    }

    /// Lets `millis` pass on both sides.
    pub fn advance(&self, millis: i64) {
        let micros = millis.saturating_mul(1_000);
        self.now_us.fetch_add(micros, Ordering::SeqCst);
        self.monotonic_us.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.now_us.load(Ordering::SeqCst))
    }

    fn monotonic_us(&self) -> i64 {
        self.monotonic_us.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_is_past_2020_and_never_runs_back() {
        let clock = SystemClock::new();
        assert!(clock.now().as_micros() > 1_577_836_800_000_000);
        let first = clock.monotonic_us();
        assert!(clock.monotonic_us() >= first);
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::at(Timestamp::from_micros(1_000));
        assert_eq!(clock.now(), clock.now());
        clock.advance(5);
        assert_eq!(
            (clock.now().as_micros(), clock.monotonic_us()),
            (6_000, 5_000)
        );
        clock.set(Timestamp::from_micros(0));
        assert_eq!((clock.now().as_micros(), clock.monotonic_us()), (0, 5_000));
    }
}
