//! Counts what a reader finds, and holds it against what the file declares.

use std::collections::BTreeSet;

use super::line::{Raw, Wrong};
use super::{Limits, Unusable};
use crate::domain::money::Money;
use crate::domain::statement::{BadLine, Line, StatementKind, Tally, What, WrongTotal};
use crate::domain::time::Date;

/// Totals that are named of one file.
const TOTALS_NAMED_MAX: usize = 100;
/// Days that a file may tell of.
const DAYS_MAX: usize = 400;

/// Something a reader came across.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A movement.
    Line(Line),
    /// A line that cannot be read.
    Bad(BadLine),
}

/// What a whole statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What kind of file it is.
    pub kind: StatementKind,
    /// Days of which it tells everything.
    pub days: BTreeSet<Date>,
    /// Settled lines.
    pub settled: Tally,
    /// Returned lines.
    pub returned: Tally,
    /// Rejected lines.
    pub rejected: Tally,
    /// Lines of what is still on its way, which move nothing.
    pub pending: u64,
    /// Lines that cannot be read.
    pub bad: u64,
    /// Declared totals that its lines do not make.
    pub wrong_totals: Vec<WrongTotal>,
}

impl Reading {
    /// Movements in all.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.settled.count + self.returned.count + self.rejected.count
    }

    /// The tally of one kind of movement.
    #[must_use]
    pub const fn of(&self, what: What) -> Tally {
        match what {
            What::Settled => self.settled,
            What::Returned => self.returned,
            What::Rejected => self.rejected,
        }
    }

    /// Sum of all movements.
    #[must_use]
    pub fn sum(&self) -> Option<Money> {
        Money::sum([self.settled.sum, self.returned.sum, self.rejected.sum])
    }
}

/// Takes in what a reader finds.
pub struct Taker<'f> {
    reading: Reading,
    limits: Limits,
    seen: u64,
    found: &'f mut dyn FnMut(Found),
}

impl<'f> Taker<'f> {
    /// For a file of this kind.
    pub fn new(kind: StatementKind, limits: Limits, found: &'f mut dyn FnMut(Found)) -> Self {
        let reading = Reading {
            kind,
            days: BTreeSet::new(),
            settled: Tally::default(),
            returned: Tally::default(),
            rejected: Tally::default(),
            pending: 0,
            bad: 0,
            wrong_totals: Vec::new(),
        };
        Self {
            reading,
            limits,
            seen: 0,
            found,
        }
    }

    pub(super) const fn kind(&self) -> StatementKind {
        self.reading.kind
    }

    pub(super) const fn limits(&self) -> Limits {
        self.limits
    }

    /// What was read so far.
    pub(super) const fn reading(&self) -> &Reading {
        &self.reading
    }

    /// A line, or what is wrong with it.
    pub(super) fn take(&mut self, place: u64, raw: Result<Raw, Wrong>) -> Result<(), Unusable> {
        self.count()?;
        match raw.and_then(|raw| raw.judge(place)) {
            Ok(line) => {
                let tally = match line.what {
                    What::Settled => &mut self.reading.settled,
                    What::Returned => &mut self.reading.returned,
                    What::Rejected => &mut self.reading.rejected,
                };
                tally.add(line.amount);
                (self.found)(Found::Line(line));
            }
            Err(wrong) => self.bad(place, &wrong),
        }
        Ok(())
    }

    /// A line of what is still on its way.
    pub(super) fn pending(&mut self) -> Result<(), Unusable> {
        self.reading.pending += 1;
        self.count()
    }

    /// Something that cannot be read, and is no line of its own.
    pub(super) fn bad(&mut self, place: u64, wrong: &Wrong) {
        self.reading.bad += 1;
        let why = wrong.to_string();
        (self.found)(Found::Bad(BadLine { place, why }));
    }

    /// The file tells everything of this day.
    pub(super) fn covers(&mut self, day: Date) {
        if self.reading.days.len() < DAYS_MAX {
            self.reading.days.insert(day);
        }
    }

    /// A declared total; one that the file does not declare fits.
    pub(super) fn total(&mut self, name: &str, declared: Option<&str>, found: &str) {
        let Some(declared) = declared.filter(|declared| *declared != found) else {
            return;
        };
        if self.reading.wrong_totals.len() < TOTALS_NAMED_MAX {
            self.reading.wrong_totals.push(WrongTotal {
                name: name.to_owned(),
                declared: said(declared),
                found: found.to_owned(),
            });
        }
    }

    /// A declared sum: with an unreadable line in the file it says nothing that the line does not.
    pub(super) fn sum(&mut self, name: &str, declared: Option<&str>, found: Option<Money>) {
        if let (0, Some(found)) = (self.reading.bad, found) {
            self.total(name, declared, &found.to_string());
        }
    }

    fn count(&mut self) -> Result<(), Unusable> {
        self.seen += 1;
        if self.seen > self.limits.lines_max {
            let max = self.limits.lines_max;
            return Err(Unusable::TooMuch { what: "lines", max });
        }
        Ok(())
    }

    /// All that was read.
    pub(super) fn finish(self) -> Reading {
        self.reading
    }
}

/// What a file declares may be anything: shown when it is a number.
fn said(declared: &str) -> String {
    let is_number = declared.len() <= 32
        && declared
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    if is_number { declared } else { "no number" }.to_owned()
}
