//! People who apply. One document is one applicant, whichever subject signs in with it.

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::codec::{At, json_bytes};
use super::sql::{args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::document::{DocumentType, IdentityDocument};
use crate::domain::id::ApplicantId;
use crate::domain::person::{Applicant, Private, Subject};
use crate::domain::time::Timestamp;

const IDENTITY: Place = Place {
    table: "applicants",
    column: "identity",
};

statements! {
    BY_ID = ["SELECT id, identity, key_id FROM applicants WHERE id = $1"];
    BY_DOCUMENT = ["SELECT id, identity, key_id FROM applicants WHERE document_index = $1"];
    BY_SUBJECT = ["SELECT a.id, a.identity, a.key_id FROM subjects s JOIN applicants a ON a.id = s.applicant_id WHERE s.issuer = $1 AND s.subject = $2"];
    INSERT = ["INSERT INTO applicants (id, document_index, identity, key_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (document_index) DO NOTHING"];
    RENAME = ["UPDATE applicants SET identity = $2, key_id = $3, updated_at = $4 WHERE id = $1"];
    UPSERT_SUBJECT = ["INSERT INTO subjects (issuer, subject, applicant_id, seen_at) VALUES ($1, $2, $3, $4) ON CONFLICT (issuer, subject) DO UPDATE SET applicant_id = excluded.applicant_id, seen_at = excluded.seen_at"];
}

row!(ApplicantRow { id: String, identity: Vec<u8>, key_id: String });

/// What the column `identity` seals.
#[derive(Serialize, Deserialize)]
struct Identity {
    document_type: String,
    document_number: String,
    name: String,
}

impl Drop for Identity {
    fn drop(&mut self) {
        self.document_number.zeroize();
        self.name.zeroize();
    }
}

impl Tx {
    /// Stores whom the identity provider vouched for. The document decides who it is: a document that is known keeps the id of
    /// its row, takes the name as it is spelt now, and the subject is bound to it. Under a race all callers get one id.
    ///
    /// # Errors
    /// When the database or the vault fails.
    pub async fn upsert_applicant(
        &mut self,
        applicant: &Applicant,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<Applicant, StoreError> {
        let index = self.document_index(&applicant.document);
        let known = match self.applicant_by_index(&index).await? {
            Some(known) => Some(known),
            None if self.insert_applicant(applicant, &index, now).await? => None,
            // Somebody else stored the same document between the look and the insert.
            None => self.applicant_by_index(&index).await?,
        };
        let id = known.as_ref().map_or(applicant.id, |known| known.id);
        let current = Applicant {
            id,
            ..applicant.clone()
        };
        if known.is_some_and(|known| known != current) {
            let sealed = self.seal_identity(&current)?;
            self.run(
                &RENAME,
                args![id.to_string(), sealed.bytes, sealed.key, now],
            )
            .await?;
        }
        self.run(
            &UPSERT_SUBJECT,
            args![&subject.issuer, &subject.subject, id.to_string(), now],
        )
        .await?;
        Ok(current)
    }

    /// The applicant of this id.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn applicant(&mut self, id: ApplicantId) -> Result<Option<Applicant>, StoreError> {
        let row = self.first(&BY_ID, args![id.to_string()]).await?;
        row.map(|row| self.read_applicant(&row)).transpose()
    }

    /// The applicant who signs in as this subject.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn applicant_by_subject(
        &mut self,
        subject: &Subject,
    ) -> Result<Option<Applicant>, StoreError> {
        let row = self
            .first(&BY_SUBJECT, args![&subject.issuer, &subject.subject])
            .await?;
        row.map(|row| self.read_applicant(&row)).transpose()
    }

    async fn applicant_by_index(&mut self, index: &str) -> Result<Option<Applicant>, StoreError> {
        let row = self.first(&BY_DOCUMENT, args![index]).await?;
        row.map(|row| self.read_applicant(&row)).transpose()
    }

    async fn insert_applicant(
        &mut self,
        applicant: &Applicant,
        index: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sealed = self.seal_identity(applicant)?;
        let row = args![
            applicant.id.to_string(),
            index,
            sealed.bytes,
            sealed.key,
            now
        ];
        Ok(self.run(&INSERT, row).await? == 1)
    }

    fn document_index(&self, document: &IdentityDocument) -> String {
        self.vault.blind_index(
            "document",
            &[document.document_type().as_str(), document.reveal()],
        )
    }

    fn seal_identity(&self, applicant: &Applicant) -> Result<super::vault::Sealed, StoreError> {
        let identity = Identity {
            document_type: applicant.document.document_type().as_str().to_owned(),
            document_number: applicant.document.reveal().to_owned(),
            name: applicant.name.reveal().clone(),
        };
        let plain = json_bytes(IDENTITY.table, &identity)?;
        self.seal(IDENTITY, &applicant.id.to_string(), &plain)
    }

    fn read_applicant(&self, row: &ApplicantRow) -> Result<Applicant, StoreError> {
        let at = At {
            table: IDENTITY.table,
            row: &row.id,
        };
        let plain = self.unseal(IDENTITY, &row.id, &row.key_id, &row.identity)?;
        let identity: Identity = at.json(IDENTITY.column, &plain)?;
        let kind: DocumentType = at.parse(IDENTITY.column, &identity.document_type)?;
        let document = IdentityDocument::parse(kind, &identity.document_number)
            .map_err(|_| at.wrong(IDENTITY.column))?;
        Ok(Applicant {
            id: at.parse("id", &row.id)?,
            document,
            name: Private::new(identity.name.clone()),
        })
    }
}
