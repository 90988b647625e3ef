//! `GET /finance/batches/{id}`: one batch, its hashes and rows, and what its reader may do with it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::batches::{self, back, mood};
use crate::domain::award::BudgetKey;
use crate::domain::batch::{BatchState, GROUNDS_MAX, Step};
use crate::domain::hash::Sha256Hex;
use crate::domain::id::{BatchId, InstructionId};
use crate::domain::mask::account_tail;
use crate::domain::person::{Signed, Staff};
use crate::error::StageError;
use crate::finance::batches::{BatchView, RowView};
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::causes::Names;
use crate::web::extract::{Fields, Id, Ids, Query, Read, TextRule, parsed, text};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::Problem;
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;
use crate::web::upload::attachment;
use crate::web::words::Words;

/// Rows on a page.
const ROWS: u32 = 50;
/// Digits of a hash that stand together.
const PART: usize = 8;
/// The grounds on which a batch is discarded.
const GROUNDS: TextRule = TextRule::lines(GROUNDS_MAX);

/// Which rows, and what was done just now.
#[derive(Debug)]
pub(super) struct Asked {
    after: Option<InstructionId>,
    done: Option<Words>,
}

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let ids = ("请从第一页看起", "begin with the first page");
        let after = fields.optional("after", parsed::<InstructionId>(ids));
        let done = fields.optional("done", text(TextRule::line(20)));
        Some(Self {
            after: after?,
            done: done?.as_deref().and_then(t::batches::done),
        })
    }
}

/// One file.
struct File {
    name: String,
    /// What tells it from the others of the batch.
    ending: String,
    bytes: u64,
    sha256: String,
}

/// One row.
struct Line {
    id: String,
    payee: String,
    account: String,
    amount: String,
    mood: &'static str,
    state: Words,
    has_turned: bool,
}

/// Who signed, and when.
struct Name {
    what: Words,
    by: String,
    at: String,
}

#[derive(Template)]
#[template(path = "finance/batch.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is asked by the template for itself"
)]
struct BatchPage<'a> {
    page: &'a Page,
    id: String,
    done: Option<Words>,
    policy: Words,
    district: String,
    day: String,
    mood: &'static str,
    state: Words,
    count: u64,
    unit: Words,
    sum: String,
    rows_count: u64,
    rows_unit: Words,
    rows_sum: String,
    agrees: bool,
    /// What is left of the budget line of that day's year.
    available: Option<String>,
    manifest: String,
    parts: Vec<String>,
    /// The file that has this hash.
    manifest_file: Option<String>,
    names: Vec<Name>,
    grounds_of_end: String,
    stem: String,
    files: Vec<File>,
    turned: usize,
    lines: Vec<Line>,
    next: Option<String>,
    approves: bool,
    is_own: bool,
    releases: bool,
    discards: bool,
    grounds: String,
    grounds_error: bool,
}

#[derive(Template)]
#[template(path = "finance/batch_sure.html")]
struct SurePage<'a> {
    page: &'a Page,
    id: String,
    policy: Words,
    district: String,
    day: String,
    count: u64,
    unit: Words,
    sum: String,
    parts: Vec<String>,
    names: Vec<Name>,
    turned: usize,
}

/// What was typed into a form that is shown again.
#[derive(Default)]
struct Typed<'t> {
    grounds: &'t str,
    error: bool,
}

/// One batch.
#[utoipa::path(get, path = "/finance/batches/{id}", operation_id = "finance_batch_page", tag = "pages",
    params(
        ("id" = String, Path, description = "The batch's id"),
        ("after" = Option<String>, Query, description = "The rows behind this one"),
        ("done" = Option<String>, Query, description = "What was done just now")
    ),
    responses((status = 200, description = "The page")))]
pub(super) async fn show(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<BatchId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), address(id));
    page_of(&web, &page, &staff, id, asked, Typed::default()).await
}

/// Approves on the hash that the page showed.
#[utoipa::path(post, path = "/finance/batches/{id}/approve", operation_id = "finance_approve_batch_page", tag = "pages",
    params(("id" = String, Path, description = "The batch's id")),
    responses((status = 303, description = "Approved")))]
pub(super) async fn approve(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<BatchId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let hash = posted.get("manifest").unwrap_or_default().parse();
    let approved = match hash {
        Ok(hash) => web.finance.approve_batch(&staff, id, hash).await,
        Err(_) => Err(crate::domain::batch::BatchError::OtherHash.into()),
    };
    approved.map_err(|error| to_batch(error, id))?;
    Ok(done(id, "approved"))
}

/// Asks once more before the files go out.
#[utoipa::path(get, path = "/finance/batches/{id}/release", operation_id = "finance_sure_page", tag = "pages",
    params(("id" = String, Path, description = "The batch's id")),
    responses((status = 200, description = "The page")))]
pub(super) async fn sure(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<BatchId>,
) -> Result<Response, Problem> {
    let page = Page::new(
        preferences,
        Some(&visit),
        format!("{}/release", address(id)),
    );
    let view = web.finance.batch(&staff, id).await.map_err(back)?;
    let batch = &view.batch;
    // Nobody is asked about what cannot be done.
    let begun = batch
        .clone()
        .begin_release(Signed::of(&staff, web.ctx.now()));
    begun.map_err(|error| to_batch(error.into(), id))?;
    let template = SurePage {
        page: &page,
        id: id.to_string(),
        policy: Names(&web.ctx.policies).policy(&batch.policy),
        district: page.value(&batch.district.to_string()),
        day: batch.day.to_string(),
        count: batch.count,
        unit: t::batches::unit(batch.count),
        sum: page.money(batch.sum),
        parts: parts(batch.manifest),
        names: names(&page, &view),
        turned: view.turned.len(),
    };
    Ok(page.render(StatusCode::OK, &template))
}

/// Brings the approved bytes into the outbox.
#[utoipa::path(post, path = "/finance/batches/{id}/release", operation_id = "finance_release_batch_page", tag = "pages",
    params(("id" = String, Path, description = "The batch's id")),
    responses((status = 303, description = "Released")))]
pub(super) async fn release(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<BatchId>,
) -> Result<Response, Problem> {
    let released = web.finance.release_batch(&staff, id).await;
    released.map_err(|error| to_batch(error, id))?;
    Ok(done(id, "released"))
}

/// Gives the batch up, with grounds.
#[utoipa::path(post, path = "/finance/batches/{id}/discard", operation_id = "finance_discard_batch_page", tag = "pages",
    params(("id" = String, Path, description = "The batch's id")),
    responses((status = 303, description = "Discarded"), (status = 422, description = "The page again")))]
pub(super) async fn discard(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<BatchId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let grounds = posted.get("grounds").unwrap_or_default();
    let grounds = grounds.replace("\r\n", "\n");
    if GROUNDS.check(grounds.trim()).is_err() {
        let page = Page::new(preferences, Some(&visit), address(id));
        let typed = Typed {
            grounds: &grounds,
            error: true,
        };
        let asked = Asked {
            after: None,
            done: None,
        };
        return page_of(&web, &page, &staff, id, asked, typed).await;
    }
    let discarded = web.finance.discard_batch(&staff, id, &grounds).await;
    discarded.map_err(|error| to_batch(error, id))?;
    Ok(done(id, "discarded"))
}

/// A file of the batch, as an attachment.
#[utoipa::path(get, path = "/finance/batches/{id}/files/{file}", operation_id = "finance_batch_file_page", tag = "pages",
    params(
        ("id" = String, Path, description = "The batch's id"),
        ("file" = String, Path, description = "The file's name")
    ),
    responses((status = 200, description = "The file")))]
pub(super) async fn file(
    State(web): State<Web>,
    Desk(staff): Desk,
    Ids(id, name): Ids<BatchId, String>,
) -> Result<Response, Problem> {
    let content = web.finance.batch_file(&staff, id, &name).await;
    let content = content.map_err(|error| to_batch(error, id))?;
    Ok(attachment(
        &content.name,
        "application/octet-stream",
        content.bytes.to_vec(),
    ))
}

pub(super) fn address(id: BatchId) -> String {
    format!("{}/{id}", batches::ADDRESS)
}

fn done(id: BatchId, word: &str) -> Response {
    see_other(&format!("{}?done={word}", address(id)))
}

fn to_batch(error: StageError, id: BatchId) -> Problem {
    Problem::from(error).way_out(address(id), t::batches::ONE_TITLE)
}

async fn page_of(
    web: &Web,
    page: &Page,
    staff: &Staff,
    id: BatchId,
    asked: Asked,
    typed: Typed<'_>,
) -> Result<Response, Problem> {
    let view = web.finance.batch(staff, id).await.map_err(back)?;
    let rows = web.finance.batch_rows(staff, id, asked.after, ROWS).await;
    let rows = rows.map_err(back)?;
    let available = available(web, page, staff, &view).await?;
    let status = if typed.error {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let template = filled(
        web, page, staff, &view, &rows, available, asked.done, &typed,
    );
    Ok(page.render(status, &template))
}

/// What is left on the line of the year in which the payments were instructed.
async fn available(
    web: &Web,
    page: &Page,
    staff: &Staff,
    view: &BatchView,
) -> Result<Option<String>, Problem> {
    let key = BudgetKey {
        policy: view.batch.policy.clone(),
        district: view.batch.district,
        year: view.batch.day.year(),
    };
    let budget = web.finance.budget_line(staff, &key).await?;
    Ok(budget.map(|budget| page.money(budget.free())))
}

#[expect(
    clippy::too_many_arguments,
    reason = "everything that the page shows, each read elsewhere"
)]
fn filled<'a>(
    web: &Web,
    page: &'a Page,
    staff: &Staff,
    view: &BatchView,
    rows: &[RowView],
    available: Option<String>,
    done: Option<Words>,
    typed: &Typed<'_>,
) -> BatchPage<'a> {
    let (batch, state) = (&view.batch, &view.batch.state);
    let is_own = batch.prepared.by == staff.subject.subject;
    let is_prepared = *state == BatchState::Prepared;
    let is_full = u32::try_from(rows.len()).is_ok_and(|count| count >= ROWS);
    let last = rows.last().filter(|_| is_full);
    let grounds_of_end = match state {
        BatchState::Discarded { grounds, .. } => grounds.clone(),
        _ => String::new(),
    };
    BatchPage {
        page,
        id: batch.id.to_string(),
        done,
        policy: Names(&web.ctx.policies).policy(&batch.policy),
        district: page.value(&batch.district.to_string()),
        day: batch.day.to_string(),
        mood: mood(state),
        state: t::batches::state(state),
        count: batch.count,
        unit: t::batches::unit(batch.count),
        sum: page.money(batch.sum),
        rows_count: view.stored.0,
        rows_unit: t::batches::unit(view.stored.0),
        rows_sum: page.money(view.stored.1),
        agrees: view.stored == (batch.count, batch.sum),
        available,
        manifest: batch.manifest.to_string(),
        parts: parts(batch.manifest),
        manifest_file: manifest_file(view),
        names: names(page, view),
        grounds_of_end,
        stem: batch.stem.clone(),
        files: files(view),
        turned: view.turned.len(),
        lines: rows.iter().map(|row| line(page, row)).collect(),
        next: last.map(|row| format!("{}?after={}", address(batch.id), row.row.instruction)),
        approves: is_prepared && !is_own,
        is_own: is_prepared && is_own,
        releases: matches!(
            state,
            BatchState::Approved { .. } | BatchState::Releasing { .. }
        ),
        discards: matches!(
            state,
            BatchState::Prepared
                | BatchState::Approved { .. }
                | BatchState::Releasing {
                    step: Step::Begun { .. },
                    ..
                }
        ),
        grounds: typed.grounds.to_owned(),
        grounds_error: typed.error,
    }
}

fn ending<'n>(name: &'n str, stem: &str) -> &'n str {
    let rest = name.strip_prefix(stem).unwrap_or(name);
    rest.strip_prefix('.').unwrap_or(rest)
}

fn manifest_file(view: &BatchView) -> Option<String> {
    let hash = view.batch.manifest;
    let file = view.files.iter().find(|file| file.sha256 == hash);
    file.map(|file| file.name.clone())
}

/// A hash in parts that an eye can compare one by one.
fn parts(hash: Sha256Hex) -> Vec<String> {
    let hash = hash.to_string();
    let parts = hash.as_bytes().chunks(PART);
    parts
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect()
}

fn files(view: &BatchView) -> Vec<File> {
    let file = |file: &crate::domain::batch::BatchFile| File {
        ending: ending(&file.name, &view.batch.stem).to_owned(),
        name: file.name.clone(),
        bytes: file.bytes,
        sha256: file.sha256.to_string(),
    };
    view.files.iter().map(file).collect()
}

fn names(page: &Page, view: &BatchView) -> Vec<Name> {
    let state = &view.batch.state;
    let discard = match state {
        BatchState::Discarded { discard, .. } => Some(discard),
        _ => None,
    };
    let signed = [
        (t::batches::PREPARED_BY, Some(&view.batch.prepared)),
        (t::batches::APPROVED_BY, state.approval()),
        (t::batches::RELEASED_BY, state.release()),
        (t::batches::DISCARDED_BY, discard),
    ];
    let name = |(what, signed): (Words, Option<&Signed>)| {
        signed.map(|signed| Name {
            what,
            by: signed.by.clone(),
            at: page.moment(signed.at),
        })
    };
    signed.into_iter().filter_map(name).collect()
}

fn line(page: &Page, view: &RowView) -> Line {
    let RowView { row, instruction } = view;
    let (payee, account) = instruction.order().map_or_else(
        |_| (page.say(t::finance::UNREADABLE).into_owned(), String::new()),
        |order| (order.payee_name, account_tail(&order.payee_account)),
    );
    Line {
        id: row.instruction.to_string(),
        payee,
        account,
        amount: page.money(row.amount),
        mood: super::payment::mood_of(row.now),
        state: t::finance::instruction(row.now),
        has_turned: crate::domain::batch::has_turned(row.then, row.now),
    }
}
