//! `GET /api/v1/applications/{id}/payments`: the money's way to the bank.

use axum::Json;
use axum::extract::State;

use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::api::views::PaymentBody;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// The payments of an application, each with its instructions.
#[utoipa::path(get, path = "/api/v1/applications/{id}/payments", operation_id = "list_own_payments", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    responses((status = 200, description = "Its payments", body = [PaymentBody])))]
pub(super) async fn payments(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Json<Vec<PaymentBody>>, Problem> {
    let views = web.payout.payments_of(me.id, id).await?;
    Ok(Json(views.iter().map(PaymentBody::own).collect()))
}
