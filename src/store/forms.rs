//! Snapshots of the form, and rows that applicants call wrong.

use serde::{Deserialize, Serialize};

use super::codec::{At, json_bytes};
use super::sql::{args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::evidence::Origin;
use crate::domain::form::{Dispute, Snapshot};
use crate::domain::hash::Sha256Hex;
use crate::domain::id::{ApplicationId, EvidenceId, SnapshotId};
use crate::domain::person::Private;

const FORM: Place = Place {
    table: "snapshots",
    column: "form",
};
const WORDS: Place = Place {
    table: "disputes",
    column: "words",
};
/// Most disputes of one application that are listed; a form has fewer rows.
const DISPUTES_MAX: i64 = 1_000;

statements! {
    INSERT = ["INSERT INTO snapshots (id, application_id, made_at, evidence, form, key_id) VALUES ($1, $2, $3, $4, $5, $6)"];
    BY_ID = ["SELECT id, application_id, made_at, evidence, form, key_id FROM snapshots WHERE id = $1"];
    LATEST_ID = ["SELECT id FROM snapshots WHERE application_id = $1 ORDER BY made_at DESC, id DESC LIMIT 1"];
    LATEST = ["SELECT id, application_id, made_at, evidence, form, key_id FROM snapshots WHERE application_id = $1 ORDER BY made_at DESC, id DESC LIMIT 1"];
    INSERT_DISPUTE = ["INSERT INTO disputes (id, application_id, snapshot_id, field, words, key_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)"];
    DISPUTES = ["SELECT id, application_id, snapshot_id, field, words, key_id, at FROM disputes WHERE application_id = $1 ORDER BY id LIMIT $2"];
}

row!(IdRow { id: String });
row!(SnapshotRow {
    id: String,
    application_id: String,
    made_at: i64,
    evidence: String,
    form: Vec<u8>,
    key_id: String,
});
row!(DisputeRow {
    id: String,
    application_id: String,
    snapshot_id: String,
    field: String,
    words: Vec<u8>,
    key_id: String,
    at: i64,
});

/// An entry of the column `evidence`.
#[derive(Serialize, Deserialize)]
struct Used {
    origin: String,
    id: EvidenceId,
    hash: Sha256Hex,
}

/// How many registers a form was filled from, by its column `evidence`.
pub(super) fn registers_in(at: &At<'_>, evidence: &str) -> Result<u32, StoreError> {
    let used: Vec<Used> = at.json("evidence", evidence.as_bytes())?;
    let mut origins = used
        .iter()
        .map(|used| at.word("evidence", Origin::parse, &used.origin))
        .collect::<Result<Vec<_>, _>>()?;
    origins.retain(|origin| *origin != Origin::Identity);
    origins.sort_unstable();
    origins.dedup();
    at.small("evidence", i64::try_from(origins.len()).unwrap_or(i64::MAX))
}

impl Tx {
    /// Freezes a form as the applicant sees it.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is refused.
    pub async fn insert_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let id = snapshot.id.to_string();
        let used: Vec<Used> = snapshot
            .evidence
            .iter()
            .map(|(origin, id, hash)| Used {
                origin: origin.as_str().to_owned(),
                id: *id,
                hash: *hash,
            })
            .collect();
        let used = serde_json::to_string(&used)
            .map_err(|_| StoreError::Unwritable { table: FORM.table })?;
        let sealed = self.seal(FORM, &id, &json_bytes(FORM.table, snapshot.rows.reveal())?)?;
        let row = args![
            id,
            snapshot.application.to_string(),
            snapshot.made_at,
            used,
            sealed.bytes,
            sealed.key
        ];
        self.run(&INSERT, row).await.map(drop)
    }

    /// The snapshot of this id.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn snapshot(&mut self, id: SnapshotId) -> Result<Option<Snapshot>, StoreError> {
        let row = self.first(&BY_ID, args![id.to_string()]).await?;
        row.map(|row| self.read_snapshot(&row)).transpose()
    }

    /// The newest snapshot of an application.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn latest_snapshot(
        &mut self,
        application: ApplicationId,
    ) -> Result<Option<Snapshot>, StoreError> {
        let row = self.first(&LATEST, args![application.to_string()]).await?;
        row.map(|row| self.read_snapshot(&row)).transpose()
    }

    /// Which snapshot is the newest of an application, without opening it.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn latest_snapshot_id(
        &mut self,
        application: ApplicationId,
    ) -> Result<Option<SnapshotId>, StoreError> {
        let row: Option<IdRow> = self
            .first(&LATEST_ID, args![application.to_string()])
            .await?;
        let at = At {
            table: FORM.table,
            row: "latest",
        };
        at.parse_opt("id", row.map(|row| row.id).as_ref())
    }

    /// Records that a row is called wrong.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is refused.
    pub async fn insert_dispute(&mut self, dispute: &Dispute) -> Result<(), StoreError> {
        let id = dispute.id.to_string();
        let sealed = self.seal(WORDS, &id, dispute.words.reveal().as_bytes())?;
        let row = args![
            id,
            dispute.application.to_string(),
            dispute.snapshot.to_string(),
            &dispute.field,
            sealed.bytes,
            sealed.key,
            dispute.at,
        ];
        self.run(&INSERT_DISPUTE, row).await.map(drop)
    }

    /// The disputes on an application, oldest first, at most 1,000.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn disputes_of(
        &mut self,
        application: ApplicationId,
    ) -> Result<Vec<Dispute>, StoreError> {
        let rows: Vec<DisputeRow> = self
            .all(&DISPUTES, args![application.to_string(), DISPUTES_MAX])
            .await?;
        rows.into_iter().map(|row| self.read_dispute(row)).collect()
    }

    fn read_snapshot(&self, row: &SnapshotRow) -> Result<Snapshot, StoreError> {
        let at = At {
            table: FORM.table,
            row: &row.id,
        };
        let used: Vec<Used> = at.json("evidence", row.evidence.as_bytes())?;
        let used = used
            .into_iter()
            .map(|used| {
                Ok((
                    at.word("evidence", Origin::parse, &used.origin)?,
                    used.id,
                    used.hash,
                ))
            })
            .collect::<Result<_, StoreError>>()?;
        let form = self.unseal(FORM, &row.id, &row.key_id, &row.form)?;
        Ok(Snapshot {
            id: at.parse("id", &row.id)?,
            application: at.parse("application_id", &row.application_id)?,
            made_at: at.time("made_at", row.made_at)?,
            evidence: used,
            rows: Private::new(at.json(FORM.column, &form)?),
        })
    }

    fn read_dispute(&self, row: DisputeRow) -> Result<Dispute, StoreError> {
        let at = At {
            table: WORDS.table,
            row: &row.id,
        };
        let words = self.unseal(WORDS, &row.id, &row.key_id, &row.words)?;
        let words = String::from_utf8(words.to_vec()).map_err(|_| at.wrong(WORDS.column))?;
        Ok(Dispute {
            id: at.parse("id", &row.id)?,
            application: at.parse("application_id", &row.application_id)?,
            snapshot: at.parse("snapshot_id", &row.snapshot_id)?,
            at: at.time("at", row.at)?,
            words: Private::new(words),
            field: row.field,
        })
    }
}
