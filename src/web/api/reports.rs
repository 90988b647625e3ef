//! `POST /api/v1/reports`: 反映, a stuck matter, told by anybody through a program.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::views::{ContactView, Day, IdText};
use crate::domain::district::DistrictCode;
use crate::review::counter::Report;
use crate::web::Web;
use crate::web::extract::{Body, Fields, Read, TextRule, parsed, text};
use crate::web::problem::{Kind, Problem};

/// Seconds after which somebody may try again when too many tell at once.
const CROWDED_SECONDS: u32 = 60;

/// What is stuck. Who tells is not asked: an application is named by its applicant on the pages, or at the counter.
#[derive(Debug, ToSchema)]
pub struct StuckRequest {
    /// Where it belongs; `null` for what crosses districts.
    #[schema(value_type = Option<String>, example = "440604")]
    district: Option<DistrictCode>,
    /// What is stuck. No numbers of documents or accounts, please.
    #[schema(example = "社保转移一直办不成。", max_length = 2000)]
    words: String,
}

impl Read for StuckRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let codes = (
            "请填写六位行政区划代码",
            "write a district's six-digit code",
        );
        let district = fields.optional("district", parsed::<DistrictCode>(codes));
        let words = fields.required("words", text(TextRule::lines(2_000)));
        Some(Self {
            district: district?,
            words: words?,
        })
    }
}

/// By which it is followed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportedView {
    /// Its number, to be named at the counter or on the telephone.
    number: IdText,
    /// Who follows it to its end; none while one is found.
    officer: Option<ContactView>,
    /// The last day for an answer; none where the calendar does not reach.
    due: Option<Day>,
}

/// Registers a stuck matter: it has a number and an officer from the first moment.
#[utoipa::path(post, path = "/api/v1/reports", operation_id = "report", tag = "desk",
    request_body = StuckRequest,
    responses((status = 201, description = "Registered", body = ReportedView)))]
pub(super) async fn report(
    State(web): State<Web>,
    Body(asked): Body<StuckRequest>,
) -> Result<(StatusCode, Json<ReportedView>), Problem> {
    if !web.reports.takes(web.ctx.now()) {
        return Err(Problem::new(Kind::Unavailable).retry_after(CROWDED_SECONDS));
    }
    let report = Report {
        application: None,
        district: asked.district,
        words: asked.words,
    };
    let case = web.cases.report(None, &report).await?;
    let officer = web.cases.officer_of(&case).await?;
    let due = case.clock.due(&web.ctx.calendar).ok().flatten();
    let reported = ReportedView {
        number: IdText::of(&case.id),
        officer: officer.map(|officer| ContactView {
            name: officer.name,
            contact: officer.contact,
        }),
        due: due.map(Into::into),
    };
    Ok((StatusCode::CREATED, Json(reported)))
}
