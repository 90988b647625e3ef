//! The charts of the budgets: which values they show, and what they say to whoever does not see them.

use crate::domain::forecast::Forecast;
use crate::domain::ledger::{Account, Figures};
use crate::domain::money::Money;
use crate::web::Web;
use crate::web::chart::{self, Column, Part, Row, Told};
use crate::web::pages::layout::Page;
use crate::web::texts::budgets as t;
use crate::web::words::Words;

use super::short_name;

/// Most bars: the table beside has every line.
const BARS_MAX: usize = 8;
/// Fen in ten thousand yuan, the unit of the charts.
const UNIT_FEN: i64 = 1_000_000;

/// The parts of a line's money, in the order of its way.
const WAY: [(Account, &str, Words); 5] = [
    (Account::Paid, "b-paid", t::PAID),
    (Account::Instructed, "b-instructed", t::INSTRUCTED),
    (Account::Committed, "b-committed", t::COMMITTED),
    (Account::Returned, "b-returned", t::RETURNED),
    (Account::Available, "b-free", t::FREE),
];

/// Where the money of the lines with most promised stands.
pub(super) fn lines(web: &Web, page: &Page, figures: &[Figures]) -> String {
    let mut shown: Vec<&Figures> = figures.iter().collect();
    shown.sort_by_key(|line| std::cmp::Reverse((line.budget.reserved, line.budget.appropriated)));
    shown.truncate(BARS_MAX);
    let rows: Vec<Row> = shown
        .iter()
        .map(|line| Row {
            name: short_name(web, page, &line.budget.key),
            parts: WAY
                .iter()
                .map(|(account, class, words)| Part {
                    class,
                    says: format!("{}: {}", page.say(words), page.money(line.on(*account))),
                    value: in_units(line.on(*account)),
                })
                .collect(),
            total: format!("{:.1}", in_units(line.budget.appropriated)),
        })
        .collect();
    let legend: Vec<(&'static str, String)> = WAY
        .iter()
        .map(|(_, class, words)| (*class, page.say(words).into_owned()))
        .collect();
    let all = Money::sum(figures.iter().map(|line| line.budget.appropriated));
    let free = Money::sum(figures.iter().map(|line| line.budget.free()));
    let (all, free) = (all.unwrap_or(Money::MAX), free.unwrap_or(Money::MAX));
    let (count, bars) = (figures.len(), rows.len());
    let summary = Words::with(
        format!(
            "共 {count} 条指标，图中为占用最多的 {bars} 条；合计下达 {all} 元，未占用 {free} 元。单位：万元。"
        ),
        format!(
            "{count} lines, of which the {bars} with most promised are drawn; {all} yuan granted in all, {free} not promised. In units of 10,000 yuan."
        ),
    );
    let told = Told {
        id: "chart-lines",
        title: page.say(t::LINES).into_owned(),
        summary: page.say(summary).into_owned(),
    };
    chart::stacked(&told, &legend, &rows)
}

/// What falls due in each month.
pub(super) fn forecast(page: &Page, forecast: &Forecast) -> String {
    let months = forecast.months();
    let columns: Vec<Column> = months
        .iter()
        .enumerate()
        .map(|(at, month)| {
            let due = forecast.in_month(*month);
            let begins = at == 0 || month.month() == 1;
            Column {
                label: month.month().to_string(),
                under: begins.then(|| month.year().to_string()),
                says: format!("{month}: {}", page.money(due.sum)),
                value: in_units(due.sum),
            }
        })
        .collect();
    let largest = months.iter().map(|month| forecast.in_month(*month).sum);
    let largest = largest.max().unwrap_or_default();
    let whole = Money::sum(months.iter().map(|month| forecast.in_month(*month).sum));
    let whole = whole.unwrap_or(Money::MAX);
    let summary = Words::with(
        format!("两年内应付 {whole} 元，最多的一个月 {largest} 元。单位：万元。"),
        format!(
            "{whole} yuan fall due within two years, {largest} in the month with most. In units of 10,000 yuan."
        ),
    );
    let told = Told {
        id: "chart-forecast",
        title: page.say(t::FORECAST).into_owned(),
        summary: page.say(summary).into_owned(),
    };
    let most = usize::try_from(largest.fen() / UNIT_FEN).unwrap_or(usize::MAX / 8);
    chart::columns(&told, &columns, most.saturating_add(1))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a pixel is no money: the exact amounts stand in the table"
)]
fn in_units(amount: Money) -> f64 {
    amount.fen() as f64 / UNIT_FEN as f64
}
