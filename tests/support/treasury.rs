//! A treasury in memory that keeps its own books and can be told, turn by turn, how to behave.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use sanmiao::domain::id::InstructionId;
use sanmiao::domain::money::Money;
use sanmiao::domain::payment::Order;
use sanmiao::domain::person::Private;
use sanmiao::domain::time::Timestamp;
use sanmiao::domain::treasury::Callback;
use sanmiao::ports::{Acknowledgement, Treasury, TreasuryReply, TreasuryStatus};
use sanmiao_mocks::LedgerTotals;

/// How one exchange goes. Without a turn in the script, everything goes well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    /// As it should.
    Well,
    /// Lost on the way there: nothing is done, nothing comes back.
    LostThere,
    /// Done, and the answer is lost on the way back.
    LostBack,
    /// Done, and the answer is garbled.
    Garbled,
    /// 409.
    Conflict,
    /// 422.
    Refuse,
    /// Done, and the echo's amount has become this; `None` when it is no exact amount text.
    EchoAmount(Option<Money>),
    /// Done, and the echo names another account.
    EchoAccount,
    /// Done, and the echo names another payee.
    EchoPayee,
    /// The instruction came back by now, and the answer says so.
    Returned,
}

/// One instruction as the treasury holds it.
#[derive(Clone)]
struct Held {
    order: Order,
    status: TreasuryStatus,
    settled_before: bool,
    events: i64,
}

#[derive(Default)]
struct State {
    held: BTreeMap<InstructionId, Held>,
    script: VecDeque<Turn>,
    standing: BTreeMap<String, u32>,
    paid_twice: BTreeSet<String>,
    sends: Vec<InstructionId>,
    asks: u32,
    events: u32,
}

/// The treasury.
#[derive(Default)]
pub(crate) struct ModelTreasury(Mutex<State>);

impl ModelTreasury {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0
            .lock()
            .expect("no test panics while it holds the treasury")
    }

    /// Appends turns to the script.
    pub(crate) fn script(&self, turns: impl IntoIterator<Item = Turn>) {
        self.state().script.extend(turns);
    }

    /// Every instruction that reached the treasury by a send, in order, repetitions included.
    pub(crate) fn sends(&self) -> Vec<InstructionId> {
        self.state().sends.clone()
    }

    pub(crate) fn asks(&self) -> u32 {
        self.state().asks
    }

    /// Instructions it holds.
    pub(crate) fn held(&self) -> Vec<InstructionId> {
        self.state().held.keys().copied().collect()
    }

    /// Those it has accepted and not paid yet.
    pub(crate) fn accepted(&self) -> Vec<InstructionId> {
        let state = self.state();
        let waits = state
            .held
            .iter()
            .filter(|(_, held)| held.status == TreasuryStatus::Accepted);
        waits.map(|(id, _)| *id).collect()
    }

    /// Forgets an instruction, as a treasury must not.
    pub(crate) fn forget(&self, id: &InstructionId) {
        self.state().held.remove(id);
    }

    /// Takes an order that it had refused.
    pub(crate) fn take_after_all(&self, order: Order) {
        Self::take(&mut self.state(), order);
    }

    /// The bank pays. The call-back that tells of it, or nothing when there is nothing to pay.
    pub(crate) fn settle(&self, id: &InstructionId) -> Option<Callback> {
        let mut state = self.state();
        let held = state.held.get_mut(id)?;
        if held.status != TreasuryStatus::Accepted {
            return None;
        }
        held.status = TreasuryStatus::Settled;
        held.settled_before = true;
        let key = key(&held.order);
        let standing = state.standing.entry(key.clone()).or_default();
        *standing += 1;
        if *standing > 1 {
            state.paid_twice.insert(key);
        }
        Some(callback(&mut state, id))
    }

    /// 退票, before or after it was paid.
    pub(crate) fn give_back(&self, id: &InstructionId) -> Option<Callback> {
        let mut state = self.state();
        let held = state.held.get_mut(id)?;
        match held.status {
            TreasuryStatus::Accepted => {}
            TreasuryStatus::Settled => {
                let key = key(&held.order);
                *state.standing.entry(key).or_default() -= 1;
            }
            _ => return None,
        }
        state.held.get_mut(id)?.status = TreasuryStatus::Returned;
        Some(callback(&mut state, id))
    }

    /// The treasury's own books.
    pub(crate) fn ledger(&self) -> LedgerTotals {
        let state = self.state();
        let sum = |wanted: &dyn Fn(&Held) -> bool| {
            let chosen = state.held.values().filter(|held| wanted(held));
            let (count, fen) = chosen.fold((0, 0), |(count, fen), held| {
                (count + 1, fen + held.order.amount.fen())
            });
            (count, Money::from_fen(fen).expect("a sum").to_string())
        };
        let (accepted_count, accepted_total) = sum(&|_| true);
        let (paid_count, paid_total) = sum(&|held| held.status == TreasuryStatus::Settled);
        let (returned_count, returned_total) = sum(&|held| held.status == TreasuryStatus::Returned);
        LedgerTotals {
            accepted_count,
            accepted_total,
            paid_count,
            paid_total,
            returned_count,
            returned_total,
            paid_twice: state.paid_twice.iter().cloned().collect(),
        }
    }

    /// Takes an order and answers, whatever the way back does to the answer.
    fn take(state: &mut State, order: Order) -> TreasuryReply {
        let id = order.instruction_id;
        match state.held.get(&id) {
            Some(held) if held.order != order => TreasuryReply::Conflict,
            Some(held) => TreasuryReply::Known(acknowledgement(held)),
            None => {
                let held = Held {
                    order,
                    status: TreasuryStatus::Accepted,
                    settled_before: false,
                    events: 0,
                };
                let reply = TreasuryReply::Known(acknowledgement(&held));
                state.held.insert(id, held);
                reply
            }
        }
    }
}

fn key(order: &Order) -> String {
    format!("{}/{}", order.award_id, order.instalment)
}

fn callback(state: &mut State, id: &InstructionId) -> Callback {
    state.events += 1;
    let number = state.events;
    let held = state
        .held
        .get_mut(id)
        .expect("the treasury speaks of what it holds");
    held.events += 1;
    Callback {
        event_id: format!("00000000-0000-4000-8000-{number:012}"),
        instruction: *id,
        sequence: held.events,
        returned: held.status == TreasuryStatus::Returned,
        amount: Some(held.order.amount),
        payee_account: Private::new(held.order.payee_account.clone()),
        occurred_at: Timestamp::from_micros(1_795_140_000_000_000),
        bank_serial: Some(format!("B{number}")),
        return_code: (held.status == TreasuryStatus::Returned).then(|| "R01".to_owned()),
        return_reason: None,
    }
}

fn acknowledgement(held: &Held) -> Acknowledgement {
    Acknowledgement {
        instruction: held.order.instruction_id,
        status: held.status,
        treasury_no: "GK1".to_owned(),
        amount: Some(held.order.amount),
        payee_name: held.order.payee_name.clone(),
        payee_account: held.order.payee_account.clone(),
        reason_code: (held.status == TreasuryStatus::Returned).then(|| "R01".to_owned()),
    }
}

/// What the way back does to an answer.
fn on_the_way(turn: &Turn, reply: TreasuryReply) -> TreasuryReply {
    let change = |reply, edit: &dyn Fn(&mut Acknowledgement)| match reply {
        TreasuryReply::Known(mut ack) => {
            edit(&mut ack);
            TreasuryReply::Known(ack)
        }
        other => other,
    };
    match turn {
        Turn::LostBack => TreasuryReply::Unknown { why: "timed out" },
        Turn::Garbled => TreasuryReply::Unknown { why: "garbled" },
        Turn::EchoAmount(amount) => change(reply, &|ack| ack.amount = *amount),
        Turn::EchoAccount => change(reply, &|ack| {
            "6222020000000000018".clone_into(&mut ack.payee_account);
        }),
        Turn::EchoPayee => change(reply, &|ack| "另一人".clone_into(&mut ack.payee_name)),
        _ => reply,
    }
}

#[async_trait]
impl Treasury for ModelTreasury {
    async fn send(&self, id: &InstructionId, payload: &[u8], _request_id: &str) -> TreasuryReply {
        let mut state = self.state();
        let turn = state.script.pop_front().unwrap_or(Turn::Well);
        match turn {
            Turn::LostThere => return TreasuryReply::Unknown { why: "timed out" },
            Turn::Conflict => return TreasuryReply::Conflict,
            Turn::Refuse => {
                return TreasuryReply::Refused {
                    code: "payee_unknown".to_owned(),
                };
            }
            _ => {}
        }
        let order: Order = serde_json::from_slice(payload).expect("an order");
        state.sends.push(*id);
        let reply = Self::take(&mut state, order);
        drop(state);
        if turn == Turn::Returned {
            self.give_back(id);
            return TreasuryReply::Known(acknowledgement(&self.state().held[id]));
        }
        on_the_way(&turn, reply)
    }

    async fn ask(&self, id: &InstructionId, _request_id: &str) -> TreasuryReply {
        let mut state = self.state();
        state.asks += 1;
        let turn = state.script.pop_front().unwrap_or(Turn::Well);
        if turn == Turn::LostThere {
            return TreasuryReply::Unknown { why: "timed out" };
        }
        let reply = state.held.get(id).map_or(TreasuryReply::NeverSeen, |held| {
            TreasuryReply::Known(acknowledgement(held))
        });
        drop(state);
        on_the_way(&turn, reply)
    }
}

/// A handle that can be given away as a port.
pub(crate) type Handle = Arc<ModelTreasury>;
