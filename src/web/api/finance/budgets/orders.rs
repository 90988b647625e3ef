//! `GET /api/v1/finance/budgets/orders` and `…/{id}`: orders, and one with what its lines would become.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::BudgetView;
use super::BudgetOrderBody;
use crate::domain::budget_order::{Becomes, DoesNotFit, OrderState};
use crate::domain::id::BudgetOrderId;
use crate::finance::budgets::OrderView;
use crate::store::OrderFilter;
use crate::web::Web;
use crate::web::api::views::{Amount, IdText, Page};
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Id, Query, Read, chosen, id, integer};
use crate::web::problem::Problem;

/// Orders on a page when none are asked for.
const LIMIT: u32 = 50;

/// Which page.
#[derive(Debug)]
pub struct Which(OrderFilter);

impl Read for Which {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let words = (
            "请填写 proposed、approved、declined 或 withdrawn",
            "write `proposed`, `approved`, `declined` or `withdrawn`",
        );
        let known = |text: &str| OrderState::WORDS.into_iter().find(|word| *word == text);
        let state = fields.optional("state", chosen(known, words));
        let before = fields.optional("after", id::<BudgetOrderId>);
        let limit = fields.optional("limit", integer(1, 200));
        let limit = limit?.and_then(|limit| u32::try_from(limit).ok());
        Some(Self(OrderFilter {
            state: state?,
            district: None,
            before: before?,
            limit: limit.unwrap_or(LIMIT),
        }))
    }
}

/// Orders page by page, newest first.
#[utoipa::path(get, path = "/api/v1/finance/budgets/orders", operation_id = "finance_budget_orders", tag = "finance",
    params(
        ("state" = Option<String>, Query, description = "`proposed`, `approved`, `declined` or `withdrawn`", example = "proposed"),
        ("after" = Option<String>, Query, description = "The page behind this id", example = "019a0000-0000-7000-8000-000000000007"),
        ("limit" = Option<u32>, Query, description = "Orders on a page, 1 to 200; 50 by itself", example = 50)
    ),
    responses((status = 200, description = "One page", body = Page<BudgetOrderBody>)))]
pub(in super::super) async fn orders(
    State(web): State<Web>,
    Desk(staff): Desk,
    Query(Which(filter)): Query<Which>,
) -> Result<Json<Page<BudgetOrderBody>>, Problem> {
    let found = web.finance.budget_orders(&staff, &filter).await?;
    Ok(Json(Page::of(
        &found,
        filter.limit,
        |order| IdText::of(&order.id),
        |order| order.into(),
    )))
}

/// A line before and after an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct BecomesView {
    /// As it is.
    before: BudgetView,
    /// As it would be.
    after: BudgetView,
}

impl From<&Becomes> for BecomesView {
    fn from(line: &Becomes) -> Self {
        Self {
            before: (&line.before).into(),
            after: (&line.after).into(),
        }
    }
}

/// An order with what its lines would become.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeBudgetOrder {
    /// The order.
    #[serde(flatten)]
    order: BudgetOrderBody,
    /// What its lines would become; empty when it does not fit, or has come to its end.
    becomes: Vec<BecomesView>,
    /// What of the line is not promised, when that is less than the order takes.
    free: Option<Amount>,
}

impl From<&OrderView> for WholeBudgetOrder {
    fn from(view: &OrderView) -> Self {
        let (becomes, free) = match &view.becomes {
            Some(Ok(lines)) => (lines.iter().map(Into::into).collect(), None),
            Some(Err(DoesNotFit::Short { free })) => (Vec::new(), Some((*free).into())),
            Some(Err(DoesNotFit::TooMuch)) | None => (Vec::new(), None),
        };
        Self {
            order: (&view.order).into(),
            becomes,
            free,
        }
    }
}

/// One order with what its lines would become.
#[utoipa::path(get, path = "/api/v1/finance/budgets/orders/{id}", operation_id = "finance_budget_order", tag = "finance",
    params(("id" = String, Path, description = "The order's id", example = "019a0000-0000-7000-8000-000000000007")),
    responses((status = 200, description = "The order", body = WholeBudgetOrder)))]
pub(in super::super) async fn order(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<BudgetOrderId>,
) -> Result<Json<WholeBudgetOrder>, Problem> {
    let view = web.finance.budget_order(&staff, id).await?;
    Ok(Json((&view).into()))
}
