//! `POST /api/v1/finance/batches`: a set of payout files is made, signed and kept.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa::ToSchema;

use super::BatchBody;
use crate::domain::district::DistrictCode;
use crate::domain::time::{Date, parse_date};
use crate::finance::batches::Wanted;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Read, TextRule, chosen, parsed, text};
use crate::web::problem::Problem;

/// Of what a batch is made.
#[derive(Debug, ToSchema)]
pub struct PrepareRequest {
    /// The day in China on which the payments were instructed.
    #[schema(value_type = String, format = Date, example = "2026-11-23")]
    day: Date,
    /// The policy's id.
    #[schema(example = "foshan-phd-settling-in", max_length = 100)]
    policy: String,
    /// The district that pays.
    #[schema(value_type = String, example = "440604")]
    district: DistrictCode,
}

impl Read for PrepareRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let days = (
            "请填写日期，例如 2026-11-23",
            "write a day, such as 2026-11-23",
        );
        let day = fields.required("day", chosen(|text| parse_date(text).ok(), days));
        let policy = fields.required("policy", text(TextRule::line(100)));
        let codes = (
            "请填写六位行政区划代码",
            "write a district's six-digit code",
        );
        let district = fields.required("district", parsed(codes));
        Some(Self {
            day: day?,
            policy: policy?,
            district: district?,
        })
    }
}

/// Makes every format of what was instructed and is in no living batch, at most 5,000 rows; what is more goes into the next batch.
#[utoipa::path(post, path = "/api/v1/finance/batches", operation_id = "finance_prepare_batch", tag = "finance",
    request_body = PrepareRequest,
    responses(
        (status = 201, description = "Prepared; another person approves it", body = BatchBody),
        (status = 404, description = "Nothing of it is left to be prepared", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json"),
        (status = 409, description = "Another batch was prepared of it at the same time", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(in super::super) async fn prepare(
    State(web): State<Web>,
    Desk(staff): Desk,
    Body(asked): Body<PrepareRequest>,
) -> Result<(StatusCode, Json<BatchBody>), Problem> {
    let wanted = Wanted {
        day: asked.day,
        policy: asked.policy,
        district: asked.district,
    };
    let batch = web.finance.prepare_batch(&staff, &wanted).await?;
    Ok((StatusCode::CREATED, Json((&batch).into())))
}
