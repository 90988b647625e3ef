//! `POST /api/v1/desk/cases/{id}/recovery`: an officer decides whether a payment has to come back.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use super::sample::basis_fault;
use crate::domain::id::CaseId;
use crate::review::trust::Recovery;
use crate::web::Web;
use crate::web::api::desk::after;
use crate::web::api::views::CaseBody;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Id, Read, TextRule, chosen, integer, text};
use crate::web::problem::Problem;

/// What an officer decides about a recovery.
#[derive(Debug, ToSchema)]
pub struct RecoveryRequest {
    /// The case's version as it was seen; another one now means that it changed in the meantime.
    #[schema(example = 2, minimum = 1)]
    seen_version: i64,
    /// Recover or let be.
    verdict: RecoveryWord,
    /// Why, in words that the applicant reads.
    #[schema(example = "已离开佛山，社会保险自2027年1月起停缴。", max_length = 2000)]
    grounds: String,
    /// The rule a claim rests on; must be there for `recover` and only there.
    #[schema(example = json!(null), max_length = 500)]
    legal_basis: Option<String>,
}

/// What a recovery can come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum RecoveryWord {
    /// It has to come back.
    Recover,
    /// It need not.
    LetBe,
}

impl RecoveryWord {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "recover" => Some(Self::Recover),
            "let_be" => Some(Self::LetBe),
            _ => None,
        }
    }
}

impl Read for RecoveryRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let seen_version = fields.required("seen_version", integer(1, i64::MAX));
        let words = ("请填写 recover 或 let_be", "write recover or let_be");
        let verdict = fields.required("verdict", chosen(RecoveryWord::parse, words));
        let grounds = fields.required("grounds", text(TextRule::lines(2000)));
        let legal_basis = fields.optional("legal_basis", text(TextRule::lines(500)));
        let (verdict, legal_basis) = (verdict?, legal_basis?);
        let claims = verdict == RecoveryWord::Recover;
        if let Some(fault) = basis_fault(claims, legal_basis.is_some()) {
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

/// Decides a recovery. What has to come back stands in the ledger as a receivable over exactly what was paid.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/recovery", operation_id = "desk_recovery", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = RecoveryRequest,
    responses(
        (status = 200, description = "Decided", body = CaseBody),
        (status = 409, description = "It changed since it was seen, is no recovery to be decided, or its payment is on its way; `changed` says what",
            body = crate::web::problem::ProblemSchema, content_type = "application/problem+json")
    ))]
pub(super) async fn recovery(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<RecoveryRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let grounds = asked.grounds;
    let verdict = match asked.verdict {
        RecoveryWord::LetBe => Recovery::LetBe { grounds },
        RecoveryWord::Recover => Recovery::Recover {
            grounds,
            legal_basis: asked.legal_basis.unwrap_or_default(),
        },
    };
    let seen = asked.seen_version;
    let case = web
        .cases
        .decide_recovery(&staff, id, seen, &verdict)
        .await?;
    Ok(after(&web, &case))
}
