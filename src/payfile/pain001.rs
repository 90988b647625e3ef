//! ISO 20022 `pain.001.001.09`, customer credit transfer initiation, in renminbi. Written and read in a stream.
//!
//! Accounts stand under `Othr`, for China has no IBAN; banks under the clearing system `CNAPS`. `InstrId` carries the first 32 digits of
//! the row's hash, so that a row that was changed convicts itself.

use std::borrow::Cow;
use std::io::{self, BufRead, Write};

use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::attributes::{AttrError, Attribute};
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::batch::{Head, Payer};
use super::digest::{Digesting, FileDigest};
use super::row::Spelled;
use super::verify::read::{Broken, Found, Raw, RawHead};
use super::writer::{RowSink, WriteError};

/// The namespace, which names the version.
pub const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
/// The one currency there is.
const CURRENCY: &str = "CNY";
/// Digits of the row's hash in `InstrId` (`Max35Text`).
pub const HASH_DIGITS: usize = 32;
/// Longest text of an element that is read, in bytes.
const TEXT_BYTES_MAX: usize = 4 * 1024;
/// Deepest nesting that is read.
const DEPTH_MAX: usize = 16;

/// Stands where a row has a text of its own while its elements are written: XML has no such character, so no constant part has it.
const HOLE: &str = "\u{FFFF}";
/// Texts of its own that a row has.
const HOLES: usize = 7;

/// Elements on their way out.
struct Elements<W>(quick_xml::Writer<W>);

impl<W: Write> Elements<W> {
    fn open(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::Start(BytesStart::new(name)))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.open(name)?;
        self.said(text)?;
        self.close(name)
    }

    fn said(&mut self, text: &str) -> io::Result<()> {
        let text = BytesText::from_escaped(written(text));
        self.0.write_event(Event::Text(text))
    }

    fn line(&mut self) -> io::Result<()> {
        self.0.get_mut().write_all(b"\n")
    }

    fn head(&mut self, head: &Head) -> io::Result<()> {
        let decl = BytesDecl::new("1.0", Some("UTF-8"), None);
        self.0.write_event(Event::Decl(decl))?;
        self.line()?;
        let document = BytesStart::new("Document").with_attributes([("xmlns", NAMESPACE)]);
        self.0.write_event(Event::Start(document))?;
        self.open("CstmrCdtTrfInitn")?;
        self.open("GrpHdr")?;
        self.text("MsgId", &head.number())?;
        self.text("CreDtTm", &head.made_at.to_string())?;
        self.declared(head)?;
        self.open("InitgPty")?;
        self.text("Nm", &head.payer.name)?;
        self.close("InitgPty")?;
        self.close("GrpHdr")?;
        self.line()?;
        self.open("PmtInf")?;
        self.text("PmtInfId", &head.number())?;
        self.text("PmtMtd", "TRF")?;
        self.declared(head)?;
        self.open("ReqdExctnDt")?;
        self.text("Dt", &head.day.to_string())?;
        self.close("ReqdExctnDt")?;
        self.payer(&head.payer)?;
        self.line()
    }

    fn declared(&mut self, head: &Head) -> io::Result<()> {
        self.text("NbOfTxs", &head.count.to_string())?;
        self.text("CtrlSum", &head.sum.to_string())
    }

    fn payer(&mut self, payer: &Payer) -> io::Result<()> {
        self.open("Dbtr")?;
        self.text("Nm", &payer.name)?;
        self.close("Dbtr")?;
        self.open("DbtrAcct")?;
        self.account(&payer.account)?;
        self.text("Ccy", CURRENCY)?;
        self.close("DbtrAcct")?;
        self.agent("DbtrAgt", &payer.bank)
    }

    fn account(&mut self, number: &str) -> io::Result<()> {
        self.open("Id")?;
        self.open("Othr")?;
        self.text("Id", number)?;
        self.close("Othr")?;
        self.close("Id")
    }

    fn agent(&mut self, name: &str, bank: &str) -> io::Result<()> {
        self.open(name)?;
        self.open("FinInstnId")?;
        self.open("ClrSysMmbId")?;
        self.open("ClrSysId")?;
        self.text("Cd", "CNAPS")?;
        self.close("ClrSysId")?;
        self.text("MmbId", bank)?;
        self.close("ClrSysMmbId")?;
        self.close("FinInstnId")?;
        self.close(name)
    }

    fn row(
        &mut self,
        [hash, id, amount, bank, name, account, purpose]: [&str; HOLES],
    ) -> io::Result<()> {
        self.open("CdtTrfTxInf")?;
        self.open("PmtId")?;
        self.text("InstrId", hash)?;
        self.text("EndToEndId", id)?;
        self.close("PmtId")?;
        self.open("Amt")?;
        let currency = BytesStart::new("InstdAmt").with_attributes([("Ccy", CURRENCY)]);
        self.0.write_event(Event::Start(currency))?;
        self.said(amount)?;
        self.close("InstdAmt")?;
        self.close("Amt")?;
        self.agent("CdtrAgt", bank)?;
        self.open("Cdtr")?;
        self.text("Nm", name)?;
        self.close("Cdtr")?;
        self.open("CdtrAcct")?;
        self.account(account)?;
        self.close("CdtrAcct")?;
        self.open("RmtInf")?;
        self.text("Ustrd", purpose)?;
        self.close("RmtInf")?;
        self.close("CdtTrfTxInf")?;
        self.line()
    }
}

/// Text as it comes back: a carriage return that stands bare in XML is read as a line feed.
fn written(text: &str) -> Cow<'_, str> {
    // Nearly every text stands as it is, and a million rows have seven of them each.
    let special = |byte| matches!(byte, b'<' | b'>' | b'&' | b'\'' | b'"' | b'\r');
    if !text.bytes().fold(false, |any, byte| any | special(byte)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(escape(text).replace('\r', "&#13;"))
}

/// What every row has in common, cut where its own texts stand. A million rows need not open and close the same elements anew.
struct Skeleton {
    /// What stands before each of its texts.
    before: Vec<String>,
    /// What stands after the last.
    end: String,
}

impl Skeleton {
    fn new() -> io::Result<Self> {
        let mut elements = Elements(quick_xml::Writer::new(Vec::new()));
        elements.row([HOLE; HOLES])?;
        let row = String::from_utf8(elements.0.into_inner()).map_err(io::Error::other)?;
        let mut before: Vec<String> = row.split(HOLE).map(str::to_owned).collect();
        let end = before.pop().unwrap_or_default();
        Ok(Self { before, end })
    }

    fn row(&self, out: &mut impl Write, texts: [&str; HOLES]) -> io::Result<()> {
        for (constant, text) in self.before.iter().zip(texts) {
            out.write_all(constant.as_bytes())?;
            out.write_all(written(text).as_bytes())?;
        }
        out.write_all(self.end.as_bytes())
    }
}

/// Writes the file.
pub(super) struct Writer<W: Write> {
    elements: Elements<Digesting<W>>,
    skeleton: Skeleton,
}

impl<W: Write> Writer<W> {
    pub(super) fn begin(head: &Head, out: W) -> io::Result<Self> {
        let mut elements = Elements(quick_xml::Writer::new(Digesting::new(out)));
        elements.head(head)?;
        let skeleton = Skeleton::new()?;
        Ok(Self { elements, skeleton })
    }
}

impl<W: Write> RowSink for Writer<W> {
    fn row(&mut self, _: u64, spelled: Spelled<'_>) -> Result<(), WriteError> {
        let row = spelled.row;
        let texts = [
            &spelled.digits[..HASH_DIGITS],
            spelled.id,
            spelled.amount,
            &row.bank,
            &row.name,
            &row.account,
            &row.purpose,
        ];
        Ok(self.skeleton.row(self.elements.0.get_mut(), texts)?)
    }

    fn finish(mut self: Box<Self>) -> Result<FileDigest, WriteError> {
        self.elements.close("PmtInf")?;
        self.elements.close("CstmrCdtTrfInitn")?;
        self.elements.close("Document")?;
        self.elements.line()?;
        Ok(self.elements.0.into_inner().finish()?)
    }
}

/// Reads the file, row by row.
///
/// # Errors
/// [`Broken`] where it is no such file; what stands in a row is for the caller to judge.
pub fn read(input: impl BufRead, found: &mut dyn FnMut(Found)) -> Result<(), Broken> {
    let mut reader = quick_xml::Reader::from_reader(input);
    reader.config_mut().enable_all_checks(true);
    let mut reading = Reading::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let at = reader.buffer_position();
        let event = event.map_err(|error| Broken::at_byte(at, error))?;
        if matches!(event, Event::Eof) {
            break;
        }
        reading
            .take(&event, found)
            .map_err(|why| Broken::at_byte(at, why))?;
    }
    if reading.ended {
        Ok(())
    } else {
        Err(Broken::at_byte(
            reader.buffer_position(),
            "the file ends before its document does",
        ))
    }
}

/// Where the reader is.
#[derive(Default)]
struct Reading {
    path: Vec<String>,
    text: String,
    head: RawHead,
    row: Raw,
    /// What the second envelope declares must be what the first does.
    second: (Option<String>, Option<String>),
    told: bool,
    ended: bool,
}

/// The elements on the way to a row.
const ROW: [&str; 4] = ["Document", "CstmrCdtTrfInitn", "PmtInf", "CdtTrfTxInf"];

impl Reading {
    fn take(&mut self, event: &Event<'_>, found: &mut dyn FnMut(Found)) -> Result<(), String> {
        match event {
            Event::Start(start) => self.start(start, found),
            Event::Empty(start) => Err(format!("<{}/> is empty", start.name().0)),
            Event::Text(text) => self.said(&text.xml10_content()),
            Event::GeneralRef(entity) => {
                let resolved = match entity.resolve_char_ref() {
                    Ok(Some(one)) => one.to_string(),
                    Ok(None) => resolve_predefined_entity(&entity.xml10_content())
                        .ok_or("an entity that XML does not know by itself")?
                        .to_owned(),
                    Err(error) => return Err(error.to_string()),
                };
                self.said(&resolved)
            }
            Event::End(_) => self.end(found),
            Event::Decl(_) => Ok(()),
            _ => Err("only elements and text stand in a payout file".to_owned()),
        }
    }

    fn start(
        &mut self,
        start: &BytesStart<'_>,
        found: &mut dyn FnMut(Found),
    ) -> Result<(), String> {
        let name = start.name().0.to_owned();
        if self.ended || self.path.len() >= DEPTH_MAX {
            return Err(format!("<{name}> stands where nothing may stand"));
        }
        if !self.text.trim().is_empty() {
            return Err(format!("text beside <{name}>"));
        }
        self.text.clear();
        let attributes = attributes_of(start)?;
        let wanted: &[(&str, &str)] = match name.as_str() {
            "Document" => &[("xmlns", NAMESPACE)],
            "InstdAmt" => &[("Ccy", CURRENCY)],
            _ => &[],
        };
        let as_wanted = attributes.len() == wanted.len()
            && attributes
                .iter()
                .zip(wanted)
                .all(|((key, value), (wanted_key, wanted))| key == wanted_key && value == wanted);
        if !as_wanted {
            return Err(format!("<{name}> has other attributes than it should have"));
        }
        self.path.push(name);
        if self.path == ROW {
            self.tell(found);
            self.row = Raw::default();
        }
        Ok(())
    }

    /// The envelope is told once, before the first row.
    fn tell(&mut self, found: &mut dyn FnMut(Found)) {
        if !std::mem::replace(&mut self.told, true) {
            found(Found::Head(std::mem::take(&mut self.head)));
            for (name, value) in [
                ("NbOfTxs", self.second.0.take()),
                ("CtrlSum", self.second.1.take()),
            ] {
                found(Found::Declared(name, value));
            }
        }
    }

    fn said(&mut self, text: &str) -> Result<(), String> {
        if self.text.len() + text.len() > TEXT_BYTES_MAX {
            return Err(format!("a text of more than {TEXT_BYTES_MAX} bytes"));
        }
        self.text.push_str(text);
        Ok(())
    }

    fn end(&mut self, found: &mut dyn FnMut(Found)) -> Result<(), String> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let text = &self.text;
        match path.as_slice() {
            ["Document", "CstmrCdtTrfInitn", rest @ ..] => match rest {
                ["PmtInf", "CdtTrfTxInf", rest @ ..] => {
                    if rest.is_empty() {
                        found(Found::Row(std::mem::take(&mut self.row)));
                    } else {
                        row_field(&mut self.row, rest, text)?;
                    }
                }
                rest => head_field(&mut self.head, &mut self.second, rest, text)?,
            },
            ["Document"] => self.ended = true,
            other => return Err(format!("<{}> is no part of it", other.join("/"))),
        }
        self.text.clear();
        self.path.pop();
        if self.ended {
            self.tell(found);
        }
        Ok(())
    }
}

fn row_field(row: &mut Raw, path: &[&str], text: &str) -> Result<(), String> {
    let place = match path {
        ["PmtId", "InstrId"] => &mut row.hash,
        ["PmtId", "EndToEndId"] => &mut row.id,
        ["Amt", "InstdAmt"] => &mut row.amount,
        ["CdtrAgt", "FinInstnId", "ClrSysMmbId", "MmbId"] => &mut row.bank,
        ["Cdtr", "Nm"] => &mut row.name,
        ["CdtrAcct", "Id", "Othr", "Id"] => &mut row.account,
        ["RmtInf", "Ustrd"] => &mut row.purpose,
        ["CdtrAgt", "FinInstnId", "ClrSysMmbId", "ClrSysId", "Cd"] if text == "CNAPS" => {
            return Ok(());
        }
        ["PmtId" | "Amt" | "Cdtr" | "RmtInf" | "CdtrAgt" | "CdtrAcct"]
        | ["CdtrAgt", "FinInstnId"]
        | ["CdtrAgt", "FinInstnId", "ClrSysMmbId"]
        | ["CdtrAgt", "FinInstnId", "ClrSysMmbId", "ClrSysId"]
        | ["CdtrAcct", "Id"]
        | ["CdtrAcct", "Id", "Othr"]
            if text.trim().is_empty() =>
        {
            return Ok(());
        }
        other => return Err(format!("<{}> is no part of a row", other.join("/"))),
    };
    once(place, path, text)
}

fn head_field(
    head: &mut RawHead,
    second: &mut (Option<String>, Option<String>),
    path: &[&str],
    text: &str,
) -> Result<(), String> {
    let place = match path {
        ["GrpHdr", "MsgId"] => &mut head.batch,
        ["GrpHdr", "CreDtTm"] => &mut head.made_at,
        ["GrpHdr", "NbOfTxs"] => &mut head.count,
        ["GrpHdr", "CtrlSum"] => &mut head.sum,
        ["PmtInf", "ReqdExctnDt", "Dt"] => &mut head.day,
        ["PmtInf", "Dbtr", "Nm"] => &mut head.payer_name,
        ["PmtInf", "DbtrAcct", "Id", "Othr", "Id"] => &mut head.payer_account,
        ["PmtInf", "DbtrAgt", "FinInstnId", "ClrSysMmbId", "MmbId"] => &mut head.payer_bank,
        ["PmtInf", "NbOfTxs"] => return once(&mut second.0, path, text),
        ["PmtInf", "CtrlSum"] => return once(&mut second.1, path, text),
        ["GrpHdr", "InitgPty", "Nm"] => &mut head.initiator,
        ["PmtInf", "PmtInfId"] => &mut head.second_batch,
        ["PmtInf", "PmtMtd"] if text == "TRF" => return Ok(()),
        ["PmtInf", "DbtrAcct", "Ccy"] if text == CURRENCY => return Ok(()),
        [
            "PmtInf",
            "DbtrAgt",
            "FinInstnId",
            "ClrSysMmbId",
            "ClrSysId",
            "Cd",
        ] if text == "CNAPS" => {
            return Ok(());
        }
        []
        | ["GrpHdr" | "PmtInf"]
        | ["GrpHdr", "InitgPty"]
        | ["PmtInf", "ReqdExctnDt" | "Dbtr" | "DbtrAcct" | "DbtrAgt"]
        | ["PmtInf", "DbtrAcct", "Id"]
        | ["PmtInf", "DbtrAcct", "Id", "Othr"]
        | ["PmtInf", "DbtrAgt", "FinInstnId"]
        | ["PmtInf", "DbtrAgt", "FinInstnId", "ClrSysMmbId"]
        | ["PmtInf", "DbtrAgt", "FinInstnId", "ClrSysMmbId", "ClrSysId"]
            if text.trim().is_empty() =>
        {
            return Ok(());
        }
        other => return Err(format!("<{}> is no part of the envelope", other.join("/"))),
    };
    once(place, path, text)
}

fn once(place: &mut Option<String>, path: &[&str], text: &str) -> Result<(), String> {
    if place.replace(text.to_owned()).is_some() {
        return Err(format!("<{}> stands twice", path.join("/")));
    }
    Ok(())
}

fn attributes_of(start: &BytesStart<'_>) -> Result<Vec<(String, String)>, String> {
    let read = |attribute: Result<Attribute<'_>, AttrError>| {
        let attribute = attribute.map_err(|error| error.to_string())?;
        Ok((attribute.key.0.to_owned(), attribute.value.into_owned()))
    };
    start.attributes().map(read).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_skeleton_writes_what_the_elements_would(texts in proptest::array::uniform7(any::<String>())) {
            let texts = texts.each_ref().map(String::as_str);
            let mut elements = Elements(quick_xml::Writer::new(Vec::new()));
            elements.row(texts).unwrap();
            let mut filled = Vec::new();
            Skeleton::new().unwrap().row(&mut filled, texts).unwrap();
            prop_assert_eq!(filled, elements.0.into_inner());
        }
    }
}
