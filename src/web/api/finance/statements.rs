//! `/api/v1/finance/statements`: statements of treasury and bank come in, and are looked at.

use std::fs::File;
use std::io::{Seek as _, Write as _};

use axum::Json;
use axum::body::Body as Stream;
use axum::extract::State;
use axum::http::StatusCode;
use futures_util::StreamExt as _;
use serde::Serialize;
use utoipa::ToSchema;

use super::differences::DifferenceView;
use crate::domain::id::StatementId;
use crate::domain::statement::{Statement, Tally};
use crate::error::StageError;
use crate::finance::statements::{AT_THE_DOOR, Imported};
use crate::web::Web;
use crate::web::api::views::{Amount, Day, Hash, IdText, Instant, Page};
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Id, Query, Read, id, integer};
use crate::web::problem::{Kind, Problem};
use crate::web::words::Words;

/// Items on a page when none are asked for.
const LIMIT: u32 = 50;

/// Count and sum.
#[derive(Debug, Serialize, ToSchema)]
pub struct TallyView {
    /// How many.
    #[schema(example = 1)]
    pub count: u64,
    /// Their sum.
    pub sum: Amount,
}

impl From<Tally> for TallyView {
    fn from(tally: Tally) -> Self {
        Self {
            count: tally.count,
            sum: tally.sum.into(),
        }
    }
}

/// A line that could not be read.
#[derive(Debug, Serialize, ToSchema)]
pub struct BadLineView {
    /// Its line, row or entry, from 1.
    #[schema(example = 3)]
    place: u64,
    /// What is wrong.
    #[schema(example = "the currency is not CNY")]
    why: String,
}

/// A total that the lines do not make.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrongTotalView {
    /// Under which name it stands.
    #[schema(example = "paid_total")]
    name: String,
    /// What it says.
    #[schema(example = "100000.00")]
    declared: String,
    /// What the lines make.
    #[schema(example = "99999.99")]
    found: String,
}

/// A statement.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementView {
    /// Its id.
    id: IdText,
    /// Of the file's bytes.
    sha256: Hash,
    /// `treasury`, `pain.002`, `camt.053`, `camt.054`, `csv` or `xlsx`.
    #[schema(example = "camt.053")]
    kind: &'static str,
    /// Who tells: `treasury` or `bank`.
    #[schema(example = "bank")]
    side: &'static str,
    /// The first day it tells of.
    first_day: Option<Day>,
    /// The last.
    last_day: Option<Day>,
    /// What arrived.
    settled: TallyView,
    /// What came back.
    returned: TallyView,
    /// What was refused.
    rejected: TallyView,
    /// Lines that could not be read.
    #[schema(example = 0)]
    bad_count: u64,
    /// The first of them.
    bad: Vec<BadLineView>,
    /// Totals that its lines do not make.
    wrong_totals: Vec<WrongTotalView>,
    /// Who imported it.
    #[schema(example = "finance-1")]
    imported_by: String,
    /// When.
    imported_at: Instant,
}

impl From<&Statement> for StatementView {
    fn from(one: &Statement) -> Self {
        let bad = one.bad.iter().map(|line| BadLineView {
            place: line.place,
            why: line.why.clone(),
        });
        let wrong_totals = one.wrong_totals.iter().map(|total| WrongTotalView {
            name: total.name.clone(),
            declared: total.declared.clone(),
            found: total.found.clone(),
        });
        Self {
            id: IdText::of(&one.id),
            sha256: (&one.sha256).into(),
            kind: one.kind.as_str(),
            side: one.kind.side().as_str(),
            first_day: one.days.map(|(first, _)| first.into()),
            last_day: one.days.map(|(_, last)| last.into()),
            settled: one.settled.into(),
            returned: one.returned.into(),
            rejected: one.rejected.into(),
            bad_count: one.bad_count,
            bad: bad.collect(),
            wrong_totals: wrong_totals.collect(),
            imported_by: one.imported_by.clone(),
            imported_at: one.imported_at.into(),
        }
    }
}

/// What came of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedView {
    /// The statement.
    statement: StatementView,
    /// The same file was imported before, and nothing was changed by its lines.
    imported_before: bool,
    /// Lines that no other statement had told.
    #[schema(example = 2)]
    new_lines: u64,
    /// Payments on which everybody agrees that they arrived.
    #[schema(example = 1)]
    matched: u64,
    /// Payments on which everybody agrees that they came back.
    #[schema(example = 1)]
    returned: u64,
    /// Payments on their way.
    #[schema(example = 0)]
    open: u64,
    /// Payments on which somebody differs.
    #[schema(example = 0)]
    differ: u64,
    /// Differences that were opened.
    #[schema(example = 0)]
    opened: u64,
    /// Differences that exist no more.
    #[schema(example = 0)]
    explained: u64,
}

impl From<&Imported> for ImportedView {
    fn from(one: &Imported) -> Self {
        Self {
            statement: (&one.statement).into(),
            imported_before: one.before,
            new_lines: one.new_lines,
            matched: one.counted.matched,
            returned: one.counted.returned,
            open: one.counted.open,
            differ: one.counted.differ,
            opened: one.opened,
            explained: one.explained,
        }
    }
}

/// Takes a statement in: the file itself is the body, and its kind is told by its content. It moves no money; what differs from our books
/// becomes a difference that somebody sees to. The same file twice changes nothing.
#[utoipa::path(post, path = "/api/v1/finance/statements", operation_id = "finance_import_statement", tag = "finance",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "Imported before", body = ImportedView),
        (status = 201, description = "Imported", body = ImportedView),
        (status = 413, description = "The file is too large; `bytes_max` says what is taken", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json"),
        (status = 422, description = "No statement, or one that breaks off; nothing of it is kept", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn import(
    State(web): State<Web>,
    Desk(staff): Desk,
    body: Stream,
) -> Result<(StatusCode, Json<ImportedView>), Problem> {
    let file = kept(body).await?;
    let imported = web
        .finance
        .import_statement(&staff, file, AT_THE_DOOR)
        .await?;
    let status = if imported.before {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok((status, Json((&imported).into())))
}

/// The body in a file without a name, so that memory holds a piece of it at a time.
async fn kept(body: Stream) -> Result<File, Problem> {
    let away = |_| {
        Problem::from(StageError::FilesAway {
            why: "no room for a statement",
        })
    };
    let mut file = tempfile::tempfile().map_err(away)?;
    let mut stream = body.into_data_stream();
    let mut bytes = 0_u64;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Kind::InvalidBody))?;
        bytes += chunk.len() as u64;
        if bytes > AT_THE_DOOR.bytes_max {
            return Err(too_large());
        }
        file.write_all(&chunk).map_err(away)?;
    }
    file.rewind().map_err(away)?;
    Ok(file)
}

fn too_large() -> Problem {
    let detail = Words::of(
        "对账单文件过大，请用命令行导入。",
        "The statement is too large; import it on the command line.",
    );
    Problem::because(Kind::BodyTooLarge, detail).member("bytes_max", AT_THE_DOOR.bytes_max)
}

/// Which page.
#[derive(Debug)]
pub struct Filter {
    before: Option<StatementId>,
    limit: u32,
}

impl Read for Filter {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let before = fields.optional("after", id::<StatementId>);
        let limit = fields.optional("limit", integer(1, 200));
        let limit = limit?.and_then(|limit| u32::try_from(limit).ok());
        Some(Self {
            before: before?,
            limit: limit.unwrap_or(LIMIT),
        })
    }
}

/// Statements, newest first.
#[utoipa::path(get, path = "/api/v1/finance/statements", operation_id = "finance_statements", tag = "finance",
    params(
        ("after" = Option<String>, Query, description = "The page behind this id", example = "019a0000-0000-7000-8000-000000000007"),
        ("limit" = Option<u32>, Query, description = "Items on a page, 1 to 200; 50 by itself", example = 50)
    ),
    responses((status = 200, description = "One page", body = Page<StatementView>)))]
pub(super) async fn statements(
    State(web): State<Web>,
    Desk(staff): Desk,
    Query(Filter { before, limit }): Query<Filter>,
) -> Result<Json<Page<StatementView>>, Problem> {
    let found = web.finance.statements(&staff, before, limit).await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |one| IdText::of(&one.id),
        |one| one.into(),
    )))
}

/// A statement with what was found by it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementBody {
    /// The statement.
    statement: StatementView,
    /// The first 200 differences that were found with it.
    differences: Vec<DifferenceView>,
}

/// One statement with the differences that were found with it.
#[utoipa::path(get, path = "/api/v1/finance/statements/{id}", operation_id = "finance_statement", tag = "finance",
    params(("id" = String, Path, description = "The statement's id", example = "019a0000-0000-7000-8000-000000000007")),
    responses((status = 200, description = "The statement", body = StatementBody)))]
pub(super) async fn statement(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<StatementId>,
) -> Result<Json<StatementBody>, Problem> {
    let statement = web.finance.statement(&staff, id).await?;
    let found = web.finance.differences_found_by(&staff, id).await?;
    Ok(Json(StatementBody {
        statement: (&statement).into(),
        differences: found.iter().map(Into::into).collect(),
    }))
}
