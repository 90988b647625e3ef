//! Tables as an XLSX workbook: a sheet a table. Numbers are numbers, and a text is a text whatever it begins with: it is written into a
//! cell of strings, so that no name of an employer becomes a formula.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::{Cell, HOUR_US, Table, yuan};
use crate::web::words::Language;

/// Its media type.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Most characters of a sheet's name.
const NAME_CHARS_MAX: usize = 31;
/// Most characters of a cell.
const CELL_CHARS_MAX: usize = 32_767;
/// Below so many fen an amount has at most fifteen digits, and the nearest number of a workbook reads back as the very amount.
const EXACT_FEN: u64 = 1_000_000_000_000_000;
/// Width of a column of words, and of one of numbers.
const WIDTHS: (f64, f64) = (36.0, 14.0);

/// The workbook of some tables, in one language.
///
/// # Errors
/// Only for tables that no workbook holds.
pub fn workbook(tables: &[Table], language: Language) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    for table in tables {
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(table.title.text(language)))?;
        fill(sheet, table, language)?;
    }
    book.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, table: &Table, language: Language) -> Result<(), XlsxError> {
    let head = Format::new().set_bold().set_text_wrap();
    for (at, column) in (0..).zip(&table.head) {
        let width = if column.is_number { WIDTHS.1 } else { WIDTHS.0 };
        sheet.write_string_with_format(0, at, column.words.text(language), &head)?;
        sheet.set_column_width(at, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, cells) in (1..).zip(&table.rows) {
        for (column, cell) in (0..).zip(cells) {
            write(sheet, (row, column), cell, language)?;
        }
    }
    Ok(())
}

fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    language: Language,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(words) => {
            let text: String = words.text(language).chars().take(CELL_CHARS_MAX).collect();
            sheet.write_string(row, column, text)?;
        }
        Cell::Count(count) => {
            sheet.write_number(row, column, number(*count))?;
        }
        Cell::Share(part, whole) if *whole > 0 => {
            let percent = Format::new().set_num_format("0.0%");
            let share = number(*part) / number(*whole);
            sheet.write_number_with_format(row, column, share, &percent)?;
        }
        Cell::Hours(us) => {
            let tenths = Format::new().set_num_format("0.0");
            let hours = float(*us) / float(HOUR_US);
            sheet.write_number_with_format(row, column, hours, &tenths)?;
        }
        Cell::Days(days) => {
            sheet.write_number(row, column, float(*days))?;
        }
        Cell::Money(fen) if fen.unsigned_abs() < EXACT_FEN => {
            let yuan = Format::new().set_num_format("#,##0.00");
            sheet.write_number_with_format(row, column, float(*fen) / 100.0, &yuan)?;
        }
        Cell::Money(fen) => {
            sheet.write_string(row, column, yuan(*fen))?;
        }
        Cell::Share(..) | Cell::Nothing => {}
    }
    Ok(())
}

/// Without what no sheet's name may hold.
fn sheet_name(title: &str) -> String {
    title
        .chars()
        .filter(|c| !"[]:*?/\\'".contains(*c))
        .take(NAME_CHARS_MAX)
        .collect()
}

fn number(count: usize) -> f64 {
    float(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A workbook knows no other numbers.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts and microseconds of a month are far below 2^52, and an amount of money is written only where it reads back exactly"
)]
const fn float(value: i64) -> f64 {
    value as f64
}
