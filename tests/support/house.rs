//! The service and a made-up world, each on a port of its own, talking over real HTTP.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use sanmiao::app::{App, Nature};
use sanmiao::config::Config;
use sanmiao::context::Context;
use sanmiao::gateways::entropy::SystemEntropy;
use sanmiao::ports::Clock as _;
use sanmiao_mocks::{ChannelKey, Faults, PeopleSource, Person, TreasuryTiming, World, WorldConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::clock::JumpClock;
use super::database::{Database, Place};
use super::eventually::eventually;
use super::surfer::ForeignProvider;

/// The policy most tests apply for.
pub(crate) const PHD: &str = "foshan-phd-settling-in";
/// Districts money is appropriated to.
pub(crate) const DISTRICTS: [&str; 6] =
    ["440600", "440604", "440605", "440606", "440607", "440608"];

/// Stands in a configuration for the address of a service that has none yet.
const PUBLIC: &str = "http://127.0.0.1:9";

/// What a house is made of.
pub(crate) struct Plan {
    pub(crate) database: Database,
    pub(crate) people: PeopleSource,
    pub(crate) seed: u64,
    pub(crate) faults: Faults,
    pub(crate) timing: TreasuryTiming,
    pub(crate) policies: Option<PathBuf>,
    /// Sign-in at the provider of npm instead of the made-up world's.
    pub(crate) foreign_provider: bool,
}

impl Plan {
    pub(crate) fn of(database: Database, people: Vec<Person>) -> Self {
        Self {
            database,
            people: PeopleSource::Given(people),
            seed: 1,
            faults: Faults::none(),
            timing: TreasuryTiming::default(),
            policies: None,
            foreign_provider: false,
        }
    }
}

/// A running service beside a running world.
pub(crate) struct House {
    pub(crate) world: World,
    pub(crate) ctx: Context,
    pub(crate) clock: Arc<JumpClock>,
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
    _foreign: Option<ForeignProvider>,
    _place: Place,
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Reply {
    /// The body, when the answer is a good one.
    pub(crate) fn good(self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{} {}",
            self.status,
            self.body
        );
        self.body
    }

    /// A text of the body by JSON pointer.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        text(&self.body, pointer)
    }
}

/// A text by JSON pointer.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no text at {pointer} in {value}"))
}

impl House {
    pub(crate) async fn start(plan: Plan) -> Self {
        listen_to_the_log();
        let clock = Arc::new(JumpClock::new());
        let place = Place::new(plan.database).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let world = world(&plan, &clock, &base).await;
        let text = configuration(&world, &place, plan.policies.as_deref());
        let text = text.replace(PUBLIC, &base);
        let foreign = plan.foreign_provider.then(|| ForeignProvider::start(&base));
        if foreign.is_some() {
            // It goes by the computer's clock, and so must who reads its tokens.
            clock.jump_to_real_time();
        }
        let text = match &foreign {
            Some(foreign) => text.replace(&format!("{}/oidc", world.base_url()), &foreign.issuer),
            None => text,
        };
        let config = Config::parse(&text, Vec::new()).expect("a good configuration");
        let nature = Nature {
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
        };
        let app = App::assemble(&config, nature)
            .await
            .expect("the service is put together");
        let ctx = app.context().clone();
        let (stop, stopping) = watch::channel(false);
        let served = tokio::spawn(async move {
            app.serve(listener, stopping)
                .await
                .expect("the service serves");
        });
        Self {
            world,
            ctx,
            clock,
            base,
            http: client(),
            stop,
            served,
            _foreign: foreign,
            _place: place,
        }
    }

    /// A house whose every budget line holds more than anybody needs.
    pub(crate) async fn funded(plan: Plan) -> Self {
        let house = Self::start(plan).await;
        house.fund_all("90000000.00").await;
        house
    }

    pub(crate) async fn fund_all(&self, amount: &str) {
        for policy in [PHD, "foshan-postdoc-settling-in", "foshan-junior-mid-level"] {
            for district in DISTRICTS {
                self.fund(
                    policy,
                    district,
                    amount,
                    &format!("all-{policy}-{district}"),
                )
                .await
                .good();
            }
        }
    }

    /// Money for one line of this year: one of finance proposes, the other approves.
    pub(crate) async fn fund(
        &self,
        policy: &str,
        district: &str,
        amount: &str,
        reference: &str,
    ) -> Reply {
        let line = json!({ "policy": policy, "district": district, "year": 2026 });
        let body = json!({ "kind": "add", "to": line, "amount": amount, "reference": reference });
        let proposed = self
            .staff("finance-maker")
            .post("/api/v1/finance/budgets/orders", &body)
            .await;
        // Refused, or the same paper once more.
        if proposed.status >= 400 || proposed.text("/state") != "proposed" {
            return proposed;
        }
        let path = format!(
            "/api/v1/finance/budgets/orders/{}/approve",
            proposed.text("/id")
        );
        let seen = json!({ "version": proposed.body["version"] });
        self.staff("finance-checker").post(&path, &seen).await
    }

    /// Somebody with an access token: an applicant or a member of staff.
    pub(crate) fn somebody(&self, subject: &str) -> Caller<'_> {
        Caller {
            house: self,
            subject: subject.to_owned(),
        }
    }

    pub(crate) fn staff(&self, subject: &str) -> Caller<'_> {
        self.somebody(subject)
    }

    /// The applicant's part, played over HTTP.
    pub(crate) fn applicant<'h>(&'h self, person: &Person) -> Applicant<'h> {
        Applicant {
            caller: self.somebody(&person.subject),
            person: person.clone(),
        }
    }

    /// Both clocks ahead by so many days: the service's, and the books of the world.
    pub(crate) fn days_pass(&self, days: i64) {
        self.clock.jump_days(days);
    }

    /// Waits, awake at every change.
    pub(crate) async fn eventually<T, F, Fut>(&self, what: &str, check: F) -> T
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Option<T>>,
    {
        eventually(what, Some(&self.ctx.bell), check).await
    }

    /// Ends the service; the world goes on until it is dropped.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        self.served.await.expect("the service ends well");
        self.world.stop().await;
    }
}

/// With `RUST_LOG` set, what the service logs is shown with a test that fails.
fn listen_to_the_log() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    // Another test of this process may have done it before.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_test_writer()
        .try_init();
}

async fn world(plan: &Plan, clock: &Arc<JumpClock>, base: &str) -> World {
    let time = clock.clone();
    let config = WorldConfig {
        people: plan.people.clone(),
        as_of: super::people::AS_OF,
        faults: plan.faults.clone(),
        timing: plan.timing,
        callback_url: Some(format!("{base}/api/v1/treasury/events")),
        clock: sanmiao_mocks::Clock::from_fn(move || time.now().as_micros()),
        ..WorldConfig::new(plan.seed, 0)
    };
    World::start(config)
        .await
        .expect("the made-up world starts")
}

/// A configuration in which everything that is waited for comes soon.
pub(crate) fn configuration(
    world: &World,
    place: &Place,
    policies: Option<&std::path::Path>,
) -> String {
    let (base, keys) = (world.base_url(), world.keys());
    let registers = [
        ("talent_introduction", &keys.talent_introduction),
        ("education", &keys.education),
        ("degree", &keys.degree),
        ("social_security", &keys.social_security),
    ];
    let registers = registers
        .map(|(name, key)| register(base, name, key))
        .concat();
    let policies = policies.map_or_else(String::new, |folder| {
        format!("[policies]\ndir = \"{}\"\n", folder.display())
    });
    format!(
        r#"{database}
[server]
public_url = "{PUBLIC}"
[vault]
current = "k1"
blind_index_key = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
[vault.keys]
k1 = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
[identity]
issuer = "{base}/oidc"
audience = "sanmiao"
[sign_in]
client_id = "sanmiao"
{registers}
[treasury]
url = "{base}/treasury"
{treasury}
callback_app_id = "{callback_app_id}"
callback_key = "base64:{callback_key}"
timeout_ms = 1500
lease_ms = 4000
backoff_ms = 20
backoff_ms_max = 200
attempts_max = 200
[notify]
url = "{base}/sink"
{sink}
timeout_ms = 1000
[jobs]
dispatch_ms = 50
resume_ms = 50
instalments_ms = 50
deadlines_ms = 50
{policies}"#,
        database = place.toml(),
        treasury = peer(&keys.treasury),
        sink = peer(&keys.sink),
        callback_app_id = keys.treasury.app_id,
        callback_key = STANDARD.encode(&keys.treasury.secret),
    )
}

fn register(base: &str, name: &str, key: &ChannelKey) -> String {
    format!(
        r#"[sources.{name}]
url = "{base}/sources/{name}"
{peer}
deadline_ms = 2000
attempt_timeout_ms = 1000
backoff_ms = 5
backoff_ms_max = 20
breaker_open_ms = 100
"#,
        peer = peer(key),
    )
}

fn peer(key: &ChannelKey) -> String {
    format!(
        "app_id = \"{}\"\nkey = \"base64:{}\"\n",
        key.app_id,
        STANDARD.encode(&key.secret)
    )
}

/// A client for tests.
#[expect(
    clippy::disallowed_methods,
    reason = "a test plays the part of a stranger, who has a client of their own"
)]
pub(crate) fn client() -> reqwest::Client {
    let _chosen_before = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client")
}

/// Somebody who calls the API with a token.
pub(crate) struct Caller<'h> {
    house: &'h House,
    subject: String,
}

impl Caller<'_> {
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call(
            Method::POST,
            path,
            Some(serde_json::to_vec(body).expect("JSON")),
        )
        .await
    }

    /// Posts bytes as they are.
    pub(crate) async fn post_text(&self, path: &str, body: &str) -> Reply {
        self.call(Method::POST, path, Some(body.as_bytes().to_vec()))
            .await
    }

    async fn call(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Reply {
        let mut request = self
            .house
            .http
            .request(method, format!("{}{path}", self.house.base));
        // A fresh token for each call: days may have passed.
        let token = self.house.world.token_for(&self.subject);
        request = request
            .bearer_auth(token.unwrap_or_else(|| panic!("nobody is called {}", self.subject)));
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        let response = request.send().await.expect("the service answers");
        let status = response.status().as_u16();
        let bytes = response.bytes().await.expect("a whole answer");
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status, body }
    }
}

/// A person at their own application.
pub(crate) struct Applicant<'h> {
    pub(crate) caller: Caller<'h>,
    pub(crate) person: Person,
}

/// What opening gave.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) id: String,
    pub(crate) snapshot: String,
    pub(crate) body: Value,
}

impl Applicant<'_> {
    /// Opens the form of the policy the person is made for.
    pub(crate) async fn open(&self) -> Opened {
        let policy = self.person.applies_for.clone();
        let body = self.try_open(&policy, &self.scope(&policy)).await.good();
        Opened {
            id: text(&body, "/application/id").to_owned(),
            snapshot: text(&body, "/form/snapshot_id").to_owned(),
            body,
        }
    }

    /// The registers a policy asks.
    pub(crate) fn scope(&self, policy: &str) -> Vec<&'static str> {
        let policies = &self.caller.house.ctx.policies;
        let policy = policies
            .in_force(policy, super::people::AS_OF)
            .expect("the policy is in force");
        policy
            .sources()
            .iter()
            .map(sanmiao::domain::source::SourceId::as_str)
            .collect()
    }

    pub(crate) async fn try_open(&self, policy: &str, scope: &[&str]) -> Reply {
        let body = json!({ "policy": policy, "consent": { "scope": scope, "purpose": policy } });
        self.caller.post("/api/v1/applications", &body).await
    }

    /// Files a form that was opened.
    pub(crate) async fn try_file(&self, id: &str, snapshot: &str) -> Reply {
        let account = &self.person.account;
        let body = json!({
            "snapshot_id": snapshot,
            "account": account.number, "bank": account.bank_cnaps, "phone": self.person.phone,
        });
        self.caller
            .post(&format!("/api/v1/applications/{id}/file"), &body)
            .await
    }

    /// Opens and files.
    pub(crate) async fn apply(&self) -> Value {
        let opened = self.open().await;
        self.try_file(&opened.id, &opened.snapshot).await.good()
    }

    pub(crate) async fn look(&self, id: &str) -> Value {
        self.caller
            .get(&format!("/api/v1/applications/{id}"))
            .await
            .good()
    }

    /// The payments of an application.
    pub(crate) async fn payments(&self, id: &str) -> Vec<Value> {
        let body = self
            .caller
            .get(&format!("/api/v1/applications/{id}/payments"))
            .await
            .good();
        let list = body.get("items").cloned().unwrap_or(body);
        list.as_array().expect("a list of payments").clone()
    }

    /// Waits until the application stands in `state`.
    pub(crate) async fn until(&self, id: &str, state: &str) -> Value {
        let what = format!("application {id} becomes {state}");
        self.caller
            .house
            .eventually(&what, || async move {
                let seen = self.look(id).await;
                (text(&seen, "/state") == state).then_some(seen)
            })
            .await
    }

    /// Waits until the payment of an instalment stands in `state`.
    pub(crate) async fn until_payment(&self, id: &str, instalment: usize, state: &str) -> Value {
        let what = format!("instalment {instalment} of {id} becomes {state}");
        self.caller
            .house
            .eventually(&what, || async move {
                let payments = self.payments(id).await;
                let payment = payments.get(instalment - 1)?.clone();
                (text(&payment, "/state") == state).then_some(payment)
            })
            .await
    }
}
