//! 追回: what is held because it may be wrong, what is to come back, and who is watched after payment.

use super::desk::Why;
use super::id::{CaseId, PaymentId};
use super::money::Money;
use super::policy::document::WatchTerms;
use super::time::{Date, Timestamp};

/// Why nothing is paid to an application at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Until a person has looked.
    Look,
    /// What was granted may be wrong: what is still on its way is looked into when it has arrived.
    Recall(Why),
}

impl Hold {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Recall(_) => "recall",
        }
    }
}

/// What is to come back of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receivable {
    /// Which payment.
    pub payment: PaymentId,
    /// The case in which it was decided.
    pub case: CaseId,
    /// What was paid, and is claimed.
    pub amount: Money,
    /// What has come back so far; never more than was claimed.
    pub repaid: Money,
    /// When it was claimed.
    pub opened_at: Timestamp,
    /// When nothing was to come any more.
    pub ended_at: Option<Timestamp>,
}

impl Receivable {
    /// What is still to come.
    #[must_use]
    pub fn outstanding(&self) -> Money {
        match self.ended_at {
            Some(_) => Money::ZERO,
            None => self.amount.checked_sub(self.repaid).unwrap_or(Money::ZERO),
        }
    }
}

/// A payment that is watched: whether contributions go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Which payment.
    pub payment: PaymentId,
    /// When the register is asked next; never any more when absent.
    pub look_on: Option<Date>,
    /// Last day of watching.
    pub until_on: Date,
    /// How often it was asked.
    pub looks: i64,
}

impl Watch {
    /// Watches a payment that arrived on a day; `None` when nobody is watched, or the calendar ends before.
    #[must_use]
    pub fn begin(payment: PaymentId, arrived_on: Date, terms: &WatchTerms) -> Option<Self> {
        let months = jiff::Span::new().try_months(i64::from(terms.months)).ok()?;
        let until_on = arrived_on.checked_add(months).ok()?;
        let first = Self {
            payment,
            look_on: Some(arrived_on),
            until_on,
            looks: 0,
        };
        let look_on = Some(first.next(arrived_on, terms)?);
        Some(Self { look_on, ..first })
    }

    /// When it is looked again after a look on a day; `None` when the time of watching is over by then.
    #[must_use]
    pub fn next(&self, today: Date, terms: &WatchTerms) -> Option<Date> {
        let days = jiff::Span::new()
            .try_days(i64::from(terms.every_days.max(1)))
            .ok()?;
        let next = today.checked_add(days).ok()?;
        (next <= self.until_on).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn watch(terms: &WatchTerms) -> Option<Watch> {
        let payment = PaymentId::new(Timestamp::from_seconds(1_795_141_800), [1; 10]);
        Watch::begin(payment, day("2026-11-20"), terms)
    }

    #[test]
    fn a_payment_is_watched_every_thirty_days_for_a_year() {
        let terms = WatchTerms::default();
        let mut watch = watch(&terms).unwrap();
        assert_eq!(watch.until_on, day("2027-11-20"));
        let mut looks = 0;
        while let Some(on) = watch.look_on {
            assert!(on <= watch.until_on);
            (watch.look_on, looks) = (watch.next(on, &terms), looks + 1);
        }
        assert_eq!(looks, 12);
    }

    #[test]
    fn with_no_months_nobody_is_watched() {
        let never = WatchTerms {
            months: 0,
            ..WatchTerms::default()
        };
        assert_eq!(watch(&never), None);
    }

    #[test]
    fn nothing_is_outstanding_once_it_has_ended() {
        let at = Timestamp::from_seconds(1_795_141_800);
        let money = |fen| Money::from_fen(fen).unwrap();
        let mut claim = Receivable {
            payment: PaymentId::new(at, [1; 10]),
            case: CaseId::new(at, [2; 10]),
            amount: money(10_000),
            repaid: money(4_000),
            opened_at: at,
            ended_at: None,
        };
        assert_eq!(claim.outstanding(), money(6_000));
        claim.ended_at = Some(at);
        assert_eq!(claim.outstanding(), Money::ZERO);
    }
}
