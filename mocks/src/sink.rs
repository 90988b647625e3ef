//! The message sink: takes what would be sent to phones, and lets tests look at it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connection::Cut;
use crate::faults::Channel;
use crate::http::{About, Incoming, Problem, Reply, signed};
use crate::schemas::hold;
use crate::shared::Shared;

/// The newest messages are kept, and no more than these.
const MESSAGES_MAX: usize = 10_000;

/// The messages received.
#[derive(Default)]
pub(crate) struct Sink(Mutex<VecDeque<Value>>);

impl Sink {
    /// Keeps a message; the same id twice is kept once.
    fn keep(&self, message: Value) {
        let mut messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A repeat follows its first soon; looking at the newest few keeps this short.
        if messages
            .iter()
            .rev()
            .take(256)
            .any(|one| one["message_id"] == message["message_id"])
        {
            return;
        }
        if messages.len() >= MESSAGES_MAX {
            messages.pop_front();
        }
        messages.push_back(message);
    }

    fn newest(&self, count: usize) -> Vec<Value> {
        let messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().rev().take(count).cloned().collect()
    }
}

/// The routes of the sink.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/sink/messages", post(receive).get(list))
}

async fn receive(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    signed(
        shared,
        Channel::Sink,
        cut,
        request,
        about,
        |shared, incoming, _| take(shared, incoming),
    )
    .await
}

fn about(_: &Shared, incoming: &Incoming) -> About {
    About {
        key: incoming.nonce.clone(),
        personal: Vec::new(),
    }
}

fn take(shared: &Shared, incoming: &Incoming) -> Result<Reply, Problem> {
    let message = incoming.json()?;
    hold(&shared.schemas.message, &message)?;
    let reply = json!({"message_id": message["message_id"], "status": "queued"});
    shared.sink.keep(message);
    Ok(Reply {
        status: StatusCode::ACCEPTED,
        body: reply,
    })
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    limit: Option<usize>,
}

/// Not signed: it is there for people and tests who look.
async fn list(State(shared): State<Arc<Shared>>, Query(page): Query<Page>) -> Json<Value> {
    let messages = shared
        .sink
        .newest(page.limit.unwrap_or(100).min(MESSAGES_MAX));
    Json(json!({"messages": messages}))
}
