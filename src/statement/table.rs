//! A bank's list: which column says what, whatever the file's format. Columns are found by their title; those that nobody asks for are
//! left alone.

use super::Unusable;
use super::line::{Raw, Wrong, day, instant};
use super::taker::Taker;
use crate::domain::statement::What;

/// The columns, and whether there must be one.
const COLUMNS: [(&str, bool); 9] = [
    ("交易日期", true),
    ("交易时间", false),
    ("支付指令号", true),
    ("金额（元）", true),
    ("币种", false),
    ("收款账号", false),
    ("交易结果", true),
    ("银行流水号", true),
    ("退回代码", false),
];
const DAY: usize = 0;
const TIME: usize = 1;
const REFERENCE: usize = 2;
const AMOUNT: usize = 3;
const CURRENCY: usize = 4;
const ACCOUNT: usize = 5;
const RESULT: usize = 6;
const SERIAL: usize = 7;
const REASON: usize = 8;
/// The first cell of the row of totals.
const TOTAL: &str = "合计";
/// How a result is written.
const RESULTS: [(&str, What); 3] = [
    ("入账", What::Settled),
    ("退回", What::Returned),
    ("拒绝", What::Rejected),
];
/// The currency as people write it.
const RENMINBI: [&str; 3] = ["CNY", "RMB", "人民币"];

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Cell {
    /// Nothing in it.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// A number, in its shortest writing.
    Number(String),
    /// Bytes that are no text.
    Garbled,
}

/// The list under its heading.
pub(super) struct Table {
    /// Place of each of the columns.
    places: [Option<usize>; COLUMNS.len()],
    rows: u64,
    totalled: bool,
}

impl Table {
    /// By the row of titles.
    pub(super) fn under(titles: &[Cell]) -> Result<Self, Unusable> {
        let mut places = [None; COLUMNS.len()];
        for (at, title) in titles.iter().enumerate() {
            let Cell::Text(title) = title else { continue };
            let column = COLUMNS.iter().position(|(name, _)| *name == title.trim());
            if let Some(column) = column
                && places[column].replace(at).is_some()
            {
                return Err(Unusable::Unknown("a column stands twice in its first line"));
            }
        }
        let missing = COLUMNS
            .iter()
            .zip(places)
            .any(|((_, needed), place)| *needed && place.is_none());
        if missing {
            return Err(Unusable::Unknown(
                "its first line lacks one of 交易日期, 支付指令号, 金额（元）, 交易结果, 银行流水号",
            ));
        }
        Ok(Self {
            places,
            rows: 0,
            totalled: false,
        })
    }

    /// A row, whose place in the file is told.
    pub(super) fn row(
        &mut self,
        place: u64,
        cells: &[Cell],
        taker: &mut Taker<'_>,
    ) -> Result<(), Unusable> {
        if cells.iter().all(|cell| *cell == Cell::Empty) {
            return Ok(());
        }
        if self.totalled {
            taker.bad(place, &Wrong::Shape("a row after the totals"));
            return Ok(());
        }
        if matches!(cells.first(), Some(Cell::Text(text)) if text == TOTAL) {
            self.totals(cells, taker);
            return Ok(());
        }
        self.rows += 1;
        let raw = self.raw(cells);
        if let Ok(Raw { day: Some(day), .. }) = &raw {
            taker.covers(*day);
        }
        taker.take(place, raw)
    }

    /// A line of text that is no row.
    pub(super) fn no_row(
        &mut self,
        place: u64,
        wrong: Wrong,
        taker: &mut Taker<'_>,
    ) -> Result<(), Unusable> {
        self.rows += 1;
        taker.take(place, Err(wrong))
    }

    fn raw(&self, cells: &[Cell]) -> Result<Raw, Wrong> {
        let text = |column: usize| self.text(cells, column);
        let on = day(&text(DAY)?.ok_or(Wrong::Day)?)?;
        let at = match text(TIME)? {
            Some(time) if time.len() <= 15 => Some(instant(&format!("{on}T{time}"))?),
            Some(_) => return Err(Wrong::Time),
            None => None,
        };
        let result = text(RESULT)?;
        let what = RESULTS
            .iter()
            .find(|(word, _)| result.as_deref() == Some(*word));
        let currency = text(CURRENCY)?;
        let known = currency.is_none_or(|code| RENMINBI.contains(&code.as_str()));
        if !known {
            return Err(Wrong::Currency);
        }
        Ok(Raw {
            reference: text(REFERENCE)?,
            amount: self.amount(cells)?,
            currency: None,
            account: text(ACCOUNT)?,
            what: what.map(|(_, what)| *what),
            day: Some(on),
            at,
            serial: text(SERIAL)?,
            reason: text(REASON)?,
        })
    }

    fn cell<'c>(&self, cells: &'c [Cell], column: usize) -> &'c Cell {
        let cell = self.places[column].and_then(|place| cells.get(place));
        cell.unwrap_or(&Cell::Empty)
    }

    fn text(&self, cells: &[Cell], column: usize) -> Result<Option<String>, Wrong> {
        match self.cell(cells, column) {
            Cell::Empty => Ok(None),
            Cell::Text(text) => {
                Ok(Some(unguarded(text).to_owned()).filter(|text| !text.is_empty()))
            }
            Cell::Number(_) => Err(Wrong::Number(COLUMNS[column].0)),
            Cell::Garbled => Err(Wrong::Shape(
                "bytes that are no text in the file's encoding",
            )),
        }
    }

    /// An amount may be a number cell: whole, or with decimals as Excel keeps them.
    fn amount(&self, cells: &[Cell]) -> Result<Option<String>, Wrong> {
        match self.cell(cells, AMOUNT) {
            Cell::Number(number) => Ok(Some(padded(number))),
            _ => self.text(cells, AMOUNT),
        }
    }

    fn totals(&mut self, cells: &[Cell], taker: &mut Taker<'_>) {
        self.totalled = true;
        let count = match self.cell(cells, REFERENCE) {
            Cell::Number(count) | Cell::Text(count) => Some(count.as_str()),
            _ => None,
        };
        taker.total("合计", count, &self.rows.to_string());
        let sum = self.amount(cells).unwrap_or_default();
        let found = taker.reading().sum();
        taker.sum("合计金额", sum.as_deref(), found);
    }
}

/// A number's shortest writing with both decimals, where it has no more than two.
fn padded(number: &str) -> String {
    let decimals = number
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    match decimals {
        0 => format!("{number}.00"),
        1 => format!("{number}0"),
        _ => number.to_owned(),
    }
}

/// Without what keeps a spreadsheet from taking a text for a number.
fn unguarded(text: &str) -> &str {
    let text = text.trim_matches('\t');
    text.strip_prefix('\'').unwrap_or(text)
}
