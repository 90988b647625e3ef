//! Double entry: every fen is on one account, and every movement takes from one and gives to another.
//!
//! ```text
//! Appropriation ⇄ Available → Committed → Instructed → Paid
//!                     ↑           │            │         │
//!                     ├─ release ─┘        Returned ←────┤
//!                     └─ release_returned ────┘          ├→ Receivable ─→ Recovered
//!                                                        └───── recover ────┘
//! ```
//! What a line is granted, and what of it goes elsewhere again, moves between `Appropriation` and `Available`: so every line sums to
//! zero by itself, also when money goes from one line to another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::award::{Budget, BudgetKey};
use super::id::JournalId;
use super::money::Money;
use super::time::Timestamp;

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Every variant.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the database and on the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The variant of a word, or `None`.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|variant| variant.as_str() == word)
            }
        }
    };
}

words! {
    /// The accounts of one budget line.
    Account {
        /// Where money comes from: the negative of everything granted.
        Appropriation = "appropriation",
        /// Granted, not promised.
        Available = "available",
        /// Promised to awards.
        Committed = "committed",
        /// Sent to the treasury, not settled.
        Instructed = "instructed",
        /// At the payee's bank.
        Paid = "paid",
        /// 支付退票: came back, waits for a corrected account.
        Returned = "returned",
        /// 追回: to be paid back by the payee.
        Receivable = "receivable",
        /// 追回: recovered from the payee.
        Recovered = "recovered",
    }
}

words! {
    /// Why money moved. One kind and one reference occur once: the database holds the pair unique.
    Movement {
        /// Appropriation → Available.
        Appropriate = "appropriate",
        /// Available → Appropriation: to another line of the same year.
        TransferOut = "transfer_out",
        /// Appropriation → Available: from another line of the same year.
        TransferIn = "transfer_in",
        /// 结转: Available → Appropriation, to the same line of the next year.
        CarryOut = "carry_out",
        /// 结转: Appropriation → Available, from the same line of the year before.
        CarryIn = "carry_in",
        /// 注销: Available → Appropriation, back to where it was granted.
        Lapse = "lapse",
        /// Available → Committed, at approval.
        Commit = "commit",
        /// Committed → Available: a re-check granted less, or an award ended.
        Release = "release",
        /// Committed → Instructed, with the first generation of an instruction.
        Instruct = "instruct",
        /// Instructed → Paid.
        Settle = "settle",
        /// Instructed → Returned: came back before it settled.
        ReturnUnsettled = "return_unsettled",
        /// Paid → Returned: came back after it settled.
        ReturnSettled = "return_settled",
        /// Returned → Instructed, with a linked new instruction.
        Reinstruct = "reinstruct",
        /// Paid → Recovered.
        Recover = "recover",
        /// Paid → Receivable: a person decided that it is to come back.
        Claim = "claim",
        /// Receivable → Recovered: a part of it has come back.
        Repay = "repay",
        /// Receivable → Paid: what is still claimed comes back through the bank after all.
        Unclaim = "unclaim",
        /// Recovered → Paid: and what the payee had repaid of it is owed to them.
        Restore = "restore",
        /// Returned → Available: came back, and its award has ended.
        ReleaseReturned = "release_returned",
    }
}

impl Movement {
    /// The accounts money is taken from and given to.
    #[must_use]
    pub const fn accounts(self) -> (Account, Account) {
        match self {
            Self::Appropriate | Self::TransferIn | Self::CarryIn => {
                (Account::Appropriation, Account::Available)
            }
            Self::TransferOut | Self::CarryOut | Self::Lapse => {
                (Account::Available, Account::Appropriation)
            }
            Self::Commit => (Account::Available, Account::Committed),
            Self::Release => (Account::Committed, Account::Available),
            Self::Instruct => (Account::Committed, Account::Instructed),
            Self::Settle => (Account::Instructed, Account::Paid),
            Self::ReturnUnsettled => (Account::Instructed, Account::Returned),
            Self::ReturnSettled => (Account::Paid, Account::Returned),
            Self::Reinstruct => (Account::Returned, Account::Instructed),
            Self::Recover => (Account::Paid, Account::Recovered),
            Self::Claim => (Account::Paid, Account::Receivable),
            Self::Repay => (Account::Receivable, Account::Recovered),
            Self::Unclaim => (Account::Receivable, Account::Paid),
            Self::Restore => (Account::Recovered, Account::Paid),
            Self::ReleaseReturned => (Account::Returned, Account::Available),
        }
    }
}

/// One line of the journal: an amount taken from one account and given to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its id.
    pub id: JournalId,
    /// When.
    pub at: Timestamp,
    /// Why; fixes the two accounts.
    pub movement: Movement,
    /// Which budget line.
    pub budget: BudgetKey,
    /// How much; never zero.
    pub amount: Money,
    /// What it belongs to: an award, an instruction, the document of a budget order.
    pub reference: String,
}

/// Balance of one account of one budget line, in fen; only `Appropriation` may be below zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Which budget line.
    pub budget: BudgetKey,
    /// Which account.
    pub account: Account,
    /// Given minus taken, in fen.
    pub fen: i64,
}

/// Books fen on both accounts of a movement. A line is bounded by what it is granted: nothing saturates in practice.
pub fn book(balances: &mut BTreeMap<Account, i64>, movement: Movement, fen: i64) {
    let (from, to) = movement.accounts();
    for (account, fen) in [(from, fen.saturating_neg()), (to, fen)] {
        let balance = balances.entry(account).or_default();
        *balance = balance.saturating_add(fen);
    }
}

/// A budget line with what stands on its accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The line.
    pub budget: Budget,
    /// What stands on each account that ever moved, in fen.
    pub balances: BTreeMap<Account, i64>,
}

impl Figures {
    /// A line on which nothing has moved.
    #[must_use]
    pub const fn of(budget: Budget) -> Self {
        Self {
            budget,
            balances: BTreeMap::new(),
        }
    }

    /// Books fen on both accounts of a movement.
    pub fn book(&mut self, movement: Movement, fen: i64) {
        book(&mut self.balances, movement, fen);
    }

    /// What stands on an account; nothing when it never moved, and for the appropriation, which stands below zero.
    #[must_use]
    pub fn on(&self, account: Account) -> Money {
        let fen = self.balances.get(&account).copied().unwrap_or(0);
        Money::from_fen(fen).unwrap_or_default()
    }
}
