//! `/api/v1/finance/budgets/year-end`: what a year leaves unpromised is proposed to be carried over or to lapse.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::BudgetOrderBody;
use crate::domain::budget_order::REFERENCE_MAX;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Read, TextRule, integer, text};
use crate::web::problem::Problem;

/// Which year ends, by which document.
#[derive(Debug, ToSchema)]
pub struct YearEndRequest {
    /// The budget year; it must be over.
    #[schema(example = 2025, minimum = 2000, maximum = 2999)]
    year: i16,
    /// Number of the document; each line's order adds its line to it.
    #[schema(example = "样例〔2026〕2号", max_length = 100)]
    reference: String,
}

impl Read for YearEndRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let year = fields.required("year", integer(2000, 2999));
        let reference = fields.required("reference", text(TextRule::line(REFERENCE_MAX)));
        Some(Self {
            year: i16::try_from(year?).ok()?,
            reference: reference?,
        })
    }
}

/// What is new by proposing the end of a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct YearEndView {
    /// `lapse` or `carry_over`, as it is configured.
    #[schema(example = "lapse")]
    rule: &'static str,
    /// One order for each line with something unpromised that had none; empty when it was done before.
    orders: Vec<BudgetOrderBody>,
    /// Lines with something left for which none could be proposed.
    left: Vec<LeftBody>,
}

/// A line for whose end no order could be proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftBody {
    /// Its policy.
    policy: String,
    /// Its district.
    district: String,
    /// `reference_used`: the document's number stands for another order of the line, or for one that has ended. `no_such_line`: the policy
    /// or the district it would be carried over to is no more.
    #[schema(example = "reference_used")]
    why: &'static str,
}

/// Proposes one order for each line of a year that is over and holds what is not promised. Another person approves each. Doing it twice
/// makes nothing new.
#[utoipa::path(post, path = "/api/v1/finance/budgets/year-end", operation_id = "finance_propose_year_end", tag = "finance",
    request_body = YearEndRequest,
    responses(
        (status = 200, description = "What is new", body = YearEndView),
        (status = 422, description = "The year is not over", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(in super::super) async fn propose(
    State(web): State<Web>,
    Desk(staff): Desk,
    Body(asked): Body<YearEndRequest>,
) -> Result<Json<YearEndView>, Problem> {
    let ending = web
        .finance
        .propose_year_end(&staff, asked.year, &asked.reference)
        .await?;
    Ok(Json(YearEndView {
        rule: web.finance.rule().as_str(),
        orders: ending.orders.iter().map(Into::into).collect(),
        left: ending
            .left
            .into_iter()
            .map(|(line, why)| LeftBody {
                policy: line.policy,
                district: line.district.to_string(),
                why: why.as_str(),
            })
            .collect(),
    }))
}
