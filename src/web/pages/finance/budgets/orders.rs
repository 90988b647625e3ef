//! `GET /finance/budgets/orders`: the orders with who signed them, newest first.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::payments::Choice;
use super::line_name;
use crate::domain::award::BudgetKey;
use crate::domain::budget_order::{BudgetOrder, OrderState};
use crate::domain::id::BudgetOrderId;
use crate::store::OrderFilter;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, TextRule, id, text};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;
use crate::web::words::Words;

/// Where they are.
pub(super) const ADDRESS: &str = "/finance/budgets/orders";
/// Orders on a page.
const LINES: u32 = 30;

/// Which page.
#[derive(Debug)]
pub(super) struct Asked {
    state: Option<&'static str>,
    before: Option<BudgetOrderId>,
}

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let state = fields.optional("state", text(TextRule::line(20)));
        let before = fields.optional("after", id::<BudgetOrderId>);
        let known = |word: &str| OrderState::WORDS.into_iter().find(|known| *known == word);
        Some(Self {
            // An empty choice asks for all.
            state: state?.as_deref().and_then(known),
            before: before?,
        })
    }
}

/// An order as a row.
struct Line {
    id: String,
    reference: String,
    mood: &'static str,
    state: Words,
    kind: Words,
    from: String,
    to: String,
    amount: String,
    proposed: String,
    ended: String,
}

#[derive(Template)]
#[template(path = "finance/budgets/orders.html")]
struct OrdersPage<'a> {
    page: &'a Page,
    states: Vec<Choice>,
    lines: Vec<Line>,
    next: Option<String>,
}

/// Orders, newest first.
#[utoipa::path(get, path = "/finance/budgets/orders", operation_id = "finance_budget_orders_page", tag = "pages",
    params(
        ("state" = Option<String>, Query, description = "Where they stand; all when left out"),
        ("after" = Option<String>, Query, description = "The page behind this id")
    ),
    responses((status = 200, description = "The page")))]
pub(super) async fn orders(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let filter = OrderFilter {
        state: asked.state,
        district: None,
        before: asked.before,
        limit: LINES,
    };
    let found = web.finance.budget_orders(&staff, &filter).await?;
    let is_full = u32::try_from(found.len()).is_ok_and(|count| count >= LINES);
    let last = found.last().map(|order| order.id).filter(|_| is_full);
    let state = asked.state.unwrap_or_default();
    let template = OrdersPage {
        page: &page,
        states: states(state),
        lines: found.iter().map(|order| line(&web, &page, order)).collect(),
        next: last.map(|last| format!("{ADDRESS}?state={state}&after={last}")),
    };
    Ok(page.render(StatusCode::OK, &template))
}

fn states(chosen: &str) -> Vec<Choice> {
    let every = Choice {
        value: String::new(),
        words: t::budgets::EVERY_STATE,
        chosen: chosen.is_empty(),
    };
    let state = |word: &str| Choice {
        value: word.to_owned(),
        words: t::budgets::state(word),
        chosen: word == chosen,
    };
    [every]
        .into_iter()
        .chain(OrderState::WORDS.into_iter().map(state))
        .collect()
}

fn line(web: &Web, page: &Page, order: &BudgetOrder) -> Line {
    let name =
        |key: Option<&BudgetKey>| key.map_or_else(String::new, |key| line_name(web, page, key));
    let ended = order.state.ended();
    Line {
        id: order.id.to_string(),
        reference: order.reference.clone(),
        mood: mood(&order.state),
        state: t::budgets::state(order.state.as_str()),
        kind: t::budgets::change(&order.change),
        from: name(order.change.from()),
        to: name(order.change.to().as_ref()),
        amount: page.money(order.amount),
        proposed: order.proposed.by.clone(),
        ended: ended.map_or_else(String::new, |by| by.by.clone()),
    }
}

/// How a state looks.
pub(super) const fn mood(state: &OrderState) -> &'static str {
    match state {
        OrderState::Proposed => "open",
        OrderState::Approved { .. } => "met",
        OrderState::Declined { .. } => "not",
        OrderState::Withdrawn { .. } => "wait",
    }
}
