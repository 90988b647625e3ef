//! What people were told of the policies that fit them: sealed, one a person, gone after its time.

use serde::{Deserialize, Serialize};

use super::codec::{At, json_bytes};
use super::sql::{args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::fit::{Fit, Fits};
use crate::domain::id::{ApplicantId, ConsentId};
use crate::domain::source::SourceId;
use crate::domain::time::Timestamp;

const TOLD: Place = Place {
    table: "fits",
    column: "told",
};
/// Most rows one sweep takes away.
const SWEPT_MAX: i64 = 500;

statements! {
    KEEP = ["INSERT INTO fits (id, consent_id, made_at, ends_at, told, key_id) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET consent_id = excluded.consent_id, made_at = excluded.made_at, ends_at = excluded.ends_at, told = excluded.told, key_id = excluded.key_id"];
    BY_ID = ["SELECT id, consent_id, made_at, told, key_id FROM fits WHERE id = $1 AND ends_at > $2"];
    FORGET = ["DELETE FROM fits WHERE id = $1 RETURNING consent_id"];
    SWEEP = ["DELETE FROM fits WHERE id IN (SELECT id FROM fits WHERE ends_at <= $1 ORDER BY ends_at LIMIT $2)"];
}

row!(FitsRow {
    id: String,
    consent_id: String,
    made_at: i64,
    told: Vec<u8>,
    key_id: String,
});
row!(ConsentOf { consent_id: String });

/// The sealed column.
#[derive(Serialize, Deserialize)]
struct Told {
    silent: Vec<SourceId>,
    fits: Vec<Fit>,
}

impl Tx {
    /// Keeps what a person was told, in place of what they were told before.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is refused.
    pub async fn keep_fits(&mut self, who: ApplicantId, fits: &Fits) -> Result<(), StoreError> {
        let id = who.to_string();
        let told = Told {
            silent: fits.silent.clone(),
            fits: fits.fits.clone(),
        };
        let sealed = self.seal(TOLD, &id, &json_bytes(TOLD.table, &told)?)?;
        let row = args![
            id,
            fits.consent.to_string(),
            fits.made_at,
            fits.ends_at(),
            sealed.bytes,
            sealed.key
        ];
        self.run(&KEEP, row).await.map(drop)
    }

    /// What a person was told, unless it is too old by `now`.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn fits(
        &mut self,
        who: ApplicantId,
        now: Timestamp,
    ) -> Result<Option<Fits>, StoreError> {
        let row: Option<FitsRow> = self.first(&BY_ID, args![who.to_string(), now]).await?;
        row.map(|row| self.read_fits(&row)).transpose()
    }

    /// Forgets what a person was told. The consent it rested on, if there was anything.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn forget_fits(&mut self, who: ApplicantId) -> Result<Option<ConsentId>, StoreError> {
        let id = who.to_string();
        let row: Option<ConsentOf> = self.first(&FORGET, args![&id]).await?;
        let at = At {
            table: TOLD.table,
            row: &id,
        };
        at.parse_opt("consent_id", row.map(|row| row.consent_id).as_ref())
    }

    /// Takes away a bounded number of those whose time is over. How many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_fits(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        self.run(&SWEEP, args![now, SWEPT_MAX]).await
    }

    fn read_fits(&self, row: &FitsRow) -> Result<Fits, StoreError> {
        let at = At {
            table: TOLD.table,
            row: &row.id,
        };
        let plain = self.unseal(TOLD, &row.id, &row.key_id, &row.told)?;
        let told: Told = at.json(TOLD.column, &plain)?;
        Ok(Fits {
            consent: at.parse("consent_id", &row.consent_id)?,
            made_at: at.time("made_at", row.made_at)?,
            silent: told.silent,
            fits: told.fits,
        })
    }
}
