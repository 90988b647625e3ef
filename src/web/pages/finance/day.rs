//! `GET /finance`: 每日一览.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::payments::{Line, lines, or_all};
use crate::domain::audit::Alarm;
use crate::domain::money::Money;
use crate::domain::payment::PaymentState;
use crate::domain::person::Staff;
use crate::domain::statement::Tally;
use crate::domain::time::{Date, parse_date};
use crate::store::PaymentFilter;
use crate::store::differences::DayTotals;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, chosen};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;
use crate::web::words::Words;

/// Most payments of a state that are listed; the rest stands behind a link.
const WAITING: u32 = 20;

#[derive(Template)]
#[template(path = "finance/day.html")]
struct DayPage<'a> {
    page: &'a Page,
    date: String,
    rows: Vec<Row>,
    waiting: Vec<Waiting>,
    alarms: Vec<AlarmRow>,
}

/// One figure of the day: ours, and what treasury and bank say of it.
struct Row {
    words: Words,
    ours: Told,
    /// Treasury and bank; none where a statement tells nothing of the kind.
    sides: [Option<Against>; 2],
}

/// How many, and how much.
struct Told {
    count: u64,
    sum: String,
}

/// What another side says, and the difference to ours in one number.
struct Against {
    told: Told,
    difference: String,
    agrees: bool,
}

/// Which day is asked for; today when none is.
#[derive(Debug)]
pub(super) struct Asked(Option<Date>);

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let mend = ("请填写日期，例如 2026-11-20", "write a day as 2026-11-20");
        let date = or_all(|text| parse_date(text).ok());
        let date = fields.optional("date", chosen(date, mend));
        Some(Self(date?.flatten()))
    }
}

/// What waits for a person in one state.
struct Waiting {
    state: &'static str,
    words: Words,
    lines: Vec<Line>,
    is_more: bool,
}

struct AlarmRow {
    what: Words,
    subject: String,
    since: String,
    count: i64,
}

/// The day at a glance.
#[utoipa::path(get, path = "/finance", operation_id = "finance_day", tag = "pages",
    params(("date" = Option<String>, Query, description = "The day in China; today when left out")),
    responses((status = 200, description = "The page")))]
pub(super) async fn day(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Query(Asked(date)): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), super::DAY);
    let date = date.unwrap_or_else(|| web.ctx.now().china_date());
    let totals = web.finance.day_totals(&staff, date).await?;
    let mut waiting = Vec::new();
    for state in [PaymentState::Held, PaymentState::Returned] {
        waiting.push(waits(&web, &page, &staff, state).await?);
    }
    waiting.retain(|one| !one.lines.is_empty());
    let alarms = web.finance.alarms(&staff).await?;
    let template = DayPage {
        page: &page,
        date: date.to_string(),
        rows: rows(&page, &totals),
        waiting,
        alarms: alarms.iter().map(|one| alarm_row(&page, one)).collect(),
    };
    Ok(page.render(StatusCode::OK, &template))
}

fn rows(page: &Page, totals: &DayTotals) -> Vec<Row> {
    let row = |words, ours: Tally, treasury: Option<Tally>, bank: Option<Tally>| Row {
        words,
        ours: told(page, ours),
        sides: [treasury, bank].map(|side| side.map(|theirs| against(page, ours, theirs))),
    };
    vec![
        row(t::finance::DAY_APPROVED, totals.approved, None, None),
        row(t::finance::DAY_INSTRUCTED, totals.instructed, None, None),
        row(
            t::finance::DAY_SETTLED,
            totals.settled,
            Some(totals.treasury_settled),
            Some(totals.bank_settled),
        ),
        row(
            t::finance::DAY_RETURNED,
            totals.returned,
            Some(totals.treasury_returned),
            Some(totals.bank_returned),
        ),
        row(t::finance::DAY_UNKNOWN, totals.unknown, None, None),
    ]
}

fn told(page: &Page, tally: Tally) -> Told {
    Told {
        count: tally.count,
        sum: page.money(tally.sum),
    }
}

fn against(page: &Page, ours: Tally, theirs: Tally) -> Against {
    let count = theirs.count.cast_signed() - ours.count.cast_signed();
    let (sign, apart) = match theirs.sum.checked_sub(ours.sum) {
        Some(more) => ("+", more),
        None => ("−", ours.sum.checked_sub(theirs.sum).unwrap_or(Money::ZERO)),
    };
    Against {
        told: told(page, theirs),
        difference: format!("{sign}{} ({count:+})", page.money(apart)),
        agrees: apart.is_zero() && count == 0,
    }
}

async fn waits(
    web: &Web,
    page: &Page,
    staff: &Staff,
    state: PaymentState,
) -> Result<Waiting, Problem> {
    let filter = PaymentFilter {
        state: Some(state),
        limit: WAITING + 1,
        ..PaymentFilter::default()
    };
    let found = web.finance.payments(staff, filter).await?;
    let shown = &found[..found.len().min(WAITING as usize)];
    Ok(Waiting {
        state: state.as_str(),
        words: t::finance::payment(state),
        lines: lines(web, page, shown),
        is_more: found.len() > shown.len(),
    })
}

fn alarm_row(page: &Page, alarm: &Alarm) -> AlarmRow {
    AlarmRow {
        what: t::finance::alarm(alarm.kind),
        subject: alarm.subject.clone(),
        since: page.moment(alarm.raised_at),
        count: alarm.count,
    }
}
