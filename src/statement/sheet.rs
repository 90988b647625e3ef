//! A bank's list as Excel file: one sheet, its titles in the first row. What it unpacks to is counted before any of it is read, so that a
//! small file cannot fill the memory.

use std::io::{self, Read, Seek};

use calamine::{DataRef, Reader as _, Xlsx};

use super::table::{Cell, Table};
use super::taker::Taker;
use super::{Limits, Unusable};

/// Columns that are looked at.
const COLUMNS_MAX: usize = 64;
/// Files within the file.
const PARTS_MAX: usize = 1_000;

/// Reads it.
///
/// # Errors
/// See [`Unusable`].
pub(super) fn read(mut input: impl Read + Seek, taker: &mut Taker<'_>) -> Result<(), Unusable> {
    weigh(&mut input, taker.limits())?;
    input.rewind()?;
    let broken = |at: u64| {
        move |_| Unusable::Broken {
            unit: "row",
            at,
            why: "no Excel file, or a damaged one".to_owned(),
        }
    };
    let mut book = Xlsx::new(input).map_err(broken(0))?;
    let names = book.sheet_names();
    let [name] = names.as_slice() else {
        return Err(Unusable::Unknown("an Excel statement has one sheet"));
    };
    let mut cells = book.worksheet_cells_reader(name).map_err(broken(0))?;
    let (mut line, mut row) = (0_u32, Vec::new());
    let mut table = None;
    loop {
        let cell = cells.next_cell().map_err(broken(u64::from(line) + 1))?;
        let place = cell.as_ref().map(calamine::Cell::get_position);
        if place.is_none_or(|(next, _)| next != line) {
            take(
                &mut table,
                u64::from(line) + 1,
                &std::mem::take(&mut row),
                taker,
            )?;
        }
        let (Some(cell), Some((next, column))) = (cell, place) else {
            break;
        };
        line = next;
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column < COLUMNS_MAX {
            row.resize_with(row.len().max(column + 1), Cell::default);
            row[column] = cell_of(cell.get_value());
        }
    }
    match table {
        Some(_) => Ok(()),
        None => Err(Unusable::Unknown("the sheet is empty")),
    }
}

fn take(
    table: &mut Option<Table>,
    place: u64,
    row: &[Cell],
    taker: &mut Taker<'_>,
) -> Result<(), Unusable> {
    match table {
        Some(table) => table.row(place, row, taker),
        // The reader begins with row 1, whether there is anything in it or not.
        None if row.is_empty() => Ok(()),
        None => {
            *table = Some(Table::under(row)?);
            Ok(())
        }
    }
}

fn cell_of(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) => text_cell(text),
        DataRef::SharedString(text) => text_cell(text),
        DataRef::Float(number) => Cell::Number(number.to_string()),
        DataRef::Int(number) => Cell::Number(number.to_string()),
        // A date or a truth as Excel's own value: not what a list holds as text.
        _ => Cell::Garbled,
    }
}

fn text_cell(text: &str) -> Cell {
    if text.is_empty() {
        Cell::Empty
    } else {
        Cell::Text(text.to_owned())
    }
}

/// Unpacks everything into nothing, and stops where it becomes too much: what an archive says about its own sizes is not believed.
fn weigh(input: impl Read + Seek, limits: Limits) -> Result<(), Unusable> {
    let broken = |_| Unusable::Broken {
        unit: "byte",
        at: 0,
        why: "no Excel file: its archive is damaged".to_owned(),
    };
    let mut archive = zip::ZipArchive::new(input).map_err(broken)?;
    if archive.len() > PARTS_MAX {
        let max = PARTS_MAX as u64;
        return Err(Unusable::TooMuch {
            what: "files in the archive",
            max,
        });
    }
    let max = limits.unpacked_bytes_max;
    let mut left = max;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(broken)?;
        let unpacked = io::copy(&mut part.take(left + 1), &mut io::sink());
        let unpacked = unpacked.map_err(|_| broken(zip::result::ZipError::FileNotFound))?;
        left = left.checked_sub(unpacked).ok_or(Unusable::TooMuch {
            what: "unpacked bytes",
            max,
        })?;
    }
    Ok(())
}
