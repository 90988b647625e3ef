//! The identity provider: OpenID Connect code flow with PKCE, and tokens for drivers and tests without a browser.

mod claims;
mod codes;
mod pages;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(crate) use claims::Claims;
use claims::claims_of;
use codes::{Codes, Grant};

use crate::faults::Channel;
use crate::shared::Shared;

/// The grant by which drivers and tests get a token for a subject without a browser.
pub const MOCK_SUBJECT_GRANT: &str = "urn:sanmiao:params:oauth:grant-type:mock-subject";

/// Names of the staff subjects that are listed; any of the same form is known too, e.g. `reviewer-440605-3`, `auditor-7`.
pub const STAFF: [&str; 16] = [
    "reviewer-440600",
    "reviewer-440604",
    "reviewer-440604-2",
    "reviewer-440605",
    "reviewer-440606",
    "reviewer-440607",
    "reviewer-440608",
    "supervisor-440600",
    "supervisor-440604",
    "supervisor-city",
    "finance-maker",
    "finance-checker",
    "policy-1",
    "policy-2",
    "auditor-1",
    "auditor-2",
];

/// The PKCS #8 wrapping of an Ed25519 seed (RFC 8410): what stands before the thirty-two bytes.
const ED25519_PKCS8_HEAD: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// The provider's key and open codes.
pub(crate) struct Identity {
    issuer: String,
    audience: String,
    lifetime: Duration,
    key: EncodingKey,
    key_id: String,
    jwks: JwkSet,
    codes: Codes,
}

impl Identity {
    /// A provider whose key follows from the seed.
    pub(crate) fn new(
        seed: u64,
        base_url: &str,
        audience: String,
        lifetime: Duration,
    ) -> Result<Self, jsonwebtoken::errors::Error> {
        let mut der = ED25519_PKCS8_HEAD.to_vec();
        der.extend(Sha256::digest(format!("sanmiao-mocks/{seed}/oidc")));
        let key = EncodingKey::from_ed_der(&der);
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::EdDSA)?;
        let key_id = format!("mock-{seed}");
        jwk.common.key_id = Some(key_id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self {
            issuer: format!("{base_url}/oidc"),
            audience,
            lifetime,
            key,
            key_id,
            jwks: JwkSet { keys: vec![jwk] },
            codes: Codes::new(seed),
        })
    }

    fn signed(&self, claims: &Claims) -> Result<String, jsonwebtoken::errors::Error> {
        let mut head = Header::new(Algorithm::EdDSA);
        head.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&head, claims, &self.key)
    }
}

/// An access token for a subject; `None` when nobody has that subject.
pub(crate) fn access_token(shared: &Shared, subject: &str) -> Option<String> {
    let identity = &shared.identity;
    let mut claims = claims_of(shared, subject)?;
    claims.iss.clone_from(&identity.issuer);
    claims.aud.clone_from(&identity.audience);
    identity.signed(&claims).ok()
}

/// The routes of the provider.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/oidc/.well-known/openid-configuration", get(discovery))
        .route("/oidc/jwks", get(jwks))
        .route("/oidc/authorize", get(authorize))
        .route(pages::STYLE_PATH, get(style))
        .route("/oidc/token", post(token))
}

/// The only faults of this provider: it is slow, or not there.
async fn fault(shared: &Shared) -> Option<Response> {
    let plan = shared.faults.draw(Channel::Identity, "identity", &[], &[]);
    if plan.slow_ms > 0 {
        tokio::time::sleep(Duration::from_millis(plan.slow_ms)).await;
    }
    let status = plan.error_before.or(plan.is_down.then_some(503))?;
    Some(
        StatusCode::from_u16(status)
            .unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
            .into_response(),
    )
}

async fn discovery(State(shared): State<Arc<Shared>>) -> Response {
    if let Some(response) = fault(&shared).await {
        return response;
    }
    let issuer = &shared.identity.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", MOCK_SUBJECT_GRANT],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "token_endpoint_auth_methods_supported": ["none", "client_secret_post"],
        "scopes_supported": ["openid", "profile"],
        "claims_supported": ["sub", "name", "roles", "district", "document_type", "document_number"],
    }))
    .into_response()
}

async fn jwks(State(shared): State<Arc<Shared>>) -> Response {
    if let Some(response) = fault(&shared).await {
        return response;
    }
    Json(&shared.identity.jwks).into_response()
}

#[derive(Deserialize)]
struct Authorization {
    client_id: String,
    redirect_uri: String,
    response_type: String,
    code_challenge: String,
    code_challenge_method: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    login_hint: Option<String>,
}

async fn authorize(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Authorization>,
) -> Response {
    if let Some(response) = fault(&shared).await {
        return response;
    }
    let Ok(mut target) = reqwest::Url::parse(&asked.redirect_uri) else {
        return (StatusCode::BAD_REQUEST, "redirect_uri is not a URL").into_response();
    };
    if !matches!(target.scheme(), "http" | "https") {
        return (
            StatusCode::BAD_REQUEST,
            "redirect_uri is neither http nor https",
        )
            .into_response();
    }
    if asked.response_type != "code" || asked.code_challenge_method != "S256" {
        return (
            StatusCode::BAD_REQUEST,
            "response_type=code and code_challenge_method=S256 only",
        )
            .into_response();
    }
    let Some(subject) = asked.login_hint.clone() else {
        let headers = [
            (header::CONTENT_SECURITY_POLICY, pages::POLICY),
            (header::REFERRER_POLICY, "no-referrer"),
        ];
        return (headers, Html(pages::choose(&shared, &asked))).into_response();
    };
    if claims_of(&shared, &subject).is_none() {
        return (StatusCode::BAD_REQUEST, "login_hint is nobody's subject").into_response();
    }
    let code = shared.identity.codes.issue(
        Grant {
            subject,
            client_id: asked.client_id,
            redirect_uri: asked.redirect_uri,
            challenge: asked.code_challenge,
            nonce: asked.nonce,
        },
        shared.clock.wall_micros(),
    );
    target
        .query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &asked.state)
        .append_pair("iss", &shared.identity.issuer);
    Redirect::to(target.as_str()).into_response()
}

async fn style() -> Response {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        pages::STYLE,
    )
        .into_response()
}

#[derive(Deserialize)]
struct TokenRequest {
    grant_type: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    code_verifier: String,
    #[serde(default)]
    subject: String,
}

async fn token(State(shared): State<Arc<Shared>>, Form(asked): Form<TokenRequest>) -> Response {
    if let Some(response) = fault(&shared).await {
        return response;
    }
    let issued = match asked.grant_type.as_str() {
        MOCK_SUBJECT_GRANT => issue(&shared, &asked.subject, &asked.client_id, None),
        "authorization_code" => redeem(&shared, &asked),
        _ => Err("unsupported_grant_type"),
    };
    match issued {
        Ok(body) => ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response(),
    }
}

fn redeem(shared: &Shared, asked: &TokenRequest) -> Result<Value, &'static str> {
    let grant = shared
        .identity
        .codes
        .redeem(&asked.code, shared.clock.wall_micros())
        .ok_or("invalid_grant")?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&asked.code_verifier));
    let fits = challenge == grant.challenge
        && asked.redirect_uri == grant.redirect_uri
        && asked.client_id == grant.client_id;
    if !fits {
        return Err("invalid_grant");
    }
    issue(shared, &grant.subject, &grant.client_id, grant.nonce)
}

fn issue(
    shared: &Shared,
    subject: &str,
    client_id: &str,
    nonce: Option<String>,
) -> Result<Value, &'static str> {
    let identity = &shared.identity;
    let access = access_token(shared, subject).ok_or("invalid_grant")?;
    let mut claims = claims_of(shared, subject).ok_or("invalid_grant")?;
    claims.iss.clone_from(&identity.issuer);
    client_id.clone_into(&mut claims.aud);
    claims.nonce = nonce;
    let id_token = identity.signed(&claims).map_err(|_| "server_error")?;
    Ok(json!({
        "access_token": access,
        "id_token": id_token,
        "token_type": "Bearer",
        "expires_in": identity.lifetime.as_secs(),
        "scope": "openid profile",
    }))
}
