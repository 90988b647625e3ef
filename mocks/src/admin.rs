//! Switches for whoever runs the world. Not signed and not protected: the world is made up, and listens where its owner says.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::Faults;
use crate::people::{Person, PersonCard, Trait};
use crate::shared::Shared;

/// The most people one answer lists.
const PAGE_MAX: usize = 10_000;

/// The routes of the switches.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route(
            "/admin/faults",
            get(show_faults).put(set_faults).delete(clear_faults),
        )
        .route("/admin/faults/{name}", put(set_named))
        .route("/admin/people", get(people))
        .route("/admin/clock", post(advance))
        .route("/admin/callbacks", get(show_callbacks).put(set_callbacks))
}

fn faults_now(shared: &Shared) -> Json<Value> {
    Json(json!({
        "faults": shared.faults.current(),
        "struck": shared.faults.struck(),
        "names": Faults::all_names(),
    }))
}

async fn show_faults(State(shared): State<Arc<Shared>>) -> Json<Value> {
    faults_now(&shared)
}

async fn set_faults(State(shared): State<Arc<Shared>>, Json(faults): Json<Faults>) -> Json<Value> {
    shared.faults.set(faults);
    faults_now(&shared)
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.faults.clear();
    faults_now(&shared)
}

async fn set_named(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    let Some(faults) = Faults::named(&name) else {
        return (StatusCode::NOT_FOUND, "no faults of this name").into_response();
    };
    shared.faults.set(faults);
    faults_now(&shared).into_response()
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    offset: usize,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    kind: Option<Trait>,
}

/// What people would type or hold; what is expected of them stays inside. Whoever looks for a kind of people must name it.
async fn people(State(shared): State<Arc<Shared>>, Query(page): Query<Page>) -> Json<Value> {
    let limit = page.limit.unwrap_or(PAGE_MAX).min(PAGE_MAX);
    let chosen: Vec<&Person> = shared
        .people
        .iter()
        .filter(|person| page.kind.is_none_or(|kind| person.is(kind)))
        .collect();
    let cards: Vec<PersonCard> = chosen
        .iter()
        .skip(page.offset)
        .take(limit)
        .map(|person| person.card())
        .collect();
    Json(json!({"total": chosen.len(), "people": cards}))
}

#[derive(Deserialize)]
struct Advance {
    advance_seconds: u64,
}

async fn advance(State(shared): State<Arc<Shared>>, Json(by): Json<Advance>) -> Json<Value> {
    shared
        .clock
        .advance(Duration::from_secs(by.advance_seconds));
    Json(json!({"business_time": crate::clock::rfc3339(shared.clock.business_micros())}))
}

#[derive(Deserialize)]
struct CallbackAddress {
    url: Option<String>,
}

async fn show_callbacks(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!(shared.treasury.callbacks.counts()))
}

async fn set_callbacks(
    State(shared): State<Arc<Shared>>,
    Json(address): Json<CallbackAddress>,
) -> Response {
    let url = match address.url.as_deref().map(reqwest::Url::parse) {
        None => None,
        Some(Ok(url)) => Some(url),
        Some(Err(_)) => return (StatusCode::UNPROCESSABLE_ENTITY, "not a URL").into_response(),
    };
    shared.treasury.callbacks.set_url(url);
    StatusCode::NO_CONTENT.into_response()
}
