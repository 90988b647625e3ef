//! Budget lines. `reserved` never passes `appropriated`: one statement compares and adds, and a CHECK stands behind it.

use std::collections::BTreeMap;

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::award::{Budget, BudgetKey};
use crate::domain::ledger::{Account, Figures};
use crate::domain::money::Money;

statements! {
    BY_KEY = ["SELECT policy, district, year, appropriated, reserved FROM budgets WHERE policy = $1 AND district = $2 AND year = $3"];
    ALL = ["SELECT policy, district, year, appropriated, reserved FROM budgets ORDER BY policy, district, year"];
    APPROPRIATE = ["INSERT INTO budgets (policy, district, year, appropriated, reserved) VALUES ($1, $2, $3, $4, 0) ON CONFLICT (policy, district, year) DO UPDATE SET appropriated = budgets.appropriated + excluded.appropriated"];
    RESERVE = ["UPDATE budgets SET reserved = reserved + $4 WHERE policy = $1 AND district = $2 AND year = $3 AND reserved + $4 <= appropriated"];
    /// Takes only what is not promised, compared and taken in one breath.
    TAKE = ["UPDATE budgets SET appropriated = appropriated - $4 WHERE policy = $1 AND district = $2 AND year = $3 AND appropriated - reserved >= $4"];
    OF_YEAR = ["SELECT b.policy, b.district, b.year, b.appropriated, b.reserved, l.account, l.fen FROM budgets b LEFT JOIN ledger_balances l ON l.policy = b.policy AND l.district = b.district AND l.year = b.year WHERE b.year = $1 ORDER BY b.policy, b.district"];
    YEARS = ["SELECT DISTINCT year FROM budgets ORDER BY year DESC"];
    RELEASE = ["UPDATE budgets SET reserved = reserved - $4 WHERE policy = $1 AND district = $2 AND year = $3 AND reserved >= $4"];
}

row!(BudgetRow {
    policy: String,
    district: String,
    year: i64,
    appropriated: i64,
    reserved: i64
});
row!(FiguresRow {
    policy: String,
    district: String,
    year: i64,
    appropriated: i64,
    reserved: i64,
    account: Option<String>,
    fen: Option<i64>,
});
row!(YearRow { year: i64 });

impl Tx {
    /// One budget line.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn budget(&mut self, key: &BudgetKey) -> Result<Option<Budget>, StoreError> {
        let row: Option<BudgetRow> = self
            .first(
                &BY_KEY,
                args![&key.policy, key.district.to_string(), key.year],
            )
            .await?;
        row.map(read).transpose()
    }

    /// Every budget line.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn budgets(&mut self) -> Result<Vec<Budget>, StoreError> {
        let rows: Vec<BudgetRow> = self.all(&ALL, args![]).await?;
        rows.into_iter().map(read).collect()
    }

    /// Adds money to a line, which is made when it is missing.
    ///
    /// # Errors
    /// When the database fails, or the line would pass the largest amount.
    pub async fn appropriate(&mut self, key: &BudgetKey, amount: Money) -> Result<(), StoreError> {
        self.run(&APPROPRIATE, line(key, amount)).await.map(drop)
    }

    /// Takes from a line what is not promised of it. `false` when that is less, or the line is missing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_back(&mut self, key: &BudgetKey, amount: Money) -> Result<bool, StoreError> {
        Ok(self.run(&TAKE, line(key, amount)).await? == 1)
    }

    /// The lines of a year, each with what stands on its accounts.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn budgets_of(&mut self, year: i16) -> Result<Vec<Figures>, StoreError> {
        let rows: Vec<FiguresRow> = self.all(&OF_YEAR, args![year]).await?;
        let mut lines: Vec<Figures> = Vec::new();
        for row in rows {
            let (account, fen) = (row.account, row.fen);
            let budget = read(BudgetRow {
                policy: row.policy,
                district: row.district,
                year: row.year,
                appropriated: row.appropriated,
                reserved: row.reserved,
            })?;
            if lines
                .last()
                .is_none_or(|last| last.budget.key != budget.key)
            {
                lines.push(Figures {
                    budget,
                    balances: BTreeMap::new(),
                });
            }
            if let (Some(line), Some(account), Some(fen)) = (lines.last_mut(), account, fen) {
                let at = At {
                    table: "ledger_balances",
                    row: &account,
                };
                let account = at.word("account", Account::parse, &account)?;
                line.balances.insert(account, fen);
            }
        }
        Ok(lines)
    }

    /// The years there are lines of, newest first.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn budget_years(&mut self) -> Result<Vec<i16>, StoreError> {
        let rows: Vec<YearRow> = self.all(&YEARS, args![]).await?;
        let at = At {
            table: "budgets",
            row: "years",
        };
        rows.iter().map(|row| at.small("year", row.year)).collect()
    }

    /// Promises money of a line, if there is enough. `false` when it does not fit or the line is missing; whoever asks first in
    /// the order of the database has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reserve(&mut self, key: &BudgetKey, amount: Money) -> Result<bool, StoreError> {
        Ok(self.run(&RESERVE, line(key, amount)).await? == 1)
    }

    /// Gives promised money back to its line.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] when so much was never promised; else when the database fails.
    pub async fn release_budget(
        &mut self,
        key: &BudgetKey,
        amount: Money,
    ) -> Result<(), StoreError> {
        if self.run(&RELEASE, line(key, amount)).await? == 1 {
            return Ok(());
        }
        let row = format!("{}/{}/{}", key.policy, key.district, key.year);
        Err(StoreError::Inconsistent {
            table: "budgets",
            column: "reserved",
            row,
        })
    }
}

fn line(key: &BudgetKey, amount: Money) -> Vec<super::sql::Arg> {
    args![&key.policy, key.district.to_string(), key.year, amount]
}

fn read(row: BudgetRow) -> Result<Budget, StoreError> {
    let name = format!("{}/{}/{}", row.policy, row.district, row.year);
    let at = At {
        table: "budgets",
        row: &name,
    };
    Ok(Budget {
        key: at.budget(row.policy, &row.district, row.year)?,
        appropriated: at.money("appropriated", row.appropriated)?,
        reserved: at.money("reserved", row.reserved)?,
    })
}
