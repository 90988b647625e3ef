//! A signed server made to order, and the fixed time and seed everything runs under.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sanmiao::domain::source::SourceId;
use sanmiao::domain::time::Timestamp;
use sanmiao::gateways::clock::ManualClock;
use sanmiao::gateways::entropy::SeededEntropy;
use sanmiao::gateways::http::Http;
use sanmiao::gateways::signed::SignedServer;
use sanmiao::gateways::wire::{ReplyStamp, RequestStamp, Target, WireKey};
use sanmiao::ports::{Clock, SourceObserver};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const NOW_S: i64 = 1_795_400_000;

pub(crate) fn key() -> WireKey {
    WireKey::new("sanmiao", b"0123456789abcdef0123456789abcdef")
}

pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp::from_seconds(NOW_S)))
}

pub(crate) fn signed(base: &str, clock: &Arc<ManualClock>) -> SignedServer {
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    SignedServer::new(
        Http::new().unwrap(),
        base.parse().unwrap(),
        key(),
        clock,
        Arc::new(SeededEntropy::new(1)),
    )
}

/// What is wrong with a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Signed with a key of somebody else.
    WrongKey,
    /// The signed body is another one.
    WrongDigest,
    /// Signed for another question.
    OtherNonce,
    /// Signed for another status.
    OtherStatus,
    /// Signed long ago.
    Stale,
    /// Not signed at all.
    Unsigned,
}

pub(crate) type MakeBody = Box<dyn Fn(&Request) -> Vec<u8> + Send + Sync>;

/// Answers each request with one signed reply, after holding the request to its own signature.
pub(crate) struct Signed {
    pub(crate) status: u16,
    pub(crate) body: MakeBody,
    pub(crate) fault: Fault,
}

impl Signed {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self {
            status,
            body: Box::new(move |_| body.clone()),
            fault: Fault::None,
        }
    }

    pub(crate) fn with(
        status: u16,
        body: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self {
            status,
            body: Box::new(body),
            fault: Fault::None,
        }
    }

    pub(crate) fn faulty(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }
}

impl Respond for Signed {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let nonce = hold(request);
        let body = (self.body)(request);
        let (signer, status, nonce, at_s) = match self.fault {
            Fault::WrongKey => (
                WireKey::new("sanmiao", b"another key, another key"),
                self.status,
                nonce,
                NOW_S,
            ),
            Fault::OtherNonce => (key(), self.status, "an-older-question".to_owned(), NOW_S),
            Fault::OtherStatus => (key(), self.status + 1, nonce, NOW_S),
            Fault::Stale => (key(), self.status, nonce, NOW_S - 301),
            _ => (key(), self.status, nonce, NOW_S),
        };
        let signed_body = if self.fault == Fault::WrongDigest {
            b"{}".to_vec()
        } else {
            body.clone()
        };
        let template = ResponseTemplate::new(self.status).set_body_raw(body, "application/json");
        if self.fault == Fault::Unsigned {
            return template;
        }
        let stamp = ReplyStamp::sign(&signer, status, &nonce, &signed_body, at_s).unwrap();
        stamp
            .headers()
            .into_iter()
            .fold(template, |template, (name, value)| {
                template.insert_header(name, value.as_str())
            })
    }
}

/// Holds a request to the contract, as a register would, and gives its nonce.
pub(crate) fn hold(request: &Request) -> String {
    let stamp =
        RequestStamp::read(|name| request.headers.get(name)?.to_str().ok()).expect("signed");
    let target = Target {
        method: request.method.as_str(),
        path_and_query: &path(request),
    };
    stamp
        .verify(&key(), target, &request.body, NOW_S)
        .expect("verifies");
    stamp.nonce
}

pub(crate) fn path(request: &Request) -> String {
    match request.url.query() {
        Some(query) => format!("{}?{query}", request.url.path()),
        None => request.url.path().to_owned(),
    }
}

/// A server that answers everything the same way.
pub(crate) async fn serve(responder: impl Respond + 'static) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(responder)
        .mount(&server)
        .await;
    server
}

pub(crate) async fn count(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

/// A server below HTTP: reads one request a connection, writes these bytes, hangs up.
pub(crate) async fn raw(bytes: &'static [u8]) -> String {
    raw_counted(bytes).await.0
}

/// The same, and counts connections.
pub(crate) async fn raw_counted(bytes: &'static [u8]) -> (String, Arc<AtomicU32>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 8192]).await;
            let _ = stream.write_all(bytes).await;
        }
    });
    (address, connections)
}

/// An address nobody listens at.
pub(crate) async fn nowhere() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Far longer than any deadline of these tests: such a reply never arrives.
pub(crate) const NEVER: Duration = Duration::from_mins(10);

/// Writes down what a register's gateway tells.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) breaker: Mutex<Vec<&'static str>>,
    pub(crate) tried: Mutex<u32>,
}

impl SourceObserver for Heard {
    fn tried(&self, _source: SourceId) {
        *self.tried.lock().unwrap() += 1;
    }

    fn breaker(&self, _source: SourceId, state: &'static str) {
        self.breaker.lock().unwrap().push(state);
    }
}
