//! `GET /api/v1/finance/budgets/forecast`: what is still to be paid by line and month, who waits, and where a line is short.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::BudgetView;
use crate::domain::forecast::{Due, Forecast, LineForecast};
use crate::web::Web;
use crate::web::api::views::Amount;
use crate::web::auth::Desk;
use crate::web::problem::Problem;

/// How many and how much.
#[derive(Debug, Serialize, ToSchema)]
pub struct DueView {
    /// How many.
    #[schema(example = 12)]
    count: u64,
    /// Their sum.
    sum: Amount,
}

impl From<Due> for DueView {
    fn from(due: Due) -> Self {
        Self {
            count: due.count,
            sum: due.sum.into(),
        }
    }
}

/// What falls due in one month.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthView {
    /// The month.
    #[schema(example = "2027-11")]
    month: String,
    /// How many instalments, and their sum.
    #[serde(flatten)]
    due: DueView,
}

/// Who waits for money of a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingView {
    /// How many, and what their decisions grant.
    #[serde(flatten)]
    due: DueView,
    /// How many of them have no amount in their decision.
    #[schema(example = 0)]
    unknown: u64,
}

/// One line in the forecast.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineForecastView {
    /// The line.
    #[serde(flatten)]
    line: BudgetView,
    /// What was due before this month and has not gone out.
    overdue: DueView,
    /// What falls due in this and the next 23 months; months without anything are left out.
    months: Vec<MonthView>,
    /// What falls due later.
    later: DueView,
    /// Who waits for money.
    waiting: WaitingView,
    /// What is missing for everybody who waits.
    short_by: Amount,
}

impl From<&LineForecast> for LineForecastView {
    fn from(line: &LineForecast) -> Self {
        let months = line.months.iter().map(|(month, due)| MonthView {
            month: month.to_string(),
            due: (*due).into(),
        });
        Self {
            line: (&line.budget).into(),
            overdue: line.overdue.into(),
            months: months.collect(),
            later: line.later.into(),
            waiting: WaitingView {
                due: line.waiting.due.into(),
                unknown: line.waiting.unknown,
            },
            short_by: line.short_by().into(),
        }
    }
}

/// What is still to be paid, from the present month on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastView {
    /// The present month.
    #[schema(example = "2026-11")]
    from: String,
    /// Lines that have something to come, or somebody who waits.
    lines: Vec<LineForecastView>,
}

impl From<&Forecast> for ForecastView {
    fn from(forecast: &Forecast) -> Self {
        Self {
            from: forecast.from.to_string(),
            lines: forecast.lines.iter().map(Into::into).collect(),
        }
    }
}

/// Instalments still to come by line and month. Every instalment is charged to the line of its award, in whatever year it falls due, and
/// is reserved there already; what a line can be short of is money for those who wait.
#[utoipa::path(get, path = "/api/v1/finance/budgets/forecast", operation_id = "finance_budget_forecast", tag = "finance",
    responses((status = 200, description = "The forecast", body = ForecastView)))]
pub(in super::super) async fn forecast(
    State(web): State<Web>,
    Desk(staff): Desk,
) -> Result<Json<ForecastView>, Problem> {
    let forecast = web.finance.forecast(&staff).await?;
    Ok(Json((&forecast).into()))
}
