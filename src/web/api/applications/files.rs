//! `/api/v1/applications/{id}/files`: what an applicant hands in with the case of their application.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use utoipa::ToSchema;

use crate::domain::id::{ApplicationId, CaseFileId};
use crate::error::StageError;
use crate::web::Web;
use crate::web::api::views::CaseFileView;
use crate::web::auth::Me;
use crate::web::extract::{Fields, Id, Ids, Read};
use crate::web::problem::Problem;
use crate::web::upload::{Parcel, chosen_upload, download};

/// A file, as `multipart/form-data`.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "`file` describes the part that is read beside the fields"
)]
pub struct HandInRequest {
    /// PDF, JPEG or PNG, checked by its content; 5 MiB at most by itself.
    #[schema(value_type = String, format = Binary)]
    file: (),
}

impl Read for HandInRequest {
    fn read(_: &mut Fields<'_>) -> Option<Self> {
        Some(Self { file: () })
    }
}

/// Hands a file in with the open case of an application. Saying that everything is there is another step: `case/supply`.
#[utoipa::path(post, path = "/api/v1/applications/{id}/files", operation_id = "hand_in", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    request_body(content = HandInRequest, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "Kept", body = CaseFileView),
        (status = 409, description = "The case has ended", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json"),
        (status = 413, description = "The file is too large; `bytes_max` says what is taken", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json"),
        (status = 415, description = "Not multipart/form-data", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong, or the file is not taken", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn hand_in(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    Parcel { chosen, .. }: Parcel<HandInRequest>,
) -> Result<(StatusCode, Json<CaseFileView>), Problem> {
    let case = web.cases.case_to_follow(me.id, id).await?;
    let upload = chosen_upload(chosen).map_err(StageError::from)?;
    let file = web.cases.hand_in(me.id, case, upload).await?;
    Ok((StatusCode::CREATED, Json((&file).into())))
}

/// A file that the applicant handed in.
#[utoipa::path(get, path = "/api/v1/applications/{id}/files/{file}", operation_id = "own_file", tag = "applications",
    params(
        ("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001"),
        ("file" = String, Path, description = "The file's id", example = "019a0000-0000-7000-8000-000000000006")
    ),
    responses((status = 200, description = "The file, as an attachment", body = Vec<u8>, content_type = "application/pdf")))]
pub(super) async fn own_file(
    State(web): State<Web>,
    Me(me): Me,
    Ids(id, file): Ids<ApplicationId, CaseFileId>,
) -> Result<Response, Problem> {
    let case = web.cases.case_to_follow(me.id, id).await?;
    Ok(download(&web.cases.own_file(me.id, case, file).await?))
}
