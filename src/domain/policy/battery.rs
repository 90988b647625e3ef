//! The quick way: which criteria of the first judgement are definitely true.
//!
//! Most are, and then nothing else need be known of them. In Kleene logic a conjunction is true when all its parts are and a
//! disjunction when one is, so definite truth alone needs no third value. Every single test stands here once, sorted by kind,
//! so that those of a kind are asked in a row without a jump from one to the next. All leave their bits in one word: the
//! lowest bits are the criteria, and a test that makes one true by itself leaves its bit at once; the bits above are tests that
//! only make a criterion true together, when one of a few sets of them is whole. What has no definite answer here is left to
//! the tree, which says why.

use super::document::BackPaid;
use super::program::{
    Check, Day, Employer, Node, Number, Order, Part, Program, Slot, Span, day_of, month_of,
};
use crate::domain::facts::{Cell, VALUE_MAX};

/// Most tests of a battery. A criterion with a test beyond them takes the tree.
const TESTS_MAX: usize = 64;
/// Bits of the word that criteria and tests share. What would need one beyond them takes the tree.
const BITS: usize = u64::BITS as usize;
/// Sets of bits a criterion may come to. One with more takes the tree.
const WAYS_MAX: usize = 16;

/// Known values in a range, counted from `low` upwards and around the end of the numbers, so that "any but this one" is a
/// range too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    /// The word of the first value.
    low: u64,
    /// How many more there are.
    span: u64,
}

/// Smallest number of a fact.
const LEAST: i64 = -VALUE_MAX - 1;

impl Range {
    /// Whether a value is known and lies in it. The state stands in the lowest byte of a word; turned to the top, it makes
    /// every unknown value too large.
    #[inline]
    pub(crate) const fn holds(self, cell: Cell) -> bool {
        cell.word().wrapping_sub(self.low).rotate_right(8) <= self.span
    }

    /// The values a comparison holds for; `None` when there is none.
    fn of(order: Order, with: i64) -> Option<Self> {
        match order {
            Order::Eq => Self::between(with, with),
            Order::Ne => Some(Self {
                low: Cell::known(with).word().wrapping_add(1 << 8),
                span: (1 << 56) - 2,
            }),
            Order::Lt => Self::between(LEAST, with - 1),
            Order::Lte => Self::between(LEAST, with),
            Order::Gt => Self::between(with + 1, VALUE_MAX),
            Order::Gte => Self::between(with, VALUE_MAX),
        }
    }

    /// The values from one to another; `None` when there is none.
    fn between(low: i64, high: i64) -> Option<Self> {
        let span = u64::try_from(high.checked_sub(low)?).ok()?;
        let low = Cell::known(low).word();
        Some(Self { low, span })
    }

    /// Codes that stand side by side in the list; `None` when others stand between them.
    fn of_codes(codes: u64) -> Option<Self> {
        let (first, count) = (codes.trailing_zeros(), codes.count_ones());
        let gapless = codes != 0 && codes.leading_zeros() + count + first == u64::BITS;
        let last = i64::from(first + count) - 1;
        gapless.then(|| Self::between(i64::from(first), last))?
    }

    /// Differences of [`stretched`] days that fit a limit in months. `slack` is that of the limit.
    pub(crate) fn of_span(span: Span, limit: i64, slack: i64) -> Option<Self> {
        let months = |months: i64| months.checked_mul(MONTH);
        match span {
            Span::AtLeast => Self::between(months(limit.max(0))?, VALUE_MAX),
            Span::AtMost => Self::between(0, months(limit + slack + 1)? - 1),
            Span::Within => Self::between(0, months(limit)?),
        }
    }
}

/// A day of the evidence or of the judgement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DayAt {
    Fact(Slot),
    Filing,
    Judged,
}

/// A test and the bits it leaves when it holds: those of the criteria it makes true by itself, and its own where it makes one
/// true together with others.
#[derive(Debug, Clone)]
pub(crate) struct At<T> {
    pub(crate) leaves: u64,
    pub(crate) test: T,
}

/// The value lies in a range.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InRange {
    pub(crate) slot: Slot,
    pub(crate) range: Range,
}

/// The code is among these.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AmongCodes {
    pub(crate) slot: Slot,
    pub(crate) codes: u64,
}

/// The set of codes has one of these (`wanted`), or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HasCodes {
    pub(crate) slot: Slot,
    pub(crate) wanted: bool,
    pub(crate) codes: u64,
}

/// One day less the other lies in a range: days are packed so that they sort.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DaysApart {
    pub(crate) left: DayAt,
    pub(crate) right: DayAt,
    pub(crate) range: Range,
}

/// The time between two days fits a limit in months: one day less the other, both [`stretched`], lies in a range.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spanning {
    pub(crate) from: DayAt,
    pub(crate) to: DayAt,
    pub(crate) day_after: bool,
    pub(crate) range: Range,
}

/// What a month counts in [`stretched`] days: more than two days of one month can be apart.
const MONTH: i64 = 64;

/// A packed day as a number to subtract from another. Since a month counts more than its days, so many complete months have
/// passed as the difference holds whole ones, and a day less than that is less.
#[inline]
pub(crate) const fn stretched(packed: i64) -> i64 {
    month_of(packed) * MONTH + day_of(packed)
}

/// A month was paid up to a day, by anyone, paid back or not. Held when the newest month shows it; else the tree counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PaidUntil {
    pub(crate) slot: Slot,
    pub(crate) until: DayAt,
}

/// All tests, and the ways in which they make criteria true.
#[derive(Debug, Clone, Default)]
pub(crate) struct Battery {
    pub(crate) ranges: Vec<At<InRange>>,
    pub(crate) among: Vec<At<AmongCodes>>,
    pub(crate) has: Vec<At<HasCodes>>,
    pub(crate) agreeing: Vec<At<Box<[Slot]>>>,
    pub(crate) days: Vec<At<DaysApart>>,
    pub(crate) spans: Vec<At<Spanning>>,
    pub(crate) paid: Vec<At<PaidUntil>>,
    /// Anything else.
    pub(crate) others: Vec<At<Node>>,
    /// Bits of several tests that make criteria true together, and the bits of those.
    pub(crate) ways: Vec<(u64, u64)>,
}

impl Program {
    /// Lays out the battery of the first judgement. Renewals are few, and take the tree.
    pub(crate) fn lay_battery(&mut self) {
        let mut layout = Layout {
            program: self,
            tests: Vec::new(),
            ways: Vec::new(),
            battery: Battery::default(),
        };
        for (at, check) in (0_u8..).zip(&layout.program.checks) {
            if layout.program.first >> at & 1 == 1 {
                layout.criterion(1 << at, check);
            }
        }
        layout.lay_all();
        self.battery = layout.battery;
    }
}

struct Layout<'a> {
    program: &'a Program,
    tests: Vec<Node>,
    /// Sets of tests, by their places, and the criterion each makes true.
    ways: Vec<(u64, u64)>,
    battery: Battery,
}

impl Layout<'_> {
    fn criterion(&mut self, criterion: u64, check: &Check) {
        let before = self.tests.len();
        match self.ways(check.root) {
            Some(ways) => self
                .ways
                .extend(ways.into_iter().map(|way| (way, criterion))),
            None => self.tests.truncate(before),
        }
    }

    /// The sets of single tests that make a test true; `None` when they are too many.
    fn ways(&mut self, node: Node) -> Option<Vec<u64>> {
        let ways = match node {
            Node::Any(parts) => self.ways_of(parts)?.concat(),
            Node::All(parts) => self
                .ways_of(parts)?
                .into_iter()
                .fold(vec![0], |whole, ways| {
                    let pairs = whole
                        .iter()
                        .flat_map(|one| ways.iter().map(move |other| one | other));
                    shortest(pairs.collect())
                }),
            single => vec![self.bit(single)?],
        };
        let ways = shortest(ways);
        (ways.len() <= WAYS_MAX).then_some(ways)
    }

    fn ways_of(&mut self, parts: Part) -> Option<Vec<Vec<u64>>> {
        let program = self.program;
        parts
            .of(&program.nodes)
            .iter()
            .map(|part| self.ways(*part))
            .collect()
    }

    /// The bit of a single test; the same test stands once.
    fn bit(&mut self, single: Node) -> Option<u64> {
        let known = self.tests.iter().position(|known| *known == single);
        let place = known.unwrap_or_else(|| {
            self.tests.push(single);
            self.tests.len() - 1
        });
        (place < TESTS_MAX).then(|| 1 << place)
    }

    /// Gives the tests their bits and lays them out, and the ways that take several of them.
    fn lay_all(&mut self) {
        let (alone, together): (Vec<_>, Vec<_>) = std::mem::take(&mut self.ways)
            .into_iter()
            .partition(|(way, _)| way.is_power_of_two());
        let needed = together.iter().fold(0, |needed, (way, _)| needed | way);
        let mut free = (self.program.checks.len()..BITS).map(|bit| 1 << bit);
        let mut own = Vec::new();
        for (node, place) in std::mem::take(&mut self.tests).into_iter().zip(0..) {
            let test = 1_u64 << place;
            let bit = if needed & test == 0 {
                None
            } else {
                free.next()
            };
            let makes = alone.iter().filter(|(way, _)| *way == test);
            let leaves = makes.fold(bit.unwrap_or(0), |bits, (_, criterion)| bits | criterion);
            own.push(bit);
            if leaves != 0 {
                self.lay(node, leaves);
            }
        }
        for (way, criterion) in together {
            let members = (0..).zip(&own).filter(|(place, _)| way >> place & 1 == 1);
            let bits = members.map(|(_, bit)| *bit);
            if let Some(bits) = bits.reduce(|one, other| Some(one? | other?)).flatten() {
                self.battery.ways.push((bits, criterion));
            }
        }
    }

    /// Puts a test among those of its kind.
    fn lay(&mut self, node: Node, leaves: u64) {
        let (single, wanted) = match node {
            Node::Not(part) => self
                .program
                .nodes
                .get(usize::from(part))
                .map_or((node, true), |denied| (*denied, false)),
            single => (single, true),
        };
        let battery = &mut self.battery;
        let or_contrary = |order: Order| if wanted { order } else { order.contrary() };
        match single {
            Node::Compare {
                slot,
                order,
                with: Number::Fixed(with),
            } if let Some(range) = Range::of(or_contrary(order), with) => {
                battery.ranges.push(At {
                    leaves,
                    test: InRange { slot, range },
                });
            }
            Node::OneOfCodes { slot, codes } => {
                let codes = if wanted { codes } else { !codes };
                if let Some(range) = Range::of_codes(codes) {
                    let test = InRange { slot, range };
                    battery.ranges.push(At { leaves, test });
                    return;
                }
                battery.among.push(At {
                    leaves,
                    test: AmongCodes { slot, codes },
                });
            }
            Node::Has { slot, codes } => {
                battery.has.push(At {
                    leaves,
                    test: HasCodes {
                        slot,
                        wanted,
                        codes,
                    },
                });
            }
            Node::Agree(slots) if wanted => battery.agreeing.push(At {
                leaves,
                test: slots.of(&self.program.slots).into(),
            }),
            Node::Days { left, right, order }
                if let (Some((left, false)), Some((right, false)), Some(range)) = (
                    day_at(left),
                    day_at(right),
                    Range::of(or_contrary(order), 0),
                ) =>
            {
                battery.days.push(At {
                    leaves,
                    test: DaysApart { left, right, range },
                });
            }
            Node::Between {
                from,
                to,
                years,
                span,
                limit: Number::Fixed(limit),
            } if let (true, Some((from, false)), Some((to, day_after)), Some(range)) = (
                wanted,
                day_at(from),
                day_at(to),
                if years {
                    Range::of_span(span, limit * 12, 11)
                } else {
                    Range::of_span(span, limit, 0)
                },
            ) =>
            {
                battery.spans.push(At {
                    leaves,
                    test: Spanning {
                        from,
                        to,
                        day_after,
                        range,
                    },
                });
            }
            Node::Months(months)
                if let (true, Some((slot, until))) = (wanted, self.program.paid_until(months)) =>
            {
                battery.paid.push(At {
                    leaves,
                    test: PaidUntil { slot, until },
                });
            }
            _ => battery.others.push(At { leaves, test: node }),
        }
    }
}

impl Program {
    /// Fact and last day of a count of months that only asks whether there is one.
    fn paid_until(&self, months: u16) -> Option<(Slot, DayAt)> {
        let node = self.months.get(usize::from(months))?;
        let any = matches!(
            (
                node.at_least,
                node.employer,
                node.from,
                node.back_paid,
                node.ending
            ),
            (
                Number::Fixed(1),
                Employer::Anyone,
                None,
                BackPaid::Counts,
                None
            )
        );
        let (until, day_after) = day_at(node.until)?;
        (any && !day_after).then_some((node.slot, until))
    }
}

/// A day that can be had without a look into the parameters, and whether the day after it is meant.
const fn day_at(day: Day) -> Option<(DayAt, bool)> {
    match day {
        Day::Fact { slot, day_after } => Some((DayAt::Fact(slot), day_after)),
        Day::Filing => Some((DayAt::Filing, false)),
        Day::Judged => Some((DayAt::Judged, false)),
        Day::Fixed(_) | Day::Param(_) => None,
    }
}

/// Without the sets that hold another whole.
fn shortest(mut sets: Vec<u64>) -> Vec<u64> {
    sets.sort_unstable();
    sets.dedup();
    let holds_another = |set: &u64| {
        let mut others = sets.iter().filter(|other| *other != set);
        others.any(|other| set & other == *other)
    };
    sets.iter()
        .copied()
        .filter(|set| !holds_another(set))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::judgement::Cause;
    use proptest::prelude::*;

    const ORDERS: [Order; 6] = [
        Order::Eq,
        Order::Ne,
        Order::Lt,
        Order::Lte,
        Order::Gt,
        Order::Gte,
    ];

    fn any_value() -> impl Strategy<Value = i64> {
        prop_oneof![
            -3..4_i64,
            Just(VALUE_MAX),
            Just(-VALUE_MAX - 1),
            -VALUE_MAX - 1..=VALUE_MAX
        ]
    }

    proptest! {
        #[test]
        fn a_range_holds_what_the_comparison_holds(order in prop::sample::select(&ORDERS), with in any_value(), value in any_value()) {
            let holds = Range::of(order, with).is_some_and(|range| range.holds(Cell::known(value)));
            prop_assert_eq!(holds, order.holds(value, with));
            prop_assert_eq!(order.contrary().holds(value, with), !order.holds(value, with));
        }

        #[test]
        fn no_range_holds_the_unknown(order in prop::sample::select(&ORDERS), with in any_value(), cause in prop::sample::select(&Cause::ALL)) {
            let holds = Range::of(order, with).is_some_and(|range| range.holds(Cell::unknown(cause)));
            prop_assert!(!holds);
        }
    }

    #[test]
    fn only_codes_side_by_side_are_a_range() {
        for codes in [0b1, 0b0110, 1 << 63, !0, !0 << 3] {
            let range = Range::of_codes(codes).unwrap();
            for code in 0..64 {
                assert_eq!(range.holds(Cell::known(code)), codes >> code & 1 == 1);
            }
        }
        assert!(Range::of_codes(0).is_none() && Range::of_codes(0b101).is_none());
    }

    #[test]
    fn a_set_that_holds_another_is_left_out() {
        assert_eq!(shortest(vec![0b111, 0b001, 0b110, 0b001]), [0b001, 0b110]);
    }
}
