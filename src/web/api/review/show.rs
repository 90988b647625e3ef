//! `GET /api/v1/review/applications/{id}?purpose=…`: one case, with a row in the access log.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::evidence::Fetch;
use crate::domain::id::ApplicationId;
use crate::review::service::CaseView;
use crate::web::Web;
use crate::web::api::views::{
    ApplicationView, DecisionView, DisputeView, FindingView, FormBody, IdText, Instant,
};
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Id, Query, Read, TextRule, text};
use crate::web::problem::Problem;

/// Why the reviewer looks.
#[derive(Debug)]
pub struct Look {
    pub(in crate::web::api) purpose: String,
}

impl Read for Look {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self {
            purpose: fields.required("purpose", text(TextRule::line(200)))?,
        })
    }
}

/// One asking of a register.
#[derive(Debug, Serialize, ToSchema)]
pub struct FetchView {
    /// Its id, known to the register as `query_id`.
    id: IdText,
    /// Which register.
    #[schema(example = "degree")]
    source: &'static str,
    /// 0 for the filing, n for the re-check before instalment n.
    round: u8,
    /// When.
    asked_at: Instant,
    /// How long it took, in milliseconds.
    #[schema(example = 120)]
    elapsed_ms: i64,
    /// How often it was tried.
    #[schema(example = 1)]
    attempts: u8,
    /// How it ended: `answered`, `timed_out`, `unreachable`, `server_error`, `refused`, `malformed`, `bad_signature`,
    /// `breaker_open` or `not_configured`.
    #[schema(example = "answered")]
    outcome: &'static str,
}

impl From<&Fetch> for FetchView {
    fn from(fetch: &Fetch) -> Self {
        Self {
            id: IdText::of(&fetch.id),
            source: fetch.source.as_str(),
            round: fetch.round.0,
            asked_at: fetch.asked_at.into(),
            elapsed_ms: fetch.elapsed_ms,
            attempts: fetch.attempts,
            outcome: fetch.outcome.as_str(),
        }
    }
}

/// A case as a reviewer sees it. There is no account number in it, and the document's number is masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Case {
    /// The application.
    application: ApplicationView,
    /// Name as signed in.
    #[schema(example = "张三")]
    applicant_name: String,
    /// The form that was confirmed, or the newest.
    form: Option<FormBody>,
    /// What the applicant said is wrong.
    disputes: Vec<DisputeView>,
    /// Every decision, oldest first.
    decisions: Vec<DecisionView>,
    /// Every criterion of the newest decision.
    findings: Vec<FindingView>,
    /// How the registers answered.
    fetches: Vec<FetchView>,
}

impl From<&CaseView> for Case {
    fn from(case: &CaseView) -> Self {
        let document = &case.applicant.document;
        let mask = |value: &str| value.replace(document.reveal(), &document.masked());
        Self {
            application: ApplicationView::of(&case.application),
            applicant_name: case.applicant.name.reveal().clone(),
            form: case
                .snapshot
                .as_ref()
                .map(|snapshot| FormBody::masked(snapshot, &case.disputes, &mask)),
            disputes: case.disputes.iter().map(Into::into).collect(),
            decisions: case.decisions.iter().map(Into::into).collect(),
            findings: case.findings.iter().map(Into::into).collect(),
            fetches: case.fetches.iter().map(Into::into).collect(),
        }
    }
}

/// One case with its evidence row by row. The look is logged with its purpose.
#[utoipa::path(get, path = "/api/v1/review/applications/{id}", operation_id = "review_show", tag = "review",
    params(
        ("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001"),
        ("purpose" = String, Query, description = "Why one looks, at most 200 characters", example = "人工复核")
    ),
    responses((status = 200, description = "The case", body = Case)))]
pub(super) async fn show(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<ApplicationId>,
    Query(look): Query<Look>,
) -> Result<Json<Case>, Problem> {
    let mut case = web.review.show(&staff, id, &look.purpose).await?;
    // A register that was silent when the machine referred is asked again, so that the reviewer has it all.
    if web.prefill.collect_missing(&case.application).await? {
        case = web.review.refresh(case).await?;
    }
    Ok(Json((&case).into()))
}
