//! The end of a budget year: one order for each line that holds what is not promised, by the configured rule. What is promised stays on its
//! line, whenever it is paid.

use std::collections::BTreeMap;

use super::budgets::Proposal;
use super::service::{Finance, must_be_finance};
use crate::domain::award::{Budget, BudgetKey};
use crate::domain::budget_order::{
    BudgetOrder, ChangeError, YearEndRule, is_over, reference_of_line,
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

    /// Proposes an order for each line of a year that is over and holds what is not promised. A line whose order is proposed already is
    /// left as it is, so that doing it twice makes nothing new. Gives back what is new.
    ///
    /// # Errors
    /// `Invalid` for a year that is not over; `NotInState` when the document stands for other orders.
    pub async fn propose_year_end(
        &self,
        staff: &Staff,
        year: i16,
        document: &str,
    ) -> Result<Vec<BudgetOrder>, StageError> {
        let ending = self.year_end(staff, year).await?;
        if !ending.is_over {
            return Err(ChangeError::YearNotOver { year }.into());
        }
        let mut orders = Vec::new();
        for line in ending.lines {
            if line.order.is_some() || line.budget.free().is_zero() {
                continue;
            }
            let proposal = Proposal {
                amount: line.budget.free(),
                reference: reference_of_line(document.trim(), &line.budget.key),
                change: ending.rule.change(line.budget.key),
            };
            let proposed = self.propose_order(staff, &proposal).await?;
            orders.extend(proposed.is_new.then_some(proposed.order));
        }
        Ok(orders)
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
