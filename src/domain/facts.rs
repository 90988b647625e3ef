//! Evidence bodies → the facts a policy declares, each in its numbered slot and with where it was read.
//!
//! A value is a whole number of 64 bits whatever its type: days are packed, amounts are fen, codes are places in the list the
//! policy declares, texts are numbers in a table. Comparing is then one instruction, and nothing is parsed while judging.

use std::fmt;

use jiff::civil::Date;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use super::months::{Contribution, MonthSet};
use crate::domain::hash::Sha256Hex;
use crate::domain::judgement::{Cause, EvidenceRef, SourceSet, Ternary, source_index};
use crate::domain::money::Money;
use crate::domain::policy::Policy;
use crate::domain::policy::compile::{YEARS, day, decimal};
use crate::domain::policy::document::{Fact, FactType, Filter, Literal, MonthsFields, Pick};
use crate::domain::policy::program::{DECIMALS, FACTS_MAX, Slot, pack};
use crate::domain::source::SourceId;
use crate::domain::time::YearMonth;

/// What came of asking one source.
#[derive(Clone, Copy, Default)]
pub enum SourceAnswer<'a> {
    /// It answered with this body.
    Answered(&'a Value),
    /// It was asked and did not answer.
    Unavailable,
    /// It was not asked. Judged like [`SourceAnswer::Unavailable`]: it may yet be asked.
    #[default]
    NotAsked,
}

impl fmt::Debug for SourceAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answered(_) => "Answered(masked)",
            Self::Unavailable => "Unavailable",
            Self::NotAsked => "NotAsked",
        })
    }
}

/// What signing in established.
#[derive(Clone, Copy)]
pub struct Identity<'a> {
    /// Name as on the document.
    pub name: &'a str,
    /// `resident_id`, `residence_permit`, `permanent_residence` or `passport`.
    pub document_kind: &'a str,
    /// Date of birth, where the document's number shows it.
    pub birth_date: Option<Date>,
}

impl fmt::Debug for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("document_kind", &self.document_kind)
            .finish_non_exhaustive()
    }
}

/// Everything that is known of a person when an application is judged.
#[derive(Debug, Clone, Copy)]
pub struct Answers<'a> {
    /// What signing in established.
    pub identity: Identity<'a>,
    sources: [SourceAnswer<'a>; 4],
}

impl<'a> Answers<'a> {
    /// No source asked yet.
    #[must_use]
    pub const fn new(identity: Identity<'a>) -> Self {
        Self {
            identity,
            sources: [SourceAnswer::NotAsked; 4],
        }
    }

    /// With what came of asking one source.
    #[must_use]
    pub const fn with(mut self, source: SourceId, answer: SourceAnswer<'a>) -> Self {
        self.sources[source_index(source)] = answer;
        self
    }

    /// What came of asking a source.
    #[must_use]
    pub const fn get(&self, source: SourceId) -> SourceAnswer<'a> {
        self.sources[source_index(source)]
    }
}

/// State bit of a value that is known; otherwise the state holds the bit of a cause.
pub(crate) const KNOWN: u8 = 1;

/// Largest number that fits beside its state; the smallest is the negative of the next.
pub(crate) const VALUE_MAX: i64 = i64::MAX >> 8;

/// One value, known or why not, in one word: the state in the lowest byte, the number above it. Two words are equal when
/// state and number are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell(i64);

impl Cell {
    #[inline]
    pub(crate) const fn known(value: i64) -> Self {
        Self((value << 8) | KNOWN as i64)
    }

    #[inline]
    pub(crate) const fn unknown(cause: Cause) -> Self {
        Self(cause.bit() as i64)
    }

    /// A number that fits; what does not cannot be read.
    fn fitting(value: i64) -> Self {
        if fits(value) {
            Self::known(value)
        } else {
            Self::unknown(Cause::Unreadable)
        }
    }

    /// State and number as one word.
    #[inline]
    pub(crate) const fn word(self) -> u64 {
        self.0.cast_unsigned()
    }

    #[inline]
    pub(crate) const fn state(self) -> u8 {
        self.0.to_le_bytes()[0]
    }

    #[inline]
    pub(crate) const fn value(self) -> i64 {
        self.0 >> 8
    }
}

/// The facts of one person under one policy.
#[derive(Clone)]
pub struct Facts {
    policy: Sha256Hex,
    pub(crate) missing: SourceSet,
    /// In place and not behind a pointer: judging many people is a matter of how few cache lines each takes.
    cells: [Cell; FACTS_MAX],
    cold: Box<Cold>,
}

/// What judging seldom looks at.
#[derive(Clone)]
struct Cold {
    months: Vec<MonthSet>,
    /// Texts that the policy does not name, in order of their numbers.
    texts: Vec<Box<str>>,
    /// Texts and names as they stand in the record.
    raw: Vec<Option<Box<str>>>,
    /// Places of the records a fact was read from.
    records: Vec<Vec<u32>>,
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts")
            .field("missing", &self.missing)
            .finish_non_exhaustive()
    }
}

/// A fact as people read it.
#[derive(Clone, PartialEq, Eq)]
pub enum FactValue {
    /// The value, in the form of the wire.
    Known(String),
    /// Several codes, in the order the policy declares them; or unbroken runs of months, `2026-08/2026-10`.
    Several(Vec<String>),
    /// Why it is not known.
    Unknown(Cause),
}

impl fmt::Debug for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(_) => f.write_str("Known(masked)"),
            Self::Several(_) => f.write_str("Several(masked)"),
            Self::Unknown(cause) => write!(f, "Unknown({})", cause.as_str()),
        }
    }
}

/// Reads every declared fact out of the evidence.
#[must_use]
pub fn gather(policy: &Policy, answers: &Answers<'_>) -> Facts {
    let mut facts = Facts {
        policy: policy.hash(),
        missing: policy
            .sources()
            .iter()
            .filter(|source| !matches!(answers.get(*source), SourceAnswer::Answered(_)))
            .collect(),
        cells: [Cell::unknown(Cause::Unreadable); FACTS_MAX],
        cold: Box::new(Cold {
            months: Vec::new(),
            texts: Vec::new(),
            raw: vec![None; policy.facts().len()],
            records: vec![Vec::new(); policy.facts().len()],
        }),
    };
    for (slot, fact) in policy.facts().iter().enumerate() {
        let mut reader = Reader {
            policy,
            facts: &mut facts,
            fact,
            slot,
        };
        let cell = match fact.source.register() {
            None => reader.identity(&answers.identity),
            Some(source) => match answers.get(source) {
                SourceAnswer::Answered(body) => reader.answer(body),
                SourceAnswer::Unavailable | SourceAnswer::NotAsked => {
                    Cell::unknown(Cause::SourceUnavailable)
                }
            },
        };
        if let Some(place) = facts.cells.get_mut(slot) {
            *place = cell;
        }
    }
    facts
}

/// Reads one fact.
struct Reader<'a> {
    policy: &'a Policy,
    facts: &'a mut Facts,
    fact: &'a Fact,
    slot: usize,
}

impl Reader<'_> {
    fn identity(&mut self, identity: &Identity<'_>) -> Cell {
        let value = match self.fact.field.as_deref() {
            Some("/name") => Value::from(identity.name),
            Some("/document_kind") => Value::from(identity.document_kind),
            _ => identity
                .birth_date
                .map_or(Value::Null, |day| Value::from(day.to_string())),
        };
        self.single(&value)
    }

    fn answer(&mut self, body: &Value) -> Cell {
        let list = self.fact.list.as_deref().unwrap_or("/records");
        let Some(records) = body.pointer(list).and_then(Value::as_array) else {
            return Cell::unknown(Cause::Unreadable);
        };
        let matching: Vec<(usize, &Value)> = records
            .iter()
            .enumerate()
            .filter(|(_, record)| self.fact.filter.iter().all(|filter| passes(filter, record)))
            .collect();
        match self.fact.pick.unwrap_or(Pick::Only) {
            Pick::All => {
                self.remember(&matching);
                match &self.fact.months {
                    Some(fields) => self.month_set(fields, body, &matching),
                    None => self.codes(&matching),
                }
            }
            Pick::Only => self.agreed(&matching),
            Pick::Latest => self.extreme(&matching, true),
            Pick::Earliest => self.extreme(&matching, false),
        }
    }

    fn remember(&mut self, records: &[(usize, &Value)]) {
        if let Some(places) = self.facts.cold.records.get_mut(self.slot) {
            *places = records
                .iter()
                .filter_map(|(place, _)| u32::try_from(*place).ok())
                .collect();
        }
    }

    /// The value all records share.
    fn agreed(&mut self, records: &[(usize, &Value)]) -> Cell {
        self.remember(records);
        let field = self.fact.field.as_deref().unwrap_or_default();
        let mut cells = records
            .iter()
            .map(|(_, record)| record.pointer(field).unwrap_or(&Value::Null))
            .map(|value| self.single(value))
            .collect::<Vec<_>>()
            .into_iter();
        let Some(first) = cells.next() else {
            return Cell::unknown(Cause::NoRecord);
        };
        if cells.all(|cell| cell == first) {
            first
        } else {
            Cell::unknown(Cause::Contradiction)
        }
    }

    /// The value of the record with the latest or the earliest date; records of one day must agree.
    fn extreme(&mut self, records: &[(usize, &Value)], latest: bool) -> Cell {
        let by = self.fact.by.as_deref().unwrap_or_default();
        let dated: Option<Vec<_>> = records
            .iter()
            .map(|record| {
                record
                    .1
                    .pointer(by)
                    .and_then(Value::as_str)
                    .and_then(order)
                    .map(|day| (day, *record))
            })
            .collect();
        let Some(dated) = dated else {
            self.remember(records);
            return Cell::unknown(Cause::Unreadable);
        };
        let days = dated.iter().map(|(day, _)| *day);
        let chosen = if latest { days.max() } else { days.min() };
        let same: Vec<_> = dated
            .into_iter()
            .filter(|(day, _)| Some(*day) == chosen)
            .map(|(_, record)| record)
            .collect();
        self.agreed(&same)
    }

    fn codes(&self, records: &[(usize, &Value)]) -> Cell {
        let field = self.fact.field.as_deref().unwrap_or_default();
        let mut bits = 0_i64;
        for (_, record) in records {
            match record.pointer(field).unwrap_or(&Value::Null) {
                Value::Null => {}
                value => match value
                    .as_str()
                    .and_then(|code| self.fact.codes.iter().position(|known| known == code))
                {
                    Some(place) => bits |= 1 << place,
                    None => return Cell::unknown(Cause::Unreadable),
                },
            }
        }
        Cell::known(bits)
    }

    fn month_set(
        &mut self,
        fields: &MonthsFields,
        body: &Value,
        records: &[(usize, &Value)],
    ) -> Cell {
        let complete = match body.pointer(&fields.complete_until).unwrap_or(&Value::Null) {
            Value::Null => None,
            value => match month(Some(value)) {
                Some(month) => Some(month),
                None => return Cell::unknown(Cause::Unreadable),
            },
        };
        let rows: Option<Vec<Contribution>> = records
            .iter()
            .map(|(_, record)| self.contribution(fields, record))
            .collect();
        match rows.and_then(|rows| MonthSet::build(&rows, complete)) {
            Some(set) => {
                let (place, last) = (self.facts.cold.months.len(), set.last_paid());
                self.facts.cold.months.push(set);
                months_cell(place, last)
            }
            None => Cell::unknown(Cause::Unreadable),
        }
    }

    fn contribution(&mut self, fields: &MonthsFields, record: &Value) -> Option<Contribution> {
        let from = month(record.pointer(&fields.from))?;
        let to = month(record.pointer(&fields.to))?;
        let paid_in = month(record.pointer(&fields.paid_in))?;
        let employer = record.pointer(&fields.employer)?.as_str()?;
        Some(Contribution {
            from,
            to,
            back_paid: paid_in > to + 1,
            employer: self.number(employer)?,
        })
    }

    /// A single value by its type.
    fn single(&mut self, value: &Value) -> Cell {
        if value.is_null() {
            return Cell::unknown(Cause::NoRecord);
        }
        let number = match self.fact.kind {
            FactType::Bool => value.as_bool().map(i64::from),
            FactType::Int => value.as_i64(),
            FactType::Decimal => value.as_str().and_then(decimal),
            FactType::Money => value
                .as_str()
                .and_then(|text| text.parse::<Money>().ok())
                .map(Money::fen),
            FactType::Date => value.as_str().and_then(day).map(|day| i64::from(pack(day))),
            FactType::Code => value
                .as_str()
                .and_then(|code| self.fact.codes.iter().position(|known| known == code))
                .and_then(|place| i64::try_from(place).ok()),
            FactType::Text => value.as_str().and_then(|text| self.text(text, text)),
            FactType::Name => value
                .as_str()
                .and_then(|text| self.text(text, &normalised_name(text))),
            FactType::Codes | FactType::Months => None,
        };
        number.map_or(Cell::unknown(Cause::Unreadable), Cell::fitting)
    }

    /// Keeps a text as it stands and gives the number it is compared by.
    fn text(&mut self, raw: &str, compared: &str) -> Option<i64> {
        if compared.is_empty() {
            return None;
        }
        if let Some(place) = self.facts.cold.raw.get_mut(self.slot) {
            *place = Some(raw.into());
        }
        self.number(compared)
    }

    /// Number of a text: first those the policy names, then those of this person.
    fn number(&mut self, text: &str) -> Option<i64> {
        let named = &self.policy.program().texts;
        let place = named.iter().position(|known| **known == *text).or_else(|| {
            self.facts
                .cold
                .texts
                .iter()
                .position(|known| **known == *text)
                .map(|place| place + named.len())
        });
        let place = place.unwrap_or_else(|| {
            self.facts.cold.texts.push(text.into());
            named.len() + self.facts.cold.texts.len() - 1
        });
        i64::try_from(place).ok()
    }
}

/// Whether a number fits beside its state.
fn fits(value: i64) -> bool {
    (value << 8) >> 8 == value
}

/// A set of months as a number: its place, and above it the last month paid, so that most need not be opened.
fn months_cell(place: usize, last: Option<i32>) -> Cell {
    match i64::try_from(place) {
        Ok(place) if place < 256 => Cell::known(place | (i64::from(last.unwrap_or(0)) << 8)),
        _ => Cell::unknown(Cause::Unreadable),
    }
}

/// Runs of months as ISO 8601 writes intervals; a single month by itself.
fn runs(set: &MonthSet) -> Vec<String> {
    let month = |number: i32| format!("{:04}-{:02}", number / 12, number % 12 + 1);
    let runs = set.runs().into_iter().map(|(first, last)| {
        if first == last {
            month(first)
        } else {
            format!("{}/{}", month(first), month(last))
        }
    });
    runs.collect()
}

/// Whether the number of a set of months already shows a month paid up to that one.
#[inline]
pub(crate) const fn paid_by(value: i64, month: i64) -> bool {
    let last = value >> 8;
    last != 0 && last <= month
}

/// A day or month that orders records; a month stands at its first day.
fn order(text: &str) -> Option<Date> {
    day(text).or_else(|| text.parse::<YearMonth>().ok().map(YearMonth::first_day))
}

/// A month of a record as months since year 0.
fn month(value: Option<&Value>) -> Option<i32> {
    let month: YearMonth = value?.as_str()?.parse().ok()?;
    YEARS.contains(&month.year()).then(|| month_number(month))
}

fn month_number(month: YearMonth) -> i32 {
    i32::from(month.year()) * 12 + i32::from(month.month()) - 1
}

fn passes(filter: &Filter, record: &Value) -> bool {
    let found = record.pointer(&filter.field).unwrap_or(&Value::Null);
    let among = |values: &Vec<Literal>| values.iter().any(|literal| same(literal, found));
    filter.any_of.as_ref().is_none_or(among) && !filter.none_of.as_ref().is_some_and(among)
}

fn same(literal: &Literal, found: &Value) -> bool {
    match literal {
        Literal::Bool(value) => found.as_bool() == Some(*value),
        Literal::Int(value) => found.as_i64() == Some(*value),
        Literal::Text(text) => found.as_str() == Some(text),
    }
}

/// A name as it is compared: NFKC, no white space, one kind of middle dot, Latin letters in upper case.
#[must_use]
pub fn normalised_name(name: &str) -> String {
    name.nfkc()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| match letter {
            '•' | '‧' | '・' | '･' | '∙' | '⋅' | '．' => '·',
            other => other.to_ascii_uppercase(),
        })
        .collect()
}

impl Facts {
    /// Whether these facts were gathered under this very version.
    #[must_use]
    pub fn belong_to(&self, policy: &Policy) -> bool {
        self.policy == policy.hash()
    }

    /// Sources of the policy that did not answer.
    #[must_use]
    pub const fn missing(&self) -> SourceSet {
        self.missing
    }

    #[inline]
    pub(crate) fn cell(&self, slot: Slot) -> Cell {
        // The compiler of policies numbers no fact beyond the cells; the remainder spares the question.
        self.cells[usize::from(slot) % FACTS_MAX]
    }

    /// A fact as the number it is compared by, with its state: 1 for known, else the bit of a cause. For code that judges
    /// facts without the matcher: kernels over columns, and the yardstick of the bench.
    #[must_use]
    #[inline]
    pub fn number_at(&self, at: usize) -> (u8, i64) {
        let cell = self
            .cells
            .get(at)
            .copied()
            .unwrap_or(Cell::unknown(Cause::Unreadable));
        (cell.state(), cell.value())
    }

    /// The months of a fact of that type by the number of its cell.
    pub(crate) fn month_set(&self, value: i64) -> Option<&MonthSet> {
        self.cold.months.get(usize::try_from(value & 0xff).ok()?)
    }

    /// Whether any month up to that one (counted from January of year 0) was paid, for a known fact of type months.
    #[must_use]
    #[inline]
    pub fn any_month_until(&self, at: usize, month: i32) -> Ternary {
        let (_, value) = self.number_at(at);
        if paid_by(value, i64::from(month)) {
            return Ternary::TRUE;
        }
        self.month_set(value)
            .map_or(Ternary::unknown(Cause::Unreadable), |set| {
                set.any_until(month)
            })
    }

    /// The first month from which on contributions have stopped after that one, for `gap` months at least, by every fact of type months;
    /// `None` while they go on, or while that is not known.
    #[must_use]
    pub fn contributions_stopped(&self, since: YearMonth, gap: u32) -> Option<YearMonth> {
        let gap = i32::try_from(gap).unwrap_or(i32::MAX);
        let from = month_number(since);
        let sets = self.cold.months.iter();
        let stops = sets.map(|set| set.stopped_after(from, gap));
        let last = stops.collect::<Option<Vec<_>>>()?.into_iter().max()?;
        Some(since.plus_months(last - from))
    }

    /// Months of contributions that were paid only afterwards, the most that one fact shows.
    #[must_use]
    pub fn back_paid_months(&self) -> u32 {
        let sets = self.cold.months.iter().map(MonthSet::back_paid);
        sets.max().unwrap_or(0)
    }

    /// A fact as people read it; `None` when the policy declares no such fact.
    #[must_use]
    pub fn value(&self, policy: &Policy, id: &str) -> Option<FactValue> {
        policy
            .fact_index(id)
            .and_then(|at| self.value_at(policy, at))
    }

    /// A fact by its place.
    #[must_use]
    pub fn value_at(&self, policy: &Policy, at: usize) -> Option<FactValue> {
        let fact = policy.facts().get(at)?;
        let cell = *self.cells.get(at)?;
        if cell.state() != KNOWN {
            let cause = Cause::ALL
                .into_iter()
                .find(|cause| cause.bit() == cell.state())?;
            return Some(FactValue::Unknown(cause));
        }
        Some(match fact.kind {
            FactType::Codes => FactValue::Several(
                fact.codes
                    .iter()
                    .enumerate()
                    .filter(|(place, _)| cell.value() >> place & 1 == 1)
                    .map(|(_, code)| code.clone())
                    .collect(),
            ),
            FactType::Months => FactValue::Several(runs(self.month_set(cell.value())?)),
            FactType::Text | FactType::Name => {
                FactValue::Known(self.cold.raw.get(at)?.as_deref()?.to_owned())
            }
            FactType::Code => {
                FactValue::Known(fact.codes.get(usize::try_from(cell.value()).ok()?)?.clone())
            }
            FactType::Bool => FactValue::Known((cell.value() != 0).to_string()),
            FactType::Int => FactValue::Known(cell.value().to_string()),
            FactType::Money => FactValue::Known(Money::from_fen(cell.value()).ok()?.to_string()),
            FactType::Decimal => FactValue::Known(
                rust_decimal::Decimal::try_from_i128_with_scale(i128::from(cell.value()), DECIMALS)
                    .ok()?
                    .normalize()
                    .to_string(),
            ),
            FactType::Date => FactValue::Known(unpack(cell.value())?.to_string()),
        })
    }

    /// The employer, where the policy says which fact names it and the register does.
    #[must_use]
    pub fn employer(&self, policy: &Policy) -> Option<String> {
        match self.value(policy, policy.service().breaker.employer.as_ref()?)? {
            FactValue::Known(employer) => Some(employer),
            FactValue::Several(_) | FactValue::Unknown(_) => None,
        }
    }

    /// The budget district; `None` when it is not known.
    #[must_use]
    pub fn district(&self, policy: &Policy) -> Option<String> {
        match self.value_at(policy, usize::from(policy.district_slot()))? {
            FactValue::Known(district) => Some(district),
            _ => None,
        }
    }

    /// Where a fact was read: source and JSON pointers into its answer. For a fact without a record, the list that was
    /// looked through; `None` for what signing in established.
    #[must_use]
    pub fn provenance(&self, policy: &Policy, at: usize) -> Option<EvidenceRef> {
        let fact = policy.facts().get(at)?;
        let source = fact.source.register()?;
        let list = fact.list.as_deref().unwrap_or("/records");
        let field = fact.field.as_deref().unwrap_or_default();
        let places = self.cold.records.get(at)?;
        let pointers = if places.is_empty() {
            vec![list.to_owned()]
        } else {
            places
                .iter()
                .map(|place| format!("{list}/{place}{field}"))
                .collect()
        };
        Some(EvidenceRef {
            source,
            sha256: None,
            pointers,
        })
    }

    /// Whether a known fact is the same in another set of facts of the same policy, whose texts are given.
    pub(crate) fn same_value(&self, other: &Self, slot: Slot, named: &[Box<str>]) -> bool {
        let at = usize::from(slot);
        let (mine, its) = (self.cell(slot), other.cell(slot));
        if self.cold.raw.get(at).is_some_and(Option::is_some) {
            // Numbers of texts are private to each set of facts.
            return self.compared(mine, named) == other.compared(its, named);
        }
        mine == its
    }

    /// The text a number stands for.
    fn compared<'a>(&'a self, cell: Cell, named: &'a [Box<str>]) -> Option<&'a str> {
        let place = usize::try_from(cell.value())
            .ok()
            .filter(|_| cell.state() == KNOWN)?;
        let own = place.checked_sub(named.len());
        own.map_or_else(|| named.get(place), |own| self.cold.texts.get(own))
            .map(AsRef::as_ref)
    }
}

fn unpack(packed: i64) -> Option<Date> {
    let year = i16::try_from(packed >> 9).ok()?;
    let month = i8::try_from((packed >> 5) & 15).ok()?;
    let day = i8::try_from(packed & 31).ok()?;
    Date::new(year, month, day).ok()
}
