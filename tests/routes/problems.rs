//! Every refusal is a problem, in both languages; every answer has its headers.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use sanmiao::config::{LogConfig, LogFormat};
use sanmiao::telemetry;
use sanmiao::web::Limits;
use serde_json::json;

use super::browser::Browser;
use super::house::{ACCOUNT, DOCUMENT, House, request};

#[tokio::test]
async fn what_the_router_refuses_is_a_problem_too() {
    let house = House::new().await;
    house.get("", "/nowhere").await.is_problem("not-found");
    house
        .get("applicant-1", "/api/v1/applications/not-an-id")
        .await
        .is_problem("not-found");
    let reply = house
        .send(request(Method::DELETE, "/api/v1/policies", "", None))
        .await;
    reply.is_problem("method-not-allowed");
    assert!(reply.header("allow").contains("GET"), "{reply:?}");
    house
        .get("", &format!("/x?{}", "a".repeat(5000)))
        .await
        .is_problem("uri-too-long");
    let many = Request::get("/healthz")
        .header("x-big", "x".repeat(17_000))
        .body(Body::empty())
        .unwrap();
    house.send(many).await.is_problem("headers-too-large");
}

#[tokio::test]
async fn every_type_leads_to_its_description() {
    let house = House::new().await;
    let kinds = house.get("", "/problems").await.json();
    for kind in kinds.as_array().unwrap() {
        let page = house.get("", kind["type"].as_str().unwrap()).await;
        assert_eq!(page.json(), *kind);
    }
    house
        .get("", "/problems/none")
        .await
        .is_problem("not-found");
}

#[tokio::test]
async fn the_wanted_language_comes_first() {
    let house = House::new().await;
    for (wanted, first, content) in [
        ("en-GB", "\"title_en\"", "en, zh-CN"),
        ("zh", "\"title\"", "zh-CN, en"),
        ("", "\"title\"", "zh-CN, en"),
    ] {
        let request = Request::get("/nowhere")
            .header("accept-language", wanted)
            .body(Body::empty())
            .unwrap();
        let reply = house.send(request).await;
        let at = |name: &str| reply.text.find(name).unwrap();
        assert_eq!(
            at(first),
            at("\"title\"").min(at("\"title_en\"")),
            "{wanted}"
        );
        assert_eq!(reply.header("content-language"), content);
    }
}

#[tokio::test]
async fn an_inbound_request_id_that_fits_is_kept_and_no_other() {
    let house = House::new().await;
    let id = |value: &str| {
        Request::get("/healthz")
            .header("x-request-id", value)
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(
        house.send(id("abc-1_2")).await.header("x-request-id"),
        "abc-1_2"
    );
    for bad in ["", "a b", "a/b", &"x".repeat(65)] {
        let reply = house.send(id(bad)).await;
        let made = reply.header("x-request-id");
        assert!(made != bad && made.len() == 32, "{bad:?} {made:?}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let house = House::new().await;
    let (id, _) = house.open("applicant-1").await;
    for (token, path) in [
        ("", "/healthz".to_owned()),
        ("", "/nowhere".to_owned()),
        ("applicant-1", format!("/api/v1/applications/{id}")),
        ("", "/api/v1/policies".to_owned()),
    ] {
        let reply = house.get(token, &path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        assert!(
            reply
                .header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
        let cached = if path == "/api/v1/policies" {
            "public, max-age=60"
        } else {
            "no-store"
        };
        assert_eq!(reply.header("cache-control"), cached, "{path}");
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended() {
    let limits = Limits {
        request: Duration::ZERO,
        ..Limits::default()
    };
    let house = House::with_limits(limits).await;
    let reply = house.get("applicant-1", "/api/v1/applications").await;
    assert_eq!(reply.status, StatusCode::GATEWAY_TIMEOUT);
    reply.is_problem("timeout");
    assert!(!reply.header("retry-after").is_empty());
}

#[tokio::test]
async fn health_readiness_policies_and_figures_are_open_to_all() {
    let house = House::new().await;
    assert_eq!(
        house.get("", "/healthz").await.json(),
        json!({"status": "ok"})
    );
    assert_eq!(
        house.get("", "/readyz").await.json(),
        json!({"status": "ok"})
    );
    let policies = house.get("", "/api/v1/policies").await.json();
    let foshan = policies
        .as_array()
        .unwrap()
        .iter()
        .find(|policy| policy["id"] == super::house::POLICY)
        .unwrap();
    assert_eq!(foshan["amounts"][0]["amount"], "200000.00", "{foshan}");
    let metrics = house.get("", "/metrics").await;
    assert!(
        metrics
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    assert!(
        metrics.text.contains(r#"route="/api/v1/policies""#),
        "{}",
        metrics.text
    );
    assert!(metrics.text.ends_with("# EOF\n"));
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_holds_the_route_and_the_request_id_and_nothing_personal() {
    let lines = Lines::default();
    let writer = lines.clone();
    let config = LogConfig {
        filter: "trace,sqlx=warn".to_owned(),
        format: LogFormat::Json,
    };
    let subscriber = telemetry::subscriber(&config, move || writer.clone()).unwrap();
    let _guard = tracing::subscriber::set_default(subscriber);
    let house = House::new().await;
    house.appropriate().await;
    let id = house.filed("applicant-1").await;
    house
        .get(
            "reviewer-440604",
            &format!("/api/v1/review/applications/{id}?purpose=secret-purpose"),
        )
        .await;
    house.get("", "/nowhere/440604199205040016").await;
    let browser = Browser::of(&house);
    browser.sign_in("applicant-1", "/home").await;
    let form = [("account", ACCOUNT), ("csrf", "forged")];
    browser.post("/test/form", &form).await.is_refusal_page(403);
    browser
        .post_from("/test/form", &form, &[])
        .await
        .is_refusal_page(403);
    let cookies: Vec<String> = browser.jar.borrow().values().cloned().collect();
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains(r#""path":"/api/v1/applications/{id}/file""#),
        "{log}"
    );
    assert!(
        log.contains(r#""path":"unmatched""#) && log.contains("request_id"),
        "{log}"
    );
    assert!(log.contains("signed in") && log.contains("a form of another site was refused"));
    let personal = [
        DOCUMENT,
        ACCOUNT,
        "张三",
        "13800000000",
        "secret-purpose",
        "applicant-1",
        "state=",
    ];
    for private in cookies.iter().map(String::as_str).chain(personal) {
        assert!(
            !log.contains(private),
            "{private} stands in the log:\n{log}"
        );
    }
}
