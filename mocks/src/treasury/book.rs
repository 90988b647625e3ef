//! The treasury's own books: every instruction for ever, and an append-only journal in double entry.
//!
//! Money goes treasury → clearing (accepted) → payee (settled), and back again when the bank returns it. Totals are folded from the
//! journal, so that they cannot drift from it. Nothing here does I/O or asks for the time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::amount::Fen;
use super::instruction::Instruction;
use crate::clock::china_date;
use crate::faults::CallbackPlan;
use crate::people::BankReturn;

/// Where an instruction stands.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Taken on, not yet paid.
    Accepted,
    /// Paid to the payee.
    Settled(Movement),
    /// Sent back by the bank, before or after it was settled.
    Returned {
        /// The settlement, when there had been one.
        settled: Option<Movement>,
        /// The way back.
        back: Movement,
        /// What the bank says.
        why: BankReturn,
    },
}

/// One movement at the bank.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Movement {
    pub(crate) at_micros: i64,
    pub(crate) bank_serial: String,
}

/// An instruction the treasury holds.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) instruction: Instruction,
    pub(crate) amount: Fen,
    pub(crate) treasury_no: String,
    pub(crate) accepted_at_micros: i64,
    pub(crate) standing: Standing,
    pub(crate) callbacks: CallbackPlan,
}

/// A side of a posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Treasury,
    Clearing,
    Payee,
}

/// One line of the journal: `amount` goes from one side to the other for the instruction numbered `held`.
#[derive(Clone, Copy, Debug)]
struct Posting {
    from: Side,
    to: Side,
    amount: Fen,
}

/// What happened to an instruction, as call-back and statement tell it.
#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) instruction_id: String,
    pub(crate) treasury_no: String,
    /// 1 for the first event of an instruction, 2 for the second.
    pub(crate) sequence: u32,
    pub(crate) status: Moved,
    pub(crate) amount: Fen,
    pub(crate) payee_account: String,
    pub(crate) at_micros: i64,
    pub(crate) bank_serial: String,
    pub(crate) why: Option<BankReturn>,
    pub(crate) callbacks: CallbackPlan,
}

/// Which way the money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Moved {
    /// To the payee.
    Settled,
    /// Back to the treasury.
    Returned,
}

/// What became of an instruction that came in.
pub(crate) enum Taken {
    /// It is new and was entered.
    New(Held),
    /// It was here before, the same in every field.
    Same(Held),
    /// An instruction with this id was here before with another payload.
    Other(Held),
}

/// The treasury's own totals over all time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerTotals {
    /// Instructions ever accepted.
    pub accepted_count: u64,
    /// Their sum, as an amount text.
    pub accepted_total: String,
    /// Instructions that were settled and have not come back.
    pub paid_count: u64,
    /// Their sum, as an amount text.
    pub paid_total: String,
    /// Instructions the bank returned, settled before or not.
    pub returned_count: u64,
    /// Their sum, as an amount text.
    pub returned_total: String,
    /// `award_id/instalment` of whatever was settled again while an earlier settlement stood.
    pub paid_twice: Vec<String>,
}

/// Counts and sums of the journal.
#[derive(Default)]
struct Fold {
    accepted: (u64, i64),
    settled: (u64, i64),
    returned_unsettled: (u64, i64),
    returned_settled: (u64, i64),
}

/// The books.
#[derive(Default)]
pub(crate) struct Book {
    held: Vec<Held>,
    by_id: HashMap<String, usize>,
    journal: Vec<Posting>,
    days: BTreeMap<Date, Vec<Event>>,
    /// Settlements that stand, by award and instalment.
    standing: HashMap<(String, u32), u32>,
    paid_twice: BTreeSet<String>,
}

impl Book {
    /// Enters an instruction, once for ever.
    pub(crate) fn take(
        &mut self,
        instruction: Instruction,
        amount: Fen,
        at_micros: i64,
        callbacks: CallbackPlan,
    ) -> Taken {
        if let Some(held) = self.find(&instruction.instruction_id) {
            return if held.instruction == instruction {
                Taken::Same(held.clone())
            } else {
                Taken::Other(held.clone())
            };
        }
        let number = self.held.len();
        let held = Held {
            treasury_no: format!("GK{}{:09}", china_date(at_micros).year(), number + 1),
            amount,
            accepted_at_micros: at_micros,
            standing: Standing::Accepted,
            callbacks,
            instruction,
        };
        self.by_id
            .insert(held.instruction.instruction_id.clone(), number);
        self.post(Side::Treasury, Side::Clearing, amount);
        self.held.push(held.clone());
        Taken::New(held)
    }

    /// The instruction of an id.
    pub(crate) fn find(&self, id: &str) -> Option<&Held> {
        self.held.get(*self.by_id.get(id)?)
    }

    /// The bank pays. `None` when the instruction is unknown or no longer waits to be paid.
    pub(crate) fn settle(&mut self, id: &str, at_micros: i64) -> Option<Event> {
        let bank_serial = self.next_serial();
        let held = self.held.get_mut(*self.by_id.get(id)?)?;
        if held.standing != Standing::Accepted {
            return None;
        }
        let movement = Movement {
            at_micros,
            bank_serial,
        };
        held.standing = Standing::Settled(movement.clone());
        let event = event(held, 1, Moved::Settled, &movement, None);
        let key = (
            held.instruction.award_id.clone(),
            held.instruction.instalment,
        );
        let amount = held.amount;
        self.post(Side::Clearing, Side::Payee, amount);
        let standing = self.standing.entry(key.clone()).or_insert(0);
        *standing += 1;
        if *standing > 1 {
            self.paid_twice.insert(format!("{}/{}", key.0, key.1));
        }
        self.enter(event.clone());
        Some(event)
    }

    /// The bank sends the money back (退票). `None` when the instruction is unknown or came back before.
    pub(crate) fn give_back(&mut self, id: &str, why: BankReturn, at_micros: i64) -> Option<Event> {
        let bank_serial = self.next_serial();
        let held = self.held.get_mut(*self.by_id.get(id)?)?;
        let back = Movement {
            at_micros,
            bank_serial,
        };
        let settled = match &held.standing {
            Standing::Accepted => None,
            Standing::Settled(movement) => Some(movement.clone()),
            Standing::Returned { .. } => return None,
        };
        let (from, sequence) = match settled {
            Some(_) => (Side::Payee, 2),
            None => (Side::Clearing, 1),
        };
        held.standing = Standing::Returned {
            settled,
            back: back.clone(),
            why: why.clone(),
        };
        let event = event(held, sequence, Moved::Returned, &back, Some(why));
        let key = (
            held.instruction.award_id.clone(),
            held.instruction.instalment,
        );
        let amount = held.amount;
        self.post(from, Side::Treasury, amount);
        if from == Side::Payee
            && let Some(standing) = self.standing.get_mut(&key)
        {
            *standing = standing.saturating_sub(1);
        }
        self.enter(event.clone());
        Some(event)
    }

    /// What was settled and returned on a day, in the order it happened.
    pub(crate) fn day(&self, day: Date) -> &[Event] {
        self.days.get(&day).map_or(&[], Vec::as_slice)
    }

    /// Totals over all time.
    pub(crate) fn totals(&self) -> LedgerTotals {
        let fold = self.fold();
        let text = |fen: i64| Fen::from_fen(fen).to_string();
        LedgerTotals {
            accepted_count: fold.accepted.0,
            accepted_total: text(fold.accepted.1),
            paid_count: fold.settled.0 - fold.returned_settled.0,
            paid_total: text(fold.settled.1 - fold.returned_settled.1),
            returned_count: fold.returned_settled.0 + fold.returned_unsettled.0,
            returned_total: text(fold.returned_settled.1 + fold.returned_unsettled.1),
            paid_twice: self.paid_twice.iter().cloned().collect(),
        }
    }

    fn fold(&self) -> Fold {
        let mut fold = Fold::default();
        for posting in &self.journal {
            let place = match (posting.from, posting.to) {
                (Side::Treasury, _) => &mut fold.accepted,
                (_, Side::Payee) => &mut fold.settled,
                (Side::Payee, _) => &mut fold.returned_settled,
                _ => &mut fold.returned_unsettled,
            };
            place.0 += 1;
            place.1 = place.1.saturating_add(posting.amount.fen());
        }
        fold
    }

    fn post(&mut self, from: Side, to: Side, amount: Fen) {
        self.journal.push(Posting { from, to, amount });
    }

    fn enter(&mut self, event: Event) {
        self.days
            .entry(china_date(event.at_micros))
            .or_default()
            .push(event);
    }

    fn next_serial(&self) -> String {
        format!("YH{:012}", self.journal.len() + 1)
    }
}

fn event(
    held: &Held,
    sequence: u32,
    status: Moved,
    movement: &Movement,
    why: Option<BankReturn>,
) -> Event {
    Event {
        instruction_id: held.instruction.instruction_id.clone(),
        treasury_no: held.treasury_no.clone(),
        sequence,
        status,
        amount: held.amount,
        payee_account: held.instruction.payee_account.clone(),
        at_micros: movement.at_micros,
        bank_serial: movement.bank_serial.clone(),
        why,
        callbacks: held.callbacks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn instruction(id: u32, award: u32, amount: &str, generation: u32) -> Instruction {
        Instruction {
            instruction_id: format!("i-{id}"),
            amount: amount.to_owned(),
            currency: "CNY".to_owned(),
            payee_name: "样例某".to_owned(),
            payee_account: "6299010000000000000".to_owned(),
            payee_bank: "902588000014".to_owned(),
            purpose: "博士人才安家补贴".to_owned(),
            policy: "foshan-phd-settling-in".to_owned(),
            district: "440604".to_owned(),
            year: 2026,
            award_id: format!("a-{award}"),
            instalment: 1,
            generation,
        }
    }

    fn why() -> BankReturn {
        BankReturn {
            code: "R01".to_owned(),
            reason: "账户已销户".to_owned(),
        }
    }

    fn take(book: &mut Book, instruction: Instruction) -> Taken {
        let amount = Fen::parse(&instruction.amount).unwrap();
        book.take(instruction, amount, 0, CallbackPlan::default())
    }

    #[test]
    fn the_same_id_is_entered_once_and_another_payload_is_told_apart() {
        let mut book = Book::default();
        let one = instruction(1, 1, "100000.00", 1);
        assert!(matches!(take(&mut book, one.clone()), Taken::New(_)));
        assert!(matches!(take(&mut book, one.clone()), Taken::Same(_)));
        book.settle("i-1", 1).unwrap();
        assert!(matches!(take(&mut book, one), Taken::Same(_)));
        assert!(matches!(
            take(&mut book, instruction(1, 1, "100000.01", 1)),
            Taken::Other(_)
        ));
        assert_eq!(book.totals().accepted_count, 1);
    }

    #[test]
    fn two_ids_for_one_instalment_are_found_out_unless_one_came_back() {
        let mut book = Book::default();
        take(&mut book, instruction(1, 7, "500.00", 1));
        take(&mut book, instruction(2, 7, "500.00", 2));
        book.settle("i-1", 1).unwrap();
        book.give_back("i-1", why(), 2).unwrap();
        book.settle("i-2", 3).unwrap();
        assert!(book.totals().paid_twice.is_empty());
        take(&mut book, instruction(3, 7, "500.00", 3));
        book.settle("i-3", 4).unwrap();
        let totals = book.totals();
        assert_eq!(totals.paid_twice, ["a-7/1"]);
        assert_eq!(
            (totals.paid_count, totals.paid_total.as_str()),
            (2, "1000.00")
        );
        assert_eq!(
            (totals.returned_count, totals.returned_total.as_str()),
            (1, "500.00")
        );
    }

    #[test]
    fn nothing_is_settled_or_returned_twice() {
        let mut book = Book::default();
        take(&mut book, instruction(1, 1, "1.00", 1));
        assert!(book.settle("i-1", 1).is_some());
        assert!(book.settle("i-1", 2).is_none());
        assert!(book.give_back("i-1", why(), 3).is_some());
        assert!(book.give_back("i-1", why(), 4).is_none());
        assert!(book.settle("i-1", 5).is_none());
        assert!(book.settle("nobody", 5).is_none());
    }

    proptest! {
        /// Whatever happens in whatever order, the journal balances, the days' lines sum to the totals, and what was accepted is
        /// paid, returned or still under way.
        #[test]
        fn the_books_balance(steps in proptest::collection::vec((0_u32..12, 0_u8..3, 1_i64..1_000_000), 0..120)) {
            let mut book = Book::default();
            for (id, act, fen) in steps {
                let name = format!("i-{id}");
                match act {
                    0 => { take(&mut book, instruction(id, id, &Fen::from_fen(fen).to_string(), 1)); }
                    1 => { book.settle(&name, fen); }
                    _ => { book.give_back(&name, why(), fen); }
                }
            }
            let totals = book.totals();
            let sum = |pick: fn(&Standing) -> bool| -> i64 {
                book.held.iter().filter(|h| pick(&h.standing)).map(|h| h.amount.fen()).sum()
            };
            let paid = sum(|s| matches!(s, Standing::Settled(_)));
            let returned = sum(|s| matches!(s, Standing::Returned { .. }));
            let waiting = sum(|s| matches!(s, Standing::Accepted));
            prop_assert_eq!(&totals.paid_total, &Fen::from_fen(paid).to_string());
            prop_assert_eq!(&totals.returned_total, &Fen::from_fen(returned).to_string());
            prop_assert_eq!(&totals.accepted_total, &Fen::from_fen(paid + returned + waiting).to_string());
            prop_assert!(totals.paid_twice.is_empty());
            let lines: i64 = book.days.values().flatten().map(|e| match e.status {
                Moved::Settled => e.amount.fen(),
                Moved::Returned if e.sequence == 2 => -e.amount.fen(),
                Moved::Returned => 0,
            }).sum();
            prop_assert_eq!(lines, paid);
        }
    }
}
