//! `/desk/cases/{id}`: one case on one screen, and everything an officer does with it.
//!
//! | file | what it holds |
//! |---|---|
//! | `acts` | a form of the page as a step of the desk |
//! | `chosen` | what is decided, of whichever kind of case |
//! | `criteria` | rule, declared, on record, verdict |
//! | `granted` | what was granted, and what of it comes back |
//! | `panel` | what may be done now |
//! | `preview` | what will be decided, before it is |
//! | `sheet` | the page |
//! | `timeline` | everything that has happened |

mod acts;
mod chosen;
mod criteria;
mod granted;
mod panel;
mod preview;
mod sheet;
mod timeline;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;

use self::acts::ActWord;
use self::sheet::{LookPage, Looked};
use super::done;
use super::form::Typed;
use super::refusal::Refusal;
use crate::domain::id::CaseId;
use crate::domain::person::Staff;
use crate::error::StageError;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::Id;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::{Kind, Problem};
use crate::web::session::{Posted, Visit};

/// What is written down when an officer opens a case of their own.
const HANDLING: &str = "办理本事项 · handling the case";

/// The address of a case.
pub(super) fn address(id: CaseId) -> String {
    format!("/desk/cases/{id}")
}

/// One case: its officer sees it at once, others say first why they look.
#[utoipa::path(get, path = "/desk/cases/{id}", operation_id = "desk_case_page", tag = "pages",
    params(("id" = String, Path, description = "The case's id")),
    responses((status = 200, description = "The page")))]
pub(in crate::web::pages) async fn show(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    uri: Uri,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), address(id));
    let done = done(&uri);
    if !web.cases.handles(&staff, id).await? {
        return Ok(LookPage::first(&page, done));
    }
    let looked = Looked {
        done,
        ..Looked::default()
    };
    let looked = with_kept(&web, &visit, &page, looked).await?;
    sheet::page(&web, &page, &staff, id, HANDLING, looked).await
}

/// What somebody typed when their session had ended comes back, once, and is sent again by them alone.
async fn with_kept(
    web: &Web,
    visit: &Visit,
    page: &Page,
    looked: Looked,
) -> Result<Looked, StageError> {
    let Some(kept) = visit.take_kept(web, &page.path).await? else {
        return Ok(looked);
    };
    let act = kept.path.rsplit('/').next().unwrap_or_default();
    Ok(Looked {
        typed: Typed::posted(act, kept.fields.reveal()),
        done: Some(crate::web::texts::casework::KEPT_AFTER),
        ..looked
    })
}

/// Everything that is done with a case: the page's forms say what.
#[utoipa::path(post, path = "/desk/cases/{id}/{act}", operation_id = "desk_act_page", tag = "pages",
    params(("id" = String, Path, description = "The case's id"), ("act" = String, Path, description = "What is done")),
    responses(
        (status = 303, description = "Done"),
        (status = 409, description = "The page again, with what has happened since"),
        (status = 422, description = "The page again, with everything that is wrong")
    ))]
pub(in crate::web::pages) async fn act(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Path((id, word)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Kind::NotFound);
    let id: CaseId = id.parse().map_err(|_| missing())?;
    let page = Page::new(preferences, Some(&visit), address(id));
    let act = ActWord::parse(&word).ok_or_else(missing)?;
    let mut typed = Typed::of(act.as_str(), &posted);
    match act {
        ActWord::Look => return look(&web, &visit, &page, &staff, id, typed).await,
        ActWord::Preview => return preview::page(&web, &page, &staff, id, typed).await,
        _ => {}
    }
    match acts::perform(&web, &page, &staff, id, act, &mut typed).await {
        Ok(()) => after(&web, &staff, id, act).await,
        Err(error) => refused(&web, &page, &staff, id, typed, error).await,
    }
}

/// The officer is back in front of the case; others have nothing more to do there.
async fn after(web: &Web, staff: &Staff, id: CaseId, act: ActWord) -> Result<Response, Problem> {
    let word = act.as_str();
    let theirs = web.cases.handles(staff, id).await?;
    let path = if theirs {
        address(id)
    } else {
        "/desk".to_owned()
    };
    Ok(see_other(&format!("{path}?done={word}")))
}

/// A look with its purpose; or back from the preview, with what was typed.
async fn look(
    web: &Web,
    visit: &Visit,
    page: &Page,
    staff: &Staff,
    id: CaseId,
    mut typed: Typed,
) -> Result<Response, Problem> {
    let purpose = purpose(web, staff, id, &typed).await?;
    let is_back = typed.get("back") == "preview";
    typed.key = if is_back {
        "preview".to_owned()
    } else {
        String::new()
    };
    let looked = Looked {
        typed,
        ..Looked::default()
    };
    let is_seen = !is_back && !purpose.trim().is_empty();
    let looked = if is_seen {
        with_kept(web, visit, page, looked).await?
    } else {
        looked
    };
    sheet::page(web, page, staff, id, &purpose, looked).await
}

/// Why they look: as they said; its officer need not say it.
async fn purpose(
    web: &Web,
    staff: &Staff,
    id: CaseId,
    typed: &Typed,
) -> Result<String, StageError> {
    if web.cases.handles(staff, id).await? {
        return Ok(HANDLING.to_owned());
    }
    Ok(typed.get("purpose").to_owned())
}

/// The page again, with why the step was not done and with all that was typed.
async fn refused(
    web: &Web,
    page: &Page,
    staff: &Staff,
    id: CaseId,
    mut typed: Typed,
    error: StageError,
) -> Result<Response, Problem> {
    let refusal = Refusal::of(error, &mut typed)?;
    let purpose = purpose(web, staff, id, &typed).await?;
    let looked = Looked {
        typed,
        refusal: Some(refusal),
        done: None,
    };
    sheet::page(web, page, staff, id, &purpose, looked).await
}
