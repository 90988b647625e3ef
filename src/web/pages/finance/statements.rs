//! `/finance/statements`: 对账单, what has come in, and the form by which more comes in.

use std::io::Cursor;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::person::Staff;
use crate::domain::statement::Statement;
use crate::error::StageError;
use crate::finance::statements::{AT_THE_DOOR, Imported};
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, TextRule, text};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;
use crate::web::upload::{Chosen, chosen_upload};
use crate::web::words::Words;

/// Where it is.
pub(super) const ADDRESS: &str = "/finance/statements";
/// Statements on the page.
const LINES: u32 = 50;
/// Bytes of a MiB.
const MIB: usize = 1024 * 1024;

/// What was done just now.
#[derive(Debug)]
pub(super) struct Done(Option<Words>);

impl Read for Done {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let word = fields.optional("done", text(TextRule::line(20)))?;
        Some(Self(match word.as_deref() {
            Some("imported") => Some(t::statements::DONE_IMPORTED),
            Some("before") => Some(t::statements::DONE_BEFORE),
            _ => None,
        }))
    }
}

/// A statement as a row.
struct Row {
    kind: Words,
    days: String,
    settled: String,
    returned: String,
    bad: u64,
    totals_wrong: bool,
    imported_by: String,
    imported_at: String,
}

#[derive(Template)]
#[template(path = "finance/statements.html")]
struct StatementsPage<'a> {
    page: &'a Page,
    done: Option<Words>,
    /// Whether the visitor may take statements in.
    takes: bool,
    most: String,
    fault: Option<Words>,
    /// What the reader said, in English.
    said: String,
    rows: Vec<Row>,
}

/// Statements, newest first.
#[utoipa::path(get, path = "/finance/statements", operation_id = "finance_statements_page", tag = "pages",
    params(("done" = Option<String>, Query, description = "What was done just now")),
    responses((status = 200, description = "The page")))]
pub(super) async fn statements(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Query(Done(done)): Query<Done>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    shown(&web, &page, &staff, done, None).await
}

/// Takes a statement in.
#[utoipa::path(post, path = "/finance/statements", operation_id = "finance_import_page", tag = "pages",
    responses((status = 303, description = "Taken in"), (status = 422, description = "The page, with what is wrong")))]
pub(super) async fn import(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    chosen: Option<Chosen>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let Ok(upload) = chosen_upload(chosen) else {
        let fault = Some((t::statements::NO_FILE, String::new()));
        return shown(&web, &page, &staff, None, fault).await;
    };
    let file = Cursor::new(upload.bytes.into_inner());
    match web
        .finance
        .import_statement(&staff, file, AT_THE_DOOR)
        .await
    {
        Ok(Imported { before, .. }) => {
            let done = if before { "before" } else { "imported" };
            Ok(see_other(&format!("{ADDRESS}?done={done}")))
        }
        Err(StageError::Invalid { reason, .. }) => {
            let fault = Some((t::statements::NOT_READ, reason));
            shown(&web, &page, &staff, None, fault).await
        }
        Err(other) => Err(Problem::from(other).way_out(ADDRESS.to_owned(), t::statements::TITLE)),
    }
}

async fn shown(
    web: &Web,
    page: &Page,
    staff: &Staff,
    done: Option<Words>,
    fault: Option<(Words, String)>,
) -> Result<Response, Problem> {
    let found = web.finance.statements(staff, None, LINES).await?;
    let status = if fault.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let (fault, said) = fault.unzip();
    let template = StatementsPage {
        page,
        done,
        takes: staff.covers(None),
        most: format!("{} MiB", web.ctx.world.files.limits().bytes_max / MIB),
        fault,
        said: said.unwrap_or_default(),
        rows: found.iter().map(|one| row(page, one)).collect(),
    };
    Ok(page.render(status, &template))
}

fn row(page: &Page, one: &Statement) -> Row {
    let days = one.days.map(|(first, last)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first} – {last}")
        }
    });
    let tally = |tally: crate::domain::statement::Tally| {
        format!("{} · {}", tally.count, page.money(tally.sum))
    };
    Row {
        kind: t::statements::kind(one.kind),
        days: days.unwrap_or_default(),
        settled: tally(one.settled),
        returned: tally(one.returned),
        bad: one.bad_count,
        totals_wrong: !one.wrong_totals.is_empty(),
        imported_by: one.imported_by.clone(),
        imported_at: page.moment(one.imported_at),
    }
}
