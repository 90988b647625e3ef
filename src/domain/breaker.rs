//! When approval by machine stops by itself: too many of the recent decisions were approvals.

use std::fmt;

use super::policy::document::Breaker;

/// The figures on which the breaker opens; as text, the reason of the freeze.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tripped {
    decided: u32,
    approved: u32,
    per_mille_max: u32,
}

impl Tripped {
    /// Looks at the machine's recent decisions. Only a full window says anything; a policy without a window has no breaker.
    #[must_use]
    pub fn of(limits: &Breaker, decided: u32, approved: u32) -> Option<Self> {
        let (window, most) = (
            limits.window_applications,
            limits.approval_rate_per_mille_max,
        );
        let full = window > 0 && decided >= window;
        let over = u64::from(approved) * 1_000 > u64::from(most) * u64::from(decided);
        (full && over).then_some(Self {
            decided,
            approved,
            per_mille_max: most,
        })
    }
}

impl fmt::Display for Tripped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            decided,
            approved,
            per_mille_max,
        } = self;
        write!(
            f,
            "最近{decided}件自动办理中批准{approved}件，超过{per_mille_max}‰。 {approved} of the last {decided} decisions of the machine were approvals: more than {per_mille_max} in a thousand."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(window: u32, most: u32) -> Breaker {
        Breaker {
            approval_rate_per_mille_max: most,
            window_applications: window,
            employer_month_max: 1,
            account_people_max: 1,
            back_paid_months_max: None,
            employer: None,
        }
    }

    #[test]
    fn it_opens_when_more_than_the_rate_of_a_full_window_were_approved() {
        let limits = limits(200, 900);
        assert_eq!(Tripped::of(&limits, 200, 180), None, "exactly the rate");
        assert!(Tripped::of(&limits, 200, 181).is_some());
        assert_eq!(
            Tripped::of(&limits, 199, 199),
            None,
            "the window is not full"
        );
    }

    #[test]
    fn the_ends_of_the_rate_are_exact() {
        assert_eq!(
            Tripped::of(&limits(1, 1_000), 1, 1),
            None,
            "all may be approved"
        );
        assert!(
            Tripped::of(&limits(1, 0), 1, 1).is_some(),
            "none may be approved"
        );
        assert_eq!(
            Tripped::of(&limits(0, 0), 0, 0),
            None,
            "no window, no breaker"
        );
    }

    #[test]
    fn the_reason_has_the_figures() {
        let reason = Tripped::of(&limits(200, 900), 200, 190)
            .unwrap()
            .to_string();
        assert!(
            reason.contains("190 of the last 200") && reason.contains("900‰"),
            "{reason}"
        );
    }
}
