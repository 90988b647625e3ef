//! What is still to be paid, as the page of the lines shows it.

use super::{charts, line_name};
use crate::domain::forecast::{Due, Forecast, LineForecast};
use crate::web::Web;
use crate::web::pages::layout::Page;

/// The forecast on a page.
pub(super) struct ToPay {
    pub(super) chart: String,
    pub(super) months: Vec<Month>,
    pub(super) lines: Vec<Line>,
}

/// A month in which something falls due.
pub(super) struct Month {
    pub(super) name: String,
    pub(super) count: u64,
    pub(super) sum: String,
}

/// A line that has something to come, or somebody who waits.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) overdue: String,
    pub(super) within: String,
    pub(super) later: String,
    pub(super) free: String,
    pub(super) waiting: u64,
    pub(super) asked: String,
    /// How many wait beside these, for an amount that is not known yet.
    pub(super) unknown: u64,
    pub(super) short_by: String,
    pub(super) is_short: bool,
}

impl ToPay {
    /// Nothing when there is nothing to tell.
    pub(super) fn of(web: &Web, page: &Page, forecast: &Forecast) -> Option<Self> {
        if forecast.lines.is_empty() {
            return None;
        }
        let months = forecast.months().into_iter();
        let months = months
            .map(|month| (month, forecast.in_month(month)))
            .filter(|(_, due)| due.count > 0)
            .map(|(month, due)| Month {
                name: month.to_string(),
                count: due.count,
                sum: page.money(due.sum),
            });
        Some(Self {
            chart: charts::forecast(page, forecast),
            months: months.collect(),
            lines: forecast
                .lines
                .iter()
                .map(|line| row(web, page, line))
                .collect(),
        })
    }
}

fn row(web: &Web, page: &Page, line: &LineForecast) -> Line {
    let within = line.months.values().copied();
    let within = within.fold(Due::default(), Due::and);
    let short = line.short_by();
    Line {
        name: line_name(web, page, &line.budget.key),
        overdue: page.money(line.overdue.sum),
        within: page.money(within.sum),
        later: page.money(line.later.sum),
        free: page.money(line.budget.free()),
        waiting: line.waiting.due.count,
        asked: page.money(line.waiting.due.sum),
        unknown: line.waiting.unknown,
        short_by: page.money(short),
        is_short: !short.is_zero(),
    }
}
