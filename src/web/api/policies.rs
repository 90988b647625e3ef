//! `GET /api/v1/policies`: what can be applied for today.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::views::{Amount, Day};
use crate::domain::time::Date;
use crate::policy::PolicyBook;
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
    #[schema(example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    pub hash: String,
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
    pub sources: Vec<String>,
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

/// The policies in force on a day.
#[must_use]
pub fn cards(_book: &PolicyBook, _on: Date) -> Vec<PolicyCard> {
    Vec::new()
}

/// Policies in force today, with their conditions and amounts.
#[utoipa::path(get, path = "/api/v1/policies", operation_id = "policies", tag = "policies",
    responses((status = 200, description = "Policies in force today", body = [PolicyCard])))]
pub async fn policies(State(web): State<Web>) -> impl IntoResponse {
    let cards = cards(&web.ctx.policies, web.ctx.world.clock.today());
    ([(CACHE_CONTROL, "public, max-age=60")], Json(cards))
}
