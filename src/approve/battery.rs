//! Runs the battery of [`crate::domain::policy::battery`] on the facts of one person.

use super::matcher::{Context, between};
use crate::domain::facts::{Cell, Facts, KNOWN, paid_by};
use crate::domain::judgement::{Cause, Ternary};
use crate::domain::policy::battery::DayAt;
use crate::domain::policy::program::{Slot, month_of, next_day};

impl Context<'_> {
    /// The criteria of the first judgement that are definitely true, a bit each. What is not among them is for the tree to say.
    #[inline]
    pub(super) fn definitely_true(&self) -> u64 {
        let (battery, facts) = (&self.program.battery, self.facts);
        let (mut held, mut met) = (0, 0);
        let mut note = |bit: u64, makes: u64, holds: bool| {
            held |= bit & every_bit(holds);
            met |= makes & every_bit(holds);
        };
        for at in &battery.ranges {
            note(
                at.bit,
                at.makes,
                at.test.range.holds(facts.cell(at.test.slot)),
            );
        }
        for at in &battery.among {
            let cell = facts.cell(at.test.slot);
            let among = at.test.codes >> (cell.value() & 63) & 1 == 1;
            note(at.bit, at.makes, among & (cell.state() == KNOWN));
        }
        for at in &battery.has {
            let cell = facts.cell(at.test.slot);
            let has = cell.value().cast_unsigned() & at.test.codes != 0;
            note(
                at.bit,
                at.makes,
                (has == at.test.wanted) & (cell.state() == KNOWN),
            );
        }
        for at in &battery.agreeing {
            note(at.bit, at.makes, agree(facts, &at.test));
        }
        for at in &battery.days {
            let (left, right) = (self.cell_of(at.test.left), self.cell_of(at.test.right));
            let apart = Cell::known(left.value() - right.value());
            note(
                at.bit,
                at.makes,
                both_known(left, right) & at.test.range.holds(apart),
            );
        }
        for at in &battery.spans {
            let test = &at.test;
            let (from, to) = (self.cell_of(test.from), self.cell_of(test.to));
            let last = if test.day_after {
                next_day(to.value())
            } else {
                to.value()
            };
            let fits = between(from.value(), last, test.limit, test.slack, test.span);
            note(at.bit, at.makes, both_known(from, to) & fits);
        }
        for at in &battery.paid {
            let (months, until) = (facts.cell(at.test.slot), self.cell_of(at.test.until));
            let paid = paid_by(months.value(), month_of(until.value()));
            note(at.bit, at.makes, both_known(months, until) & paid);
        }
        for at in &battery.others {
            note(at.bit, at.makes, self.eval(at.test) == Ternary::TRUE);
        }
        for (way, criterion) in &battery.ways {
            met |= criterion & every_bit(held & way == *way);
        }
        met
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

/// All bits for true, none for false: a choice without a jump.
#[inline]
const fn every_bit(holds: bool) -> u64 {
    (holds as u64).wrapping_neg()
}

#[inline]
const fn both_known(one: Cell, other: Cell) -> bool {
    one.state() | other.state() == KNOWN
}

/// Whether some value is known, all known values are the same, and nothing but a missing record keeps the others from being
/// known. Values that are the same have the same bits set in all of them as in any of them.
#[inline]
fn agree(facts: &Facts, slots: &[Slot]) -> bool {
    let (mut states, mut in_any, mut in_all) = (0, 0, u64::MAX);
    for slot in slots {
        let cell = facts.cell(*slot);
        let known = every_bit(cell.state() == KNOWN);
        states |= cell.state();
        in_any |= cell.word() & known;
        in_all &= cell.word() | !known;
    }
    in_any == in_all && states & !(KNOWN | Cause::NoRecord.bit()) == 0
}
