//! 督办: what the calendar brings about, and where a case stands in the queues.

use super::act::{Card, Deed};
use super::state::{DeskCase, Stage};
use crate::domain::calendar::{CalendarError, WorkingCalendar};
use crate::domain::time::Date;

/// The days a queue goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placing {
    /// The last day, by which queues are sorted; none while the clock stands, and after the end.
    pub due: Option<Date>,
    /// The day on which the calendar brings about something next.
    pub look_on: Option<Date>,
}

/// Where a case stands in the queues from `today` on.
///
/// # Errors
/// When the calendar does not reach.
pub fn placing(
    case: &DeskCase,
    calendar: &WorkingCalendar,
    today: Date,
) -> Result<Placing, CalendarError> {
    if case.is_closed() {
        return Ok(Placing {
            due: None,
            look_on: None,
        });
    }
    let due = match case.stage {
        Stage::Checking { until } => Some(until),
        _ => case.clock.due(calendar)?,
    };
    let look_on = brings(case, calendar, today)?
        .into_iter()
        .map(|(on, _)| on)
        .min();
    Ok(Placing { due, look_on })
}

/// What is to happen to a case by `today`, in order.
///
/// # Errors
/// When the calendar does not reach.
pub fn supervise(
    case: &DeskCase,
    calendar: &WorkingCalendar,
    today: Date,
) -> Result<Vec<Deed>, CalendarError> {
    let brings = brings(case, calendar, today)?;
    // What ends a case leaves nothing to remind anybody of.
    if let Some((_, deed)) = brings
        .iter()
        .find(|(on, deed)| *on <= today && matches!(deed, Deed::Lapsed | Deed::SupplyOver))
    {
        return Ok(vec![deed.clone()]);
    }
    let now = brings.into_iter().filter(|(on, _)| *on <= today);
    Ok(now.map(|(_, deed)| deed).collect())
}

/// Everything the calendar has in store for a case as it stands, each with its day.
fn brings(
    case: &DeskCase,
    calendar: &WorkingCalendar,
    today: Date,
) -> Result<Vec<(Date, Deed)>, CalendarError> {
    let mut brings = Vec::new();
    match &case.stage {
        Stage::Closed { .. } => return Ok(brings),
        Stage::Checking { until } => {
            if !case.escalated {
                brings.push((day_after(*until), Deed::Escalated));
            }
            return Ok(brings);
        }
        Stage::Asked { until } => brings.push((day_after(*until), Deed::SupplyOver)),
        Stage::Waiting | Stage::Working | Stage::Proposed(_) => {}
    }
    if let Some(deferral) = &case.deferral {
        brings.push((day_after(deferral.until), Deed::Lapsed));
    }
    brings.extend(by_the_clock(case, calendar, today)?);
    Ok(brings)
}

/// Reminder, yellow card, red card and escalation: each once.
fn by_the_clock(
    case: &DeskCase,
    calendar: &WorkingCalendar,
    today: Date,
) -> Result<Vec<(Date, Deed)>, CalendarError> {
    let rules = &case.opening.rules;
    let read = case.clock.read(calendar, rules, today)?;
    let (Some(due), Some(remind_on)) = (read.due, read.remind_on) else {
        return Ok(Vec::new());
    };
    let mut brings = Vec::new();
    // A reminder after the last day is no reminder.
    if case.reminded != Some(due) && today <= due {
        brings.push((remind_on, Deed::Reminded { due }));
    }
    let over = day_after(due);
    if case.card < Card::Yellow {
        brings.push((over, Deed::Carded { card: Card::Yellow }));
    }
    // Nobody asks the calendar for days so far ahead before the last day is over.
    if today < over {
        return Ok(brings);
    }
    let red_on = day_after(calendar.add_working_days(due, rules.terms.red_card_working_days)?);
    if case.card < Card::Red {
        brings.push((red_on, Deed::Carded { card: Card::Red }));
    }
    if !case.escalated {
        brings.push((red_on, Deed::Escalated));
    }
    Ok(brings)
}

/// The last day is a whole day: it is over the day after.
fn day_after(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}
