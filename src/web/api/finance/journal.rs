//! `GET /api/v1/finance/journal`: every movement, page by page.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::BudgetLine;
use crate::domain::id::JournalId;
use crate::domain::ledger::JournalEntry;
use crate::web::Web;
use crate::web::api::views::{Amount, IdText, Instant, Page};
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, id, integer};
use crate::web::problem::Problem;

/// Items on a page when none are asked for.
const LIMIT: u32 = 100;

/// Which page.
#[derive(Debug)]
pub struct Which {
    after: Option<JournalId>,
    limit: u32,
}

impl Read for Which {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let after = fields.optional("after", id::<JournalId>);
        let limit = fields.optional("limit", integer(1, 500));
        let limit = limit?
            .and_then(|limit| u32::try_from(limit).ok())
            .unwrap_or(LIMIT);
        Some(Self {
            after: after?,
            limit,
        })
    }
}

/// One movement of money.
#[derive(Debug, Serialize, ToSchema)]
pub struct JournalView {
    /// Its id.
    id: IdText,
    /// When.
    at: Instant,
    /// Why: `appropriate`, `transfer_out`, `transfer_in`, `carry_out`, `carry_in`, `lapse`, `commit`, `release`, `instruct`, `settle`,
    /// `return_unsettled`, `return_settled`, `reinstruct`, `recover`, `claim`, `repay`, `unclaim`, `restore` or `release_returned`.
    #[schema(example = "settle")]
    movement: &'static str,
    /// The account it was taken from.
    #[schema(example = "instructed")]
    from: &'static str,
    /// The account it was given to.
    #[schema(example = "paid")]
    to: &'static str,
    /// The budget line.
    budget: BudgetLine,
    /// How much.
    amount: Amount,
    /// What it belongs to: an award, an instruction, the document of a budget order.
    #[schema(example = "01M249TE00EW3RE1R70W3GE1R7-1-1")]
    reference: String,
}

impl From<&JournalEntry> for JournalView {
    fn from(entry: &JournalEntry) -> Self {
        let (from, to) = entry.movement.accounts();
        Self {
            id: IdText::of(&entry.id),
            at: entry.at.into(),
            movement: entry.movement.as_str(),
            from: from.as_str(),
            to: to.as_str(),
            budget: (&entry.budget).into(),
            amount: entry.amount.into(),
            reference: entry.reference.clone(),
        }
    }
}

/// The journal, page by page, oldest first.
#[utoipa::path(get, path = "/api/v1/finance/journal", operation_id = "finance_journal", tag = "finance",
    params(
        ("after" = Option<String>, Query, description = "The page behind this id", example = "019a0000-0000-7000-8000-000000000004"),
        ("limit" = Option<u32>, Query, description = "Items on a page, 1 to 500; 100 by itself", example = 100)
    ),
    responses((status = 200, description = "One page", body = Page<JournalView>)))]
pub(super) async fn journal(
    State(web): State<Web>,
    Desk(staff): Desk,
    Query(which): Query<Which>,
) -> Result<Json<Page<JournalView>>, Problem> {
    let found = web
        .finance
        .journal(&staff, which.after, which.limit)
        .await?;
    Ok(Json(Page::of(
        &found,
        which.limit,
        |entry| IdText::of(&entry.id),
        |entry| entry.into(),
    )))
}
