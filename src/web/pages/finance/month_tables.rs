//! The tables of a month's report: the budget lines, and what moved on them.

use crate::domain::ledger::{Account, Movement};
use crate::domain::month_end::{MonthLine, Sum};
use crate::web::causes::Names;
use crate::web::table::{Cell, Column, Table};
use crate::web::texts::finance as t;
use crate::web::words::Words;

/// What stands in a column of the budget lines.
type Figure = fn(&MonthLine) -> i64;

/// Key in programs, head, figure.
const FIGURES: [(&str, Words, Figure); 12] = [
    ("opening", t::OPENING, |line| {
        line.opening(Account::Available)
    }),
    ("appropriated", t::APPROPRIATED, |line| {
        line.opening(Account::Appropriation) - line.closing(Account::Appropriation)
    }),
    ("committed", t::COMMITTED, |line| {
        line.moved(&[Movement::Commit]).fen
    }),
    ("released", t::RELEASED, |line| {
        line.moved(&[Movement::Release, Movement::ReleaseReturned])
            .fen
    }),
    ("instructed", t::INSTRUCTED, |line| {
        line.moved(&[Movement::Instruct, Movement::Reinstruct]).fen
    }),
    ("settled", t::SETTLED_SUM, |line| {
        line.moved(&[Movement::Settle]).fen
    }),
    ("returned", t::RETURNED_SUM, |line| {
        line.moved(&[Movement::ReturnUnsettled, Movement::ReturnSettled])
            .fen
    }),
    ("recovered", t::RECOVERED_SUM, |line| {
        line.closing(Account::Recovered) - line.opening(Account::Recovered)
    }),
    ("closing", t::CLOSING, |line| {
        line.closing(Account::Available)
    }),
    ("closing_committed", t::CLOSING_COMMITTED, |line| {
        line.closing(Account::Committed)
    }),
    ("closing_instructed", t::CLOSING_INSTRUCTED, |line| {
        line.closing(Account::Instructed)
    }),
    ("closing_returned", t::CLOSING_RETURNED, |line| {
        line.closing(Account::Returned)
    }),
];

/// Both tables.
pub(super) fn tables(lines: &[MonthLine], names: &Names<'_>) -> [Table; 2] {
    [budget_lines(lines, names), movements(lines, names)]
}

fn budget_lines(lines: &[MonthLine], names: &Names<'_>) -> Table {
    let mut head = whose();
    head.extend(FIGURES.map(|(key, words, _)| number(key, words)));
    let mut rows: Vec<Vec<Cell>> = lines
        .iter()
        .map(|line| {
            let mut row = who(line, names);
            row.extend(FIGURES.map(|(_, _, figure)| Cell::Money(figure(line))));
            row
        })
        .collect();
    let mut total = vec![Cell::Text(t::TOTAL), Cell::Nothing, Cell::Nothing];
    total.extend(FIGURES.map(|(_, _, figure)| Cell::Money(lines.iter().map(figure).sum())));
    rows.push(total);
    Table {
        id: "lines",
        title: t::MONTH_LINES,
        head,
        rows,
    }
}

fn movements(lines: &[MonthLine], names: &Names<'_>) -> Table {
    let mut head = whose();
    head.extend([
        words("movement", t::ENTRY_WHAT),
        number("count", t::COUNT),
        number("amount", t::AMOUNT),
    ]);
    let row = |line: &MonthLine, movement: Movement, sum: Sum| {
        let mut row = who(line, names);
        row.extend([
            Cell::Text(t::movement(movement)),
            Cell::Count(usize::try_from(sum.count).unwrap_or_default()),
            Cell::Money(sum.fen),
        ]);
        row
    };
    let rows = lines
        .iter()
        .flat_map(|line| line.moved.iter().map(move |(one, sum)| (line, *one, *sum)))
        .map(|(line, movement, sum)| row(line, movement, sum))
        .collect();
    Table {
        id: "movements",
        title: t::MONTH_MOVED,
        head,
        rows,
    }
}

fn whose() -> Vec<Column> {
    vec![
        words("policy", t::POLICY),
        words("district", t::DISTRICT),
        words("year", t::YEAR),
    ]
}

fn who(line: &MonthLine, names: &Names<'_>) -> Vec<Cell> {
    let year = line.budget.year.to_string();
    vec![
        Cell::Text(names.policy(&line.budget.policy)),
        Cell::Text(names.district(Some(line.budget.district))),
        Cell::Text(Words::with(year.clone(), year)),
    ]
}

const fn words(key: &'static str, words: Words) -> Column {
    Column {
        key,
        words,
        is_number: false,
    }
}

const fn number(key: &'static str, words: Words) -> Column {
    Column {
        key,
        words,
        is_number: true,
    }
}
