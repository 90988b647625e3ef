//! `GET /api/v1/finance/budgets`: the budget lines of a year, with where their money stands.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::BudgetView;
use crate::domain::ledger::{Account, Figures};
use crate::web::Web;
use crate::web::api::views::Amount;
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, integer};
use crate::web::problem::Problem;

/// Which year; the present one by itself.
#[derive(Debug)]
pub struct OfYear {
    year: Option<i16>,
}

impl Read for OfYear {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let year = fields.optional("year", integer(2000, 2999))?;
        let year = year.and_then(|year| i16::try_from(year).ok());
        Some(Self { year })
    }
}

/// A budget line with where its money stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetFiguresView {
    /// The line.
    #[serde(flatten)]
    line: BudgetView,
    /// Promised, and not sent to the treasury.
    committed: Amount,
    /// Sent to the treasury, and not heard of.
    instructed: Amount,
    /// At the payees' banks.
    paid: Amount,
    /// Came back, and waits for a corrected account.
    returned: Amount,
    /// To be paid back by payees.
    receivable: Amount,
    /// Paid back by payees.
    recovered: Amount,
}

impl From<&Figures> for BudgetFiguresView {
    fn from(figures: &Figures) -> Self {
        let on = |account| figures.on(account).into();
        Self {
            line: (&figures.budget).into(),
            committed: on(Account::Committed),
            instructed: on(Account::Instructed),
            paid: on(Account::Paid),
            returned: on(Account::Returned),
            receivable: on(Account::Receivable),
            recovered: on(Account::Recovered),
        }
    }
}

/// The budget lines of a year: granted, promised, sent, paid, returned, to come back, come back.
#[utoipa::path(get, path = "/api/v1/finance/budgets", operation_id = "finance_budgets", tag = "finance",
    params(("year" = Option<i16>, Query, description = "The budget year; the present one by itself", example = 2026)),
    responses((status = 200, description = "The budget lines", body = [BudgetFiguresView])))]
pub(in super::super) async fn budgets(
    State(web): State<Web>,
    Desk(staff): Desk,
    Query(of): Query<OfYear>,
) -> Result<Json<Vec<BudgetFiguresView>>, Problem> {
    let year = of.year.unwrap_or_else(|| web.ctx.now().china_date().year());
    let lines = web.finance.budget_lines(&staff, year).await?;
    Ok(Json(lines.iter().map(Into::into).collect()))
}
