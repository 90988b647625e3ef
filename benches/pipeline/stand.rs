//! The stand: a made-up world in a thread and a runtime of its own, and a service assembled as `serve` does it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use reqwest::{Method, Url};
use sanmiao::app::{App, DATABASE_FILE};
use sanmiao::cli::demo::town;
use sanmiao::cli::settings::nature;
use sanmiao::config::Config;
use sanmiao::context::Context;
use sanmiao::domain::award::BudgetKey;
use sanmiao::domain::money::Money;
use sanmiao::gateways::http::{Http, Request};
use sanmiao::store::vault::Keyring;
use sanmiao_mocks::{Person, World, WorldConfig};
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// Ample for every line, in fen.
const AMPLE_FEN: i64 = 1_000_000_000_000;
const DISTRICTS: [&str; 6] = ["440600", "440604", "440605", "440606", "440607", "440608"];

/// A folder of our own, removed in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("sanmiao-bench-{}-{name}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A made-up world that runs beside.
pub(crate) struct Beside {
    pub(crate) world: Arc<World>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Beside {
    pub(crate) fn start(seed: u64, people: usize) -> Self {
        let (give, take) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let world = World::start(WorldConfig::new(seed, people)).await.unwrap();
                give.send(Arc::new(world)).unwrap();
                let _ = stopped.await;
            });
        });
        Self {
            world: take.recv().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The service put together against a world, its budget lines filled, nothing running yet.
pub(crate) async fn assemble(world: &World, folder: &Path) -> App {
    let nature = nature();
    let key = || Keyring::make_material(&*nature.entropy);
    let mut text = String::new();
    write!(
        text,
        "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1:1\"\n\n[database]\ndata_dir = '{}'\n\n[vault]\ncurrent = \"bench\"\nkeys.bench = \"{}\"\nblind_index_key = \"{}\"\n\n{}",
        folder.display(),
        *key(),
        *key(),
        town::peers(world),
    )
    .unwrap();
    let config = Config::parse(&text, []).unwrap();
    let app = App::assemble(&config, nature).await.unwrap();
    fund(app.context()).await;
    app
}

async fn fund(ctx: &Context) {
    let year = ctx.world.clock.today().year();
    let mut tx = ctx.store.write().await.unwrap();
    for policy in ctx.policies.iter() {
        for district in DISTRICTS {
            let line = BudgetKey {
                policy: policy.id().to_owned(),
                district: district.parse().unwrap(),
                year,
            };
            tx.appropriate(&line, Money::from_fen(AMPLE_FEN).unwrap())
                .await
                .unwrap();
        }
    }
    tx.commit().await.unwrap();
}

/// A copy of the service's database as it stands, for the other side to start from.
pub(crate) async fn copy(ctx: &Context, folder: &Path) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    let path = folder.join(DATABASE_FILE);
    ctx.store.backup_to(&path).await.unwrap();
    path
}

/// What a person's browser sends to open the form.
pub(crate) fn opening(ctx: &Context, person: &Person) -> Value {
    let today = ctx.world.clock.today();
    let policy = ctx.policies.in_force(&person.applies_for, today).unwrap();
    let scope: Vec<_> = policy.sources().iter().collect();
    json!({ "policy": person.applies_for, "consent": { "scope": scope, "purpose": person.applies_for } })
}

/// What it sends to file it.
pub(crate) fn filing(person: &Person, snapshot: &str) -> Value {
    let card = person.card();
    json!({
        "snapshot_id": snapshot, "account": card.account.number, "bank": card.account.bank_cnaps, "phone": card.phone,
    })
}

/// A person's browser.
pub(crate) async fn post(http: &Http, url: &str, token: &str, body: &Value) -> (u16, Vec<u8>) {
    let headers = [("authorization", format!("Bearer {token}"))];
    let url: Url = url.parse().unwrap();
    let body = Some(body.to_string().into_bytes());
    let timeout = std::time::Duration::from_mins(1);
    let reply = http
        .send(Request {
            method: Method::POST,
            url,
            headers: &headers,
            body,
            timeout,
        })
        .await
        .unwrap();
    (reply.status, reply.body)
}
