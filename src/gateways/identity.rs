//! Bearer tokens of the configured OpenID issuer.
//!
//! The algorithms are fixed by configuration and by the key's own type, never by the token: `none` and HMAC do not exist here, and a
//! public key cannot be used as a secret. Keys come from discovery, are cached, and are fetched anew for an unknown key id at
//! most once in a while, so that made-up ids cannot make us hammer the provider. While the provider is down, known keys stay good.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{DecodingKey, Validation};
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::cached::{Ages, Cached};
use super::http::Http;
use super::signed::below;
use crate::domain::district::DistrictCode;
use crate::domain::document::IdentityDocument;
use crate::domain::person::{Private, Role, Staff, Subject};
use crate::ports::{ApplicantClaims, Clock, Identity, IdentityError, Principal};

/// A longer token is not looked at.
const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// A signature algorithm that may be allowed. The dangerous ones have no name here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// Ed25519.
    EdDsa,
}

impl TokenAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::Es256, Self::Rs256, Self::EdDsa];

    /// The word in the token's header and in the configuration (RFC 7518, RFC 8037).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == word)
    }

    const fn jwt(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        }
    }

    /// Whether a key is of the type this algorithm needs, and meant for signatures.
    fn fits(self, key: &Jwk) -> bool {
        let of_type = match (self, &key.algorithm) {
            (Self::Es256, AlgorithmParameters::EllipticCurve(ec)) => {
                ec.curve == EllipticCurve::P256
            }
            (Self::EdDsa, AlgorithmParameters::OctetKeyPair(okp)) => {
                okp.curve == EllipticCurve::Ed25519
            }
            (Self::Rs256, AlgorithmParameters::RSA(_)) => true,
            _ => false,
        };
        of_type
            && matches!(
                key.common.public_key_use,
                None | Some(PublicKeyUse::Signature)
            )
    }
}

/// How tokens of the issuer are read.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// The issuer's URL; must be what the tokens say in `iss`, to the letter.
    pub issuer: String,
    /// What tokens for us say in `aud`.
    pub audience: String,
    /// What may sign.
    pub algorithms: Vec<TokenAlgorithm>,
    /// How far clocks may differ, in seconds.
    pub leeway_s: i64,
    /// For one fetch of discovery or keys.
    pub timeout: Duration,
    /// Keys older than this are fetched anew, in seconds.
    pub keys_age_s_max: i64,
    /// Fetches are at least this far apart, in seconds.
    pub keys_refetch_s_min: i64,
    /// Names of claims.
    pub claims: ClaimNames,
}

impl IdentitySettings {
    /// How long what the provider publishes is good.
    pub(super) const fn ages(&self) -> Ages {
        Ages {
            age_s_max: self.keys_age_s_max,
            refetch_s_min: self.keys_refetch_s_min,
        }
    }
}

/// Where in the token things are. A `.` goes into an object: `realm_access.roles`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each is the claim that holds what it is called"
)]
pub struct ClaimNames {
    pub roles: String,
    pub district: String,
    pub document_type: String,
    pub document_number: String,
    pub name: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            roles: "roles".to_owned(),
            district: "district".to_owned(),
            document_type: "document_type".to_owned(),
            document_number: "document_number".to_owned(),
            name: "name".to_owned(),
        }
    }
}

/// The issuer, reached over HTTP.
pub struct OpenIdIdentity {
    http: Http,
    settings: IdentitySettings,
    clock: Arc<dyn Clock>,
    keys: Cached<Vec<Jwk>>,
}

impl std::fmt::Debug for OpenIdIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenIdIdentity")
            .field("issuer", &self.settings.issuer)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct TokenHeader {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood; we understand none.
    crit: Option<Value>,
}

impl OpenIdIdentity {
    /// The issuer of `settings`; nothing is fetched before the first token.
    #[must_use]
    pub fn new(http: Http, settings: IdentitySettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            http,
            keys: Cached::new(settings.ages(), Arc::clone(&clock)),
            settings,
            clock,
        }
    }

    /// Fetches discovery and keys now, for `doctor`.
    ///
    /// # Errors
    /// When either cannot be had or does not fit the configuration.
    pub async fn probe(&self) -> Result<usize, IdentityError> {
        Ok(self.fetch_keys().await?.len())
    }

    async fn key(
        &self,
        kid: Option<&str>,
        algorithm: TokenAlgorithm,
    ) -> Result<Jwk, IdentityError> {
        if let Some(keys) = self.keys.fresh()
            && let Some(key) = pick(&keys, kid, algorithm)
        {
            return Ok(key);
        }
        let keys = self
            .keys
            .refreshed("the identity provider's keys", || self.fetch_keys())
            .await
            .ok_or(IdentityError::ProviderUnavailable)?;
        pick(&keys, kid, algorithm).ok_or(IdentityError::UnknownKey)
    }

    async fn fetch_keys(&self) -> Result<Vec<Jwk>, IdentityError> {
        #[derive(Deserialize)]
        struct Discovery {
            issuer: String,
            jwks_uri: String,
        }
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let issuer: Url = self
            .settings
            .issuer
            .parse()
            .map_err(|_| IdentityError::ProviderUnavailable)?;
        let address = below(&issuer, "/.well-known/openid-configuration")
            .ok_or(IdentityError::ProviderUnavailable)?;
        let discovery: Discovery = self.document(address).await?;
        // OpenID Connect Discovery 1.0, section 4.3: the issuer must be the one that was asked. And keys over an open line
        // are no keys when the issuer itself is behind TLS.
        let keys: Url = discovery
            .jwks_uri
            .parse()
            .map_err(|_| IdentityError::ProviderUnavailable)?;
        let downgraded = issuer.scheme() == "https" && keys.scheme() != "https";
        if discovery.issuer != self.settings.issuer || downgraded {
            return Err(IdentityError::WrongIssuer);
        }
        let set: Set = self.document(keys).await?;
        // A key of a kind we cannot read is none of ours; it must not hide the others.
        Ok(set
            .keys
            .into_iter()
            .filter_map(|key| serde_json::from_value(key).ok())
            .collect())
    }

    async fn document<T: serde::de::DeserializeOwned>(
        &self,
        address: Url,
    ) -> Result<T, IdentityError> {
        let reply = self.http.get(address, self.settings.timeout).await.ok();
        reply
            .filter(|reply| reply.status == 200)
            .and_then(|reply| serde_json::from_slice(&reply.body).ok())
            .ok_or(IdentityError::ProviderUnavailable)
    }

    async fn claims(&self, bearer: &str) -> Result<Map<String, Value>, IdentityError> {
        let header = header_of(bearer)?;
        let algorithm = TokenAlgorithm::parse(&header.alg)
            .filter(|algorithm| self.settings.algorithms.contains(algorithm))
            .ok_or(IdentityError::AlgorithmNotAllowed)?;
        let key = self.key(header.kid.as_deref(), algorithm).await?;
        let key = DecodingKey::from_jwk(&key).map_err(|_| IdentityError::UnknownKey)?;
        let token = jsonwebtoken::decode(bearer, &key, &signature_only(algorithm))
            .map_err(|error| kind(&error))?;
        Ok(token.claims)
    }
}

#[async_trait]
impl Identity for OpenIdIdentity {
    async fn principal(&self, bearer: &str) -> Result<Principal, IdentityError> {
        let claims = self.claims(bearer).await?;
        check(&claims, &self.settings, self.clock.now().as_seconds())?;
        principal(&claims, &self.settings)
    }
}

fn header_of(bearer: &str) -> Result<TokenHeader, IdentityError> {
    if bearer.len() > TOKEN_BYTES_MAX || bearer.split('.').count() != 3 {
        return Err(IdentityError::NotAToken);
    }
    let first = bearer.split('.').next().unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD
        .decode(first)
        .map_err(|_| IdentityError::NotAToken)?;
    let header: TokenHeader =
        serde_json::from_slice(&bytes).map_err(|_| IdentityError::NotAToken)?;
    if header.crit.is_some() {
        Err(IdentityError::NotAToken)
    } else {
        Ok(header)
    }
}

/// The key of this id; without an id the one key that fits, when there is just one.
fn pick(keys: &[Jwk], kid: Option<&str>, algorithm: TokenAlgorithm) -> Option<Jwk> {
    let mut fitting = keys.iter().filter(|key| algorithm.fits(key));
    match kid {
        Some(kid) => fitting
            .find(|key| key.common.key_id.as_deref() == Some(kid))
            .cloned(),
        None => fitting.next().filter(|_| fitting.next().is_none()).cloned(),
    }
}

/// The library checks the signature alone: it would read the machine's clock for the rest, and skip claims that are absent.
fn signature_only(algorithm: TokenAlgorithm) -> Validation {
    let mut validation = Validation::new(algorithm.jwt());
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

fn kind(error: &jsonwebtoken::errors::Error) -> IdentityError {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature | ErrorKind::Base64(_) => IdentityError::BadSignature,
        ErrorKind::InvalidAlgorithm => IdentityError::AlgorithmNotAllowed,
        _ => IdentityError::NotAToken,
    }
}

/// `iss`, `aud`, `exp`, `nbf` (RFC 7519, section 4.1); `exp` is required.
pub(super) fn check(
    claims: &Map<String, Value>,
    settings: &IdentitySettings,
    now_s: i64,
) -> Result<(), IdentityError> {
    if text(claims, "iss")? != settings.issuer {
        return Err(IdentityError::WrongIssuer);
    }
    let for_us = match claims.get("aud") {
        None => return Err(IdentityError::MissingClaim("aud".to_owned())),
        Some(Value::Array(several)) => several.iter().any(|one| one == &settings.audience),
        Some(one) => one == &settings.audience,
    };
    if !for_us {
        return Err(IdentityError::WrongAudience);
    }
    let expires_s =
        seconds(claims, "exp")?.ok_or_else(|| IdentityError::MissingClaim("exp".to_owned()))?;
    if now_s >= expires_s.saturating_add(settings.leeway_s) {
        return Err(IdentityError::Expired);
    }
    match seconds(claims, "nbf")? {
        Some(from_s) if now_s < from_s.saturating_sub(settings.leeway_s) => {
            Err(IdentityError::NotYetValid)
        }
        _ => Ok(()),
    }
}

/// Whom claims that are verified stand for; one code for bearer tokens and for sign-in.
pub(super) fn principal(
    claims: &Map<String, Value>,
    settings: &IdentitySettings,
) -> Result<Principal, IdentityError> {
    let subject = Subject {
        issuer: settings.issuer.clone(),
        subject: text(claims, "sub")?.to_owned(),
    };
    let roles = roles(claims, &settings.claims.roles)?;
    match (roles.contains(&Role::Applicant), roles.len()) {
        (_, 0) => Err(IdentityError::NoRole),
        (true, 1) => Ok(Principal::Applicant(ApplicantClaims {
            subject,
            document: document(claims, &settings.claims)?,
            name: Private::new(text(claims, &settings.claims.name)?.to_owned()),
        })),
        (true, _) => Err(IdentityError::MixedRoles),
        (false, _) => {
            let district = district(claims, &settings.claims.district, &roles)?;
            Ok(Principal::Staff(Staff {
                subject,
                roles,
                district,
            }))
        }
    }
}

/// Known roles, each once. Words we do not know grant nothing.
fn roles(claims: &Map<String, Value>, name: &str) -> Result<Vec<Role>, IdentityError> {
    let bad = || IdentityError::BadClaim(name.to_owned());
    let words = match find(claims, name) {
        None => return Err(IdentityError::MissingClaim(name.to_owned())),
        Some(Value::Array(words)) => words
            .iter()
            .map(Value::as_str)
            .collect::<Option<Vec<_>>>()
            .ok_or_else(bad)?,
        // Scope style: words with blanks between.
        Some(Value::String(words)) => words.split_ascii_whitespace().collect(),
        Some(_) => return Err(bad()),
    };
    let mut roles: Vec<Role> = words.into_iter().filter_map(Role::parse).collect();
    roles.sort_unstable();
    roles.dedup();
    Ok(roles)
}

/// `null` is city level. A reviewer's token that does not say is refused: a forgotten claim must not open the whole city.
fn district(
    claims: &Map<String, Value>,
    name: &str,
    roles: &[Role],
) -> Result<Option<DistrictCode>, IdentityError> {
    match find(claims, name) {
        None if roles.contains(&Role::Reviewer) => {
            Err(IdentityError::MissingClaim(name.to_owned()))
        }
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let code = value.as_str().and_then(|code| code.parse().ok());
            code.map(Some)
                .ok_or_else(|| IdentityError::BadClaim(name.to_owned()))
        }
    }
}

fn document(
    claims: &Map<String, Value>,
    names: &ClaimNames,
) -> Result<IdentityDocument, IdentityError> {
    let bad = |name: &str| IdentityError::BadClaim(name.to_owned());
    let kind = text(claims, &names.document_type)?
        .parse()
        .map_err(|_| bad(&names.document_type))?;
    let number = text(claims, &names.document_number)?;
    IdentityDocument::parse(kind, number).map_err(|_| bad(&names.document_number))
}

/// A claim by its name, or by its path when no claim has the whole name.
fn find<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        let mut parts = name.split('.');
        let first = claims.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    })
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Result<&'a str, IdentityError> {
    match find(claims, name) {
        None | Some(Value::Null) => Err(IdentityError::MissingClaim(name.to_owned())),
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(_) => Err(IdentityError::BadClaim(name.to_owned())),
    }
}

/// A `NumericDate`. Whole seconds; providers that send fractions do not exist in practice, and one that did is refused.
fn seconds(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, IdentityError> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_i64()
            .map(Some)
            .ok_or_else(|| IdentityError::BadClaim(name.to_owned())),
    }
}
