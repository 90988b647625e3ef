//! Stub.
/// Store.
#[derive(Clone, Default)]
pub struct Store;
/// Error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Down.
    #[error("down")]
    Down,
}
impl StoreError {
    /// Transient.
    #[must_use]
    pub const fn is_transient(&self) -> bool { matches!(self, Self::Down) }
}
impl Store {
    /// Ping.
    /// # Errors
    /// Down.
    #[expect(clippy::unused_async, reason = "stub")]
    pub async fn ping(&self) -> Result<(), StoreError> { Ok(()) }
}
