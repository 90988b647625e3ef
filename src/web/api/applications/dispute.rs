//! `POST /api/v1/applications/{id}/disputes`: 有误, "this is wrong".

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa::ToSchema;

use crate::domain::id::{ApplicationId, SnapshotId};
use crate::web::Web;
use crate::web::api::views::DisputeView;
use crate::web::auth::Me;
use crate::web::extract::{Body, Fields, Id, Read, TextRule, id, text};
use crate::web::problem::Problem;

/// Which row is wrong, and what about it.
#[derive(Debug, ToSchema)]
pub struct DisputeRequest {
    /// The form in which it stands.
    #[schema(value_type = String, example = "019a0000-0000-7000-8000-000000000002")]
    snapshot_id: SnapshotId,
    /// The row's `field`.
    #[schema(example = "employer_name", max_length = 100)]
    field: String,
    /// What is wrong, in one's own words.
    #[schema(example = "单位名称已变更", max_length = 1000)]
    words: String,
}

impl Read for DisputeRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let snapshot_id = fields.required("snapshot_id", id);
        let field = fields.required("field", text(TextRule::line(100)));
        let words = fields.required("words", text(TextRule::lines(1000)));
        Some(Self {
            snapshot_id: snapshot_id?,
            field: field?,
            words: words?,
        })
    }
}

/// Says that a filled row is wrong. Filing then takes the application to a person.
#[utoipa::path(post, path = "/api/v1/applications/{id}/disputes", operation_id = "dispute", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    request_body = DisputeRequest,
    responses(
        (status = 201, description = "Noted", body = DisputeView),
        (status = 200, description = "Said before, in these words: a row is called wrong once", body = DisputeView),
        (status = 409, description = "The form is newer, or was filed already", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn dispute(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    Body(said): Body<DisputeRequest>,
) -> Result<(StatusCode, Json<DisputeView>), Problem> {
    let noted = web
        .prefill
        .dispute(me.id, id, said.snapshot_id, &said.field, &said.words)
        .await?;
    let status = if noted.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json((&noted.dispute).into())))
}
