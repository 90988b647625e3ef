//! `GET /finance/budgets/orders/{id}`: one order, what its lines become, and what its reader may do with it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Outlook, orders};
use crate::domain::budget_order::{GROUNDS_MAX, OrderState};
use crate::domain::id::BudgetOrderId;
use crate::domain::person::{Signed, Staff};
use crate::error::StageError;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Id, Query, Read, TextRule, text};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::Problem;
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;
use crate::web::words::Words;

use super::line_name;

/// The grounds on which an order is declined.
const GROUNDS: TextRule = TextRule::lines(GROUNDS_MAX);

/// What was done just now.
#[derive(Debug)]
pub(super) struct Asked {
    done: Option<Words>,
}

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let done = fields.optional("done", text(TextRule::line(20)))?;
        Some(Self {
            done: done.as_deref().and_then(t::budgets::done),
        })
    }
}

/// Who signed, and when.
struct Name {
    what: Words,
    by: String,
    at: String,
}

#[derive(Template)]
#[template(path = "finance/budgets/order.html")]
struct OrderPage<'a> {
    page: &'a Page,
    id: String,
    done: Option<Words>,
    /// Why what was done was not carried out.
    refused: Option<Words>,
    kind: Words,
    mood: &'static str,
    state: Words,
    amount: String,
    reference: String,
    from: Option<String>,
    to: Option<String>,
    names: Vec<Name>,
    grounds_of_end: Option<String>,
    outlook: Option<Outlook>,
    version: i64,
    is_own: bool,
    grounds: &'a str,
    grounds_error: bool,
}

/// What the page says beside the order itself.
#[derive(Default)]
struct Beside<'t> {
    done: Option<Words>,
    refused: Option<Words>,
    grounds: &'t str,
    grounds_error: bool,
    status: StatusCode,
}

/// One order.
#[utoipa::path(get, path = "/finance/budgets/orders/{id}", operation_id = "finance_budget_order_page", tag = "pages",
    params(
        ("id" = String, Path, description = "The order's id"),
        ("done" = Option<String>, Query, description = "What was done just now")
    ),
    responses((status = 200, description = "The page")))]
pub(super) async fn show(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<BudgetOrderId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), address(id));
    let beside = Beside {
        done: asked.done,
        ..Beside::default()
    };
    page_of(&web, &page, &staff, id, beside).await
}

/// Approves the order that the page showed.
#[utoipa::path(post, path = "/finance/budgets/orders/{id}/approve", operation_id = "finance_approve_budget_order_page", tag = "pages",
    params(("id" = String, Path, description = "The order's id")),
    responses((status = 303, description = "Approved"), (status = 409, description = "The page again, with what has happened")))]
pub(super) async fn approve(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<BudgetOrderId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let approved = web.finance.approve_order(&staff, id, seen(&posted)).await;
    let page = Page::new(preferences, Some(&visit), address(id));
    match approved {
        Ok(_) => Ok(done(id, "approved")),
        Err(error) => overtaken(&web, &page, &staff, id, error, "").await,
    }
}

/// Declines the order that the page showed, with grounds.
#[utoipa::path(post, path = "/finance/budgets/orders/{id}/decline", operation_id = "finance_decline_budget_order_page", tag = "pages",
    params(("id" = String, Path, description = "The order's id")),
    responses(
        (status = 303, description = "Declined"),
        (status = 409, description = "The page again, with what has happened"),
        (status = 422, description = "The page again")
    ))]
pub(super) async fn decline(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<BudgetOrderId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), address(id));
    let grounds = posted.get("grounds").unwrap_or_default();
    let grounds = grounds.replace("\r\n", "\n");
    if GROUNDS.check(grounds.trim()).is_err() {
        let beside = Beside {
            grounds: &grounds,
            grounds_error: true,
            status: StatusCode::UNPROCESSABLE_ENTITY,
            ..Beside::default()
        };
        return page_of(&web, &page, &staff, id, beside).await;
    }
    let declined = web
        .finance
        .decline_order(&staff, id, seen(&posted), &grounds)
        .await;
    match declined {
        Ok(_) => Ok(done(id, "declined")),
        Err(error) => overtaken(&web, &page, &staff, id, error, &grounds).await,
    }
}

/// Takes the order back.
#[utoipa::path(post, path = "/finance/budgets/orders/{id}/withdraw", operation_id = "finance_withdraw_budget_order_page", tag = "pages",
    params(("id" = String, Path, description = "The order's id")),
    responses((status = 303, description = "Taken back"), (status = 409, description = "The page again, with what has happened")))]
pub(super) async fn withdraw(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<BudgetOrderId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let withdrawn = web.finance.withdraw_order(&staff, id, seen(&posted)).await;
    let page = Page::new(preferences, Some(&visit), address(id));
    match withdrawn {
        Ok(_) => Ok(done(id, "withdrawn")),
        Err(error) => overtaken(&web, &page, &staff, id, error, "").await,
    }
}

/// Where an order is.
pub(super) fn address(id: BudgetOrderId) -> String {
    format!("{}/{id}", orders::ADDRESS)
}

/// To the order, with what was done just now.
pub(super) fn done(id: BudgetOrderId, word: &str) -> Response {
    see_other(&format!("{}?done={word}", address(id)))
}

/// The version that the page showed; one that nothing has when it is not there.
fn seen(posted: &Posted) -> i64 {
    let version = posted.get("version").unwrap_or_default();
    version.parse().unwrap_or(-1)
}

/// Shows the page again with what has happened, and with what was typed.
async fn overtaken(
    web: &Web,
    page: &Page,
    staff: &Staff,
    id: BudgetOrderId,
    error: StageError,
    grounds: &str,
) -> Result<Response, Problem> {
    let refused = match &error {
        StageError::OrderMoved { state, ended, .. } => {
            let by = ended.as_ref().map_or("", |ended| ended.by.as_str());
            t::budgets::moved(state, by)
        }
        StageError::BudgetShort { free } => t::budgets::short(*free),
        _ => {
            return Err(Problem::from(error).way_out(address(id), t::budgets::ONE_TITLE));
        }
    };
    let beside = Beside {
        refused: Some(refused),
        grounds,
        status: StatusCode::CONFLICT,
        ..Beside::default()
    };
    page_of(web, page, staff, id, beside).await
}

async fn page_of(
    web: &Web,
    page: &Page,
    staff: &Staff,
    id: BudgetOrderId,
    beside: Beside<'_>,
) -> Result<Response, Problem> {
    let view = web.finance.budget_order(staff, id).await;
    let view = view.map_err(|error| {
        Problem::from(error).way_out(orders::ADDRESS.to_owned(), t::budgets::BACK)
    })?;
    let order = &view.order;
    let grounds = order.state.grounds();
    let template = OrderPage {
        page,
        id: id.to_string(),
        done: beside.done,
        refused: beside.refused,
        kind: t::budgets::change(&order.change),
        mood: orders::mood(&order.state),
        state: t::budgets::state(order.state.as_str()),
        amount: page.money(order.amount),
        reference: order.reference.clone(),
        from: order.change.from().map(|key| line_name(web, page, key)),
        to: order.change.to().map(|key| line_name(web, page, &key)),
        names: names(page, &order.proposed, &order.state),
        grounds_of_end: grounds.map(|words| words.reveal().clone()),
        outlook: view
            .becomes
            .as_ref()
            .map(|becomes| Outlook::of(web, page, becomes)),
        version: order.version,
        is_own: order.proposed.by == staff.subject.subject,
        grounds: beside.grounds,
        grounds_error: beside.grounds_error,
    };
    Ok(page.render(beside.status, &template))
}

fn names(page: &Page, proposed: &Signed, state: &OrderState) -> Vec<Name> {
    let name = |what, signed: &Signed| Name {
        what,
        by: signed.by.clone(),
        at: page.moment(signed.at),
    };
    let ended = state.ended().map(|by| name(t::budgets::ended(state), by));
    [name(t::budgets::PROPOSED_BY, proposed)]
        .into_iter()
        .chain(ended)
        .collect()
}
