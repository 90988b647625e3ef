//! `/api/v1/desk/reports` and `…/endings`: 反映, and how cases ended.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::after;
use crate::domain::district::DistrictCode;
use crate::domain::id::ApplicationId;
use crate::review::counter::Report;
use crate::web::Web;
use crate::web::api::views::CaseBody;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Read, id, parsed, text};
use crate::web::problem::Problem;

/// A stuck matter that somebody brought to the counter.
#[derive(Debug, ToSchema)]
pub struct ReportRequest {
    /// The application it is about, where it is about one.
    #[schema(value_type = Option<String>, example = json!(null))]
    application_id: Option<ApplicationId>,
    /// Where it belongs; `null` for what crosses districts. An application's own district goes before it.
    #[schema(value_type = Option<String>, example = "440604")]
    district: Option<DistrictCode>,
    /// What is stuck.
    #[schema(example = "社保转移一直办不成。", max_length = 2000)]
    words: String,
}

impl Read for ReportRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let codes = (
            "请填写六位行政区划代码",
            "write a district's six-digit code",
        );
        let application_id = fields.optional("application_id", id);
        let district = fields.optional("district", parsed::<DistrictCode>(codes));
        let words = fields.required("words", text(super::WORDS));
        Some(Self {
            application_id: application_id?,
            district: district?,
            words: words?,
        })
    }
}

/// Registers at the counter what somebody came with (反映): a case with an officer from the first moment.
#[utoipa::path(post, path = "/api/v1/desk/reports", operation_id = "desk_report", tag = "desk",
    request_body = ReportRequest,
    responses(
        (status = 201, description = "Registered", body = CaseBody),
        (status = 404, description = "No such application in one's district", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn report(
    State(web): State<Web>,
    Desk(staff): Desk,
    Body(asked): Body<ReportRequest>,
) -> Result<(StatusCode, Json<CaseBody>), Problem> {
    let report = Report {
        application: asked.application_id,
        district: asked.district,
        words: asked.words,
    };
    let case = web.cases.report_at_counter(&staff, &report).await?;
    Ok((StatusCode::CREATED, after(&web, &case)))
}

/// How many cases of one kind ended in one way.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndingCount {
    /// `filing`, `recheck` or `report`.
    #[schema(example = "report")]
    about: String,
    /// `approved`, `refused`, `answered`, `handed_on`, `lapsed`, `withdrawn` or `broken`.
    #[schema(example = "answered")]
    ending: &'static str,
    /// How many.
    #[schema(example = 3)]
    count: i64,
}

/// How the desk's cases ended, of the whole city: of reports, `answered` were in scope and `handed_on` were not.
#[utoipa::path(get, path = "/api/v1/desk/endings", operation_id = "desk_endings", tag = "desk",
    responses((status = 200, description = "Counts", body = [EndingCount])))]
pub(super) async fn endings(
    State(web): State<Web>,
    Desk(staff): Desk,
) -> Result<Json<Vec<EndingCount>>, Problem> {
    let counts = web.cases.endings(&staff).await?;
    let counts = counts
        .into_iter()
        .map(|(about, ending, count)| EndingCount {
            about,
            ending: ending.as_str(),
            count,
        });
    Ok(Json(counts.collect()))
}
