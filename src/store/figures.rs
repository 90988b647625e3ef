//! What the public figures are made of: the newest filed applications, each as far as times and counts go.

use super::codec::At;
use super::forms::registers_in;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::application::PolicyRef;
use crate::domain::decision::Outcome;
use crate::domain::figures::{Filed, First};
use crate::domain::time::Timestamp;

statements! {
    /// The first decision counts, and of the money the first instalment that nothing had to be checked for again, under the
    /// instruction that stands. Each join reads one row by a key.
    NEWEST_FILED = ["SELECT a.id, a.policy_id, a.policy_effective, a.policy_hash, a.filed_at, s.evidence, d.outcome, d.decided_by, d.at, i.settled_at FROM applications a LEFT JOIN snapshots s ON s.id = a.snapshot_id LEFT JOIN decisions d ON d.id = (SELECT f.id FROM decisions f WHERE f.application_id = a.id ORDER BY f.at, f.id LIMIT 1) LEFT JOIN awards w ON w.application_id = a.id LEFT JOIN payments p ON p.award_id = w.id AND p.instalment = 1 AND p.recheck = 0 AND p.state = 'settled' LEFT JOIN instructions i ON i.payment_id = p.id AND i.generation = p.generation WHERE a.state NOT IN ('draft', 'withdrawn') AND a.filed_at <= $1 ORDER BY a.filed_at DESC, a.id DESC LIMIT $2"];
}

row!(FiledRow {
    id: String,
    policy_id: String,
    policy_effective: String,
    policy_hash: String,
    filed_at: i64,
    evidence: Option<String>,
    outcome: Option<String>,
    decided_by: Option<String>,
    at: Option<i64>,
    settled_at: Option<i64>,
});

impl Tx {
    /// The newest applications filed until a moment and not withdrawn, the newest first. Nothing personal is read.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn newest_filed(
        &mut self,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Filed>, StoreError> {
        let rows: Vec<FiledRow> = self.all(&NEWEST_FILED, args![until, limit]).await?;
        rows.into_iter().map(read).collect()
    }
}

fn read(row: FiledRow) -> Result<Filed, StoreError> {
    let at = At {
        table: "applications",
        row: &row.id,
    };
    let first = match (&row.outcome, &row.decided_by, row.at) {
        (Some(outcome), Some(by), Some(moment)) => Some(First {
            at: at.time("decisions.at", moment)?,
            outcome: at.word("decisions.outcome", Outcome::parse, outcome)?,
            by_machine: by.starts_with("machine:"),
        }),
        _ => None,
    };
    let evidence = at.needed("snapshot_id", row.evidence.as_ref())?;
    Ok(Filed {
        filed_at: at.time("filed_at", row.filed_at)?,
        registers: registers_in(&at, evidence)?,
        first,
        settled_at: at.time_opt("instructions.settled_at", row.settled_at)?,
        policy: PolicyRef {
            effective: at.date("policy_effective", &row.policy_effective)?,
            hash: at.parse("policy_hash", &row.policy_hash)?,
            id: row.policy_id,
        },
    })
}
