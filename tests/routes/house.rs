//! A whole house on an embedded database, with a scripted world around it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use sanmiao::bell::Bell;
use sanmiao::context::Context;
use sanmiao::domain::calendar::WorkingCalendar;
use sanmiao::domain::document::{DocumentType, IdentityDocument};
use sanmiao::domain::evidence::FetchOutcome;
use sanmiao::domain::id::InstructionId;
use sanmiao::domain::person::{Private, Role, Staff, Subject};
use sanmiao::domain::policy::PolicyBook;
use sanmiao::domain::session::{SessionTimes, SignInMemory};
use sanmiao::domain::source::SourceId;
use sanmiao::domain::time::Timestamp;
use sanmiao::domain::treasury::Callback;
use sanmiao::finance::Terms;
use sanmiao::gateways::clock::ManualClock;
use sanmiao::gateways::entropy::{SeededEntropy, token};
use sanmiao::gateways::files::FileFolder;
use sanmiao::gateways::notify::NoNotifier;
use sanmiao::gateways::outbox::OutboxFolder;
use sanmiao::policy::shipped;
use sanmiao::ports::{
    Answer, ApplicantClaims, Arrival, CallbackError, CallbackGate, Departure, Entropy, FileLimits,
    Identity, IdentityError, InboundRequest, Principal, Query, SignIn, SignInError, Source,
    Treasury, TreasuryReply, World,
};
use sanmiao::store::{DatabaseUrl, Keyring, Limits as StoreLimits, Store, Vault};
use sanmiao::telemetry::Metrics;
use sanmiao::web::session::Browsers;
use sanmiao::web::{self, Limits, Parts, Web};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::support::desk::book_with;

/// 2026-11-23 10:00 in China.
pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_399_200);
pub(super) const POLICY: &str = "foshan-phd-settling-in";
/// The district in the evidence, and another.
pub(super) const DISTRICT: &str = "440604";
/// Made up; its check digit fits.
pub(super) const DOCUMENT: &str = "440604199205040016";
pub(super) const ACCOUNT: &str = "6222020000000000018";

/// Little is enough for tests.
pub(super) const FILES: FileLimits = FileLimits {
    bytes_max: 20_000,
    files_a_case_max: 3,
};

/// Every kind of token that is believed.
pub(super) const TOKENS: [&str; 10] = [
    "applicant-1",
    "applicant-2",
    "reviewer-440604",
    "reviewer-440605",
    "supervisor-city",
    "finance-city",
    "finance-440605",
    "policy-city",
    "auditor-city",
    "reviewer-city",
];

struct Script;

#[async_trait]
impl Identity for Script {
    async fn principal(&self, bearer: &str) -> Result<Principal, IdentityError> {
        let subject = Subject {
            issuer: "https://id.example".to_owned(),
            subject: bearer.to_owned(),
        };
        let (role, rest) = bearer.split_once('-').ok_or(IdentityError::NotAToken)?;
        let role = Role::parse(role).ok_or(IdentityError::BadSignature)?;
        if role == Role::Applicant {
            let number = if rest == "1" {
                DOCUMENT
            } else {
                "440604199105050022"
            };
            let document = IdentityDocument::parse(DocumentType::ResidentId, number)
                .expect("a made-up number that fits");
            return Ok(Principal::Applicant(ApplicantClaims {
                subject,
                document,
                name: Private::new("张三".to_owned()),
            }));
        }
        Ok(Principal::Staff(Staff {
            subject,
            roles: vec![role],
            district: rest.parse().ok(),
        }))
    }
}

/// A provider whose codes say who comes back.
struct Provider(Arc<dyn Entropy>);

#[async_trait]
impl SignIn for Provider {
    async fn begin(&self, return_to: &str) -> Result<Departure, SignInError> {
        let state = token(&*self.0);
        Ok(Departure {
            address: format!("https://id.example/authorize?state={state}"),
            memory: SignInMemory {
                state: Private::new(state),
                nonce: Private::new(token(&*self.0)),
                verifier: Private::new(token(&*self.0)),
                return_to: return_to.to_owned(),
            },
        })
    }

    async fn finish(
        &self,
        arrival: &Arrival,
        memory: &SignInMemory,
    ) -> Result<Principal, SignInError> {
        assert_eq!(
            arrival.state, memory.state,
            "the door found the right memory"
        );
        match arrival.code.reveal().as_str() {
            "down" => Err(SignInError::ProviderUnavailable),
            "norole" => Err(IdentityError::NoRole.into()),
            code => Ok(Script.principal(code).await?),
        }
    }
}

/// Believes what carries `x-sm-signature: good`.
impl CallbackGate for Script {
    fn admit(&self, request: InboundRequest<'_>) -> Result<Callback, CallbackError> {
        let signature = request
            .headers
            .iter()
            .find(|(name, _)| *name == "x-sm-signature")
            .map(|(_, value)| *value);
        match signature {
            Some("good") => {}
            Some("busy") => return Err(CallbackError::Busy),
            Some("replayed") => return Err(CallbackError::Replayed),
            _ => return Err(CallbackError::NotSigned { why: "signature" }),
        }
        let body: Value =
            serde_json::from_slice(request.body).map_err(|_| CallbackError::Malformed)?;
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let instruction: InstructionId = text("instruction_id")
            .parse()
            .map_err(|_| CallbackError::Malformed)?;
        Ok(Callback {
            event_id: text("event_id"),
            instruction,
            sequence: 1,
            returned: false,
            amount: None,
            payee_account: Private::new(text("payee_account")),
            occurred_at: NOW,
            bank_serial: None,
            return_code: None,
            return_reason: None,
        })
    }
}

#[async_trait]
impl Treasury for Script {
    async fn send(&self, _: &InstructionId, _: &[u8], _: &str) -> TreasuryReply {
        TreasuryReply::Unknown {
            why: "nobody sends in these tests",
        }
    }

    async fn ask(&self, _: &InstructionId, _: &str) -> TreasuryReply {
        TreasuryReply::NeverSeen
    }
}

/// What the registers answer; a register without an answer is down.
#[derive(Clone, Default)]
pub(super) struct Registers(Arc<Mutex<BTreeMap<&'static str, Value>>>);

impl Registers {
    pub(super) fn set(&self, source: SourceId, answer: Option<Value>) {
        let mut answers = self.0.lock().unwrap();
        match answer {
            Some(answer) => answers.insert(source.as_str(), answer),
            None => answers.remove(source.as_str()),
        };
    }
}

struct Register(SourceId, Registers);

#[async_trait]
impl Source for Register {
    fn id(&self) -> SourceId {
        self.0
    }

    async fn ask(&self, query: &Query) -> Answer {
        let answer = self.1.0.lock().unwrap().get(self.0.as_str()).cloned();
        match answer {
            None => Answer {
                outcome: FetchOutcome::Unreachable,
                body: None,
                attempts: 1,
            },
            Some(mut answer) => {
                answer["query_id"] = json!(query.id.to_string());
                Answer {
                    outcome: FetchOutcome::Answered,
                    body: Some(answer.to_string().into_bytes()),
                    attempts: 1,
                }
            }
        }
    }
}

/// Evidence of the policy's own cases by which everything is met.
fn proven() -> Value {
    let cases = include_str!("../../policies/foshan-phd-settling-in/2021-09-10.cases.json");
    let cases: Value = serde_json::from_str(cases).unwrap();
    let mut evidence = cases["evidence"]["introduced"].clone();
    // Asked to fill the form with; no criterion rests on it.
    let none = json!({"source": "education", "as_of": "2026-11-20", "records": []});
    evidence
        .as_object_mut()
        .unwrap()
        .entry("education")
        .or_insert(none);
    evidence
}

/// The house, its door and what its world answers.
pub(super) struct House {
    pub(super) router: Router,
    pub(super) ctx: Context,
    pub(super) registers: Registers,
    pub(super) clock: Arc<ManualClock>,
    pub(super) stop: watch::Sender<bool>,
    pub(super) folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Holds that it is a problem of this kind, in both languages, with the request's id.
    #[track_caller]
    pub(super) fn is_problem(&self, slug: &str) -> Value {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let body = self.json();
        assert_eq!(body["type"], format!("/problems/{slug}"), "{self:?}");
        assert_eq!(body["status"], self.status.as_u16());
        assert_eq!(body["instance"], self.header("x-request-id"));
        for name in ["title", "title_en", "detail", "detail_en"] {
            assert!(!body[name].as_str().unwrap().is_empty(), "{name}: {self:?}");
        }
        body
    }

    /// The pointers of the errors of a problem.
    pub(super) fn pointers(&self) -> Vec<String> {
        let body = self.json();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|error| error["pointer"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl House {
    pub(super) async fn new() -> Self {
        Self::with_limits(Limits::default()).await
    }

    pub(super) async fn with_limits(limits: Limits) -> Self {
        Self::made(limits, true, shipped::book().clone()).await
    }

    pub(super) async fn without_sign_in() -> Self {
        Self::made(Limits::default(), false, shipped::book().clone()).await
    }

    /// Under policies of whose approvals every one is looked at.
    pub(super) async fn looked_at() -> Self {
        let book =
            book_with(|document| document["service"]["sample_rate_per_mille"] = json!(1_000));
        Self::made(Limits::default(), true, book).await
    }

    async fn made(limits: Limits, with_sign_in: bool, book: PolicyBook) -> Self {
        // What a failed test has to say for itself.
        let _ = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::WARN)
            .with_test_writer()
            .try_init();
        let folder = TempDir::new().unwrap();
        let entropy = Arc::new(SeededEntropy::new(2));
        let ring = Keyring::of([("k1", &[1; 32])], "k1", &[2; 32]).unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("it.db"));
        let store = Store::open(
            &url,
            Vault::new(ring, entropy.clone()),
            StoreLimits::default(),
        )
        .await
        .unwrap();
        store.migrate().await.unwrap();
        publish(&store, &book).await;
        let registers = Registers::default();
        let evidence = proven();
        for source in SourceId::ALL {
            registers.set(source, evidence.get(source.as_str()).cloned());
        }
        let sources: Vec<Arc<dyn Source>> = SourceId::ALL
            .into_iter()
            .map(|source| Arc::new(Register(source, registers.clone())) as Arc<dyn Source>)
            .collect();
        let clock = Arc::new(ManualClock::at(NOW));
        let ctx = Context {
            store,
            world: World {
                clock: clock.clone(),
                entropy: entropy.clone(),
                sources: sources.into(),
                treasury: Arc::new(Script),
                notifier: Arc::new(NoNotifier),
                files: Arc::new(FileFolder::new(folder.path().join("files"), FILES)),
                outbox: Arc::new(OutboxFolder::new(folder.path().join("outbox"))),
            },
            policies: Arc::new(book),
            calendar: Arc::new(WorkingCalendar::official().unwrap()),
            bell: Bell::default(),
            metrics: Metrics::new(),
        };
        let (stop, stopped) = watch::channel(false);
        let parts = Parts {
            ctx: ctx.clone(),
            identity: Arc::new(Script),
            gate: Arc::new(Script),
            sign_in: with_sign_in.then(|| Arc::new(Provider(entropy)) as Arc<dyn SignIn>),
            browsers: Browsers {
                origin: super::browser::ORIGIN.to_owned(),
                times: SessionTimes {
                    idle_s: 1_800,
                    whole_s: 28_800,
                },
            },
            paying: Some(Arc::new(crate::support::desk::paying())),
            finance: Terms::default(),
            max_body_bytes: 64 * 1024,
            stop: stopped,
        };
        let every = web::all_routes().merge(super::browser::pages());
        let router = web::router_with(Web::new(parts, limits), &every);
        Self {
            router,
            ctx,
            registers,
            clock,
            stop,
            folder,
        }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            // A workbook is no text.
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(super) async fn get(&self, token: &str, path: &str) -> Reply {
        self.send(request(Method::GET, path, token, None)).await
    }

    pub(super) async fn post(&self, token: &str, path: &str, body: &Value) -> Reply {
        self.send(request(Method::POST, path, token, Some(body.to_string())))
            .await
    }

    /// Opens an application; its id and its form's.
    pub(super) async fn open(&self, token: &str) -> (String, String) {
        let policy = self
            .ctx
            .policies
            .in_force(POLICY, NOW.china_date())
            .unwrap();
        let scope: Vec<&str> = policy.sources().iter().map(SourceId::as_str).collect();
        let body = json!({
            "policy": POLICY,
            "consent": {"scope": scope, "purpose": POLICY},
        });
        let reply = self.post(token, "/api/v1/applications", &body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let body = reply.json();
        (
            text(&body["application"]["id"]),
            text(&body["form"]["snapshot_id"]),
        )
    }

    /// Grants the budget line enough money.
    pub(super) async fn appropriate(&self) {
        let order = self.proposed(&added("1000000.00", "样例〔2026〕1号")).await;
        let path = format!("/api/v1/finance/budgets/orders/{order}/approve");
        let reply = self
            .post("finance-checker", &path, &json!({"version": 0}))
            .await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    }

    /// Proposes an order as `finance-city`; its id.
    pub(super) async fn proposed(&self, order: &Value) -> String {
        let reply = self
            .post("finance-city", "/api/v1/finance/budgets/orders", order)
            .await;
        assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}");
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    /// Opens and files; the application's id.
    pub(super) async fn filed(&self, token: &str) -> String {
        let (id, snapshot) = self.open(token).await;
        let reply = self.file(token, &id, &snapshot).await;
        assert!(reply.status.is_success(), "{reply:?}");
        id
    }

    pub(super) async fn file(&self, token: &str, id: &str, snapshot: &str) -> Reply {
        self.post(
            token,
            &format!("/api/v1/applications/{id}/file"),
            &typed(snapshot),
        )
        .await
    }
}

/// An order that grants the budget line money.
pub(super) fn added(amount: &str, reference: &str) -> Value {
    let line = json!({"policy": POLICY, "district": DISTRICT, "year": 2026});
    json!({"kind": "add", "to": line, "amount": amount, "reference": reference})
}

/// What is typed at filing.
pub(super) fn typed(snapshot: &str) -> Value {
    json!({"snapshot_id": snapshot, "account": ACCOUNT, "bank": "102588000018", "phone": "13800000000"})
}

pub(super) fn request(
    method: Method,
    path: &str,
    token: &str,
    body: Option<String>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    match body {
        Some(body) => request
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap(),
        None => request.body(Body::empty()).unwrap(),
    }
}

/// A form with a file, as browsers and programs send it; names and values go as they are.
pub(super) fn multipart(
    path: &str,
    token: &str,
    fields: &[(&str, &str)],
    file: Option<(&[u8], &[u8])>,
) -> Request<Body> {
    let request = Request::builder().method(Method::POST).uri(path);
    let (kind, body) = multipart_body(fields, file);
    request
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", kind)
        .body(Body::from(body))
        .unwrap()
}

/// Its media type and its bytes.
pub(super) fn multipart_body(
    fields: &[(&str, &str)],
    file: Option<(&[u8], &[u8])>,
) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!(
            "--x-part\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend_from_slice(part.as_bytes());
    }
    if let Some((name, bytes)) = file {
        body.extend_from_slice(
            b"--x-part\r\ncontent-disposition: form-data; name=\"file\"; filename=\"",
        );
        body.extend_from_slice(name);
        body.extend_from_slice(b"\"\r\ncontent-type: text/html\r\n\r\n");
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x-part--\r\n");
    ("multipart/form-data; boundary=x-part".to_owned(), body)
}

async fn publish(store: &Store, book: &PolicyBook) {
    let mut tx = store.write().await.unwrap();
    for policy in book.iter() {
        tx.publish_policy(
            policy.id(),
            policy.effective(),
            &policy.hash(),
            policy.source_bytes(),
            NOW,
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}
