//! `POST /api/v1/finance/budgets/orders/{id}/approve|decline|withdraw`: what becomes of an order.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use super::BudgetOrderBody;
use crate::domain::budget_order::GROUNDS_MAX;
use crate::domain::id::BudgetOrderId;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Id, Read, TextRule, integer, text};
use crate::web::problem::Problem;

/// Which version of the order was looked at.
#[derive(Debug, ToSchema)]
pub struct SeenOrderRequest {
    /// The order's `version`; when it has another one by now, nothing is done.
    #[schema(example = 0, minimum = 0)]
    version: i64,
}

impl Read for SeenOrderRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let version = fields.required("version", integer(0, i64::MAX))?;
        Some(Self { version })
    }
}

/// Why it is declined.
#[derive(Debug, ToSchema)]
pub struct DeclineOrderRequest {
    /// The order's `version`; when it has another one by now, nothing is done.
    #[schema(example = 0, minimum = 0)]
    version: i64,
    /// The grounds.
    #[schema(example = "金额与文件不符。", max_length = 500)]
    grounds: String,
}

impl Read for DeclineOrderRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let version = fields.required("version", integer(0, i64::MAX));
        let grounds = fields.required("grounds", text(TextRule::lines(GROUNDS_MAX)));
        Some(Self {
            version: version?,
            grounds: grounds?,
        })
    }
}

/// Approves the order that was seen; whoever proposed it cannot. Its money moves at once, and who waits for it moves on, first come, first
/// served.
#[utoipa::path(post, path = "/api/v1/finance/budgets/orders/{id}/approve", operation_id = "finance_approve_budget_order", tag = "finance",
    params(("id" = String, Path, description = "The order's id", example = "019a0000-0000-7000-8000-000000000007")),
    request_body = SeenOrderRequest,
    responses(
        (status = 200, description = "Approved", body = BudgetOrderBody),
        (status = 409, description = "It has changed since, which `changed` tells; or the line does not reach, and `free` tells what it has",
            body = crate::web::problem::ProblemSchema, content_type = "application/problem+json")
    ))]
pub(in super::super) async fn approve(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<BudgetOrderId>,
    Body(seen): Body<SeenOrderRequest>,
) -> Result<Json<BudgetOrderBody>, Problem> {
    let approved = web.finance.approve_order(&staff, id, seen.version).await?;
    Ok(Json((&approved).into()))
}

/// Declines the order that was seen, with grounds; whoever proposed it cannot.
#[utoipa::path(post, path = "/api/v1/finance/budgets/orders/{id}/decline", operation_id = "finance_decline_budget_order", tag = "finance",
    params(("id" = String, Path, description = "The order's id", example = "019a0000-0000-7000-8000-000000000007")),
    request_body = DeclineOrderRequest,
    responses(
        (status = 200, description = "Declined", body = BudgetOrderBody),
        (status = 409, description = "It has changed since, which `changed` tells", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(in super::super) async fn decline(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<BudgetOrderId>,
    Body(asked): Body<DeclineOrderRequest>,
) -> Result<Json<BudgetOrderBody>, Problem> {
    let declined = web
        .finance
        .decline_order(&staff, id, asked.version, &asked.grounds)
        .await?;
    Ok(Json((&declined).into()))
}

/// Takes the order that was seen back; only whoever proposed it can.
#[utoipa::path(post, path = "/api/v1/finance/budgets/orders/{id}/withdraw", operation_id = "finance_withdraw_budget_order", tag = "finance",
    params(("id" = String, Path, description = "The order's id", example = "019a0000-0000-7000-8000-000000000007")),
    request_body = SeenOrderRequest,
    responses(
        (status = 200, description = "Withdrawn", body = BudgetOrderBody),
        (status = 409, description = "It has changed since, which `changed` tells", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(in super::super) async fn withdraw(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<BudgetOrderId>,
    Body(seen): Body<SeenOrderRequest>,
) -> Result<Json<BudgetOrderBody>, Problem> {
    let withdrawn = web.finance.withdraw_order(&staff, id, seen.version).await?;
    Ok(Json((&withdrawn).into()))
}
