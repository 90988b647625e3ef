//! Stub.
/// Metrics.
#[derive(Clone, Default)]
pub struct Metrics;
