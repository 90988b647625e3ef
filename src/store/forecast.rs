//! What is still to be paid, and who waits: each from its index, in one statement.

use std::collections::BTreeMap;

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::award::BudgetKey;
use crate::domain::decision::planned_total;
use crate::domain::forecast::{Due, ToCome, Waiting};

/// Most of those who wait whose decisions are read for one look.
const WAITING_MAX: u32 = 5_000;

statements! {
    TO_COME = ["SELECT a.policy, a.district, a.year, substr(p.due_on, 1, 7) AS month, CAST(COUNT(*) AS BIGINT) AS count, CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) AS fen FROM payments p"]
        { sqlite: " INDEXED BY payments_to_come", postgres: "" }
        " JOIN awards a ON a.id = p.award_id WHERE p.state IN ('scheduled', 'referred') GROUP BY a.policy, a.district, a.year, substr(p.due_on, 1, 7)";
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

    /// Who waits for money of each line, with what their decisions grant; of at most the first five thousand.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn those_who_wait(&mut self) -> Result<BTreeMap<BudgetKey, Waiting>, StoreError> {
        let rows: Vec<WaitingRow> = self.all(&THOSE_WHO_WAIT, args![WAITING_MAX]).await?;
        let at = At {
            table: "applications",
            row: "waiting",
        };
        let mut waiting: BTreeMap<BudgetKey, Waiting> = BTreeMap::new();
        for row in rows {
            let line = at.budget(
                row.policy_id,
                &row.district,
                at.parse("filed_on", &row.year)?,
            )?;
            let total = planned_total(&row.record);
            let who = waiting.entry(line).or_default();
            who.due = who.due.and(Due {
                count: 1,
                sum: total.unwrap_or_default(),
            });
            who.unknown += u64::from(total.is_none());
        }
        Ok(waiting)
    }
}
