//! What is still to be paid, and who waits: each from its index, in one statement.

use std::collections::BTreeMap;

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::award::BudgetKey;
use crate::domain::decision::planned_total;
use crate::domain::forecast::{Due, ToCome, Waiting};
use crate::domain::money::Money;

/// Most of those who wait whose decisions are read for one look.
const WAITING_MAX: u32 = 5_000;

statements! {
    TO_COME = ["SELECT a.policy, a.district, a.year, substr(p.due_on, 1, 7) AS month, CAST(COUNT(*) AS BIGINT) AS count, CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) AS fen FROM payments p"]
        { sqlite: " INDEXED BY payments_to_come", postgres: "" }
        " JOIN awards a ON a.id = p.award_id WHERE p.state IN ('scheduled', 'referred') GROUP BY a.policy, a.district, a.year, substr(p.due_on, 1, 7)";
    /// Everybody who waits, from the index.
    WAITING_COUNTS = ["SELECT policy_id, district, substr(filed_on, 1, 4) AS year, CAST(COUNT(*) AS BIGINT) AS count FROM applications"]
        { sqlite: " INDEXED BY applications_waiting", postgres: "" }
        " WHERE state = 'waiting_for_budget' AND district IS NOT NULL GROUP BY policy_id, district, substr(filed_on, 1, 4)";
    /// In the order of the waiting lists, so that of too many the first are told.
    THOSE_WHO_WAIT = ["SELECT f.policy_id, f.district, substr(f.filed_on, 1, 4) AS year, d.record FROM applications f"]
        { sqlite: " INDEXED BY applications_waiting", postgres: "" }
        " JOIN decisions d ON d.id = f.decision_id WHERE f.state = 'waiting_for_budget' AND f.district IS NOT NULL ORDER BY f.policy_id, f.district, f.since, f.id LIMIT $1";
}

row!(ToComeRow {
    policy: String,
    district: String,
    year: i64,
    month: String,
    count: i64,
    fen: i64,
});
row!(CountRow {
    policy_id: String,
    district: String,
    year: String,
    count: i64,
});
row!(WaitingRow {
    policy_id: String,
    district: String,
    year: String,
    record: Vec<u8>,
});

impl Tx {
    /// Instalments that are still to be paid, by line and month due.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn instalments_to_come(&mut self) -> Result<Vec<ToCome>, StoreError> {
        let rows: Vec<ToComeRow> = self.all(&TO_COME, args![]).await?;
        let at = At {
            table: "payments",
            row: "to come",
        };
        let read = |row: ToComeRow| {
            Ok(ToCome {
                line: at.budget(row.policy, &row.district, row.year)?,
                month: at.parse("due_on", &row.month)?,
                due: Due {
                    count: at.small("count", row.count)?,
                    sum: at.money("amount", row.fen)?,
                },
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Who waits for money of each line, with what their decisions grant; the amounts of those beyond the first five thousand are told as
    /// unknown.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn those_who_wait(&mut self) -> Result<BTreeMap<BudgetKey, Waiting>, StoreError> {
        let rows: Vec<WaitingRow> = self.all(&THOSE_WHO_WAIT, args![WAITING_MAX]).await?;
        let at = At {
            table: "applications",
            row: "waiting",
        };
        let mut waiting = self.numbers_waiting().await?;
        for row in rows {
            let line = at.budget(
                row.policy_id,
                &row.district,
                at.parse("filed_on", &row.year)?,
            )?;
            let total = planned_total(&row.record);
            let who = waiting.entry(line).or_default();
            if let Some(sum) = total {
                who.due = who.due.and(Due { count: 0, sum });
                who.unknown = who.unknown.saturating_sub(1);
            }
        }
        Ok(waiting)
    }

    /// How many wait for each line, all of unknown amount as yet.
    async fn numbers_waiting(&mut self) -> Result<BTreeMap<BudgetKey, Waiting>, StoreError> {
        let rows: Vec<CountRow> = self.all(&WAITING_COUNTS, args![]).await?;
        let at = At {
            table: "applications",
            row: "waiting",
        };
        let read = |row: CountRow| {
            let year = at.parse("filed_on", &row.year)?;
            let count = at.small("count", row.count)?;
            let due = Due {
                count,
                sum: Money::ZERO,
            };
            let line = at.budget(row.policy_id, &row.district, year)?;
            let unknown = count;
            Ok((line, Waiting { due, unknown }))
        };
        rows.into_iter().map(read).collect()
    }
}
