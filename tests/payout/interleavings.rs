//! Random ways of the world: sends, losses, kills, call-backs twice and out of order, returns, corrections, in any order. Whatever
//! happened, once it is calm every approved payment is at its payee exactly once.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sanmiao::domain::payment::PaymentState;
use sanmiao::domain::treasury::Callback;
use sanmiao::finance::service::Finance;
use sanmiao::payout::dispatch;

use crate::support::database::Database;
use crate::support::desk::{Case, Desk, finance_staff};
use crate::support::treasury::Turn;

/// Payments under way in one campaign.
const PAYMENTS: usize = 2;
/// Rounds in which everything must have come to an end once the world is calm.
const CALM_ROUNDS: usize = 24;

#[derive(Debug, Clone)]
enum Step {
    /// A round of the dispatcher, the treasury behaving like this.
    Dispatch(Vec<Turn>),
    /// A worker leases, and is killed before it sends.
    KilledBeforeSend,
    /// A worker leases and sends, and is killed before it writes.
    KilledAfterSend,
    /// Time passes.
    Pass(i64),
    /// The bank pays one of those it has; its call-back is on its way.
    Settle(usize),
    /// The bank sends one back; its call-back is on its way.
    GiveBack(usize),
    /// One of the call-backs on their way arrives; kept, so that it may come again.
    Arrive(usize),
    /// Acknowledged ones are asked about.
    AskSilent,
    /// The applicant corrects the account of one that came back.
    Correct(usize),
    /// A person releases a held one.
    Release(usize),
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        4 => Just(Turn::Well),
        2 => Just(Turn::LostThere),
        2 => Just(Turn::LostBack),
        1 => Just(Turn::Garbled),
        1 => Just(Turn::Refuse),
        1 => Just(Turn::EchoAmount(None)),
        1 => Just(Turn::EchoAccount),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::vec(turn(), 0..4).prop_map(Step::Dispatch),
        1 => Just(Step::KilledBeforeSend),
        2 => Just(Step::KilledAfterSend),
        3 => prop_oneof![Just(1_000), Just(31_000), Just(130_000), Just(700_000)].prop_map(Step::Pass),
        3 => (0..8_usize).prop_map(Step::Settle),
        2 => (0..8_usize).prop_map(Step::GiveBack),
        3 => (0..8_usize).prop_map(Step::Arrive),
        1 => Just(Step::AskSilent),
        2 => (0..PAYMENTS).prop_map(Step::Correct),
        1 => (0..PAYMENTS).prop_map(Step::Release),
    ]
}

/// One campaign's world.
struct Campaign {
    desk: Desk,
    cases: Vec<Case>,
    on_their_way: Vec<Callback>,
}

impl Campaign {
    async fn new(database: Database) -> Self {
        let desk = Desk::new(database).await;
        let cases = desk.approved(PAYMENTS).await;
        Self {
            desk,
            cases,
            on_their_way: Vec::new(),
        }
    }

    async fn take(&mut self, step: &Step) {
        let desk = &self.desk;
        match step {
            Step::Dispatch(turns) => {
                desk.treasury.script(turns.clone());
                desk.dispatch().await;
            }
            Step::KilledBeforeSend => drop(self.lease().await),
            Step::KilledAfterSend => {
                for leased in self.lease().await {
                    let instruction = leased.instruction;
                    let never_sent =
                        leased.was == sanmiao::domain::payment::InstructionState::Ready;
                    let treasury = &desk.ctx.world.treasury;
                    let seen = !never_sent
                        && !matches!(
                            treasury.ask(&instruction.id, "r").await,
                            sanmiao::ports::TreasuryReply::NeverSeen
                        );
                    if !seen && instruction.attempts <= desk.limits.attempts_max {
                        treasury
                            .send(&instruction.id, instruction.payload.reveal(), "r")
                            .await;
                    }
                }
            }
            Step::Pass(ms) => desk.clock.advance(*ms),
            Step::Settle(at) => {
                let accepted = desk.treasury.accepted();
                if let Some(id) = accepted.get(at % accepted.len().max(1)) {
                    self.on_their_way.extend(desk.treasury.settle(id));
                }
            }
            Step::GiveBack(at) => {
                let held = desk.treasury.held();
                if let Some(id) = held.get(at % held.len().max(1)) {
                    self.on_their_way.extend(desk.treasury.give_back(id));
                }
            }
            Step::Arrive(at) => {
                if let Some(event) = self.on_their_way.get(at % self.on_their_way.len().max(1)) {
                    desk.hear(event).await;
                }
            }
            Step::AskSilent => self.ask_silent().await,
            Step::Correct(at) => self.correct(*at).await,
            Step::Release(at) => self.release(*at).await,
        }
    }

    async fn lease(&self) -> Vec<sanmiao::store::Leased> {
        let mut tx = self.desk.ctx.store.write().await.unwrap();
        let now = self.desk.ctx.now();
        let leased = tx
            .lease_instructions(now, self.desk.limits.lease_ms, 1)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        leased
    }

    async fn ask_silent(&self) {
        dispatch::ask_silent(&self.desk.ctx, &self.desk.limits)
            .await
            .unwrap();
    }

    async fn correct(&self, at: usize) {
        if self.desk.payment(&self.cases[at]).await.state == PaymentState::Returned {
            self.desk.correct(&self.cases[at]).await.unwrap();
        }
    }

    /// A released payment: not one that the echo keeps from being released, that is found by asking.
    async fn release(&self, at: usize) {
        if self.desk.payment(&self.cases[at]).await.state == PaymentState::Held {
            let finance = Finance::new(self.desk.ctx.clone());
            finance
                .release_held(&finance_staff(), self.cases[at].payment)
                .await
                .unwrap();
        }
    }

    /// The world behaves, and time passes. What is wrong at the end.
    async fn calm_down(mut self) -> Vec<String> {
        // What was still in the script goes on failing for a while, and then no more.
        for _ in 0..CALM_ROUNDS {
            self.desk.clock.advance(self.desk.limits.pause_held_ms);
            self.desk.dispatch().await;
            for id in self.desk.treasury.accepted() {
                self.on_their_way.extend(self.desk.treasury.settle(&id));
            }
            for event in std::mem::take(&mut self.on_their_way).iter().rev() {
                self.desk.hear(event).await;
            }
            self.ask_silent().await;
            for at in 0..self.cases.len() {
                self.correct(at).await;
                self.release(at).await;
            }
        }
        let mut wrong = self.desk.faults().await;
        for case in &self.cases {
            let payment = self.desk.payment(case).await;
            if payment.state != PaymentState::Settled {
                wrong.push(format!("payment {} ended {:?}", payment.id, payment.state));
            }
        }
        let paid = self.desk.treasury.ledger().paid_count;
        if paid != PAYMENTS as u64 {
            wrong.push(format!("{paid} of {PAYMENTS} are paid"));
        }
        wrong
    }
}

fn campaigns(database: Database, cases: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let run = TestRunner::new(config).run(&prop::collection::vec(step(), 1..40), |steps| {
        let wrong = runtime.block_on(async {
            let mut campaign = Campaign::new(database).await;
            for step in &steps {
                campaign.take(step).await;
            }
            campaign.calm_down().await
        });
        prop_assert_eq!(wrong, Vec::<String>::new());
        Ok(())
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
}

#[test]
fn whatever_happened_everybody_is_paid_once_on_sqlite() {
    campaigns(Database::Sqlite, 24);
}

#[test]
fn whatever_happened_everybody_is_paid_once_on_postgres() {
    campaigns(Database::Postgres, 8);
}
