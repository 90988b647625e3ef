//! `GET /finance/month`: 月末报表; `GET /finance/month.xlsx`: the same tables as a workbook.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::month_tables::tables;
use super::payments::Choice;
use crate::domain::time::YearMonth;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::causes::Names;
use crate::web::extract::{Fields, Query, Read, chosen};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::problem::{Kind, Problem};
use crate::web::session::Visit;
use crate::web::table::workbook::{self as xlsx, XLSX};
use crate::web::table::{Cell, Table};
use crate::web::texts as t;
use crate::web::words::{Language, Words};

/// Where it is.
pub(super) const ADDRESS: &str = "/finance/month";
/// Months to choose from.
const MONTHS: i32 = 24;

/// Which month is asked for; this one when none is.
#[derive(Debug)]
pub(super) struct Asked(Option<YearMonth>);

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let mend = ("请填写月份，例如 2026-11", "write a month as 2026-11");
        let month = fields.optional("month", chosen(|text| text.parse().ok(), mend));
        Some(Self(month?))
    }
}

impl Asked {
    fn month(&self, web: &Web) -> YearMonth {
        self.0
            .unwrap_or_else(|| YearMonth::from_date(web.ctx.now().china_date()))
    }
}

#[derive(Template)]
#[template(path = "finance/month.html")]
struct MonthPage<'a> {
    page: &'a Page,
    month: String,
    months: Vec<Choice>,
    is_empty: bool,
    tables: Vec<Shown>,
}

/// A table as the page shows it: cells with whether they are numbers.
struct Shown {
    id: &'static str,
    title: Words,
    head: Vec<(String, bool)>,
    rows: Vec<Vec<(String, bool)>>,
    /// The last row, where it is a total.
    total: Option<Vec<(String, bool)>>,
}

/// What a month did to each budget line.
#[utoipa::path(get, path = "/finance/month", operation_id = "finance_month_page", tag = "pages",
    params(("month" = Option<String>, Query, description = "The month; this one when left out")),
    responses((status = 200, description = "The page")))]
pub(super) async fn month(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let month = asked.month(&web);
    let lines = web.finance.month(&staff, month).await?;
    let tables = tables(&lines, &Names(&web.ctx.policies));
    let template = MonthPage {
        page: &page,
        month: month.to_string(),
        months: months(month, YearMonth::from_date(web.ctx.now().china_date())),
        is_empty: lines.is_empty(),
        tables: tables
            .iter()
            .map(|table| shown(table, preferences.language))
            .collect(),
    };
    Ok(page.render(StatusCode::OK, &template))
}

/// The same as a workbook.
#[utoipa::path(get, path = "/finance/month.xlsx", operation_id = "finance_month_workbook", tag = "pages",
    params(("month" = Option<String>, Query, description = "The month; this one when left out")),
    responses((status = 200, description = "The workbook")))]
pub(super) async fn workbook(
    State(web): State<Web>,
    preferences: Preferences,
    Desk(staff): Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let month = asked.month(&web);
    let lines = web.finance.month(&staff, month).await?;
    let tables = tables(&lines, &Names(&web.ctx.policies));
    let bytes = xlsx::workbook(&tables, preferences.language).map_err(|error| {
        tracing::error!(%error, "a workbook could not be written");
        Problem::new(Kind::Internal)
    })?;
    let name = format!("attachment; filename=\"sanmiao-finance-{month}.xlsx\"");
    let name = HeaderValue::from_str(&name).map_err(|_| Problem::new(Kind::Internal))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(XLSX)),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((headers, bytes).into_response())
}

/// The last two years, and the month that is shown where it lies elsewhere.
fn months(shown: YearMonth, now: YearMonth) -> Vec<Choice> {
    let mut months: Vec<YearMonth> = (0..MONTHS).map(|ago| now.plus_months(-ago)).collect();
    if !months.contains(&shown) {
        months.push(shown);
    }
    let choice = |month: YearMonth| Choice {
        value: month.to_string(),
        words: Words::with(month.to_string(), month.to_string()),
        chosen: month == shown,
    };
    months.into_iter().map(choice).collect()
}

fn shown(table: &Table, language: Language) -> Shown {
    let row = |cells: &Vec<Cell>| {
        let cells = cells.iter().zip(&table.head);
        cells
            .map(|(cell, column)| (cell.text(language), column.is_number))
            .collect()
    };
    let mut rows: Vec<Vec<(String, bool)>> = table.rows.iter().map(row).collect();
    let total = if table.id == "lines" {
        rows.pop()
    } else {
        None
    };
    Shown {
        id: table.id,
        title: table.title.clone(),
        head: table
            .head
            .iter()
            .map(|column| (column.words.text(language).to_owned(), column.is_number))
            .collect(),
        rows,
        total,
    }
}
