//! `POST /api/v1/applications/{id}/rating`: 好差评, how it was.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::ApplicationId;
use crate::domain::rating::{Grade, Rating, WORDS_MAX};
use crate::web::Web;
use crate::web::api::views::{IdText, Instant};
use crate::web::auth::Me;
use crate::web::extract::{Body, Fields, Id, Read, TextRule, chosen, text};
use crate::web::problem::Problem;

/// What somebody says once their matter has ended.
#[derive(Debug, ToSchema)]
pub struct RatingRequest {
    /// `very_satisfied`, `satisfied`, `basically_satisfied`, `dissatisfied` or `very_dissatisfied`.
    #[schema(value_type = String, example = "satisfied")]
    grade: Grade,
    /// In one's own words.
    #[schema(example = json!(null), max_length = 2000)]
    words: Option<String>,
}

impl Read for RatingRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let grades = (
            "请填写五个等级之一，例如 satisfied",
            "write one of the five grades, such as satisfied",
        );
        let grade = fields.required("grade", chosen(Grade::parse, grades));
        let words = fields.optional("words", text(TextRule::lines(WORDS_MAX)));
        Some(Self {
            grade: grade?,
            words: words?,
        })
    }
}

/// What was said.
#[derive(Debug, Serialize, ToSchema)]
pub struct RatingView {
    /// The grade.
    #[schema(example = "satisfied")]
    grade: String,
    /// When.
    at: Instant,
    /// The case in which a bad grade is answered, within 15 working days.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<IdText>,
}

impl From<&Rating> for RatingView {
    fn from(rating: &Rating) -> Self {
        Self {
            grade: rating.grade.as_str().to_owned(),
            at: rating.at.into(),
            case: rating.case.as_ref().map(IdText::of),
        }
    }
}

/// Rates the service once the matter has ended: refused, or the first money at the bank. Said once, and not changed.
#[utoipa::path(post, path = "/api/v1/applications/{id}/rating", operation_id = "rate", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    request_body = RatingRequest,
    responses(
        (status = 201, description = "Taken down", body = RatingView),
        (status = 409, description = "It has not ended, or was rated before", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn rate(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    Body(said): Body<RatingRequest>,
) -> Result<(StatusCode, Json<RatingView>), Problem> {
    let words = said.words.as_deref();
    let rating = web.cases.rate(me.id, id, said.grade, words).await?;
    Ok((StatusCode::CREATED, Json((&rating).into())))
}
