//! The Excel file people look at: accounts and ids as text, amounts as exact numbers with a text twin beside them, a row of totals, and
//! the heading in sight while one scrolls.

use std::io::{self, Read, Seek, Write};

use calamine::{DataRef, Reader as _, Xlsx};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format as Look, Workbook, Worksheet};

use crate::domain::money::Money;

use super::batch::Head;
use super::digest::{Digesting, FileDigest};
use super::row::Spelled;
use super::verify::read::{Broken, Found, Raw};
use super::writer::{RowSink, WriteError};

/// Rows of a sheet, by Excel's own limit.
const SHEET_ROWS: u64 = 1_048_576;
/// Rows that are no payments: the heading and the totals.
const OTHER_ROWS: u64 = 2;
/// Largest amount, in fen, that Excel shows to the fen: it keeps 15 digits.
const SHOWN_FEN_MAX: i64 = 999_999_999_999_999;
const SHEET: &str = "支付明细";
const TOTAL: &str = "合计";
/// The heading.
pub const HEADER: [&str; 9] = [
    "序号",
    "支付指令号",
    "金额（元）",
    "金额文本",
    "收款人",
    "收款账号",
    "联行号",
    "用途",
    "行校验值",
];
const WIDTHS: [f64; 9] = [8.0, 36.0, 16.0, 16.0, 20.0, 26.0, 16.0, 40.0, 68.0];

/// Writes the file.
pub(super) struct Writer<W: Write> {
    book: Workbook,
    money: Look,
    bold: Look,
    sum: Money,
    count: u64,
    out: W,
}

impl<W: Write> Writer<W> {
    pub(super) fn begin(head: &Head, out: W) -> Result<Self, WriteError> {
        let max = SHEET_ROWS - OTHER_ROWS;
        if head.count > max {
            return Err(WriteError::TooMany {
                count: head.count,
                max,
            });
        }
        let mut book = Workbook::new();
        // The file's bytes follow from the batch alone.
        let made = ExcelDateTime::from_timestamp(head.made_at.as_seconds())?;
        book.set_properties(
            &DocProperties::new()
                .set_title(head.stem())
                .set_creation_datetime(&made),
        );
        let bold = Look::new().set_bold();
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(SHEET)?.set_freeze_panes(1, 0)?;
        for ((at, width), title) in (0..).zip(WIDTHS).zip(HEADER) {
            sheet.set_column_width(at, width)?;
            sheet.write_string_with_format(0, at, title, &bold)?;
        }
        Ok(Self {
            book,
            money: Look::new().set_num_format("#,##0.00"),
            bold,
            sum: head.sum,
            count: head.count,
            out,
        })
    }
}

/// An amount as a number, where Excel shows it to the fen: the number whose shortest writing is the amount's text.
fn number(amount: Money) -> Option<f64> {
    (amount.fen() <= SHOWN_FEN_MAX).then(|| amount.to_string().parse().ok())?
}

fn write_amount(
    sheet: &mut Worksheet,
    line: u32,
    amount: Money,
    look: &Look,
) -> Result<(), WriteError> {
    if let Some(number) = number(amount) {
        sheet.write_number_with_format(line, 2, number, look)?;
    }
    sheet.write_string(line, 3, amount.to_string())?;
    Ok(())
}

fn line_of(at: u64) -> u32 {
    // Never more than Excel has: the declared count was checked, and more than declared is an error at the end.
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl<W: Write> RowSink for Writer<W> {
    fn row(&mut self, at: u64, spelled: Spelled<'_>) -> Result<(), WriteError> {
        let row = spelled.row;
        let line = line_of(at);
        let sheet = self.book.worksheet_from_index(0)?;
        sheet.write_number(line, 0, f64::from(line))?;
        sheet.write_string(line, 1, spelled.id)?;
        write_amount(sheet, line, row.amount, &self.money)?;
        sheet.write_string(line, 4, &row.name)?;
        sheet.write_string(line, 5, &row.account)?;
        sheet.write_string(line, 6, &row.bank)?;
        sheet.write_string(line, 7, &row.purpose)?;
        sheet.write_string(line, 8, spelled.digits)?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<FileDigest, WriteError> {
        let line = line_of(self.count + 1);
        let sheet = self.book.worksheet_from_index(0)?;
        sheet.write_string_with_format(line, 0, TOTAL, &self.bold)?;
        sheet.write_string(line, 1, self.count.to_string())?;
        write_amount(sheet, line, self.sum, &self.money)?;
        // A zip file is finished by going back in it, which the place it goes to may not allow.
        let mut file = tempfile::tempfile()?;
        self.book.save_to_writer(&mut file)?;
        file.rewind()?;
        let mut out = Digesting::new(self.out);
        io::copy(&mut file, &mut out)?;
        Ok(out.finish()?)
    }
}

/// Reads the file, row by row.
///
/// # Errors
/// [`Broken`] where it is no such file.
pub fn read(input: impl Read + Seek, found: &mut dyn FnMut(Found)) -> Result<(), Broken> {
    let mut book = Xlsx::new(input).map_err(|error| Broken::at_byte(0, error))?;
    if book.sheet_names() != [SHEET] {
        return Err(Broken::at_byte(
            0,
            format!("it has other sheets than {SHEET}"),
        ));
    }
    let cells = book.worksheet_cells_reader(SHEET);
    let mut cells = cells.map_err(|error| Broken::at_byte(0, error))?;
    let (mut line, mut fields) = (0_u32, Fields::default());
    let mut ended = false;
    loop {
        let cell = cells.next_cell();
        let cell = cell.map_err(|error| Broken::at_row(u64::from(line) + 1, error))?;
        let place = cell.as_ref().map(calamine::Cell::get_position);
        if place.is_none_or(|(next, _)| next != line) {
            ended = take(line, std::mem::take(&mut fields), ended, found)?;
        }
        let (Some(cell), Some((next, column))) = (cell, place) else {
            break;
        };
        line = next;
        let slot = usize::try_from(column).ok();
        let Some(slot) = slot.and_then(|column| fields.0.get_mut(column)) else {
            return Err(Broken::at_row(
                u64::from(line) + 1,
                "a cell outside the table",
            ));
        };
        *slot = Some(text_of(cell.get_value()));
    }
    if ended {
        Ok(())
    } else {
        Err(Broken::at_row(
            u64::from(line) + 1,
            "the row of totals is missing",
        ))
    }
}

#[derive(Default)]
struct Fields([Option<String>; HEADER.len()]);

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::Empty => String::new(),
        other => format!("{other:?}"),
    }
}

/// Takes in a line; says whether it was the last one, that of the totals.
fn take(
    line: u32,
    Fields(fields): Fields,
    ended: bool,
    found: &mut dyn FnMut(Found),
) -> Result<bool, Broken> {
    let at = u64::from(line) + 1;
    if line == 0 {
        let heading = fields.iter().map(|field| field.as_deref().unwrap_or(""));
        return if heading.eq(HEADER) {
            Ok(false)
        } else {
            Err(Broken::at_row(
                1,
                "the first line is not that of a payout file",
            ))
        };
    }
    if ended {
        return Err(Broken::at_row(at, "a row after the totals"));
    }
    let [seq, id, number, amount, name, account, bank, purpose, hash] = fields;
    check_twins(at, number.as_deref(), amount.as_deref())?;
    if seq.as_deref() == Some(TOTAL) {
        found(Found::Declared("合计", id));
        found(Found::Declared("合计金额", amount));
        return Ok(true);
    }
    found(Found::Row(Raw {
        at: seq,
        id,
        amount,
        name,
        account,
        bank,
        purpose,
        hash,
    }));
    Ok(false)
}

/// The number and its text must be the same amount.
fn check_twins(at: u64, shown: Option<&str>, text: Option<&str>) -> Result<(), Broken> {
    let amount: Option<Money> = text.and_then(|text| text.parse().ok());
    let wanted = amount.and_then(number).map(|number| number.to_string());
    if amount.is_some() && shown != wanted.as_deref() {
        return Err(Broken::at_row(
            at,
            "the amount's number and its text differ",
        ));
    }
    Ok(())
}
