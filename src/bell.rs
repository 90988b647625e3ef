//! Stub.
use crate::domain::id::ApplicationId;
use tokio::sync::broadcast;
/// Bell.
#[derive(Clone)]
pub struct Bell(broadcast::Sender<ApplicationId>);
impl Default for Bell {
    fn default() -> Self { Self(broadcast::channel(64).0) }
}
impl Bell {
    /// Resume.
    pub fn ring_resume(&self) {}
    /// Changed.
    pub fn changed(&self, id: ApplicationId) { let _ = self.0.send(id); }
    /// Subscribe.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<ApplicationId> { self.0.subscribe() }
}
