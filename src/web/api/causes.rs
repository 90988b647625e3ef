//! `GET /api/v1/desk/causes`: why the machine referred, in numbers.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::views::Instant;
use crate::domain::causes::{Analysis, READ_MAX};
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::causes::query::Asked;
use crate::web::causes::{Names, tables};
use crate::web::extract::Query;
use crate::web::problem::Problem;
use crate::web::table::Table;

/// Why things were referred in a month.
#[derive(Debug, Serialize, ToSchema)]
pub struct CausesCard {
    /// The month, by China's civil calendar.
    #[schema(example = "2026-11")]
    pub month: String,
    /// One policy alone; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// One district alone; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// When the numbers were made; they are kept for a minute.
    pub made_at: Instant,
    /// Referrals, and ended cases, of a month that are read at most.
    #[schema(example = 20000)]
    pub read_max: u32,
    /// Whether there were more.
    pub is_cut: bool,
    /// How many were referred.
    pub referrals: usize,
    /// `reasons`, `removals`, `trend`, `stages`, `deadlines`, `sources`, `policies`, `districts`, `employers` and `grades`.
    pub tables: Vec<TableCard>,
}

/// A table.
#[derive(Debug, Serialize, ToSchema)]
pub struct TableCard {
    /// Its name.
    #[schema(example = "reasons")]
    pub id: String,
    /// Its title.
    pub title: BothCard,
    /// Columns, in order.
    pub columns: Vec<ColumnCard>,
    /// Rows: a member for each column. Counts and days are numbers, shares texts with four decimals, hours texts with one; `null` is what
    /// cannot be said.
    #[schema(value_type = Vec<Object>)]
    pub rows: Vec<Map<String, Value>>,
}

/// A column.
#[derive(Debug, Serialize, ToSchema)]
pub struct ColumnCard {
    /// Its name in the rows.
    #[schema(example = "referrals")]
    pub key: String,
    /// Its head.
    pub words: BothCard,
}

/// Words in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub struct BothCard {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<&crate::web::words::Words> for BothCard {
    fn from(words: &crate::web::words::Words) -> Self {
        Self {
            zh: words.zh.to_string(),
            en: words.en.to_string(),
        }
    }
}

impl CausesCard {
    /// Of an analysis.
    #[must_use]
    pub fn of(analysis: &Analysis, names: &Names<'_>) -> Self {
        let scope = &analysis.scope;
        Self {
            month: scope.month.to_string(),
            policy: scope.policy.clone(),
            district: scope.district.map(|district| district.to_string()),
            made_at: analysis.made_at.into(),
            read_max: READ_MAX,
            is_cut: analysis.is_cut,
            referrals: analysis.tally.referrals,
            tables: tables(analysis, names).iter().map(Into::into).collect(),
        }
    }
}

impl From<&Table> for TableCard {
    fn from(table: &Table) -> Self {
        let row = |cells: &Vec<crate::web::table::Cell>| {
            let cells = table.head.iter().zip(cells);
            cells
                .map(|(column, cell)| (column.key.to_owned(), cell.json()))
                .collect()
        };
        Self {
            id: table.id.to_owned(),
            title: (&table.title).into(),
            columns: table
                .head
                .iter()
                .map(|column| ColumnCard {
                    key: column.key.to_owned(),
                    words: (&column.words).into(),
                })
                .collect(),
            rows: table.rows.iter().map(row).collect(),
        }
    }
}

/// Reasons of a month's referrals with what a change of one would remove, their trend, times in each state, sources, and ratings.
///
/// A district's staff see their own district.
#[utoipa::path(get, path = "/api/v1/desk/causes", operation_id = "desk_causes", tag = "desk",
    params(
        ("month" = Option<String>, Query, description = "The month; this one when left out", example = "2026-11"),
        ("policy" = Option<String>, Query, description = "One policy alone", example = "foshan-phd-settling-in"),
        ("district" = Option<String>, Query, description = "One district alone", example = "440604")
    ),
    responses((status = 200, description = "The numbers", body = CausesCard)))]
pub(super) async fn causes(
    State(web): State<Web>,
    Desk(staff): Desk,
    Query(asked): Query<Asked>,
) -> Result<Json<CausesCard>, Problem> {
    let scope = asked.scope(web.ctx.now().china_date());
    let analysis = web.causes.analysis(&staff, scope).await?;
    Ok(Json(CausesCard::of(&analysis, &Names(&web.ctx.policies))))
}
