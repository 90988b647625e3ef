//! A small signed client, a call-back receiver, and a world whose settlement does not keep tests waiting.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use jiff::civil::date;
use reqwest::{Method, Response};
use sanmiao_mocks::wire::{self, ChannelKey};
use sanmiao_mocks::{Clock, World, WorldConfig};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Wall time of every test world: 2026-11-20T04:00:00Z, noon in Foshan.
pub(crate) const NOW_SECONDS: i64 = 1_795_147_200;

pub(crate) fn config(count: usize) -> WorldConfig {
    let mut config = WorldConfig::new(1, count);
    config.as_of = date(2026, 11, 20);
    config.clock = Clock::from_fn(|| NOW_SECONDS * 1_000_000);
    config.timing.settle_delay = Duration::ZERO;
    config.timing.return_delay = Duration::ZERO;
    config.timing.callback_retry = Duration::from_millis(1);
    config
}

pub(crate) async fn world(count: usize) -> World {
    World::start(config(count)).await.unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests of the mocks stand outside the service and its gateways"
)]
pub(crate) fn http() -> reqwest::Client {
    let _chosen_before = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

/// An answer, its signature not yet looked at.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    pub(crate) nonce: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn is_signed_with(&self, key: &ChannelKey) -> bool {
        let digest = wire::digest_hex(&self.bytes);
        let text = wire::reply_text(
            self.status,
            &self.nonce,
            self.header(wire::TIMESTAMP),
            &digest,
        );
        self.header(wire::DIGEST) == digest
            && wire::verify(&key.secret, &text, self.header(wire::SIGNATURE))
    }
}

/// Speaks to one world.
pub(crate) struct Caller<'a> {
    pub(crate) world: &'a World,
    http: reqwest::Client,
    count: Mutex<u64>,
}

impl<'a> Caller<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        Self {
            world,
            http: http(),
            count: Mutex::new(0),
        }
    }

    pub(crate) fn nonce(&self) -> String {
        let mut count = self.count.lock().unwrap();
        *count += 1;
        format!("n-{count}")
    }

    pub(crate) fn key(&self, path: &str) -> ChannelKey {
        let keys = self.world.keys();
        match path.split('/').nth(2) {
            Some("talent_introduction") => &keys.talent_introduction,
            Some("education") => &keys.education,
            Some("degree") => &keys.degree,
            Some("social_security") => &keys.social_security,
            Some("messages") => &keys.sink,
            _ => &keys.treasury,
        }
        .clone()
    }

    /// Sends with these headers and no others.
    pub(crate) async fn raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
        body: &[u8],
    ) -> Result<Answer, reqwest::Error> {
        let url = format!("{}{path}", self.world.base_url());
        let mut request = self.http.request(method, url).body(body.to_vec());
        let mut nonce = String::new();
        for (name, value) in headers {
            if *name == wire::NONCE {
                nonce.clone_from(value);
            }
            request = request.header(*name, value);
        }
        answer(request.send().await?, nonce).await
    }

    /// Sends signed as the contract says, with a fault asked for.
    pub(crate) async fn faulty(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        fault: &str,
    ) -> Result<Answer, reqwest::Error> {
        let bytes = match body {
            Value::Null => Vec::new(),
            body => serde_json::to_vec(body).unwrap(),
        };
        let mut headers = wire::request_headers(
            &self.key(path),
            method.as_str(),
            path,
            NOW_SECONDS,
            &self.nonce(),
            &bytes,
        )
        .to_vec();
        if !fault.is_empty() {
            headers.push((sanmiao_mocks::faults::FAULT_HEADER, fault.to_owned()));
        }
        self.raw(method, path, &headers, &bytes).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.faulty(Method::POST, path, body, "").await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.faulty(Method::GET, path, &Value::Null, "")
            .await
            .unwrap()
    }

    /// Without any signature, as a browser would.
    pub(crate) async fn plain(&self, method: Method, path: &str, body: Option<&Value>) -> Response {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.world.base_url()));
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.unwrap()
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }
}

async fn answer(response: Response, nonce: String) -> Result<Answer, reqwest::Error> {
    Ok(Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        nonce,
        bytes: response.bytes().await?,
    })
}

pub(crate) fn query(person: &sanmiao_mocks::Person) -> Value {
    json!({
        "query_id": "0198c0de-0000-7000-8000-000000000001",
        "consent_id": "0198c0de-0000-7000-8000-000000000002",
        "purpose": person.applies_for,
        "subject": {
            "document_type": person.document_type,
            "document_number": person.document_number,
            "name": person.name,
        },
    })
}

pub(crate) fn instruction(id: &str, person: &sanmiao_mocks::Person, amount: &str) -> Value {
    json!({
        "instruction_id": id,
        "amount": amount,
        "currency": "CNY",
        "payee_name": person.account.holder,
        "payee_account": person.account.number,
        "payee_bank": person.account.bank_cnaps,
        "purpose": "博士人才安家补贴",
        "policy": person.applies_for,
        "district": "440604",
        "year": 2026,
        "award_id": format!("award-{id}"),
        "instalment": 1,
        "generation": 1,
    })
}

/// One call-back as it arrived.
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn is_signed_with(&self, key: &ChannelKey, path: &str) -> bool {
        let field = |name: &str| self.headers[name].to_str().unwrap();
        let digest = wire::digest_hex(&self.body);
        let text = wire::request_text(
            "POST",
            path,
            field(wire::APP_ID),
            field(wire::TIMESTAMP),
            field(wire::NONCE),
            &digest,
        );
        field(wire::DIGEST) == digest && wire::verify(&key.secret, &text, field(wire::SIGNATURE))
    }
}

#[derive(Clone)]
struct Desk {
    out: mpsc::UnboundedSender<Received>,
    refusals: Arc<Mutex<u32>>,
}

async fn take(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let _dropped = desk.out.send(Received { headers, body });
    let mut refusals = desk.refusals.lock().unwrap();
    if *refusals > 0 {
        *refusals -= 1;
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    StatusCode::NO_CONTENT
}

/// Receives call-backs; refuses the first few.
pub(crate) struct Receiver {
    pub(crate) url: String,
    inbox: mpsc::UnboundedReceiver<Received>,
}

impl Receiver {
    pub(crate) async fn start(refusals: u32) -> Self {
        let (out, inbox) = mpsc::unbounded_channel();
        let desk = Desk {
            out,
            refusals: Arc::new(Mutex::new(refusals)),
        };
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let url = format!(
            "http://{}/treasury/callback?tenant=foshan",
            listener.local_addr().unwrap()
        );
        let app = Router::new()
            .route("/treasury/callback", post(take))
            .with_state(desk);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, inbox }
    }

    pub(crate) async fn next(&mut self) -> Received {
        tokio::time::timeout(Duration::from_secs(10), self.inbox.recv())
            .await
            .expect("a call-back within ten seconds")
            .unwrap()
    }

    /// Whether nothing has come so far.
    pub(crate) fn is_empty(&mut self) -> bool {
        self.inbox.is_empty()
    }
}

/// Asks until an instruction is in this status.
pub(crate) async fn until_status(caller: &Caller<'_>, id: &str, status: &str) -> Value {
    for _ in 0..2_000 {
        let answer = caller.get(&format!("/treasury/instructions/{id}")).await;
        if answer.status == 200 && answer.json()["status"] == status {
            return answer.json();
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("{id} did not become {status}");
}

/// Waits until something is so, and no longer than ten seconds.
pub(crate) async fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    assert!(
        tokio::time::timeout(Duration::from_secs(10), waiting)
            .await
            .is_ok(),
        "{what}"
    );
}
