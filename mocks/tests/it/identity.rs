//! Sign-in: discovery, keys, the code flow, and tokens without a browser.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use reqwest::{Method, Url};
use sanmiao_mocks::{MOCK_SUBJECT_GRANT, STAFF, World};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::client::{Caller, NOW_SECONDS, world};

async fn claims(caller: &Caller<'_>, token: &str, audience: &str) -> Value {
    let discovery: Value = caller
        .plain(Method::GET, "/oidc/.well-known/openid-configuration", None)
        .await
        .json()
        .await
        .unwrap();
    let issuer = format!("{}/oidc", caller.world.base_url());
    assert_eq!(discovery["issuer"], issuer);
    let keys: JwkSet = caller
        .http()
        .get(discovery["jwks_uri"].as_str().unwrap())
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let head = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(head.alg, Algorithm::EdDSA);
    let key = DecodingKey::from_jwk(keys.find(&head.kid.unwrap()).unwrap()).unwrap();
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_issuer(&[issuer]);
    rules.set_audience(&[audience]);
    // The test world's clock stands still; expiry is looked at below.
    rules.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(token, &key, &rules)
        .unwrap()
        .claims;
    assert_eq!(claims["iat"], NOW_SECONDS);
    assert_eq!(claims["exp"], NOW_SECONDS + 12 * 3_600);
    claims
}

#[tokio::test]
async fn an_applicants_token_says_who_it_is() {
    let world = world(5).await;
    let caller = Caller::new(&world);
    let person = &world.people()[3];
    let found = claims(
        &caller,
        &world.token_for(&person.subject).unwrap(),
        "sanmiao",
    )
    .await;
    assert_eq!(found["sub"], person.subject);
    assert_eq!(found["name"], person.name);
    assert_eq!(found["roles"], json!(["applicant"]));
    assert_eq!(found["district"], Value::Null);
    assert_eq!(found["document_number"], person.document_number);
    assert_eq!(found["document_type"], json!(person.document_type));
    world.stop().await;
}

#[tokio::test]
async fn staff_have_one_role_and_no_document() {
    let world = world(1).await;
    let caller = Caller::new(&world);
    for subject in STAFF {
        let found = claims(&caller, &world.token_for(subject).unwrap(), "sanmiao").await;
        let (role, place) = subject.split_once('-').unwrap();
        assert_eq!(found["roles"], json!([role]));
        assert!(found.get("document_number").is_none());
        // A place is a district, a district with a number, or the whole city, which is no district.
        let district = place.split('-').next().filter(|place| *place != "city");
        let works_somewhere = matches!(role, "reviewer" | "supervisor");
        assert_eq!(
            found["district"].as_str(),
            district.filter(|_| works_somewhere)
        );
    }
    assert_eq!(world.token_for("nobody"), None);
    assert_eq!(world.token_for("talent-000007"), None);
    world.stop().await;
}

async fn token(world: &World, caller: &Caller<'_>, form: &[(&str, &str)]) -> (u16, Value) {
    let reply = caller
        .http()
        .post(format!("{}/oidc/token", world.base_url()))
        .form(form)
        .send()
        .await
        .unwrap();
    (reply.status().as_u16(), reply.json().await.unwrap())
}

#[tokio::test]
async fn a_driver_gets_a_token_for_a_subject_without_a_browser() {
    let world = world(2).await;
    let caller = Caller::new(&world);
    let (status, body) = token(
        &world,
        &caller,
        &[
            ("grant_type", MOCK_SUBJECT_GRANT),
            ("subject", "finance-maker"),
        ],
    )
    .await;
    assert_eq!((status, body["token_type"].as_str()), (200, Some("Bearer")));
    assert_eq!(
        body["access_token"].as_str().map(str::to_owned),
        world.token_for("finance-maker")
    );
    let (status, body) = token(
        &world,
        &caller,
        &[("grant_type", MOCK_SUBJECT_GRANT), ("subject", "nobody")],
    )
    .await;
    assert_eq!(
        (status, body["error"].as_str()),
        (400, Some("invalid_grant"))
    );
    let (_, body) = token(&world, &caller, &[("grant_type", "password")]).await;
    assert_eq!(body["error"], "unsupported_grant_type");
    world.stop().await;
}

const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-rule-of-43-characters";
const BACK: &str = "http://127.0.0.1:9/signed-in?keep=1";

async fn code(world: &World, caller: &Caller<'_>, hint: &str) -> Url {
    let mut url = Url::parse(&format!("{}/oidc/authorize", world.base_url())).unwrap();
    url.query_pairs_mut()
        .append_pair("client_id", "pages")
        .append_pair("redirect_uri", BACK)
        .append_pair("response_type", "code")
        .append_pair(
            "code_challenge",
            &URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER)),
        )
        .append_pair("code_challenge_method", "S256")
        .append_pair("state", "s&t")
        .append_pair("nonce", "n-1")
        .append_pair("login_hint", hint);
    let reply = caller.http().get(url).send().await.unwrap();
    assert_eq!(reply.status(), 303);
    Url::parse(reply.headers()["location"].to_str().unwrap()).unwrap()
}

fn pair(url: &Url, name: &str) -> String {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .unwrap()
        .1
        .into_owned()
}

#[tokio::test]
async fn the_code_flow_gives_tokens_once_and_only_with_the_verifier() {
    let world = world(2).await;
    let caller = Caller::new(&world);
    let form = |code: &str, verifier: &str, back: &str| {
        vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", back.to_owned()),
            ("client_id", "pages".to_owned()),
            ("code_verifier", verifier.to_owned()),
        ]
    };
    for (verifier, back) in [("wrong", BACK), (VERIFIER, "http://127.0.0.1:9/elsewhere")] {
        let code = pair(&code(&world, &caller, "talent-000001").await, "code");
        let form = form(&code, verifier, back);
        let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
        assert_eq!(token(&world, &caller, &form).await.0, 400);
    }
    let target = code(&world, &caller, "talent-000001").await;
    assert_eq!(
        (pair(&target, "keep"), pair(&target, "state")),
        ("1".to_owned(), "s&t".to_owned())
    );
    let form = form(&pair(&target, "code"), VERIFIER, BACK);
    let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let (status, body) = token(&world, &caller, &form).await;
    assert_eq!(status, 200);
    let found = claims(&caller, body["id_token"].as_str().unwrap(), "pages").await;
    assert_eq!(
        (found["sub"].as_str(), found["nonce"].as_str()),
        (Some("talent-000001"), Some("n-1"))
    );
    claims(&caller, body["access_token"].as_str().unwrap(), "sanmiao").await;
    assert_eq!(token(&world, &caller, &form).await.0, 400);
    world.stop().await;
}

#[tokio::test]
async fn without_a_hint_one_chooses_who_to_be() {
    let world = world(2).await;
    let caller = Caller::new(&world);
    let path = "/oidc/authorize?client_id=p&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2F%22%3E&response_type=code&code_challenge=x&code_challenge_method=S256&state=%3Cb%3E";
    let page = caller
        .plain(Method::GET, path, None)
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains("login_hint=talent-000001") && page.contains("login_hint=finance-maker"));
    assert!(!page.contains("<b>"));
    for bad in [
        "response_type=token",
        "redirect_uri=javascript%3Aalert(1)",
        "code_challenge_method=plain",
    ] {
        let name = bad.split('=').next().unwrap();
        let query: Vec<&str> = path
            .split(['?', '&'])
            .skip(1)
            .filter(|one| !one.starts_with(&format!("{name}=")))
            .collect();
        let path = format!("/oidc/authorize?{}&{bad}", query.join("&"));
        assert_eq!(
            caller.plain(Method::GET, &path, None).await.status(),
            400,
            "{bad}"
        );
    }
    world.stop().await;
}

#[tokio::test]
async fn the_key_follows_from_the_seed() {
    let (one, two) = (world(1).await, world(1).await);
    let jwks = async |world: &World| -> Value {
        Caller::new(world)
            .plain(Method::GET, "/oidc/jwks", None)
            .await
            .json()
            .await
            .unwrap()
    };
    assert_eq!(jwks(&one).await, jwks(&two).await);
    assert!(jwks(&one).await["keys"][0].get("d").is_none());
    one.stop().await;
    two.stop().await;
}
