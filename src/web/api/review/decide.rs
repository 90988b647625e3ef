//! `POST /api/v1/review/applications/{id}/decision`: a person decides.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::desk::{DeskCase, Stage};
use crate::domain::id::ApplicationId;
use crate::domain::person::Staff;
use crate::error::StageError;
use crate::review::service::Verdict;
use crate::web::Web;
use crate::web::api::views::{ApplicationView, IdText, ProposalView};
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fault, Fields, Id, Read, TextRule, chosen, integer, text};
use crate::web::problem::{Kind, Problem};
use crate::web::words::Words;

/// What a person decides.
#[derive(Debug, ToSchema)]
pub struct DecisionRequest {
    /// The application's version as it was seen; another one now means that it changed in the meantime.
    #[schema(example = 3, minimum = 0)]
    seen_version: i64,
    /// Approve or refuse.
    verdict: VerdictWord,
    /// Why, in words that the applicant reads.
    #[schema(example = "学位证书已人工核实。", max_length = 2000)]
    grounds: String,
    /// The rule a refusal rests on; must be there for a refusal and only there.
    #[schema(example = json!(null), max_length = 500)]
    legal_basis: Option<String>,
}

/// The two things a person can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum VerdictWord {
    /// Approve.
    Approve,
    /// Refuse, with grounds, legal basis and remedies.
    Refuse,
}

impl VerdictWord {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "approve" => Some(Self::Approve),
            "refuse" => Some(Self::Refuse),
            _ => None,
        }
    }
}

impl Read for DecisionRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let seen_version = fields.required("seen_version", integer(0, i64::MAX));
        let words = ("请填写 approve 或 refuse", "write approve or refuse");
        let verdict = fields.required("verdict", chosen(VerdictWord::parse, words));
        let grounds = fields.required("grounds", text(TextRule::lines(2000)));
        let legal_basis = fields.optional("legal_basis", text(TextRule::lines(500)));
        let (verdict, legal_basis) = (verdict?, legal_basis?);
        if let Some(fault) = basis_fault(verdict, legal_basis.is_some()) {
            fields.fault("legal_basis", fault);
        }
        Some(Self {
            seen_version: seen_version?,
            verdict,
            grounds: grounds?,
            legal_basis,
        })
    }
}

impl DecisionRequest {
    /// The version that was seen, and the verdict in the desk's own terms.
    pub(in crate::web::api) fn verdict(self) -> (i64, Verdict) {
        let verdict = verdict_of(self.verdict, self.grounds, self.legal_basis);
        (self.seen_version, verdict)
    }
}

/// The verdict in the desk's own terms.
pub(super) fn verdict_of(
    word: VerdictWord,
    grounds: String,
    legal_basis: Option<String>,
) -> Verdict {
    match word {
        VerdictWord::Approve => Verdict::Approve { grounds },
        VerdictWord::Refuse => Verdict::Refuse {
            grounds,
            legal_basis: legal_basis.unwrap_or_default(),
        },
    }
}

pub(super) fn basis_fault(verdict: VerdictWord, has_basis: bool) -> Option<Fault> {
    match (verdict, has_basis) {
        (VerdictWord::Refuse, false) => Some(Fault::of(
            ("不予通过必须写明依据", "a refusal names its legal basis"),
            ("请补充法律依据", "add it"),
        )),
        (VerdictWord::Approve, true) => Some(Fault::of(
            ("只有不予通过才写依据", "only a refusal has a legal basis"),
            (
                "请删除该项，或写入 grounds",
                "remove it, or write it into `grounds`",
            ),
        )),
        _ => None,
    }
}

/// An approval that is proposed: the amount demands that another person agrees.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondPerson {
    /// The desk's case in which it is proposed.
    case_id: IdText,
    /// The case's version, to be named by whoever agrees there.
    #[schema(example = 4)]
    version: i64,
    /// What is proposed, and who agrees so far.
    proposal: ProposalView,
    /// Where another person agrees; the same decision sent here by another person agrees too.
    #[schema(example = "/api/v1/desk/cases/019a0000-0000-7000-8000-000000000004/confirm")]
    confirm: String,
    /// What happens next, in Chinese.
    next_zh: String,
    /// What happens next, in English.
    next_en: String,
}

/// 200 with what was decided, or 202 while another person must agree.
pub(super) fn decided_or_second<T: Serialize>(case: &DeskCase, decided: &T) -> Response {
    let Stage::Proposed(proposal) = &case.stage else {
        return Json(decided).into_response();
    };
    let words = Words::of(
        "金额较大，须由第二人确认后才算决定。",
        "Nothing is decided yet: the amount demands that a second person agrees.",
    );
    let second = SecondPerson {
        case_id: IdText::of(&case.id),
        version: case.version,
        proposal: proposal.into(),
        confirm: format!("/api/v1/desk/cases/{}/confirm", case.id),
        next_zh: words.zh.into_owned(),
        next_en: words.en.into_owned(),
    };
    (StatusCode::ACCEPTED, Json(second)).into_response()
}

/// Approves or refuses what the machine referred, in one call: takes the case where it waits, settles what is open on these grounds,
/// and decides. Only a person refuses; a colleague's case is theirs, or a supervisor's.
///
/// Where the amount demands more than one person (the policy's amount bands) the approval is proposed, and `202` says where another
/// agrees. A decision on a version that is no longer the newest is not taken: `409` says what changed.
#[utoipa::path(post, path = "/api/v1/review/applications/{id}/decision", operation_id = "review_decide", tag = "review",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    request_body = DecisionRequest,
    responses(
        (status = 200, description = "Decided", body = ApplicationView),
        (status = 202, description = "Proposed: another person must agree", body = SecondPerson),
        (status = 409, description = "It changed since it was seen; `changed` says what", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn decide(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<ApplicationId>,
    Body(asked): Body<DecisionRequest>,
) -> Result<Response, Problem> {
    let (seen, verdict) = asked.verdict();
    match web.review.decide(&staff, id, seen, &verdict).await {
        Ok((application, case)) => Ok(decided_or_second(&case, &ApplicationView::of(&application))),
        Err(error @ StageError::Stale { .. }) => {
            Err(what_changed(&web, &staff, id, seen, error).await)
        }
        Err(error) => Err(error.into()),
    }
}

/// Says which version and state stand now.
async fn what_changed(
    web: &Web,
    staff: &Staff,
    id: ApplicationId,
    seen: i64,
    error: StageError,
) -> Problem {
    let problem = Problem::from(error);
    let Ok(case) = web
        .review
        .show(staff, id, "decision on a version that had changed")
        .await
    else {
        return problem;
    };
    let now = &case.application;
    debug_assert_eq!(problem.kind(), Kind::Stale);
    problem.member(
        "changed",
        serde_json::json!({
            "seen_version": seen,
            "current_version": now.version,
            "current_state": now.state.name().as_str(),
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::extract::read_body;

    fn read(verdict: &str, basis: &str) -> Result<DecisionRequest, Problem> {
        let text = format!(
            r#"{{"seen_version":1,"verdict":"{verdict}","grounds":"g","legal_basis":{basis}}}"#
        );
        read_body(text.as_bytes())
    }

    #[test]
    fn a_refusal_and_only_a_refusal_names_its_legal_basis() {
        assert!(read("approve", "null").is_ok());
        assert!(read("refuse", "\"第三条\"").is_ok());
        assert!(read("refuse", "null").is_err());
        assert!(read("approve", "\"第三条\"").is_err());
        assert!(read("refer", "null").is_err());
    }
}
