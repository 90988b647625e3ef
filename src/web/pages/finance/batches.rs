//! `GET /finance/batches`: what of the last days can be prepared, and the batches with who signed them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::batch;
use crate::domain::batch::{Batch, BatchState};
use crate::domain::id::BatchId;
use crate::domain::time::parse_date;
use crate::finance::batches::Wanted;
use crate::store::Preparable;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::causes::Names;
use crate::web::extract::{Fields, Query, Read, id};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::{Kind, Problem};
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;
use crate::web::words::Words;

/// Where it is.
pub(super) const ADDRESS: &str = "/finance/batches";
/// Batches on a page.
const LINES: u32 = 30;

/// Which page.
#[derive(Debug)]
pub(super) struct Asked {
    after: Option<BatchId>,
}

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let after = fields.optional("after", id::<BatchId>)?;
        Some(Self { after })
    }
}

/// What can be prepared.
struct Free {
    day: String,
    policy_id: String,
    policy: Words,
    district_id: String,
    district: String,
    count: u64,
    sum: String,
}

/// A batch as a row.
struct Line {
    id: String,
    short: String,
    day: String,
    policy: Words,
    district: String,
    mood: &'static str,
    state: Words,
    count: u64,
    sum: String,
    prepared: String,
    approved: String,
    released: String,
}

#[derive(Template)]
#[template(path = "finance/batches.html")]
struct BatchesPage<'a> {
    page: &'a Page,
    free: Vec<Free>,
    lines: Vec<Line>,
    next: Option<String>,
}

/// Batches, newest first.
#[utoipa::path(get, path = "/finance/batches", operation_id = "finance_batches_page", tag = "pages",
    params(("after" = Option<String>, Query, description = "The page behind this id")),
    responses((status = 200, description = "The page")))]
pub(super) async fn batches(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let free = web.finance.preparable(&staff).await?;
    let found = web.finance.batches(&staff, asked.after, LINES).await?;
    let is_full = u32::try_from(found.len()).is_ok_and(|count| count >= LINES);
    let last = found.last().map(|batch| batch.id).filter(|_| is_full);
    let template = BatchesPage {
        page: &page,
        free: free.iter().map(|one| one_free(&web, &page, one)).collect(),
        lines: found.iter().map(|one| line(&web, &page, one)).collect(),
        next: last.map(|last| format!("{ADDRESS}?after={last}")),
    };
    Ok(page.render(StatusCode::OK, &template))
}

/// Prepares a batch of one day, policy and district.
#[utoipa::path(post, path = "/finance/batches", operation_id = "finance_prepare_page", tag = "pages",
    responses((status = 303, description = "Prepared")))]
pub(super) async fn prepare(
    State(web): State<Web>,
    Desk(staff): Desk,
    posted: Posted,
) -> Result<Response, Problem> {
    let field = |name| posted.get(name).unwrap_or_default();
    // Nothing of this is typed: another value than the page's own is something that does not exist.
    let (Ok(day), Ok(district)) = (parse_date(field("day")), field("district").parse()) else {
        return Err(Problem::new(Kind::NotFound));
    };
    let wanted = Wanted {
        day,
        policy: field("policy").to_owned(),
        district,
    };
    let batch = web.finance.prepare_batch(&staff, &wanted).await;
    let batch = batch.map_err(back)?;
    let address = batch::address(batch.id);
    Ok(see_other(&format!("{address}?done=prepared")))
}

pub(super) fn back(error: crate::error::StageError) -> Problem {
    Problem::from(error).way_out(ADDRESS.to_owned(), t::batches::BACK)
}

fn one_free(web: &Web, page: &Page, one: &Preparable) -> Free {
    Free {
        day: one.day.to_string(),
        policy: Names(&web.ctx.policies).policy(&one.policy),
        policy_id: one.policy.clone(),
        district_id: one.district.to_string(),
        district: page.value(&one.district.to_string()),
        count: one.count,
        sum: page.money(one.sum),
    }
}

fn line(web: &Web, page: &Page, batch: &Batch) -> Line {
    let id = batch.id.to_string();
    let by = |signed: Option<&crate::domain::person::Signed>| {
        signed.map_or_else(String::new, |signed| signed.by.clone())
    };
    Line {
        short: id[id.len() - 6..].to_owned(),
        id,
        day: batch.day.to_string(),
        policy: Names(&web.ctx.policies).policy(&batch.policy),
        district: page.value(&batch.district.to_string()),
        mood: mood(&batch.state),
        state: t::batches::state(&batch.state),
        count: batch.count,
        sum: page.money(batch.sum),
        prepared: batch.prepared.by.clone(),
        approved: by(batch.state.approval()),
        released: by(batch.state.release()),
    }
}

/// How a state looks.
pub(super) const fn mood(state: &BatchState) -> &'static str {
    match state {
        BatchState::Prepared | BatchState::Approved { .. } => "open",
        BatchState::Releasing { .. } => "wait",
        BatchState::Released { .. } => "met",
        BatchState::Discarded { .. } => "not",
    }
}
