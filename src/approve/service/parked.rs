//! An application whose register is away: when it is looked at again, and when a person is called.

use super::Approve;
use super::decide::{ATTEMPTS, located};
use crate::approve::case::Way;
use crate::domain::application::{Application, ApplicationState};
use crate::domain::audit::AlarmKind;
use crate::domain::id::{AlarmId, ApplicationId};
use crate::domain::notice::Occasion;
use crate::domain::source::SourceId;
use crate::error::StageError;
use crate::store::Tx;

/// Shortest pause before a parked application's sources are asked again.
const RETRY_MIN_MS: i64 = 500;
/// Longest pause: a source that is back is noticed within this time.
const RETRY_MAX_MS: i64 = 5_000;
/// How long an application is parked before a person is called about the register.
const PARKED_ALARM_MS: i64 = 3_600_000;

impl Approve {
    /// A register has answered while others are still being asked. An application that goes on waiting waits for fewer from now on, and
    /// whoever looks on sees it. Nothing is decided here: that comes when all have been asked.
    ///
    /// # Errors
    /// `NotFound`, or of the store.
    pub async fn hear(&self, id: ApplicationId) -> Result<(), StageError> {
        // Another register may have answered at the same moment: whoever comes second looks at both answers.
        for _ in 1..ATTEMPTS {
            match self.try_hear(id).await {
                Err(error) if error.lost_race() => {}
                other => return other,
            }
        }
        self.try_hear(id).await
    }

    async fn try_hear(&self, id: ApplicationId) -> Result<(), StageError> {
        let mut tx = self.ctx.store.read().await?;
        let application = tx.application(id).await?;
        let application = application.ok_or(StageError::not_found("application"))?;
        let ApplicationState::Parked { sources, .. } = &application.state else {
            return Ok(());
        };
        let sources = sources.clone();
        let (case, applicant) = self.load_filing(&mut tx, &application).await?;
        drop(tx);
        let judged = case.judge();
        if matches!(&judged.way, Way::Park(silent) if *silent != sources) {
            let application = located(application, &case, &judged);
            let after = self.commit(application, &applicant, &case, &judged).await?;
            self.tell(&after);
        }
        Ok(())
    }

    /// Parks it, for the first time or again; the applicant is told of the first time.
    pub(super) async fn park(
        &self,
        tx: &mut Tx,
        application: Application,
        sources: &[SourceId],
    ) -> Result<Application, StageError> {
        let now = self.ctx.now();
        let since = match application.state {
            ApplicationState::Parked { since, .. } => Some(since),
            _ => None,
        };
        let waited_ms = since.map_or(0, |since| now.millis_since(since));
        let pause_ms = (waited_ms / 4).clamp(RETRY_MIN_MS, RETRY_MAX_MS);
        let parked = application.park(sources.to_vec(), now, now.plus_millis(pause_ms))?;
        if since.is_none() {
            self.ctx.tell(tx, &parked, &Occasion::Parked).await?;
        }
        self.alarm_long_parked(tx, &parked).await?;
        Ok(tx.update_application(&parked).await?)
    }

    /// A register that stays away for long calls a person; the application goes on waiting all the same.
    async fn alarm_long_parked(&self, tx: &mut Tx, parked: &Application) -> Result<(), StageError> {
        let ApplicationState::Parked { sources, since, .. } = &parked.state else {
            return Ok(());
        };
        let now = self.ctx.now();
        if now.millis_since(*since) < PARKED_ALARM_MS {
            return Ok(());
        }
        for source in sources {
            tx.raise_alarm(
                AlarmKind::SourceDown,
                source.as_str(),
                now,
                self.ctx.id(AlarmId::new),
            )
            .await?;
        }
        Ok(())
    }
}
