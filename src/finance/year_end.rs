//! The end of a budget year: one order for each line that holds what is not promised, by the configured rule. What is promised stays on its
//! line, whenever it is paid.

use std::collections::BTreeMap;

use super::budgets::{BUDGET_LINE, Proposal, Proposed};
use super::service::{Finance, must_be_finance};
use crate::domain::award::{Budget, BudgetKey};
use crate::domain::budget_order::{
    BudgetOrder, ChangeError, OrderState, YearEndRule, is_over, reference_of_line,
};
use crate::domain::forecast::Waiting;
use crate::domain::id::BudgetOrderId;
use crate::domain::person::Staff;
use crate::error::StageError;

/// A year that ends, or has ended.
#[derive(Debug, Clone)]
pub struct YearEnd {
    /// Which.
    pub year: i16,
    /// Whether it is over.
    pub is_over: bool,
    /// What becomes of what is not promised.
    pub rule: YearEndRule,
    /// Its lines.
    pub lines: Vec<EndingLine>,
}

/// A line of a year that ends.
#[derive(Debug, Clone)]
pub struct EndingLine {
    /// The line.
    pub budget: Budget,
    /// The order that is proposed for its end, if any is.
    pub order: Option<BudgetOrder>,
    /// Who still waits for money of it.
    pub waiting: Waiting,
}

/// What came of proposing the end of a year.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// What is new.
    pub orders: Vec<BudgetOrder>,
    /// Lines with something left for which none could be proposed.
    pub left: Vec<(BudgetKey, Left)>,
}

/// Why no order could be proposed for the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// The document's number stands for another order of the line, or for one that has ended.
    ReferenceUsed,
    /// The policy or the district of the line it would be carried over to is no more.
    NoSuchLine,
}

impl Left {
    /// The word on the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReferenceUsed => "reference_used",
            Self::NoSuchLine => "no_such_line",
        }
    }
}

impl Finance {
    /// A year with what of its lines is not promised, and what is proposed for it.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn year_end(&self, staff: &Staff, year: i16) -> Result<YearEnd, StageError> {
        must_be_finance(staff)?;
        let ctx = self.context();
        let mut tx = ctx.store.read().await?;
        let mut orders: BTreeMap<BudgetKey, BudgetOrder> = BTreeMap::new();
        for order in tx.endings_proposed(year).await? {
            orders.extend(order.change.from().cloned().map(|line| (line, order)));
        }
        let waiting = tx.those_who_wait().await?;
        let lines = tx.budgets_of(year).await?.into_iter();
        let lines = lines
            .filter(|line| staff.covers(Some(&line.budget.key.district)))
            .map(|line| EndingLine {
                order: orders.remove(&line.budget.key),
                waiting: waiting.get(&line.budget.key).copied().unwrap_or_default(),
                budget: line.budget,
            });
        Ok(YearEnd {
            year,
            is_over: is_over(year, ctx.now().china_date()),
            rule: self.rule(),
            lines: lines.collect(),
        })
    }

    /// Proposes an order for each line of a year that is over and holds what is not promised, each by itself: a line for which none can be
    /// proposed keeps no other from it, and is told. A line whose order is proposed already is left as it is, whoever was faster, so that
    /// doing it twice makes nothing new.
    ///
    /// # Errors
    /// `Invalid` for a year that is not over; else only when the store fails.
    pub async fn propose_year_end(
        &self,
        staff: &Staff,
        year: i16,
        document: &str,
    ) -> Result<Ending, StageError> {
        let ending = self.year_end(staff, year).await?;
        if !ending.is_over {
            return Err(ChangeError::YearNotOver { year }.into());
        }
        let mut done = Ending::default();
        for line in ending.lines {
            if line.order.is_some() || line.budget.free().is_zero() {
                continue;
            }
            let key = line.budget.key.clone();
            let proposal = Proposal {
                amount: line.budget.free(),
                reference: reference_of_line(document.trim(), &key),
                change: ending.rule.change(key.clone()),
            };
            match self.propose_order(staff, &proposal).await {
                Ok(proposed) if proposed.is_new => done.orders.push(proposed.order),
                // Somebody was faster with this very line.
                Ok(Proposed { order, .. }) if order.state == OrderState::Proposed => {}
                Err(StageError::NotInState { what, .. }) if what == BUDGET_LINE => {}
                Ok(_) | Err(StageError::NotInState { .. }) => {
                    done.left.push((key, Left::ReferenceUsed));
                }
                Err(StageError::Invalid { .. }) => done.left.push((key, Left::NoSuchLine)),
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// Approves orders as they were seen, each by itself: one that does not fit stays proposed and keeps no other from going through.
    pub async fn approve_orders(
        &self,
        staff: &Staff,
        seen: &[(BudgetOrderId, i64)],
    ) -> Vec<(BudgetOrderId, Result<BudgetOrder, StageError>)> {
        let mut done = Vec::with_capacity(seen.len());
        for (id, version) in seen {
            done.push((*id, self.approve_order(staff, *id, *version).await));
        }
        done
    }
}
