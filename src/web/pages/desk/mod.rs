//! The pages of staff: a file a page. Applicants' pages stand beside this folder.

mod board;
mod board_acts;
mod case;
mod causes;
mod causes_charts;
mod files;
mod filters;
mod form;
mod hand_over;
mod queue;
mod refusal;
mod roles;

use crate::web::routes::of;
use axum::http::Uri;

use crate::domain::desk::StageName;
use crate::domain::time::Date;
use crate::web::Web;
use crate::web::auth::Access;
use crate::web::routes::Routes;
use crate::web::session::Visitors;
use crate::web::texts::casework as t;
use crate::web::words::Words;

/// Who comes here. What a role may do is said by the stage that does it.
const STAFF: Access = Access::Page(Visitors::Staff);

/// Every page of staff.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .add(STAFF, of!(queue::desk))
        .add(Access::PageWithFile(Visitors::Staff), of!(files::attach))
        .add(STAFF, of!(files::file))
        .add(STAFF, of!(board::board))
        .add(STAFF, of!(board_acts::freeze))
        .add(STAFF, of!(board_acts::lift))
        .add(STAFF, of!(board_acts::away))
        .add(STAFF, of!(board_acts::enrol))
        .add(STAFF, of!(hand_over::hand_over))
        .add(STAFF, of!(filters::change))
        .add(STAFF, of!(case::show))
        .add(STAFF, of!(case::act))
        .add(STAFF, of!(causes::causes))
        .add(STAFF, of!(causes::download))
}

/// The last day of a case, with how far it is.
pub(super) struct LastDay {
    /// The day; empty while there is none.
    day: String,
    /// How far it is.
    words: Words,
    /// How that looks: `met`, `open` or `not`; empty where nothing presses.
    mood: &'static str,
}

impl LastDay {
    fn of(web: &Web, due: Option<Date>, stage: StageName) -> Self {
        let Some(due) = due else {
            return Self {
                day: String::new(),
                words: standing(stage),
                mood: "",
            };
        };
        let (words, mood) = how_far(web, due);
        Self {
            day: due.to_string(),
            words,
            mood,
        }
    }
}

fn standing(stage: StageName) -> Words {
    match stage {
        StageName::Closed => Words::of("已办结", "closed"),
        StageName::Asked => Words::of("时限暂停", "the clock stands"),
        _ => Words::of("未定", "not set"),
    }
}

/// In working days, which are what time limits are counted in.
fn how_far(web: &Web, due: Date) -> (Words, &'static str) {
    let (today, calendar) = (web.ctx.world.clock.today(), &web.ctx.calendar);
    if due == today {
        return (Words::of("今天到期", "today"), "open");
    }
    let between = if due > today {
        calendar.working_days_between(today, due)
    } else {
        calendar.working_days_between(due, today)
    };
    match between {
        Err(_) => (Words::of("", ""), ""),
        Ok(days) if due > today => (left(days), if days <= 1 { "open" } else { "" }),
        Ok(0) => (Words::of("已超期", "overdue"), "not"),
        Ok(days) => (over(days), "not"),
    }
}

fn left(days: u32) -> Words {
    let plural = if days == 1 { "" } else { "s" };
    Words::with(
        format!("还剩 {days} 个工作日"),
        format!("{days} working day{plural} left"),
    )
}

fn over(days: u32) -> Words {
    let plural = if days == 1 { "" } else { "s" };
    Words::with(
        format!("已超期 {days} 个工作日"),
        format!("{days} working day{plural} overdue"),
    )
}

/// What the last step came to, as the address of the page after it says.
fn done(uri: &Uri) -> Option<Words> {
    let query = uri.query()?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let (_, act) = pairs.find(|(name, _)| name == "done")?;
    Some(match &*act {
        "take" => t::DONE_TAKE,
        "hand-over" => t::DONE_HAND_OVER,
        "special" => t::DONE_SPECIAL,
        "ask" => t::DONE_ASK,
        "take-in" => t::DONE_TAKE_IN,
        "note" => t::DONE_NOTE,
        "settle" => t::DONE_SETTLE,
        "unsettle" => t::DONE_UNSETTLE,
        "offer-deferral" | "offer-declaration" => t::DONE_OFFER,
        "propose" => t::DONE_PROPOSE,
        "sample" => crate::web::texts::trust::DONE_LOOKED,
        "recovery" => crate::web::texts::trust::DONE_RECALLED,
        "confirm" => t::DONE_CONFIRM,
        "withdraw-proposal" => t::DONE_WITHDRAW,
        "reopen" => t::DONE_REOPEN,
        "check" => t::DONE_CHECK,
        "hand-on" => t::DONE_HAND_ON,
        "answer" => t::DONE_ANSWER,
        "conflict" => t::DONE_CONFLICT,
        "registers" => t::DONE_REGISTERS,
        "filter" => t::DONE_FILTER,
        "drop" => t::DONE_DROP,
        _ => return None,
    })
}
