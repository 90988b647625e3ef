//! Leases and their fencing epoch: whoever was overtaken changes nothing.

use std::sync::Arc;

use async_trait::async_trait;
use sanmiao::domain::id::InstructionId;
use sanmiao::domain::payment::{InstructionState, PaymentState};
use sanmiao::payout::dispatch::{self, DispatchLimits};
use sanmiao::ports::{Treasury, TreasuryReply};
use tokio::sync::Semaphore;

use crate::support::database::on_both_databases;
use crate::support::desk::Desk;
use crate::support::treasury::Handle;

/// Holds the first answer back until it is told to let it through.
struct Slow {
    inner: Handle,
    first: Arc<Semaphore>,
    arrived: Arc<Semaphore>,
}

#[async_trait]
impl Treasury for Slow {
    async fn send(&self, id: &InstructionId, payload: &[u8], request_id: &str) -> TreasuryReply {
        let reply = self.inner.send(id, payload, request_id).await;
        self.arrived.add_permits(1);
        let _through = self.first.acquire().await.expect("never closed");
        reply
    }

    async fn ask(&self, id: &InstructionId, request_id: &str) -> TreasuryReply {
        self.inner.ask(id, request_id).await
    }
}

on_both_databases! {
    async fn a_worker_that_lost_its_lease_writes_nothing_when_it_wakes_up(database) {
        let (first, arrived) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (held_back, told) = (first.clone(), arrived.clone());
        let desk = Desk::with(database, |inner| Arc::new(Slow { inner, first: held_back, arrived: told })).await;
        let case = desk.approved(1).await.remove(0);
        let (ctx, limits) = (desk.ctx.clone(), desk.limits);
        let sleeper = tokio::spawn(async move { dispatch::run_once(&ctx, &limits).await });
        arrived.acquire().await.unwrap().forget();
        // Its lease ends; another worker asks, hears that the treasury has it, and the bank pays.
        desk.clock.advance(DispatchLimits::default().lease_ms + 1);
        assert_eq!(desk.dispatch().await, 1);
        desk.hear(&desk.treasury.settle(&case.instruction).unwrap()).await;
        let before = desk.instructions(&case).await.remove(0);
        assert_eq!(before.state, InstructionState::Settled);
        // The sleeper wakes up with an old "accepted" in its hand.
        first.add_permits(1);
        sleeper.await.unwrap().unwrap();
        assert_eq!(desk.instructions(&case).await.remove(0), before);
        assert_eq!(desk.payment(&case).await.state, PaymentState::Settled);
        assert_eq!(desk.treasury.sends(), [case.instruction]);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn many_workers_at_once_take_every_instruction_once(database) {
        let desk = Desk::new(database).await;
        let cases = desk.approved(12).await;
        let limits = DispatchLimits { batch: 3, ..desk.limits };
        let workers = (0..8).map(|_| dispatch::run_once(&desk.ctx, &limits));
        let taken: usize = futures_util::future::join_all(workers).await.into_iter().map(Result::unwrap).sum();
        assert!(taken <= cases.len());
        while dispatch::run_once(&desk.ctx, &limits).await.unwrap() > 0 {}
        let mut sends = desk.treasury.sends();
        sends.sort();
        let mut wanted: Vec<_> = cases.iter().map(|case| case.instruction).collect();
        wanted.sort();
        assert_eq!(sends, wanted, "each once");
    }

    async fn what_a_killed_worker_held_is_taken_up_when_its_lease_ends_and_asked_about_first(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        // Leased, committed, and then nothing more: the program was killed there.
        let mut tx = desk.ctx.store.write().await.unwrap();
        let leased = tx.lease_instructions(desk.ctx.now(), desk.limits.lease_ms, 10).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(leased.len(), 1);
        assert_eq!(desk.dispatch().await, 0, "the lease runs");
        desk.clock.advance(desk.limits.lease_ms + 1);
        desk.dispatch().await;
        assert_eq!((desk.treasury.asks(), desk.treasury.sends()), (1, vec![case.instruction]));
    }
}
