//! Files that people hand in: what is taken, told by their content and never by their name.
//!
//! Nothing is decoded here. What is checked is that a file is, from its first byte to its last, put together as its kind is: what
//! begins like a picture and goes on as something else is not taken.

use super::hash::{Sha256Hex, sha256};
use super::person::Private;

/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 120;

/// Within so many bytes of its end a PDF says where its table is.
const PDF_TRAILER_BYTES: usize = 1_024;
/// Cameras write a little of their own behind the end of a JPEG.
const JPEG_REST_BYTES_MAX: usize = 64 * 1_024;

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadFault {
    /// No file was sent, or an empty one.
    #[error("no file")]
    Empty,
    /// Larger than is taken.
    #[error("larger than {bytes_max} bytes")]
    TooLarge {
        /// Most bytes.
        bytes_max: usize,
    },
    /// The case has as many files as it may.
    #[error("more than {files_max} files")]
    TooMany {
        /// Most files.
        files_max: usize,
    },
    /// Neither PDF nor JPEG nor PNG by its content.
    #[error("neither PDF nor JPEG nor PNG")]
    OtherKind,
    /// Begins as its kind does and is not whole.
    #[error("a {} that is broken off or put together wrongly", .0.as_str())]
    Broken(MediaType),
    /// Its name cannot be used.
    #[error("the name is empty, too long, or holds what no file name holds")]
    Name,
}

/// The kinds of file that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// PDF.
    Pdf,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
}

impl MediaType {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Jpeg, Self::Png];

    /// The media type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// The kind of a media type, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// How names of its files end; the first is the one that is given.
    #[must_use]
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
        }
    }

    /// The kind of a content that is whole.
    ///
    /// # Errors
    /// `OtherKind` and `Broken`.
    pub fn of(bytes: &[u8]) -> Result<Self, UploadFault> {
        let (kind, whole) = if bytes.starts_with(b"%PDF-") {
            (Self::Pdf, is_whole_pdf(bytes))
        } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            (Self::Jpeg, is_whole_jpeg(bytes).is_some())
        } else if bytes.starts_with(PNG_SIGNATURE) {
            (Self::Png, is_whole_png(bytes).is_some())
        } else {
            return Err(UploadFault::OtherKind);
        };
        if whole {
            Ok(kind)
        } else {
            Err(UploadFault::Broken(kind))
        }
    }
}

/// A file as it came.
#[derive(Debug, Clone)]
pub struct Upload {
    /// As its owner calls it.
    pub name: Private<String>,
    /// Its content.
    pub bytes: Private<Vec<u8>>,
}

/// A file that may be kept.
#[derive(Debug, Clone)]
pub struct CheckedUpload {
    /// As its owner calls it.
    pub name: Private<String>,
    /// What it is.
    pub media_type: MediaType,
    /// SHA-256 of its content.
    pub hash: Sha256Hex,
    /// Its content.
    pub bytes: Private<Vec<u8>>,
}

impl Upload {
    /// The file, when it may be kept.
    ///
    /// # Errors
    /// See [`UploadFault`].
    pub fn check(self, bytes_max: usize) -> Result<CheckedUpload, UploadFault> {
        let bytes = self.bytes.reveal();
        if bytes.is_empty() {
            return Err(UploadFault::Empty);
        }
        if bytes.len() > bytes_max {
            return Err(UploadFault::TooLarge { bytes_max });
        }
        let name = self.name.reveal().trim();
        if !is_file_name(name) {
            return Err(UploadFault::Name);
        }
        Ok(CheckedUpload {
            name: Private::new(name.to_owned()),
            media_type: MediaType::of(bytes)?,
            hash: sha256(bytes),
            bytes: self.bytes,
        })
    }
}

/// A name of one file: no path, nothing that turns the writing around, nothing that was not readable.
fn is_file_name(name: &str) -> bool {
    let chars = name.chars().count();
    (1..=NAME_CHARS_MAX).contains(&chars)
        && !name.starts_with('.')
        && !name.chars().any(is_foreign_to_names)
}

fn is_foreign_to_names(c: char) -> bool {
    let separates = matches!(c, '/' | '\\' | ':' | '\u{2215}' | '\u{FF0F}' | '\u{FF3C}');
    let turns = matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    let quotes = matches!(c, '"' | '<' | '>' | '|' | '?' | '*');
    // What stands for bytes that were not UTF-8.
    let unreadable = c == '\u{FFFD}';
    c.is_control() || separates || turns || quotes || unreadable
}

/// A version in its first line, and at its end where its table is.
fn is_whole_pdf(bytes: &[u8]) -> bool {
    let version = bytes.get(5..8);
    let known = version.is_some_and(|version| {
        matches!(version[0], b'1' | b'2') && version[1] == b'.' && version[2].is_ascii_digit()
    });
    let end = &bytes[bytes.len().saturating_sub(PDF_TRAILER_BYTES)..];
    let (table, eof) = (last(end, b"startxref"), last(end, b"%%EOF"));
    known && matches!((table, eof), (Some(table), Some(eof)) if table < eof)
}

fn last(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|window| window == what)
}

/// Segments up to the picture, a frame with a size among them, and the picture's end.
fn is_whole_jpeg(bytes: &[u8]) -> Option<()> {
    let mut at = 2;
    let mut has_frame = false;
    loop {
        let marker = *bytes.get(at + 1).filter(|_| bytes[at] == 0xFF)?;
        match marker {
            // Bytes that fill up, and markers without a length.
            0xFF => {
                at += 1;
                continue;
            }
            0x01 | 0xD0..=0xD7 => {
                at += 2;
                continue;
            }
            0x00 | 0xD8 | 0xD9 => return None,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([
            *bytes.get(at + 2)?,
            *bytes.get(at + 3)?,
        ]));
        let segment = bytes.get(at + 4..at + 2 + length.max(2))?;
        if matches!(marker, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF) {
            has_frame = segment.get(1..5)?.chunks(2).all(|side| side != [0, 0]);
        }
        at += 2 + length.max(2);
        if marker == 0xDA {
            break;
        }
    }
    let end = at + last(bytes.get(at..)?, &[0xFF, 0xD9])? + 2;
    (has_frame && bytes.len() - end <= JPEG_REST_BYTES_MAX).then_some(())
}

const PNG_SIGNATURE: &[u8] = &[0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A];

/// Chunk after chunk: a header with a size first, a picture somewhere, an end at the end.
fn is_whole_png(bytes: &[u8]) -> Option<()> {
    let mut rest = bytes.get(PNG_SIGNATURE.len()..)?;
    let (mut first, mut has_picture) = (true, false);
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let content = after.get(..length)?;
        // Four bytes of check sum follow.
        rest = after.get(length.checked_add(4)?..)?;
        match (kind, first) {
            (b"IHDR", true) => {
                let sized = content.get(..8)?.chunks(4).all(|side| side != [0; 4]);
                (sized && length == 13).then_some(())?;
            }
            (_, true) => return None,
            (b"IDAT", false) => has_picture = true,
            (b"IEND", false) => {
                return (has_picture && length == 0 && rest.is_empty()).then_some(());
            }
            _ => kind.iter().all(u8::is_ascii_alphabetic).then_some(())?,
        }
        first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pdf() -> Vec<u8> {
        b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n".to_vec()
    }

    fn jpeg() -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2];
        bytes.extend([0xFF, 0xC0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0]);
        bytes.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3, 0xFF, 0xD9]);
        bytes
    }

    fn chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&length[..], kind, content, &[0; 4]].concat()
    }

    fn png() -> Vec<u8> {
        let size = [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0];
        let (head, picture) = (chunk(b"IHDR", &size), chunk(b"IDAT", &[1, 2]));
        [PNG_SIGNATURE, &head, &picture, &chunk(b"IEND", &[])].concat()
    }

    #[test]
    fn whole_files_are_known_by_their_content() {
        assert_eq!(MediaType::of(&pdf()), Ok(MediaType::Pdf));
        assert_eq!(MediaType::of(&jpeg()), Ok(MediaType::Jpeg));
        assert_eq!(MediaType::of(&png()), Ok(MediaType::Png));
        for kind in MediaType::ALL {
            assert_eq!(MediaType::parse(kind.as_str()), Some(kind));
        }
    }

    #[test]
    fn what_is_broken_off_anywhere_is_not_taken() {
        for whole in [pdf(), jpeg(), png()] {
            for length in 0..whole.len() - 1 {
                assert!(MediaType::of(&whole[..length]).is_err(), "{length}");
            }
        }
    }

    #[test]
    fn what_goes_on_as_something_else_is_not_taken() {
        let html = b"<script>alert(1)</script>";
        let long = vec![b'x'; JPEG_REST_BYTES_MAX + 1];
        let mut size = png();
        size[16..20].fill(0);
        let mut order = PNG_SIGNATURE.to_vec();
        order.extend(chunk(b"IDAT", &[1]));
        order.extend(chunk(b"IEND", &[]));
        let huge = [PNG_SIGNATURE, &[0xFF; 8][..], &[0; 64]].concat();
        for wrong in [
            html.to_vec(),
            b"MZ\x90\0".to_vec(),
            b"PK\x03\x04".to_vec(),
            b"GIF89a".to_vec(),
            b"<?xml version='1.0'?><svg/>".to_vec(),
            [b" ", &pdf()[..]].concat(),
            b"%PDF-9.9\nstartxref\n%%EOF".to_vec(),
            [&pdf()[..], &vec![b'\n'; PDF_TRAILER_BYTES + 1]].concat(),
            [&png()[..], html].concat(),
            [&jpeg()[..], &long].concat(),
            size,
            order,
            huge,
        ] {
            assert!(MediaType::of(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn names_are_names_of_one_file_that_can_be_read() {
        for good in [
            "劳动合同.pdf",
            "contract (2).JPG",
            "𠮷田 契約.png",
            "无后缀",
        ] {
            assert!(is_file_name(good), "{good}");
        }
        for bad in [
            "",
            ".htaccess",
            "../../etc/passwd",
            "C:\\fakepath\\a.pdf",
            "a／b.pdf",
            "a\u{0}b",
            "a\r\nSet-Cookie: x",
            "\u{202e}fdp.exe",
            "a\u{200b}b",
            "\u{fffd}.pdf",
            "\"; filename=x",
            &"长".repeat(NAME_CHARS_MAX + 1),
        ] {
            assert!(!is_file_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_file_is_bounded_and_told_by_its_content_whatever_it_is_called() {
        let upload = |bytes: Vec<u8>| Upload {
            name: Private::new(" 合同.exe ".to_owned()),
            bytes: Private::new(bytes),
        };
        let checked = upload(pdf()).check(1_000).unwrap();
        assert_eq!(
            (checked.media_type, checked.name.reveal().as_str()),
            (MediaType::Pdf, "合同.exe")
        );
        let length = pdf().len();
        assert!(upload(pdf()).check(length).is_ok());
        let large = upload(pdf()).check(length - 1).unwrap_err();
        let bytes_max = length - 1;
        assert_eq!(large, UploadFault::TooLarge { bytes_max });
        assert_eq!(upload(Vec::new()).check(9).unwrap_err(), UploadFault::Empty);
    }
}
