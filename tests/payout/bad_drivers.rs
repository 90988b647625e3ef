//! The defects of other systems, planted between service and treasury one by one: an alarm that never rings proves nothing, so each of
//! them must be found by the same checks that the good way passes.
//!
//! | defect | convicted by |
//! |---|---|
//! | a new id on every send; ambiguous becomes failed; payee and amount taken for one; lossy amounts; dropped after a failed send; ids forgotten | here |
//! | the send inside a lock, retried by whatever caught it | `fencing`, `unknown`: leased, unknown before the first byte, asked first |
//! | amounts that went through a float, in files and statements | `payfile::twins`, `statement::defects::large_amounts_are_compared_exactly` |
//! | one unknown id fails the whole statement; no amounts compared; two equal payments are one | `statement::defects` |
//! | the file is out before it is marked, so that a crash sends it twice | `flows::batches::a_release_that_dies_anywhere_goes_on_and_comes_out_once` |
//! | one user who holds every role prepares, approves and releases | `flows::batches::whoever_holds_every_role_still_needs_another` |
//! | a line of the log with the whole payment in it | `privacy` |

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use sanmiao::domain::audit::AlarmKind;
use sanmiao::domain::id::InstructionId;
use sanmiao::domain::money::Money;
use sanmiao::domain::payment::{InstructionState, Order};
use sanmiao::ports::{Acknowledgement, Treasury, TreasuryReply};

use crate::support::database::Database;
use crate::support::desk::{Case, Desk};
use crate::support::treasury::{Handle, Turn};

/// A planted defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    /// None: the control.
    None,
    /// A new id on every send, and the answer written down under the old one.
    NewIdEachSend,
    /// Whatever is not an answer is recorded as failed, and paid anew.
    AmbiguousIsFailed,
    /// Payments of the same amount to the same account are taken for one.
    DedupeByPayeeAndAmount,
    /// The amount goes through a float and loses a fen; the echo is not compared.
    LossyAmountEchoTrusted,
    /// The same, and the echo comes as it is.
    LossyAmount,
    /// Marked as sent before it is sent, and then not sent.
    MarkedNotSent,
}

struct Planted {
    defect: Defect,
    inner: Handle,
    sent: Mutex<u8>,
    seen: Mutex<BTreeMap<(String, Money), Acknowledgement>>,
}

impl Planted {
    fn order(payload: &[u8]) -> Order {
        serde_json::from_slice(payload).expect("an order")
    }

    async fn forward(&self, order: &Order, pretend: &Order) -> TreasuryReply {
        let payload = serde_json::to_vec(order).expect("JSON");
        match self.inner.send(&order.instruction_id, &payload, "r").await {
            TreasuryReply::Known(mut ack) => {
                ack.instruction = pretend.instruction_id;
                ack.amount = Some(pretend.amount);
                TreasuryReply::Known(ack)
            }
            other => other,
        }
    }
}

fn one_fen_less(order: &Order) -> Order {
    let amount = Money::from_fen(order.amount.fen() - 1).expect("an amount");
    Order {
        amount,
        ..order.clone()
    }
}

#[async_trait]
impl Treasury for Planted {
    async fn send(&self, id: &InstructionId, payload: &[u8], request_id: &str) -> TreasuryReply {
        let order = Self::order(payload);
        match self.defect {
            Defect::None => self.inner.send(id, payload, request_id).await,
            Defect::NewIdEachSend => {
                let number = {
                    let mut sent = self.sent.lock().expect("a count");
                    *sent += 1;
                    100 + *sent
                };
                let fresh = InstructionId::new(order.award_id, order.instalment, number);
                self.forward(
                    &Order {
                        instruction_id: fresh,
                        ..order.clone()
                    },
                    &order,
                )
                .await
            }
            Defect::AmbiguousIsFailed => match self.inner.send(id, payload, request_id).await {
                TreasuryReply::Unknown { .. } => TreasuryReply::Refused {
                    code: "failed".to_owned(),
                },
                reply => reply,
            },
            Defect::DedupeByPayeeAndAmount => {
                let key = (order.payee_account.clone(), order.amount);
                let before = self.seen.lock().expect("what was seen").get(&key).cloned();
                if let Some(ack) = before {
                    return TreasuryReply::Known(Acknowledgement {
                        instruction: *id,
                        ..ack
                    });
                }
                let reply = self.inner.send(id, payload, request_id).await;
                if let TreasuryReply::Known(ack) = &reply {
                    self.seen
                        .lock()
                        .expect("what was seen")
                        .insert(key, ack.clone());
                }
                reply
            }
            Defect::LossyAmountEchoTrusted => self.forward(&one_fen_less(&order), &order).await,
            Defect::LossyAmount => {
                let lossy = one_fen_less(&order);
                self.forward(&lossy, &lossy).await
            }
            Defect::MarkedNotSent => TreasuryReply::Known(Acknowledgement {
                instruction: *id,
                status: sanmiao::ports::TreasuryStatus::Accepted,
                treasury_no: "GK0".to_owned(),
                amount: Some(order.amount),
                payee_name: order.payee_name,
                payee_account: order.payee_account,
                reason_code: None,
            }),
        }
    }

    async fn ask(&self, id: &InstructionId, request_id: &str) -> TreasuryReply {
        self.inner.ask(id, request_id).await
    }
}

/// Instructions we believe the treasury has, and it has not.
async fn lost(desk: &Desk, cases: &[Case]) -> Vec<String> {
    let held: BTreeSet<_> = desk.treasury.held().into_iter().collect();
    let mut lost = Vec::new();
    for case in cases {
        let mut tx = desk.ctx.store.read().await.unwrap();
        let award = tx.award_of(case.application).await.unwrap().unwrap();
        for payment in tx.payments_of(award.id).await.unwrap() {
            for instruction in tx.instructions_of(payment.id).await.unwrap() {
                let believed = matches!(
                    instruction.state,
                    InstructionState::Acknowledged | InstructionState::Settled
                );
                if believed && !held.contains(&instruction.id) {
                    lost.push(format!("{} is lost", instruction.id));
                }
            }
        }
    }
    lost
}

/// One campaign: two people, a lost answer, the bank pays everything, a year passes, the bank pays again. What the checks say of it.
async fn verdict(defect: Defect) -> Vec<String> {
    let plant = |inner| {
        Arc::new(Planted {
            defect,
            inner,
            sent: Mutex::default(),
            seen: Mutex::default(),
        }) as Arc<dyn Treasury>
    };
    let desk = Desk::with(Database::Sqlite, plant).await;
    let cases = desk.approved(2).await;
    desk.treasury.script([Turn::LostBack]);
    for _year in 0..2 {
        for _ in 0..4 {
            desk.dispatch_rounds(1).await;
            for case in &cases {
                if desk.payment(case).await.state
                    == sanmiao::domain::payment::PaymentState::Returned
                {
                    desk.correct(case).await.unwrap();
                }
            }
        }
        for id in desk.treasury.accepted() {
            let event = desk.treasury.settle(&id).unwrap();
            // A call-back about an id we never gave is an alarm, not an error.
            desk.hear(&event).await;
        }
        desk.clock.advance(366 * 86_400_000);
        sanmiao::jobs::due::run_once(&desk.ctx).await.unwrap();
    }
    let mut verdict = desk.faults().await;
    verdict.extend(lost(&desk, &cases).await);
    for alarm in desk.alarms().await {
        if matches!(
            alarm.kind,
            AlarmKind::EchoDiffers | AlarmKind::UnexpectedEvent
        ) {
            verdict.push(format!("alarm: {}", alarm.kind.as_str()));
        }
    }
    verdict
}

fn says(verdict: &[String], word: &str) -> bool {
    verdict.iter().any(|fault| fault.contains(word))
}

#[tokio::test]
async fn without_a_defect_the_checks_find_nothing() {
    assert_eq!(verdict(Defect::None).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_new_id_on_every_send_is_convicted() {
    let verdict = verdict(Defect::NewIdEachSend).await;
    assert!(says(&verdict, "paid twice"), "{verdict:?}");
}

#[tokio::test]
async fn an_ambiguous_answer_recorded_as_failed_is_convicted() {
    let verdict = verdict(Defect::AmbiguousIsFailed).await;
    assert!(says(&verdict, "paid twice"), "{verdict:?}");
}

#[tokio::test]
async fn de_duplication_by_payee_and_amount_is_convicted() {
    let verdict = verdict(Defect::DedupeByPayeeAndAmount).await;
    assert!(says(&verdict, "is lost"), "{verdict:?}");
}

#[tokio::test]
async fn a_lossy_amount_is_convicted_by_its_echo_and_without_the_echo_by_the_sums() {
    let by_echo = verdict(Defect::LossyAmount).await;
    assert!(says(&by_echo, "alarm: echo_differs"), "{by_echo:?}");
    let by_sums = verdict(Defect::LossyAmountEchoTrusted).await;
    assert!(
        says(&by_sums, "the treasury says") || says(&by_sums, "alarm: echo_differs"),
        "{by_sums:?}"
    );
}

#[tokio::test]
async fn marking_before_sending_and_then_not_sending_is_convicted() {
    let verdict = verdict(Defect::MarkedNotSent).await;
    assert!(says(&verdict, "is lost"), "{verdict:?}");
}

#[tokio::test]
async fn a_treasury_that_forgets_ids_pays_twice_and_is_convicted() {
    let desk = Desk::new(Database::Sqlite).await;
    let case = desk.approved(1).await.remove(0);
    desk.treasury.script([Turn::LostBack]);
    desk.dispatch().await;
    desk.treasury.settle(&case.instruction).unwrap();
    desk.treasury.forget(&case.instruction);
    desk.dispatch_rounds(2).await;
    desk.treasury.settle(&case.instruction).unwrap();
    assert!(says(&desk.faults().await, "paid twice"));
}
