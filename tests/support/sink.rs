//! A message sink in memory that can be told to be down or to refuse, and counts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use sanmiao::domain::id::NoticeId;
use sanmiao::ports::{Notice, Notifier, NotifyError};

/// What the sink has seen.
#[derive(Default)]
pub(crate) struct ModelSink {
    down: AtomicBool,
    refusing: AtomicBool,
    silent: AtomicBool,
    tried: Mutex<Vec<NoticeId>>,
    kept: Mutex<BTreeMap<NoticeId, Notice>>,
}

impl ModelSink {
    /// Switches it off or on.
    pub(crate) fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// Lets it refuse whatever comes, as a sink does that does not know a template.
    pub(crate) fn set_refusing(&self, refusing: bool) {
        self.refusing.store(refusing, Ordering::SeqCst);
    }

    /// Lets it take messages and never answer, so that a worker can be killed between the send and its last word.
    pub(crate) fn set_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }

    /// How often it was tried.
    pub(crate) fn tries(&self) -> usize {
        self.tried().len()
    }

    /// How often it was tried with this id.
    pub(crate) fn tries_of(&self, id: NoticeId) -> usize {
        self.tried().iter().filter(|tried| **tried == id).count()
    }

    /// What arrived, each id once.
    pub(crate) fn kept(&self) -> Vec<Notice> {
        self.kept.lock().expect("kept").values().cloned().collect()
    }

    fn keep(&self, notice: &Notice) {
        let mut kept = self.kept.lock().expect("kept");
        kept.entry(notice.id).or_insert_with(|| notice.clone());
    }

    fn tried(&self) -> MutexGuard<'_, Vec<NoticeId>> {
        self.tried.lock().expect("tried")
    }
}

#[async_trait]
impl Notifier for ModelSink {
    async fn notify(&self, notice: &Notice) -> Result<(), NotifyError> {
        self.tried().push(notice.id);
        if self.down.load(Ordering::SeqCst) {
            return Err(NotifyError::Unavailable { why: "unreachable" });
        }
        if self.refusing.load(Ordering::SeqCst) {
            return Err(NotifyError::Refused { status: 422 });
        }
        self.keep(notice);
        if self.silent.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}
