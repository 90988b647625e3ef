//! 预算调整单: an order that changes what budget lines hold, answered for by two people of finance.
//!
//! ```text
//! Proposed ─→ Approved    another person: the money moves in the same transaction
//!     ├─────→ Declined    another person, with grounds
//!     └─────→ Withdrawn   whoever proposed it
//! ```
//! Only what is not promised can leave a line, and that is found out when the order is approved: what was free at the proposal may be
//! somebody's award by then. An order that does not fit stays proposed.

mod year_end;

use std::ops::RangeInclusive;

use super::award::{Budget, BudgetKey};
use super::district::DistrictCode;
use super::id::BudgetOrderId;
use super::ledger::Movement;
use super::money::Money;
use super::person::{Private, Signed};
use super::time::Date;

pub use year_end::{YearEndRule, is_over, reference_of_line};

/// Most characters of a document's number (文号).
pub const REFERENCE_MAX: usize = 100;
/// Most characters of the grounds on which an order is declined.
pub const GROUNDS_MAX: usize = 500;

/// Years that a budget line can be of.
const YEARS: RangeInclusive<i16> = 2000..=2999;

/// What an order does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// 追加: a line is granted more.
    Add {
        /// Which.
        to: BudgetKey,
    },
    /// 调剂: from one line to another of the same year.
    Move {
        /// What is granted less.
        from: BudgetKey,
        /// What is granted more.
        to: BudgetKey,
    },
    /// 结转: to the same line of the next year.
    CarryOver {
        /// The line of the year that is over.
        from: BudgetKey,
    },
    /// 注销: what was granted and is not promised goes back.
    Lapse {
        /// What is granted less.
        from: BudgetKey,
    },
}

impl Change {
    /// Every word.
    pub const WORDS: [&str; 4] = ["add", "move", "carry_over", "lapse"];

    /// The word in the database and on the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Add { .. } => "add",
            Self::Move { .. } => "move",
            Self::CarryOver { .. } => "carry_over",
            Self::Lapse { .. } => "lapse",
        }
    }

    /// The change of a word between two lines; `None` when they do not belong together.
    #[must_use]
    pub fn of(word: &str, from: Option<BudgetKey>, to: Option<BudgetKey>) -> Option<Self> {
        let change = match (word, from, to) {
            ("add", None, Some(to)) => Self::Add { to },
            ("move", Some(from), Some(to)) => Self::Move { from, to },
            ("carry_over", Some(from), to) => {
                let change = Self::CarryOver { from };
                return (to.is_none() || to == change.to()).then_some(change);
            }
            ("lapse", Some(from), None) => Self::Lapse { from },
            _ => return None,
        };
        Some(change)
    }

    /// The line that is granted less, if any is.
    #[must_use]
    pub const fn from(&self) -> Option<&BudgetKey> {
        match self {
            Self::Add { .. } => None,
            Self::Move { from, .. } | Self::CarryOver { from } | Self::Lapse { from } => Some(from),
        }
    }

    /// The line that is granted more, if any is.
    #[must_use]
    pub fn to(&self) -> Option<BudgetKey> {
        match self {
            Self::Add { to } | Self::Move { to, .. } => Some(to.clone()),
            Self::CarryOver { from } => Some(next_year(from)),
            Self::Lapse { .. } => None,
        }
    }

    /// The one district all its lines lie in; `None` when they lie in two, which is a matter of the city level.
    #[must_use]
    pub fn district(&self) -> Option<DistrictCode> {
        let (from, to) = (self.from().map(|line| line.district), self.to());
        match (from, to.map(|line| line.district)) {
            (Some(from), Some(to)) => (from == to).then_some(from),
            (from, to) => from.or(to),
        }
    }

    /// The lines it touches with the movement of each, in the order of the lines: whoever changes several rows takes them in one order,
    /// so that of two who do none waits for the other for ever.
    #[must_use]
    pub fn legs(&self) -> Vec<Leg> {
        let mut legs = match self {
            Self::Add { to } => vec![Leg::into(to, Movement::Appropriate)],
            Self::Lapse { from } => vec![Leg::out_of(from, Movement::Lapse)],
            Self::Move { from, to } => vec![
                Leg::out_of(from, Movement::TransferOut),
                Leg::into(to, Movement::TransferIn),
            ],
            Self::CarryOver { from } => vec![
                Leg::out_of(from, Movement::CarryOut),
                Leg::into(&next_year(from), Movement::CarryIn),
            ],
        };
        legs.sort_by(|one, other| one.line.cmp(&other.line));
        legs
    }

    /// Whether it can be proposed on a day.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub fn check(&self, amount: Money, today: Date) -> Result<(), ChangeError> {
        if amount.is_zero() {
            return Err(ChangeError::Nothing);
        }
        if self
            .legs()
            .iter()
            .any(|leg| !YEARS.contains(&leg.line.year))
        {
            return Err(ChangeError::NoBudgetYear);
        }
        match self {
            Self::Move { from, to } if from == to => Err(ChangeError::SameLine),
            Self::Move { from, to } if from.year != to.year => Err(ChangeError::OtherYear),
            Self::CarryOver { from } if !is_over(from.year, today) => {
                Err(ChangeError::YearNotOver { year: from.year })
            }
            _ => Ok(()),
        }
    }

    /// What its lines become, told from what they are; the same arithmetic as the approving statement's.
    ///
    /// # Errors
    /// [`DoesNotFit`] when a line has not so much to give, or would hold more than is handled.
    pub fn becomes(
        &self,
        amount: Money,
        line: impl Fn(&BudgetKey) -> Option<Budget>,
    ) -> Result<Vec<Becomes>, DoesNotFit> {
        let mut all = Vec::new();
        for leg in self.legs() {
            let before = line(&leg.line).unwrap_or_else(|| Budget::empty(leg.line.clone()));
            let appropriated = if leg.takes {
                let free = before.free();
                free.checked_sub(amount).ok_or(DoesNotFit::Short { free })?;
                before.appropriated.checked_sub(amount)
            } else {
                before.appropriated.checked_add(amount)
            };
            let after = Budget {
                appropriated: appropriated.ok_or(DoesNotFit::TooMuch)?,
                ..before.clone()
            };
            all.push(Becomes { before, after });
        }
        Ok(all)
    }
}

/// One line of an order, and what is booked on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// Which line.
    pub line: BudgetKey,
    /// As what it is booked.
    pub movement: Movement,
    /// Whether the line is granted less.
    pub takes: bool,
}

impl Leg {
    fn out_of(line: &BudgetKey, movement: Movement) -> Self {
        Self {
            line: line.clone(),
            movement,
            takes: true,
        }
    }

    fn into(line: &BudgetKey, movement: Movement) -> Self {
        Self {
            takes: false,
            ..Self::out_of(line, movement)
        }
    }
}

fn next_year(line: &BudgetKey) -> BudgetKey {
    BudgetKey {
        year: line.year.saturating_add(1),
        ..line.clone()
    }
}

/// A line before and after an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Becomes {
    /// As it is.
    pub before: Budget,
    /// As it would be.
    pub after: Budget,
}

/// An order cannot be proposed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// The amount is zero.
    #[error("an order is about more than 0.00")]
    Nothing,
    /// No budget is of that year.
    #[error("budget years are 2000 to 2999")]
    NoBudgetYear,
    /// Money does not move from a line to itself.
    #[error("the two lines are the same")]
    SameLine,
    /// Only a carry-over leads into another year.
    #[error("money moves between lines of one year")]
    OtherYear,
    /// 结转 is for a year that is over.
    #[error("the year {year} is not over")]
    YearNotOver {
        /// Which.
        year: i16,
    },
}

/// An order does not fit its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DoesNotFit {
    /// The line has less to give.
    #[error("the line has {free} that is not promised")]
    Short {
        /// What is not promised.
        free: Money,
    },
    /// The line would hold more than is handled.
    #[error("the line would hold more than is handled")]
    TooMuch,
}

/// Where an order stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderState {
    /// Waits for a second person.
    Proposed,
    /// Its money has moved.
    Approved {
        /// Who approved.
        approval: Signed,
    },
    /// A second person said no.
    Declined {
        /// Who declined.
        decline: Signed,
        /// Why, in their words.
        grounds: Private<String>,
    },
    /// Whoever proposed it took it back.
    Withdrawn {
        /// Who, and when.
        withdrawal: Signed,
    },
}

impl OrderState {
    /// Every word.
    pub const WORDS: [&str; 4] = ["proposed", "approved", "declined", "withdrawn"];

    /// The word in the database and on the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved { .. } => "approved",
            Self::Declined { .. } => "declined",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// Who ended it, if anybody has.
    #[must_use]
    pub const fn ended(&self) -> Option<&Signed> {
        match self {
            Self::Proposed => None,
            Self::Approved { approval: by }
            | Self::Declined { decline: by, .. }
            | Self::Withdrawn { withdrawal: by } => Some(by),
        }
    }

    /// Why it was declined, if it was.
    #[must_use]
    pub const fn grounds(&self) -> Option<&Private<String>> {
        match self {
            Self::Declined { grounds, .. } => Some(grounds),
            _ => None,
        }
    }
}

/// An order cannot be moved so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Whoever proposed it cannot check it.
    #[error("whoever proposed an order does not check it")]
    SamePerson,
    /// Only whoever proposed it takes it back.
    #[error("an order is taken back by whoever proposed it")]
    NotTheirs,
    /// It has come to its end.
    #[error("this cannot be done to an order that is {state}")]
    NotNow {
        /// Where it stands.
        state: &'static str,
    },
}

/// An order with what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetOrder {
    /// Its id.
    pub id: BudgetOrderId,
    /// What it does.
    pub change: Change,
    /// How much; never zero.
    pub amount: Money,
    /// Number of its document (文号): occurs once for ever.
    pub reference: String,
    /// Who proposed it.
    pub proposed: Signed,
    /// Where it stands.
    pub state: OrderState,
    /// Counts every stored change.
    pub version: i64,
}

impl BudgetOrder {
    /// Whether it orders the same as another one; who proposed it does not matter.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        (&self.change, self.amount, &self.reference)
            == (&other.change, other.amount, &other.reference)
    }

    /// A second person approves. Whether its money is there is for the database to say.
    ///
    /// # Errors
    /// See [`OrderError`].
    pub fn approve(self, by: Signed) -> Result<Self, OrderError> {
        self.is_checked_by(&by)?;
        let state = OrderState::Approved { approval: by };
        Ok(Self { state, ..self })
    }

    /// A second person says no.
    ///
    /// # Errors
    /// See [`OrderError`].
    pub fn decline(self, by: Signed, grounds: Private<String>) -> Result<Self, OrderError> {
        self.is_checked_by(&by)?;
        let state = OrderState::Declined {
            decline: by,
            grounds,
        };
        Ok(Self { state, ..self })
    }

    /// Whoever proposed it takes it back.
    ///
    /// # Errors
    /// See [`OrderError`].
    pub fn withdraw(self, by: Signed) -> Result<Self, OrderError> {
        self.is_open()?;
        if by.by != self.proposed.by {
            return Err(OrderError::NotTheirs);
        }
        let state = OrderState::Withdrawn { withdrawal: by };
        Ok(Self { state, ..self })
    }

    fn is_open(&self) -> Result<(), OrderError> {
        match self.state {
            OrderState::Proposed => Ok(()),
            _ => Err(OrderError::NotNow {
                state: self.state.as_str(),
            }),
        }
    }

    fn is_checked_by(&self, by: &Signed) -> Result<(), OrderError> {
        self.is_open()?;
        if by.by == self.proposed.by {
            return Err(OrderError::SamePerson);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
