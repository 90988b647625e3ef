//! `GET /api/v1/finance/batches`: what can be prepared, and what was.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::BatchBody;
use crate::domain::id::BatchId;
use crate::store::Preparable;
use crate::web::Web;
use crate::web::api::views::{Amount, Day, IdText, Page};
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, id, integer};
use crate::web::problem::Problem;

/// Batches on a page when none are asked for.
const LIMIT: u32 = 50;

/// Which page.
#[derive(Debug)]
pub struct Which {
    after: Option<BatchId>,
    limit: u32,
}

impl Read for Which {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let after = fields.optional("after", id::<BatchId>);
        let limit = fields.optional("limit", integer(1, 200));
        let limit = limit?
            .and_then(|limit| u32::try_from(limit).ok())
            .unwrap_or(LIMIT);
        Some(Self {
            after: after?,
            limit,
        })
    }
}

/// What of a day is in no batch that lives.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreparableView {
    /// The day in China on which it was instructed.
    day: Day,
    /// The policy.
    #[schema(example = "foshan-phd-settling-in")]
    policy: String,
    /// The district.
    #[schema(example = "440604")]
    district: String,
    /// How many instructions.
    #[schema(example = 12)]
    count: u64,
    /// Their sum.
    sum: Amount,
}

impl From<&Preparable> for PreparableView {
    fn from(one: &Preparable) -> Self {
        Self {
            day: one.day.into(),
            policy: one.policy.clone(),
            district: one.district.to_string(),
            count: one.count,
            sum: one.sum.into(),
        }
    }
}

/// What can be prepared, and a page of batches.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchList {
    /// Of the last seven days, newest first; on every page.
    preparable: Vec<PreparableView>,
    /// Batches, newest first.
    #[serde(flatten)]
    page: Page<BatchBody>,
}

/// What of the last days can be prepared, and batches page by page, newest first.
#[utoipa::path(get, path = "/api/v1/finance/batches", operation_id = "finance_batches", tag = "finance",
    params(
        ("after" = Option<String>, Query, description = "The page behind this id", example = "019a0000-0000-7000-8000-000000000007"),
        ("limit" = Option<u32>, Query, description = "Batches on a page, 1 to 200; 50 by itself", example = 50)
    ),
    responses((status = 200, description = "One page", body = BatchList)))]
pub(in super::super) async fn batches(
    State(web): State<Web>,
    Desk(staff): Desk,
    Query(which): Query<Which>,
) -> Result<Json<BatchList>, Problem> {
    let preparable = web.finance.preparable(&staff).await?;
    let found = web
        .finance
        .batches(&staff, which.after, which.limit)
        .await?;
    Ok(Json(BatchList {
        preparable: preparable.iter().map(Into::into).collect(),
        page: Page::of(
            &found,
            which.limit,
            |batch| IdText::of(&batch.id),
            |batch| batch.into(),
        ),
    }))
}
