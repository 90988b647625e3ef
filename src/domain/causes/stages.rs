//! How long ended cases stood in each state, and whether they ended in time.

use std::collections::BTreeMap;

use crate::domain::calendar::{CalendarError, WorkingCalendar};
use crate::domain::desk::{Act, DeskCase, StageName, StepError};
use crate::domain::figures::percentile;
use crate::domain::id::CaseId;
use crate::domain::time::{Date, Timestamp};

/// An ended case, as far as times need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Under which policy; none for a report about none.
    pub policy: Option<String>,
    /// Microseconds in each state.
    pub in_stage: BTreeMap<StageName, i64>,
    /// Working days that its clock had run when it was decided; none beyond the calendar.
    pub used: Option<u32>,
    /// Whether it was decided by its last day; none beyond the calendar.
    pub in_time: Option<bool>,
}

impl Ended {
    /// Of all acts of a case.
    ///
    /// # Errors
    /// When they are not the acts of one case.
    pub fn of(id: CaseId, acts: &[Act], calendar: &WorkingCalendar) -> Result<Self, StepError> {
        let Some((first, rest)) = acts.split_first() else {
            return Err(StepError::OutOfOrder { wanted: 1, got: 0 });
        };
        let mut case = DeskCase::open(id, first)?;
        let (mut since, mut decided) = (first.at, None);
        let mut in_stage = BTreeMap::new();
        for act in rest {
            let before = case.stage.name();
            case.apply(act)?;
            *in_stage.entry(before).or_insert(0) += elapsed_us(since, act.at);
            since = act.at;
            decided = match (is_over(before), is_over(case.stage.name())) {
                (false, true) => Some(act.at.china_date()),
                // Opened again, it has a time limit of its own.
                (true, false) => None,
                _ => decided,
            };
        }
        in_stage.remove(&StageName::Closed);
        let clock = decided.map(|on| reckoned(&case, calendar, on));
        Ok(Self {
            policy: case.opening.policy,
            in_stage,
            used: clock
                .as_ref()
                .and_then(|clock| Some(clock.as_ref().ok()?.0)),
            in_time: clock.and_then(|clock| Some(clock.ok()?.1)),
        })
    }

    /// Microseconds from its opening to its end.
    #[must_use]
    pub fn whole_us(&self) -> i64 {
        self.in_stage.values().sum()
    }
}

/// Whether the clock has nothing more to measure.
const fn is_over(stage: StageName) -> bool {
    matches!(stage, StageName::Checking | StageName::Closed)
}

fn reckoned(
    case: &DeskCase,
    calendar: &WorkingCalendar,
    on: Date,
) -> Result<(u32, bool), CalendarError> {
    let read = case.clock.read(calendar, &case.opening.rules, on)?;
    Ok((read.used, !read.is_overdue(on)))
}

fn elapsed_us(from: Timestamp, until: Timestamp) -> i64 {
    (until.as_micros() - from.as_micros()).max(0)
}

/// A distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Of how many cases.
    pub over: usize,
    /// Half took no longer.
    pub p50: i64,
    /// Nine in ten took no longer.
    pub p90: i64,
    /// On average.
    pub mean: i64,
}

impl Span {
    /// None of none.
    fn of(mut values: Vec<i64>) -> Option<Self> {
        values.sort_unstable();
        let sum: i64 = values.iter().sum();
        Some(Self {
            over: values.len(),
            p50: percentile(&values, 50)?,
            p90: percentile(&values, 90)?,
            mean: sum / i64::try_from(values.len()).ok()?,
        })
    }
}

/// Times of some ended cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// How many.
    pub cases: usize,
    /// Microseconds in each state, of those cases that were in it.
    pub stages: Vec<(StageName, Span)>,
    /// Microseconds from opening to end.
    pub whole: Option<Span>,
    /// Working days of the clock, until it was decided.
    pub used: Option<Span>,
    /// How many were decided by their last day.
    pub in_time: usize,
    /// How many were not.
    pub late: usize,
}

impl Times {
    /// Of a list of cases.
    #[must_use]
    pub fn of(ended: &[&Ended]) -> Self {
        let stage = |stage| {
            let times = ended.iter().filter_map(|one| one.in_stage.get(&stage));
            Some((stage, Span::of(times.copied().collect())?))
        };
        let days = ended.iter().filter_map(|one| one.used);
        let timely = |wanted| {
            let of = ended.iter().filter(|one| one.in_time == Some(wanted));
            of.count()
        };
        Self {
            cases: ended.len(),
            stages: StageName::ALL.into_iter().filter_map(stage).collect(),
            whole: Span::of(ended.iter().map(|one| one.whole_us()).collect()),
            used: Span::of(days.map(i64::from).collect()),
            in_time: timely(true),
            late: timely(false),
        }
    }

    /// What the cases spent in a state on average, those with them that were never in it: these averages add up to the whole.
    #[must_use]
    pub fn share_us(&self, stage: StageName) -> i64 {
        let cases = i64::try_from(self.cases).unwrap_or(i64::MAX).max(1);
        let of_stage = self.stages.iter().find(|(name, _)| *name == stage);
        of_stage.map_or(0, |(_, span)| {
            span.mean
                .saturating_mul(i64::try_from(span.over).unwrap_or(i64::MAX))
                / cases
        })
    }
}

/// Times of the cases that ended in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageTimes {
    /// Of all.
    pub all: Times,
    /// By policy, the largest first; reports about none are in none.
    pub by_policy: Vec<(String, Times)>,
}

impl StageTimes {
    /// Of a list of cases.
    #[must_use]
    pub fn of(ended: &[Ended]) -> Self {
        let policies: std::collections::BTreeSet<&str> = ended
            .iter()
            .filter_map(|one| one.policy.as_deref())
            .collect();
        let mut by_policy: Vec<(String, Times)> = policies
            .into_iter()
            .map(|id| {
                let of = ended.iter().filter(|one| one.policy.as_deref() == Some(id));
                (id.to_owned(), Times::of(&of.collect::<Vec<_>>()))
            })
            .collect();
        by_policy.sort_by_key(|(_, times)| std::cmp::Reverse(times.cases));
        Self {
            all: Times::of(&ended.iter().collect::<Vec<_>>()),
            by_policy,
        }
    }
}
