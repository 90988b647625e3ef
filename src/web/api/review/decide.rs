//! `POST /api/v1/review/applications/{id}/decision`: a person decides.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use crate::domain::id::ApplicationId;
use crate::domain::person::Staff;
use crate::error::StageError;
use crate::review::service::Verdict;
use crate::web::Web;
use crate::web::api::views::ApplicationView;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fault, Fields, Id, Read, TextRule, chosen, integer, text};
use crate::web::problem::{Kind, Problem};

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

/// Approves or refuses what the machine referred. Only a person refuses.
///
/// A decision on a version that is no longer the newest is not taken: `409` says what changed.
#[utoipa::path(post, path = "/api/v1/review/applications/{id}/decision", operation_id = "review_decide", tag = "review",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    request_body = DecisionRequest,
    responses(
        (status = 200, description = "Decided", body = ApplicationView),
        (status = 409, description = "It changed since it was seen; `changed` says what", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn decide(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<ApplicationId>,
    Body(asked): Body<DecisionRequest>,
) -> Result<Json<ApplicationView>, Problem> {
    let seen = asked.seen_version;
    let verdict = verdict_of(asked.verdict, asked.grounds, asked.legal_basis);
    match web.review.decide(&staff, id, seen, &verdict).await {
        Ok(application) => Ok(Json(ApplicationView::of(&application))),
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
