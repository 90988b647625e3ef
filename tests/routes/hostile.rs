//! What nobody in their right mind sends: always a problem, never a panic, never a 500.

use axum::body::Body;
use axum::http::{Method, Request};
use proptest::prelude::*;
use sanmiao::domain::money::Money;
use sanmiao::web::extract::{Fields, Read, TextRule, amount, id, integer, parse, read_body, text};
use sanmiao::web::problem::Kind;

use super::house::{House, request};

const PATH: &str = "/api/v1/finance/budgets/orders";
const GOOD: &str = r#"{"kind":"add","to":{"policy":"p","district":"440604","year":2026},"amount":"1.00","reference":"r"}"#;

#[tokio::test]
async fn hostile_bodies_are_problems_that_point_at_what_is_wrong() {
    let house = House::new().await;
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let cases: [(String, &str, &str); 18] = [
        (String::new(), "malformed-json", ""),
        ("{".to_owned(), "malformed-json", ""),
        (
            GOOD[..GOOD.len() - 5].to_owned(),
            "malformed-json",
            "/reference",
        ),
        (GOOD.replace("2026", "NaN"), "malformed-json", "/to/year"),
        (
            GOOD.replace('}', ",\"year\":2026}"),
            "malformed-json",
            "/to/year",
        ),
        (
            GOOD.replace("\"r\"", &deep),
            "malformed-json",
            "/reference/0/0/0/0/0/0/0",
        ),
        ("[]".to_owned(), "invalid-body", ""),
        ("null".to_owned(), "invalid-body", ""),
        ("\"x\"".to_owned(), "invalid-body", ""),
        (
            GOOD.replace("\"p\"", "\"a\\u0000b\""),
            "invalid-body",
            "/to/policy",
        ),
        (
            GOOD.replace("\"p\"", "\"\\u001b[2J\""),
            "invalid-body",
            "/to/policy",
        ),
        (
            GOOD.replace("\"p\"", "\"\\u202egnp\""),
            "invalid-body",
            "/to/policy",
        ),
        (
            GOOD.replace("\"p\"", "\"\\ud800\""),
            "malformed-json",
            "/to/policy",
        ),
        (
            GOOD.replace("\"p\"", &format!("\"{}\"", "长".repeat(2000))),
            "invalid-body",
            "/to/policy",
        ),
        (
            GOOD.replace("\"440604\"", "\"44060\""),
            "invalid-body",
            "/to/district",
        ),
        (GOOD.replace("2026", "2026.0"), "invalid-body", "/to/year"),
        (
            GOOD.replace("2026", "\"' OR 1=1 --\""),
            "invalid-body",
            "/to/year",
        ),
        (
            GOOD.replace("\"r\"}", "\"r\",\"__proto__\":{}}"),
            "invalid-body",
            "/__proto__",
        ),
    ];
    for (body, slug, pointer) in cases {
        let reply = house
            .send(request(
                Method::POST,
                PATH,
                "finance-city",
                Some(body.clone()),
            ))
            .await;
        reply.is_problem(slug);
        assert_eq!(
            reply.pointers(),
            [pointer],
            "{}",
            &body[..body.len().min(200)]
        );
    }
}

#[tokio::test]
async fn bodies_in_the_wrong_coding_or_size_are_refused() {
    let house = House::new().await;
    let post = |kind: &str, body: Vec<u8>| {
        Request::post(PATH)
            .header("authorization", "Bearer finance-city")
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap()
    };
    for kind in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=gbk",
    ] {
        house
            .send(post(kind, GOOD.into()))
            .await
            .is_problem("unsupported-media-type");
    }
    let mut bytes = GOOD.replace("\"p\"", "\"@\"").into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'@').unwrap();
    bytes[at] = 0xFF;
    house
        .send(post("application/json", bytes))
        .await
        .is_problem("malformed-json");
    let large = house
        .send(post("application/json", vec![b' '; 64 * 1024 + 1]))
        .await;
    assert_eq!(large.is_problem("body-too-large")["bytes_max"], 65_536);
    let mut zipped = post("application/json", GOOD.into());
    zipped
        .headers_mut()
        .insert("content-encoding", "gzip".parse().unwrap());
    house
        .send(zipped)
        .await
        .is_problem("unsupported-media-type");
    let mut lying = post("application/json", GOOD.into());
    lying
        .headers_mut()
        .insert("content-length", "99999999".parse().unwrap());
    house.send(lying).await.is_problem("body-too-large");
}

#[tokio::test]
async fn hostile_addresses_are_problems() {
    let house = House::new().await;
    for path in [
        "/api/v1/review/applications?limit=0",
        "/api/v1/review/applications?limit=201",
        "/api/v1/review/applications?limit=1e2",
        "/api/v1/review/applications?state=none",
        "/api/v1/review/applications?after=x",
        "/api/v1/review/applications?limit=1&limit=1",
        "/api/v1/review/applications?x=%00",
        "/api/v1/review/applications?policy=%00",
        "/api/v1/review/applications?policy=%FF%FE",
    ] {
        let reply = house.get("reviewer-city", path).await;
        if !path.ends_with("%FF%FE") {
            reply.is_problem("invalid-query");
        }
        assert!(!reply.status.is_server_error(), "{path} {reply:?}");
    }
    for path in [
        "/api/v1/applications/%00",
        "/api/v1/applications/..%2f..%2fetc",
        "/api/v1/applications/%FF",
        "//",
    ] {
        house.get("applicant-1", path).await.is_problem("not-found");
    }
}

/// A body with one of everything.
#[derive(Debug)]
struct Everything;

impl Read for Everything {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let money: Option<Money> = fields.required("amount", amount);
        let words = fields.required("words", text(TextRule::lines(20)));
        let count = fields.optional("count", integer(-5, 5));
        let snapshot = fields.optional("id", id::<sanmiao::domain::id::SnapshotId>);
        let list = fields.object("inner", |inner| {
            inner.list("list", 3, text(TextRule::line(5)))
        });
        (money.is_some()
            && words.is_some()
            && count.is_some()
            && snapshot.is_some()
            && list.is_some())
        .then_some(Self)
    }
}

/// JSON text that is close to what is read.
fn near() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("1e400".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| number.to_string()),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        "[0-9]{1,15}\\.[0-9]{0,3}".prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![
            Just("amount".to_owned()),
            Just("words".to_owned()),
            Just("count".to_owned()),
            Just("id".to_owned()),
            Just("inner".to_owned()),
            Just("list".to_owned()),
            any::<String>(),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name, inner), 0..6).prop_map(|members| {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| {
                        format!("{}:{value}", serde_json::to_string(name).unwrap())
                    })
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

fn refused_as_it_should(bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Err(problem) = read_body::<Everything>(bytes) {
        prop_assert!(matches!(
            problem.kind(),
            Kind::MalformedJson | Kind::InvalidBody
        ));
        let body = serde_json::to_value(problem.body("r", sanmiao::web::words::Language::English))
            .unwrap();
        let errors = body["errors"].as_array().unwrap();
        prop_assert!((1..=32).contains(&errors.len()));
        prop_assert!(
            errors
                .iter()
                .all(|error| error["pointer"].as_str().unwrap().chars().count() <= 201)
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_bytes_at_all_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        refused_as_it_should(&bytes)?;
    }

    #[test]
    fn nothing_near_a_good_body_breaks_the_reader(text in near(), cut in 0..400_usize) {
        refused_as_it_should(text.as_bytes())?;
        let end = text.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(text.len());
        refused_as_it_should(&text.as_bytes()[..end])?;
    }

    #[test]
    fn what_is_taken_as_json_is_json_and_the_other_way_round(text in near()) {
        // serde_json is the oracle; it takes members twice and any depth to 128, which we refuse, and nothing else more than we do.
        let theirs = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        match parse(text.as_bytes()) {
            Ok(_) => prop_assert!(theirs),
            Err(error) => {
                use sanmiao::web::extract::ParseFault;
                prop_assert!(!theirs || matches!(error.fault, ParseFault::Duplicate | ParseFault::TooDeep));
            }
        }
    }
}
