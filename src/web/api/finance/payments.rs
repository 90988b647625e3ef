//! `GET /api/v1/finance/payments`: payments, page by page.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::BudgetLine;
use crate::domain::district::DistrictCode;
use crate::domain::id::PaymentId;
use crate::domain::payment::PaymentState;
use crate::finance::service::PaymentLine;
use crate::store::PaymentFilter;
use crate::web::Web;
use crate::web::api::views::{IdText, Page, PaymentBody};
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, TextRule, chosen, id, integer, parsed, text};
use crate::web::problem::Problem;

/// Items on a page when none are asked for.
const LIMIT: u32 = 50;

/// Which of them, and which page.
#[derive(Debug)]
pub struct Filter(PaymentFilter);

impl Read for Filter {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let states = (
            "请填写状态，例如 returned",
            "write a state, such as returned",
        );
        let state = fields.optional("state", chosen(PaymentState::parse, states));
        let codes = (
            "请填写六位行政区划代码",
            "write a district's six-digit code",
        );
        let district = fields.optional("district", parsed::<DistrictCode>(codes));
        let policy = fields.optional("policy", text(TextRule::line(100)));
        let after = fields.optional("after", id::<PaymentId>);
        let limit = fields.optional("limit", integer(1, 200));
        let limit = limit?
            .and_then(|limit| u32::try_from(limit).ok())
            .unwrap_or(LIMIT);
        Some(Self(PaymentFilter {
            state: state?,
            district: district?,
            policy: policy?,
            after: after?,
            limit,
        }))
    }
}

/// A payment with the budget line that carries it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentItem {
    /// The application it was granted to.
    application_id: IdText,
    /// The budget line.
    budget: BudgetLine,
    /// The payment with its newest instruction.
    payment: PaymentBody,
}

impl From<&PaymentLine> for PaymentItem {
    fn from(line: &PaymentLine) -> Self {
        Self {
            application_id: IdText::of(&line.award.application),
            budget: (&line.award.budget).into(),
            payment: PaymentBody::of(&line.payment, &line.newest),
        }
    }
}

/// Payments of one's district, page by page, in the order of their ids.
#[utoipa::path(get, path = "/api/v1/finance/payments", operation_id = "finance_payments", tag = "finance",
    params(
        ("state" = Option<String>, Query, description = "Only in this state", example = "returned"),
        ("district" = Option<String>, Query, description = "Only of this district", example = "440604"),
        ("policy" = Option<String>, Query, description = "Only of this policy", example = "foshan-phd-settling-in"),
        ("after" = Option<String>, Query, description = "The page behind this id", example = "019a0000-0000-7000-8000-000000000003"),
        ("limit" = Option<u32>, Query, description = "Items on a page, 1 to 200; 50 by itself", example = 50)
    ),
    responses((status = 200, description = "One page", body = Page<PaymentItem>)))]
pub(super) async fn payments(
    State(web): State<Web>,
    Desk(staff): Desk,
    Query(Filter(filter)): Query<Filter>,
) -> Result<Json<Page<PaymentItem>>, Problem> {
    let limit = filter.limit;
    let found = web.finance.payments(&staff, filter).await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |line| IdText::of(&line.payment.id),
        |line| line.into(),
    )))
}
