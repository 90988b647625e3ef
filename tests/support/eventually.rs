//! Waiting for what happens by itself: bounded, and awake at every change.

use std::future::Future;
use std::time::Duration;

use sanmiao::bell::Bell;

/// How long anything that goes on by itself may take before the test says that it does not.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait for a bell before looking again: not everything rings.
const LOOK: Duration = Duration::from_millis(25);

/// Looks again and again, at every ring of the bell and every [`LOOK`], until `check` finds what it looks for.
pub(crate) async fn eventually<T, F, Fut>(what: &str, bell: Option<&Bell>, mut check: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let mut changes = bell.map(Bell::subscribe);
    let found = async {
        loop {
            if let Some(found) = check().await {
                return found;
            }
            let look = tokio::time::sleep(LOOK);
            match &mut changes {
                Some(changes) => tokio::select! { _ = changes.recv() => {} () = look => {} },
                None => look.await,
            }
        }
    };
    let found = tokio::time::timeout(PATIENCE, found).await;
    found.unwrap_or_else(|_elapsed| panic!("waited {PATIENCE:?} in vain: {what}"))
}
