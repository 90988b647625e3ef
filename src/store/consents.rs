//! Consents: without one, no source is asked.

use super::codec::{At, sources_text};
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::evidence::Consent;
use crate::domain::id::ConsentId;
use crate::domain::time::Timestamp;

statements! {
    INSERT = ["INSERT INTO consents (id, applicant_id, scope, purpose, given_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6)"];
    BY_ID = ["SELECT id, applicant_id, scope, purpose, given_at, revoked_at FROM consents WHERE id = $1"];
    REVOKE = ["UPDATE consents SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"];
}

row!(ConsentRow {
    id: String,
    applicant_id: String,
    scope: String,
    purpose: String,
    given_at: i64,
    revoked_at: Option<i64>,
});

impl Tx {
    /// Records a consent.
    ///
    /// # Errors
    /// When the database fails or refuses it.
    pub async fn insert_consent(&mut self, consent: &Consent) -> Result<(), StoreError> {
        let row = args![
            consent.id.to_string(),
            consent.applicant.to_string(),
            sources_text(&consent.scope),
            &consent.purpose,
            consent.given_at,
            consent.revoked_at,
        ];
        self.run(&INSERT, row).await.map(drop)
    }

    /// The consent of this id.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn consent(&mut self, id: ConsentId) -> Result<Option<Consent>, StoreError> {
        let row: Option<ConsentRow> = self.first(&BY_ID, args![id.to_string()]).await?;
        row.map(read).transpose()
    }

    /// Takes a consent back. Whether it still stood; the first moment is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_consent(
        &mut self,
        id: ConsentId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.run(&REVOKE, args![id.to_string(), at]).await? == 1)
    }
}

fn read(row: ConsentRow) -> Result<Consent, StoreError> {
    let at = At {
        table: "consents",
        row: &row.id,
    };
    Ok(Consent {
        id: at.parse("id", &row.id)?,
        applicant: at.parse("applicant_id", &row.applicant_id)?,
        scope: at.sources("scope", &row.scope)?,
        given_at: at.time("given_at", row.given_at)?,
        revoked_at: at.time_opt("revoked_at", row.revoked_at)?,
        purpose: row.purpose,
    })
}
