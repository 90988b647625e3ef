//! How much, and when: from rows and extra amounts to a grant, from a grant to instalments that add up to it.

use jiff::civil::Date;

use super::matcher::{Context, Renewal, Stage, month_number};
use crate::domain::facts::{Facts, KNOWN};
use crate::domain::judgement::{Due, Grant, Plan, PlannedInstalment, Ternary};
use crate::domain::money::{Money, MoneyError};
use crate::domain::policy::Policy;
use crate::domain::policy::document::{Choose, DueDoc, Instalments, Shares};
use crate::domain::policy::program::{MonthlyCode, Program, Row, pack};
use crate::domain::time::{TimeError, YearMonth};

/// Nothing granted.
const NOTHING: Grant = Grant {
    total: Money::ZERO,
    row: 0,
    extras: 0,
};

/// Months one payment covers, and the month in which it is paid, counted from January of year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    from: i32,
    until: i32,
    paid_in: i32,
}

/// What the first judgement grants: the whole.
#[inline]
pub(crate) fn first(context: &Context<'_>) -> (Ternary, Grant) {
    match context.program.whole {
        Some(grant) => (Ternary::TRUE, grant),
        None => first_of_rows(context),
    }
}

fn first_of_rows(context: &Context<'_>) -> (Ternary, Grant) {
    let (mut value, mut grant) = choose(context);
    if let Some(monthly) = context.program.monthly
        && value == Ternary::TRUE
    {
        if let Err(state) = context.day(monthly.start) {
            value = Ternary::from_cause_bits(state);
        }
        match grant.total.times(monthly.months_max) {
            Some(total) => grant.total = total,
            None => value = Ternary::FALSE,
        }
    }
    (value, grant)
}

/// What the amounts grant on facts alone, the criteria being settled by a person; `None` when it cannot be established.
#[must_use]
pub fn grant_alone(policy: &Policy, facts: &Facts, on: Date, stage: Stage<'_>) -> Option<Grant> {
    let judged = i64::from(pack(on));
    let of = |filing, first_facts| Context {
        program: policy.program(),
        facts,
        first: first_facts,
        filing,
        judged,
    };
    let (value, grant) = match stage {
        Stage::First => first(&of(judged, None)),
        Stage::Renewal(renewed) => {
            let filing = i64::from(pack(renewed.filed_on));
            renewal(&of(filing, Some(renewed.first)), renewed)
        }
    };
    (value == Ternary::TRUE && facts.belong_to(policy)).then_some(grant)
}

/// What a renewal grants: what was planned, or, paid by the month, what the months paid come to.
pub(crate) fn renewal(context: &Context<'_>, renewal: Renewal<'_>) -> (Ternary, Grant) {
    let Some(monthly) = context.program.monthly else {
        return (
            Ternary::TRUE,
            Grant {
                total: renewal.planned,
                ..NOTHING
            },
        );
    };
    let (value, unit) = choose(context);
    if value != Ternary::TRUE {
        return (value, NOTHING);
    }
    match months_paid(context, renewal, monthly) {
        Err(value) => (value, NOTHING),
        Ok(0) => (Ternary::FALSE, NOTHING),
        Ok(months) => match unit.total.times(months) {
            Some(total) => (
                Ternary::TRUE,
                Grant {
                    total: total.min(renewal.planned),
                    ..unit
                },
            ),
            None => (Ternary::FALSE, NOTHING),
        },
    }
}

/// Months of the window for which a contribution was paid; not met after a gap that is too long.
fn months_paid(
    context: &Context<'_>,
    renewal: Renewal<'_>,
    monthly: MonthlyCode,
) -> Result<u32, Ternary> {
    let before = Context {
        facts: renewal.first,
        first: None,
        judged: context.filing,
        ..*context
    };
    let start = before
        .day(monthly.start)
        .map_err(Ternary::from_cause_bits)?;
    let start = month_number(start);
    let window = windows(start, month_number(context.filing), monthly)
        .nth(usize::from(renewal.instalment.saturating_sub(1)));
    let window = window
        .filter(|_| renewal.instalment > 0)
        .ok_or(Ternary::FALSE)?;
    let cell = context.facts.cell(monthly.slot);
    if cell.state() != KNOWN {
        return Err(Ternary::from_cause_bits(cell.state()));
    }
    let set = context.month_set(cell.value()).ok_or(Ternary::FALSE)?;
    if set.longest_gap(start, window.until) > monthly.gap_months_max {
        return Err(Ternary::FALSE);
    }
    set.paid_in(window.from, window.until)
}

/// Payments of a grant paid by the month: each pays the months before the month of payment, the first of them the next month
/// of payment after filing.
fn windows(start: i32, filed: i32, monthly: MonthlyCode) -> impl Iterator<Item = Window> {
    let end = start + i32::try_from(monthly.months_max).unwrap_or(0) - 1;
    let wanted = i32::from(monthly.pay_month) - 1;
    let after = start.max(filed) + 1;
    let first_paid = after + (wanted - after).rem_euclid(12);
    let mut from = start;
    (0..)
        .map(move |year| first_paid + 12 * year)
        .map(move |paid_in| {
            let window = Window {
                from,
                until: end.min(paid_in - 1),
                paid_in,
            };
            from = paid_in;
            window
        })
        .take_while(move |window| window.from <= end)
}

/// The row that applies, and the extra amounts on top.
fn choose(context: &Context<'_>) -> (Ternary, Grant) {
    let rows = &context.program.rows;
    let (mut value, mut grant) = match context.program.choose {
        Choose::First => first_row(context, rows),
        Choose::Best => best_row(context, rows),
    };
    for (at, extra) in context.program.extras.iter().enumerate() {
        match applies(context, extra) {
            Ternary::TRUE => match grant.total.checked_add(extra.amount) {
                Some(total) => {
                    grant = Grant {
                        total,
                        extras: grant.extras
                            | 1_u8
                                .checked_shl(u32::try_from(at).unwrap_or(8))
                                .unwrap_or(0),
                        ..grant
                    }
                }
                None => value = Ternary::FALSE,
            },
            Ternary::FALSE => {}
            unknown => value = value.and(unknown),
        }
    }
    (value, grant)
}

fn applies(context: &Context<'_>, row: &Row) -> Ternary {
    row.when
        .as_ref()
        .map_or(Ternary::TRUE, |when| context.eval(when))
}

fn grant(at: usize, row: &Row) -> Grant {
    Grant {
        total: row.amount,
        row: u8::try_from(at).unwrap_or(u8::MAX),
        extras: 0,
    }
}

/// A row that may apply stands before all later ones.
fn first_row(context: &Context<'_>, rows: &[Row]) -> (Ternary, Grant) {
    for (at, row) in rows.iter().enumerate() {
        match applies(context, row) {
            Ternary::FALSE => {}
            Ternary::TRUE => return (Ternary::TRUE, grant(at, row)),
            unknown => return (unknown, NOTHING),
        }
    }
    (Ternary::FALSE, NOTHING)
}

/// A row that may apply matters only when it is higher than the best that does.
fn best_row(context: &Context<'_>, rows: &[Row]) -> (Ternary, Grant) {
    let mut best: Option<Grant> = None;
    let mut unknown = Ternary::FALSE;
    let mut highest_unknown = Money::ZERO;
    for (at, row) in rows.iter().enumerate() {
        match applies(context, row) {
            Ternary::FALSE => {}
            Ternary::TRUE => {
                if best.is_none_or(|best| row.amount > best.total) {
                    best = Some(grant(at, row));
                }
            }
            causes => {
                unknown = unknown.or(causes);
                highest_unknown = highest_unknown.max(row.amount);
            }
        }
    }
    match best {
        Some(best) if best.total >= highest_unknown => (Ternary::TRUE, best),
        _ => (unknown, NOTHING),
    }
}

/// Why a grant cannot be cut into instalments.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The shares cannot be computed.
    #[error("the grant cannot be cut into shares: {0}")]
    Shares(#[from] MoneyError),
    /// The month from which is paid is not known; a grant was made nevertheless.
    #[error("the month from which the grant is paid is not known")]
    StartUnknown,
    /// The policy has no amount row of that number.
    #[error("the policy has no amount row {0}")]
    NoSuchRow(u8),
    /// More instalments than can be numbered, or more money than an amount can hold.
    #[error("the instalments run out of range")]
    OutOfRange,
    /// A month of payment is not in the calendar.
    #[error("the instalments run out of the calendar: {0}")]
    Calendar(#[from] TimeError),
}

/// Cuts what the first judgement granted into instalments that add up to it.
///
/// # Errors
/// [`PlanError`]; none of them happens to a grant that [`super::matcher::judge`] made under the same policy and facts.
pub fn plan(
    policy: &Policy,
    grant: Grant,
    facts: &Facts,
    filed_on: Date,
) -> Result<Plan, PlanError> {
    let instalments = match policy.instalments() {
        Instalments::Shares(shares) => in_shares(shares, grant)?,
        Instalments::Monthly(_) => by_month(policy.program(), grant, facts, filed_on)?,
    };
    Ok(Plan {
        total: grant.total,
        instalments,
    })
}

fn number(at: usize) -> Result<u8, PlanError> {
    u8::try_from(at + 1).map_err(|_| PlanError::OutOfRange)
}

fn in_shares(shares: &Shares, grant: Grant) -> Result<Vec<PlannedInstalment>, PlanError> {
    let weights: Vec<u32> = shares.items.iter().map(|item| item.weight).collect();
    let amounts = grant.total.split(&weights)?;
    let items = shares.items.iter().zip(amounts).enumerate();
    items
        .map(|(at, (item, amount))| {
            let due = match item.due {
                DueDoc::AtAward => Due::AtAward,
                DueDoc::MonthsAfterAward(months) => Due::MonthsAfterAward(months),
                DueDoc::On(day) => Due::On(day),
            };
            Ok(PlannedInstalment {
                no: number(at)?,
                amount,
                due,
                recheck: !item.check.is_empty(),
                months: None,
            })
        })
        .collect()
}

fn by_month(
    program: &Program,
    grant: Grant,
    facts: &Facts,
    filed_on: Date,
) -> Result<Vec<PlannedInstalment>, PlanError> {
    let monthly = program.monthly.ok_or(PlanError::StartUnknown)?;
    let unit = program
        .rows
        .get(usize::from(grant.row))
        .ok_or(PlanError::NoSuchRow(grant.row))?
        .amount;
    let extras = program
        .extras
        .iter()
        .enumerate()
        .filter(|(at, _)| u32::from(grant.extras) >> at & 1 == 1)
        .map(|(_, row)| row.amount);
    let unit = Money::sum(std::iter::once(unit).chain(extras)).ok_or(PlanError::OutOfRange)?;
    let filing = i64::from(pack(filed_on));
    let context = Context {
        program,
        facts,
        first: None,
        filing,
        judged: filing,
    };
    let start = context
        .day(monthly.start)
        .map_err(|_| PlanError::StartUnknown)?;
    windows(month_number(start), month_number(filing), monthly)
        .enumerate()
        .map(|(at, window)| {
            let months =
                u32::try_from(window.until - window.from + 1).map_err(|_| PlanError::OutOfRange)?;
            Ok(PlannedInstalment {
                no: number(at)?,
                amount: unit.times(months).ok_or(PlanError::OutOfRange)?,
                due: Due::On(year_month(window.paid_in)?.first_day()),
                recheck: true,
                months: Some((year_month(window.from)?, year_month(window.until)?)),
            })
        })
        .collect()
}

fn year_month(month: i32) -> Result<YearMonth, PlanError> {
    let year = i16::try_from(month.div_euclid(12)).map_err(|_| PlanError::OutOfRange)?;
    let number = i8::try_from(month.rem_euclid(12) + 1).map_err(|_| PlanError::OutOfRange)?;
    Ok(YearMonth::new(year, number)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::program::Day;

    fn monthly(pay_month: u8) -> MonthlyCode {
        MonthlyCode {
            slot: 0,
            start: Day::Filing,
            months_max: 36,
            pay_month,
            gap_months_max: 6,
        }
    }

    #[test]
    fn windows_cover_every_month_once_whatever_the_start() {
        for start in 24_000..24_012 {
            for filed in start..start + 30 {
                let windows: Vec<_> = windows(start, filed, monthly(9)).collect();
                let covered: Vec<i32> = windows
                    .iter()
                    .flat_map(|window| window.from..=window.until)
                    .collect();
                assert_eq!(covered, (start..start + 36).collect::<Vec<_>>());
                assert!(windows.iter().all(|window| window.paid_in % 12 == 8
                    && window.paid_in > filed
                    && window.until < window.paid_in));
            }
        }
    }
}
