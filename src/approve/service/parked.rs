//! An application whose register is away: when it is looked at again, and when a person is called.

use super::Approve;
use crate::domain::application::{Application, ApplicationState};
use crate::domain::audit::AlarmKind;
use crate::domain::id::AlarmId;
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
