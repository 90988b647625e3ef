//! What is logged on the way out holds no secret and nothing about anybody.

use std::io::Write;
use std::sync::{Arc, Mutex};

use sanmiao::config::{LogConfig, LogFormat};
use sanmiao::ports::{Identity as _, Notifier as _, Source as _, Treasury as _};
use sanmiao::telemetry;
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::fmt::MakeWriter;
use wiremock::ResponseTemplate;

use super::identity::Issuer;
use super::notify::{notice, notifier};
use super::sources::{nobody, query, register};
use super::support::{Signed, clock, count, nowhere, serve};
use super::treasury::{id, treasury};

/// Keeps what is written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Kept {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

/// One of everything, well and badly: what must not be in the log.
async fn everything() -> Vec<String> {
    let body = nobody(sanmiao::domain::source::SourceId::Education).to_string();
    let good = serve(Signed::new(200, body)).await;
    let bad = serve(ResponseTemplate::new(200).set_body_string("张三 11010519491231002X")).await;
    let gone = nowhere().await;
    let issuer = Issuer::start().await;
    let token = issuer.token();
    for base in [good.uri(), bad.uri(), gone] {
        register(&base).ask(&query()).await;
        treasury(&base)
            .send(
                &id(),
                "{\"payee_name\":\"张三\",\"payee_account\":\"6222021234567890123\"}".as_bytes(),
                "r",
            )
            .await;
        treasury(&base).ask(&id(), "r").await;
        let _ = notifier(&base).notify(&notice()).await;
    }
    let identity = issuer.identity(&clock());
    identity.principal(&token).await.unwrap();
    identity.principal(&format!("{token}x")).await.unwrap_err();
    issuer.server.reset().await;
    issuer
        .identity(&clock())
        .principal(&token)
        .await
        .unwrap_err();
    assert!(count(&good).await >= 4);
    let mut secrets = super::sign_in::well_and_badly().await;
    secrets.extend(token.rsplit('.').next().map(ToOwned::to_owned));
    secrets
}

#[tokio::test]
async fn at_the_finest_level_nothing_private_is_logged() {
    for format in [LogFormat::Json, LogFormat::Text] {
        let kept = Kept::default();
        let config = LogConfig {
            format,
            filter: "trace".to_owned(),
        };
        let subscriber = telemetry::subscriber(&config, kept.clone()).unwrap();
        let secrets = everything().with_subscriber(subscriber).await;
        let bytes = kept.0.lock().unwrap().clone();
        let log = String::from_utf8(bytes).unwrap();
        assert!(
            log.contains("source asked") && log.contains("malformed")
                || log.contains("bad_signature"),
            "{log}"
        );
        assert!(log.contains("request-1"), "the request id is there");
        let secrets = secrets.iter().map(String::as_str);
        let personal = [
            "张三",
            "11010519491231002X",
            "6222021234567890123",
            "13800138000",
            "0123456789abcdef",
        ];
        for private in secrets.chain(personal) {
            assert!(!log.contains(private), "{private} is in the log");
        }
        if format == LogFormat::Json {
            for line in log.lines() {
                serde_json::from_str::<serde_json::Value>(line).unwrap();
            }
        }
    }
}

#[test]
fn a_filter_that_cannot_be_read_is_refused() {
    let config = LogConfig {
        format: LogFormat::Json,
        filter: "sanmiao=loud".to_owned(),
    };
    assert!(matches!(
        telemetry::subscriber(&config, std::io::sink),
        Err(telemetry::TelemetryError::BadFilter)
    ));
}
