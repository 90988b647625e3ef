//! Browsers: signing in and out, sessions, forms. The provider is a script here; `gateways/sign_in.rs` holds the protocol.

use axum::http::{HeaderValue, Method, Request};
use sanmiao::jobs::sweep;
use sanmiao::web::session::FORM_BYTES_MAX;
use serde_json::json;

use super::browser::{BEFORE, Browser, ORIGIN, SESSION};
use super::house::House;

const MINUTE_MS: i64 = 60_000;

#[tokio::test]
async fn an_applicant_signs_in_and_arrives_where_they_wanted_to_go() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    let first = browser.get("/test/page?x=1").await;
    assert_eq!(first.status, 303);
    assert_eq!(
        first.header("location"),
        "/sign-in?return_to=%2Ftest%2Fpage%3Fx%3D1"
    );
    let arrived = browser.sign_in("applicant-1", "/test/page?x=1").await;
    assert_eq!(arrived, "/test/page?x=1");
    assert!(browser.page().await["who"].is_string());
    let home = browser.get("/home").await;
    assert_eq!(home.status, 200);
    assert!(home.text.contains("张三"), "{home:?}");
    // Whoever is signed in is not sent to the provider again.
    let again = browser.get("/sign-in?return_to=/home").await;
    assert_eq!(
        (again.status.as_u16(), again.header("location")),
        (303, "/home")
    );
}

#[tokio::test]
async fn the_cookies_are_bound_to_the_host_and_hidden_from_scripts() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    let departure = browser.get("/sign-in").await;
    let state = {
        let address: url::Url = departure.header("location").parse().unwrap();
        let state = address.query_pairs().find(|(name, _)| name == "state");
        state.unwrap().1.into_owned()
    };
    let arrival = browser.arrive("applicant-1", &state).await;
    let attributes = "; Path=/; HttpOnly; SameSite=Lax; Secure";
    for (reply, name) in [(&departure, BEFORE), (&arrival, SESSION)] {
        let set = reply.header("set-cookie");
        assert!(set.starts_with(&format!("{name}=")), "{set}");
        assert!(set.ends_with(attributes), "{set}");
        assert_eq!(set.len(), name.len() + 1 + 64 + attributes.len());
    }
    assert_eq!(browser.cookie(BEFORE), "", "it has done its work");
}

#[tokio::test]
async fn a_session_is_made_anew_at_sign_in_whatever_cookie_was_there() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    let planted = "a".repeat(64);
    browser
        .jar
        .borrow_mut()
        .insert(SESSION.to_owned(), planted.clone());
    browser.sign_in("applicant-1", "/home").await;
    assert_ne!(browser.cookie(SESSION), planted);
    let attacker = Browser::of(&house);
    attacker
        .jar
        .borrow_mut()
        .insert(SESSION.to_owned(), planted);
    assert_eq!(attacker.get("/home").await.status, 303);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    let state = browser.depart("/home").await;
    browser.sign_in("applicant-1", "/home").await;
    let old = browser.copy();
    // A second sign-in was under way in another window.
    browser.jar.borrow_mut().remove(SESSION);
    let other = browser.depart("/home").await;
    browser
        .jar
        .borrow_mut()
        .insert(SESSION.to_owned(), old.cookie(SESSION));
    assert_eq!(browser.arrive("applicant-2", &other).await.status, 303);
    assert_eq!(old.get("/home").await.status, 303, "its session is over");
    assert_eq!(browser.get("/home").await.status, 200);
    browser
        .arrive("applicant-1", &state)
        .await
        .is_refusal_page(400);
}

#[tokio::test]
async fn a_sign_in_is_used_once_by_the_browser_that_began_it_and_in_time() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    let state = browser.depart("/home").await;
    let thief = Browser::of(&house);
    thief
        .arrive("applicant-1", &state)
        .await
        .is_refusal_page(400);
    // With a cookie of their own it is no better: login CSRF fails either way round.
    thief.depart("/home").await;
    thief
        .arrive("applicant-1", &state)
        .await
        .is_refusal_page(400);
    let before = browser.copy();
    assert_eq!(browser.arrive("applicant-1", &state).await.status, 303);
    before
        .arrive("applicant-1", &state)
        .await
        .is_refusal_page(400);

    let slow = Browser::of(&house);
    let state = slow.depart("/home").await;
    house.clock.advance(10 * MINUTE_MS);
    slow.arrive("applicant-1", &state)
        .await
        .is_refusal_page(400);
    for nonsense in [
        "",
        "?code=x",
        "?state=x",
        "?error=access_denied",
        "?code=x&state=%00",
    ] {
        slow.get(&format!("/sign-in/callback{nonsense}"))
            .await
            .is_refusal_page(400);
    }
}

#[tokio::test]
async fn what_the_provider_refuses_is_a_page_with_a_way_to_try_again() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    for (code, status) in [
        ("nobody", 400),
        ("root-1", 400),
        ("down", 503),
        ("norole", 403),
    ] {
        let state = browser.depart("/test/page").await;
        let reply = browser.arrive(code, &state).await;
        reply.is_refusal_page(status);
        assert!(
            reply
                .text
                .contains("href=\"/sign-in?return_to=%2Ftest%2Fpage\""),
            "{reply:?}"
        );
        assert_eq!(browser.cookie(SESSION), "");
        assert!(!reply.text.contains(&state) && !reply.text.contains(code));
    }
    let state = browser.depart("/home").await;
    let broken_off = format!("/sign-in/callback?error=access_denied&state={state}");
    browser.get(&broken_off).await.is_refusal_page(400);
    browser
        .arrive("applicant-1", &state)
        .await
        .is_refusal_page(400);
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let house = House::new().await;
    for evil in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/sign-in?return_to=//evil.example",
        "evil.example",
    ] {
        let browser = Browser::of(&house);
        assert_eq!(
            browser.sign_in("applicant-1", evil).await,
            "/home",
            "{evil}"
        );
        let csrf = browser.csrf().await;
        let fields = [
            ("csrf", csrf.as_str()),
            ("return_to", evil),
            ("theme", "dark"),
        ];
        let reply = browser.post("/preferences", &fields).await;
        assert_eq!(reply.header("location"), "/", "{evil}");
        let again = browser
            .send(Method::GET, "/sign-in?return_to=//evil.example", &[], None)
            .await;
        assert_eq!(again.header("location"), "/home");
    }
}

#[tokio::test]
async fn a_session_ends_when_it_idles_and_after_its_whole_time() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    browser.sign_in("applicant-1", "/home").await;
    house.clock.advance(30 * MINUTE_MS - 1);
    assert_eq!(
        browser.get("/home").await.status,
        200,
        "used, so it goes on"
    );
    house.clock.advance(30 * MINUTE_MS - 1);
    assert_eq!(browser.get("/home").await.status, 200);
    house.clock.advance(30 * MINUTE_MS);
    assert_eq!(browser.get("/home").await.status, 303, "idle for too long");

    browser.sign_in("applicant-1", "/home").await;
    for _ in 0..23 {
        house.clock.advance(20 * MINUTE_MS);
        assert_eq!(browser.get("/home").await.status, 200);
    }
    house.clock.advance(20 * MINUTE_MS);
    assert_eq!(
        browser.get("/home").await.status,
        303,
        "eight hours are over"
    );
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    browser.sign_in("applicant-1", "/home").await;
    let copied = browser.copy();
    let csrf = browser.csrf().await;
    assert_eq!(
        browser.get("/sign-out").await.status,
        405,
        "no link signs anybody out"
    );
    let reply = browser.post("/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("location")),
        (303, "/")
    );
    assert_eq!(browser.cookie(SESSION), "");
    assert_eq!(
        copied.get("/home").await.status,
        303,
        "a copied cookie opens nothing"
    );
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    browser.sign_in("applicant-1", "/home").await;
    let csrf = browser.csrf().await;
    let fields = [("csrf", csrf.as_str()), ("account", "1")];
    for headers in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", ORIGIN)],
        &[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://evil.example"),
        ],
    ] {
        for path in ["/test/form", "/sign-out", "/preferences"] {
            browser
                .post_from(path, &fields, headers)
                .await
                .is_refusal_page(403);
        }
    }
    assert_eq!(browser.get("/home").await.status, 200, "still signed in");
    let kept = browser.page().await["kept"].clone();
    assert_eq!(kept, json!(null), "not even kept");
}

#[tokio::test]
async fn a_form_needs_its_sessions_token_and_what_was_typed_is_given_back() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    browser.sign_in("applicant-1", "/home").await;
    let good = browser.csrf().await;
    let other = Browser::of(&house);
    other.sign_in("applicant-1", "/home").await;
    let others = other.csrf().await;
    assert_ne!(good, others);
    let forged = "0".repeat(64);
    for wrong in [
        vec![],
        vec![("csrf", "")],
        vec![("csrf", forged.as_str())],
        vec![("csrf", others.as_str())],
        vec![("csrf", good.as_str()), ("csrf", good.as_str())],
    ] {
        let mut fields = vec![("account", "6222"), ("page", "/test/page")];
        fields.extend(&wrong);
        let reply = browser.post("/test/form", &fields).await;
        reply.is_refusal_page(403);
        assert!(reply.text.contains("href=\"/test/page\""), "{reply:?}");
        let kept = browser.page().await["kept"].clone();
        assert_eq!(kept["fields"], json!([["account", "6222"]]), "{wrong:?}");
    }
    let fields = [("account", "6222"), ("csrf", good.as_str())];
    let reply = browser.post("/test/form", &fields).await;
    assert_eq!(reply.json(), json!([["account", "6222"]]));
}

#[tokio::test]
async fn a_form_without_a_session_is_kept_and_given_back_once_after_signing_in() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    browser.sign_in("applicant-1", "/home").await;
    let csrf = browser.csrf().await;
    house.clock.advance(31 * MINUTE_MS);
    let fields = [
        ("account", "6222020000000000018"),
        ("csrf", csrf.as_str()),
        ("page", "/test/page"),
    ];
    let reply = browser.post("/test/form", &fields).await;
    assert_eq!(reply.status, 303);
    let location = reply.header("location").to_owned();
    assert_eq!(location, "/sign-in?return_to=%2Ftest%2Fpage&kept=1");
    assert!(!location.contains("6222"));
    let page = browser.get(&location).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text
            .contains("href=\"/sign-in?return_to=%2Ftest%2Fpage\""),
        "{page:?}"
    );

    assert_eq!(
        browser.sign_in("applicant-1", "/test/page").await,
        "/test/page"
    );
    // Another page of the same browser does not take it away.
    assert_eq!(browser.get("/home").await.status, 200);
    let kept = browser.page().await["kept"].clone();
    assert_eq!(
        kept,
        json!({"path": "/test/form", "fields": [["account", "6222020000000000018"]]})
    );
    assert_eq!(browser.page().await["kept"], json!(null), "once");
}

#[tokio::test]
async fn a_kept_form_goes_to_nobody_else() {
    let house = House::new().await;
    let fields = [("account", "6222"), ("page", "/test/page")];
    // Another person at the same browser.
    let browser = Browser::of(&house);
    browser.sign_in("applicant-1", "/home").await;
    house.clock.advance(31 * MINUTE_MS);
    browser.post("/test/form", &fields).await;
    browser.sign_in("applicant-2", "/test/page").await;
    assert_eq!(browser.page().await["kept"], json!(null));
    // The same person at another browser.
    let other = Browser::of(&house);
    let browser = Browser::of(&house);
    browser.post("/test/form", &fields).await;
    other.sign_in("applicant-1", "/test/page").await;
    assert_eq!(other.page().await["kept"], json!(null));
    // Staff at the same browser.
    browser.sign_in("reviewer-440604", "/test/page").await;
    let staff = browser.copy();
    assert_eq!(staff.get("/desk").await.status, 200);
    // Too late.
    let late = Browser::of(&house);
    late.post("/test/form", &fields).await;
    house.clock.advance(60 * MINUTE_MS);
    late.sign_in("applicant-1", "/test/page").await;
    assert_eq!(late.page().await["kept"], json!(null));
}

#[tokio::test]
async fn a_form_is_not_kept_when_it_is_too_long_or_not_ours() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    let long = "x".repeat(FORM_BYTES_MAX);
    browser
        .post("/test/form", &[("words", &long)])
        .await
        .is_refusal_page(413);
    browser
        .post_from(
            "/test/form",
            &[("a", "b")],
            &[("origin", "https://evil.example")],
        )
        .await
        .is_refusal_page(403);
    assert_eq!(browser.cookie(BEFORE), "");
    let json = Request::post("/test/form")
        .header("origin", ORIGIN)
        .header("content-type", "application/json")
        .body("{}".into())
        .unwrap();
    house.send(json).await.is_refusal_page(415);
}

#[tokio::test]
async fn staff_arrive_at_their_desk_and_never_at_an_applicants_page() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    assert_eq!(browser.sign_in("auditor-city", "/home").await, "/desk");
    let desk = browser.get("/desk").await;
    assert!(desk.text.contains("auditor"), "{desk:?}");
    browser.get("/home").await.is_refusal_page(403);
    browser.get("/test/page").await.is_refusal_page(403);
    let applicant = Browser::of(&house);
    applicant.sign_in("applicant-1", "/home").await;
    applicant.get("/desk").await.is_refusal_page(403);
}

#[tokio::test]
async fn a_session_opens_no_door_of_the_api_and_a_token_no_page() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    browser.sign_in("applicant-1", "/home").await;
    let reply = browser.get("/api/v1/applications").await;
    assert_eq!(reply.status, 401);
    reply.is_problem("unauthorized");
    assert_eq!(house.get("applicant-1", "/home").await.status, 303);
}

#[tokio::test]
async fn refusals_are_pages_for_people_and_json_for_programs() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    let missing = browser.get("/nowhere").await;
    missing.is_refusal_page(404);
    assert!(missing.text.contains(missing.header("x-request-id")));
    let english = browser
        .send(Method::GET, "/nowhere", &[("accept-language", "en")], None)
        .await;
    assert!(english.text.contains("<html lang=\"en\"") && english.text.contains("Not found"));
    house.get("", "/nowhere").await.is_problem("not-found");
    browser.get("/api/v1/nowhere").await.is_problem("not-found");
    for reply in [&missing, &english] {
        let policy = reply.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
    }
}

#[tokio::test]
async fn preferences_are_remembered_without_signing_in() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    let fields = [
        ("language", "en"),
        ("size", "large"),
        ("theme", "<b>"),
        ("return_to", "/nowhere?a=b"),
    ];
    let reply = browser.post("/preferences", &fields).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("location")),
        (303, "/nowhere?a=b")
    );
    let page = browser.get("/nowhere").await;
    assert!(
        page.text.contains("<html lang=\"en\" class=\"large\">"),
        "{page:?}"
    );
}

#[tokio::test]
async fn what_has_ended_is_swept_away() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    browser.sign_in("applicant-1", "/home").await;
    Browser::of(&house).depart("/home").await;
    Browser::of(&house)
        .post("/test/form", &[("account", "1")])
        .await;
    house.clock.advance(61 * MINUTE_MS);
    assert_eq!(
        sweep::run_once(&house.ctx).await.unwrap(),
        2,
        "sign-in and form"
    );
    house.clock.advance(25 * 60 * MINUTE_MS);
    assert_eq!(sweep::run_once(&house.ctx).await.unwrap(), 1, "the session");
    assert_eq!(sweep::run_once(&house.ctx).await.unwrap(), 0);
}

#[tokio::test]
async fn without_configuration_the_page_says_so_and_the_api_works() {
    let house = House::without_sign_in().await;
    let browser = Browser::of(&house);
    browser.get("/sign-in").await.is_refusal_page(503);
    browser
        .get("/sign-in/callback?code=x&state=y")
        .await
        .is_refusal_page(503);
    assert_eq!(
        house
            .get("applicant-1", "/api/v1/applications")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn two_session_cookies_are_none() {
    let house = House::new().await;
    let browser = Browser::of(&house);
    browser.sign_in("applicant-1", "/home").await;
    let session = browser.cookie(SESSION);
    let twice = format!("{SESSION}={session}; {SESSION}={}", "b".repeat(64));
    let request = Request::get("/home")
        .header("cookie", HeaderValue::from_str(&twice).unwrap())
        .body(axum::body::Body::empty())
        .unwrap();
    assert_eq!(house.send(request).await.status, 303);
}
