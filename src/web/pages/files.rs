//! What is handed in, as a part of a page: the list, the form, and the form again when a file is not taken.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::layout::Page;
use crate::domain::desk::CaseFile;
use crate::domain::id::{ApplicationId, CaseId};
use crate::domain::upload::{MediaType, UploadFault};
use crate::web::Web;
use crate::web::problem::upload_words;
use crate::web::texts as t;
use crate::web::words::Words;

/// Bytes of a KiB.
const KIB: i64 = 1_024;

/// One file.
#[derive(Debug)]
pub struct FileLine {
    /// Its id.
    pub id: String,
    /// As its owner calls it.
    pub name: String,
    /// PDF, JPEG or PNG.
    pub kind: &'static str,
    /// Its length.
    pub size: String,
}

impl From<&CaseFile> for FileLine {
    fn from(file: &CaseFile) -> Self {
        Self {
            id: file.id.to_string(),
            name: file.name.reveal().clone(),
            kind: match MediaType::parse(&file.media_type) {
                Some(MediaType::Pdf) => "PDF",
                Some(MediaType::Jpeg) => "JPEG",
                Some(MediaType::Png) => "PNG",
                None => "",
            },
            size: size(file.bytes),
        }
    }
}

/// A length as people say it.
fn size(bytes: i64) -> String {
    if bytes < KIB * KIB {
        format!("{} KiB", (bytes + KIB - 1) / KIB)
    } else {
        format!("{} MiB", (bytes + KIB * KIB - 1) / (KIB * KIB))
    }
}

/// What `files.html` shows, as `files` beside `page`.
#[derive(Debug)]
pub struct FilesPart {
    /// Where files are sent to and had from.
    pub at: String,
    /// The page they belong to.
    pub page: String,
    /// The files.
    pub lines: Vec<FileLine>,
    /// Whether more are taken.
    pub takes: bool,
    /// Staff: the case's version as it is shown.
    pub seen: Option<i64>,
    /// Largest file, in words.
    pub most: String,
    /// What was written with it.
    pub words: String,
    /// Why a file was not taken.
    pub file_fault: Option<(Words, Words)>,
    /// Whether words are missing.
    pub words_fault: bool,
}

impl FilesPart {
    /// For the page of a case; `takes` is whether the visitor is its officer and it is open.
    #[must_use]
    pub fn of_case(web: &Web, id: CaseId, seen: i64, files: &[CaseFile], takes: bool) -> Self {
        let page = format!("/desk/cases/{id}");
        Self {
            seen: Some(seen),
            ..Self::at(web, page, files, takes)
        }
    }

    /// For the page of an application; `takes` is whether its case is open.
    #[must_use]
    pub fn of_application(web: &Web, id: ApplicationId, files: &[CaseFile], takes: bool) -> Self {
        Self::at(web, format!("/applications/{id}"), files, takes)
    }

    fn at(web: &Web, page: String, files: &[CaseFile], takes: bool) -> Self {
        let most = web.ctx.world.files.limits().bytes_max;
        Self {
            at: format!("{page}/files"),
            page,
            lines: files.iter().map(Into::into).collect(),
            takes,
            seen: None,
            most: size(i64::try_from(most).unwrap_or(i64::MAX)),
            words: String::new(),
            file_fault: None,
            words_fault: false,
        }
    }

    /// The form once more, with what was written.
    pub(super) fn again(mut self, page: &Page, fault: Option<UploadFault>) -> Response {
        self.file_fault = fault.map(upload_words);
        page.render(
            StatusCode::UNPROCESSABLE_ENTITY,
            &Again { page, files: &self },
        )
    }
}

/// The form once more.
#[derive(Template)]
#[template(path = "files_again.html")]
struct Again<'a> {
    page: &'a Page,
    files: &'a FilesPart,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_as_people_say_them_and_never_too_small() {
        for (bytes, said) in [
            (1, "1 KiB"),
            (1_024, "1 KiB"),
            (1_025, "2 KiB"),
            (5 * KIB * KIB, "5 MiB"),
            (5 * KIB * KIB + 1, "6 MiB"),
        ] {
            assert_eq!(size(bytes), said);
        }
    }
}
