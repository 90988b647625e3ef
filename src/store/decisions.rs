//! Decisions: appended, never changed.

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::decision::{Decision, Outcome};
use crate::domain::evidence::Round;
use crate::domain::id::{ApplicationId, DecisionId};

/// Most decisions of one application that are listed: many times one a round.
const OF_APPLICATION_MAX: i64 = 1_000;

macro_rules! columns {
    () => {
        "id, application_id, round, outcome, decided_by, at, record, hash"
    };
}

statements! {
    INSERT = ["INSERT INTO decisions (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"];
    BY_ID = ["SELECT ", columns!(), " FROM decisions WHERE id = $1"];
    OF_APPLICATION = ["SELECT ", columns!(), " FROM decisions WHERE application_id = $1 ORDER BY at, id LIMIT $2"];
    PAGE = ["SELECT ", columns!(), " FROM decisions WHERE id > $1 ORDER BY id LIMIT $2"];
}

row!(DecisionRow {
    id: String,
    application_id: String,
    round: i64,
    outcome: String,
    decided_by: String,
    at: i64,
    record: Vec<u8>,
    hash: String,
});

impl Tx {
    /// Appends a decision. The database holds that only staff refuse.
    ///
    /// # Errors
    /// When the database fails or refuses it.
    pub async fn insert_decision(&mut self, decision: &Decision) -> Result<(), StoreError> {
        let row = args![
            decision.id.to_string(),
            decision.application.to_string(),
            decision.round.0,
            decision.outcome.as_str(),
            &decision.by,
            decision.at,
            &decision.record,
            decision.hash.to_string(),
        ];
        self.run(&INSERT, row).await.map(drop)
    }

    /// The decision of this id.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn decision(&mut self, id: DecisionId) -> Result<Option<Decision>, StoreError> {
        let row: Option<DecisionRow> = self.first(&BY_ID, args![id.to_string()]).await?;
        row.map(read).transpose()
    }

    /// The decisions on an application, oldest first, at most 1,000.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn decisions_of(
        &mut self,
        application: ApplicationId,
    ) -> Result<Vec<Decision>, StoreError> {
        let rows: Vec<DecisionRow> = self
            .all(
                &OF_APPLICATION,
                args![application.to_string(), OF_APPLICATION_MAX],
            )
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// A page of all decisions by id, after the last of the page before.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn decisions_page(
        &mut self,
        after: Option<DecisionId>,
        limit: u32,
    ) -> Result<Vec<Decision>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows: Vec<DecisionRow> = self.all(&PAGE, args![after, limit]).await?;
        rows.into_iter().map(read).collect()
    }
}

fn read(row: DecisionRow) -> Result<Decision, StoreError> {
    let at = At {
        table: "decisions",
        row: &row.id,
    };
    Ok(Decision {
        id: at.parse("id", &row.id)?,
        application: at.parse("application_id", &row.application_id)?,
        round: Round(at.small("round", row.round)?),
        outcome: at.word("outcome", Outcome::parse, &row.outcome)?,
        at: at.time("at", row.at)?,
        hash: at.parse("hash", &row.hash)?,
        by: row.decided_by,
        record: row.record,
    })
}
