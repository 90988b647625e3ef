//! `GET /problems` and `GET /problems/{slug}`: what the `type` of a problem leads to.

use axum::Json;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::web::extract::Id;
use crate::web::problem::{Kind, Problem};

/// One kind of problem, described.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemKind {
    /// The `type` of such problems.
    #[schema(example = "/problems/stale")]
    r#type: &'static str,
    /// Their status.
    #[schema(example = 409)]
    status: u16,
    /// What it is called, in Chinese.
    title: String,
    /// What it means and what to do, in Chinese.
    detail: String,
    /// What it is called, in English.
    title_en: String,
    /// What it means and what to do, in English.
    detail_en: String,
}

impl ProblemKind {
    fn of(kind: Kind) -> Self {
        let (title, about) = (kind.title(), kind.about());
        Self {
            r#type: kind.uri(),
            status: kind.status().as_u16(),
            title: title.zh.into_owned(),
            detail: about.zh.into_owned(),
            title_en: title.en.into_owned(),
            detail_en: about.en.into_owned(),
        }
    }
}

const CACHED: [(axum::http::HeaderName, &str); 1] = [(CACHE_CONTROL, "public, max-age=3600")];

/// Every kind of problem.
#[utoipa::path(get, path = "/problems", operation_id = "problems", tag = "operations",
    responses((status = 200, description = "Every kind of problem", body = [ProblemKind])))]
pub(super) async fn problems() -> impl IntoResponse {
    let kinds: Vec<ProblemKind> = Kind::ALL.iter().copied().map(ProblemKind::of).collect();
    (CACHED, Json(kinds))
}

impl std::str::FromStr for Kind {
    type Err = ();

    fn from_str(slug: &str) -> Result<Self, ()> {
        Self::parse(slug).ok_or(())
    }
}

/// One kind of problem: what its `type` leads to.
#[utoipa::path(get, path = "/problems/{slug}", operation_id = "problem", tag = "operations",
    params(("slug" = String, Path, description = "Last part of the `type`", example = "stale")),
    responses((status = 200, description = "The kind", body = ProblemKind)))]
pub(super) async fn problem(Id(kind): Id<Kind>) -> Result<impl IntoResponse, Problem> {
    Ok((CACHED, Json(ProblemKind::of(kind))))
}
