//! Exclusive benefits: what one person may have once. The primary key decides between racing filings.

use std::collections::BTreeMap;

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx, UniqueViolation};
use crate::domain::id::{ApplicantId, ApplicationId};

statements! {
    /// Waits, on PostgreSQL, for a racing claim to commit or to roll back.
    CLAIM = ["INSERT INTO slots (applicant_id, slot, application_id) VALUES ($1, $2, $3) ON CONFLICT (applicant_id, slot) DO NOTHING"];
    HOLDER = ["SELECT application_id FROM slots WHERE applicant_id = $1 AND slot = $2"];
    HELD = ["SELECT slot, application_id FROM slots WHERE applicant_id = $1"];
    UNCLAIM = ["DELETE FROM slots WHERE applicant_id = $1 AND slot = $2 AND application_id = $3"];
    RELEASE = ["DELETE FROM slots WHERE application_id = $1"];
}

row!(HolderRow {
    application_id: String
});

row!(HeldRow {
    slot: String,
    application_id: String
});

impl Tx {
    /// Every slot a person holds, with the application that holds it.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn slots_of(
        &mut self,
        applicant: ApplicantId,
    ) -> Result<BTreeMap<String, ApplicationId>, StoreError> {
        let rows: Vec<HeldRow> = self.all(&HELD, args![applicant.to_string()]).await?;
        let held = rows.into_iter().map(|row| {
            let at = At {
                table: "slots",
                row: &row.slot,
            };
            let application = at.parse("application_id", &row.application_id)?;
            Ok((row.slot, application))
        });
        held.collect()
    }

    /// Claims every slot for an application, or none. Claiming again what it holds is no error. When one is taken the
    /// transaction can go on (and refer the application, say).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] on `slots_pkey` when another application holds one of them; else when the database fails.
    pub async fn claim_slots(
        &mut self,
        applicant: ApplicantId,
        application: ApplicationId,
        slots: &[String],
    ) -> Result<(), StoreError> {
        // One order for everybody, so that two claims cannot wait for each other.
        let mut wanted: Vec<&String> = slots.iter().collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut claimed = Vec::new();
        for slot in wanted {
            let row = args![applicant.to_string(), slot, application.to_string()];
            if self.run(&CLAIM, row).await? == 1 {
                claimed.push(slot);
            } else if self.slot_holder(applicant, slot).await? != Some(application) {
                for slot in claimed {
                    self.run(
                        &UNCLAIM,
                        args![applicant.to_string(), slot, application.to_string()],
                    )
                    .await?;
                }
                return Err(UniqueViolation {
                    constraint: "slots_pkey".to_owned(),
                }
                .into());
            }
        }
        Ok(())
    }

    /// Which application holds a slot of this person.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn slot_holder(
        &mut self,
        applicant: ApplicantId,
        slot: &str,
    ) -> Result<Option<ApplicationId>, StoreError> {
        let row: Option<HolderRow> = self
            .first(&HOLDER, args![applicant.to_string(), slot])
            .await?;
        let at = At {
            table: "slots",
            row: slot,
        };
        row.map(|row| at.parse("application_id", &row.application_id))
            .transpose()
    }

    /// Gives back every slot of an application.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_slots(&mut self, application: ApplicationId) -> Result<(), StoreError> {
        self.run(&RELEASE, args![application.to_string()])
            .await
            .map(drop)
    }
}
