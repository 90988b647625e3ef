//! `POST /api/v1/applications/{id}/person`: 要求人工办理, "let a person decide".

use axum::Json;
use axum::extract::State;

use super::file::judged;
use crate::domain::id::ApplicationId;
use crate::web::Web;
use crate::web::api::views::ApplicationView;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::problem::Problem;

/// Asks that a person decides, without giving reasons; possible while the machine is still to decide.
///
/// The application goes to a person at once, also when a register it waits for has not answered. Asking again changes nothing.
#[utoipa::path(post, path = "/api/v1/applications/{id}/person", operation_id = "ask_for_person", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    responses(
        (status = 200, description = "A person has it, or is about to", body = ApplicationView),
        (status = 409, description = "It is not filed yet, or decided already", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn person(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Json<ApplicationView>, Problem> {
    let asked = web.prefill.ask_for_person(me.id, id).await?;
    let application = judged(&web, asked).await;
    Ok(Json(ApplicationView::of(&application)))
}
