//! The whole pipeline over real HTTP, against the floor, on the same people.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream;
use sanmiao::app::DATABASE_FILE;
use sanmiao::context::Context;
use sanmiao::gateways::http::Http;
use sanmiao_mocks::{LedgerTotals, World};
use serde_json::{Value, json};
use sqlx::sqlite::SqlitePool;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::bare;
use super::floor::{Call, Floor, Script, call};
use super::rows::{Kept, counts};
use super::stand::{self, Beside, Folder};

/// People under way at once.
const CONCURRENCY: usize = 16;

/// What one side did.
pub(crate) struct Side {
    pub(crate) took: Duration,
    /// From sending the form to the answer with the decision.
    pub(crate) filing: Vec<Duration>,
    pub(crate) commits: u64,
    pub(crate) api: u64,
    pub(crate) sources: u64,
    pub(crate) treasury: u64,
    pub(crate) callbacks: u64,
    pub(crate) rows: HashMap<&'static str, i64>,
    pub(crate) ledger: LedgerTotals,
}

/// One round: the pipeline, then the floor with what the pipeline did.
pub(crate) async fn round(people: usize, seed: u64) -> (Side, Side) {
    let folder = Folder::new(&format!("whole-{seed}"));
    let beside = Beside::start(seed, people);
    let (side, scripts) = pipeline(&beside, folder.path()).await;
    drop(beside);
    let beside = Beside::start(seed, people);
    let floor = floor(&beside, folder.path(), scripts).await;
    (side, floor)
}

/// One person's answers.
struct Answers {
    token: String,
    opened: (u16, Vec<u8>),
    filed: (u16, Vec<u8>),
    took: Duration,
}

/// Opens and files; what is sent is the same on both sides.
async fn apply(
    http: &Http,
    base: &str,
    token: String,
    opening: Value,
    filing: impl Fn(&str) -> Value,
) -> Answers {
    let opened = stand::post(
        http,
        &format!("{base}/api/v1/applications"),
        &token,
        &opening,
    )
    .await;
    let form: Value = serde_json::from_slice(&opened.1).unwrap();
    assert_eq!(opened.0, 201, "{form}");
    let id = form["application"]["id"].as_str().unwrap();
    let body = filing(form["form"]["snapshot_id"].as_str().unwrap());
    let start = Instant::now();
    let filed = stand::post(
        http,
        &format!("{base}/api/v1/applications/{id}/file"),
        &token,
        &body,
    )
    .await;
    let took = start.elapsed();
    assert!(filed.0 < 300, "{}", String::from_utf8_lossy(&filed.1));
    Answers {
        token,
        opened,
        filed,
        took,
    }
}

/// Waits until nothing is on its way; asked of the database, on both sides alike.
async fn settled(reader: &SqlitePool) {
    const OPEN: &str =
        "SELECT COUNT(*) FROM instructions WHERE state IN ('ready', 'unknown', 'acknowledged')";
    while sqlx::query_scalar::<_, i64>(OPEN)
        .fetch_one(reader)
        .await
        .unwrap()
        > 0
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn pipeline(beside: &Beside, folder: &Path) -> (Side, Vec<Script>) {
    let world = &beside.world;
    let ours = folder.join("ours");
    let app = stand::assemble(world, &ours).await;
    let ctx = app.context().clone();
    stand::copy(&ctx, &folder.join("floor")).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    world
        .set_callback_url(&format!("{base}/api/v1/treasury/events"))
        .unwrap();
    let (stop, stopping) = watch::channel(false);
    let reader = bare::pool(&ours.join(DATABASE_FILE)).await;
    let before = ctx.store.commits();
    let running = tokio::spawn(app.serve(listener, stopping));
    let http = Http::new().unwrap();
    let start = Instant::now();
    let answers: Vec<Answers> = stream::iter(world.people())
        .map(|person| {
            let token = world.token_for(&person.subject).unwrap();
            apply(
                &http,
                &base,
                token,
                stand::opening(&ctx, person),
                |snapshot| stand::filing(person, snapshot),
            )
        })
        .buffered(CONCURRENCY)
        .collect()
        .await;
    settled(&reader).await;
    let took = start.elapsed();
    let filing = answers.iter().map(|answers| answers.took).collect();
    let commits = ctx.store.commits() - before;
    let rows = counts(&reader).await;
    let total = |sql: &'static str| {
        let reader = reader.clone();
        async move {
            u64::try_from(
                sqlx::query_scalar::<_, i64>(sql)
                    .fetch_one(&reader)
                    .await
                    .unwrap(),
            )
            .unwrap()
        }
    };
    let side = Side {
        took,
        filing,
        commits,
        api: 2 * answers.len() as u64,
        sources: total("SELECT CAST(SUM(attempts) AS BIGINT) FROM fetches").await,
        treasury: total("SELECT CAST(SUM(attempts) AS BIGINT) FROM instructions").await,
        callbacks: total("SELECT COUNT(*) FROM treasury_events").await,
        rows,
        ledger: world.treasury_ledger(),
    };
    let mut scripts = Vec::new();
    for answers in answers {
        scripts.push(script(&ctx, &reader, answers).await);
    }
    reader.close().await;
    stop.send_replace(true);
    running.await.unwrap().unwrap();
    (side, scripts)
}

/// What the floor will know about one person. The addresses are filled in when its world has started.
async fn script(ctx: &Context, reader: &SqlitePool, answers: Answers) -> Script {
    let filed: Value = serde_json::from_slice(&answers.filed.1).unwrap();
    let kept = Kept::read(reader, filed["id"].as_str().unwrap()).await;
    let mut tx = ctx.store.read().await.unwrap();
    let applicant = tx
        .applicant(kept.applicant.text("id").parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    let subject = json!({
        "document_type": applicant.document.document_type(), "document_number": applicant.document.reveal(),
        "name": applicant.name.reveal(),
    });
    let nowhere = |body: Vec<u8>| Call {
        url: "http://127.0.0.1:1".parse().unwrap(),
        key: sanmiao::gateways::wire::WireKey::new("", &[]),
        body,
    };
    let query = |line: &super::rows::Line| {
        let purpose = kept.application.text("policy_id");
        let ids = (line.text("id"), line.text("consent_id"));
        let body = json!({ "query_id": ids.0, "consent_id": ids.1, "purpose": purpose, "subject": subject });
        nowhere(body.to_string().into_bytes())
    };
    let queries = kept.fetches.iter().map(query).collect();
    let mut orders = Vec::new();
    for line in &kept.instructions {
        let instruction = tx
            .instruction(&line.text("id").parse().unwrap())
            .await
            .unwrap()
            .unwrap();
        orders.push(nowhere(instruction.payload.reveal().clone()));
    }
    Script {
        token: answers.token,
        kept,
        queries,
        orders,
        opened: answers.opened,
        filed: answers.filed,
    }
}

/// Points every call at the floor's own world, which has the same people, keys and ids.
fn aim(world: &World, script: &mut Script) {
    let keys = world.keys();
    for (query, line) in script.queries.iter_mut().zip(&script.kept.fetches) {
        let source = line.text("source");
        let key = match source.as_str() {
            "talent_introduction" => &keys.talent_introduction,
            "education" => &keys.education,
            "degree" => &keys.degree,
            _ => &keys.social_security,
        };
        *query = call(
            world,
            &format!("/sources/{source}/query"),
            key,
            std::mem::take(&mut query.body),
        );
    }
    for order in &mut script.orders {
        *order = call(
            world,
            "/treasury/instructions",
            &keys.treasury,
            std::mem::take(&mut order.body),
        );
    }
}

async fn floor(beside: &Beside, folder: &Path, mut scripts: Vec<Script>) -> Side {
    let world = &beside.world;
    for script in &mut scripts {
        aim(world, script);
    }
    let database = folder.join("floor").join(DATABASE_FILE);
    let reader = bare::pool(&database).await;
    let floor = Floor::start(&database, scripts).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    world
        .set_callback_url(&format!("{base}/api/v1/treasury/events"))
        .unwrap();
    let router = floor.router();
    let running = tokio::spawn(async move { axum::serve(listener, router).await });
    let http = Http::new().unwrap();
    let start = Instant::now();
    let answers: Vec<Answers> = stream::iter(world.people().iter().zip(floor.scripts()))
        .map(|(person, script)| {
            let opening = json!({ "policy": person.applies_for, "consent": {
                "scope": ["talent_introduction", "degree", "social_security"], "purpose": person.applies_for } });
            apply(&http, &base, script.token.clone(), opening, |snapshot| stand::filing(person, snapshot))
        })
        .buffered(CONCURRENCY)
        .collect()
        .await;
    settled(&reader).await;
    let took = start.elapsed();
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    let side = Side {
        took,
        filing: answers.iter().map(|answers| answers.took).collect(),
        commits: floor.commits(),
        api: count(&floor.calls.api),
        sources: count(&floor.calls.sources),
        treasury: count(&floor.calls.treasury),
        callbacks: count(&floor.calls.callbacks),
        rows: counts(&reader).await,
        ledger: world.treasury_ledger(),
    };
    running.abort();
    reader.close().await;
    Arc::clone(&floor).close().await;
    side
}
