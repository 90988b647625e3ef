//! In-process wake-ups. A bell only saves waiting: whoever sleeps through it finds the work in the store.

use std::sync::Arc;

use tokio::sync::{Notify, broadcast};

use crate::domain::id::ApplicationId;

/// How many changes a slow listener may fall behind before it must look at the store again.
const CHANGES_BUFFERED: usize = 1024;

/// Rings the jobs and tells listeners which application changed.
#[derive(Clone)]
pub struct Bell {
    inner: Arc<Inner>,
}

struct Inner {
    dispatch: Notify,
    resume: Notify,
    budget: Notify,
    notices: Notify,
    changes: broadcast::Sender<ApplicationId>,
}

impl Default for Bell {
    fn default() -> Self {
        let (changes, _) = broadcast::channel(CHANGES_BUFFERED);
        Self {
            inner: Arc::new(Inner {
                dispatch: Notify::new(),
                resume: Notify::new(),
                budget: Notify::new(),
                notices: Notify::new(),
                changes,
            }),
        }
    }
}

impl Bell {
    /// An instruction is ready to be sent.
    pub fn ring_dispatch(&self) {
        self.inner.dispatch.notify_one();
    }

    /// Something was parked or filed that the resumer should know.
    pub fn ring_resume(&self) {
        self.inner.resume.notify_one();
    }

    /// Money was added to a budget line.
    pub fn ring_budget(&self) {
        self.inner.budget.notify_one();
    }

    /// A message to an applicant was written.
    pub fn ring_notices(&self) {
        self.inner.notices.notify_one();
    }

    /// Waits for [`Self::ring_dispatch`]; one ring before the call is remembered.
    pub async fn dispatch(&self) {
        self.inner.dispatch.notified().await;
    }

    /// Waits for [`Self::ring_resume`].
    pub async fn resume(&self) {
        self.inner.resume.notified().await;
    }

    /// Waits for [`Self::ring_budget`].
    pub async fn budget(&self) {
        self.inner.budget.notified().await;
    }

    /// Waits for [`Self::ring_notices`].
    pub async fn notices(&self) {
        self.inner.notices.notified().await;
    }

    /// Tells listeners that an application, or one of its payments, changed.
    pub fn changed(&self, id: ApplicationId) {
        // Nobody listening is no error.
        let _ = self.inner.changes.send(id);
    }

    /// Listens for changes; a listener that lags is told so and reads the store.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<ApplicationId> {
        self.inner.changes.subscribe()
    }
}
