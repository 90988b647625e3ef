//! `/api/v1/desk/cases/{id}/files`: what is put to a case, and had from it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{seen, words};
use crate::domain::id::{CaseFileId, CaseId};
use crate::error::StageError;
use crate::web::Web;
use crate::web::api::views::{CaseBody, CaseFileView};
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Id, Ids, Read};
use crate::web::problem::Problem;
use crate::web::upload::{Parcel, chosen_upload, download};

/// A file with a note, as `multipart/form-data`.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "`file` describes the part that is read beside the fields"
)]
pub struct AttachRequest {
    /// The case's version as it was seen.
    #[schema(example = 2, minimum = 1)]
    seen_version: i64,
    /// What it is, for the timeline.
    #[schema(example = "申请人带来的劳动合同。", max_length = 2000)]
    words: String,
    /// PDF, JPEG or PNG, checked by its content; 5 MiB at most by itself.
    #[schema(value_type = String, format = Binary)]
    file: (),
}

impl Read for AttachRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let (seen_version, words) = (seen(fields), words(fields));
        Some(Self {
            seen_version: seen_version?,
            words: words?,
            file: (),
        })
    }
}

/// A case with the file that was put to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attached {
    /// The case after it.
    case: CaseBody,
    /// The file.
    file: CaseFileView,
}

/// Puts a file to a case, as its officer. It is kept sealed, and served as an attachment alone.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/files", operation_id = "desk_attach", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body(content = AttachRequest, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "Kept", body = Attached),
        (status = 409, description = "It has changed since it was seen; `changed` lists how", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json"),
        (status = 413, description = "The file is too large; `bytes_max` says what is taken", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json"),
        (status = 415, description = "Not multipart/form-data", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong, or the file is not taken", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn attach(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Parcel { form, chosen }: Parcel<AttachRequest>,
) -> Result<(StatusCode, Json<Attached>), Problem> {
    let upload = chosen_upload(chosen).map_err(StageError::from)?;
    let attached = web
        .cases
        .attach(&staff, id, form.seen_version, upload, &form.words);
    let (case, file) = attached.await?;
    let today = web.ctx.now().china_date();
    let attached = Attached {
        case: CaseBody::of(&case, &web.ctx.calendar, today),
        file: (&file).into(),
    };
    Ok((StatusCode::CREATED, Json(attached)))
}

/// A file of a case: for its officer, for supervisors, and for whoever may agree while something is proposed. The look is logged.
#[utoipa::path(get, path = "/api/v1/desk/cases/{id}/files/{file}", operation_id = "desk_file", tag = "desk",
    params(
        ("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004"),
        ("file" = String, Path, description = "The file's id", example = "019a0000-0000-7000-8000-000000000006")
    ),
    responses((status = 200, description = "The file, as an attachment", body = Vec<u8>, content_type = "application/pdf")))]
pub(super) async fn file(
    State(web): State<Web>,
    Desk(staff): Desk,
    Ids(id, file): Ids<CaseId, CaseFileId>,
) -> Result<Response, Problem> {
    Ok(download(&web.cases.file(&staff, id, file).await?))
}
