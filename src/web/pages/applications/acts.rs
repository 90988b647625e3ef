//! What an applicant does on the page: says that a row is wrong, files, asks for a person, takes it back.

use axum::extract::State;
use axum::response::Response;

use super::address;
use super::form::{self, Shown};
use super::typed::keep_aside;
use crate::domain::application::StateName;
use crate::domain::id::{ApplicationId, SnapshotId};
use crate::domain::person::Applicant;
use crate::error::StageError;
use crate::prefill::service::WORDS_MAX;
use crate::telemetry::RequestId;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::pages::typed::TypedForm;
use crate::web::problem::{Kind, Problem};
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;
use crate::web::words::Words;

fn snapshot(posted: &Posted) -> Result<SnapshotId, Problem> {
    let named = posted.get("snapshot").and_then(|text| text.parse().ok());
    named.ok_or_else(|| Problem::new(Kind::SnapshotExpired))
}

/// 有误: a row is wrong. What was typed meanwhile stays.
#[utoipa::path(post, path = "/applications/{id}/dispute", operation_id = "dispute_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 200, description = "The page again, with the row marked")))]
pub(in crate::web::pages) async fn dispute(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), address(id));
    let typed = TypedForm::posted(&posted, &["snapshot", "field"])?;
    let field = posted.get("field").unwrap_or_default().to_owned();
    let words = typed.words_of(&field).trim().to_owned();
    let mut shown = Shown {
        typed,
        ..Shown::default()
    };
    let wrong = match words.chars().count() {
        0 => Some(t::WORDS_MISSING),
        length if length > WORDS_MAX => Some(t::WORDS_LONG),
        _ => None,
    };
    if let Some(wrong) = wrong {
        keep_aside(&web, me.id, id, &shown.typed).await;
        shown.dispute = Some((field, wrong));
        return form::page(&web, &page, &me, id, shown).await;
    }
    let named = snapshot(&posted)?;
    let said = web.prefill.dispute(me.id, id, named, &field, &words).await;
    match said {
        Ok(_) => shown.typed.said(&field),
        Err(StageError::SnapshotMismatch { .. }) => {
            return again(&web, &page, &me, id, shown.typed, Some(t::RENEWED)).await;
        }
        Err(error) => {
            keep_aside(&web, me.id, id, &shown.typed).await;
            return Err(error.into());
        }
    }
    keep_aside(&web, me.id, id, &shown.typed).await;
    shown.notice = Some(t::WRONG_SAID);
    form::page(&web, &page, &me, id, shown).await
}

/// 一键秒报, and the machine's answer. Filed twice is filed once.
#[utoipa::path(post, path = "/applications/{id}/file", operation_id = "file_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 303, description = "To the answer"),
        (status = 422, description = "The page again, with everything that is wrong")
    ))]
pub(in crate::web::pages) async fn file(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    request_id: RequestId,
    posted: Posted,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), address(id));
    let application = web.prefill.one(me.id, id).await?;
    if application.state.name() != StateName::Draft {
        return Ok(see_other(&page.path));
    }
    let mut typed = TypedForm::posted(&posted, &["snapshot"])?;
    let Some(read) = typed.read() else {
        return again(&web, &page, &me, id, typed, None).await;
    };
    let snapshot = snapshot(&posted)?;
    let filed = web
        .prefill
        .file(me.id, id, snapshot, read, request_id.as_str());
    match filed.await {
        Ok(_) => {
            web.approve.decide(id).await?;
            Ok(see_other(&page.path))
        }
        // The registers were asked anew since: look again.
        Err(StageError::SnapshotMismatch { .. }) => {
            again(&web, &page, &me, id, typed, Some(t::RENEWED)).await
        }
        Err(error) => {
            keep_aside(&web, me.id, id, &typed).await;
            Err(error.into())
        }
    }
}

/// The form once more, with what was typed, which is kept.
async fn again(
    web: &Web,
    page: &Page,
    me: &Applicant,
    id: ApplicationId,
    typed: TypedForm,
    notice: Option<Words>,
) -> Result<Response, Problem> {
    keep_aside(web, me.id, id, &typed).await;
    let shown = Shown {
        typed,
        notice,
        ..Shown::default()
    };
    form::page(web, page, me, id, shown).await
}

/// 要求人工办理.
#[utoipa::path(post, path = "/applications/{id}/person", operation_id = "person_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 303, description = "To the page")))]
pub(in crate::web::pages) async fn person(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Response, Problem> {
    web.prefill.ask_for_person(me.id, id).await?;
    web.approve.decide(id).await?;
    Ok(see_other(&address(id)))
}

/// Takes it back.
#[utoipa::path(post, path = "/applications/{id}/withdraw", operation_id = "withdraw_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 303, description = "To the page")))]
pub(in crate::web::pages) async fn withdraw(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Response, Problem> {
    web.prefill.withdraw(me.id, id).await?;
    Ok(see_other(&address(id)))
}
