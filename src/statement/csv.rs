//! A bank's list as CSV: UTF-8 with or without a byte order mark, or GB18030, told by the first line.
//!
//! A field holds no line break here, so a line is a row, and a quotation mark that is left open spoils its own line alone.

use std::io::{self, BufRead};

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::Unusable;
use super::line::Wrong;
use super::table::{Cell, Table};
use super::taker::Taker;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads it.
///
/// # Errors
/// See [`Unusable`].
pub(super) fn read(mut input: impl BufRead, taker: &mut Taker<'_>) -> Result<(), Unusable> {
    let max = usize::try_from(taker.limits().line_bytes_max).unwrap_or(usize::MAX);
    let mut line = Vec::new();
    next_line(&mut input, &mut line, max)?;
    let first = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&line);
    let encoding = if std::str::from_utf8(first).is_ok() {
        UTF_8
    } else {
        GB18030
    };
    let titles = cells(first, encoding).unwrap_or_default();
    let mut table = Table::under(&titles)?;
    let mut place = 1;
    while let Some(whole) = next_line(&mut input, &mut line, max)? {
        place += 1;
        match cells(&line, encoding).filter(|_| whole) {
            Some(cells) => table.row(place, &cells, taker)?,
            None if whole => {
                let wrong = Wrong::Shape("a quotation mark is left open or stands within a field");
                table.no_row(place, wrong, taker)?;
            }
            None => table.no_row(place, Wrong::Shape("the line is too long"), taker)?,
        }
    }
    Ok(())
}

/// The next line without its end; whether it is whole. What is longer than is read is passed over, not kept.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>, max: usize) -> io::Result<Option<bool>> {
    line.clear();
    let (mut any, mut whole) = (false, true);
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            break;
        }
        any = true;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let piece = &bytes[..end.unwrap_or(bytes.len())];
        whole &= line.len() + piece.len() <= max;
        if whole {
            line.extend_from_slice(piece);
        }
        let used = end.map_or(bytes.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            break;
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(any.then_some(whole))
}

/// The fields of a line (RFC 4180); none when a quotation mark does not fit. Neither comma nor quotation mark occurs within a
/// character of GB18030.
fn cells(line: &[u8], encoding: &'static Encoding) -> Option<Vec<Cell>> {
    let mut cells = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = if let Some(quoted) = rest.strip_prefix(b"\"") {
            quoted_field(quoted)?
        } else {
            let end = rest
                .iter()
                .position(|byte| *byte == b',')
                .unwrap_or(rest.len());
            if rest[..end].contains(&b'"') {
                return None;
            }
            (rest[..end].to_vec(), &rest[end..])
        };
        cells.push(cell(&field, encoding));
        match after.split_first() {
            None => return Some(cells),
            Some((b',', after)) => rest = after,
            Some(_) => return None,
        }
    }
}

/// A field after its opening quotation mark, and what follows it.
fn quoted_field(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut field = Vec::new();
    loop {
        let end = rest.iter().position(|byte| *byte == b'"')?;
        field.extend_from_slice(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix(b"\"") {
            Some(after) => {
                field.push(b'"');
                rest = after;
            }
            None => return Some((field, rest)),
        }
    }
}

fn cell(bytes: &[u8], encoding: &'static Encoding) -> Cell {
    if bytes.is_empty() {
        return Cell::Empty;
    }
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.map_or(Cell::Garbled, |text| Cell::Text(text.into_owned()))
}
