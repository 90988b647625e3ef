//! `POST /applications/{id}/files` and `GET /applications/{id}/files/{file}`: what an applicant hands in with their case.

use axum::extract::State;
use axum::response::Response;

use super::address;
use crate::domain::id::{ApplicationId, CaseFileId};
use crate::error::StageError;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::extract::{Id, Ids};
use crate::web::pages::files::FilesPart;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;
use crate::web::upload::{Chosen, chosen_upload, download};

/// Hands a file in.
#[utoipa::path(post, path = "/applications/{id}/files", operation_id = "hand_in_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 303, description = "Back to the application")))]
pub(in crate::web::pages) async fn hand_in(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    chosen: Option<Chosen>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), address(id));
    let part = FilesPart::of_application(&web, id, &[], true);
    let case = web.cases.case_to_follow(me.id, id).await?;
    let handed = match chosen_upload(chosen) {
        Ok(upload) => web.cases.hand_in(me.id, case, upload).await,
        Err(fault) => Err(fault.into()),
    };
    match handed {
        Ok(_) => Ok(see_other(&format!("{}#files", part.page))),
        Err(StageError::Upload(fault)) => Ok(part.again(&page, Some(fault))),
        Err(error) => Err(Problem::from(error).way_out(part.page, t::files::BACK)),
    }
}

/// A file that the applicant handed in, as an attachment.
#[utoipa::path(get, path = "/applications/{id}/files/{file}", operation_id = "own_file_page", tag = "pages",
    params(
        ("id" = String, Path, description = "The application's id"),
        ("file" = String, Path, description = "The file's id")
    ),
    responses((status = 200, description = "The file")))]
pub(in crate::web::pages) async fn own_file(
    State(web): State<Web>,
    Me(me): Me,
    Ids(id, file): Ids<ApplicationId, CaseFileId>,
) -> Result<Response, Problem> {
    let case = web.cases.case_to_follow(me.id, id).await?;
    Ok(download(&web.cases.own_file(me.id, case, file).await?))
}
