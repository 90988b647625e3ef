//! 预算指标: what each line holds, and the orders that change it. One person of finance proposes, another approves; the money moves in the
//! approving transaction, on the order that was seen, or not at all.

use serde_json::json;

use super::service::{Finance, actor, must_be_finance, some_grounds};
use crate::domain::award::{Budget, BudgetKey};
use crate::domain::budget_order::{
    Becomes, BudgetOrder, Change, ChangeError, DoesNotFit, GROUNDS_MAX, OrderError, OrderState,
};
use crate::domain::district::DistrictCode;
use crate::domain::id::{BudgetOrderId, JournalId};
use crate::domain::ledger::{Figures, JournalEntry};
use crate::domain::money::Money;
use crate::domain::person::{Private, Signed, Staff};
use crate::error::StageError;
use crate::store::{OrderFilter, Rule, StoreError, Tx};

/// What an order is refused for when its line's end is proposed already.
pub(super) const BUDGET_LINE: &str = "budget line";

/// What somebody of finance wants to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What.
    pub change: Change,
    /// How much.
    pub amount: Money,
    /// Number of its document (文号).
    pub reference: String,
}

/// An order as it was stored, or as it stood when it was proposed once more.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// The order.
    pub order: BudgetOrder,
    /// Whether it was proposed just now.
    pub is_new: bool,
}

/// An order with what its lines would become by it.
#[derive(Debug, Clone)]
pub struct OrderView {
    /// The order.
    pub order: BudgetOrder,
    /// Its lines as they are and as they would be; of one that has come to its end, nothing.
    pub becomes: Option<Result<Vec<Becomes>, DoesNotFit>>,
}

impl Finance {
    /// The lines of a year, each with what stands on its accounts.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn budget_lines(&self, staff: &Staff, year: i16) -> Result<Vec<Figures>, StageError> {
        must_be_finance(staff)?;
        let mut lines = self.context().store.read().await?.budgets_of(year).await?;
        lines.retain(|line| staff.covers(Some(&line.budget.key.district)));
        Ok(lines)
    }

    /// Every line of every year.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn all_budget_lines(&self, staff: &Staff) -> Result<Vec<Budget>, StageError> {
        must_be_finance(staff)?;
        let mut lines = self.context().store.read().await?.budgets().await?;
        lines.retain(|line| staff.covers(Some(&line.key.district)));
        Ok(lines)
    }

    /// The years there are lines of, newest first.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn budget_years(&self, staff: &Staff) -> Result<Vec<i16>, StageError> {
        must_be_finance(staff)?;
        Ok(self.context().store.read().await?.budget_years().await?)
    }

    /// One line; `None` when nobody has granted it anything, or when it is another district's.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn budget_line(
        &self,
        staff: &Staff,
        key: &BudgetKey,
    ) -> Result<Option<Budget>, StageError> {
        must_be_finance(staff)?;
        if !staff.covers(Some(&key.district)) {
            return Ok(None);
        }
        Ok(self.context().store.read().await?.budget(key).await?)
    }

    /// Orders, newest first.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn budget_orders(
        &self,
        staff: &Staff,
        filter: &OrderFilter,
    ) -> Result<Vec<BudgetOrder>, StageError> {
        must_be_finance(staff)?;
        let filter = OrderFilter {
            district: staff.narrow(filter.district)?,
            ..filter.clone()
        };
        let mut tx = self.context().store.read().await?;
        Ok(tx.budget_orders(&filter).await?)
    }

    /// One order with what its lines would become.
    ///
    /// # Errors
    /// `NotFound` also for another district's.
    pub async fn budget_order(
        &self,
        staff: &Staff,
        id: BudgetOrderId,
    ) -> Result<OrderView, StageError> {
        let mut tx = self.context().store.read().await?;
        let order = theirs(&mut tx, staff, id).await?;
        let becomes = match order.state {
            OrderState::Proposed => Some(becomes(&mut tx, &order.change, order.amount).await?),
            _ => None,
        };
        Ok(OrderView { order, becomes })
    }

    /// What the lines would become, before anything is proposed.
    ///
    /// # Errors
    /// As [`Self::propose_order`].
    pub async fn preview_order(
        &self,
        staff: &Staff,
        proposal: &Proposal,
    ) -> Result<Result<Vec<Becomes>, DoesNotFit>, StageError> {
        self.may_propose(staff, proposal)?;
        let mut tx = self.context().store.read().await?;
        becomes(&mut tx, &proposal.change, proposal.amount).await
    }

    /// Proposes an order. The same order once more is the same order, whoever proposes it.
    ///
    /// # Errors
    /// `Forbidden` for another district's line; `Invalid` for what makes no sense; `NotInState` when the reference stands for another
    /// order, or the line's end of year is proposed already.
    pub async fn propose_order(
        &self,
        staff: &Staff,
        proposal: &Proposal,
    ) -> Result<Proposed, StageError> {
        self.may_propose(staff, proposal)?;
        let ctx = self.context();
        let order = BudgetOrder {
            id: ctx.id(BudgetOrderId::new),
            change: proposal.change.clone(),
            amount: proposal.amount,
            reference: proposal.reference.trim().to_owned(),
            proposed: Signed::of(staff, ctx.now()),
            state: OrderState::Proposed,
            version: 0,
        };
        let mut tx = ctx.store.write().await?;
        match tx.insert_budget_order(&order).await {
            Err(StoreError::Conflict(_)) => {
                drop(tx);
                return self.proposed_before(&order).await;
            }
            other => other?,
        }
        self.write_down(&mut tx, staff, "budget.proposed", &order)
            .await?;
        tx.commit().await?;
        Ok(Proposed {
            order,
            is_new: true,
        })
    }

    /// Approves the order that was seen: its money moves now. Who waits for it is woken.
    ///
    /// # Errors
    /// `Forbidden` for whoever proposed it; `OrderMoved` when it is not as it was seen; `BudgetShort`, with how much is free, when the
    /// line has not so much to give: the order stays proposed.
    pub async fn approve_order(
        &self,
        staff: &Staff,
        id: BudgetOrderId,
        seen: i64,
    ) -> Result<BudgetOrder, StageError> {
        let (mut tx, approved) = self.step(staff, id, seen, BudgetOrder::approve).await?;
        self.move_lines(&mut tx, &approved).await?;
        self.write_down(&mut tx, staff, "budget.approved", &approved)
            .await?;
        tx.commit().await?;
        if approved.change.to().is_some() {
            self.context().bell.ring_budget();
        }
        Ok(approved)
    }

    /// Declines the order that was seen.
    ///
    /// # Errors
    /// As [`Self::approve_order`]; `Invalid` without grounds.
    pub async fn decline_order(
        &self,
        staff: &Staff,
        id: BudgetOrderId,
        seen: i64,
        grounds: &str,
    ) -> Result<BudgetOrder, StageError> {
        let grounds = Private::new(some_grounds(grounds, GROUNDS_MAX)?.to_owned());
        let decline = |order: BudgetOrder, by| order.decline(by, grounds);
        let (tx, declined) = self.step(staff, id, seen, decline).await?;
        self.end(tx, staff, "budget.declined", declined).await
    }

    /// Takes back the order that was seen.
    ///
    /// # Errors
    /// `Forbidden` for anybody but whoever proposed it; `OrderMoved` when it is not as it was seen.
    pub async fn withdraw_order(
        &self,
        staff: &Staff,
        id: BudgetOrderId,
        seen: i64,
    ) -> Result<BudgetOrder, StageError> {
        let (tx, withdrawn) = self.step(staff, id, seen, BudgetOrder::withdraw).await?;
        self.end(tx, staff, "budget.withdrawn", withdrawn).await
    }

    fn may_propose(&self, staff: &Staff, proposal: &Proposal) -> Result<(), StageError> {
        must_be_finance(staff)?;
        let ctx = self.context();
        for leg in proposal.change.legs() {
            if !staff.covers(Some(&leg.line.district)) {
                return Err(StageError::Forbidden {
                    needs: "the budget line's district",
                });
            }
            // What a line of a policy or district that is no more still holds can leave it.
            if leg.takes {
                continue;
            }
            if !ctx.policies.ids().any(|id| id == leg.line.policy) {
                return Err(invalid("policy", "there is no policy of this id"));
            }
            if !is_real(leg.line.district) {
                return Err(invalid("district", "no district of this code is in force"));
            }
        }
        let today = ctx.now().china_date();
        Ok(proposal.change.check(proposal.amount, today)?)
    }

    async fn proposed_before(&self, order: &BudgetOrder) -> Result<Proposed, StageError> {
        let mut tx = self.context().store.read().await?;
        match tx.budget_order_of(&order.reference).await? {
            Some(before) if before.says_the_same(order) => Ok(Proposed {
                order: before,
                is_new: false,
            }),
            Some(_) => Err(StageError::NotInState {
                what: "reference",
                state: "used",
            }),
            None => Err(StageError::NotInState {
                what: BUDGET_LINE,
                state: "about to be carried over or to lapse by another order",
            }),
        }
    }

    /// Takes one step with the order that was seen, inside a transaction that has not committed.
    async fn step(
        &self,
        staff: &Staff,
        id: BudgetOrderId,
        seen: i64,
        act: impl FnOnce(BudgetOrder, Signed) -> Result<BudgetOrder, OrderError>,
    ) -> Result<(Tx, BudgetOrder), StageError> {
        let ctx = self.context();
        let mut tx = ctx.store.write().await?;
        let order = theirs(&mut tx, staff, id).await?;
        if order.version != seen {
            return Err(moved(&order, seen));
        }
        let next = act(order, Signed::of(staff, ctx.now()))?;
        match tx.update_budget_order(&next).await {
            Err(StoreError::Stale { .. }) => {
                drop(tx);
                let mut tx = ctx.store.read().await?;
                let order = theirs(&mut tx, staff, id).await?;
                Err(moved(&order, seen))
            }
            other => Ok((tx, other?)),
        }
    }

    /// Moves the money of an order: the lines, in one order for everybody, and then the journal, which names them.
    async fn move_lines(&self, tx: &mut Tx, order: &BudgetOrder) -> Result<(), StageError> {
        let ctx = self.context();
        let legs = order.change.legs();
        for leg in &legs {
            if !leg.takes {
                let granted = tx.appropriate(&leg.line, order.amount).await;
                granted.map_err(too_much)?;
            } else if !tx.take_back(&leg.line, order.amount).await? {
                let line = tx.budget(&leg.line).await?;
                let free = line.map_or(Money::ZERO, |line| line.free());
                return Err(StageError::BudgetShort { free });
            }
        }
        for leg in legs {
            let entry = JournalEntry {
                id: ctx.id(JournalId::new),
                at: ctx.now(),
                movement: leg.movement,
                budget: leg.line,
                amount: order.amount,
                reference: order.reference.clone(),
            };
            tx.post(&entry).await?;
        }
        Ok(())
    }

    async fn end(
        &self,
        mut tx: Tx,
        staff: &Staff,
        act: &'static str,
        order: BudgetOrder,
    ) -> Result<BudgetOrder, StageError> {
        self.write_down(&mut tx, staff, act, &order).await?;
        tx.commit().await?;
        Ok(order)
    }

    async fn write_down(
        &self,
        tx: &mut Tx,
        staff: &Staff,
        act: &'static str,
        order: &BudgetOrder,
    ) -> Result<(), StageError> {
        let detail = json!({
            "kind": order.change.as_str(), "from": order.change.from(), "to": order.change.to(),
            "amount": order.amount, "reference": order.reference,
        });
        let id = order.id.to_string();
        let written = self.context().audit(tx, actor(staff), act, id, detail);
        Ok(written.await?)
    }
}

async fn theirs(tx: &mut Tx, staff: &Staff, id: BudgetOrderId) -> Result<BudgetOrder, StageError> {
    must_be_finance(staff)?;
    let order = tx.budget_order(id).await?;
    let order = order.filter(|order| staff.covers(order.change.district().as_ref()));
    order.ok_or(StageError::not_found("budget order"))
}

async fn becomes(
    tx: &mut Tx,
    change: &Change,
    amount: Money,
) -> Result<Result<Vec<Becomes>, DoesNotFit>, StageError> {
    let mut lines = Vec::new();
    for leg in change.legs() {
        lines.extend(tx.budget(&leg.line).await?);
    }
    let line = |key: &BudgetKey| lines.iter().find(|line| line.key == *key).cloned();
    Ok(change.becomes(amount, line))
}

/// Whether money can be granted to it: the city, or one of its districts in force.
fn is_real(district: DistrictCode) -> bool {
    district.name_zh().is_some()
}

fn moved(order: &BudgetOrder, seen: i64) -> StageError {
    StageError::OrderMoved {
        id: order.id,
        seen,
        current: order.version,
        state: order.state.as_str(),
        ended: order.state.ended().cloned(),
    }
}

/// The database holds the largest amount of a line.
fn too_much(error: StoreError) -> StageError {
    match error {
        StoreError::Refused {
            rule: Rule::Check, ..
        } => invalid("amount", "the line would hold more than is handled"),
        other => other.into(),
    }
}

fn invalid(field: &'static str, reason: &str) -> StageError {
    StageError::Invalid {
        field,
        reason: reason.to_owned(),
    }
}

impl From<ChangeError> for StageError {
    fn from(error: ChangeError) -> Self {
        let field = match error {
            ChangeError::Nothing => "amount",
            ChangeError::SameLine => "to",
            ChangeError::OtherYear
            | ChangeError::YearNotOver { .. }
            | ChangeError::NoBudgetYear => "year",
        };
        invalid(field, &error.to_string())
    }
}

impl From<OrderError> for StageError {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::SamePerson => Self::Forbidden {
                needs: "somebody who did not propose it",
            },
            OrderError::NotTheirs => Self::Forbidden {
                needs: "whoever proposed it",
            },
            OrderError::NotNow { state } => Self::NotInState {
                what: "budget order",
                state,
            },
        }
    }
}
