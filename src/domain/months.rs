//! Months for which a contribution was paid: a set of bits, so that counting is a matter of a few instructions.

use crate::domain::judgement::{Cause, Ternary};

/// Months a set remembers, counted back from its newest.
const MONTHS: i32 = 512;

/// One bit a month, the newest first.
type Bits = [u64; 8];

/// Months paid, and until when the register is complete. Months are counted from January of year 0.
#[derive(Clone, PartialEq, Eq)]
pub struct MonthSet {
    /// Month of bit 0.
    newest: i32,
    /// Last month for which the register is complete; later ones that are not paid are unknown.
    complete_until: i32,
    paid: Bits,
    on_time: Bits,
    by_employer: Vec<(i64, Bits, Bits)>,
}

impl std::fmt::Debug for MonthSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MonthSet(masked)")
    }
}

/// One contribution record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contribution {
    /// First month the fee is for.
    pub(crate) from: i32,
    /// Last month the fee is for.
    pub(crate) to: i32,
    /// Whether it was paid more than a month after the month it is for.
    pub(crate) back_paid: bool,
    /// Who paid.
    pub(crate) employer: i64,
}

/// Whose and which months count, from when until when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    /// First month, if there is a first.
    pub(crate) from: Option<i32>,
    /// Last month.
    pub(crate) until: i32,
    /// Whether back-paid months count.
    pub(crate) back_paid: bool,
}

/// Where a run must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunEnd {
    /// Anywhere.
    Anywhere,
    /// In the last month counted.
    Until,
    /// In the last month for which the register is complete.
    LastComplete,
}

impl MonthSet {
    /// Builds a set; `None` when a record runs backwards or reaches further back than the set remembers.
    pub(crate) fn build(rows: &[Contribution], complete_until: Option<i32>) -> Option<Self> {
        let last = rows.iter().map(|row| row.to).max();
        let newest = complete_until.into_iter().chain(last).max().unwrap_or(0);
        let mut set = Self {
            newest,
            complete_until: complete_until.unwrap_or(i32::MIN),
            paid: [0; 8],
            on_time: [0; 8],
            by_employer: Vec::new(),
        };
        for row in rows {
            if row.from > row.to || newest - row.from >= MONTHS {
                return None;
            }
            set.add(row);
        }
        Some(set)
    }

    /// The last month paid.
    pub(crate) fn last_paid(&self) -> Option<i32> {
        let (word, bits) = self.paid.iter().enumerate().find(|(_, bits)| **bits != 0)?;
        let back = i32::try_from(word).ok()? * 64 + i32::try_from(bits.trailing_zeros()).ok()?;
        Some(self.newest - back)
    }

    /// The first month without a contribution, counted from the month after `since`, when none was paid from then on in `gap` months
    /// at least for all of which the register is complete.
    pub(crate) fn stopped_after(&self, since: i32, gap: i32) -> Option<i32> {
        let paid = self.last_paid().unwrap_or(since).max(since);
        (self.complete_until.checked_sub(paid)? >= gap.max(1)).then_some(paid + 1)
    }

    /// How many months were paid, but only afterwards.
    pub(crate) fn back_paid(&self) -> u32 {
        let late = self.paid.iter().zip(&self.on_time);
        late.map(|(paid, on_time)| (paid & !on_time).count_ones())
            .sum()
    }

    /// Unbroken runs of paid months, the earliest first, each as its first and its last month.
    pub(crate) fn runs(&self) -> Vec<(i32, i32)> {
        let paid = |month: &i32| {
            bit(self.newest - month).is_some_and(|at| self.paid[at / 64] >> (at % 64) & 1 == 1)
        };
        let mut runs: Vec<(i32, i32)> = Vec::new();
        for month in (self.newest - MONTHS + 1..=self.newest).filter(paid) {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == month => *last = month,
                _ => runs.push((month, month)),
            }
        }
        runs
    }

    /// Whether no month was ever paid.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_employer.is_empty()
    }

    fn add(&mut self, row: &Contribution) {
        let place = self
            .by_employer
            .iter()
            .position(|(employer, ..)| *employer == row.employer)
            .unwrap_or_else(|| {
                self.by_employer.push((row.employer, [0; 8], [0; 8]));
                self.by_employer.len() - 1
            });
        let newest = self.newest;
        let (Some(oldest_bit), Some(newest_bit)) = (bit(newest - row.from), bit(newest - row.to))
        else {
            return;
        };
        let Some((_, paid, on_time)) = self.by_employer.get_mut(place) else {
            return;
        };
        for at in newest_bit..=oldest_bit {
            for bits in [&mut self.paid, paid] {
                bits[at / 64] |= 1 << (at % 64);
            }
            if !row.back_paid {
                for bits in [&mut self.on_time, &mut *on_time] {
                    bits[at / 64] |= 1 << (at % 64);
                }
            }
        }
    }

    /// Whether any month up to that one (counted from January of year 0) was paid.
    #[must_use]
    #[inline]
    pub fn any_until(&self, month: i32) -> Ternary {
        self.cumulative(
            Counted {
                from: None,
                until: month,
                back_paid: true,
            },
            1,
        )
    }

    /// Whether so many months were paid in all, at anyone's.
    pub(crate) fn cumulative(&self, counted: Counted, at_least: i64) -> Ternary {
        self.enough(self.bits(counted), counted, at_least)
    }

    /// The same at one employer.
    pub(crate) fn cumulative_at(&self, employer: i64, counted: Counted, at_least: i64) -> Ternary {
        self.enough(
            self.employer_bits(employer, counted).unwrap_or(&[0; 8]),
            counted,
            at_least,
        )
    }

    /// The same at any one employer, but all at the same.
    pub(crate) fn cumulative_at_one(&self, counted: Counted, at_least: i64) -> Ternary {
        let none = self.enough(&[0; 8], counted, at_least);
        self.each_employer(counted).fold(none, |so_far, bits| {
            so_far.or(self.enough(bits, counted, at_least))
        })
    }

    /// Whether so many months were paid without a gap, at anyone's.
    pub(crate) fn consecutive(&self, counted: Counted, end: RunEnd, at_least: i64) -> Ternary {
        self.run(self.bits(counted), counted, end, at_least)
    }

    /// The same at one employer.
    pub(crate) fn consecutive_at(
        &self,
        employer: i64,
        counted: Counted,
        end: RunEnd,
        at_least: i64,
    ) -> Ternary {
        self.run(
            self.employer_bits(employer, counted).unwrap_or(&[0; 8]),
            counted,
            end,
            at_least,
        )
    }

    /// The same at any one employer, but all at the same.
    pub(crate) fn consecutive_at_one(
        &self,
        counted: Counted,
        end: RunEnd,
        at_least: i64,
    ) -> Ternary {
        let none = self.run(&[0; 8], counted, end, at_least);
        self.each_employer(counted).fold(none, |so_far, bits| {
            so_far.or(self.run(bits, counted, end, at_least))
        })
    }

    /// Months paid from one month to another, when the register is complete for all of them; else what is missing.
    pub(crate) fn paid_in(&self, from: i32, until: i32) -> Result<u32, Ternary> {
        let counted = Counted {
            from: Some(from),
            until,
            back_paid: true,
        };
        if self.unknown(&self.paid, counted) > 0 {
            return Err(Ternary::unknown(Cause::NotYetComplete));
        }
        Ok(count(&self.paid, self.newest, from, until))
    }

    /// Longest time without a contribution from one month to another; unknown months do not count as a gap.
    pub(crate) fn longest_gap(&self, from: i32, until: i32) -> u32 {
        longest(
            (from..=until)
                .map(|month| !self.has(&self.paid, month) && month <= self.complete_until),
        )
    }

    fn bits(&self, counted: Counted) -> &Bits {
        if counted.back_paid {
            &self.paid
        } else {
            &self.on_time
        }
    }

    fn employer_bits(&self, employer: i64, counted: Counted) -> Option<&Bits> {
        let (_, paid, on_time) = self.by_employer.iter().find(|(who, ..)| *who == employer)?;
        Some(if counted.back_paid { paid } else { on_time })
    }

    fn each_employer(&self, counted: Counted) -> impl Iterator<Item = &Bits> {
        self.by_employer
            .iter()
            .map(move |(_, paid, on_time)| if counted.back_paid { paid } else { on_time })
    }

    #[inline]
    fn enough(&self, bits: &Bits, counted: Counted, at_least: i64) -> Ternary {
        // Most people paid lately: one look at the newest months often settles it.
        if at_least == 1 && counted.from.is_none() && self.paid_lately(bits, counted.until) {
            return Ternary::TRUE;
        }
        let from = counted.from.unwrap_or(self.newest - MONTHS + 1);
        let known = i64::from(count(bits, self.newest, from, counted.until));
        if known >= at_least {
            Ternary::TRUE
        } else if known + self.unknown(bits, counted) >= at_least {
            Ternary::unknown(Cause::NotYetComplete)
        } else {
            Ternary::FALSE
        }
    }

    /// Whether a month among the newest 64, not after the last that counts, was paid.
    #[inline]
    fn paid_lately(&self, bits: &Bits, until: i32) -> bool {
        let later = self.newest.saturating_sub(until).max(0);
        later < 64 && bits[0] >> later != 0
    }

    /// Months that count, are not paid, and may yet turn out to be.
    fn unknown(&self, bits: &Bits, counted: Counted) -> i64 {
        let first = self
            .complete_until
            .saturating_add(1)
            .max(counted.from.unwrap_or(i32::MIN))
            .max(counted.until.saturating_sub(MONTHS - 1));
        if first > counted.until {
            return 0;
        }
        i64::from(counted.until) - i64::from(first) + 1
            - i64::from(count(bits, self.newest, first, counted.until))
    }

    fn run(&self, bits: &Bits, counted: Counted, end: RunEnd, at_least: i64) -> Ternary {
        let earliest = counted
            .from
            .unwrap_or(i32::MIN)
            .max(counted.until.saturating_sub(MONTHS - 1));
        if end == RunEnd::Anywhere {
            let known = longest((earliest..=counted.until).map(|month| self.has(bits, month)));
            let possible = longest(
                (earliest..=counted.until)
                    .map(|month| self.has(bits, month) || month > self.complete_until),
            );
            return graded(
                i64::from(known) >= at_least,
                i64::from(possible) >= at_least,
            );
        }
        let last = match end {
            RunEnd::LastComplete => counted.until.min(self.complete_until),
            _ => counted.until,
        };
        if self.complete_until == i32::MIN {
            return Ternary::unknown(Cause::NotYetComplete);
        }
        let Ok(wanted) = i32::try_from(at_least) else {
            return Ternary::FALSE;
        };
        let first = last - wanted + 1;
        if first < earliest {
            return Ternary::FALSE;
        }
        (first..=last).fold(Ternary::TRUE, |so_far, month| {
            so_far.and(graded(self.has(bits, month), month > self.complete_until))
        })
    }

    fn has(&self, bits: &Bits, month: i32) -> bool {
        bit(self.newest - month).is_some_and(|at| bits[at / 64] >> (at % 64) & 1 == 1)
    }
}

/// True when it is known, unknown when it is possible, else false.
const fn graded(known: bool, possible: bool) -> Ternary {
    if known {
        Ternary::TRUE
    } else if possible {
        Ternary::unknown(Cause::NotYetComplete)
    } else {
        Ternary::FALSE
    }
}

/// Place of a month so many before the newest.
fn bit(back: i32) -> Option<usize> {
    usize::try_from(back).ok().filter(|at| *at < 512)
}

/// Months in the set from one month to another.
#[inline]
fn count(bits: &Bits, newest: i32, from: i32, until: i32) -> u32 {
    let low = newest.saturating_sub(until).max(0);
    let high = newest.saturating_sub(from).min(MONTHS - 1);
    if low > high {
        return 0;
    }
    let (low, high) = (low.unsigned_abs() as usize, high.unsigned_abs() as usize);
    let (first, last) = (low / 64, high / 64);
    let mut sum = 0;
    for (word, bits) in bits.iter().enumerate().take(last + 1).skip(first) {
        let mut mask = u64::MAX;
        if word == first {
            mask &= u64::MAX << (low % 64);
        }
        if word == last {
            mask &= u64::MAX >> (63 - high % 64);
        }
        sum += (bits & mask).count_ones();
    }
    sum
}

fn longest(months: impl Iterator<Item = bool>) -> u32 {
    let (mut longest, mut run) = (0, 0);
    for held in months {
        run = if held { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const JAN: i32 = 2026 * 12;
    const NOT_YET: Ternary = Ternary::unknown(Cause::NotYetComplete);

    fn row(from: i32, to: i32) -> Contribution {
        Contribution {
            from: JAN + from,
            to: JAN + to,
            back_paid: false,
            employer: 1,
        }
    }

    fn until(month: i32) -> Counted {
        Counted {
            from: None,
            until: JAN + month,
            back_paid: true,
        }
    }

    fn set(rows: &[Contribution], complete_until: i32) -> MonthSet {
        MonthSet::build(rows, Some(JAN + complete_until)).unwrap()
    }

    #[test]
    fn runs_are_unbroken_and_the_earliest_comes_first() {
        let runs = set(&[row(4, 4), row(-14, -2), row(5, 7), row(6, 9)], 11).runs();
        assert_eq!(runs, [(JAN - 14, JAN - 2), (JAN + 4, JAN + 9)]);
        assert_eq!(set(&[], 3).runs(), []);
    }

    #[test]
    fn a_month_after_the_complete_ones_is_unknown_and_not_a_gap() {
        let months = set(&[row(0, 4)], 4);
        assert_eq!(months.cumulative(until(6), 5), Ternary::TRUE);
        assert_eq!(months.cumulative(until(6), 7), NOT_YET);
        assert_eq!(months.cumulative(until(6), 8), Ternary::FALSE);
        assert_eq!(months.consecutive(until(6), RunEnd::Until, 3), NOT_YET);
        assert_eq!(
            months.consecutive(until(6), RunEnd::LastComplete, 5),
            Ternary::TRUE
        );
        assert_eq!(months.consecutive(until(6), RunEnd::Anywhere, 7), NOT_YET);
    }

    #[test]
    fn a_gap_breaks_a_run_but_not_a_sum() {
        let months = set(&[row(0, 2), row(4, 6)], 6);
        assert_eq!(months.cumulative(until(6), 6), Ternary::TRUE);
        assert_eq!(
            months.consecutive(until(6), RunEnd::Until, 3),
            Ternary::TRUE
        );
        assert_eq!(
            months.consecutive(until(6), RunEnd::Until, 4),
            Ternary::FALSE
        );
        assert_eq!(
            months.consecutive(until(6), RunEnd::Anywhere, 4),
            Ternary::FALSE
        );
        assert_eq!(months.longest_gap(JAN, JAN + 8), 1);
    }

    #[test]
    fn back_paid_months_count_only_where_the_policy_says_so() {
        let late = Contribution {
            back_paid: true,
            ..row(3, 3)
        };
        let months = set(&[row(0, 2), late], 3);
        assert_eq!(months.cumulative(until(3), 4), Ternary::TRUE);
        assert_eq!(
            months.cumulative(
                Counted {
                    back_paid: false,
                    ..until(3)
                },
                4
            ),
            Ternary::FALSE
        );
    }

    #[test]
    fn months_at_two_employers_are_not_months_at_one() {
        let months = set(
            &[
                row(0, 2),
                Contribution {
                    employer: 2,
                    ..row(3, 5)
                },
            ],
            5,
        );
        assert_eq!(months.cumulative(until(5), 6), Ternary::TRUE);
        assert_eq!(months.cumulative_at_one(until(5), 4), Ternary::FALSE);
        assert_eq!(months.cumulative_at_one(until(5), 3), Ternary::TRUE);
        assert_eq!(months.cumulative_at(2, until(5), 3), Ternary::TRUE);
        assert_eq!(months.cumulative_at(3, until(5), 1), Ternary::FALSE);
        assert_eq!(
            months.consecutive_at(2, until(5), RunEnd::Until, 3),
            Ternary::TRUE
        );
        assert_eq!(
            months.consecutive_at_one(until(5), RunEnd::Until, 4),
            Ternary::FALSE
        );
    }

    #[test]
    fn nothing_is_known_of_a_register_that_does_not_say_how_far_it_is_complete() {
        let months = MonthSet::build(&[], None).unwrap();
        assert_eq!(months.cumulative(until(0), 1), NOT_YET);
        assert_eq!(
            months.consecutive(until(0), RunEnd::LastComplete, 1),
            NOT_YET
        );
    }

    #[test]
    fn records_that_run_backwards_or_out_of_memory_are_refused() {
        assert!(MonthSet::build(&[row(2, 1)], Some(JAN)).is_none());
        assert!(MonthSet::build(&[row(-600, 1)], Some(JAN)).is_none());
    }

    proptest! {
        #[test]
        fn counts_agree_with_a_plain_set(rows in proptest::collection::vec((-500i32..0, 0i32..14), 0..20), complete in -30i32..3, from in -520i32..0, length in 0i32..300, at_least in 0i64..60) {
            let rows: Vec<_> = rows.into_iter().map(|(from, length)| row(from, (from + length).min(0))).collect();
            let Some(months) = MonthSet::build(&rows, Some(JAN + complete)) else { return Ok(()) };
            let plain: BTreeSet<i32> = rows.iter().flat_map(|row| row.from..=row.to).collect();
            let counted = Counted { from: Some(JAN + from), until: JAN + from + length, back_paid: true };
            let range = JAN + from..=counted.until;
            let known = i64::try_from(range.clone().filter(|month| plain.contains(month)).count()).unwrap();
            let unknown = i64::try_from(range.clone().filter(|month| !plain.contains(month) && *month > JAN + complete).count()).unwrap();
            prop_assert_eq!(months.cumulative(counted, at_least), graded(known >= at_least, known + unknown >= at_least));
            let last = counted.until;
            let wanted = i32::try_from(at_least).unwrap();
            let run: Vec<_> = (last - wanted + 1..=last).collect();
            let expected = if run.first().is_some_and(|first| *first < JAN + from) {
                Ternary::FALSE
            } else {
                run.iter().fold(Ternary::TRUE, |so_far, month| so_far.and(graded(plain.contains(month), *month > JAN + complete)))
            };
            prop_assert_eq!(months.consecutive(counted, RunEnd::Until, at_least), expected);
        }
    }
}
