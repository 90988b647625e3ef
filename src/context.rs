//! Stub.
use std::sync::Arc;
use crate::{bell::Bell, domain::calendar::WorkingCalendar, metrics::Metrics, policy::PolicyBook, ports::World, store::Store};
/// What every stage is given.
#[derive(Clone)]
#[expect(missing_docs, reason = "stub")]
pub struct Context { pub store: Store, pub world: World, pub policies: Arc<PolicyBook>, pub calendar: Arc<WorkingCalendar>, pub bell: Bell, pub metrics: Metrics }
