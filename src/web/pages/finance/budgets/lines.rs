//! `GET /finance/budgets`: the lines of a year with where their money stands, and what is still to be paid.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::payments::Choice;
use super::forecast::Outlook;
use super::{ADDRESS, charts};
use crate::domain::ledger::{Account, Figures};
use crate::domain::money::Money;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::causes::Names;
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

/// What is asked of every line first.
static LEADING: [(Words, Figure); 3] = [
    (t::budgets::GRANTED, |line| line.budget.appropriated),
    (t::budgets::PROMISED, |line| line.budget.reserved),
    (t::budgets::FREE, |line| line.budget.free()),
];

/// Where the money of a line stands: most of it is nothing on most lines, and is left out there.
static MORE: [(Words, Figure); 6] = [
    (t::budgets::COMMITTED, |line| line.on(Account::Committed)),
    (t::budgets::INSTRUCTED, |line| line.on(Account::Instructed)),
    (t::budgets::PAID, |line| line.on(Account::Paid)),
    (t::budgets::RETURNED, |line| line.on(Account::Returned)),
    (t::budgets::RECEIVABLE, |line| line.on(Account::Receivable)),
    (t::budgets::RECOVERED, |line| line.on(Account::Recovered)),
];

/// The lines of one policy.
struct Group {
    policy: Words,
    lines: Vec<Line>,
}

/// A line as a row: its district, and each figure behind the name of its column.
struct Line {
    district: Words,
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
    groups: Vec<Group>,
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
        groups: groups(&web, &page, &figures),
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

/// Lines come by policy, and within it by district.
fn groups(web: &Web, page: &Page, lines: &[Figures]) -> Vec<Group> {
    let names = Names(&web.ctx.policies);
    let same = |one: &Figures, other: &Figures| one.budget.key.policy == other.budget.key.policy;
    let row = |line: &Figures| Line {
        district: names.district(Some(line.budget.key.district)),
        figures: figures(page, line),
    };
    let group = |lines: &[Figures]| Group {
        policy: names.policy(&lines[0].budget.key.policy),
        lines: lines.iter().map(row).collect(),
    };
    lines.chunk_by(same).map(group).collect()
}

fn figures(page: &Page, line: &Figures) -> Vec<(Words, String)> {
    let said = |(words, figure): &(Words, Figure)| (words.clone(), page.money(figure(line)));
    let some = |(words, figure): &(Words, Figure)| {
        let amount = figure(line);
        let text = if amount.is_zero() {
            String::new()
        } else {
            page.money(amount)
        };
        (words.clone(), text)
    };
    let more = MORE.iter().map(some);
    LEADING.iter().map(said).chain(more).collect()
}

fn totals(page: &Page, lines: &[Figures]) -> Vec<(Words, String)> {
    let total = |(words, figure): &(Words, Figure)| {
        let sum = Money::sum(lines.iter().map(figure)).unwrap_or(Money::MAX);
        (words.clone(), page.money(sum))
    };
    LEADING.iter().chain(&MORE).map(total).collect()
}
