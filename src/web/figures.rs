//! The public figures, kept for a minute.
//!
//! A public page must not make the database work for every visitor, and it must be right on every node. So each node asks the
//! database itself, the shared one, at most once a minute and only when somebody looks; two nodes may differ by that minute and by
//! nothing else, and the figures say when they were made. A round of the jobs would ask four times a minute with nobody looking, and
//! would have nothing to show before its first.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::context::Context;
use crate::domain::application::PolicyRef;
use crate::domain::figures::{Promise, WINDOW};
use crate::domain::policy::PolicyBook;
use crate::domain::policy::document::Baseline;
use crate::domain::time::Timestamp;
use crate::error::StageError;

/// How long nobody asks again after the database could not be asked: visitors are not to queue behind its timeouts.
const PAUSE_MS: i64 = 5_000;

/// Figures of the service promise.
pub struct Figures {
    ctx: Context,
    kept: Mutex<Option<Kept>>,
}

/// Figures, and until when nobody asks for newer ones.
struct Kept {
    promise: Arc<Promise>,
    /// Moment of the latest attempt that failed.
    failed_at: Option<Timestamp>,
}

impl Kept {
    fn may_be_shown(&self, now: Timestamp) -> bool {
        let failed_just_now = |at: Timestamp| (0..PAUSE_MS).contains(&now.millis_since(at));
        self.promise.is_fresh(now) || self.failed_at.is_some_and(failed_just_now)
    }
}

impl Figures {
    /// None made yet.
    #[must_use]
    pub fn new(ctx: Context) -> Self {
        Self {
            ctx,
            kept: Mutex::default(),
        }
    }

    /// The figures, at most a minute old; older ones, which say so themselves, while the database cannot be asked. Whoever comes while
    /// they are made waits for the same ones.
    ///
    /// # Errors
    /// Of the store, when there are none yet.
    pub async fn get(&self) -> Result<Arc<Promise>, StageError> {
        let mut kept = self.kept.lock().await;
        let now = self.ctx.now();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.may_be_shown(now)) {
            return Ok(Arc::clone(&kept.promise));
        }
        let (promise, failed_at) = match (self.make(now).await, kept.take()) {
            (Ok(promise), _) => (Arc::new(promise), None),
            (Err(error), None) => return Err(error),
            (Err(error), Some(before)) => {
                tracing::warn!(%error, "the figures stay as they were");
                (before.promise, Some(self.ctx.now()))
            }
        };
        *kept = Some(Kept {
            promise: Arc::clone(&promise),
            failed_at,
        });
        Ok(promise)
    }

    async fn make(&self, now: Timestamp) -> Result<Promise, StageError> {
        let filed = self
            .ctx
            .store
            .read()
            .await?
            .newest_filed(now, WINDOW)
            .await?;
        let before = |policy: &PolicyRef| baseline(&self.ctx.policies, policy);
        Ok(Promise::of(&filed, before, &self.ctx.calendar, now))
    }
}

/// How it was before, by the version an application is judged by; a version that is not there says nothing.
fn baseline(book: &PolicyBook, policy: &PolicyRef) -> Baseline {
    let version = book.by_hash(policy.hash);
    version.map_or_else(Baseline::default, |version| {
        version.document().service.baseline.clone()
    })
}
