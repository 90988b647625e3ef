//! What the identity provider publishes, kept for a while: fetched anew when it is old or does not have what is wanted, but never
//! more often than is good for the provider, and good as long as the provider is down.

use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use crate::ports::Clock;

/// After a fetch that failed the next may follow this soon: a provider that is back must not wait for its users.
const RETRY_US: i64 = 1_000_000;

/// How long it is good, and how often it may be fetched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ages {
    /// Older is fetched anew, in seconds.
    pub(super) age_s_max: i64,
    /// Fetches are at least this far apart, in seconds.
    pub(super) refetch_s_min: i64,
}

/// One thing that is fetched and kept.
pub(super) struct Cached<T> {
    ages: Ages,
    clock: Arc<dyn Clock>,
    kept: RwLock<Option<(Arc<T>, i64)>>,
    /// When it may be asked for again. The lock makes one fetch of many.
    next_try_us: Mutex<i64>,
}

impl<T> Cached<T> {
    /// Nothing yet.
    pub(super) fn new(ages: Ages, clock: Arc<dyn Clock>) -> Self {
        Self {
            ages,
            clock,
            kept: RwLock::new(None),
            next_try_us: Mutex::new(i64::MIN),
        }
    }

    /// What is kept, unless it is too old.
    pub(super) fn fresh(&self) -> Option<Arc<T>> {
        let (kept, fetched_us) = self.kept()?;
        let age_us = self.clock.monotonic_us().saturating_sub(fetched_us);
        (age_us <= self.ages.age_s_max.saturating_mul(1_000_000)).then_some(kept)
    }

    fn kept(&self) -> Option<(Arc<T>, i64)> {
        self.kept
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Fetched anew, or what is kept when it is too soon or the provider is down; `None` when there never was any.
    pub(super) async fn refreshed<E, F>(
        &self,
        what: &'static str,
        fetch: impl FnOnce() -> F,
    ) -> Option<Arc<T>>
    where
        E: std::fmt::Display,
        F: Future<Output = Result<T, E>>,
    {
        let mut next_try_us = self.next_try_us.lock().await;
        let now_us = self.clock.monotonic_us();
        if now_us >= *next_try_us {
            let pause_us = self.ages.refetch_s_min.saturating_mul(1_000_000);
            match fetch().await {
                Ok(fetched) => {
                    self.keep(fetched, now_us);
                    *next_try_us = now_us.saturating_add(pause_us);
                }
                Err(error) => {
                    tracing::warn!(%error, "{what} could not be fetched");
                    *next_try_us = now_us.saturating_add(pause_us.min(RETRY_US));
                }
            }
        }
        self.kept().map(|(kept, _)| kept)
    }

    fn keep(&self, fetched: T, fetched_us: i64) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((Arc::new(fetched), fetched_us));
    }
}
