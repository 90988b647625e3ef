//! `/api/v1/finance/budgets`: budget lines (预算指标), and the orders that change them: one person proposes, another approves.

pub mod act;
pub mod forecast;
pub mod lines;
pub mod orders;
pub mod propose;
pub mod year_end;

use serde::Serialize;
use utoipa::ToSchema;

use super::BudgetLine;
use super::batches::SignedView;
use crate::domain::budget_order::BudgetOrder;
use crate::web::api::views::{Amount, IdText};

/// An order that changes what budget lines hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetOrderBody {
    /// Its id.
    id: IdText,
    /// `add`, `move`, `carry_over` or `lapse`.
    #[schema(example = "move")]
    kind: &'static str,
    /// The line that is granted less.
    from: Option<BudgetLine>,
    /// The line that is granted more.
    to: Option<BudgetLine>,
    /// How much.
    amount: Amount,
    /// Number of its document.
    #[schema(example = "样例〔2026〕1号")]
    reference: String,
    /// `proposed`, `approved`, `declined` or `withdrawn`.
    #[schema(example = "proposed")]
    state: &'static str,
    /// Who proposed it.
    proposed: SignedView,
    /// Who approved, declined or withdrew it.
    ended: Option<SignedView>,
    /// Why it was declined.
    grounds: Option<String>,
    /// Counts its changes: what somebody who acts on it names as seen.
    #[schema(example = 0)]
    version: i64,
}

impl From<&BudgetOrder> for BudgetOrderBody {
    fn from(order: &BudgetOrder) -> Self {
        let grounds = order.state.grounds();
        Self {
            id: IdText::of(&order.id),
            kind: order.change.as_str(),
            from: order.change.from().map(Into::into),
            to: order.change.to().as_ref().map(Into::into),
            amount: order.amount.into(),
            reference: order.reference.clone(),
            state: order.state.as_str(),
            proposed: (&order.proposed).into(),
            ended: order.state.ended().map(Into::into),
            grounds: grounds.map(|words| words.reveal().clone()),
            version: order.version,
        }
    }
}
