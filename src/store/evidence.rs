//! Evidence as received, and how each asking went.

use super::codec::At;
use super::sql::{args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::evidence::{Evidence, Fetch, FetchOutcome, Origin, Round};
use crate::domain::id::{ApplicationId, EvidenceId};
use crate::domain::person::Private;

const BODY: Place = Place {
    table: "evidence",
    column: "body",
};
/// Most fetches of one application that are listed: many times what 36 instalments with retries leave.
const FETCHES_MAX: i64 = 10_000;

macro_rules! columns {
    () => {
        "id, application_id, round, origin, received_at, hash, body, key_id"
    };
}

statements! {
    INSERT = ["INSERT INTO evidence (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"];
    BY_ID = ["SELECT ", columns!(), " FROM evidence WHERE id = $1"];
    OF_ROUND = ["SELECT ", columns!(), " FROM evidence WHERE application_id = $1 AND round = $2 ORDER BY received_at, id"];
    IDS_OF_ROUND = ["SELECT id FROM evidence WHERE application_id = $1 AND round = $2 ORDER BY received_at, id"];
    OF_APPLICATION = ["SELECT ", columns!(), " FROM evidence WHERE application_id = $1 ORDER BY round, received_at, id"];
    INSERT_FETCH = ["INSERT INTO fetches (id, application_id, round, source, consent_id, asked_at, elapsed_ms, attempts, outcome, evidence_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"];
    FETCHES = ["SELECT id, application_id, round, source, consent_id, asked_at, elapsed_ms, attempts, outcome, evidence_id FROM fetches WHERE application_id = $1 ORDER BY asked_at, id LIMIT $2"];
}

row!(EvidenceRow {
    id: String,
    application_id: String,
    round: i64,
    origin: String,
    received_at: i64,
    hash: String,
    body: Vec<u8>,
    key_id: String,
});
row!(IdRow { id: String });
row!(FetchRow {
    id: String,
    application_id: String,
    round: i64,
    source: String,
    consent_id: String,
    asked_at: i64,
    elapsed_ms: i64,
    attempts: i64,
    outcome: String,
    evidence_id: Option<String>,
});

impl Tx {
    /// Keeps an answer, byte for byte.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is refused.
    pub async fn insert_evidence(&mut self, evidence: &Evidence) -> Result<(), StoreError> {
        let id = evidence.id.to_string();
        let sealed = self.seal(BODY, &id, evidence.body.reveal())?;
        let row = args![
            id,
            evidence.application.to_string(),
            evidence.round.0,
            evidence.origin.as_str(),
            evidence.received_at,
            evidence.hash.to_string(),
            sealed.bytes,
            sealed.key,
        ];
        self.run(&INSERT, row).await.map(drop)
    }

    /// The evidence of this id.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn evidence(&mut self, id: EvidenceId) -> Result<Option<Evidence>, StoreError> {
        let row = self.first(&BY_ID, args![id.to_string()]).await?;
        row.map(|row| self.read_evidence(&row)).transpose()
    }

    /// The evidence of one round in the order of arrival: the newest of each origin comes last.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn evidence_of(
        &mut self,
        application: ApplicationId,
        round: Round,
    ) -> Result<Vec<Evidence>, StoreError> {
        let rows: Vec<EvidenceRow> = self
            .all(&OF_ROUND, args![application.to_string(), round.0])
            .await?;
        rows.iter().map(|row| self.read_evidence(row)).collect()
    }

    /// Which evidence one round has, in the order of arrival, without opening it.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn evidence_ids_of(
        &mut self,
        application: ApplicationId,
        round: Round,
    ) -> Result<Vec<EvidenceId>, StoreError> {
        let rows: Vec<IdRow> = self
            .all(&IDS_OF_ROUND, args![application.to_string(), round.0])
            .await?;
        let at = At {
            table: BODY.table,
            row: "ids",
        };
        rows.iter().map(|row| at.parse("id", &row.id)).collect()
    }

    /// The evidence of every round, round by round in the order of arrival, for replay.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn evidence_of_all_rounds(
        &mut self,
        application: ApplicationId,
    ) -> Result<Vec<Evidence>, StoreError> {
        let rows: Vec<EvidenceRow> = self
            .all(&OF_APPLICATION, args![application.to_string()])
            .await?;
        rows.iter().map(|row| self.read_evidence(row)).collect()
    }

    /// Records how one asking of a source went.
    ///
    /// # Errors
    /// When the database fails or the row is refused.
    pub async fn insert_fetch(&mut self, fetch: &Fetch) -> Result<(), StoreError> {
        let row = args![
            fetch.id.to_string(),
            fetch.application.to_string(),
            fetch.round.0,
            fetch.source.as_str(),
            fetch.consent.to_string(),
            fetch.asked_at,
            fetch.elapsed_ms,
            fetch.attempts,
            fetch.outcome.as_str(),
            fetch.evidence.map(|id| id.to_string()),
        ];
        self.run(&INSERT_FETCH, row).await.map(drop)
    }

    /// Every asking for one application, oldest first, at most 10,000.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn fetches_of(
        &mut self,
        application: ApplicationId,
    ) -> Result<Vec<Fetch>, StoreError> {
        let rows: Vec<FetchRow> = self
            .all(&FETCHES, args![application.to_string(), FETCHES_MAX])
            .await?;
        rows.iter().map(read_fetch).collect()
    }

    fn read_evidence(&self, row: &EvidenceRow) -> Result<Evidence, StoreError> {
        let at = At {
            table: BODY.table,
            row: &row.id,
        };
        let body = self.unseal(BODY, &row.id, &row.key_id, &row.body)?;
        Ok(Evidence {
            id: at.parse("id", &row.id)?,
            application: at.parse("application_id", &row.application_id)?,
            round: Round(at.small("round", row.round)?),
            origin: at.word("origin", Origin::parse, &row.origin)?,
            received_at: at.time("received_at", row.received_at)?,
            hash: at.parse("hash", &row.hash)?,
            body: Private::new(body.to_vec()),
        })
    }
}

fn read_fetch(row: &FetchRow) -> Result<Fetch, StoreError> {
    let at = At {
        table: "fetches",
        row: &row.id,
    };
    Ok(Fetch {
        id: at.parse("id", &row.id)?,
        application: at.parse("application_id", &row.application_id)?,
        round: Round(at.small("round", row.round)?),
        source: at.parse("source", &row.source)?,
        consent: at.parse("consent_id", &row.consent_id)?,
        asked_at: at.time("asked_at", row.asked_at)?,
        elapsed_ms: row.elapsed_ms,
        attempts: at.small("attempts", row.attempts)?,
        outcome: at.word("outcome", FetchOutcome::parse, &row.outcome)?,
        evidence: at.parse_opt("evidence_id", row.evidence_id.as_ref())?,
    })
}
