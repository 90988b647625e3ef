//! The circuit breaker, as a value: time is passed in, each step returns the next state.
//!
//! ```text
//! Closed ─(failures in a row)→ Open ─(time)→ HalfOpen ─(the probe succeeds)→ Closed
//!                               ↑               └─(it fails)─┘
//! ```

/// When a breaker opens and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// Failures in a row that open it; at least 1.
    pub failures_max: u32,
    /// How long it stays open, in microseconds; also how long a probe may stay out.
    pub open_us: i64,
}

/// How a breaker stands. Times are of the monotonic clock, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Everybody may ask.
    Closed {
        /// Failures since the last success.
        failures: u32,
    },
    /// Nobody asks.
    Open {
        /// When one may probe.
        until_us: i64,
    },
    /// One asks, and everything depends on its answer.
    HalfOpen {
        /// When the probe counts as lost, and the next may go.
        lost_at_us: i64,
    },
}

impl BreakerState {
    /// The word in metrics and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::Open { .. } => "open",
            Self::HalfOpen { .. } => "half_open",
        }
    }
}

/// Leave to ask once. Belongs to one phase of the breaker: an answer from an older phase changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    phase: u64,
}

/// The breaker of one register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    policy: BreakerPolicy,
    state: BreakerState,
    phase: u64,
}

impl Breaker {
    /// A closed breaker.
    #[must_use]
    pub const fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            state: BreakerState::Closed { failures: 0 },
            phase: 0,
        }
    }

    /// How it stands.
    #[must_use]
    pub const fn state(self) -> BreakerState {
        self.state
    }

    /// Whether one may ask now; `None` means no.
    #[must_use]
    pub const fn admit(self, now_us: i64) -> (Self, Option<Permit>) {
        match self.state {
            BreakerState::Closed { .. } => (self, Some(Permit { phase: self.phase })),
            BreakerState::Open { until_us: at_us }
            | BreakerState::HalfOpen { lost_at_us: at_us } => {
                if now_us < at_us {
                    return (self, None);
                }
                let lost_at_us = now_us.saturating_add(self.policy.open_us);
                let next = self.into_phase(BreakerState::HalfOpen { lost_at_us });
                (next, Some(Permit { phase: next.phase }))
            }
        }
    }

    /// What came of asking.
    #[must_use]
    pub const fn record(self, permit: Permit, healthy: bool, now_us: i64) -> Self {
        if permit.phase != self.phase {
            return self;
        }
        match (self.state, healthy) {
            (BreakerState::Closed { .. }, true) => Self {
                state: BreakerState::Closed { failures: 0 },
                ..self
            },
            (BreakerState::Closed { failures }, false)
                if failures.saturating_add(1) < self.policy.failures_max =>
            {
                Self {
                    state: BreakerState::Closed {
                        failures: failures.saturating_add(1),
                    },
                    ..self
                }
            }
            (BreakerState::HalfOpen { .. }, true) => {
                self.into_phase(BreakerState::Closed { failures: 0 })
            }
            (_, false) => self.into_phase(BreakerState::Open {
                until_us: now_us.saturating_add(self.policy.open_us),
            }),
            // No permit is given out in the open phase.
            (BreakerState::Open { .. }, true) => self,
        }
    }

    const fn into_phase(self, state: BreakerState) -> Self {
        Self {
            state,
            phase: self.phase.wrapping_add(1),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POLICY: BreakerPolicy = BreakerPolicy {
        failures_max: 3,
        open_us: 1_000,
    };

    fn ask(breaker: Breaker, healthy: bool, now_us: i64) -> Breaker {
        let (breaker, permit) = breaker.admit(now_us);
        breaker.record(permit.expect("may ask"), healthy, now_us)
    }

    fn opened_at_zero() -> Breaker {
        (0..3).fold(Breaker::new(POLICY), |breaker, _| ask(breaker, false, 0))
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_not_before() {
        let two = ask(ask(Breaker::new(POLICY), false, 0), false, 0);
        assert_eq!(two.state(), BreakerState::Closed { failures: 2 });
        assert_eq!(
            ask(two, true, 0).state(),
            BreakerState::Closed { failures: 0 }
        );
        assert_eq!(
            ask(two, false, 0).state(),
            BreakerState::Open { until_us: 1_000 }
        );
    }

    #[test]
    fn one_probe_goes_when_the_time_has_passed_and_its_answer_decides() {
        let open = opened_at_zero();
        assert_eq!(open.admit(999).1, None);
        let (half, probe) = open.admit(1_000);
        assert_eq!(half.state().as_str(), "half_open");
        assert_eq!(half.admit(1_001).1, None, "only one probe");
        assert_eq!(
            half.record(probe.unwrap(), true, 1_002).state(),
            BreakerState::Closed { failures: 0 }
        );
        assert_eq!(
            half.record(probe.unwrap(), false, 1_002).state(),
            BreakerState::Open { until_us: 2_002 }
        );
    }

    #[test]
    fn a_lost_probe_makes_room_for_the_next_and_its_late_answer_changes_nothing() {
        let (half, lost) = opened_at_zero().admit(1_000);
        let (second, probe) = half.admit(2_000);
        assert!(probe.is_some());
        assert_eq!(second.record(lost.unwrap(), false, 2_001), second);
    }

    #[test]
    fn an_answer_from_before_it_opened_changes_nothing() {
        let (before, early) = Breaker::new(POLICY).admit(0);
        let open = (0..3).fold(before, |breaker, _| ask(breaker, false, 0));
        assert_eq!(open.record(early.unwrap(), true, 5), open);
    }

    proptest! {
        /// Whatever happens in whatever order: an open breaker admits nobody before its time, at most one probe is out at a
        /// time, and it never stays shut for ever.
        #[test]
        fn it_never_lets_a_crowd_through_and_never_stays_shut(
            steps in prop::collection::vec((0_i64..600, any::<bool>(), any::<bool>()), 1..200),
        ) {
            let mut breaker = Breaker::new(POLICY);
            let mut now = 0;
            let mut out = Vec::new();
            for (pass, answer_first, healthy) in steps {
                now += pass;
                if answer_first && let Some(permit) = out.pop() {
                    breaker = breaker.record(permit, healthy, now);
                }
                let before = breaker.state();
                let (next, permit) = breaker.admit(now);
                let may = match before {
                    BreakerState::Closed { failures } => { prop_assert!(failures < 3); true }
                    BreakerState::Open { until_us } => { prop_assert!(until_us <= now + 1_000); until_us <= now }
                    BreakerState::HalfOpen { lost_at_us } => { prop_assert!(lost_at_us <= now + 1_000); lost_at_us <= now }
                };
                prop_assert_eq!(permit.is_some(), may);
                out.extend(permit);
                breaker = next;
            }
            prop_assert!(breaker.admit(now + 1_000).1.is_some());
        }
    }
}
