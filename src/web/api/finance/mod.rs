//! `/api/v1/finance`: payments, ledger, budget lines and their orders, statements and differences. No evidence, and no account in full.

pub mod alarms;
pub mod batches;
pub mod budgets;
pub mod differences;
pub mod journal;
pub mod ledger;
pub mod payment;
pub mod payments;
pub mod release;
pub mod statements;

use crate::web::routes::of;
use serde::Serialize;
use utoipa::ToSchema;

use super::views::Amount;
use crate::domain::award::{Budget, BudgetKey};
use crate::domain::person::Role;
use crate::web::auth::Access;
use crate::web::routes::Routes;

/// Who keeps the accounts.
const DESK: Access = Access::Staff(&[Role::Finance]);

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .add(DESK, of!(payments::payments))
        .add(DESK, of!(payment::payment))
        .add(DESK, of!(release::release))
        .add(DESK, of!(ledger::ledger))
        .add(DESK, of!(journal::journal))
        .add(DESK, of!(budgets::lines::budgets))
        .add(DESK, of!(budgets::forecast::forecast))
        .add(DESK, of!(budgets::orders::orders))
        .add(DESK, of!(budgets::orders::order))
        .add(DESK, of!(budgets::propose::propose))
        .add(DESK, of!(budgets::act::approve))
        .add(DESK, of!(budgets::act::decline))
        .add(DESK, of!(budgets::act::withdraw))
        .add(DESK, of!(budgets::year_end::propose))
        .add(DESK, of!(batches::list::batches))
        .add(DESK, of!(batches::prepare::prepare))
        .add(DESK, of!(batches::one::batch))
        .add(DESK, of!(batches::act::approve))
        .add(DESK, of!(batches::act::release))
        .add(DESK, of!(batches::act::discard))
        .add(DESK, of!(batches::file::file))
        .add(DESK, of!(alarms::alarms))
        .add(DESK, of!(statements::import, statements::statements))
        .add(DESK, of!(statements::statement))
        .add(DESK, of!(differences::differences))
        .add(DESK, of!(differences::difference))
        .add(DESK, of!(differences::take))
        .add(DESK, of!(differences::close))
}

/// A budget line: 预算指标 by policy, district and year.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetLine {
    /// The policy's id.
    #[schema(example = "foshan-phd-settling-in")]
    pub policy: String,
    /// The district that pays.
    #[schema(example = "440604")]
    pub district: String,
    /// The budget year.
    #[schema(example = 2026)]
    pub year: i16,
}

impl From<&BudgetKey> for BudgetLine {
    fn from(key: &BudgetKey) -> Self {
        Self {
            policy: key.policy.clone(),
            district: key.district.to_string(),
            year: key.year,
        }
    }
}

/// A budget line with its totals.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetView {
    /// Which line.
    #[serde(flatten)]
    pub line: BudgetLine,
    /// Granted to the line.
    pub appropriated: Amount,
    /// Promised to awards, paid or not.
    pub reserved: Amount,
    /// What is left to promise.
    pub available: Amount,
}

impl From<&Budget> for BudgetView {
    fn from(budget: &Budget) -> Self {
        Self {
            line: (&budget.key).into(),
            appropriated: budget.appropriated.into(),
            reserved: budget.reserved.into(),
            available: budget.free().into(),
        }
    }
}
