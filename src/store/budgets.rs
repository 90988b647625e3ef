//! Budget lines. `reserved` never passes `appropriated`: one statement compares and adds, and a CHECK stands behind it.

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::award::{Budget, BudgetKey};
use crate::domain::money::Money;

statements! {
    BY_KEY = ["SELECT policy, district, year, appropriated, reserved FROM budgets WHERE policy = $1 AND district = $2 AND year = $3"];
    ALL = ["SELECT policy, district, year, appropriated, reserved FROM budgets ORDER BY policy, district, year"];
    APPROPRIATE = ["INSERT INTO budgets (policy, district, year, appropriated, reserved) VALUES ($1, $2, $3, $4, 0) ON CONFLICT (policy, district, year) DO UPDATE SET appropriated = budgets.appropriated + excluded.appropriated"];
    RESERVE = ["UPDATE budgets SET reserved = reserved + $4 WHERE policy = $1 AND district = $2 AND year = $3 AND reserved + $4 <= appropriated"];
    /// Takes only what is not promised, compared and taken in one breath.
    TAKE = ["UPDATE budgets SET appropriated = appropriated - $4 WHERE policy = $1 AND district = $2 AND year = $3 AND appropriated - reserved >= $4"];
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
