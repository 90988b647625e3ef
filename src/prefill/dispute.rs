//! 有误 and 要求人工办理: what the applicant says against the form, or against the machine. Each is said once, however many windows say it.
//!
//! Saying it takes a version of the application, so that whoever files or decides at the same moment looks again, and sees it.

use serde_json::{Value, json};

use super::service::{Prefill, WORDS_MAX, newest_snapshot, own};
use crate::domain::application::{Application, StateName};
use crate::domain::form::{Dispute, Row, RowValue};
use crate::domain::id::{ApplicantId, ApplicationId, DisputeId, SnapshotId};
use crate::domain::person::{Actor, Private};
use crate::error::StageError;
use crate::store::Tx;

/// How often it is tried while others change the same application.
const ATTEMPTS: u8 = 5;

/// A row that is called wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What stands of it: the first words, when it was said before.
    pub dispute: Dispute,
    /// Whether it was said now.
    pub is_new: bool,
}

impl Prefill {
    /// 有误: a filled row is wrong. The application will go to a person. Said again, it stands as it was said first.
    ///
    /// # Errors
    /// After filing, for a row the form does not have, for words that are too long.
    pub async fn dispute(
        &self,
        who: ApplicantId,
        id: ApplicationId,
        snapshot: SnapshotId,
        field: &str,
        words: &str,
    ) -> Result<Said, StageError> {
        if words.chars().count() > WORDS_MAX {
            let reason = format!("at most {WORDS_MAX} characters");
            return Err(StageError::Invalid {
                field: "words",
                reason,
            });
        }
        for _ in 1..ATTEMPTS {
            match self.try_dispute(who, id, snapshot, field, words).await {
                Err(error) if error.lost_race() => {}
                other => return other,
            }
        }
        let last = self.try_dispute(who, id, snapshot, field, words).await;
        last.map_err(|error| error.or_stale("application"))
    }

    async fn try_dispute(
        &self,
        who: ApplicantId,
        id: ApplicationId,
        snapshot: SnapshotId,
        field: &str,
        words: &str,
    ) -> Result<Said, StageError> {
        let mut tx = self.ctx.store.write().await?;
        let application = own(&mut tx, who, id).await?;
        if application.state.name() != StateName::Draft {
            return Err(not_now(&application));
        }
        let newest = newest_snapshot(&mut tx, id, snapshot).await?;
        let disputable = |row: &Row| row.field == field && row.value != RowValue::Typed;
        if !newest.rows.reveal().iter().any(disputable) {
            return Err(StageError::UnknownField {
                field: field.to_owned(),
            });
        }
        if let Some(dispute) = said_before(&mut tx, id, field).await? {
            return Ok(Said {
                dispute,
                is_new: false,
            });
        }
        let dispute = self.dispute_of(id, snapshot, field, words);
        let detail = json!({ "field": field });
        self.say(tx, &application, &dispute, "application.disputed", detail)
            .await?;
        Ok(Said {
            dispute,
            is_new: true,
        })
    }

    /// 要求人工办理: the applicant wants a person to decide (PIPL art. 24). Kept like a dispute of the whole form, so that the machine's
    /// next look refers and the record says why. Asked again, nothing more happens.
    ///
    /// # Errors
    /// `NotInState` unless the machine is still to decide.
    pub async fn ask_for_person(
        &self,
        who: ApplicantId,
        id: ApplicationId,
    ) -> Result<Application, StageError> {
        for _ in 1..ATTEMPTS {
            match self.try_ask_for_person(who, id).await {
                Err(error) if error.lost_race() => {}
                other => return other,
            }
        }
        let last = self.try_ask_for_person(who, id).await;
        last.map_err(|error| error.or_stale("application"))
    }

    async fn try_ask_for_person(
        &self,
        who: ApplicantId,
        id: ApplicationId,
    ) -> Result<Application, StageError> {
        let mut tx = self.ctx.store.write().await?;
        let application = own(&mut tx, who, id).await?;
        if said_before(&mut tx, id, Dispute::WHOLE).await?.is_some() {
            return Ok(application);
        }
        let waits = matches!(
            application.state.name(),
            StateName::Filed | StateName::Parked
        );
        let (Some(filing), true) = (&application.filing, waits) else {
            return Err(not_now(&application));
        };
        let dispute = self.dispute_of(id, filing.snapshot, Dispute::WHOLE, "");
        let act = "application.person_asked_for";
        self.say(tx, &application, &dispute, act, json!({})).await
    }

    fn dispute_of(
        &self,
        application: ApplicationId,
        snapshot: SnapshotId,
        field: &str,
        words: &str,
    ) -> Dispute {
        Dispute {
            id: self.ctx.id(DisputeId::new),
            application,
            snapshot,
            field: field.to_owned(),
            words: Private::new(words.to_owned()),
            at: self.ctx.now(),
        }
    }

    /// Writes it down, with the version that tells everybody else to look again.
    async fn say(
        &self,
        mut tx: Tx,
        application: &Application,
        dispute: &Dispute,
        act: &'static str,
        detail: Value,
    ) -> Result<Application, StageError> {
        let application = tx.update_application(application).await?;
        tx.insert_dispute(dispute).await?;
        let (actor, id) = (Actor::Applicant(application.applicant), application.id);
        self.ctx
            .audit(&mut tx, actor, act, id.to_string(), detail)
            .await?;
        tx.commit().await?;
        Ok(application)
    }
}

async fn said_before(
    tx: &mut Tx,
    id: ApplicationId,
    field: &str,
) -> Result<Option<Dispute>, StageError> {
    let said = tx.disputes_of(id).await?;
    Ok(said.into_iter().find(|dispute| dispute.field == field))
}

const fn not_now(application: &Application) -> StageError {
    StageError::NotInState {
        what: "application",
        state: application.state.name().as_str(),
    }
}
