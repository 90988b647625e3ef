//! `doctor`, and the gateways made from one configuration, against a small world.

use std::sync::Arc;

use sanmiao::cli::doctor::{Check, Hooks, Trouble, doctor};
use sanmiao::config::{Config, SignInConfig, Text};
use sanmiao::domain::evidence::FetchOutcome;
use sanmiao::domain::source::SourceId;
use sanmiao::domain::time::parse_date;
use sanmiao::gateways::assemble::assemble;
use sanmiao::gateways::entropy::SeededEntropy;
use sanmiao::gateways::http::Http;
use sanmiao::gateways::sources::Tools;
use sanmiao::ports::{Clock, Entropy};
use sanmiao::telemetry::Metrics;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::identity::Issuer;
use super::sign_in::Provider;
use super::sources::query;
use super::support::{NOW_S, Signed, clock, count, nowhere, raw, serve};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const KEY32: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn config(issuer: &str, education: &str, treasury: &str) -> Config {
    let text = format!(
        "[server]\npublic_url = \"https://a.example\"\n[database]\ndata_dir = \"data\"\n\
         [vault]\nkeys.k1 = {KEY32:?}\ncurrent = \"k1\"\nblind_index_key = {KEY32:?}\n\
         [identity]\nissuer = {issuer:?}\naudience = \"sanmiao\"\n\
         [sources.education]\nurl = {education:?}\napp_id = \"sanmiao\"\nkey = {SECRET:?}\n\
         [treasury]\nurl = {treasury:?}\napp_id = \"sanmiao\"\nkey = {SECRET:?}\ncallback_app_id = \"t\"\ncallback_key = {SECRET:?}\n"
    );
    Config::parse(&text, []).unwrap()
}

async fn look(config: &Config, database_ok: bool, calendar_until: &str) -> Vec<Check> {
    let clock: Arc<dyn Clock> = clock();
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
    let database = async move {
        if database_ok {
            return Ok(Text::new("好", "fine"));
        }
        Err(Trouble {
            what: Text::new("未迁移", "not migrated"),
            mend: Text::new("运行 migrate", "run migrate"),
        })
    };
    let hooks = Hooks {
        database: Box::pin(database),
        policies: Box::pin(async { Ok(Text::new("7 份", "7 documents")) }),
        calendar_until: parse_date(calendar_until).unwrap(),
    };
    doctor(config, &Http::new().unwrap(), &clock, &entropy, hooks).await
}

fn failed(checks: &[Check]) -> Vec<&str> {
    checks
        .iter()
        .filter(|check| !check.ok)
        .map(|check| check.name.as_str())
        .collect()
}

async fn healthy(skew_s: i64) -> MockServer {
    let server = MockServer::start().await;
    let health = ResponseTemplate::new(200)
        .insert_header("x-sm-timestamp", (NOW_S + skew_s).to_string().as_str());
    Mock::given(path("/health"))
        .respond_with(health)
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn all_is_well_where_all_is_well_and_nobody_is_asked_about() {
    let (issuer, education, treasury) =
        (Issuer::start().await, healthy(3).await, healthy(-2).await);
    let checks = look(
        &config(&issuer.server.uri(), &education.uri(), &treasury.uri()),
        true,
        "2028-12-31",
    )
    .await;
    assert_eq!(failed(&checks), Vec::<&str>::new(), "{checks:?}");
    let names: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "config",
            "database",
            "policies",
            "calendar",
            "finance.year_end",
            "identity",
            "sources.education",
            "treasury"
        ]
    );
    for request in education.received_requests().await.unwrap() {
        assert_eq!((request.url.path(), request.body.len()), ("/health", 0));
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let skewed = healthy(-400).await;
    let checks = look(
        &config(&nowhere().await, &nowhere().await, &skewed.uri()),
        false,
        "2026-11-30",
    )
    .await;
    assert_eq!(
        failed(&checks),
        [
            "database",
            "calendar",
            "identity",
            "sources.education",
            "treasury"
        ]
    );
    assert!(checks.iter().all(|check| check.ok == check.mend.is_none()));
    assert!(checks[7].what.en.contains("-400"), "{:?}", checks[7]);
}

#[tokio::test]
async fn a_server_without_health_is_there_all_the_same() {
    let issuer = Issuer::start().await;
    let education = raw(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
    let treasury = raw(b"").await;
    let checks = look(
        &config(&issuer.server.uri(), &education, &treasury),
        true,
        "2028-12-31",
    )
    .await;
    assert_eq!(failed(&checks), Vec::<&str>::new(), "{checks:?}");
}

#[tokio::test]
async fn a_clock_is_also_read_from_the_date_of_any_reply() {
    let issuer = Issuer::start().await;
    let education =
        raw(b"HTTP/1.1 404 Not Found\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-length: 0\r\n\r\n").await;
    let checks = look(
        &config(&issuer.server.uri(), &education, &raw(b"").await),
        true,
        "2028-12-31",
    )
    .await;
    assert_eq!(failed(&checks), ["sources.education"]);
    assert!(
        checks[5].what.en.contains(&format!("-{NOW_S}")),
        "{:?}",
        checks[5]
    );
}

#[tokio::test]
async fn the_gateways_of_a_configuration_ask_with_its_keys() {
    let issuer = Issuer::start().await;
    let body = super::sources::nobody(SourceId::Education).to_string();
    let server = serve(Signed::new(200, body)).await;
    let metrics = Metrics::new();
    let tools = Tools {
        clock: clock(),
        entropy: Arc::new(SeededEntropy::new(5)),
        observer: Arc::new(metrics.clone()),
    };
    let gateways = assemble(
        &config(&issuer.server.uri(), &server.uri(), &server.uri()),
        &tools,
    )
    .unwrap();

    let mut outcomes = Vec::new();
    for source in gateways.sources.iter() {
        outcomes.push((source.id(), source.ask(&query()).await.outcome));
    }
    let expected = SourceId::ALL.map(|source| match source {
        SourceId::Education => (source, FetchOutcome::Answered),
        _ => (source, FetchOutcome::NotConfigured),
    });
    assert_eq!(outcomes, expected);
    assert_eq!(count(&server).await, 1);
    assert!(gateways.identity.principal(&issuer.token()).await.is_ok());
    assert!(
        metrics
            .render()
            .contains("sanmiao_source_attempts_total{source=\"education\"} 1")
    );
}

#[tokio::test]
async fn sign_in_is_looked_at_where_it_is_configured() {
    let (provider, lean) = (Provider::start().await, Issuer::start().await);
    let there = healthy(0).await;
    for (issuer, expected) in [
        (provider.server.uri(), vec![]),
        (lean.server.uri(), vec!["sign_in"]),
    ] {
        let mut config = config(&issuer, &there.uri(), &there.uri());
        config.sign_in = Some(SignInConfig {
            client_id: "sanmiao".to_owned(),
            client_secret: None,
            scopes: vec!["openid".to_owned()],
            session_idle_s: 60,
            session_s_max: 60,
        });
        let checks = look(&config, true, "2028-12-31").await;
        assert_eq!(failed(&checks), expected, "{checks:?}");
        assert!(checks.iter().any(|check| check.name == "sign_in"));
    }
}
