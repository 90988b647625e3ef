//! The floor: a service with the same calls and the same rows, and nothing in between. It knows beforehand what the pipeline
//! answered and wrote for everybody, and only sends and stores it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use reqwest::{Method, Url};
use sanmiao::gateways::clock::SystemClock;
use sanmiao::gateways::entropy::{SystemEntropy, token};
use sanmiao::gateways::http::{Http, Request};
use sanmiao::gateways::wire::{RequestStamp, Target, WireKey};
use sanmiao::ports::Clock as _;
use sanmiao_mocks::{ChannelKey, World};
use serde_json::Value;
use tokio::sync::mpsc;

use super::bare::Bare;
use super::rows::Kept;

/// As many as the dispatcher leases and sends at once.
const BATCH: usize = 64;
const SENDS: usize = 32;

/// One signed call, ready but for its stamp.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) url: Url,
    pub(crate) key: WireKey,
    pub(crate) body: Vec<u8>,
}

/// What is known beforehand about one person.
pub(crate) struct Script {
    pub(crate) token: String,
    pub(crate) kept: Kept,
    pub(crate) queries: Vec<Call>,
    pub(crate) orders: Vec<Call>,
    pub(crate) opened: (u16, Vec<u8>),
    pub(crate) filed: (u16, Vec<u8>),
}

/// Calls made and taken.
#[derive(Default)]
pub(crate) struct Calls {
    pub(crate) api: AtomicU64,
    pub(crate) sources: AtomicU64,
    pub(crate) treasury: AtomicU64,
    pub(crate) callbacks: AtomicU64,
}

/// The floor's service.
pub(crate) struct Floor {
    bare: Bare,
    http: Http,
    clock: SystemClock,
    scripts: Vec<Script>,
    by_token: HashMap<String, usize>,
    by_instruction: HashMap<String, usize>,
    to_send: mpsc::UnboundedSender<usize>,
    pub(crate) calls: Calls,
}

/// A call to a channel of the world.
pub(crate) fn call(world: &World, path: &str, key: &ChannelKey, body: Vec<u8>) -> Call {
    let url = format!("{}{path}", world.base_url()).parse().unwrap();
    Call {
        url,
        key: WireKey::new(key.app_id.as_str(), &key.secret),
        body,
    }
}

impl Floor {
    /// Opens the database and starts the dispatcher.
    pub(crate) async fn start(database: &Path, scripts: Vec<Script>) -> Arc<Self> {
        let (to_send, sends) = mpsc::unbounded_channel();
        let by_token = scripts
            .iter()
            .enumerate()
            .map(|(at, script)| (script.token.clone(), at))
            .collect();
        let instructions = |(at, script): (usize, &Script)| {
            script
                .kept
                .instructions
                .iter()
                .map(move |line| (line.text("id"), at))
                .collect::<Vec<_>>()
        };
        let floor = Arc::new(Self {
            bare: Bare::open(database).await,
            http: Http::new().unwrap(),
            clock: SystemClock::new(),
            by_token,
            by_instruction: scripts.iter().enumerate().flat_map(instructions).collect(),
            scripts,
            to_send,
            calls: Calls::default(),
        });
        tokio::spawn(dispatch(Arc::clone(&floor), sends));
        floor
    }

    pub(crate) fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/api/v1/applications", post(open))
            .route("/api/v1/applications/{id}/file", post(file))
            .route("/api/v1/treasury/events", post(event))
            .with_state(Arc::clone(self))
    }

    pub(crate) fn scripts(&self) -> &[Script] {
        &self.scripts
    }

    pub(crate) fn commits(&self) -> u64 {
        self.bare.commits.load(Ordering::Relaxed)
    }

    pub(crate) async fn close(&self) {
        self.bare.close().await;
    }

    /// Signs and sends; what comes back is read and dropped.
    async fn send(&self, call: &Call, counted: &AtomicU64) {
        counted.fetch_add(1, Ordering::Relaxed);
        let target = Target {
            method: "POST",
            path_and_query: call.url.path(),
        };
        let now_s = self.clock.now().as_seconds();
        let stamp = RequestStamp::sign(&call.key, target, &call.body, now_s, token(&SystemEntropy))
            .unwrap();
        let headers = stamp.headers();
        let request = Request {
            method: Method::POST,
            url: call.url.clone(),
            headers: &headers,
            body: Some(call.body.clone()),
            timeout: Duration::from_mins(1),
        };
        let reply = self.http.send(request).await.unwrap();
        assert!(reply.status < 500, "the world answered {}", reply.status);
    }

    fn script(&self, headers: &HeaderMap) -> (usize, &Script) {
        let token = headers["authorization"]
            .to_str()
            .unwrap()
            .trim_start_matches("Bearer ");
        let at = self.by_token[token];
        (at, &self.scripts[at])
    }
}

type Api = State<Arc<Floor>>;

fn said((status, body): &(u16, Vec<u8>)) -> impl IntoResponse + use<> {
    (
        StatusCode::from_u16(*status).unwrap(),
        [("content-type", "application/json")],
        body.clone(),
    )
}

async fn open(State(floor): Api, headers: HeaderMap, _: Bytes) -> impl IntoResponse {
    floor.calls.api.fetch_add(1, Ordering::Relaxed);
    let (_, script) = floor.script(&headers);
    floor.bare.enrol(&script.kept).await;
    floor.bare.begin_draft(&script.kept).await;
    join_all(
        script
            .queries
            .iter()
            .map(|query| floor.send(query, &floor.calls.sources)),
    )
    .await;
    floor.bare.collect(&script.kept).await;
    floor.bare.fill(&script.kept).await;
    said(&script.opened)
}

async fn file(State(floor): Api, headers: HeaderMap, _: Bytes) -> impl IntoResponse {
    floor.calls.api.fetch_add(1, Ordering::Relaxed);
    let (at, script) = floor.script(&headers);
    floor.bare.file(&script.kept).await;
    floor.bare.decide(&script.kept).await;
    if !script.orders.is_empty() {
        floor.to_send.send(at).unwrap();
    }
    said(&script.filed)
}

async fn event(State(floor): Api, body: Bytes) -> StatusCode {
    floor.calls.callbacks.fetch_add(1, Ordering::Relaxed);
    let body: Value = serde_json::from_slice(&body).unwrap();
    let kept = &floor.scripts[floor.by_instruction[body["instruction_id"].as_str().unwrap()]].kept;
    let sequence = body["sequence"]
        .as_u64()
        .and_then(|sequence| usize::try_from(sequence).ok())
        .unwrap();
    floor.bare.event(kept, sequence - 1).await;
    StatusCode::NO_CONTENT
}

/// Leases what there is in one transaction, sends it side by side, stores each reply.
async fn dispatch(floor: Arc<Floor>, mut sends: mpsc::UnboundedReceiver<usize>) {
    let mut batch = Vec::new();
    while sends.recv_many(&mut batch, BATCH).await > 0 {
        let kept: Vec<&Kept> = batch.iter().map(|at| &floor.scripts[*at].kept).collect();
        floor.bare.lease(&kept).await;
        let carried = batch.drain(..).map(|at| carry(Arc::clone(&floor), at));
        stream::iter(carried)
            .buffer_unordered(SENDS)
            .collect::<()>()
            .await;
    }
}

async fn carry(floor: Arc<Floor>, at: usize) {
    let script = &floor.scripts[at];
    for order in &script.orders {
        floor.send(order, &floor.calls.treasury).await;
    }
    floor.bare.acknowledge(&script.kept).await;
}
