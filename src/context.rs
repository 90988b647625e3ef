//! What every stage is given: the store, the world, the policies, the calendar, the bell, the figures.

use std::sync::Arc;

use crate::bell::Bell;
use crate::domain::calendar::WorkingCalendar;
use crate::domain::policy::PolicyBook;
use crate::domain::time::Timestamp;
use crate::ports::World;
use crate::store::Store;
use crate::telemetry::Metrics;

/// Cheap to clone; handed to every stage by `app`.
#[derive(Clone)]
pub struct Context {
    /// Both databases behind one face.
    pub store: Store,
    /// Clock, entropy, registers, treasury.
    pub world: World,
    /// Every version of every policy.
    pub policies: Arc<PolicyBook>,
    /// Working days.
    pub calendar: Arc<WorkingCalendar>,
    /// Wake-ups.
    pub bell: Bell,
    /// Figures for `/metrics`.
    pub metrics: Metrics,
}

impl Context {
    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// A new id of any kind: `ctx.id(AwardId::new)`.
    #[must_use]
    pub fn id<I>(&self, make: fn(Timestamp, [u8; 10]) -> I) -> I {
        let mut random = [0; 10];
        self.world.entropy.fill(&mut random);
        make(self.now(), random)
    }
}
