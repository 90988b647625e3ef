//! Elements of an XML file in a stream, by their path. No document types, no entities of one's own, no processing; nothing deeper,
//! longer or of another encoding than a statement needs.

use std::io::BufRead;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::Unusable;
use super::meter::Metered;
use crate::domain::statement::StatementKind;

/// Deepest nesting that is read.
const DEPTH_MAX: usize = 32;
/// Longest text of an element, in bytes.
const TEXT_BYTES_MAX: usize = 4 * 1024;
/// The kinds by the namespace of their document.
const NAMESPACES: [(&str, StatementKind); 3] = [
    (
        "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10",
        StatementKind::Pain002,
    ),
    (
        "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08",
        StatementKind::Camt053,
    ),
    (
        "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08",
        StatementKind::Camt054,
    ),
];

/// Tells the kind by the namespace that stands at the beginning.
pub(super) fn kind_of(head: &[u8]) -> Result<StatementKind, Unusable> {
    let text = String::from_utf8_lossy(head);
    let named = NAMESPACES
        .iter()
        .find(|(namespace, _)| text.contains(namespace));
    named.map(|(_, kind)| *kind).ok_or(Unusable::Unknown(
        "XML, but none of pain.002.001.10, camt.053.001.08 and camt.054.001.08",
    ))
}

/// An element that begins or ends. The path is that of local names from the document down, with slashes between.
pub(super) enum Step<'s> {
    /// It begins.
    Open(&'s str),
    /// It ends.
    Close {
        /// Its path.
        path: &'s str,
        /// Its text, of an element without others in it.
        text: &'s str,
        /// Its attribute `Ccy`.
        currency: Option<&'s str>,
    },
}

/// Walks through a document of a kind.
///
/// # Errors
/// `Broken` where it is no such document; whatever `step` stops with.
pub(super) fn walk(
    input: impl BufRead,
    kind: StatementKind,
    line_bytes_max: u64,
    step: &mut dyn FnMut(Step<'_>) -> Result<(), Unusable>,
) -> Result<(), Unusable> {
    let (input, meter) = Metered::new(input, line_bytes_max);
    let mut reader = quick_xml::Reader::from_reader(input);
    reader.config_mut().enable_all_checks(true);
    // Such as `<RvslInd/>`, which banks write.
    reader.config_mut().expand_empty_elements = true;
    let mut walker = Walker {
        kind,
        path: String::new(),
        depths: Vec::new(),
        text: String::new(),
        currency: None,
        ended: false,
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        meter.reset();
        let event = reader.read_event_into(&mut buffer);
        let at = reader.buffer_position();
        let broken = |why: String| Unusable::Broken {
            unit: "byte",
            at,
            why,
        };
        let event = event.map_err(|error| broken(fault(&error).to_owned()))?;
        if matches!(event, Event::Eof) {
            return if walker.ended {
                Ok(())
            } else {
                Err(broken("the file ends before its document does".to_owned()))
            };
        }
        walker
            .take(&event, step)?
            .map_err(|why| broken(why.to_owned()))?;
    }
}

/// What the parser found, without its words, which may quote.
const fn fault(error: &quick_xml::Error) -> &'static str {
    match error {
        quick_xml::Error::Io(_) => "one element is too long, or the disk fails",
        quick_xml::Error::Encoding(_) => "the file is not UTF-8",
        _ => "no well-formed XML",
    }
}

struct Walker {
    kind: StatementKind,
    path: String,
    /// Lengths of the path before each element.
    depths: Vec<usize>,
    text: String,
    currency: Option<String>,
    ended: bool,
}

/// What is wrong with a document, in words of ours.
type Said = Result<(), &'static str>;

impl Walker {
    fn take(
        &mut self,
        event: &Event<'_>,
        step: &mut dyn FnMut(Step<'_>) -> Result<(), Unusable>,
    ) -> Result<Said, Unusable> {
        match event {
            Event::Start(start) => {
                let opened = self.open(start);
                if opened.is_ok() {
                    step(Step::Open(&self.path))?;
                }
                Ok(opened)
            }
            Event::End(_) => {
                let (path, text) = (self.path.as_str(), self.text.as_str());
                let currency = self.currency.as_deref();
                step(Step::Close {
                    path,
                    text,
                    currency,
                })?;
                self.close();
                Ok(Ok(()))
            }
            Event::Text(text) => Ok(self.said(&text.xml10_content())),
            Event::GeneralRef(entity) => Ok(match entity.resolve_char_ref() {
                Ok(Some(one)) => self.said(one.encode_utf8(&mut [0; 4])),
                Ok(None) => match resolve_predefined_entity(&entity.xml10_content()) {
                    Some(text) => self.said(text),
                    None => Err("an entity that XML does not know by itself"),
                },
                Err(_) => Err("a character that does not exist"),
            }),
            Event::Decl(decl) => Ok(match decl.encoding() {
                Some(Ok(name)) if !name.eq_ignore_ascii_case("utf-8") => {
                    Err("another encoding than UTF-8")
                }
                _ => Ok(()),
            }),
            Event::Comment(_) => Ok(Ok(())),
            Event::DocType(_) => Ok(Err("a document type; none is read")),
            _ => Ok(Err("only elements and text stand in a statement")),
        }
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Said {
        if self.ended || self.depths.len() >= DEPTH_MAX {
            return Err("an element stands where none may stand");
        }
        self.depths.push(self.path.len());
        if !self.path.is_empty() {
            self.path.push('/');
        }
        self.path.push_str(local(start.name().0));
        if self.path.len() > TEXT_BYTES_MAX {
            return Err("names that are too long");
        }
        self.text.clear();
        self.currency = None;
        let mut namespace = false;
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| "an attribute that is none")?;
            if attribute.key.0 == "Ccy" {
                self.currency = Some(attribute.value.into_owned());
            } else if attribute.key.0.starts_with("xmlns") {
                namespace |= NAMESPACES.contains(&(&*attribute.value, self.kind));
            }
        }
        if self.depths.len() == 1 && !(namespace && self.path == "Document") {
            return Err("the document is of another namespace");
        }
        Ok(())
    }

    fn close(&mut self) {
        let before = self.depths.pop().unwrap_or(0);
        self.path.truncate(before);
        self.text.clear();
        self.currency = None;
        self.ended = self.depths.is_empty();
    }

    fn said(&mut self, text: &str) -> Said {
        if self.text.len() + text.len() > TEXT_BYTES_MAX {
            return Err("a text that is too long");
        }
        self.text.push_str(text);
        Ok(())
    }
}

fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}
