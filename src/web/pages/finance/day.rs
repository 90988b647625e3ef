//! `GET /finance`: 每日一览.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::payments::{Line, lines};
use crate::domain::audit::Alarm;
use crate::domain::payment::PaymentState;
use crate::domain::person::Staff;
use crate::store::PaymentFilter;
use crate::web::Web;
use crate::web::auth::Desk;
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
    waiting: Vec<Waiting>,
    alarms: Vec<AlarmRow>,
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
    responses((status = 200, description = "The page")))]
pub(super) async fn day(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), super::DAY);
    let mut waiting = Vec::new();
    for state in [PaymentState::Held, PaymentState::Returned] {
        waiting.push(waits(&web, &page, &staff, state).await?);
    }
    waiting.retain(|one| !one.lines.is_empty());
    let alarms = web.finance.alarms(&staff).await?;
    let template = DayPage {
        page: &page,
        waiting,
        alarms: alarms.iter().map(|one| alarm_row(&page, one)).collect(),
    };
    Ok(page.render(StatusCode::OK, &template))
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
