//! Sign-in at a provider made to order: what is sent, whom it ends with, and every way it is refused.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sanmiao::domain::person::{Private, Role};
use sanmiao::domain::session::SignInMemory;
use sanmiao::gateways::clock::ManualClock;
use sanmiao::gateways::entropy::SeededEntropy;
use sanmiao::gateways::http::Http;
use sanmiao::gateways::identity::TokenAlgorithm;
use sanmiao::gateways::sign_in::{OpenIdSignIn, SignInSettings};
use sanmiao::ports::{Arrival, IdentityError, Principal, SignIn, SignInError};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::identity::{ED, ES_A, ES_B, RS, jwk, settings, sign_as};
use super::support::{NOW_S, clock, nowhere};

/// How an ID token is signed.
type Sign = fn(&Value) -> String;

/// What the provider answers with; changed by each test.
struct Answers {
    /// Changes to the claims of the ID token.
    claims: Value,
    /// How it is signed.
    sign: Sign,
    /// What the token endpoint answers instead.
    instead: Option<ResponseTemplate>,
    /// What the userinfo endpoint answers.
    userinfo: Value,
}

/// A provider that keeps the nonce of whoever asks.
pub(super) struct Provider {
    pub(super) server: MockServer,
    answers: Arc<Mutex<Answers>>,
    keys: Arc<Mutex<Vec<Value>>>,
}

fn es_a(claims: &Value) -> String {
    sign_as(claims, Algorithm::ES256, ES_A, Some("a"))
}

impl Provider {
    pub(super) async fn start() -> Self {
        let provider = Self {
            server: MockServer::start().await,
            answers: Arc::new(Mutex::new(Answers {
                claims: json!({}),
                sign: es_a,
                instead: None,
                userinfo: json!({}),
            })),
            keys: Arc::new(Mutex::new(vec![jwk(Algorithm::ES256, ES_A, "a")])),
        };
        provider.open().await;
        provider
    }

    async fn open(&self) {
        let base = self.server.uri();
        let discovery = json!({
            "issuer": base, "authorization_endpoint": format!("{base}/authorize"),
            "token_endpoint": format!("{base}/token"), "userinfo_endpoint": format!("{base}/userinfo"),
            "jwks_uri": format!("{base}/jwks"), "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "FUTURE512"],
            "authorization_response_iss_parameter_supported": true,
        });
        self.mount("/.well-known/openid-configuration", move |_| {
            ResponseTemplate::new(200).set_body_json(&discovery)
        })
        .await;
        let keys = Arc::clone(&self.keys);
        self.mount("/jwks", move |_| {
            ResponseTemplate::new(200).set_body_json(json!({"keys": *keys.lock().unwrap()}))
        })
        .await;
        let answers = Arc::clone(&self.answers);
        self.mount("/userinfo", move |_| {
            ResponseTemplate::new(200).set_body_json(&answers.lock().unwrap().userinfo)
        })
        .await;
        let answers = Arc::clone(&self.answers);
        self.mount("/token", move |request| token(&base, &answers, request))
            .await;
    }

    async fn mount(
        &self,
        at: &str,
        answer: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static,
    ) {
        Mock::given(path(at))
            .respond_with(answer)
            .mount(&self.server)
            .await;
    }

    pub(super) fn sign_in(&self, clock: &Arc<ManualClock>) -> OpenIdSignIn {
        sign_in_at(&self.server.uri(), clock)
    }

    fn change(&self, change: impl FnOnce(&mut Answers)) {
        change(&mut self.answers.lock().unwrap());
    }

    async fn requests(&self, at: &str) -> Vec<Request> {
        let all = self.server.received_requests().await.unwrap();
        all.into_iter()
            .filter(|request| request.url.path() == at)
            .collect()
    }

    /// A whole sign-in, whose answer `arrange` may change.
    async fn walk(
        &self,
        sign_in: &OpenIdSignIn,
        arrange: impl FnOnce(&mut Arrival, &mut SignInMemory),
    ) -> Result<Principal, SignInError> {
        let departure = sign_in.begin("/home").await?;
        let mut memory = departure.memory;
        let mut arrival = Arrival {
            // The provider would keep the nonce with the code; here the code is the nonce.
            code: memory.nonce.clone(),
            state: memory.state.clone(),
            issuer: Some(self.server.uri()),
        };
        arrange(&mut arrival, &mut memory);
        sign_in.finish(&arrival, &memory).await
    }

    async fn refusal(&self) -> SignInError {
        let sign_in = self.sign_in(&clock());
        self.walk(&sign_in, |_, _| {}).await.expect_err("refused")
    }
}

fn sign_in_at(issuer: &str, clock: &Arc<ManualClock>) -> OpenIdSignIn {
    let settings = SignInSettings {
        identity: settings(issuer),
        client_id: "sanmiao-web".to_owned(),
        client_secret: None,
        redirect_uri: "https://sanmiao.example/sign-in/callback".parse().unwrap(),
        scopes: vec!["profile".to_owned()],
    };
    OpenIdSignIn::new(
        Http::new().unwrap(),
        settings,
        clock.clone(),
        Arc::new(SeededEntropy::new(1)),
    )
}

fn form(request: &Request) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect()
}

fn token(issuer: &str, answers: &Mutex<Answers>, request: &Request) -> ResponseTemplate {
    let answers = answers.lock().unwrap();
    if let Some(instead) = &answers.instead {
        return instead.clone();
    }
    let mut claims = json!({
        "iss": issuer, "sub": "person-1", "aud": "sanmiao-web", "iat": NOW_S, "exp": NOW_S + 600,
        "nonce": form(request)["code"], "name": "张三", "roles": ["applicant"],
        "document_type": "resident_id", "document_number": "11010519491231002X",
    });
    for (name, value) in answers.claims.as_object().unwrap() {
        if value == "absent" {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    ResponseTemplate::new(200).set_body_json(json!({
        "access_token": "an-access-token", "token_type": "Bearer", "expires_in": 600,
        "id_token": (answers.sign)(&claims),
    }))
}

/// One of each, for the test that reads the log: what must not be in it.
pub(super) async fn well_and_badly() -> Vec<String> {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in(&clock());
    let mut secrets = vec!["an-access-token".to_owned()];
    for claims in [json!({}), json!({"nonce": "x"}), json!({"roles": []})] {
        provider.change(|answers| answers.claims = claims);
        let walked = provider.walk(&sign_in, |arrival, memory| {
            secrets.extend(
                [&arrival.code, &arrival.state, &memory.verifier].map(|one| one.reveal().clone()),
            );
        });
        let _ = walked.await;
    }
    let _ = sign_in_at(&nowhere().await, &clock()).begin("/").await;
    secrets
}

fn why(error: SignInError) -> String {
    let shown = format!("{error} {error:?}");
    for private in ["张三", "11010519491231002X", "an-access-token"] {
        assert!(!shown.contains(private), "{shown}");
    }
    match error {
        SignInError::Claims(error) => format!("{error:?}"),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn an_applicant_is_who_the_provider_says_and_the_code_is_redeemed_with_its_verifier() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in(&clock());
    let departure = sign_in.begin("/applications/1").await.unwrap();
    let address: url::Url = departure.address.parse().unwrap();
    let asked: BTreeMap<_, _> = address.query_pairs().into_owned().collect();
    assert!(
        departure
            .address
            .starts_with(&format!("{}/authorize?", provider.server.uri()))
    );
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "sanmiao-web"),
        ("redirect_uri", "https://sanmiao.example/sign-in/callback"),
        ("scope", "openid profile"),
        ("code_challenge_method", "S256"),
        ("state", departure.memory.state.reveal().as_str()),
        ("nonce", departure.memory.nonce.reveal().as_str()),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
    assert_eq!(departure.memory.return_to, "/applications/1");
    assert!(!format!("{:?}", departure.memory).contains(departure.memory.state.reveal().as_str()));

    let arrival = Arrival {
        code: departure.memory.nonce.clone(),
        state: departure.memory.state.clone(),
        issuer: Some(provider.server.uri()),
    };
    let principal = sign_in.finish(&arrival, &departure.memory).await.unwrap();
    let Principal::Applicant(claims) = principal else {
        panic!("an applicant")
    };
    assert_eq!(claims.name.reveal(), "张三");
    assert_eq!(claims.subject.subject, "person-1");
    let redeemed = form(&provider.requests("/token").await[0]);
    assert_eq!(redeemed["grant_type"], "authorization_code");
    assert_eq!(
        redeemed["redirect_uri"],
        "https://sanmiao.example/sign-in/callback"
    );
    assert_eq!(redeemed["client_id"], "sanmiao-web");
    let verifier = &redeemed["code_verifier"];
    assert!(verifier.len() >= 43);
    assert_eq!(
        URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
        asked["code_challenge"]
    );
    assert!(
        provider.requests("/userinfo").await.is_empty(),
        "nothing was missing"
    );
}

#[tokio::test]
async fn every_sign_in_has_a_state_a_nonce_and_a_verifier_of_its_own_and_discovery_is_kept() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in(&clock());
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..5 {
        let memory = sign_in.begin("/").await.unwrap().memory;
        for value in [memory.state, memory.nonce, memory.verifier] {
            assert!(seen.insert(value.reveal().clone()));
        }
    }
    let fetched = provider.requests("/.well-known/openid-configuration").await;
    assert_eq!(fetched.len(), 1);
}

#[tokio::test]
async fn an_answer_to_another_question_or_of_another_issuer_is_refused_before_the_code_is_shown() {
    let provider = Provider::start().await;
    let sign_in = provider.sign_in(&clock());
    let wrong_state = provider
        .walk(&sign_in, |arrival, _| {
            arrival.state = Private::new("another".to_owned());
        })
        .await;
    assert_eq!(wrong_state, Err(SignInError::StateDiffers));
    for issuer in [None, Some("https://evil.example".to_owned())] {
        let refused = provider
            .walk(&sign_in, |arrival, _| arrival.issuer = issuer)
            .await;
        assert_eq!(refused, Err(SignInError::WrongIssuer));
    }
    assert!(provider.requests("/token").await.is_empty());
}

#[tokio::test]
async fn an_id_token_that_does_not_hold_is_refused() {
    let cases = [
        (json!({"nonce": "of-another-sign-in"}), "nonce"),
        (json!({"nonce": "absent"}), "nonce"),
        (json!({"aud": "sanmiao"}), "WrongAudience"),
        (json!({"aud": ["sanmiao-web", "another"]}), "WrongAudience"),
        (json!({"iss": "https://evil.example"}), "WrongIssuer"),
        (json!({"exp": NOW_S - 31}), "Expired"),
        (json!({"nbf": NOW_S + 31}), "NotYetValid"),
        (json!({"exp": "absent"}), "no token"),
        (
            json!({"at_hash": "bm90IHRoaXMgb25l"}),
            "access token's hash",
        ),
        (json!({"roles": []}), "NoRole"),
        (json!({"roles": ["applicant", "finance"]}), "MixedRoles"),
        (json!({"document_number": "110105194912310021"}), "BadClaim"),
    ];
    for (claims, expected) in cases {
        let provider = Provider::start().await;
        provider.change(|answers| answers.claims = claims.clone());
        let found = why(provider.refusal().await);
        assert!(found.contains(expected), "{claims}: {found}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_signed_as_allowed_is_refused() {
    fn none(claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(&json!({"alg": "none"})), part(claims))
    }
    fn hmac(claims: &Value) -> String {
        // The public key as a secret, as in the oldest trick against JWTs.
        let key = EncodingKey::from_secret(jwk(Algorithm::ES256, ES_A, "a").to_string().as_bytes());
        let mut head = Header::new(Algorithm::HS256);
        head.kid = Some("a".to_owned());
        jsonwebtoken::encode(&head, claims, &key).unwrap()
    }
    fn rsa(claims: &Value) -> String {
        sign_as(claims, Algorithm::RS256, RS, Some("r"))
    }
    fn other_key(claims: &Value) -> String {
        sign_as(claims, Algorithm::ES256, ES_B, Some("a"))
    }
    fn unknown_key(claims: &Value) -> String {
        sign_as(claims, Algorithm::ES256, ES_B, Some("b"))
    }
    fn nonsense(_: &Value) -> String {
        "a.b.c".to_owned()
    }
    let cases: [(Sign, &str); 6] = [
        (none, "AlgorithmNotAllowed"),
        (hmac, "AlgorithmNotAllowed"),
        (rsa, "AlgorithmNotAllowed"),
        (other_key, "BadSignature"),
        (unknown_key, "UnknownKey"),
        (nonsense, "no token"),
    ];
    for (sign, expected) in cases {
        let provider = Provider::start().await;
        provider
            .keys
            .lock()
            .unwrap()
            .push(jwk(Algorithm::RS256, RS, "r"));
        provider.change(|answers| answers.sign = sign);
        let found = why(provider.refusal().await);
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

#[tokio::test]
async fn each_allowed_algorithm_is_taken() {
    fn ed(claims: &Value) -> String {
        sign_as(claims, Algorithm::EdDSA, ED, Some("e"))
    }
    let provider = Provider::start().await;
    *provider.keys.lock().unwrap() = vec![jwk(Algorithm::EdDSA, ED, "e")];
    provider.change(|answers| answers.sign = ed);
    let sign_in = provider.sign_in(&clock());
    provider.walk(&sign_in, |_, _| {}).await.unwrap();
    assert!(
        TokenAlgorithm::ALL.len() == 3,
        "RS256 stands in the test of what is not allowed here"
    );
}

#[tokio::test]
async fn a_new_key_is_found_when_the_provider_has_changed_it() {
    fn es_b(claims: &Value) -> String {
        sign_as(claims, Algorithm::ES256, ES_B, Some("b"))
    }
    let provider = Provider::start().await;
    let clock = clock();
    let sign_in = provider.sign_in(&clock);
    provider.walk(&sign_in, |_, _| {}).await.unwrap();
    *provider.keys.lock().unwrap() = vec![jwk(Algorithm::ES256, ES_B, "b")];
    provider.change(|answers| answers.sign = es_b);
    clock.advance(30_000);
    provider.walk(&sign_in, |_, _| {}).await.unwrap();
}

#[tokio::test]
async fn what_the_id_token_leaves_out_comes_from_userinfo_of_the_same_subject() {
    let provider = Provider::start().await;
    let lean = json!({"name": "absent", "roles": "absent", "document_type": "absent", "document_number": "absent"});
    let about = json!({"name": "张三", "roles": ["applicant"], "document_type": "resident_id",
        "document_number": "11010519491231002X"});
    let with_subject = |subject: &str| {
        let mut about = about.clone();
        about["sub"] = json!(subject);
        about
    };
    provider.change(|answers| {
        answers.claims = lean;
        answers.userinfo = with_subject("person-1");
    });
    let sign_in = provider.sign_in(&clock());
    let principal = provider.walk(&sign_in, |_, _| {}).await.unwrap();
    assert!(matches!(principal, Principal::Applicant(claims) if claims.name.reveal() == "张三"));
    let asked = provider.requests("/userinfo").await;
    assert_eq!(asked[0].headers["authorization"], "Bearer an-access-token");

    provider.change(|answers| answers.userinfo = with_subject("person-2"));
    assert!(why(provider.refusal().await).contains("userinfo"));
    provider.change(|answers| answers.userinfo = json!({"sub": "person-1", "roles": []}));
    assert!(why(provider.refusal().await).contains("NoRole"));
}

#[tokio::test]
async fn the_id_token_is_stronger_than_userinfo() {
    let provider = Provider::start().await;
    provider.change(|answers| {
        answers.claims = json!({"roles": ["reviewer"]});
        answers.userinfo =
            json!({"sub": "person-1", "roles": ["supervisor"], "district": "440604"});
    });
    let sign_in = provider.sign_in(&clock());
    let Principal::Staff(staff) = provider.walk(&sign_in, |_, _| {}).await.unwrap() else {
        panic!("staff")
    };
    assert_eq!(staff.roles, [Role::Reviewer]);
    assert_eq!(staff.district.unwrap().as_str(), "440604");
}

#[tokio::test]
async fn what_the_token_endpoint_may_answer_instead() {
    let elsewhere = MockServer::start().await;
    let cases = [
        (
            ResponseTemplate::new(400).set_body_json(json!({"error": "invalid_grant"})),
            SignInError::CodeRefused,
        ),
        (ResponseTemplate::new(503), SignInError::ProviderUnavailable),
    ];
    let no_token = [
        ResponseTemplate::new(302).insert_header("location", elsewhere.uri().as_str()),
        ResponseTemplate::new(200).set_body_string("<html>"),
        ResponseTemplate::new(200)
            .set_body_json(json!({"access_token": "an-access-token", "token_type": "Bearer"})),
    ];
    for (answer, expected) in cases {
        let provider = Provider::start().await;
        provider.change(|answers| answers.instead = Some(answer));
        assert_eq!(provider.refusal().await, expected);
    }
    for answer in no_token {
        let provider = Provider::start().await;
        provider.change(|answers| answers.instead = Some(answer));
        let refused = provider.refusal().await;
        assert!(
            matches!(refused, SignInError::NotBelieved { .. }),
            "{refused:?}"
        );
    }
    assert!(
        elsewhere.received_requests().await.unwrap().is_empty(),
        "no redirect is followed"
    );
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_told_as_such_and_in_time() {
    let gone = sign_in_at(&nowhere().await, &clock());
    assert_eq!(
        gone.begin("/").await.unwrap_err(),
        SignInError::ProviderUnavailable
    );
    assert_eq!(gone.probe().await, Err(SignInError::ProviderUnavailable));

    let slow = MockServer::start().await;
    Mock::given(path("/.well-known/openid-configuration"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_secs(20)))
        .mount(&slow)
        .await;
    let mut settings = SignInSettings {
        identity: settings(&slow.uri()),
        client_id: "x".to_owned(),
        client_secret: None,
        redirect_uri: "https://a.example/".parse().unwrap(),
        scopes: Vec::new(),
    };
    settings.identity.timeout = Duration::from_millis(50);
    let slow = OpenIdSignIn::new(
        Http::new().unwrap(),
        settings,
        clock(),
        Arc::new(SeededEntropy::new(1)),
    );
    assert_eq!(
        slow.begin("/").await.unwrap_err(),
        SignInError::ProviderUnavailable
    );
}

#[tokio::test]
async fn the_doctor_knows_a_provider_that_signs_with_nothing_we_allow() {
    let provider = Provider::start().await;
    assert_eq!(provider.sign_in(&clock()).probe().await, Ok(()));
    let mut settings = SignInSettings {
        identity: settings(&provider.server.uri()),
        client_id: "x".to_owned(),
        client_secret: None,
        redirect_uri: "https://a.example/".parse().unwrap(),
        scopes: Vec::new(),
    };
    settings.identity.algorithms = vec![TokenAlgorithm::Rs256];
    let other = OpenIdSignIn::new(
        Http::new().unwrap(),
        settings,
        clock(),
        Arc::new(SeededEntropy::new(1)),
    );
    assert_eq!(
        other.probe().await,
        Err(SignInError::Claims(IdentityError::AlgorithmNotAllowed))
    );
}
