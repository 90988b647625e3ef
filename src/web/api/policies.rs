//! `GET /api/v1/policies`: what can be applied for today.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::views::{Amount, Day, Hash};
use crate::domain::policy::document::{AmountRow, Criterion};
use crate::domain::policy::{Policy, PolicyBook};
use crate::domain::source::SourceId;
use crate::domain::time::Date;
use crate::web::Web;

/// A policy in force, as much of it as everybody may know.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyCard {
    /// Its id, named when an application is opened.
    #[schema(example = "foshan-phd-settling-in")]
    pub id: String,
    /// First day of the version in force.
    pub effective: Day,
    /// Hash of the version in force.
    pub hash: Hash,
    /// Title in Chinese.
    #[schema(example = "博士人才安家补贴")]
    pub title_zh: String,
    /// Title in English.
    #[schema(example = "Settling-in subsidy for doctors")]
    pub title_en: String,
    /// Legal basis.
    pub basis: String,
    /// A sample, not a rule of law: its values are made up to show the form.
    pub sample: bool,
    /// Its conditions, in order.
    pub conditions: Vec<ConditionCard>,
    /// What it grants.
    pub amounts: Vec<AmountCard>,
    /// Registers that a consent must cover.
    #[schema(example = json!(["talent_introduction", "degree"]))]
    pub sources: Vec<&'static str>,
}

/// One condition of a policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConditionCard {
    /// Its id, as in findings.
    pub id: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// Legal basis.
    pub basis: String,
}

/// One amount of a policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct AmountCard {
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// How much.
    pub amount: Amount,
    /// On top of the others.
    pub extra: bool,
}

impl From<&Policy> for PolicyCard {
    fn from(policy: &Policy) -> Self {
        let document = policy.document();
        let rows = document
            .amount
            .rows
            .iter()
            .map(|row| AmountCard::of(row, false));
        let extras = document
            .amount
            .extra
            .iter()
            .map(|row| AmountCard::of(row, true));
        Self {
            id: policy.id().to_owned(),
            effective: policy.effective().into(),
            hash: (&policy.hash()).into(),
            title_zh: document.title.zh.clone(),
            title_en: document.title.en.clone(),
            basis: document.basis.clone(),
            sample: policy.is_sample(),
            conditions: policy.criteria().iter().map(Into::into).collect(),
            amounts: rows.chain(extras).collect(),
            sources: policy.sources().iter().map(SourceId::as_str).collect(),
        }
    }
}

impl From<&Criterion> for ConditionCard {
    fn from(criterion: &Criterion) -> Self {
        Self {
            id: criterion.id.clone(),
            title_zh: criterion.title.zh.clone(),
            title_en: criterion.title.en.clone(),
            basis: criterion.basis.clone(),
        }
    }
}

impl AmountCard {
    fn of(row: &AmountRow, extra: bool) -> Self {
        Self {
            title_zh: row.title.zh.clone(),
            title_en: row.title.en.clone(),
            amount: row.amount.into(),
            extra,
        }
    }
}

/// The policies in force on a day.
#[must_use]
pub fn cards(book: &PolicyBook, on: Date) -> Vec<PolicyCard> {
    book.ids()
        .filter_map(|id| book.in_force(id, on))
        .map(|policy| (&*policy).into())
        .collect()
}

/// Policies in force today, with their conditions and amounts.
#[utoipa::path(get, path = "/api/v1/policies", operation_id = "policies", tag = "policies",
    responses((status = 200, description = "Policies in force today", body = [PolicyCard])))]
pub(super) async fn policies(State(web): State<Web>) -> impl IntoResponse {
    let cards = cards(&web.ctx.policies, web.ctx.world.clock.today());
    ([(CACHE_CONTROL, "public, max-age=60")], Json(cards))
}
