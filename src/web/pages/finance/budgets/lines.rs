//! `GET /finance/budgets`: the lines of a year with where their money stands, and what is still to be paid.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::payments::Choice;
use super::forecast::Outlook;
use super::{ADDRESS, charts, line_name};
use crate::domain::ledger::{Account, Figures};
use crate::domain::money::Money;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, integer};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;
use crate::web::words::Words;

/// Which year; this one when none is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    year: Option<i16>,
}

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let year = fields.optional("year", integer(2000, 2999))?;
        let year = year.and_then(|year| i16::try_from(year).ok());
        Some(Self { year })
    }
}

impl Asked {
    pub(super) fn year(&self) -> Option<i16> {
        self.year
    }
}

/// What of a line stands in a column.
type Figure = fn(&Figures) -> Money;

/// The columns of the table.
const COLUMNS: [(Words, Figure); 9] = [
    (t::budgets::GRANTED, |line| line.budget.appropriated),
    (t::budgets::PROMISED, |line| line.budget.reserved),
    (t::budgets::FREE, |line| line.budget.free()),
    (t::budgets::COMMITTED, |line| line.on(Account::Committed)),
    (t::budgets::INSTRUCTED, |line| line.on(Account::Instructed)),
    (t::budgets::PAID, |line| line.on(Account::Paid)),
    (t::budgets::RETURNED, |line| line.on(Account::Returned)),
    (t::budgets::RECEIVABLE, |line| line.on(Account::Receivable)),
    (t::budgets::RECOVERED, |line| line.on(Account::Recovered)),
];

/// A line as a row: its name, and each figure behind the name of its column.
struct Line {
    name: String,
    figures: Vec<(Words, String)>,
}

#[derive(Template)]
#[template(path = "finance/budgets/lines.html")]
struct LinesPage<'a> {
    page: &'a Page,
    year: i16,
    years: Vec<Choice>,
    totals: Vec<(Words, String)>,
    chart: String,
    lines: Vec<Line>,
    forecast: Option<Outlook>,
}

/// The lines of a year, and the forecast.
#[utoipa::path(get, path = "/finance/budgets", operation_id = "finance_budgets_page", tag = "pages",
    params(("year" = Option<i16>, Query, description = "The year; this one when left out")),
    responses((status = 200, description = "The page")))]
pub(super) async fn lines(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let now = web.ctx.now().china_date().year();
    let year = asked.year().unwrap_or(now);
    let figures = web.finance.budget_lines(&staff, year).await?;
    let years = web.finance.budget_years(&staff).await?;
    let forecast = web.finance.forecast(&staff).await?;
    let template = LinesPage {
        page: &page,
        year,
        years: choices(years, &[now, year], year),
        totals: totals(&page, &figures),
        chart: charts::lines(&web, &page, &figures),
        lines: figures.iter().map(|line| row(&web, &page, line)).collect(),
        forecast: Outlook::of(&web, &page, &forecast),
    };
    Ok(page.render(StatusCode::OK, &template))
}

/// Years to choose from, newest first.
pub(super) fn choices(mut years: Vec<i16>, more: &[i16], chosen: i16) -> Vec<Choice> {
    years.extend(more);
    years.sort_unstable_by_key(|year| std::cmp::Reverse(*year));
    years.dedup();
    let choice = |year: i16| Choice {
        value: year.to_string(),
        words: Words::with(year.to_string(), year.to_string()),
        chosen: year == chosen,
    };
    years.into_iter().map(choice).collect()
}

fn row(web: &Web, page: &Page, line: &Figures) -> Line {
    let figure = |(words, figure): &(Words, Figure)| (words.clone(), page.money(figure(line)));
    Line {
        name: line_name(web, page, &line.budget.key),
        figures: COLUMNS.iter().map(figure).collect(),
    }
}

fn totals(page: &Page, lines: &[Figures]) -> Vec<(Words, String)> {
    let total = |(words, figure): &(Words, Figure)| {
        let sum = Money::sum(lines.iter().map(figure)).unwrap_or(Money::MAX);
        (words.clone(), page.money(sum))
    };
    COLUMNS.iter().map(total).collect()
}
