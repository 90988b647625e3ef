//! `POST /desk/cases/{id}/files` and `GET /desk/cases/{id}/files/{file}`: what is put to a case, and had from it.

use axum::extract::State;
use axum::response::Response;

use crate::domain::id::{CaseFileId, CaseId};
use crate::error::StageError;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Id, Ids, TextRule};
use crate::web::pages::files::FilesPart;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::{Kind, Problem};
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;
use crate::web::upload::{Chosen, chosen_upload, download};

/// Longest words with a file, in characters.
const WORDS: TextRule = TextRule::lines(2_000);

/// Puts a file to a case.
#[utoipa::path(post, path = "/desk/cases/{id}/files", operation_id = "desk_attach_page", tag = "pages",
    params(("id" = String, Path, description = "The case's id")),
    responses((status = 303, description = "Back to the case")))]
pub(super) async fn attach(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    posted: Posted,
    chosen: Option<Chosen>,
) -> Result<Response, Problem> {
    let seen = posted
        .get("seen_version")
        .and_then(|text| text.parse().ok());
    let seen: i64 = seen.ok_or_else(|| Problem::new(Kind::InvalidBody))?;
    let words = posted
        .get("words")
        .unwrap_or_default()
        .replace("\r\n", "\n");
    let page = Page::new(preferences, Some(&visit), format!("/desk/cases/{id}"));
    let part = FilesPart {
        words_fault: WORDS.check(&words).is_err(),
        words,
        ..FilesPart::of_case(&web, id, seen, &[], true)
    };
    if part.words_fault {
        return Ok(part.again(&page, None));
    }
    let attached = match chosen_upload(chosen) {
        Ok(upload) => {
            web.cases
                .attach(&staff, id, seen, upload, &part.words)
                .await
        }
        Err(fault) => Err(fault.into()),
    };
    match attached {
        Ok(_) => Ok(see_other(&format!("{}#files", part.page))),
        Err(StageError::Upload(fault)) => Ok(part.again(&page, Some(fault))),
        Err(error) => Err(Problem::from(error).way_out(part.page, t::files::BACK)),
    }
}

/// A file of a case, as an attachment.
#[utoipa::path(get, path = "/desk/cases/{id}/files/{file}", operation_id = "desk_file_page", tag = "pages",
    params(
        ("id" = String, Path, description = "The case's id"),
        ("file" = String, Path, description = "The file's id")
    ),
    responses((status = 200, description = "The file")))]
pub(super) async fn file(
    State(web): State<Web>,
    Desk(staff): Desk,
    Ids(id, file): Ids<CaseId, CaseFileId>,
) -> Result<Response, Problem> {
    Ok(download(&web.cases.file(&staff, id, file).await?))
}
