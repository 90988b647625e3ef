//! The compiled form of a policy: facts are numbered slots, tests a flat tree of small enums. Made once, run often.

use jiff::civil::Date;

use super::battery::Battery;
use super::document::{BackPaid, Choose, Ending};
use crate::domain::judgement::{Grant, SourceSet};
use crate::domain::money::Money;

/// Number of a fact.
pub(crate) type Slot = u16;

/// A contiguous part of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) start: u16,
    pub(crate) len: u16,
}

impl Part {
    /// The part of a table it stands for; empty when the table is shorter.
    pub(crate) fn of<T>(self, table: &[T]) -> &[T] {
        let start = usize::from(self.start);
        table
            .get(start..start + usize::from(self.len))
            .unwrap_or(&[])
    }
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
}

impl Order {
    #[inline]
    pub(crate) const fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Eq => left == right,
            Self::Ne => left != right,
            Self::Lt => left < right,
            Self::Lte => left <= right,
            Self::Gt => left > right,
            Self::Gte => left >= right,
        }
    }

    /// The order that holds exactly where this one does not.
    pub(crate) const fn contrary(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::Gte,
            Self::Lte => Self::Gt,
            Self::Gt => Self::Lte,
            Self::Gte => Self::Lt,
        }
    }
}

/// A number of the document, or a parameter that has more than one dated value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    Fixed(i64),
    Param(u16),
}

/// A day of the document or of the evidence, packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Day {
    Fact { slot: Slot, day_after: bool },
    Filing,
    Judged,
    Fixed(i32),
    Param(u16),
}

/// Which limit a time between two days is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    AtLeast,
    AtMost,
    Within,
}

/// A test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node {
    Compare {
        slot: Slot,
        order: Order,
        with: Number,
    },
    OneOfCodes {
        slot: Slot,
        codes: u64,
    },
    OneOfValues {
        slot: Slot,
        values: Part,
    },
    Has {
        slot: Slot,
        codes: u64,
    },
    Present {
        slot: Slot,
    },
    Days {
        left: Day,
        right: Day,
        order: Order,
    },
    Between {
        from: Day,
        to: Day,
        years: bool,
        span: Span,
        limit: Number,
    },
    Months(u16),
    Agree(Part),
    SameAs(Slot, Slot),
    Unchanged(Slot),
    All(Part),
    Any(Part),
    Not(u16),
}

/// What it means for a fact to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// There is a record with a value.
    Value,
    /// There is at least one code.
    Codes,
    /// There is at least one month.
    Months,
}

/// At whose company months were paid.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Employer {
    Anyone,
    AnyOne,
    Fact(Slot),
}

/// A count of months, compiled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MonthsNode {
    pub(crate) slot: Slot,
    pub(crate) at_least: Number,
    pub(crate) from: Option<Day>,
    pub(crate) until: Day,
    pub(crate) back_paid: BackPaid,
    pub(crate) employer: Employer,
    /// `None` for cumulative months.
    pub(crate) ending: Option<Ending>,
}

/// A criterion, compiled.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) root: Node,
    pub(crate) sources: SourceSet,
    pub(crate) slots: Vec<Slot>,
}

/// A row of the amount, compiled.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) when: Option<Node>,
    pub(crate) amount: Money,
}

/// A policy, compiled.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) nodes: Vec<Node>,
    pub(crate) battery: Battery,
    pub(crate) months: Vec<MonthsNode>,
    pub(crate) values: Vec<i64>,
    pub(crate) slots: Vec<Slot>,
    /// Dated values: packed first day and value, in order of days.
    pub(crate) params: Vec<Vec<(i32, i64)>>,
    /// Texts named by the document; their place is the number they are compared by.
    pub(crate) texts: Vec<Box<str>>,
    /// By slot: what it means to be there.
    pub(crate) kinds: Vec<Presence>,
    pub(crate) checks: Vec<Check>,
    /// Bit per criterion looked at by the first judgement, then before each later instalment (by number, from 1).
    pub(crate) first: u64,
    pub(crate) renewals: Vec<u64>,
    pub(crate) choose: Choose,
    pub(crate) rows: Vec<Row>,
    pub(crate) extras: Vec<Row>,
    /// What is granted whoever it is: there is one amount, without a condition.
    pub(crate) whole: Option<Grant>,
    pub(crate) amount_sources: SourceSet,
    pub(crate) amount_slots: Vec<Slot>,
    pub(crate) monthly: Option<MonthlyCode>,
}

/// What is paid by the month, compiled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MonthlyCode {
    pub(crate) slot: Slot,
    pub(crate) start: Day,
    pub(crate) months_max: u32,
    pub(crate) pay_month: u8,
    pub(crate) gap_months_max: u32,
}

/// Most facts a policy can declare; the schema says the same.
pub(crate) const FACTS_MAX: usize = 64;

/// Decimals of a `decimal` fact that are kept.
pub(crate) const DECIMALS: u32 = 6;

/// A day as a number that sorts like the day and comes apart without a division.
#[inline]
pub(crate) fn pack(day: Date) -> i32 {
    (i32::from(day.year()) << 9) | (i32::from(day.month()) << 5) | i32::from(day.day())
}

/// Months since year 0 of a packed day.
#[inline]
pub(crate) const fn month_of(packed: i64) -> i64 {
    (packed >> 9) * 12 + ((packed >> 5) & 15) - 1
}

/// The day of the month of a packed day.
#[inline]
pub(crate) const fn day_of(packed: i64) -> i64 {
    packed & 31
}

/// The packed day after a packed day.
#[inline]
pub(crate) const fn next_day(packed: i64) -> i64 {
    let (year, month, day) = (packed >> 9, (packed >> 5) & 15, packed & 31);
    if day < 28 || day < days_in(year, month) {
        packed + 1
    } else if month < 12 {
        (year << 9) | ((month + 1) << 5) | 1
    } else {
        ((year + 1) << 9) | (1 << 5) | 1
    }
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packed_days_sort_and_follow_like_days(year in 1900i16..2200, month in 1i8..=12, day in 1i8..=28, plus in 0i64..40) {
            let first = date(year, month, day);
            let second = first.checked_add(jiff::Span::new().days(plus)).unwrap();
            prop_assert_eq!(pack(first).cmp(&pack(second)), first.cmp(&second));
            prop_assert_eq!(next_day(i64::from(pack(second))), i64::from(pack(second.tomorrow().unwrap())));
            prop_assert_eq!(month_of(i64::from(pack(first))), i64::from(year) * 12 + i64::from(month) - 1);
        }
    }
}
