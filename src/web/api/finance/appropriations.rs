//! `GET /api/v1/finance/appropriations`: the budget lines (预算指标).

use axum::Json;
use axum::extract::State;

use super::BudgetView;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::problem::Problem;

/// The budget lines with what is granted, promised and left.
#[utoipa::path(get, path = "/api/v1/finance/appropriations", operation_id = "finance_appropriations", tag = "finance",
    responses((status = 200, description = "The budget lines", body = [BudgetView])))]
pub(super) async fn appropriations(
    State(web): State<Web>,
    Desk(staff): Desk,
) -> Result<Json<Vec<BudgetView>>, Problem> {
    let budgets = web.finance.budgets(&staff).await?;
    Ok(Json(budgets.iter().map(Into::into).collect()))
}
