//! Holds the treasury's word against the order: pure, so that every case can be laid out in a test.

use crate::domain::payment::Order;
use crate::ports::{Acknowledgement, TreasuryReply, TreasuryStatus};

/// Which part of an echo is not what was ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Another instruction's id.
    Instruction,
    /// Another amount, or no exact one.
    Amount,
    /// Another payee.
    Payee,
    /// Another account.
    Account,
}

/// What is known after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The treasury has it, exactly as ordered.
    Accepted {
        /// The treasury's own number.
        treasury_no: String,
    },
    /// The money is at the bank.
    Settled {
        /// The treasury's own number.
        treasury_no: String,
    },
    /// 退票.
    Returned {
        /// The treasury's own number.
        treasury_no: String,
        /// Its code.
        code: Option<String>,
    },
    /// Refused for good: nothing will be paid under this id.
    Rejected {
        /// The treasury's code.
        code: Option<String>,
    },
    /// The treasury has the id, but not what we ordered under it. A person must look; never resend.
    Differs(Difference),
    /// The treasury has never seen it: safe to send the same bytes.
    NeverSeen,
    /// Nothing is known. Ask later, then resend the same.
    Unknown {
        /// Why, for the log.
        why: &'static str,
    },
}

/// Reads a reply against the order it is about.
#[must_use]
pub fn read(order: &Order, reply: TreasuryReply) -> Heard {
    match reply {
        TreasuryReply::Known(ack) => match difference(order, &ack) {
            Some(difference) => Heard::Differs(difference),
            None => known(ack),
        },
        TreasuryReply::NeverSeen => Heard::NeverSeen,
        TreasuryReply::Conflict => Heard::Differs(Difference::Instruction),
        TreasuryReply::Refused { code } => Heard::Rejected { code: Some(code) },
        TreasuryReply::Unknown { why } => Heard::Unknown { why },
    }
}

/// The first difference between what was ordered and what is echoed.
#[must_use]
pub fn difference(order: &Order, ack: &Acknowledgement) -> Option<Difference> {
    if ack.instruction != order.instruction_id {
        Some(Difference::Instruction)
    } else if ack.amount != Some(order.amount) {
        Some(Difference::Amount)
    } else if ack.payee_name != order.payee_name {
        Some(Difference::Payee)
    } else if ack.payee_account != order.payee_account {
        Some(Difference::Account)
    } else {
        None
    }
}

fn known(ack: Acknowledgement) -> Heard {
    let Acknowledgement {
        treasury_no,
        reason_code: code,
        ..
    } = ack;
    match ack.status {
        TreasuryStatus::Accepted => Heard::Accepted { treasury_no },
        TreasuryStatus::Settled => Heard::Settled { treasury_no },
        TreasuryStatus::Returned => Heard::Returned { treasury_no, code },
        TreasuryStatus::Rejected => Heard::Rejected { code },
    }
}
