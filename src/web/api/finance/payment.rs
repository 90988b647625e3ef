//! `GET /api/v1/finance/payments/{id}`: one payment with the whole chain of its instructions.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::BudgetLine;
use crate::domain::id::PaymentId;
use crate::finance::service::PaymentChain;
use crate::web::Web;
use crate::web::api::views::{Amount, IdText, PaymentBody};
use crate::web::auth::Desk;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// A payment from award to bank.
#[derive(Debug, Serialize, ToSchema)]
pub struct Chain {
    /// The application it was granted to.
    application_id: IdText,
    /// The budget line.
    budget: BudgetLine,
    /// The whole award.
    award_total: Amount,
    /// The payment with every instruction, oldest first.
    payment: PaymentBody,
}

impl From<&PaymentChain> for Chain {
    fn from(chain: &PaymentChain) -> Self {
        Self {
            application_id: IdText::of(&chain.award.application),
            budget: (&chain.award.budget).into(),
            award_total: chain.award.total.into(),
            payment: PaymentBody::of(&chain.payment, &chain.instructions),
        }
    }
}

/// One payment with all its instructions; accounts are masked.
#[utoipa::path(get, path = "/api/v1/finance/payments/{id}", operation_id = "finance_payment", tag = "finance",
    params(("id" = String, Path, description = "The payment's id", example = "019a0000-0000-7000-8000-000000000003")),
    responses((status = 200, description = "The payment", body = Chain)))]
pub(super) async fn payment(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<PaymentId>,
) -> Result<Json<Chain>, Problem> {
    let chain = web.finance.payment(&staff, id).await?;
    Ok(Json((&chain).into()))
}
