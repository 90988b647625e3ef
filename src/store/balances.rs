//! The sums that are kept of the journal, so that a look at the balances need not sum years: everything up to a moment is put together
//! beside it (`ledger_sums`, by line and movement), and a look adds what has moved since.
//!
//! Nothing that moves money touches these rows. Rows that each payment of a line would change were tried: on PostgreSQL eight at once
//! settled a tenth as much, for each waited for the disk of the one before.

use super::codec::At;
use super::ledger::Sums;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::award::Budget;
use crate::domain::ledger::{Figures, Movement};
use crate::domain::time::Timestamp;

/// What was moved by line and movement: what is kept, and what has come since; of all lines, or of those that are asked for.
macro_rules! moved {
    ($kept:literal, $since:literal) => {
        concat!(
            "(SELECT policy, district, year, movement, CAST(SUM(fen) AS BIGINT) AS fen FROM (SELECT policy, district, year, movement, fen FROM ledger_sums",
            $kept,
            " UNION ALL SELECT policy, district, year, movement, amount AS fen FROM journal WHERE at >= (SELECT kept_until FROM ledger_kept)",
            $since,
            ") AS each_one GROUP BY policy, district, year, movement)"
        )
    };
}

statements! {
    KEPT_SUMS = ["SELECT policy, district, year, movement, fen FROM ", moved!("", ""), " AS moved ORDER BY policy, district, year, movement"];
    FIGURES = ["SELECT b.policy, b.district, b.year, b.appropriated, b.reserved, m.movement, m.fen FROM budgets b LEFT JOIN ", moved!(" WHERE year = $1", " AND year = $1"), " AS m ON m.policy = b.policy AND m.district = b.district AND m.year = b.year WHERE b.year = $1 ORDER BY b.policy, b.district"];
    /// What is kept and what the journal has of it, each in one number: amounts are never below zero, so an entry left out shows.
    KEPT_AND_BOOKED = ["SELECT CAST((SELECT COALESCE(SUM(fen), 0) FROM ledger_sums) AS BIGINT) AS kept, CAST((SELECT COALESCE(SUM(amount), 0) FROM journal WHERE at < (SELECT kept_until FROM ledger_kept)) AS BIGINT) AS booked"];
    FORGET_UNTIL = ["UPDATE ledger_kept SET kept_until = 0"];
    FORGET_SUMS = ["DELETE FROM ledger_sums"];
    KEPT_UNTIL = ["SELECT kept_until FROM ledger_kept"];
    /// Of two nodes that fold at once the second finds another moment, and folds nothing.
    ADVANCE = ["UPDATE ledger_kept SET kept_until = $2 WHERE kept_until = $1"];
    FOLD = ["INSERT INTO ledger_sums (policy, district, year, movement, fen) SELECT policy, district, year, movement, CAST(SUM(amount) AS BIGINT) FROM journal WHERE at >= $1 AND at < $2 GROUP BY policy, district, year, movement ON CONFLICT (policy, district, year, movement) DO UPDATE SET fen = ledger_sums.fen + excluded.fen"];
}

row!(FiguresRow {
    policy: String,
    district: String,
    year: i64,
    appropriated: i64,
    reserved: i64,
    movement: Option<String>,
    fen: Option<i64>,
});
row!(UntilRow { kept_until: i64 });
row!(AgreeRow {
    kept: i64,
    booked: i64
});

impl Tx {
    /// The lines of a year, each with what stands on its accounts.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn budgets_of(&mut self, year: i16) -> Result<Vec<Figures>, StoreError> {
        let rows: Vec<FiguresRow> = self.all(&FIGURES, args![year]).await?;
        let mut lines: Vec<Figures> = Vec::new();
        for row in rows {
            let at = At {
                table: "budgets",
                row: &row.policy,
            };
            let key = at.budget(row.policy.clone(), &row.district, row.year)?;
            if lines.last().is_none_or(|last| last.budget.key != key) {
                lines.push(Figures::of(Budget {
                    key,
                    appropriated: at.money("appropriated", row.appropriated)?,
                    reserved: at.money("reserved", row.reserved)?,
                }));
            }
            if let (Some(line), Some(word), Some(fen)) = (lines.last_mut(), &row.movement, row.fen)
            {
                line.book(at.word("movement", Movement::parse, word)?, fen);
            }
        }
        Ok(lines)
    }

    /// Up to which moment sums are kept.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn sums_kept_until(&mut self) -> Result<Timestamp, StoreError> {
        let row: Option<UntilRow> = self.first(&KEPT_UNTIL, args![]).await?;
        let at = At {
            table: "ledger_kept",
            row: "1",
        };
        at.time("kept_until", at.needed("kept_until", row)?.kept_until)
    }

    /// Whether what is kept is what the journal has up to that moment. An entry that came late, or a clock that ran ahead, leaves some out.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn sums_agree(&mut self) -> Result<bool, StoreError> {
        let row: Option<AgreeRow> = self.first(&KEPT_AND_BOOKED, args![]).await?;
        Ok(row.is_none_or(|row| row.kept == row.booked))
    }

    /// Forgets what is kept: everything is looked up in the journal until it is kept anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_sums(&mut self) -> Result<(), StoreError> {
        self.run(&FORGET_UNTIL, args![]).await?;
        self.run(&FORGET_SUMS, args![]).await.map(drop)
    }

    /// Keeps the sums of what moved from one moment to another too. `false` when somebody else was faster. Whatever is booked afterwards
    /// must be of a later moment: see [`crate::jobs::balances`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_sums(
        &mut self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        if self.run(&ADVANCE, args![from, until]).await? == 0 {
            return Ok(false);
        }
        self.run(&FOLD, args![from, until]).await?;
        Ok(true)
    }

    pub(super) async fn kept_sums(&mut self) -> Result<Sums, StoreError> {
        self.sums_of(&KEPT_SUMS, "ledger_sums").await
    }
}
