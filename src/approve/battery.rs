//! Runs the battery of [`crate::domain::policy::battery`] on the facts of one person.

use std::hint::select_unpredictable;

use super::matcher::Context;
use crate::domain::facts::{Cell, Facts, KNOWN, paid_by};
use crate::domain::judgement::{Cause, Ternary};
use crate::domain::policy::battery::{At, DayAt, Spanning, stretched};
use crate::domain::policy::program::{Slot, month_of, next_day};

impl Context<'_> {
    /// The criteria of the first judgement that are definitely true, a bit each. What is not among them is for the tree to say.
    #[inline]
    pub(super) fn definitely_true(&self) -> u64 {
        let (battery, facts) = (&self.program.battery, self.facts);
        let mut held = 0;
        for At { leaves, test } in &battery.ranges {
            held |= when(test.range.holds(facts.cell(test.slot)), *leaves);
        }
        for At { leaves, test } in &battery.among {
            let cell = facts.cell(test.slot);
            let among = test.codes >> (cell.value() & 63) & 1 == 1;
            held |= when(among & (cell.state() == KNOWN), *leaves);
        }
        for At { leaves, test } in &battery.has {
            let cell = facts.cell(test.slot);
            let has = cell.value().cast_unsigned() & test.codes != 0;
            held |= when((has == test.wanted) & (cell.state() == KNOWN), *leaves);
        }
        for At { leaves, test } in &battery.agreeing {
            held |= when(agree(facts, test), *leaves);
        }
        for At { leaves, test } in &battery.days {
            let (left, right) = (self.cell_of(test.left), self.cell_of(test.right));
            let apart = Cell::known(left.value() - right.value());
            held |= when(both_known(left, right) & test.range.holds(apart), *leaves);
        }
        for At { leaves, test } in &battery.spans {
            held |= when(self.spans(test), *leaves);
        }
        for At { leaves, test } in &battery.paid {
            let (months, until) = (facts.cell(test.slot), self.cell_of(test.until));
            let paid = paid_by(months.value(), month_of(until.value()));
            held |= when(both_known(months, until) & paid, *leaves);
        }
        for At { leaves, test } in &battery.others {
            held |= when(self.eval(test) == Ternary::TRUE, *leaves);
        }
        for (way, criteria) in &battery.ways {
            held |= when(held & way == *way, *criteria);
        }
        held & self.program.first
    }

    #[inline]
    fn spans(&self, test: &Spanning) -> bool {
        let (from, to) = (self.cell_of(test.from), self.cell_of(test.to));
        let last = if test.day_after {
            next_day(to.value())
        } else {
            to.value()
        };
        let apart = Cell::known(stretched(last) - stretched(from.value()));
        both_known(from, to) & test.range.holds(apart)
    }

    #[inline]
    fn cell_of(&self, day: DayAt) -> Cell {
        match day {
            DayAt::Fact(slot) => self.facts.cell(slot),
            DayAt::Filing => Cell::known(self.filing),
            DayAt::Judged => Cell::known(self.judged),
        }
    }
}

/// Bits that something leaves when it holds: a choice without a jump, for people differ and jumps would be foreseen wrongly.
#[inline]
fn when(holds: bool, bits: u64) -> u64 {
    select_unpredictable(holds, bits, 0)
}

#[inline]
const fn both_known(one: Cell, other: Cell) -> bool {
    one.state() | other.state() == KNOWN
}

/// Whether some value is known, all known values are the same, and nothing but a missing record keeps the others from being
/// known.
///
/// Words that are the same have the same bits set in all of them as in any of them. A word that is not known has no bits but
/// those of its state, and is not counted among "all": only a missing record may leave a bit that the known ones lack.
#[inline]
fn agree(facts: &Facts, slots: &[Slot]) -> bool {
    const NO_RECORD: u64 = Cell::unknown(Cause::NoRecord).word();
    let (mut in_any, mut in_all) = (0, u64::MAX);
    for slot in slots {
        let word = facts.cell(*slot).word();
        let unless_known = (word & u64::from(KNOWN)).wrapping_sub(1);
        in_any |= word;
        in_all &= word | unless_known;
    }
    in_any & !NO_RECORD == in_all
}
