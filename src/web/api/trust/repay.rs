//! `POST /api/v1/finance/payments/{id}/repayments`: what a payee has paid back.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use super::ReceivableView;
use crate::domain::id::PaymentId;
use crate::domain::money::Money;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Id, Read, TextRule, amount, text};
use crate::web::problem::Problem;

/// Money that has come back.
#[derive(Debug, ToSchema)]
pub struct RepaymentRequest {
    /// How much: a string of yuan with two decimals; never more than is still owed.
    #[schema(value_type = String, example = "20000.00", pattern = r"^(0|[1-9]\d{0,13})\.\d{2}$")]
    amount: Money,
    /// The bank's reference. The same reference twice changes nothing.
    #[schema(example = "20270301-0042", max_length = 100)]
    reference: String,
}

impl Read for RepaymentRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let amount = fields.required("amount", amount);
        let reference = fields.required("reference", text(TextRule::line(100)));
        Some(Self {
            amount: amount?,
            reference: reference?,
        })
    }
}

/// Books what a payee has paid back.
#[utoipa::path(post, path = "/api/v1/finance/payments/{id}/repayments", operation_id = "finance_repay", tag = "finance",
    params(("id" = String, Path, description = "The payment's id", example = "019a0000-0000-7000-8000-000000000003")),
    request_body = RepaymentRequest,
    responses(
        (status = 200, description = "What is to come back, as it stands now", body = ReceivableView),
        (status = 409, description = "The reference stands for another repayment already", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn repay(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<PaymentId>,
    Body(asked): Body<RepaymentRequest>,
) -> Result<Json<ReceivableView>, Problem> {
    let (amount, reference) = (asked.amount, asked.reference);
    let receivable = web
        .finance
        .book_repayment(&staff, id, amount, &reference)
        .await?;
    Ok(Json(ReceivableView::of(&receivable)))
}
