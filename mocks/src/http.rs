//! What every signed endpoint has in common: check the signature, draw the faults, do the work, sign the answer.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use crate::connection::Cut;
use crate::faults::{Channel, FAULT_HEADER, Fault, FaultRule, Plan};
use crate::shared::Shared;
use crate::wire::{self, ChannelKey, Seen};

/// Bodies on this wire are small; more than this is refused.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// A request whose signature was found right.
pub(crate) struct Incoming {
    pub(crate) body: Bytes,
    pub(crate) nonce: String,
}

impl Incoming {
    /// The body as JSON; `null` when it is none.
    pub(crate) fn json(&self) -> Result<Value, Problem> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "not_json", "the body is not JSON"))
    }
}

/// An answer before it is signed.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            body,
        }
    }
}

/// A refusal, RFC 9457.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    code: &'static str,
    detail: String,
    pointer: Option<String>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            pointer: None,
        }
    }

    /// The same, with the JSON pointer of the place that is wrong.
    pub(crate) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Self {
        let mut body = json!({
            "type": "about:blank",
            "title": problem.status.canonical_reason().unwrap_or("Problem"),
            "status": problem.status.as_u16(),
            "code": problem.code,
            "detail": problem.detail,
        });
        if let (Some(pointer), Some(fields)) = (problem.pointer, body.as_object_mut()) {
            fields.insert("pointer".to_owned(), Value::String(pointer));
        }
        Self {
            status: problem.status,
            body,
        }
    }
}

/// Whom or what a request is about: what faults are counted by.
pub(crate) struct About {
    pub(crate) key: String,
    pub(crate) personal: Vec<FaultRule>,
}

/// Takes a signed request through its whole life.
pub(crate) async fn signed(
    shared: Arc<Shared>,
    channel: Channel,
    cut: Cut,
    request: Request,
    about: impl FnOnce(&Shared, &Incoming) -> About,
    work: impl FnOnce(&Arc<Shared>, &Incoming, &Plan) -> Result<Reply, Problem> + Send + 'static,
) -> Response {
    let (parts, body) = request.into_parts();
    let nonce_given = text(&parts.headers, wire::NONCE).unwrap_or("").to_owned();
    let envelope = Envelope {
        channel,
        nonce: nonce_given,
        request_id: parts.headers.get(wire::REQUEST_ID).cloned(),
    };
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        let problem = Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "the body is longer than 64 KiB",
        );
        return envelope.seal(&shared, problem.into(), &Plan::default(), &cut);
    };
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let key = shared.key(channel);
    if let Err(problem) = check(
        &shared,
        key,
        channel,
        parts.method.as_str(),
        path,
        &parts.headers,
        &body,
    ) {
        return envelope.seal(&shared, problem.into(), &Plan::default(), &cut);
    }
    let incoming = Incoming {
        body,
        nonce: envelope.nonce.clone(),
    };
    let asked = asked_faults(&parts.headers);
    let subject = about(&shared, &incoming);
    let plan = shared
        .faults
        .draw(channel, &subject.key, &subject.personal, &asked);
    if plan.is_down {
        cut.now();
    }
    if let Some(status) = plan.error_before.or(plan.is_down.then_some(503)) {
        pause(plan.slow_ms).await;
        return envelope.seal(&shared, server_error(status).into(), &plan, &cut);
    }
    let reply = perform(&shared, incoming, plan, work).await;
    pause(plan.late_ms).await;
    envelope.seal(&shared, reply, &plan, &cut)
}

/// Does the work, even when the caller hangs up while it is slow: an instruction that was read is carried out.
async fn perform(
    shared: &Arc<Shared>,
    incoming: Incoming,
    plan: Plan,
    work: impl FnOnce(&Arc<Shared>, &Incoming, &Plan) -> Result<Reply, Problem> + Send + 'static,
) -> Reply {
    if plan.slow_ms == 0 {
        return work(shared, &incoming, &plan).unwrap_or_else(Reply::from);
    }
    let shared = Arc::clone(shared);
    let task = tokio::spawn(async move {
        pause(plan.slow_ms).await;
        work(&shared, &incoming, &plan).unwrap_or_else(Reply::from)
    });
    task.await.unwrap_or_else(|_| server_error(500).into())
}

async fn pause(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

fn server_error(status: u16) -> Problem {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Problem::new(
        status,
        "unavailable",
        "the service is not available at the moment",
    )
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn asked_faults(headers: &HeaderMap) -> Vec<Fault> {
    text(headers, FAULT_HEADER)
        .unwrap_or("")
        .split(',')
        .filter_map(Fault::parse)
        .collect()
}

/// Checks a request against the contract; the nonce is remembered only when all else is right.
fn check(
    shared: &Shared,
    key: &ChannelKey,
    channel: Channel,
    method: &str,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), Problem> {
    let refuse = |code, detail: &str| Err(Problem::new(StatusCode::UNAUTHORIZED, code, detail));
    let field = |name: &'static str| {
        text(headers, name).ok_or_else(|| {
            Problem::new(
                StatusCode::UNAUTHORIZED,
                "header_missing",
                format!("header {name} is missing"),
            )
        })
    };
    let (app_id, timestamp, nonce) = (
        field(wire::APP_ID)?,
        field(wire::TIMESTAMP)?,
        field(wire::NONCE)?,
    );
    let (digest, signature) = (field(wire::DIGEST)?, field(wire::SIGNATURE)?);
    if app_id != key.app_id {
        return refuse("app_unknown", "no such application here");
    }
    if text(headers, wire::ALGORITHM).is_some_and(|name| name != "hmac-sha256") {
        return refuse("algorithm_unknown", "only hmac-sha256 is spoken here");
    }
    let now = shared.clock.wall_seconds();
    let is_plain = !timestamp.is_empty() && timestamp.bytes().all(|b| b.is_ascii_digit());
    let sent = timestamp.parse::<i64>().ok().filter(|_| is_plain);
    if sent.is_none_or(|sent| (now - sent).abs() > wire::WINDOW_SECONDS) {
        return refuse("clock", "the timestamp is more than 300 seconds off");
    }
    if !wire::is_nonce(nonce) {
        return refuse("nonce_shape", "a nonce is 1 to 64 of A-Z a-z 0-9 _ -");
    }
    if digest != wire::digest_hex(body) {
        return refuse("digest", "the digest is not that of the body");
    }
    let signed = wire::request_text(method, path, app_id, timestamp, nonce, digest);
    if !wire::verify(&key.secret, &signed, signature) {
        return refuse("signature", "the signature does not fit");
    }
    match shared.nonces.see(channel_name(channel), nonce, now) {
        Seen::New => Ok(()),
        Seen::Again => refuse("replay", "this nonce was used before"),
        Seen::Full => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "nonces_full",
            "too many requests within the replay window",
        )),
    }
}

fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::TalentIntroduction => "talent_introduction",
        Channel::Education => "education",
        Channel::Degree => "degree",
        Channel::SocialSecurity => "social_security",
        Channel::Treasury => "treasury",
        Channel::Sink => "sink",
        Channel::Identity | Channel::Sources | Channel::All => "other",
    }
}

/// What of a request its reply needs.
struct Envelope {
    channel: Channel,
    nonce: String,
    request_id: Option<HeaderValue>,
}

impl Envelope {
    /// Signs an answer, and spoils it where the plan says so.
    fn seal(&self, shared: &Shared, mut reply: Reply, plan: &Plan, cut: &Cut) -> Response {
        if let Some(status) = plan.error_after {
            reply = server_error(status).into();
        }
        if plan.is_wrong_schema {
            misshape(&mut reply.body);
        }
        if plan.loses_reply {
            cut.now();
        }
        let body = serde_json::to_vec(&reply.body).unwrap_or_default();
        let timestamp = shared.clock.wall_seconds().to_string();
        let digest = wire::digest_hex(&body);
        let text = wire::reply_text(reply.status.as_u16(), &self.nonce, &timestamp, &digest);
        let signature = if plan.is_badly_signed {
            wire::sign(b"another key", &text)
        } else {
            wire::sign(&shared.key(self.channel).secret, &text)
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = reply.status;
        let signed = [
            (wire::TIMESTAMP, timestamp),
            (wire::DIGEST, digest),
            (wire::SIGNATURE, signature),
        ];
        self.put_headers(response.headers_mut(), reply.status, body.len(), signed);
        *response.body_mut() = if plan.is_truncated {
            half(&body)
        } else {
            Body::from(body)
        };
        response
    }

    fn put_headers(
        &self,
        headers: &mut HeaderMap,
        status: StatusCode,
        length: usize,
        signed: [(&'static str, String); 3],
    ) {
        let content_type = if status.is_success() {
            "application/json"
        } else {
            "application/problem+json"
        };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        for (name, value) in signed {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        if let Some(request_id) = &self.request_id {
            headers.insert(wire::REQUEST_ID, request_id.clone());
        }
    }
}

/// Half a body, then the connection breaks: the announced length is never reached.
fn half(body: &[u8]) -> Body {
    let part = Bytes::copy_from_slice(body.get(..body.len() / 2).unwrap_or_default());
    let broken = async {
        // One pause, in which the server sends off what it has; otherwise the error would swallow the half as well.
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    };
    Body::from_stream(stream::iter([Ok(part)]).chain(stream::once(broken)))
}

/// JSON still, but of no schema: required fields gone, a number where a text belongs, a field nobody declared.
fn misshape(body: &mut Value) {
    if let Some(fields) = body.as_object_mut() {
        for gone in ["source", "instruction_id", "records"] {
            fields.remove(gone);
        }
        if let Some(status) = fields.get_mut("status") {
            *status = json!(7);
        }
        fields.insert(
            "undeclared".to_owned(),
            json!({"note": "not of the schema"}),
        );
    }
}
