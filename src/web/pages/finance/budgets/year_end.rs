//! `GET /finance/budgets/year-end`: what a year leaves unpromised, and the orders that carry it over or let it lapse.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::payments::Choice;
use super::{line_name, lines, order};
use crate::domain::budget_order::{BudgetOrder, REFERENCE_MAX};
use crate::domain::id::BudgetOrderId;
use crate::domain::person::Staff;
use crate::error::StageError;
use crate::finance::year_end::{Ending, EndingLine, Left};
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, TextRule, integer, text};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::Problem;
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;
use crate::web::words::Words;

/// Where it is.
pub(super) const ADDRESS: &str = "/finance/budgets/year-end";
const REFERENCE: TextRule = TextRule::line(REFERENCE_MAX);

/// Which year, and what was done just now; the last year when none is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    year: Option<i16>,
    done: Option<Words>,
}

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let year = fields.optional("year", integer(2000, 2999));
        let done = fields.optional("done", text(TextRule::line(20)));
        Some(Self {
            year: year?.and_then(|year| i16::try_from(year).ok()),
            done: done?.as_deref().and_then(t::budgets::done),
        })
    }
}

/// A line of the year.
struct Line {
    name: String,
    granted: String,
    promised: String,
    free: String,
    has_free: bool,
    waiting: u64,
    /// The order that is proposed for it.
    order: Option<OrderShown>,
}

/// An order as whoever approves several at once must see it.
struct OrderShown {
    address: String,
    reference: String,
    kind: Words,
    amount: String,
}

#[derive(Template)]
#[template(path = "finance/budgets/year_end.html")]
struct YearEndPage<'a> {
    page: &'a Page,
    year: i16,
    years: Vec<Choice>,
    rule: Words,
    is_over: bool,
    lines: Vec<Line>,
    done: Option<Words>,
    /// Orders that others have proposed, with their versions.
    to_approve: Vec<String>,
    may_propose: bool,
    somebody_waits: bool,
    reference: &'a str,
    reference_error: Option<Words>,
}

/// What was typed into a form that is shown again.
#[derive(Default)]
struct Typed<'t> {
    reference: &'t str,
    error: Option<Words>,
    status: StatusCode,
}

/// A year and what it leaves.
#[utoipa::path(get, path = "/finance/budgets/year-end", operation_id = "finance_year_end_page", tag = "pages",
    params(
        ("year" = Option<i16>, Query, description = "The year; the last one when left out"),
        ("done" = Option<String>, Query, description = "What was done just now")
    ),
    responses((status = 200, description = "The page")))]
pub(super) async fn show(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let year = asked.year.unwrap_or_else(|| last_year(&web));
    page_of(&web, &page, &staff, (year, asked.done), Typed::default()).await
}

/// Proposes an order for each line with something left.
#[utoipa::path(post, path = "/finance/budgets/year-end", operation_id = "finance_propose_year_end_page", tag = "pages",
    responses((status = 303, description = "Proposed"), (status = 422, description = "The page again")))]
pub(super) async fn propose(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    posted: Posted,
) -> Result<Response, Problem> {
    let year = year_of(&web, &posted);
    let reference = posted.get("reference").unwrap_or_default().trim();
    let proposed = if REFERENCE.check(reference).is_err() {
        Err(t::budgets::REFERENCE_NEEDS)
    } else {
        match web.finance.propose_year_end(&staff, year, reference).await {
            Ok(ending) if ending.orders.is_empty() && is_used(&ending) => {
                Err(t::budgets::REFERENCE_USED)
            }
            Ok(ending) => Ok(ending),
            Err(error) => return Err(back(error, year)),
        }
    };
    match proposed {
        Ok(ending) if !ending.left.is_empty() => Ok(done(year, "year-end-some")),
        Ok(ending) if ending.orders.is_empty() => Ok(done(year, "year-end-none")),
        Ok(_) => Ok(done(year, "year-end")),
        Err(error) => {
            let page = Page::new(preferences, Some(&visit), ADDRESS);
            let typed = Typed {
                reference,
                error: Some(error),
                status: StatusCode::UNPROCESSABLE_ENTITY,
            };
            page_of(&web, &page, &staff, (year, None), typed).await
        }
    }
}

/// Approves the orders that the page showed, one by one.
#[utoipa::path(post, path = "/finance/budgets/year-end/approve", operation_id = "finance_approve_year_end_page", tag = "pages",
    responses((status = 303, description = "Approved as far as the lines reach")))]
pub(super) async fn approve(
    State(web): State<Web>,
    Desk(staff): Desk,
    posted: Posted,
) -> Result<Response, Problem> {
    let year = year_of(&web, &posted);
    let seen = posted.fields().iter();
    let seen = seen.filter(|(name, _)| name == "order");
    let seen: Vec<_> = seen.filter_map(|(_, value)| seen_order(value)).collect();
    let approved = web.finance.approve_orders(&staff, &seen).await;
    // Whatever keeps one from going through, the others have: its own page says why.
    let all = !approved.is_empty() && approved.iter().all(|(_, one)| one.is_ok());
    Ok(done(year, if all { "all" } else { "some" }))
}

fn is_used(ending: &Ending) -> bool {
    let mut left = ending.left.iter();
    left.any(|(_, why)| *why == Left::ReferenceUsed)
}

/// An order and the version that was seen, as [`to_approve`] writes them.
fn seen_order(value: &str) -> Option<(BudgetOrderId, i64)> {
    let (id, version) = value.split_once(' ')?;
    Some((id.parse().ok()?, version.parse().ok()?))
}

fn last_year(web: &Web) -> i16 {
    web.ctx.now().china_date().year() - 1
}

fn year_of(web: &Web, posted: &Posted) -> i16 {
    let year = posted.get("year").unwrap_or_default();
    year.parse().unwrap_or_else(|_| last_year(web))
}

fn done(year: i16, word: &str) -> Response {
    see_other(&format!("{ADDRESS}?year={year}&done={word}"))
}

fn back(error: StageError, year: i16) -> Problem {
    Problem::from(error).way_out(format!("{ADDRESS}?year={year}"), t::budgets::YEAR_END_TITLE)
}

async fn page_of(
    web: &Web,
    page: &Page,
    staff: &Staff,
    (year, done): (i16, Option<Words>),
    typed: Typed<'_>,
) -> Result<Response, Problem> {
    let ending = web.finance.year_end(staff, year).await?;
    let years = web.finance.budget_years(staff).await?;
    let to_approve = if ending.is_over {
        to_approve(staff, &ending.lines)
    } else {
        Vec::new()
    };
    let template = YearEndPage {
        page,
        year,
        years: lines::choices(years, &[last_year(web), year], year),
        rule: t::budgets::rule(ending.rule),
        is_over: ending.is_over,
        may_propose: ending.is_over && ending.lines.iter().any(is_open),
        somebody_waits: ending.lines.iter().any(|line| line.waiting.due.count > 0),
        lines: ending.lines.iter().map(|one| row(web, page, one)).collect(),
        done,
        to_approve,
        reference: typed.reference,
        reference_error: typed.error,
    };
    Ok(page.render(typed.status, &template))
}

/// Whether an order can be proposed for the line.
fn is_open(line: &EndingLine) -> bool {
    line.order.is_none() && !line.budget.free().is_zero()
}

fn to_approve(staff: &Staff, lines: &[EndingLine]) -> Vec<String> {
    let fits = |line: &EndingLine, order: &BudgetOrder| order.amount <= line.budget.free();
    let orders = lines
        .iter()
        .filter_map(|line| line.order.as_ref().filter(|order| fits(line, order)));
    orders
        .filter(|order| order.proposed.by != staff.subject.subject)
        .map(|order| format!("{} {}", order.id, order.version))
        .collect()
}

fn row(web: &Web, page: &Page, line: &EndingLine) -> Line {
    let order = line.order.as_ref();
    Line {
        name: line_name(web, page, &line.budget.key),
        granted: page.money(line.budget.appropriated),
        promised: page.money(line.budget.reserved),
        free: page.money(line.budget.free()),
        has_free: !line.budget.free().is_zero(),
        waiting: line.waiting.due.count,
        order: order.map(|order| OrderShown {
            address: order::address(order.id),
            reference: order.reference.clone(),
            kind: t::budgets::change(&order.change),
            amount: page.money(order.amount),
        }),
    }
}
