//! `POST /desk/hand-over`: several cases at once, each on the version that was seen. Those that moved meanwhile stay, and are named.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::case;
use super::filters::Asked;
use super::queue::{self, Back, Handed, LINES, short};
use super::refusal::told;
use crate::domain::id::CaseId;
use crate::error::StageError;
use crate::review::desk::Step;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::problem::Problem;
use crate::web::session::{Posted, Visit};
use crate::web::texts::casework as t;
use crate::web::words::Words;

/// Longest reason, in characters.
const WORDS_MAX: usize = 2_000;

/// Hands over what is ticked.
#[utoipa::path(post, path = "/desk/hand-over", operation_id = "desk_hand_over_page", tag = "pages",
    responses((status = 200, description = "The queue, with what came of it"), (status = 422, description = "The queue again, with what is wrong")))]
pub(in crate::web::pages) async fn hand_over(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    posted: Posted,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), "/desk");
    let asked = Asked::of(posted.get("query").unwrap_or_default(), &staff);
    let ticked = ticked(&posted);
    let text = |name| posted.get(name).unwrap_or_default().trim().to_owned();
    let (officer, words) = (text("officer"), text("words"));
    let errors = wrong(&ticked, &officer, &words);
    if !errors.is_empty() {
        let back = Back {
            errors,
            ticked: ticked.iter().map(|(id, _)| id.to_string()).collect(),
            officer,
            words,
            ..Back::default()
        };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return queue::shown(&web, &page, &staff, &asked, &back, status).await;
    }
    let mut handed = Handed::default();
    for (id, seen) in ticked {
        let step = Step::HandOver {
            officer: officer.clone(),
        };
        match web.cases.act(&staff, id, seen, step, &words).await {
            Ok(_) => handed.moved += 1,
            Err(error) => handed.left.push(left(id, error)?),
        }
    }
    let back = Back {
        handed: Some(handed),
        ..Back::default()
    };
    queue::shown(&web, &page, &staff, &asked, &back, StatusCode::OK).await
}

/// Cases with the version that was seen; a page holds no more.
fn ticked(posted: &Posted) -> Vec<(CaseId, i64)> {
    let ticked = posted.fields().iter().filter(|(name, _)| name == "case");
    let read = ticked.filter_map(|(_, value)| {
        let (id, seen) = value.split_once(':')?;
        Some((id.parse().ok()?, seen.parse().ok()?))
    });
    read.take(LINES as usize).collect()
}

fn wrong(ticked: &[(CaseId, i64)], officer: &str, words: &str) -> Vec<(Option<String>, Words)> {
    let mut wrong = Vec::new();
    if ticked.is_empty() {
        wrong.push((Some("queue".to_owned()), t::BULK_NONE));
    }
    if officer.is_empty() {
        wrong.push((Some("bulk-officer".to_owned()), t::WRONG_OFFICER));
    }
    if !(1..=WORDS_MAX).contains(&words.chars().count()) {
        wrong.push((Some("bulk-words".to_owned()), t::WRONG_WORDS));
    }
    wrong
}

/// Why one was left.
fn left(id: CaseId, error: StageError) -> Result<(String, String, Words), Problem> {
    match told(&error) {
        Some((_, words)) => Ok((case::address(id), short(&id.to_string()), words)),
        None => Err(error.into()),
    }
}
