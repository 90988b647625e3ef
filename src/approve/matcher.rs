//! Policy × facts → verdicts and outcome. Pure, without texts and without allocation; strong Kleene logic throughout.

use jiff::civil::Date;

use super::amount;
use crate::domain::facts::{Facts, KNOWN, paid_by};
use crate::domain::judgement::{CRITERIA_MAX, Cause, Judgement, Ternary};
use crate::domain::money::Money;
use crate::domain::months::{Counted, MonthSet, RunEnd};
use crate::domain::policy::Policy;
use crate::domain::policy::document::{BackPaid, Ending};
use crate::domain::policy::program::{
    Day, Employer, MonthsNode, Node, Number, Part, Presence, Program, Slot, Span, day_of, month_of,
    next_day, pack,
};

/// What is being judged.
#[derive(Debug, Clone, Copy)]
pub enum Stage<'a> {
    /// A filed application; the day judged on is the filing date.
    First,
    /// An instalment after the first.
    Renewal(Renewal<'a>),
}

/// What went before a renewal.
#[derive(Debug, Clone, Copy)]
pub struct Renewal<'a> {
    /// Which instalment, from 1. For a policy paid by the month the first payment is a renewal too.
    pub instalment: u8,
    /// When the application was filed: parameters are those of this day.
    pub filed_on: Date,
    /// What was planned for the instalment; never exceeded.
    pub planned: Money,
    /// Facts of the first judgement, under the same version.
    pub first: &'a Facts,
}

/// Judges facts by the policy they were gathered under.
///
/// `on` is the day of the judgement: the filing date at the first, the day of the re-check at a renewal. Facts gathered under
/// another version make every criterion unreadable, so that the application goes to a person.
#[must_use]
pub fn judge(policy: &Policy, facts: &Facts, on: Date, stage: Stage<'_>) -> Judgement {
    let program = policy.program();
    let (filed_on, first, mask) = match stage {
        Stage::First => (on, None, program.first),
        Stage::Renewal(renewal) => (
            renewal.filed_on,
            Some(renewal.first),
            program.renewal_mask(renewal.instalment),
        ),
    };
    let ours = facts.belong_to(policy) && first.is_none_or(|first| first.belong_to(policy));
    let context = Context {
        program,
        facts,
        first,
        filing: i64::from(pack(filed_on)),
        judged: i64::from(pack(on)),
    };
    let met = if ours && first.is_none() {
        context.definitely_true()
    } else {
        0
    };
    let (amount, grant) = match stage {
        Stage::First => amount::first(&context),
        Stage::Renewal(renewal) => amount::renewal(&context, renewal),
    };
    let count = program.checks.len().min(CRITERIA_MAX);
    let mut judgement = Judgement::begin(u8::try_from(count).unwrap_or(u8::MAX), met, grant);
    let mut open = mask & !met;
    while open != 0 {
        let at = open.trailing_zeros() as usize;
        open &= open - 1;
        let Some(check) = program.checks.get(at) else {
            break;
        };
        let value = if ours {
            context.eval(&check.root)
        } else {
            Ternary::unknown(Cause::Unreadable)
        };
        judgement.note(at, value, check.sources.intersection(facts.missing));
    }
    judgement.note(
        count,
        amount,
        program.amount_sources.intersection(facts.missing),
    );
    judgement
}

/// What tests are evaluated in.
pub(crate) struct Context<'a> {
    pub(crate) program: &'a Program,
    pub(crate) facts: &'a Facts,
    pub(crate) first: Option<&'a Facts>,
    pub(crate) filing: i64,
    pub(crate) judged: i64,
}

impl Context<'_> {
    /// Evaluates a test.
    pub(crate) fn eval(&self, node: &Node) -> Ternary {
        match *node {
            Node::All(parts) => self.all(parts),
            Node::Any(parts) => self.any(parts),
            Node::Not(part) => self
                .program
                .nodes
                .get(usize::from(part))
                .map_or(UNREADABLE, |node| self.eval(node).not()),
            _ => self.single(node),
        }
    }

    /// Evaluates a test that has no parts.
    #[inline]
    fn single(&self, node: &Node) -> Ternary {
        match *node {
            Node::Compare { slot, order, with } => {
                self.known(slot, |value| order.holds(value, self.number(with)))
            }
            Node::OneOfCodes { slot, codes } => {
                self.known(slot, |value| codes >> (value & 63) & 1 == 1)
            }
            Node::OneOfValues { slot, values } => self.known(slot, |value| {
                values.of(&self.program.values).contains(&value)
            }),
            Node::Has { slot, codes } => {
                self.known(slot, |value| value.cast_unsigned() & codes != 0)
            }
            Node::Present { slot } => self.present(slot),
            Node::Days { left, right, order } => {
                self.both(left, right, |left, right| order.holds(left, right))
            }
            Node::Between {
                from,
                to,
                years,
                span,
                limit,
            } => {
                let limit = self.number(limit);
                self.both(from, to, |from, to| {
                    between(
                        from,
                        to,
                        if years { limit * 12 } else { limit },
                        if years { 11 } else { 0 },
                        span,
                    )
                })
            }
            Node::Months(place) => self
                .program
                .months
                .get(usize::from(place))
                .map_or(UNREADABLE, |node| self.months(node)),
            Node::Agree(slots) => self.agree(slots.of(&self.program.slots)),
            Node::SameAs(one, other) => {
                let other = self.facts.cell(other);
                let same = self.known(one, |value| value == other.value());
                if other.state() == KNOWN {
                    same
                } else {
                    unknown_with(same, other.state())
                }
            }
            Node::Unchanged(slot) => self.unchanged(slot),
            Node::All(_) | Node::Any(_) | Node::Not(_) => UNREADABLE,
        }
    }

    #[inline]
    fn known(&self, slot: Slot, holds: impl FnOnce(i64) -> bool) -> Ternary {
        let cell = self.facts.cell(slot);
        if cell.state() == KNOWN {
            Ternary::of(holds(cell.value()))
        } else {
            Ternary::from_cause_bits(cell.state())
        }
    }

    fn all(&self, parts: Part) -> Ternary {
        let mut value = Ternary::TRUE;
        for node in parts.of(&self.program.nodes) {
            value = value.and(self.eval(node));
            if value == Ternary::FALSE {
                break;
            }
        }
        value
    }

    fn any(&self, parts: Part) -> Ternary {
        let mut value = Ternary::FALSE;
        for node in parts.of(&self.program.nodes) {
            value = value.or(self.eval(node));
            if value == Ternary::TRUE {
                break;
            }
        }
        value
    }

    /// A set of codes is present when it has a member; a value when there is a record.
    fn present(&self, slot: Slot) -> Ternary {
        let cell = self.facts.cell(slot);
        if cell.state() == Cause::NoRecord.bit() {
            return Ternary::FALSE;
        }
        let empty = |value: i64| match self.program.kinds.get(usize::from(slot)) {
            Some(Presence::Codes) => value == 0,
            Some(Presence::Months) => self.month_set(value).is_none_or(MonthSet::is_empty),
            _ => false,
        };
        self.known(slot, |value| !empty(value))
    }

    fn number(&self, number: Number) -> i64 {
        match number {
            Number::Fixed(value) => value,
            Number::Param(place) => {
                let values = self
                    .program
                    .params
                    .get(usize::from(place))
                    .map_or(&[][..], Vec::as_slice);
                let started = values
                    .iter()
                    .take_while(|(from, _)| i64::from(*from) <= self.filing)
                    .last();
                started
                    .or_else(|| values.first())
                    .map_or(0, |(_, value)| *value)
            }
        }
    }

    /// A packed day, or the state of the fact that does not give one.
    pub(crate) fn day(&self, day: Day) -> Result<i64, u8> {
        match day {
            Day::Fixed(day) => Ok(i64::from(day)),
            Day::Filing => Ok(self.filing),
            Day::Judged => Ok(self.judged),
            Day::Param(place) => Ok(self.number(Number::Param(place))),
            Day::Fact { slot, day_after } => {
                let cell = self.facts.cell(slot);
                if cell.state() != KNOWN {
                    return Err(cell.state());
                }
                Ok(if day_after {
                    next_day(cell.value())
                } else {
                    cell.value()
                })
            }
        }
    }

    #[inline]
    fn both(&self, left: Day, right: Day, holds: impl FnOnce(i64, i64) -> bool) -> Ternary {
        match (self.day(left), self.day(right)) {
            (Ok(left), Ok(right)) => Ternary::of(holds(left, right)),
            (Err(left), Err(right)) => Ternary::from_cause_bits(left | right),
            (Err(state), Ok(_)) | (Ok(_), Err(state)) => Ternary::from_cause_bits(state),
        }
    }

    /// Registers that hold nothing have no say; those that hold different things contradict each other.
    fn agree(&self, slots: &[Slot]) -> Ternary {
        let mut first = None;
        let mut states = 0;
        let mut differ = false;
        for slot in slots {
            let cell = self.facts.cell(*slot);
            if cell.state() == KNOWN {
                differ |= *first.get_or_insert(cell.value()) != cell.value();
            } else if cell.state() != Cause::NoRecord.bit() {
                states |= cell.state();
            }
        }
        if differ {
            states |= Cause::Contradiction.bit();
        }
        if first.is_none() && states == 0 {
            states = Cause::NoRecord.bit();
        }
        if states == 0 {
            Ternary::TRUE
        } else {
            Ternary::from_cause_bits(states)
        }
    }

    fn unchanged(&self, slot: Slot) -> Ternary {
        let Some(first) = self.first else {
            return Ternary::TRUE;
        };
        let before = first.cell(slot);
        let same = self.known(slot, |_| {
            self.facts.same_value(first, slot, &self.program.texts)
        });
        if before.state() == KNOWN {
            same
        } else {
            unknown_with(same, before.state())
        }
    }

    /// The set of months a known fact stands for.
    pub(crate) fn month_set(&self, value: i64) -> Option<&MonthSet> {
        self.facts.month_set(value)
    }

    fn months(&self, node: &MonthsNode) -> Ternary {
        let cell = self.facts.cell(node.slot);
        if cell.state() != KNOWN {
            return Ternary::from_cause_bits(cell.state());
        }
        if let (Some(until), Number::Fixed(1), Employer::Anyone, None, BackPaid::Counts, None) = (
            self.day(node.until).ok(),
            node.at_least,
            node.employer,
            node.from,
            node.back_paid,
            node.ending,
        ) && paid_by(cell.value(), month_of(until))
        {
            return Ternary::TRUE;
        }
        let from = node.from.map(|from| self.day(from));
        let (from, until) = match (from, self.day(node.until)) {
            (Some(Err(one)), Err(other)) => return Ternary::from_cause_bits(one | other),
            (Some(Err(state)), _) | (_, Err(state)) => return Ternary::from_cause_bits(state),
            (None, Ok(until)) => (None, until),
            (Some(Ok(from)), Ok(until)) => (Some(from), until),
        };
        let Some(set) = self.month_set(cell.value()) else {
            return UNREADABLE;
        };
        let counted = Counted {
            from: from.map(month_number),
            until: month_number(until),
            back_paid: node.back_paid == BackPaid::Counts,
        };
        let at_least = self.number(node.at_least);
        let end = node.ending.map(run_end);
        match (node.employer, end) {
            (Employer::Anyone, None) => set.cumulative(counted, at_least),
            (Employer::Anyone, Some(end)) => set.consecutive(counted, end, at_least),
            (Employer::AnyOne, None) => set.cumulative_at_one(counted, at_least),
            (Employer::AnyOne, Some(end)) => set.consecutive_at_one(counted, end, at_least),
            (Employer::Fact(slot), end) => {
                let employer = self.facts.cell(slot);
                if employer.state() != KNOWN {
                    return Ternary::from_cause_bits(employer.state());
                }
                end.map_or_else(
                    || set.cumulative_at(employer.value(), counted, at_least),
                    |end| set.consecutive_at(employer.value(), counted, end, at_least),
                )
            }
        }
    }
}

const UNREADABLE: Ternary = Ternary::unknown(Cause::Unreadable);

/// A comparison of two facts whose second is unknown: unknown with the causes of both.
fn unknown_with(first: Ternary, state: u8) -> Ternary {
    let causes = first.bits() & !(Ternary::TRUE.bits() | Ternary::FALSE.bits());
    Ternary::from_cause_bits(causes | state)
}

const fn run_end(ending: Ending) -> RunEnd {
    match ending {
        Ending::Anywhere => RunEnd::Anywhere,
        Ending::Until => RunEnd::Until,
        Ending::LastComplete => RunEnd::LastComplete,
    }
}

/// The month of a packed day.
pub(crate) fn month_number(packed: i64) -> i32 {
    i32::try_from(month_of(packed)).unwrap_or(0)
}

/// Whether the time between two packed days fits the limit. Limits are in months; `slack` is 11 for a limit in years, so that
/// "at most 35 years" holds until the day before the 36th.
#[inline]
pub(crate) fn between(from: i64, to: i64, limit: i64, slack: i64, span: Span) -> bool {
    if to < from {
        return false;
    }
    let months = month_of(to) - month_of(from);
    let complete = months - i64::from(day_of(to) < day_of(from));
    match span {
        Span::AtLeast => complete >= limit,
        Span::AtMost => complete <= limit + slack,
        Span::Within => months < limit || (months == limit && day_of(to) <= day_of(from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::Cell;
    use crate::domain::policy::battery::{Range, stretched};
    use jiff::civil::date;
    use proptest::prelude::*;

    fn days(from: Date, to: Date) -> (i64, i64) {
        (i64::from(pack(from)), i64::from(pack(to)))
    }

    proptest! {
        #[test]
        fn a_range_of_stretched_days_holds_what_the_count_of_months_says(
            from in (1990_i16..1994, 1_i8..13, 1_i8..32),
            to in (1990_i16..1994, 1_i8..13, 1_i8..32),
            limit in 0_i64..40,
            slack in prop::sample::select(&[0_i64, 11]),
            span in prop::sample::select(&[Span::AtLeast, Span::AtMost, Span::Within]),
        ) {
            let packed = |(year, month, day): (i16, i8, i8)| (i64::from(year) << 9) | (i64::from(month) << 5) | i64::from(day);
            let (from, to) = (packed(from), packed(to));
            let range = Range::of_span(span, limit, slack).unwrap();
            let apart = Cell::known(stretched(to) - stretched(from));
            prop_assert_eq!(range.holds(apart), between(from, to, limit, slack, span));
        }
    }

    #[test]
    fn a_leap_day_to_the_end_of_february_five_years_on_is_59_months() {
        let (from, to) = days(date(2020, 2, 29), date(2025, 2, 28));
        assert!(between(from, to, 59, 0, Span::AtLeast));
        assert!(!between(from, to, 60, 0, Span::AtLeast));
        let (from, to) = days(date(2020, 2, 29), date(2025, 3, 1));
        assert!(between(from, to, 60, 0, Span::AtLeast));
    }

    #[test]
    fn somebody_is_35_until_the_day_before_the_36th_birthday() {
        let born = date(1990, 6, 15);
        let (from, to) = days(born, date(2026, 6, 14));
        assert!(between(from, to, 35 * 12, 11, Span::AtMost));
        let (from, to) = days(born, date(2026, 6, 15));
        assert!(!between(from, to, 35 * 12, 11, Span::AtMost));
    }

    #[test]
    fn within_two_years_ends_with_the_anniversary() {
        let (from, to) = days(date(2024, 5, 6), date(2026, 5, 6));
        assert!(between(from, to, 24, 0, Span::Within));
        let (from, to) = days(date(2024, 5, 6), date(2026, 5, 7));
        assert!(!between(from, to, 24, 0, Span::Within));
        let (from, to) = days(date(2024, 5, 6), date(2024, 5, 5));
        assert!(!between(from, to, 24, 0, Span::Within));
    }
}
