//! Every operation of the OpenAPI document has its line here, and every line is held: no token, a bad token, a wrong role, the
//! right role, another's, another district's.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};
use sanmiao::review::CaseDesk;
use sanmiao::review::counter::Report;
use sanmiao::web::openapi::{document, pages};
use serde_json::Value;

use super::browser::Browser;
use super::house::{DISTRICT, House, TOKENS, added, multipart, request};

/// Who may, as the tests have it. Held against what the document says and against what the door does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Public,
    Applicant,
    Review,
    Supervise,
    Finance,
    Treasury,
}

const LINES: [(&str, &str, Rule); 33] = [
    ("get", "/healthz", Rule::Public),
    ("get", "/readyz", Rule::Public),
    ("get", "/metrics", Rule::Public),
    ("get", "/problems", Rule::Public),
    ("get", "/problems/{slug}", Rule::Public),
    ("get", "/api/v1/openapi.json", Rule::Public),
    ("get", "/api/v1/policies", Rule::Public),
    ("post", "/api/v1/applications", Rule::Applicant),
    ("get", "/api/v1/applications", Rule::Applicant),
    ("get", "/api/v1/applications/{id}", Rule::Applicant),
    ("get", "/api/v1/applications/{id}/form", Rule::Applicant),
    (
        "post",
        "/api/v1/applications/{id}/disputes",
        Rule::Applicant,
    ),
    ("post", "/api/v1/applications/{id}/file", Rule::Applicant),
    (
        "post",
        "/api/v1/applications/{id}/withdraw",
        Rule::Applicant,
    ),
    (
        "get",
        "/api/v1/applications/{id}/explanation",
        Rule::Applicant,
    ),
    ("get", "/api/v1/applications/{id}/payments", Rule::Applicant),
    ("get", "/api/v1/applications/{id}/events", Rule::Applicant),
    ("post", "/api/v1/payments/{id}/account", Rule::Applicant),
    ("get", "/api/v1/review/applications", Rule::Review),
    ("get", "/api/v1/review/applications/{id}", Rule::Review),
    (
        "post",
        "/api/v1/review/applications/{id}/decision",
        Rule::Review,
    ),
    ("get", "/api/v1/finance/payments", Rule::Finance),
    ("get", "/api/v1/finance/payments/{id}", Rule::Finance),
    (
        "post",
        "/api/v1/finance/payments/{id}/release",
        Rule::Finance,
    ),
    ("get", "/api/v1/finance/batches", Rule::Finance),
    ("post", "/api/v1/finance/batches", Rule::Finance),
    ("get", "/api/v1/finance/batches/{id}", Rule::Finance),
    (
        "post",
        "/api/v1/finance/batches/{id}/approve",
        Rule::Finance,
    ),
    (
        "post",
        "/api/v1/finance/batches/{id}/release",
        Rule::Finance,
    ),
    (
        "post",
        "/api/v1/finance/batches/{id}/discard",
        Rule::Finance,
    ),
    (
        "get",
        "/api/v1/finance/batches/{id}/files/{name}",
        Rule::Finance,
    ),
    ("get", "/api/v1/finance/ledger", Rule::Finance),
    ("get", "/api/v1/finance/journal", Rule::Finance),
];

/// Lines that outgrew the table above.
const MORE: [(&str, &str, Rule); 9] = [
    ("post", "/api/v1/reports", Rule::Public),
    ("post", "/api/v1/applications/{id}/rating", Rule::Applicant),
    ("get", "/api/v1/desk/causes", Rule::Review),
    ("post", "/api/v1/applications/{id}/person", Rule::Applicant),
    ("get", "/api/v1/figures", Rule::Public),
    ("get", "/api/v1/review/payments", Rule::Review),
    (
        "post",
        "/api/v1/review/payments/{id}/decision",
        Rule::Review,
    ),
    ("get", "/api/v1/finance/alarms", Rule::Finance),
    ("post", "/api/v1/treasury/events", Rule::Treasury),
];

/// The desk, and an applicant's side of it.
const DESK: [(&str, &str, Rule); 34] = [
    ("get", "/api/v1/desk/cases", Rule::Review),
    ("get", "/api/v1/desk/cases/{id}", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/take", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/hand-over", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/special", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/notes", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/ask", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/supplied", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/settle", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/unsettle", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/offer", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/check", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/propose", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/confirm", Rule::Review),
    (
        "post",
        "/api/v1/desk/cases/{id}/withdraw-proposal",
        Rule::Review,
    ),
    ("post", "/api/v1/desk/cases/{id}/answer", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/hand-on", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/reopen", Rule::Supervise),
    ("post", "/api/v1/desk/cases/{id}/conflict", Rule::Review),
    ("get", "/api/v1/desk/officers", Rule::Review),
    ("post", "/api/v1/desk/officers", Rule::Supervise),
    ("post", "/api/v1/desk/officers/away", Rule::Review),
    ("get", "/api/v1/desk/freezes", Rule::Review),
    ("post", "/api/v1/desk/freezes", Rule::Supervise),
    ("post", "/api/v1/desk/freezes/{id}/lift", Rule::Supervise),
    ("post", "/api/v1/desk/reports", Rule::Review),
    ("get", "/api/v1/desk/endings", Rule::Review),
    ("get", "/api/v1/applications/{id}/case", Rule::Applicant),
    (
        "post",
        "/api/v1/applications/{id}/case/supply",
        Rule::Applicant,
    ),
    (
        "post",
        "/api/v1/applications/{id}/case/take-offer",
        Rule::Applicant,
    ),
    ("post", "/api/v1/desk/cases/{id}/files", Rule::Review),
    ("get", "/api/v1/desk/cases/{id}/files/{file}", Rule::Review),
    ("post", "/api/v1/applications/{id}/files", Rule::Applicant),
    (
        "get",
        "/api/v1/applications/{id}/files/{file}",
        Rule::Applicant,
    ),
];

/// What people look at after the machine, and what is to come back.
const TRUST: [(&str, &str, Rule); 4] = [
    ("post", "/api/v1/desk/cases/{id}/sample", Rule::Review),
    ("post", "/api/v1/desk/cases/{id}/recovery", Rule::Review),
    ("get", "/api/v1/desk/receivables", Rule::Review),
    (
        "post",
        "/api/v1/finance/payments/{id}/repayments",
        Rule::Finance,
    ),
];

/// Statements, and what in them differs from our books.
const STATEMENTS: [(&str, &str, Rule); 7] = [
    ("post", "/api/v1/finance/statements", Rule::Finance),
    ("get", "/api/v1/finance/statements", Rule::Finance),
    ("get", "/api/v1/finance/statements/{id}", Rule::Finance),
    ("get", "/api/v1/finance/differences", Rule::Finance),
    ("get", "/api/v1/finance/differences/{id}", Rule::Finance),
    (
        "post",
        "/api/v1/finance/differences/{id}/take",
        Rule::Finance,
    ),
    (
        "post",
        "/api/v1/finance/differences/{id}/close",
        Rule::Finance,
    ),
];

/// Budget lines and their orders.
const BUDGETS: [(&str, &str, Rule); 9] = [
    ("get", "/api/v1/finance/budgets", Rule::Finance),
    ("get", "/api/v1/finance/budgets/forecast", Rule::Finance),
    ("get", "/api/v1/finance/budgets/orders", Rule::Finance),
    ("get", "/api/v1/finance/budgets/orders/{id}", Rule::Finance),
    ("post", "/api/v1/finance/budgets/orders", Rule::Finance),
    (
        "post",
        "/api/v1/finance/budgets/orders/{id}/approve",
        Rule::Finance,
    ),
    (
        "post",
        "/api/v1/finance/budgets/orders/{id}/decline",
        Rule::Finance,
    ),
    (
        "post",
        "/api/v1/finance/budgets/orders/{id}/withdraw",
        Rule::Finance,
    ),
    ("post", "/api/v1/finance/budgets/year-end", Rule::Finance),
];

fn lines() -> impl Iterator<Item = (&'static str, &'static str, Rule)> {
    let all = LINES.into_iter().chain(MORE).chain(DESK).chain(TRUST);
    all.chain(STATEMENTS).chain(BUDGETS)
}

/// Ids that exist: an application of `applicant-1` in district 440604, and its first payment.
struct Real {
    application: String,
    payment: String,
    case: String,
    batch: String,
    order: String,
}

impl Real {
    async fn in_house(house: &House) -> Self {
        house.appropriate().await;
        let application = house.filed("applicant-1").await;
        let payments = house
            .get(
                "applicant-1",
                &format!("/api/v1/applications/{application}/payments"),
            )
            .await
            .json();
        let payment = payments[0]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no payment: {payments}"))
            .to_owned();
        let report = Report {
            application: None,
            district: DISTRICT.parse().ok(),
            words: "补贴一直没有到账".to_owned(),
        };
        let desk = CaseDesk::new(house.ctx.clone());
        let case = desk.report(None, &report).await.unwrap();
        let list = house.get("finance-city", "/api/v1/finance/batches").await;
        let free = list.json()["preparable"][0].clone();
        let wanted = serde_json::json!({"day": free["day"], "policy": free["policy"], "district": free["district"]});
        let batch = house
            .post("finance-city", "/api/v1/finance/batches", &wanted)
            .await;
        let batch = batch.json()["id"].as_str().map(ToOwned::to_owned);
        Self {
            application,
            payment,
            case: case.id.to_string(),
            order: house.proposed(&added("1.00", "样例〔2026〕2号")).await,
            batch: batch.unwrap_or_else(|| panic!("no batch of {free}")),
        }
    }

    fn path(&self, template: &str) -> String {
        let id = if template.contains("payments/{id}") {
            &self.payment
        } else if template.contains("batches/{id}") {
            &self.batch
        } else if template.contains("orders/{id}") {
            &self.order
        } else if template.contains("cases/{id}") {
            &self.case
        } else {
            &self.application
        };
        let path = template
            .replace("{id}", id)
            .replace("{file}", id)
            .replace("{name}", "a.csv")
            .replace("{slug}", "stale")
            .replace("{act}", "note")
            .replace("{policy}", "foshan-phd-settling-in");
        if [
            "/api/v1/review/applications/{id}",
            "/api/v1/desk/cases/{id}",
        ]
        .contains(&template)
        {
            format!("{path}?purpose=test")
        } else {
            path
        }
    }
}

fn is_open_to(rule: Rule, token: &str) -> bool {
    let word = token.split('-').next().unwrap_or_default();
    match rule {
        Rule::Public => true,
        Rule::Applicant => word == "applicant",
        Rule::Review => word == "reviewer" || word == "supervisor",
        Rule::Supervise => word == "supervisor",
        Rule::Finance => word == "finance",
        Rule::Treasury => false,
    }
}

/// The status alone: an event stream has no end to wait for.
async fn status(house: &House, method: &str, path: &str, token: &str) -> StatusCode {
    use tower::ServiceExt as _;
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    let body = (method == Method::POST).then(|| "{}".to_owned());
    house
        .router
        .clone()
        .oneshot(request(method, path, token, body))
        .await
        .unwrap()
        .status()
}

fn described() -> BTreeMap<(String, String), Value> {
    let document: Value = serde_json::from_str(&document()).unwrap();
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.insert((method.clone(), path.clone()), operation.clone());
        }
    }
    operations
}

#[test]
fn every_operation_has_its_line_and_the_document_says_the_same() {
    let described = described();
    let known: BTreeSet<_> = lines()
        .map(|(method, path, _)| (method.to_owned(), path.to_owned()))
        .collect();
    let there: BTreeSet<_> = described.keys().cloned().collect();
    assert_eq!(
        there, known,
        "an operation without a line here, or a line without an operation"
    );
    for (method, path, rule) in lines() {
        let operation = &described[&(method.to_owned(), path.to_owned())];
        let access = match rule {
            Rule::Public => vec!["public"],
            Rule::Applicant => vec!["applicant"],
            Rule::Review => vec!["reviewer", "supervisor"],
            Rule::Supervise => vec!["supervisor"],
            Rule::Finance => vec!["finance"],
            Rule::Treasury => vec!["treasury_signature"],
        };
        assert_eq!(
            operation["x-access"],
            serde_json::json!(access),
            "{method} {path}"
        );
        let scheme = match rule {
            Rule::Public => serde_json::json!([{}]),
            Rule::Treasury => serde_json::json!([{"treasury_signature": []}]),
            _ => serde_json::json!([{"bearer": []}]),
        };
        assert_eq!(operation["security"], scheme, "{method} {path}");
    }
}

#[tokio::test]
async fn without_a_token_that_is_believed_nobody_comes_in() {
    let house = House::new().await;
    let real = Real::in_house(&house).await;
    for (method, template, rule) in lines().filter(|(_, _, rule)| *rule != Rule::Public) {
        let path = real.path(template);
        for token in ["", "nobody", "root-city", "applicant1"] {
            let status = status(&house, method, &path, token).await;
            assert_eq!(
                status,
                StatusCode::UNAUTHORIZED,
                "{method} {template} {rule:?} {token:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_role_opens_its_own_routes_and_no_other() {
    let house = House::new().await;
    let real = Real::in_house(&house).await;
    for (method, template, rule) in lines().filter(|(_, _, rule)| *rule != Rule::Treasury) {
        let path = real.path(template);
        for token in TOKENS {
            let status = status(&house, method, &path, token).await;
            if is_open_to(rule, token) {
                assert_ne!(
                    status,
                    StatusCode::UNAUTHORIZED,
                    "{method} {template} {token}"
                );
            } else {
                assert_eq!(status, StatusCode::FORBIDDEN, "{method} {template} {token}");
            }
        }
        let right = match rule {
            // A case's files are for its officer and for supervisors.
            Rule::Review if template.ends_with("{file}") => "supervisor-city",
            Rule::Review => "reviewer-440604",
            Rule::Supervise => "supervisor-city",
            Rule::Finance => "finance-city",
            _ => "applicant-1",
        };
        let status = status(&house, method, &path, right).await;
        assert!(
            ![401, 403, 500].contains(&status.as_u16()),
            "{method} {template} {right} {status}"
        );
    }
}

#[tokio::test]
async fn no_token_opens_the_treasurys_door() {
    let house = House::new().await;
    for token in TOKENS {
        let status = status(&house, "post", "/api/v1/treasury/events", token).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{token}");
    }
}

#[tokio::test]
async fn anothers_matter_looks_like_none() {
    let house = House::new().await;
    let real = Real::in_house(&house).await;
    let bodies = [
        (
            "/disputes",
            serde_json::json!({"snapshot_id": real.application, "field": "x", "words": "y"}),
        ),
        ("/file", super::house::typed(&real.application)),
        (
            "/account",
            serde_json::json!({"account": super::house::ACCOUNT, "bank": "102588000018", "phone": "13800000000"}),
        ),
        ("/withdraw", serde_json::json!({})),
        ("/supply", serde_json::json!({"words": "x"})),
        ("/take-offer", serde_json::json!({"words": "x"})),
        ("/rating", serde_json::json!({"grade": "satisfied"})),
    ];
    for (method, template, _) in
        lines().filter(|(_, path, rule)| *rule == Rule::Applicant && path.contains("{id}"))
    {
        let path = real.path(template);
        let body = bodies
            .iter()
            .find(|(end, _)| template.ends_with(end))
            .map(|(_, body)| body.to_string());
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let sent = if template.ends_with("/files") {
            multipart(&path, "applicant-2", &[], Some((b"a.pdf", b"%PDF-")))
        } else {
            request(method, &path, "applicant-2", body)
        };
        let reply = house.send(sent).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{template} {reply:?}");
        reply.is_problem("not-found");
        assert!(!reply.text.contains(&real.application), "{template}");
    }
    let mine = house.get("applicant-2", "/api/v1/applications").await;
    assert_eq!(mine.json(), serde_json::json!([]));
}

#[tokio::test]
async fn another_districts_matter_is_closed_to_reviewers_and_finance() {
    let house = House::new().await;
    let real = Real::in_house(&house).await;
    let decision =
        serde_json::json!({"seen_version": 1, "verdict": "approve", "grounds": "g"}).to_string();
    let tries = [
        (
            Method::GET,
            "reviewer-440605",
            format!("/api/v1/review/applications/{}?purpose=p", real.application),
            None,
        ),
        (
            Method::POST,
            "reviewer-440605",
            format!("/api/v1/review/applications/{}/decision", real.application),
            Some(decision),
        ),
        (
            Method::GET,
            "reviewer-440605",
            "/api/v1/review/applications?district=440604".to_owned(),
            None,
        ),
        (
            Method::GET,
            "finance-440605",
            format!("/api/v1/finance/payments/{}", real.payment),
            None,
        ),
        (
            Method::POST,
            "finance-440605",
            format!("/api/v1/finance/payments/{}/release", real.payment),
            None,
        ),
        (
            Method::GET,
            "finance-440605",
            "/api/v1/finance/payments?district=440604".to_owned(),
            None,
        ),
        (
            Method::GET,
            "finance-440605",
            format!("/api/v1/finance/batches/{}", real.batch),
            None,
        ),
        (
            Method::POST,
            "finance-440605",
            format!("/api/v1/finance/batches/{}/release", real.batch),
            None,
        ),
        (
            Method::GET,
            "finance-440605",
            format!("/api/v1/finance/budgets/orders/{}", real.order),
            None,
        ),
        (
            Method::POST,
            "finance-440605",
            format!("/api/v1/finance/budgets/orders/{}/approve", real.order),
            Some(serde_json::json!({"version": 0}).to_string()),
        ),
    ];
    for (method, token, path, body) in tries {
        let reply = house.send(request(method, &path, token, body)).await;
        assert!(
            [403, 404].contains(&reply.status.as_u16()),
            "{path} {reply:?}"
        );
    }
    let list = house
        .get("reviewer-440605", "/api/v1/review/applications")
        .await;
    assert_eq!(list.json()["items"], serde_json::json!([]));
    let own = house
        .get("reviewer-440604", "/api/v1/review/applications")
        .await;
    assert_eq!(own.json()["items"][0]["id"], real.application);
}

/// Every page, and who may see it.
const PAGES: [(&str, &str, &str); 82] = [
    ("get", "/", "anybody"),
    ("get", "/figures", "anybody"),
    ("get", "/policies/{id}", "anybody"),
    ("get", "/static/{name}", "anybody"),
    ("get", "/apply/{policy}", "applicant"),
    ("post", "/apply/{policy}", "applicant"),
    ("get", "/applications/{id}", "applicant"),
    ("get", "/applications/{id}/explanation", "applicant"),
    ("get", "/applications/{id}/receipt", "applicant"),
    ("get", "/applications/{id}/data.json", "applicant"),
    ("get", "/applications/{id}/bundle.json", "applicant"),
    ("get", "/applications/{id}/events", "applicant"),
    ("post", "/applications/{id}/typed", "applicant"),
    ("post", "/applications/{id}/dispute", "applicant"),
    ("post", "/applications/{id}/file", "applicant"),
    ("post", "/applications/{id}/person", "applicant"),
    ("post", "/applications/{id}/withdraw", "applicant"),
    ("post", "/applications/{id}/rating", "applicant"),
    ("get", "/payments/{id}/account", "applicant"),
    ("post", "/payments/{id}/account", "applicant"),
    ("get", "/sign-in", "anybody"),
    ("get", "/sign-in/callback", "anybody"),
    ("post", "/sign-out", "anybody"),
    ("post", "/preferences", "anybody"),
    ("get", "/home", "applicant"),
    ("post", "/home/fits", "applicant"),
    ("post", "/home/fits/forget", "applicant"),
    ("get", "/applications/{id}/supply", "applicant"),
    ("post", "/applications/{id}/supply", "applicant"),
    ("get", "/applications/{id}/offer", "applicant"),
    ("post", "/applications/{id}/offer", "applicant"),
    ("get", "/desk", "staff"),
    ("post", "/desk/hand-over", "staff"),
    ("post", "/desk/filters", "staff"),
    ("get", "/desk/cases/{id}", "staff"),
    ("post", "/desk/cases/{id}/{act}", "staff"),
    ("get", "/desk/causes", "staff"),
    ("get", "/desk/causes.xlsx", "staff"),
    ("post", "/applications/{id}/files", "applicant"),
    ("get", "/applications/{id}/files/{file}", "applicant"),
    ("post", "/desk/cases/{id}/files", "staff"),
    ("get", "/desk/cases/{id}/files/{file}", "staff"),
    ("get", "/report", "anybody"),
    ("post", "/report", "anybody"),
    ("get", "/desk/board", "staff"),
    ("post", "/desk/board/freeze", "staff"),
    ("post", "/desk/board/lift", "staff"),
    ("post", "/desk/board/away", "staff"),
    ("post", "/desk/board/enrol", "staff"),
    ("get", "/finance", "staff"),
    ("get", "/finance/month", "staff"),
    ("get", "/finance/month.xlsx", "staff"),
    ("get", "/finance/payments", "staff"),
    ("get", "/finance/payments/{id}", "staff"),
    ("post", "/finance/payments/{id}/unmask", "staff"),
    ("post", "/finance/payments/{id}/release", "staff"),
    ("get", "/finance/statements", "staff"),
    ("post", "/finance/statements", "staff"),
    ("get", "/finance/differences", "staff"),
    ("get", "/finance/differences/{id}", "staff"),
    ("post", "/finance/differences/{id}/take", "staff"),
    ("post", "/finance/differences/{id}/close", "staff"),
    ("get", "/finance/batches", "staff"),
    ("post", "/finance/batches", "staff"),
    ("get", "/finance/batches/{id}", "staff"),
    ("post", "/finance/batches/{id}/approve", "staff"),
    ("get", "/finance/batches/{id}/release", "staff"),
    ("post", "/finance/batches/{id}/release", "staff"),
    ("post", "/finance/batches/{id}/discard", "staff"),
    ("get", "/finance/batches/{id}/files/{file}", "staff"),
    ("get", "/finance/budgets", "staff"),
    ("get", "/finance/budgets/orders", "staff"),
    ("get", "/finance/budgets/orders/new", "staff"),
    ("post", "/finance/budgets/orders/preview", "staff"),
    ("post", "/finance/budgets/orders", "staff"),
    ("get", "/finance/budgets/orders/{id}", "staff"),
    ("post", "/finance/budgets/orders/{id}/approve", "staff"),
    ("post", "/finance/budgets/orders/{id}/decline", "staff"),
    ("post", "/finance/budgets/orders/{id}/withdraw", "staff"),
    ("get", "/finance/budgets/year-end", "staff"),
    ("post", "/finance/budgets/year-end", "staff"),
    ("post", "/finance/budgets/year-end/approve", "staff"),
];

#[test]
fn every_page_has_its_line_and_stands_in_no_document_of_the_api() {
    let known: BTreeSet<_> = PAGES
        .into_iter()
        .map(|(method, path, who)| (method, path.to_owned(), who.to_owned()))
        .collect();
    let there: BTreeSet<_> = pages().into_iter().collect();
    assert_eq!(
        there, known,
        "a page without a line here, or a line without a page"
    );
    let described = described();
    for (method, path, _) in PAGES {
        assert!(!described.contains_key(&(method.to_owned(), path.to_owned())));
    }
}

/// Nobody comes to a page that is not theirs: strangers are sent to sign in, others are turned away. A form without its token
/// does nothing, whoever sends it.
#[tokio::test]
async fn a_page_opens_to_whom_it_is_for_and_to_nobody_else() {
    let house = House::new().await;
    let real = Real::in_house(&house).await;
    let [stranger, applicant, staff, finance] = [(); 4].map(|()| Browser::of(&house));
    applicant.sign_in("applicant-1", "/home").await;
    staff.sign_in("reviewer-440604", "/home").await;
    finance.sign_in("finance-city", "/home").await;
    for (method, template, who) in PAGES {
        let path = real.path(template);
        if method == "post" {
            for browser in [&applicant, &staff] {
                let status = browser.post(&path, &[]).await.status;
                assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
            }
        }
        if who == "anybody" {
            continue;
        }
        let reply = match method {
            "get" => stranger.get(&path).await,
            _ => stranger.post(&path, &[]).await,
        };
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{path}");
        assert!(reply.header("location").starts_with("/sign-in?return_to="));
        let (own, other) = match who {
            "applicant" => (&applicant, &staff),
            _ if template.starts_with("/finance") => (&finance, &staff),
            _ => (&staff, &applicant),
        };
        if method == "get" {
            // Nothing is asked of this applicant, nothing offered, and the batch is not approved; there is no such file and no difference, and whoever may look is told so.
            let idle = [
                "/applications/{id}/supply",
                "/applications/{id}/offer",
                "/finance/batches/{id}/release",
            ];
            let expected = if idle.contains(&template) {
                StatusCode::CONFLICT
            } else if template == "/desk/cases/{id}/files/{file}" {
                // The case is there, and is not this reviewer's.
                StatusCode::FORBIDDEN
            } else if template.ends_with("{file}") || template == "/finance/differences/{id}" {
                StatusCode::NOT_FOUND
            } else {
                StatusCode::OK
            };
            assert_eq!(own.get(&path).await.status, expected, "{path}");
            assert_eq!(
                other.get(&path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
    }
}

/// The helper that demands a rule is the only way to a route.
#[test]
fn no_route_is_made_past_the_helper_that_demands_a_rule() {
    let mut folders = vec![std::path::PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/web"
    ))];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs")
                && !path.ends_with("routes.rs")
            {
                seen += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                for past in [
                    ".route(",
                    ".routes(",
                    ".route_service(",
                    ".nest(",
                    "OpenApiRouter",
                    "Router::new",
                ] {
                    assert!(!text.contains(past), "{} says {past}", path.display());
                }
            }
        }
    }
    assert!(seen > 30, "the sources were not found");
}
