//! `POST /api/v1/review/payments/{id}/decision`: a person decides a referred instalment.

use axum::extract::State;
use axum::response::Response;
use utoipa::ToSchema;

use super::decide::{VerdictWord, basis_fault, decided_or_second, verdict_of};
use crate::domain::id::PaymentId;
use crate::web::Web;
use crate::web::api::views::PaymentBody;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Id, Read, TextRule, chosen, text};
use crate::web::problem::Problem;

/// What a person decides about an instalment.
#[derive(Debug, ToSchema)]
pub struct InstalmentDecisionRequest {
    /// Approve or refuse.
    verdict: VerdictWord,
    /// Why, in words that the applicant reads.
    #[schema(example = "新单位已人工核实。", max_length = 2000)]
    grounds: String,
    /// The rule a refusal rests on; must be there for a refusal and only there.
    #[schema(example = json!(null), max_length = 500)]
    legal_basis: Option<String>,
}

impl Read for InstalmentDecisionRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let words = ("请填写 approve 或 refuse", "write approve or refuse");
        let verdict = fields.required("verdict", chosen(VerdictWord::parse, words));
        let grounds = fields.required("grounds", text(TextRule::lines(2000)));
        let legal_basis = fields.optional("legal_basis", text(TextRule::lines(500)));
        let (verdict, legal_basis) = (verdict?, legal_basis?);
        if let Some(fault) = basis_fault(verdict, legal_basis.is_some()) {
            fields.fault("legal_basis", fault);
        }
        Some(Self {
            verdict,
            grounds: grounds?,
            legal_basis,
        })
    }
}

/// Approves or refuses an instalment whose re-check the machine referred, as an application is decided. Refused, its money goes back
/// to the budget line.
#[utoipa::path(post, path = "/api/v1/review/payments/{id}/decision", operation_id = "review_decide_payment", tag = "review",
    params(("id" = String, Path, description = "The payment's id", example = "019a0000-0000-7000-8000-000000000003")),
    request_body = InstalmentDecisionRequest,
    responses(
        (status = 200, description = "Decided", body = PaymentBody),
        (status = 202, description = "Proposed: another person must agree", body = super::decide::SecondPerson),
        (status = 409, description = "It is not referred", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn decide_payment(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<PaymentId>,
    Body(asked): Body<InstalmentDecisionRequest>,
) -> Result<Response, Problem> {
    let verdict = verdict_of(asked.verdict, asked.grounds, asked.legal_basis);
    let (payment, case) = web.review.decide_payment(&staff, id, &verdict).await?;
    Ok(decided_or_second(&case, &PaymentBody::of(&payment, [])))
}
