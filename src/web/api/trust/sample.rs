//! `POST /api/v1/desk/cases/{id}/sample`: an officer has looked at what the machine approved.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use crate::domain::id::CaseId;
use crate::review::service::Verdict;
use crate::web::Web;
use crate::web::api::desk::after;
use crate::web::api::views::CaseBody;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fault, Fields, Id, Read, TextRule, chosen, integer, text};
use crate::web::problem::Problem;

/// What an officer says about a sample.
#[derive(Debug, ToSchema)]
pub struct SampleRequest {
    /// The case's version as it was seen; another one now means that it changed in the meantime.
    #[schema(example = 2, minimum = 1)]
    seen_version: i64,
    /// Right or wrong.
    verdict: SampleWord,
    /// Why, in words that the applicant reads.
    #[schema(example = "已核对全部材料。", max_length = 2000)]
    grounds: String,
    /// The rule on which the approval is taken back; must be there for `wrong` and only there.
    #[schema(example = json!(null), max_length = 500)]
    legal_basis: Option<String>,
}

/// What a look can come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum SampleWord {
    /// The machine was right.
    Right,
    /// It was not: the approval is taken back.
    Wrong,
}

impl SampleWord {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "right" => Some(Self::Right),
            "wrong" => Some(Self::Wrong),
            _ => None,
        }
    }
}

impl Read for SampleRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let seen_version = fields.required("seen_version", integer(1, i64::MAX));
        let words = ("请填写 right 或 wrong", "write right or wrong");
        let verdict = fields.required("verdict", chosen(SampleWord::parse, words));
        let grounds = fields.required("grounds", text(TextRule::lines(2000)));
        let legal_basis = fields.optional("legal_basis", text(TextRule::lines(500)));
        let (verdict, legal_basis) = (verdict?, legal_basis?);
        let takes_back = verdict == SampleWord::Wrong;
        if let Some(fault) = basis_fault(takes_back, legal_basis.is_some()) {
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

/// What burdens the applicant names its legal basis, and nothing else has one.
pub(super) fn basis_fault(burdens: bool, has_basis: bool) -> Option<Fault> {
    match (burdens, has_basis) {
        (true, false) => Some(Fault::of(
            ("必须写明依据", "this names its legal basis"),
            ("请补充法律依据", "add it"),
        )),
        (false, true) => Some(Fault::of(
            ("此项无需依据", "this has no legal basis"),
            (
                "请删除该项，或写入 grounds",
                "remove it, or write it into `grounds`",
            ),
        )),
        _ => None,
    }
}

/// Looks at a sample: found right, what was held is paid; found wrong, the approval is taken back by this decision, with remedies,
/// and whether what was paid has to come back is a case of its own.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/sample", operation_id = "desk_sample", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = SampleRequest,
    responses(
        (status = 200, description = "Looked at", body = CaseBody),
        (status = 409, description = "It changed since it was seen, or is no sample to be looked at; `changed` says what",
            body = crate::web::problem::ProblemSchema, content_type = "application/problem+json")
    ))]
pub(super) async fn sample(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<SampleRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let grounds = asked.grounds;
    let verdict = match asked.verdict {
        SampleWord::Right => Verdict::Approve { grounds },
        SampleWord::Wrong => Verdict::Refuse {
            grounds,
            legal_basis: asked.legal_basis.unwrap_or_default(),
        },
    };
    let seen = asked.seen_version;
    let case = web.cases.look_at_sample(&staff, id, seen, &verdict).await?;
    Ok(after(&web, &case))
}
