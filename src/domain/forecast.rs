//! What is still to be paid, month by month, and where a line is short.
//!
//! An award is reserved whole on the line of the year in which it was filed, and every later instalment is charged to that line, in
//! whatever year it falls due. So an instalment never finds its line empty: what a line can be short of is money for those who wait.

use std::collections::BTreeMap;

use super::award::{Budget, BudgetKey};
use super::money::Money;
use super::time::YearMonth;

/// How far it looks, in months, the present one among them.
pub const MONTHS: i32 = 24;

/// How many and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Due {
    /// How many instalments.
    pub count: u64,
    /// Their sum.
    pub sum: Money,
}

impl Due {
    /// Both together. The sum of what one journal holds is bounded by what was granted, so nothing saturates in practice.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            sum: self.sum.checked_add(other.sum).unwrap_or(Money::MAX),
        }
    }
}

/// Instalments of one line that fall due in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToCome {
    /// The line they are charged to.
    pub line: BudgetKey,
    /// The month in which they are due.
    pub month: YearMonth,
    /// How many and how much.
    pub due: Due,
}

/// Who waits for money of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// How many, and what the decisions of those who were decided with an amount come to.
    pub due: Due,
    /// How many of them have no amount in their decision: it is found when they are awarded.
    pub unknown: u64,
}

/// One line in the forecast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineForecast {
    /// The line as it stands.
    pub budget: Budget,
    /// What was due before the present month and has not gone out.
    pub overdue: Due,
    /// What falls due in each month of the horizon; months without anything are left out.
    pub months: BTreeMap<YearMonth, Due>,
    /// What falls due later still.
    pub later: Due,
    /// Who waits.
    pub waiting: Waiting,
}

impl LineForecast {
    /// Everything still to be paid.
    #[must_use]
    pub fn to_come(&self) -> Due {
        let within = self.months.values().copied();
        within.fold(self.overdue.and(self.later), Due::and)
    }

    /// What is missing for everybody who waits; nothing when it reaches.
    #[must_use]
    pub fn short_by(&self) -> Money {
        let asked = self.waiting.due.sum;
        asked.checked_sub(self.budget.free()).unwrap_or_default()
    }
}

/// The forecast of every line that has anything to come or to wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The present month.
    pub from: YearMonth,
    /// By line.
    pub lines: Vec<LineForecast>,
}

impl Forecast {
    /// Puts together what the store knows; `waiting` and `to_come` in any order.
    #[must_use]
    pub fn of(
        from: YearMonth,
        budgets: Vec<Budget>,
        to_come: &[ToCome],
        waiting: &BTreeMap<BudgetKey, Waiting>,
    ) -> Self {
        let mut lines: BTreeMap<BudgetKey, LineForecast> = BTreeMap::new();
        for budget in budgets {
            lines.insert(budget.key.clone(), LineForecast::empty(budget));
        }
        let mut line = |key: &BudgetKey, work: &mut dyn FnMut(&mut LineForecast)| {
            let empty = || LineForecast::empty(Budget::empty(key.clone()));
            work(lines.entry(key.clone()).or_insert_with(empty));
        };
        for one in to_come {
            line(&one.line, &mut |line| line.add(from, one));
        }
        for (key, who) in waiting {
            line(key, &mut |line| line.waiting = *who);
        }
        let matters = |line: &LineForecast| line.to_come().count > 0 || line.waiting.due.count > 0;
        Self {
            from,
            lines: lines.into_values().filter(matters).collect(),
        }
    }

    /// The months of the horizon, in order.
    #[must_use]
    pub fn months(&self) -> Vec<YearMonth> {
        (0..MONTHS)
            .map(|ahead| self.from.plus_months(ahead))
            .collect()
    }

    /// What falls due in a month, over all lines.
    #[must_use]
    pub fn in_month(&self, month: YearMonth) -> Due {
        let of_lines = self.lines.iter().filter_map(|line| line.months.get(&month));
        of_lines.copied().fold(Due::default(), Due::and)
    }
}

impl LineForecast {
    fn empty(budget: Budget) -> Self {
        Self {
            budget,
            overdue: Due::default(),
            months: BTreeMap::new(),
            later: Due::default(),
            waiting: Waiting::default(),
        }
    }

    fn add(&mut self, from: YearMonth, one: &ToCome) {
        let ahead = one.month.months_since(from);
        let place = match ahead {
            ..0 => &mut self.overdue,
            MONTHS.. => &mut self.later,
            _ => self.months.entry(one.month).or_default(),
        };
        *place = place.and(one.due);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> YearMonth {
        text.parse().unwrap()
    }

    fn key(year: i16) -> BudgetKey {
        BudgetKey {
            policy: "p".to_owned(),
            district: "440604".parse().unwrap(),
            year,
        }
    }

    fn due(count: u64, fen: i64) -> Due {
        let sum = Money::from_fen(fen).unwrap();
        Due { count, sum }
    }

    fn to_come(year: i16, of: &str, fen: i64) -> ToCome {
        ToCome {
            line: key(year),
            month: month(of),
            due: due(1, fen),
        }
    }

    #[test]
    fn every_instalment_is_told_once_and_charged_to_the_line_of_its_award() {
        let instalments = [
            to_come(2026, "2026-10", 1),
            to_come(2026, "2026-11", 10),
            to_come(2026, "2027-11", 100),
            to_come(2026, "2028-10", 1_000),
            to_come(2026, "2028-11", 10_000),
            to_come(2025, "2026-11", 100_000),
        ];
        let none = BTreeMap::new();
        let forecast = Forecast::of(month("2026-11"), Vec::new(), &instalments, &none);
        let [old, new] = forecast.lines.as_slice() else {
            panic!("{forecast:?}");
        };
        assert_eq!(old.to_come(), due(1, 100_000));
        assert_eq!((new.overdue, new.later), (due(1, 1), due(1, 10_000)));
        assert_eq!(new.months.len(), 3);
        assert_eq!(new.to_come(), due(5, 11_111));
        assert_eq!(forecast.in_month(month("2026-11")), due(2, 100_010));
        assert_eq!(forecast.months().len(), 24);
    }

    #[test]
    fn a_line_is_short_of_what_those_who_wait_need_beyond_what_is_free() {
        let budget = Budget {
            appropriated: Money::from_fen(500).unwrap(),
            reserved: Money::from_fen(400).unwrap(),
            ..Budget::empty(key(2026))
        };
        let waits = |fen| Waiting {
            due: due(2, fen),
            unknown: 0,
        };
        for (asked, short) in [(300, 200), (100, 0), (0, 0)] {
            let waiting = BTreeMap::from([(key(2026), waits(asked))]);
            let budgets = vec![budget.clone(), Budget::empty(key(2025))];
            let forecast = Forecast::of(month("2026-11"), budgets, &[], &waiting);
            assert_eq!(forecast.lines.len(), 1, "nothing to tell of the other line");
            assert_eq!(forecast.lines[0].short_by().fen(), short);
        }
    }
}
