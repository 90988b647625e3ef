//! Bearer tokens: whom they stand for, and every way they are refused. The keys beside this file are made up for these tests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sanmiao::domain::person::Role;
use sanmiao::gateways::clock::ManualClock;
use sanmiao::gateways::http::Http;
use sanmiao::gateways::identity::{ClaimNames, IdentitySettings, OpenIdIdentity, TokenAlgorithm};
use sanmiao::ports::{Clock, Identity, IdentityError, Principal};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::support::{NOW_S, clock, nowhere};

pub(crate) const ES_A: &str = include_str!("keys/es256-a.pem");
pub(crate) const ES_B: &str = include_str!("keys/es256-b.pem");
pub(crate) const ED: &str = include_str!("keys/ed25519.pem");
pub(crate) const RS: &str = include_str!("keys/rs256.pem");

pub(crate) fn encoding(algorithm: Algorithm, pem: &str) -> EncodingKey {
    match algorithm {
        Algorithm::RS256 => EncodingKey::from_rsa_pem(pem.as_bytes()),
        Algorithm::EdDSA => EncodingKey::from_ed_pem(pem.as_bytes()),
        _ => EncodingKey::from_ec_pem(pem.as_bytes()),
    }
    .unwrap()
}

pub(crate) fn jwk(algorithm: Algorithm, pem: &str, kid: &str) -> Value {
    let mut jwk = Jwk::from_encoding_key(&encoding(algorithm, pem), algorithm).unwrap();
    jwk.common.key_id = Some(kid.to_owned());
    serde_json::to_value(jwk).unwrap()
}

/// An issuer whose keys can be exchanged while it runs.
pub(crate) struct Issuer {
    pub(crate) server: MockServer,
    keys: Arc<Mutex<Vec<Value>>>,
}

impl Issuer {
    pub(crate) async fn start() -> Self {
        let keys = Arc::new(Mutex::new(vec![jwk(Algorithm::ES256, ES_A, "a")]));
        let server = MockServer::start().await;
        let started = Self { server, keys };
        started.open().await;
        started
    }

    /// Publishes discovery and keys; once more after a reset.
    async fn open(&self) {
        let (server, keys) = (&self.server, &self.keys);
        let issuer = server.uri();
        let discovery =
            json!({"issuer": issuer, "jwks_uri": format!("{issuer}/jwks"), "more": true});
        let published = Arc::clone(keys);
        Mock::given(path("/.well-known/openid-configuration"))
            .respond_with(ResponseTemplate::new(200).set_body_json(discovery))
            .mount(server)
            .await;
        Mock::given(path("/jwks"))
            .respond_with(move |_: &Request| {
                ResponseTemplate::new(200)
                    .set_body_json(json!({"keys": *published.lock().unwrap()}))
            })
            .mount(server)
            .await;
    }

    fn publish(&self, keys: impl IntoIterator<Item = Value>) {
        *self.keys.lock().unwrap() = keys.into_iter().collect();
    }

    fn settings(&self) -> IdentitySettings {
        settings(&self.server.uri())
    }

    pub(crate) fn identity(&self, clock: &Arc<ManualClock>) -> OpenIdIdentity {
        identity(self.settings(), clock)
    }

    fn claims(&self) -> Value {
        json!({
            "iss": self.server.uri(), "sub": "person-1", "aud": "sanmiao", "iat": NOW_S, "exp": NOW_S + 600,
            "name": "张三", "roles": ["applicant"], "district": null,
            "document_type": "resident_id", "document_number": "11010519491231002X",
        })
    }

    pub(crate) fn token(&self) -> String {
        sign(&self.claims())
    }

    fn changed(&self, changes: &Value) -> Value {
        let mut claims = self.claims();
        for (name, value) in changes.as_object().unwrap() {
            if value == "absent" {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        claims
    }

    async fn fetches(&self) -> usize {
        let requests = self.server.received_requests().await.unwrap();
        requests
            .iter()
            .filter(|request| request.url.path() == "/jwks")
            .count()
    }
}

pub(crate) fn settings(issuer: &str) -> IdentitySettings {
    IdentitySettings {
        issuer: issuer.to_owned(),
        audience: "sanmiao".to_owned(),
        algorithms: vec![TokenAlgorithm::Es256, TokenAlgorithm::EdDsa],
        leeway_s: 30,
        timeout: Duration::from_secs(10),
        keys_age_s_max: 3_600,
        keys_refetch_s_min: 30,
        claims: ClaimNames::default(),
    }
}

fn identity(settings: IdentitySettings, clock: &Arc<ManualClock>) -> OpenIdIdentity {
    OpenIdIdentity::new(
        Http::new().unwrap(),
        settings,
        Arc::clone(clock) as Arc<dyn Clock>,
    )
}

pub(crate) fn sign_as(
    claims: &Value,
    algorithm: Algorithm,
    pem: &str,
    kid: Option<&str>,
) -> String {
    let mut header = Header::new(algorithm);
    header.kid = kid.map(ToOwned::to_owned);
    jsonwebtoken::encode(&header, claims, &encoding(algorithm, pem)).unwrap()
}

fn sign(claims: &Value) -> String {
    sign_as(claims, Algorithm::ES256, ES_A, Some("a"))
}

async fn refusal(issuer: &Issuer, token: &str) -> IdentityError {
    issuer
        .identity(&clock())
        .principal(token)
        .await
        .expect_err("refused")
}

#[tokio::test]
async fn an_applicant_is_who_the_issuer_says() {
    let issuer = Issuer::start().await;
    let principal = issuer
        .identity(&clock())
        .principal(&issuer.token())
        .await
        .unwrap();
    let shown = format!("{principal:?}");
    let Principal::Applicant(claims) = principal else {
        panic!("{shown}")
    };
    assert_eq!(
        (
            claims.subject.subject.as_str(),
            claims.name.reveal().as_str()
        ),
        ("person-1", "张三")
    );
    assert_eq!(claims.document.reveal(), "11010519491231002X");
    assert!(
        !shown.contains("11010519491231002X") && !shown.contains("张三"),
        "{shown}"
    );
}

#[tokio::test]
async fn staff_have_the_roles_we_know_and_their_district() {
    let issuer = Issuer::start().await;
    let identity = issuer.identity(&clock());
    let cases = [
        (
            json!({"roles": ["reviewer"], "district": "440604"}),
            Some("440604"),
            vec![Role::Reviewer],
        ),
        (
            json!({"roles": ["reviewer", "root", "reviewer"], "district": null}),
            None,
            vec![Role::Reviewer],
        ),
        (
            json!({"roles": "finance auditor", "district": "absent"}),
            None,
            vec![Role::Finance, Role::Auditor],
        ),
    ];
    for (changes, district, roles) in cases {
        let principal = identity
            .principal(&sign(&issuer.changed(&changes)))
            .await
            .unwrap();
        let Principal::Staff(staff) = principal else {
            panic!("{changes}")
        };
        assert_eq!(
            staff.district.map(|code| code.to_string()).as_deref(),
            district,
            "{changes}"
        );
        assert_eq!(staff.roles, roles, "{changes}");
    }
}

#[tokio::test]
async fn each_claim_that_does_not_hold_is_refused_with_its_own_reason() {
    let issuer = Issuer::start().await;
    let missing = |name: &str| IdentityError::MissingClaim(name.to_owned());
    let bad = |name: &str| IdentityError::BadClaim(name.to_owned());
    let cases = [
        (json!({"exp": NOW_S - 30}), IdentityError::Expired),
        (json!({"exp": "absent"}), missing("exp")),
        (json!({"exp": "tomorrow"}), bad("exp")),
        (json!({"nbf": NOW_S + 31}), IdentityError::NotYetValid),
        (
            json!({"iss": "https://elsewhere"}),
            IdentityError::WrongIssuer,
        ),
        (json!({"iss": "absent"}), missing("iss")),
        (json!({"aud": "another"}), IdentityError::WrongAudience),
        (
            json!({"aud": ["another", "third"]}),
            IdentityError::WrongAudience,
        ),
        (json!({"aud": []}), IdentityError::WrongAudience),
        (json!({"aud": "absent"}), missing("aud")),
        (json!({"sub": "absent"}), missing("sub")),
        (json!({"sub": ""}), bad("sub")),
        (json!({"roles": "absent"}), missing("roles")),
        (json!({"roles": []}), IdentityError::NoRole),
        (json!({"roles": ["root"]}), IdentityError::NoRole),
        (json!({"roles": [1]}), bad("roles")),
        (
            json!({"roles": ["applicant", "reviewer"]}),
            IdentityError::MixedRoles,
        ),
        (json!({"name": "absent"}), missing("name")),
        (
            json!({"document_number": "absent"}),
            missing("document_number"),
        ),
        (
            json!({"document_number": "110105194912310021"}),
            bad("document_number"),
        ),
        (
            json!({"document_type": "library_card"}),
            bad("document_type"),
        ),
        (
            json!({"roles": ["reviewer"], "district": "absent"}),
            missing("district"),
        ),
        (
            json!({"roles": ["reviewer"], "district": "chancheng"}),
            bad("district"),
        ),
        (
            json!({"roles": ["supervisor"], "district": 440_604}),
            bad("district"),
        ),
    ];
    for (changes, expected) in cases {
        let token = sign(&issuer.changed(&changes));
        let error = refusal(&issuer, &token).await;
        assert_eq!(error, expected, "{changes}");
        assert!(
            !format!("{error:?} {error}").contains("1101051949"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn the_leeway_is_kept_on_both_sides_and_several_audiences_are_fine() {
    let issuer = Issuer::start().await;
    let identity = issuer.identity(&clock());
    for changes in [
        json!({"exp": NOW_S - 29}),
        json!({"nbf": NOW_S + 30}),
        json!({"aud": ["x", "sanmiao"]}),
    ] {
        assert!(
            identity
                .principal(&sign(&issuer.changed(&changes)))
                .await
                .is_ok(),
            "{changes}"
        );
    }
}

fn forge(header: &Value, claims: &Value, signature: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(claims))
}

#[tokio::test]
async fn unsigned_tokens_and_secrets_made_of_public_keys_are_refused() {
    let issuer = Issuer::start().await;
    for alg in [
        "none", "None", "NONE", "HS256", "HS512", "ES384", "RS256", "PS256", "",
    ] {
        let token = forge(&json!({"alg": alg, "kid": "a"}), &issuer.claims(), "AAAA");
        assert_eq!(
            refusal(&issuer, &token).await,
            IdentityError::AlgorithmNotAllowed,
            "{alg}"
        );
    }
    // The old trick: HMAC under the published key.
    let published = jwk(Algorithm::ES256, ES_A, "a").to_string();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("a".to_owned());
    let token = jsonwebtoken::encode(
        &header,
        &issuer.claims(),
        &EncodingKey::from_secret(published.as_bytes()),
    )
    .unwrap();
    assert_eq!(
        refusal(&issuer, &token).await,
        IdentityError::AlgorithmNotAllowed
    );
}

#[tokio::test]
async fn a_key_of_another_type_does_not_verify_and_a_symmetric_key_is_never_used() {
    let issuer = Issuer::start().await;
    let secret =
        json!({"kty": "oct", "kid": "s", "k": URL_SAFE_NO_PAD.encode("secret"), "alg": "HS256"});
    issuer.publish([
        jwk(Algorithm::ES256, ES_A, "a"),
        secret,
        json!({"kty": "unheard of", "kid": "u"}),
    ]);
    let token = sign_as(&issuer.claims(), Algorithm::EdDSA, ED, Some("a"));
    assert_eq!(
        refusal(&issuer, &token).await,
        IdentityError::UnknownKey,
        "an Ed25519 token names a P-256 key"
    );
    let token = sign_as(&issuer.claims(), Algorithm::ES256, ES_A, Some("s"));
    assert_eq!(refusal(&issuer, &token).await, IdentityError::UnknownKey);
    let mut for_encryption = jwk(Algorithm::ES256, ES_A, "a");
    for_encryption["use"] = json!("enc");
    issuer.publish([for_encryption]);
    assert_eq!(
        refusal(&issuer, &issuer.token()).await,
        IdentityError::UnknownKey
    );
}

#[tokio::test]
async fn a_wrong_or_damaged_signature_is_refused() {
    let issuer = Issuer::start().await;
    let stranger = sign_as(&issuer.claims(), Algorithm::ES256, ES_B, Some("a"));
    assert_eq!(
        refusal(&issuer, &stranger).await,
        IdentityError::BadSignature
    );
    let good = issuer.token();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let claims =
        URL_SAFE_NO_PAD.encode(issuer.changed(&json!({"sub": "somebody else"})).to_string());
    assert_eq!(
        refusal(&issuer, &format!("{header}.{claims}.{signature}")).await,
        IdentityError::BadSignature
    );
    assert_eq!(
        refusal(&issuer, &format!("{signed}.")).await,
        IdentityError::BadSignature
    );
}

#[tokio::test]
async fn what_is_no_token_is_told_so_without_asking_the_issuer() {
    let issuer = Issuer::start().await;
    let long = "a".repeat(10_000);
    let critical = forge(
        &json!({"alg": "ES256", "kid": "a", "crit": ["b64"]}),
        &issuer.claims(),
        "AAAA",
    );
    for token in [
        "",
        "a",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "...",
        &long,
        &critical,
        "e30.e30.e30",
    ] {
        assert_eq!(
            refusal(&issuer, token).await,
            IdentityError::NotAToken,
            "{token}"
        );
    }
    assert_eq!(issuer.fetches().await, 0);
}

#[tokio::test]
async fn every_allowed_algorithm_verifies() {
    let issuer = Issuer::start().await;
    issuer.publish([
        jwk(Algorithm::ES256, ES_A, "a"),
        jwk(Algorithm::EdDSA, ED, "e"),
        jwk(Algorithm::RS256, RS, "r"),
    ]);
    let all = IdentitySettings {
        algorithms: TokenAlgorithm::ALL.to_vec(),
        ..issuer.settings()
    };
    let identity = identity(all, &clock());
    for (algorithm, pem, kid) in [
        (Algorithm::ES256, ES_A, "a"),
        (Algorithm::EdDSA, ED, "e"),
        (Algorithm::RS256, RS, "r"),
    ] {
        for kid in [Some(kid), None] {
            let token = sign_as(&issuer.claims(), algorithm, pem, kid);
            assert!(
                identity.principal(&token).await.is_ok(),
                "{algorithm:?} {kid:?}"
            );
        }
    }
}

#[tokio::test]
async fn keys_are_fetched_once_and_anew_for_an_unknown_id_but_not_too_often() {
    let issuer = Issuer::start().await;
    let clock = clock();
    let identity = issuer.identity(&clock);
    let rotated = sign_as(&issuer.claims(), Algorithm::ES256, ES_B, Some("b"));
    for _ in 0..3 {
        assert!(identity.principal(&issuer.token()).await.is_ok());
    }
    assert_eq!(issuer.fetches().await, 1);

    issuer.publish([jwk(Algorithm::ES256, ES_B, "b")]);
    assert_eq!(
        identity.principal(&rotated).await,
        Err(IdentityError::UnknownKey),
        "too soon"
    );
    assert_eq!(issuer.fetches().await, 1);
    clock.advance(30_000);
    assert!(identity.principal(&rotated).await.is_ok());
    assert_eq!(
        identity.principal(&issuer.token()).await,
        Err(IdentityError::UnknownKey),
        "the old key is gone"
    );
    assert_eq!(issuer.fetches().await, 2);
}

#[tokio::test]
async fn a_withdrawn_key_is_noticed_when_the_keys_are_old() {
    let issuer = Issuer::start().await;
    let clock = clock();
    let identity = issuer.identity(&clock);
    let token = sign(&issuer.changed(&json!({"exp": NOW_S + 36_000})));
    assert!(identity.principal(&token).await.is_ok());
    issuer.publish([]);
    clock.advance(3_600_000);
    assert!(identity.principal(&token).await.is_ok());
    clock.advance(1_000);
    assert_eq!(
        identity.principal(&token).await,
        Err(IdentityError::UnknownKey)
    );
}

#[tokio::test]
async fn known_keys_stay_good_while_the_issuer_is_down() {
    let issuer = Issuer::start().await;
    let clock = clock();
    let identity = issuer.identity(&clock);
    let token = sign(&issuer.changed(&json!({"exp": NOW_S + 36_000})));
    assert!(identity.principal(&token).await.is_ok());
    issuer.server.reset().await;
    clock.advance(7_200_000);
    assert!(identity.principal(&token).await.is_ok());
}

#[tokio::test]
async fn an_issuer_that_was_never_reached_is_unavailable_and_not_a_refusal() {
    let issuer = Issuer::start().await;
    let token = issuer.token();
    let gone = identity(settings(&nowhere().await), &clock());
    assert_eq!(
        gone.principal(&token).await,
        Err(IdentityError::ProviderUnavailable)
    );
}

#[tokio::test]
async fn an_issuer_that_comes_back_is_asked_again_within_a_second() {
    let issuer = Issuer::start().await;
    let clock = clock();
    let identity = issuer.identity(&clock);
    issuer.server.reset().await;
    let unavailable = Err(IdentityError::ProviderUnavailable);
    assert_eq!(identity.principal(&issuer.token()).await, unavailable);
    issuer.open().await;
    clock.advance(999);
    assert_eq!(
        identity.principal(&issuer.token()).await,
        unavailable,
        "not hammered"
    );
    clock.advance(1);
    assert!(identity.principal(&issuer.token()).await.is_ok());
}

#[tokio::test]
async fn discovery_that_speaks_for_another_issuer_gives_no_keys() {
    let issuer = Issuer::start().await;
    issuer.server.reset().await;
    let discovery =
        json!({"issuer": "https://elsewhere", "jwks_uri": format!("{}/jwks", issuer.server.uri())});
    Mock::given(path("/.well-known/openid-configuration"))
        .respond_with(ResponseTemplate::new(200).set_body_json(discovery))
        .mount(&issuer.server)
        .await;
    let identity = issuer.identity(&clock());
    assert_eq!(identity.probe().await, Err(IdentityError::WrongIssuer));
    assert_eq!(
        identity.principal(&issuer.token()).await,
        Err(IdentityError::ProviderUnavailable)
    );
    assert_eq!(issuer.fetches().await, 0);
}

#[tokio::test]
async fn claims_are_found_under_configured_names_and_paths() {
    let issuer = Issuer::start().await;
    let mut settings = issuer.settings();
    settings.claims.roles = "realm_access.roles".to_owned();
    settings.claims.name = "https://id.example/name".to_owned();
    let identity = identity(settings, &clock());
    let claims = issuer.changed(&json!({
        "roles": "absent", "realm_access": {"roles": ["applicant"]}, "name": "absent", "https://id.example/name": "李四",
    }));
    let Principal::Applicant(claims) = identity.principal(&sign(&claims)).await.unwrap() else {
        panic!("applicant")
    };
    assert_eq!(claims.name.reveal(), "李四");
}
