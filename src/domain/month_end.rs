//! 月报: what a month did to each budget line, from the sums of the journal before it and at its end.

use std::collections::BTreeMap;

use super::award::BudgetKey;
use super::ledger::{Account, Movement, book};

/// How often and how much, by budget line and movement.
pub type Moved = BTreeMap<(BudgetKey, Movement), Sum>;

/// How often, and how much in fen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Lines of the journal.
    pub count: i64,
    /// Their amounts together, in fen.
    pub fen: i64,
}

/// What a month did to one budget line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthLine {
    /// Which line.
    pub budget: BudgetKey,
    /// What stood on each account when the month began, in fen.
    pub opening: BTreeMap<Account, i64>,
    /// What moved within it.
    pub moved: BTreeMap<Movement, Sum>,
    /// What stood there when it ended, in fen.
    pub closing: BTreeMap<Account, i64>,
}

impl MonthLine {
    /// How often and how much moved by these movements together.
    #[must_use]
    pub fn moved(&self, movements: &[Movement]) -> Sum {
        let sums = movements.iter().filter_map(|one| self.moved.get(one));
        sums.fold(Sum::default(), |all, one| Sum {
            count: all.count + one.count,
            fen: all.fen.saturating_add(one.fen),
        })
    }

    /// What stood on an account when the month ended, in fen.
    #[must_use]
    pub fn closing(&self, account: Account) -> i64 {
        self.closing.get(&account).copied().unwrap_or(0)
    }

    /// What stood on an account when the month began, in fen.
    #[must_use]
    pub fn opening(&self, account: Account) -> i64 {
        self.opening.get(&account).copied().unwrap_or(0)
    }
}

/// The lines of a month, in the order of their keys: `before` is everything up to its beginning, `until` everything up to its end.
#[must_use]
pub fn month(before: &Moved, until: &Moved) -> Vec<MonthLine> {
    let mut lines: BTreeMap<&BudgetKey, MonthLine> = BTreeMap::new();
    for ((budget, movement), sum) in until {
        let line = lines.entry(budget).or_insert_with(|| MonthLine {
            budget: budget.clone(),
            opening: BTreeMap::new(),
            moved: BTreeMap::new(),
            closing: BTreeMap::new(),
        });
        let earlier = before.get(&(budget.clone(), *movement)).copied();
        let earlier = earlier.unwrap_or_default();
        book(&mut line.opening, *movement, earlier.fen);
        book(&mut line.closing, *movement, sum.fen);
        let within = Sum {
            count: sum.count - earlier.count,
            fen: sum.fen - earlier.fen,
        };
        if within.count != 0 {
            line.moved.insert(*movement, within);
        }
    }
    lines.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(year: i16) -> BudgetKey {
        BudgetKey {
            policy: "p".to_owned(),
            district: "440604".parse().unwrap(),
            year,
        }
    }

    fn moved(sums: &[(i16, Movement, i64, i64)]) -> Moved {
        sums.iter()
            .map(|(year, movement, count, fen)| {
                let sum = Sum {
                    count: *count,
                    fen: *fen,
                };
                ((key(*year), *movement), sum)
            })
            .collect()
    }

    #[test]
    fn a_month_opens_where_the_one_before_closed_and_every_movement_explains_the_difference() {
        use Movement::{Appropriate, Commit, Instruct, Settle};
        let start = moved(&[]);
        let middle = moved(&[(2026, Appropriate, 1, 900), (2026, Commit, 2, 300)]);
        let end = moved(&[
            (2026, Appropriate, 2, 1_000),
            (2026, Commit, 2, 300),
            (2026, Instruct, 1, 100),
            (2026, Settle, 1, 100),
            (2027, Appropriate, 1, 5),
        ]);
        let (first, second) = (month(&start, &middle), month(&middle, &end));
        assert_eq!(first.len(), 1);
        assert_eq!(second.len(), 2);
        assert_eq!(
            first[0].closing,
            second[0]
                .opening
                .clone()
                .into_iter()
                .filter(|(_, fen)| *fen != 0)
                .collect()
        );
        assert_eq!(second[0].moved(&[Appropriate]), Sum { count: 1, fen: 100 });
        assert_eq!(second[0].moved(&[Commit]), Sum::default());
        assert_eq!(second[0].closing(Account::Available), 700);
        assert_eq!(second[0].closing(Account::Committed), 200);
        assert_eq!(second[0].closing(Account::Instructed), 0);
        assert_eq!(second[0].closing(Account::Paid), 100);
        for line in &second {
            let all: i64 = line.closing.values().sum();
            assert_eq!(all, 0, "double entry");
        }
    }
}
