//! `POST /api/v1/finance/payments/{id}/release`: a held payment goes on.

use axum::Json;
use axum::extract::State;

use crate::domain::id::PaymentId;
use crate::web::Web;
use crate::web::api::views::PaymentBody;
use crate::web::auth::Desk;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// Lets a held payment go on after a person has looked: the treasury is asked first, and only the same instruction is sent again.
#[utoipa::path(post, path = "/api/v1/finance/payments/{id}/release", operation_id = "finance_release", tag = "finance",
    params(("id" = String, Path, description = "The payment's id", example = "019a0000-0000-7000-8000-000000000003")),
    responses(
        (status = 200, description = "On its way", body = PaymentBody),
        (status = 409, description = "It is not held", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn release(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<PaymentId>,
) -> Result<Json<PaymentBody>, Problem> {
    let payment = web.finance.release_held(&staff, id).await?;
    Ok(Json(PaymentBody::of(&payment, [])))
}
