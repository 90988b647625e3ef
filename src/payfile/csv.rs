//! CSV (RFC 4180) for people with a spreadsheet and for programs: UTF-8 with a byte order mark, or GB18030.
//!
//! A text that a spreadsheet would take for a formula is written with one apostrophe before it, and so is a text that begins with an
//! apostrophe: whoever reads takes exactly one off.

use std::borrow::Cow;
use std::io::{self, Read, Write};

use encoding_rs::{Decoder, DecoderResult, GB18030};

use crate::domain::id::InstructionId;

use super::digest::{Digesting, FileDigest};
use super::row::Spelled;
use super::verify::read::{Broken, Found, Raw};
use super::writer::{RowSink, WriteError};

/// The first line.
pub const HEADER: [&str; 8] = [
    "序号",
    "支付指令号",
    "金额（元）",
    "收款人",
    "收款账号",
    "联行号",
    "用途",
    "行校验值",
];
const BYTE_ORDER_MARK: &str = "\u{FEFF}";
/// Longest line that is read, in bytes.
const LINE_BYTES_MAX: usize = 16 * 1024;

/// How the characters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 with a byte order mark, by which Excel knows it.
    Utf8,
    /// GB18030, for software that reads nothing else.
    Gb18030,
}

/// Whether a spreadsheet would do something with a text that begins so. The full-width forms are taken for the others by Chinese and
/// Japanese spreadsheets.
const fn is_risky(first: char) -> bool {
    matches!(
        first,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\'' | '＝' | '＋' | '－' | '＠'
    )
}

/// The text with an apostrophe before it, where it needs one.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(is_risky) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that was guarded.
#[must_use]
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(is_risky) => rest,
        _ => text,
    }
}

/// Writes the file.
pub(super) struct Writer<W: Write> {
    lines: ::csv::Writer<Encoded<Digesting<W>>>,
    encoding: Encoding,
}

impl<W: Write> Writer<W> {
    pub(super) fn begin(encoding: Encoding, out: W) -> Result<Self, WriteError> {
        let mut out = Digesting::new(out);
        if encoding == Encoding::Utf8 {
            out.write_all(BYTE_ORDER_MARK.as_bytes())?;
        }
        let mut lines = ::csv::WriterBuilder::new()
            .terminator(::csv::Terminator::CRLF)
            .from_writer(Encoded {
                out,
                encoding,
                rest: Vec::new(),
            });
        lines.write_record(HEADER)?;
        Ok(Self { lines, encoding })
    }
}

/// Passes UTF-8 on in another encoding, wherever the pieces it comes in are cut.
struct Encoded<W> {
    out: W,
    encoding: Encoding,
    /// The beginning of a character whose end is to come.
    rest: Vec<u8>,
}

impl<W: Write> Write for Encoded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.encoding == Encoding::Utf8 {
            return self.out.write(bytes);
        }
        self.rest.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let text = String::from_utf8_lossy(&self.rest[..whole]);
        self.out.write_all(&GB18030.encode(&text).0)?;
        self.rest.drain(..whole);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether every character has a code: an encoder would write something else in its place, in silence.
fn encodable(id: InstructionId, field: &'static str, text: &str) -> Result<(), WriteError> {
    if !GB18030.encode(text).2 {
        return Ok(());
    }
    let mut one = [0; 4];
    let lost = text
        .chars()
        .enumerate()
        .find(|(_, character)| GB18030.encode(character.encode_utf8(&mut one)).2);
    let (at, character) = lost.unwrap_or((0, '\u{FFFD}'));
    Err(WriteError::NotGb18030 {
        id,
        field,
        position: at + 1,
        code: u32::from(character),
    })
}

impl<W: Write> RowSink for Writer<W> {
    fn row(&mut self, at: u64, spelled: Spelled<'_>) -> Result<(), WriteError> {
        let row = spelled.row;
        if self.encoding == Encoding::Gb18030 {
            encodable(row.id, "name", &row.name)?;
            encodable(row.id, "account", &row.account)?;
            encodable(row.id, "bank", &row.bank)?;
            encodable(row.id, "purpose", &row.purpose)?;
        }
        self.lines.write_record([
            at.to_string().as_str(),
            spelled.id,
            spelled.amount,
            &guarded(&row.name),
            &guarded(&row.account),
            &guarded(&row.bank),
            &guarded(&row.purpose),
            spelled.digits,
        ])?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<FileDigest, WriteError> {
        let encoded = self.lines.into_inner();
        let encoded = encoded.map_err(|error| WriteError::Io(error.into_error()))?;
        Ok(encoded.out.finish()?)
    }
}

/// Reads the file, row by row.
///
/// # Errors
/// [`Broken`] where it is no such file.
pub fn read(
    encoding: Encoding,
    mut input: impl Read,
    found: &mut dyn FnMut(Found),
) -> Result<(), Broken> {
    match encoding {
        Encoding::Utf8 => {
            let mut mark = [0; 3];
            let marked = input.read_exact(&mut mark).is_ok() && mark == BYTE_ORDER_MARK.as_bytes();
            if !marked {
                return Err(Broken::at_byte(
                    0,
                    "it does not begin with a byte order mark",
                ));
            }
            read_lines(input, found)
        }
        Encoding::Gb18030 => read_lines(Decoding::new(input), found),
    }
}

fn read_lines(input: impl Read, found: &mut dyn FnMut(Found)) -> Result<(), Broken> {
    let mut lines = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(input);
    let mut record = ::csv::StringRecord::new();
    let mut line = 0_u64;
    loop {
        let more = lines.read_record(&mut record);
        line += 1;
        if !more.map_err(|error| Broken::at_row(line, error))? {
            break;
        }
        if record.as_slice().len() > LINE_BYTES_MAX {
            return Err(Broken::at_row(
                line,
                format!("more than {LINE_BYTES_MAX} bytes in a line"),
            ));
        }
        if line == 1 {
            if record.iter().ne(HEADER) {
                return Err(Broken::at_row(
                    1,
                    "the first line is not that of a payout file",
                ));
            }
            continue;
        }
        let fields: Vec<&str> = record.iter().collect();
        let [at, id, amount, name, account, bank, purpose, hash] = fields[..] else {
            let why = format!("{} fields instead of {}", fields.len(), HEADER.len());
            return Err(Broken::at_row(line, why));
        };
        let text = |text: &str| Some(unguarded(text).to_owned());
        found(Found::Row(Raw {
            at: Some(at.to_owned()),
            id: Some(id.to_owned()),
            amount: Some(amount.to_owned()),
            name: text(name),
            account: text(account),
            bank: text(bank),
            purpose: text(purpose),
            hash: Some(hash.to_owned()),
        }));
    }
    if line == 1 {
        return Err(Broken::at_row(1, "the file is empty"));
    }
    Ok(())
}

/// GB18030 as UTF-8. What is no GB18030 is an error, not a replacement character.
pub struct Decoding<R> {
    input: R,
    decoder: Decoder,
    raw: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    ended: bool,
}

/// Bytes decoded at once.
const CHUNK: usize = 8 * 1024;

impl<R: Read> Decoding<R> {
    /// Decodes what it reads.
    pub fn new(input: R) -> Self {
        Self {
            input,
            decoder: GB18030.new_decoder_without_bom_handling(),
            raw: vec![0; CHUNK],
            ready: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let read = self.input.read(&mut self.raw)?;
        self.ended = read == 0;
        let bytes = &self.raw[..read];
        let most = self
            .decoder
            .max_utf8_buffer_length_without_replacement(read);
        self.ready.resize(most.unwrap_or(CHUNK * 4), 0);
        let decoded =
            self.decoder
                .decode_to_utf8_without_replacement(bytes, &mut self.ready, self.ended);
        let (result, _, written) = decoded;
        self.ready.truncate(written);
        self.given = 0;
        match result {
            DecoderResult::InputEmpty => Ok(()),
            DecoderResult::Malformed(..) | DecoderResult::OutputFull => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "bytes that are no GB18030",
            )),
        }
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.ended {
            self.decode_more()?;
        }
        let rest = &self.ready[self.given..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}
