//! `GET /api/v1/finance/ledger`: every account of every budget line.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::BudgetLine;
use crate::domain::ledger::Balance;
use crate::web::Web;
use crate::web::api::views::SignedAmount;
use crate::web::auth::Desk;
use crate::web::problem::Problem;

/// One account's balance.
#[derive(Debug, Serialize, ToSchema)]
pub struct BalanceView {
    /// The budget line.
    #[serde(flatten)]
    budget: BudgetLine,
    /// `appropriation`, `available`, `committed`, `instructed`, `paid`, `returned`, `receivable` or `recovered`.
    #[schema(example = "paid")]
    account: &'static str,
    /// Given minus taken; only `appropriation` is below zero, and all accounts of a line sum to zero.
    balance: SignedAmount,
}

impl From<&Balance> for BalanceView {
    fn from(balance: &Balance) -> Self {
        Self {
            budget: (&balance.budget).into(),
            account: balance.account.as_str(),
            balance: SignedAmount::of_fen(balance.fen),
        }
    }
}

/// Balances of all accounts, by budget line.
#[utoipa::path(get, path = "/api/v1/finance/ledger", operation_id = "finance_ledger", tag = "finance",
    responses((status = 200, description = "Balances", body = [BalanceView])))]
pub(super) async fn ledger(
    State(web): State<Web>,
    Desk(staff): Desk,
) -> Result<Json<Vec<BalanceView>>, Problem> {
    let balances = web.finance.balances(&staff).await?;
    Ok(Json(balances.iter().map(Into::into).collect()))
}
