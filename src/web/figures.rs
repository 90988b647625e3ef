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
use crate::error::StageError;

/// Figures of the service promise.
pub struct Figures {
    ctx: Context,
    kept: Mutex<Option<Arc<Promise>>>,
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

    /// The figures, at most a minute old. Whoever comes while they are made waits for the same ones.
    ///
    /// # Errors
    /// Of the store.
    pub async fn get(&self) -> Result<Arc<Promise>, StageError> {
        let mut kept = self.kept.lock().await;
        let now = self.ctx.now();
        if let Some(promise) = kept.as_ref().filter(|promise| promise.is_fresh(now)) {
            return Ok(Arc::clone(promise));
        }
        let mut tx = self.ctx.store.read().await?;
        let filed = tx.newest_filed(now, WINDOW).await?;
        drop(tx);
        let before = |policy: &PolicyRef| baseline(&self.ctx.policies, policy);
        let promise = Arc::new(Promise::of(&filed, before, &self.ctx.calendar, now));
        *kept = Some(Arc::clone(&promise));
        Ok(promise)
    }
}

/// How it was before, by the version an application is judged by; a version that is not there says nothing.
fn baseline(book: &PolicyBook, policy: &PolicyRef) -> Baseline {
    let version = book.by_hash(policy.hash);
    version.map_or_else(Baseline::default, |version| {
        version.document().service.baseline.clone()
    })
}
