//! Call-backs: signed, sent until acknowledged, and where a fault says so sent twice, late, in the wrong order or never.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::header;
use reqwest::{Client, Url};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use uuid::{Builder, Uuid};

use super::book::Event;
use super::wait;
use crate::clock::rfc3339;
use crate::shared::Shared;
use crate::wire::{ChannelKey, request_headers};

/// How many call-backs are under way at once.
const CONCURRENT_MAX: usize = 64;

/// What has become of the call-backs so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct CallbackCounts {
    /// Requests sent, repeats included.
    pub sent: u64,
    /// Call-backs answered with 2xx.
    pub acknowledged: u64,
    /// Call-backs given up after the last attempt.
    pub given_up: u64,
}

/// Where call-backs go and what became of them.
pub(crate) struct Callbacks {
    client: Client,
    url: RwLock<Option<Url>>,
    permits: Semaphore,
    nonces: AtomicU64,
    sent: AtomicU64,
    acknowledged: AtomicU64,
    given_up: AtomicU64,
}

impl Callbacks {
    pub(crate) fn new(client: Client, url: Option<Url>) -> Self {
        Self {
            client,
            url: RwLock::new(url),
            permits: Semaphore::new(CONCURRENT_MAX),
            nonces: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
        }
    }

    pub(crate) fn set_url(&self, url: Option<Url>) {
        *self.url.write().unwrap_or_else(PoisonError::into_inner) = url;
    }

    fn url(&self) -> Option<Url> {
        self.url
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn counts(&self) -> CallbackCounts {
        CallbackCounts {
            sent: self.sent.load(Ordering::Relaxed),
            acknowledged: self.acknowledged.load(Ordering::Relaxed),
            given_up: self.given_up.load(Ordering::Relaxed),
        }
    }

    /// A nonce nobody has used: a counter alone would begin anew with each start of the world, so the time goes in as well.
    fn nonce(&self, now_micros: i64) -> String {
        let count = self.nonces.fetch_add(1, Ordering::Relaxed);
        hex::encode(&Sha256::digest(format!("{now_micros}/{count}"))[..16])
    }

    /// Sends once; true when acknowledged.
    async fn send(&self, key: &ChannelKey, url: &Url, now_micros: i64, body: &[u8]) -> bool {
        let Ok(_permit) = self.permits.acquire().await else {
            return false;
        };
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let nonce = self.nonce(now_micros);
        let headers = request_headers(
            key,
            "POST",
            &path,
            now_micros.div_euclid(1_000_000),
            &nonce,
            body,
        );
        let mut request = self
            .client
            .post(url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_vec());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        self.sent.fetch_add(1, Ordering::Relaxed);
        matches!(request.send().await, Ok(reply) if reply.status().is_success())
    }
}

/// Sends an event off, in a task of its own.
pub(super) fn announce(shared: &Arc<Shared>, event: Option<Event>) {
    let Some(event) = event else {
        return;
    };
    if event.callbacks.lost || shared.treasury.callbacks.url().is_none() {
        return;
    }
    tokio::spawn(deliver(Arc::clone(shared), event));
}

async fn deliver(shared: Arc<Shared>, event: Event) {
    if event.sequence == 1
        && !wait(
            &shared,
            Duration::from_millis(event.callbacks.first_held_ms),
        )
        .await
    {
        return;
    }
    deliver_once(&shared, &event).await;
    if event.callbacks.twice {
        deliver_once(&shared, &event).await;
    }
}

/// Sends until acknowledged, with growing pauses.
async fn deliver_once(shared: &Shared, event: &Event) {
    let callbacks = &shared.treasury.callbacks;
    let timing = shared.treasury.timing;
    let Ok(body) = serde_json::to_vec(&told(event)) else {
        return;
    };
    let mut key = shared.keys.treasury.clone();
    if event.callbacks.badly_signed {
        key.secret = b"another key".to_vec();
    }
    let mut pause = timing.callback_retry;
    for _ in 0..timing.callback_attempts_max {
        // Asked anew each time: the address may have been corrected meanwhile.
        let Some(url) = callbacks.url() else {
            return;
        };
        if callbacks
            .send(&key, &url, shared.clock.wall_micros(), &body)
            .await
        {
            callbacks.acknowledged.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if !wait(shared, pause).await {
            return;
        }
        pause = (pause * 2).min(timing.callback_retry * 50);
    }
    callbacks.given_up.fetch_add(1, Ordering::Relaxed);
    tracing::warn!(instruction_id = event.instruction_id, "call-back given up");
}

fn told(event: &Event) -> Value {
    json!({
        "event_id": event_id(event),
        "instruction_id": event.instruction_id,
        "sequence": event.sequence,
        "status": event.status,
        "amount": event.amount.to_string(),
        "payee_account": event.payee_account,
        "occurred_at": rfc3339(event.at_micros),
        "bank_serial": event.bank_serial,
        "return_code": event.why.as_ref().map(|why| why.code.as_str()),
        "return_reason": event.why.as_ref().map(|why| why.reason.as_str()),
    })
}

/// The same event has the same id however often it is sent.
fn event_id(event: &Event) -> Uuid {
    let digest = Sha256::digest(format!("{}/{}", event.instruction_id, event.sequence));
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    Builder::from_random_bytes(bytes).into_uuid()
}
