//! What every stage is given: the store, the world, the policies, the calendar, the bell, the figures. And what every stage
//! does in the same way: it writes down an act, and it tells an applicant.

use std::sync::Arc;

use crate::bell::Bell;
use crate::domain::application::Application;
use crate::domain::audit::AuditEntry;
use crate::domain::calendar::WorkingCalendar;
use crate::domain::id::{AuditId, NoticeId};
use crate::domain::notice::{Channel, Notice, NoticeState, Occasion};
use crate::domain::person::Actor;
use crate::domain::policy::PolicyBook;
use crate::domain::time::Timestamp;
use crate::ports::World;
use crate::store::{Store, StoreError, Tx};
use crate::telemetry::Metrics;

/// Most doublings of a pause; more than any bound on pauses needs.
const DOUBLINGS_MAX: i64 = 29;

/// Cheap to clone; handed to every stage by `app`.
#[derive(Clone)]
pub struct Context {
    /// Both databases behind one face.
    pub store: Store,
    /// Clock, entropy, registers, treasury, messages.
    pub world: World,
    /// Every version of every policy.
    pub policies: Arc<PolicyBook>,
    /// Working days.
    pub calendar: Arc<WorkingCalendar>,
    /// Wake-ups.
    pub bell: Bell,
    /// Figures for `/metrics`.
    pub metrics: Metrics,
}

impl Context {
    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// A new id of any kind: `ctx.id(AwardId::new)`.
    #[must_use]
    pub fn id<I>(&self, make: fn(Timestamp, [u8; 10]) -> I) -> I {
        let mut random = [0; 10];
        self.world.entropy.fill(&mut random);
        make(self.now(), random)
    }

    /// The pause after so many attempts: doubled each time up to `max_ms`, its second half drawn by lot, so that a peer that
    /// comes back is not met by everybody at once.
    #[must_use]
    pub fn pause_ms(&self, min_ms: i64, max_ms: i64, attempts: i64) -> i64 {
        let doublings = (attempts - 1).clamp(0, DOUBLINGS_MAX);
        let ceiling_ms = min_ms.saturating_mul(1 << doublings).min(max_ms);
        let mut random = [0; 4];
        self.world.entropy.fill(&mut random);
        let jitter_ms = i64::from(u32::from_le_bytes(random)) % (ceiling_ms / 2).max(1);
        ceiling_ms / 2 + jitter_ms
    }

    /// Writes an act into the audit log, in the act's own transaction.
    ///
    /// # Errors
    /// Of the store.
    pub async fn audit(
        &self,
        tx: &mut Tx,
        actor: Actor,
        act: &'static str,
        subject: String,
        detail: serde_json::Value,
    ) -> Result<(), StoreError> {
        let (id, at) = (self.id(AuditId::new), self.now());
        tx.audit(&AuditEntry {
            id,
            at,
            actor,
            act,
            subject,
            detail,
        })
        .await
    }

    /// Tells an applicant of an occasion: the message is written in the occasion's own transaction, once, and sent after it has
    /// committed. Ring [`Bell::ring_notices`] then.
    ///
    /// # Errors
    /// Of the store.
    pub async fn tell(
        &self,
        tx: &mut Tx,
        application: &Application,
        occasion: &Occasion,
    ) -> Result<(), StoreError> {
        // Before the filing nobody has left a telephone, and there is nothing to tell.
        let Some(filing) = &application.filing else {
            return Ok(());
        };
        let now = self.now();
        let notice = Notice {
            id: self.id(NoticeId::new),
            application: application.id,
            occasion: occasion.key(),
            channel: Channel::Sms,
            to: Some(filing.typed.phone.clone()),
            message: occasion.message(application.id),
            state: NoticeState::Waiting,
            epoch: 0,
            attempts: 0,
            next_at: now,
            created_at: now,
            request_id: application.request_id.clone(),
        };
        tx.insert_notice(&notice).await.map(drop)
    }
}
