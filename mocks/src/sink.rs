//! The message sink: takes what would be sent to phones, and lets tests look at it.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::connection::Cut;
use crate::faults::Channel;
use crate::http::{About, Incoming, Problem, Reply, signed};
use crate::schemas::hold;
use crate::shared::Shared;

/// The newest messages are kept, and no more than these.
pub(crate) const MESSAGES_MAX: usize = 10_000;

/// The messages received.
#[derive(Default)]
pub(crate) struct Sink(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    messages: VecDeque<Value>,
    /// Every id that was ever taken: a repeat may come long after its first.
    ids: HashSet<String>,
    repeated: u64,
}

/// What the sink has counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MessageCounts {
    /// Messages taken, each id once.
    pub taken: u64,
    /// Messages that came again and were dropped.
    pub repeated: u64,
}

impl Sink {
    /// Keeps a message; the same id twice is kept once.
    fn keep(&self, message: Value) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = message["message_id"].as_str().unwrap_or_default();
        if !kept.ids.insert(id.to_owned()) {
            kept.repeated += 1;
            return;
        }
        if kept.messages.len() >= MESSAGES_MAX {
            kept.messages.pop_front();
        }
        kept.messages.push_back(message);
    }

    /// The newest first.
    pub(crate) fn newest(&self, count: usize) -> Vec<Value> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.messages.iter().rev().take(count).cloned().collect()
    }

    pub(crate) fn counts(&self) -> MessageCounts {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        MessageCounts {
            taken: u64::try_from(kept.ids.len()).unwrap_or(u64::MAX),
            repeated: kept.repeated,
        }
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
    Json(json!({"messages": messages, "counts": shared.sink.counts()}))
}
