//! `/api/v1/finance/differences`: what statements and our books do not agree on, and who sees to it.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::FinanceCaseId;
use crate::domain::statement::{
    DifferenceKind, FinanceCase, FinanceCaseState, GROUNDS_CHARS_MAX, What,
};
use crate::domain::time::parse_date;
use crate::finance::differences::SideBySide;
use crate::store::differences::DifferenceFilter;
use crate::store::statements::KeptLine;
use crate::web::Web;
use crate::web::api::views::{Amount, Day, IdText, Instant, Page};
use crate::web::auth::Desk;
use crate::web::extract::{
    Body, Fields, Id, Query, Read, TextRule, chosen, id, integer, parsed, text,
};
use crate::web::problem::Problem;

/// Items on a page when none are asked for.
const LIMIT: u32 = 50;

/// A difference.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceView {
    /// Its id.
    id: IdText,
    /// `missing`, `extra`, `amount`, `account`, `duplicate`, `status`, `totals` or `unreadable`.
    #[schema(example = "amount")]
    kind: &'static str,
    /// On which side: `treasury` or `bank`.
    #[schema(example = "bank")]
    side: &'static str,
    /// The instruction, or what the statement has in its place; a statement's id where it is meant as a whole.
    #[schema(example = "01M249TE00EW3RE1R70W3GE1R7-1-1")]
    reference: String,
    /// `settled`, `returned` or `rejected`; null where a statement is meant as a whole.
    #[schema(example = "settled")]
    what: Option<&'static str>,
    /// The day in question.
    day: Day,
    /// By our books; null when we know of nothing.
    ours: Option<Amount>,
    /// By the statement; null when it tells of nothing.
    theirs: Option<Amount>,
    /// The statement it was found with.
    found_by: IdText,
    /// Who sees to it.
    #[schema(example = "finance-1")]
    owner: Option<String>,
    /// The last working day for it.
    due_on: Day,
    /// `open`, `closed` or `explained`.
    #[schema(example = "open")]
    state: &'static str,
    /// When it was found.
    opened_at: Instant,
    /// Name it when taking or closing it.
    #[schema(example = 1)]
    version: i64,
    /// When it was closed or explained.
    closed_at: Option<Instant>,
    /// Who closed it.
    #[schema(example = "finance-1")]
    closed_by: Option<String>,
    /// With which grounds.
    #[schema(example = "已与开户行核对，系对方重复记账，次日冲正。")]
    grounds: Option<String>,
    /// The statement that explained it; null where our own news did.
    explained_by: Option<IdText>,
}

impl From<&FinanceCase> for DifferenceView {
    fn from(case: &FinanceCase) -> Self {
        let one = &case.difference;
        Self {
            id: IdText::of(&case.id),
            kind: one.key.kind.as_str(),
            side: one.key.side.as_str(),
            reference: one.key.reference.clone(),
            what: one.key.what.map(What::as_str),
            day: one.day.into(),
            ours: one.ours.map(Into::into),
            theirs: one.theirs.map(Into::into),
            found_by: IdText::of(&case.found_by),
            owner: case.owner.clone(),
            due_on: case.due_on.into(),
            state: case.state.as_str(),
            opened_at: case.opened_at.into(),
            version: case.version,
            closed_at: case.closed_at.map(Into::into),
            closed_by: case.closed_by.clone(),
            grounds: case
                .grounds
                .as_ref()
                .map(|grounds| grounds.reveal().clone()),
            explained_by: case.explained_by.map(|id| IdText::of(&id)),
        }
    }
}

/// What one side says of a payment. Accounts are masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToldView {
    /// `settled`, `returned` or `rejected`.
    #[schema(example = "settled")]
    what: &'static str,
    /// How much.
    amount: Amount,
    /// The account's last digits.
    #[schema(example = "****0000")]
    account: Option<String>,
    /// On which day.
    day: Day,
    /// Its own number.
    #[schema(example = "YH000000000002")]
    serial: Option<String>,
    /// Code of a return.
    #[schema(example = "R01")]
    reason: Option<String>,
    /// The statement that told it first.
    statement: IdText,
}

impl From<&KeptLine> for ToldView {
    fn from(line: &KeptLine) -> Self {
        Self {
            what: line.what.as_str(),
            amount: line.amount.into(),
            account: line.masked.clone(),
            day: line.day.into(),
            serial: line.serial.clone(),
            reason: line.reason.clone(),
            statement: IdText::of(&line.statement),
        }
    }
}

/// What we say of a payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct OursView {
    /// Where its instruction stands.
    #[schema(example = "settled")]
    state: &'static str,
    /// How much.
    amount: Amount,
    /// The account's last digits.
    #[schema(example = "****0000")]
    account: String,
    /// The day on which we heard that it arrived.
    settled_on: Option<Day>,
    /// The day on which we heard that it came back.
    returned_on: Option<Day>,
}

/// A difference with all three sides.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceBody {
    /// The difference.
    difference: DifferenceView,
    /// Ours; null when the payment is none of ours.
    ours: Option<OursView>,
    /// What the treasury tells.
    treasury: Vec<ToldView>,
    /// What the bank tells.
    bank: Vec<ToldView>,
}

impl From<&SideBySide> for DifferenceBody {
    fn from(one: &SideBySide) -> Self {
        let ours = one.ours.as_ref().map(|own| OursView {
            state: own.state.as_str(),
            amount: own.amount.into(),
            account: own.masked.clone(),
            settled_on: own.settled.map(Into::into),
            returned_on: own.returned.map(Into::into),
        });
        Self {
            difference: (&one.case).into(),
            ours,
            treasury: one.treasury.iter().map(Into::into).collect(),
            bank: one.bank.iter().map(Into::into).collect(),
        }
    }
}

/// Which of them, and which page.
#[derive(Debug)]
pub struct Filter(DifferenceFilter);

impl Read for Filter {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let states = ("请填写状态，例如 open", "write a state, such as open");
        let state = fields.optional("state", chosen(FinanceCaseState::parse, states));
        let kinds = (
            "请填写差异类型，例如 amount",
            "write a kind, such as amount",
        );
        let kind = fields.optional("kind", chosen(DifferenceKind::parse, kinds));
        let days = ("请按 2026-11-20 填写日期", "write a date as 2026-11-20");
        let day = fields.optional("day", chosen(|text| parse_date(text).ok(), days));
        let codes = (
            "请填写六位行政区划代码",
            "write a district's six-digit code",
        );
        let district = fields.optional("district", parsed(codes));
        let owner = fields.optional("owner", text(TextRule::line(200)));
        let after = fields.optional("after", id::<FinanceCaseId>);
        let limit = fields.optional("limit", integer(1, 200));
        let limit = limit?.and_then(|limit| u32::try_from(limit).ok());
        Some(Self(DifferenceFilter {
            state: state?,
            kind: kind?,
            day: day?,
            owner: owner?,
            district: district?,
            after: after?,
            limit: limit.unwrap_or(LIMIT),
        }))
    }
}

/// Differences, page by page, in the order in which they were found.
#[utoipa::path(get, path = "/api/v1/finance/differences", operation_id = "finance_differences", tag = "finance",
    params(
        ("state" = Option<String>, Query, description = "Only in this state", example = "open"),
        ("kind" = Option<String>, Query, description = "Only of this kind", example = "amount"),
        ("day" = Option<String>, Query, description = "Only of this day", example = "2026-11-20"),
        ("district" = Option<String>, Query, description = "Only of this district's payments", example = "440604"),
        ("owner" = Option<String>, Query, description = "Only those this person sees to", example = "finance-1"),
        ("after" = Option<String>, Query, description = "The page behind this id", example = "019a0000-0000-7000-8000-000000000008"),
        ("limit" = Option<u32>, Query, description = "Items on a page, 1 to 200; 50 by itself", example = 50)
    ),
    responses((status = 200, description = "One page", body = Page<DifferenceView>)))]
pub(super) async fn differences(
    State(web): State<Web>,
    Desk(staff): Desk,
    Query(Filter(filter)): Query<Filter>,
) -> Result<Json<Page<DifferenceView>>, Problem> {
    let limit = filter.limit;
    let found = web.finance.differences(&staff, filter).await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |one| IdText::of(&one.id),
        |one| one.into(),
    )))
}

/// One difference with what we, the treasury and the bank say.
#[utoipa::path(get, path = "/api/v1/finance/differences/{id}", operation_id = "finance_difference", tag = "finance",
    params(("id" = String, Path, description = "The difference's id", example = "019a0000-0000-7000-8000-000000000008")),
    responses((status = 200, description = "The difference", body = DifferenceBody)))]
pub(super) async fn difference(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<FinanceCaseId>,
) -> Result<Json<DifferenceBody>, Problem> {
    let found = web.finance.difference(&staff, id).await?;
    Ok(Json((&found).into()))
}

/// The difference as it was seen.
#[derive(Debug, ToSchema)]
pub struct TakeDifferenceRequest {
    /// Its version.
    #[schema(example = 1, minimum = 1)]
    seen_version: i64,
}

impl Read for TakeDifferenceRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let seen_version = fields.required("seen_version", integer(1, i64::MAX));
        Some(Self {
            seen_version: seen_version?,
        })
    }
}

/// Sees to a difference from now on.
#[utoipa::path(post, path = "/api/v1/finance/differences/{id}/take", operation_id = "finance_take_difference", tag = "finance",
    params(("id" = String, Path, description = "The difference's id", example = "019a0000-0000-7000-8000-000000000008")),
    request_body = TakeDifferenceRequest,
    responses(
        (status = 200, description = "Theirs", body = DifferenceView),
        (status = 409, description = "It has changed since it was seen, or is not open", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn take(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<FinanceCaseId>,
    Body(asked): Body<TakeDifferenceRequest>,
) -> Result<Json<DifferenceView>, Problem> {
    let case = web
        .finance
        .take_difference(&staff, id, asked.seen_version)
        .await?;
    Ok(Json((&case).into()))
}

/// Why a difference is closed.
#[derive(Debug, ToSchema)]
pub struct CloseDifferenceRequest {
    /// Its version as it was seen.
    #[schema(example = 1, minimum = 1)]
    seen_version: i64,
    /// The grounds.
    #[schema(
        example = "已与开户行核对，系对方重复记账，次日冲正。",
        max_length = 2000
    )]
    grounds: String,
}

impl Read for CloseDifferenceRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let seen_version = fields.required("seen_version", integer(1, i64::MAX));
        let grounds = fields.required("grounds", text(TextRule::lines(GROUNDS_CHARS_MAX)));
        Some(Self {
            seen_version: seen_version?,
            grounds: grounds?,
        })
    }
}

/// Closes a difference, with grounds.
#[utoipa::path(post, path = "/api/v1/finance/differences/{id}/close", operation_id = "finance_close_difference", tag = "finance",
    params(("id" = String, Path, description = "The difference's id", example = "019a0000-0000-7000-8000-000000000008")),
    request_body = CloseDifferenceRequest,
    responses(
        (status = 200, description = "Closed", body = DifferenceView),
        (status = 409, description = "It has changed since it was seen, or is not open", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn close(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<FinanceCaseId>,
    Body(asked): Body<CloseDifferenceRequest>,
) -> Result<Json<DifferenceView>, Problem> {
    let closing = web
        .finance
        .close_difference(&staff, id, asked.seen_version, &asked.grounds);
    Ok(Json((&closing.await?).into()))
}
