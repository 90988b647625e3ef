//! Keeps what somebody is typing, so that a page that is closed, a session that ends or another telephone loses none of it.

use super::service::{Prefill, own};
use crate::domain::application::Application;
use crate::domain::id::{ApplicantId, ApplicationId};
use crate::domain::policy::document::FormSource;
use crate::domain::time::Timestamp;
use crate::domain::typing::{TooLong, Typing};
use crate::error::StageError;

impl From<TooLong> for StageError {
    fn from(too_long: TooLong) -> Self {
        Self::Invalid {
            field: too_long.field,
            reason: format!("at most {} characters", too_long.chars_max),
        }
    }
}

impl Prefill {
    /// Keeps what was typed into the form of one's own draft at a moment. Whether it did: once the form is filed there is nothing more
    /// to keep, and what was typed later stays.
    ///
    /// # Errors
    /// `NotFound` for another's; `UnknownField` for words about a row that the form does not have; what is too long.
    pub async fn keep_typing(
        &self,
        who: ApplicantId,
        id: ApplicationId,
        typing: &Typing,
        at: Timestamp,
    ) -> Result<bool, StageError> {
        let application = own(&mut self.ctx.store.read().await?, who, id).await?;
        self.fits_form(&application, typing)?;
        let mut tx = self.ctx.store.write().await?;
        let kept = tx.keep_typing(id, typing, at).await?;
        tx.commit().await?;
        Ok(kept)
    }

    /// What was typed into the form of one's own draft so far.
    ///
    /// # Errors
    /// `NotFound` for another's.
    pub async fn typing(
        &self,
        who: ApplicantId,
        id: ApplicationId,
    ) -> Result<Option<Typing>, StageError> {
        let mut tx = self.ctx.store.read().await?;
        own(&mut tx, who, id).await?;
        Ok(tx.typing(id, self.ctx.now()).await?)
    }

    fn fits_form(&self, application: &Application, typing: &Typing) -> Result<(), StageError> {
        typing.bounded()?;
        let policy = self.ctx.policies.by_hash(application.policy.hash);
        let rows = policy.as_ref().map_or(&[][..], |policy| policy.form());
        let locked = |field: &str| {
            let mut locked = rows.iter();
            locked.any(|row| row.id == field && !matches!(row.from, FormSource::Typed(_)))
        };
        match typing.words.iter().find(|(field, _)| !locked(field)) {
            Some((field, _)) => Err(StageError::UnknownField {
                field: field.clone(),
            }),
            None => Ok(()),
        }
    }
}
