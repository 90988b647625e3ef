//! `POST /api/v1/finance/appropriations`: money is granted to a budget line.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use super::BudgetView;
use crate::domain::award::BudgetKey;
use crate::domain::district::DistrictCode;
use crate::domain::money::Money;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{
    Body, Fault, Fields, Node, Read, TextRule, amount, integer, parsed, text,
};
use crate::web::problem::Problem;

/// Money for a budget line, by a document.
#[derive(Debug, ToSchema)]
pub struct AppropriationRequest {
    /// The policy's id.
    #[schema(example = "foshan-phd-settling-in", max_length = 100)]
    policy: String,
    /// The district that pays.
    #[schema(value_type = String, example = "440604")]
    district: DistrictCode,
    /// The budget year.
    #[schema(example = 2026, minimum = 2000, maximum = 2999)]
    year: i16,
    /// How much, more than nothing: a string of yuan with two decimals.
    #[schema(value_type = String, example = "10000000.00", pattern = r"^(0|[1-9]\d{0,13})\.\d{2}$")]
    amount: Money,
    /// Number of the document that grants it. The same number twice changes nothing.
    #[schema(example = "样例〔2026〕1号", max_length = 100)]
    reference: String,
}

impl Read for AppropriationRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let policy = fields.required("policy", text(TextRule::line(100)));
        let codes = (
            "请填写六位行政区划代码",
            "write a district's six-digit code",
        );
        let district = fields.required("district", parsed(codes));
        let year = fields.required("year", integer(2000, 2999));
        let amount = fields.required("amount", some_amount);
        let reference = fields.required("reference", text(TextRule::line(100)));
        let year = year.and_then(|year| i16::try_from(year).ok());
        Some(Self {
            policy: policy?,
            district: district?,
            year: year?,
            amount: amount?,
            reference: reference?,
        })
    }
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

/// Grants money to a budget line. Who waits for it moves on, first come, first served.
#[utoipa::path(post, path = "/api/v1/finance/appropriations", operation_id = "finance_appropriate", tag = "finance",
    request_body = AppropriationRequest,
    responses(
        (status = 200, description = "The line as it stands now", body = BudgetView),
        (status = 409, description = "The reference stands for another grant already", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn appropriate(
    State(web): State<Web>,
    Desk(staff): Desk,
    Body(asked): Body<AppropriationRequest>,
) -> Result<Json<BudgetView>, Problem> {
    let key = BudgetKey {
        policy: asked.policy,
        district: asked.district,
        year: asked.year,
    };
    let budget = web
        .finance
        .appropriate(&staff, key, asked.amount, &asked.reference)
        .await?;
    Ok(Json((&budget).into()))
}
