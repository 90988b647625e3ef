//! A clock that runs with the computer's, from a fixed day, and can be set ahead.

use std::sync::atomic::{AtomicI64, Ordering};

use sanmiao::domain::time::Timestamp;
use sanmiao::gateways::clock::SystemClock;
use sanmiao::ports::Clock;

/// 2026-11-20, ten in the morning in Foshan: a day the calendar's data hold, whenever the tests run.
pub(crate) const MORNING: Timestamp = Timestamp::from_micros(1_795_140_000_000_000);

/// Milliseconds of a day.
pub(crate) const DAY_MS: i64 = 86_400_000;

/// Starts at [`MORNING`] and goes on as real time does, so that pauses end; jumps when told, so that a year need not pass.
pub(crate) struct JumpClock {
    real: SystemClock,
    ahead_us: AtomicI64,
}

impl JumpClock {
    pub(crate) fn new() -> Self {
        Self {
            real: SystemClock::new(),
            ahead_us: AtomicI64::new(0),
        }
    }

    /// Sets the time of day ahead.
    pub(crate) fn jump_ms(&self, ms: i64) {
        self.ahead_us.fetch_add(ms * 1_000, Ordering::SeqCst);
    }

    /// Sets the time of day to the computer's.
    pub(crate) fn jump_to_real_time(&self) {
        self.jump_ms(self.real.now().millis_since(self.now()));
    }

    pub(crate) fn jump_days(&self, days: i64) {
        self.jump_ms(days * DAY_MS);
    }
}

impl Clock for JumpClock {
    fn now(&self) -> Timestamp {
        let ahead = self.ahead_us.load(Ordering::SeqCst);
        Timestamp::from_micros(MORNING.as_micros() + self.real.monotonic_us() + ahead)
    }

    fn monotonic_us(&self) -> i64 {
        self.real.monotonic_us() + self.ahead_us.load(Ordering::SeqCst)
    }
}
