//! `POST /api/v1/finance/budgets/orders`: somebody of finance proposes to change what lines hold.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa::ToSchema;

use super::BudgetOrderBody;
use crate::domain::award::BudgetKey;
use crate::domain::budget_order::{Change, REFERENCE_MAX};
use crate::domain::district::DistrictCode;
use crate::domain::money::Money;
use crate::finance::budgets::Proposal;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{
    Body, Fault, Fields, Node, Read, TextRule, amount, chosen, integer, parsed, text,
};
use crate::web::problem::Problem;

/// A budget line by its key.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes a member of the request")]
pub struct LineRequest {
    /// The policy's id.
    #[schema(example = "foshan-phd-settling-in", max_length = 100)]
    policy: String,
    /// The district that pays.
    #[schema(value_type = String, example = "440604")]
    district: DistrictCode,
    /// The budget year.
    #[schema(example = 2026, minimum = 2000, maximum = 2999)]
    year: i16,
}

/// What is to be done to budget lines, by a document.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the request")]
pub struct BudgetOrderRequest {
    /// `add` grants a line more, `move` takes from one line for another of the same year, `carry_over` takes to the next year what of a
    /// year that is over is not promised, `lapse` gives back what is not promised.
    #[schema(example = "move")]
    kind: String,
    /// The line that is granted less: for all but `add`.
    from: Option<LineRequest>,
    /// The line that is granted more: for `add` and `move`.
    to: Option<LineRequest>,
    /// How much, more than nothing: a string of yuan with two decimals.
    #[schema(value_type = String, example = "10000000.00", pattern = r"^(0|[1-9]\d{0,13})\.\d{2}$")]
    amount: Money,
    /// Number of the document that orders it. The same order twice is the same order; another one under its number is refused.
    #[schema(example = "样例〔2026〕1号", max_length = 100)]
    reference: String,
}

/// What the request says.
#[derive(Debug)]
pub struct Asked(Proposal);

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let words = (
            "请填写 add、move、carry_over 或 lapse",
            "write `add`, `move`, `carry_over` or `lapse`",
        );
        let known = |text: &str| Change::WORDS.into_iter().find(|word| *word == text);
        let kind = fields.required("kind", chosen(known, words));
        let from = fields.optional_object("from", line);
        let to = fields.optional_object("to", line);
        let change = match (kind, from, to) {
            (Some(kind), Some(from), Some(to)) => change(fields, kind, from, to),
            _ => None,
        };
        let amount = fields.required("amount", some_amount);
        let reference = fields.required("reference", text(TextRule::line(REFERENCE_MAX)));
        Some(Self(Proposal {
            change: change?,
            amount: amount?,
            reference: reference?,
        }))
    }
}

/// The change of a kind between its lines.
fn change(
    fields: &mut Fields<'_>,
    kind: &str,
    from: Option<BudgetKey>,
    to: Option<BudgetKey>,
) -> Option<Change> {
    let change = Change::of(kind, from, to);
    if change.is_none() {
        fields.fault(
            "kind",
            Fault::of(
                (
                    "指标与事项不符",
                    "the lines are not those that this kind has",
                ),
                (
                    "add 只写 to，move 写 from 和 to，carry_over 和 lapse 只写 from",
                    "write `to` for `add`, `from` and `to` for `move`, `from` for `carry_over` and `lapse`",
                ),
            ),
        );
    }
    change
}

fn line(fields: &mut Fields<'_>) -> Option<BudgetKey> {
    let policy = fields.required("policy", text(TextRule::line(100)));
    let codes = (
        "请填写六位行政区划代码",
        "write a district's six-digit code",
    );
    let district = fields.required("district", parsed(codes));
    let year = fields.required("year", integer(2000, 2999));
    Some(BudgetKey {
        policy: policy?,
        district: district?,
        year: i16::try_from(year?).ok()?,
    })
}

/// An amount above zero.
fn some_amount(node: &Node) -> Result<Money, Fault> {
    match amount(node)? {
        Money::ZERO => Err(Fault::of(
            ("金额为零", "the amount is zero"),
            ("请填写大于零的金额", "write more than nothing"),
        )),
        amount => Ok(amount),
    }
}

/// Proposes an order; no money moves before another person has approved it.
#[utoipa::path(post, path = "/api/v1/finance/budgets/orders", operation_id = "finance_propose_budget_order", tag = "finance",
    request_body = BudgetOrderRequest,
    responses(
        (status = 200, description = "The same order was proposed before: as it stands", body = BudgetOrderBody),
        (status = 201, description = "Proposed; another person approves it", body = BudgetOrderBody),
        (status = 409, description = "The reference stands for another order already", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(in super::super) async fn propose(
    State(web): State<Web>,
    Desk(staff): Desk,
    Body(Asked(proposal)): Body<Asked>,
) -> Result<(StatusCode, Json<BudgetOrderBody>), Problem> {
    let proposed = web.finance.propose_order(&staff, &proposal).await?;
    let status = if proposed.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json((&proposed.order).into())))
}
