//! Sign-in of browsers: OpenID Connect code flow with PKCE at the configured issuer.
//!
//! The protocol is `openidconnect`'s; what it asks of the world is ours: the one HTTP client (time-outs, bounded bodies, no
//! redirects), the clock, the randomness. Allowed algorithms, issuer, leeway and names of claims are those of bearer tokens, and
//! so is the code that reads a person from claims. Claims that are not in the ID token are fetched from the userinfo endpoint.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGenderClaim, CoreGrantType, CoreIdToken, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AdditionalProviderMetadata, AsyncHttpClient, AuthType,
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, SubjectIdentifier, TokenResponse as _,
    TokenUrl, UserInfoClaims, UserInfoUrl,
};
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use super::cached::Cached;
use super::http::{Http, HttpError, Method, Request};
use super::identity::{IdentitySettings, TokenAlgorithm, check, principal};
use crate::domain::person::Private;
use crate::domain::session::SignInMemory;
use crate::ports::{
    Arrival, Clock, Departure, Entropy, IdentityError, Principal, SignIn, SignInError,
};

/// Random bytes of state, nonce and verifier: 43 characters each, as RFC 7636 wants of a verifier at least.
const RANDOM_BYTES: usize = 32;

/// How browsers sign in.
#[derive(Debug, Clone)]
pub struct SignInSettings {
    /// How tokens of the issuer are read; the audience of an ID token is `client_id` (OpenID Connect Core 1.0, section 2).
    pub identity: IdentitySettings,
    /// Under which name the provider knows this service.
    pub client_id: String,
    /// The secret that goes with it, for providers that want one beside PKCE.
    pub client_secret: Option<SecretString>,
    /// Where the provider sends the browser back to; registered there to the letter.
    pub redirect_uri: Url,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
}

/// What we need of discovery and the library has no field for.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct More {
    /// RFC 9207: then an answer without `iss` is none of this provider's.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Claims the library has no field for.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct OtherClaims(Map<String, Value>);

impl AdditionalClaims for OtherClaims {}

/// The issuer, for browsers.
pub struct OpenIdSignIn {
    line: Line,
    settings: SignInSettings,
    /// With the audience an ID token has.
    identity: IdentitySettings,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    metadata: Cached<Metadata>,
}

impl std::fmt::Debug for OpenIdSignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenIdSignIn")
            .field("issuer", &self.identity.issuer)
            .finish_non_exhaustive()
    }
}

impl OpenIdSignIn {
    /// Sign-in after `settings`; nothing is fetched before somebody signs in.
    #[must_use]
    pub fn new(
        http: Http,
        settings: SignInSettings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let identity = IdentitySettings {
            audience: settings.client_id.clone(),
            ..settings.identity.clone()
        };
        Self {
            line: Line {
                http,
                timeout: identity.timeout,
            },
            metadata: Cached::new(identity.ages(), Arc::clone(&clock)),
            settings,
            identity,
            clock,
            entropy,
        }
    }

    /// Fetches discovery and keys now, for `doctor`.
    ///
    /// # Errors
    /// When they cannot be had, or do not offer what is needed.
    pub async fn probe(&self) -> Result<(), SignInError> {
        let metadata = self.fetch().await?;
        let offered = metadata.id_token_signing_alg_values_supported();
        if self.algorithms().any(|one| offered.contains(&one)) {
            Ok(())
        } else {
            Err(IdentityError::AlgorithmNotAllowed.into())
        }
    }

    async fn fetch(&self) -> Result<Metadata, SignInError> {
        let issuer = IssuerUrl::new(self.identity.issuer.clone())
            .map_err(|_| SignInError::ProviderUnavailable)?;
        let metadata = Metadata::discover_async(issuer, &self.line)
            .await
            .map_err(|_| SignInError::ProviderUnavailable)?;
        // What is sent over an open line is no secret, when the issuer itself is behind TLS.
        let addresses = [
            Some(metadata.authorization_endpoint().url()),
            metadata.token_endpoint().map(TokenUrl::url),
            metadata.userinfo_endpoint().map(UserInfoUrl::url),
            Some(metadata.jwks_uri().url()),
        ];
        let is_behind_tls = self.identity.issuer.starts_with("https:");
        let downgraded = addresses
            .into_iter()
            .flatten()
            .any(|address| is_behind_tls && address.scheme() != "https");
        if downgraded {
            return Err(SignInError::WrongIssuer);
        }
        Ok(metadata)
    }

    async fn refreshed(&self) -> Result<Arc<Metadata>, SignInError> {
        self.metadata
            .refreshed("the identity provider's discovery document", || {
                self.fetch()
            })
            .await
            .ok_or(SignInError::ProviderUnavailable)
    }

    async fn metadata(&self) -> Result<Arc<Metadata>, SignInError> {
        match self.metadata.fresh() {
            Some(metadata) => Ok(metadata),
            None => self.refreshed().await,
        }
    }

    fn client(&self, metadata: &Metadata) -> Client {
        let secret = self
            .settings
            .client_secret
            .as_ref()
            .map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            secret,
        );
        client
            .set_redirect_uri(RedirectUrl::from_url(self.settings.redirect_uri.clone()))
            .set_auth_type(auth_type(metadata))
    }

    fn random(&self) -> String {
        let mut bytes = [0; RANDOM_BYTES];
        self.entropy.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn algorithms(&self) -> impl Iterator<Item = CoreJwsSigningAlgorithm> {
        self.identity
            .algorithms
            .iter()
            .map(|algorithm| match algorithm {
                TokenAlgorithm::Es256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
                TokenAlgorithm::Rs256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
                TokenAlgorithm::EdDsa => CoreJwsSigningAlgorithm::EdDsa,
            })
    }

    /// RFC 9207 against answers that another provider gave.
    fn answers(&self, arrival: &Arrival, metadata: &Metadata) -> Result<(), SignInError> {
        let promised = metadata
            .additional_metadata()
            .authorization_response_iss_parameter_supported;
        match &arrival.issuer {
            Some(issuer) if *issuer == self.identity.issuer => Ok(()),
            None if !promised => Ok(()),
            _ => Err(SignInError::WrongIssuer),
        }
    }

    async fn redeem(
        &self,
        client: &Client,
        arrival: &Arrival,
        memory: &SignInMemory,
    ) -> Result<CoreTokenResponse, SignInError> {
        let request = client
            .exchange_code(AuthorizationCode::new(arrival.code.reveal().clone()))
            .map_err(|_| SignInError::ProviderUnavailable)?
            .set_pkce_verifier(PkceCodeVerifier::new(memory.verifier.reveal().clone()));
        request
            .request_async(&self.line)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(_) => SignInError::CodeRefused,
                RequestTokenError::Request(_) => SignInError::ProviderUnavailable,
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                    not_believed("the answer to the code is no token")
                }
            })
    }

    /// The claims of an ID token whose signature, issuer, audience, time and nonce hold.
    fn verified(
        &self,
        client: &Client,
        response: &CoreTokenResponse,
        memory: &SignInMemory,
    ) -> Result<Map<String, Value>, Refusal> {
        let token = response
            .id_token()
            .ok_or(Refusal::Final(not_believed("there is none")))?;
        let (clock, leeway_s) = (Arc::clone(&self.clock), self.identity.leeway_s);
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(self.algorithms())
            .set_time_fn(move || at(clock.now().as_seconds().saturating_sub(leeway_s)));
        let claims = token
            .claims(&verifier, &Nonce::new(memory.nonce.reveal().clone()))
            .map_err(|error| refusal(&error))?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|_| Refusal::of("its head"))?;
            let key = token
                .signing_key(&verifier)
                .map_err(|_| Refusal::of("its key"))?;
            let actual = AccessTokenHash::from_token(response.access_token(), algorithm, key)
                .map_err(|_| Refusal::of("its access token's hash"))?;
            if actual != *expected {
                return Err(Refusal::of("its access token's hash"));
            }
        }
        let claims = payload(token).ok_or(Refusal::of("its payload"))?;
        // `nbf` and the shapes of what is registered, as with every other token.
        check(&claims, &self.identity, self.clock.now().as_seconds())
            .map_err(|error| Refusal::Final(error.into()))?;
        Ok(claims)
    }

    /// Claims of the userinfo endpoint; those of the ID token are stronger.
    async fn completed(
        &self,
        client: &Client,
        response: &CoreTokenResponse,
        mut claims: Map<String, Value>,
    ) -> Result<Map<String, Value>, SignInError> {
        let subject = claims.get("sub").and_then(Value::as_str);
        let subject = SubjectIdentifier::new(subject.unwrap_or_default().to_owned());
        // The library holds the answer's subject to ours (OpenID Connect Core 1.0, section 5.3.2).
        let Ok(request) = client.user_info(response.access_token().clone(), Some(subject)) else {
            return Ok(claims);
        };
        let more: UserInfoClaims<OtherClaims, CoreGenderClaim> = request
            .request_async(&self.line)
            .await
            .map_err(|_| not_believed("the userinfo endpoint gave nothing that fits"))?;
        let more = serde_json::to_value(&more).ok();
        for (name, value) in more
            .as_ref()
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            claims.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Ok(claims)
    }
}

#[async_trait]
impl SignIn for OpenIdSignIn {
    async fn begin(&self, return_to: &str) -> Result<Departure, SignInError> {
        let metadata = self.metadata().await?;
        let memory = SignInMemory {
            state: Private::new(self.random()),
            nonce: Private::new(self.random()),
            verifier: Private::new(self.random()),
            return_to: return_to.to_owned(),
        };
        let verifier = PkceCodeVerifier::new(memory.verifier.reveal().clone());
        let state = CsrfToken::new(memory.state.reveal().clone());
        let nonce = Nonce::new(memory.nonce.reveal().clone());
        let client = self.client(&metadata);
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || state,
                || nonce,
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        for scope in &self.settings.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let (address, _, _) = request.url();
        Ok(Departure {
            address: address.into(),
            memory,
        })
    }

    async fn finish(
        &self,
        arrival: &Arrival,
        memory: &SignInMemory,
    ) -> Result<Principal, SignInError> {
        let (ours, theirs) = (memory.state.reveal(), arrival.state.reveal());
        if !bool::from(ours.as_bytes().ct_eq(theirs.as_bytes())) {
            return Err(SignInError::StateDiffers);
        }
        let metadata = self.metadata().await?;
        self.answers(arrival, &metadata)?;
        let mut client = self.client(&metadata);
        let response = self.redeem(&client, arrival, memory).await?;
        let claims = match self.verified(&client, &response, memory) {
            // The provider may have changed its key since.
            Err(Refusal::UnknownKey) => {
                client = self.client(&*self.refreshed().await?);
                self.verified(&client, &response, memory)
            }
            verified => verified,
        }
        .map_err(SignInError::from)?;
        match principal(&claims, &self.identity) {
            Err(IdentityError::MissingClaim(_)) => {
                let claims = self.completed(&client, &response, claims).await?;
                Ok(principal(&claims, &self.identity)?)
            }
            principal => Ok(principal?),
        }
    }
}

/// Why an ID token is refused, and whether a newer key may mend it.
enum Refusal {
    UnknownKey,
    Final(SignInError),
}

impl Refusal {
    const fn of(why: &'static str) -> Self {
        Self::Final(not_believed(why))
    }
}

impl From<Refusal> for SignInError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownKey => IdentityError::UnknownKey.into(),
            Refusal::Final(error) => error,
        }
    }
}

const fn not_believed(why: &'static str) -> SignInError {
    SignInError::NotBelieved { why }
}

/// The library's words may hold values of the token; ours never do.
fn refusal(error: &ClaimsVerificationError) -> Refusal {
    use SignatureVerificationError as Signature;
    let error = match error {
        ClaimsVerificationError::SignatureVerification(Signature::NoMatchingKey) => {
            return Refusal::UnknownKey;
        }
        ClaimsVerificationError::SignatureVerification(
            Signature::DisallowedAlg(_) | Signature::UnsupportedAlg(_) | Signature::NoSignature,
        ) => IdentityError::AlgorithmNotAllowed,
        ClaimsVerificationError::SignatureVerification(_) => IdentityError::BadSignature,
        ClaimsVerificationError::Expired(_) => IdentityError::Expired,
        ClaimsVerificationError::InvalidIssuer(_) => IdentityError::WrongIssuer,
        ClaimsVerificationError::InvalidAudience(_) => IdentityError::WrongAudience,
        ClaimsVerificationError::InvalidNonce(_) => {
            return Refusal::of("its nonce is of another sign-in");
        }
        _ => return Refusal::of("its claims do not fit"),
    };
    Refusal::Final(error.into())
}

/// The payload of a token that was verified: whatever claims it has, whatever they are called.
fn payload(token: &CoreIdToken) -> Option<Map<String, Value>> {
    let text = token.to_string();
    let bytes = URL_SAFE_NO_PAD.decode(text.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn at(seconds: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// How the secret, if there is one, is shown to the token endpoint: in a header unless the provider takes it in the body alone.
fn auth_type(metadata: &Metadata) -> AuthType {
    let methods = metadata.token_endpoint_auth_methods_supported();
    let has =
        |method: &CoreClientAuthMethod| methods.is_some_and(|methods| methods.contains(method));
    if has(&CoreClientAuthMethod::ClientSecretPost)
        && !has(&CoreClientAuthMethod::ClientSecretBasic)
    {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}

/// Our HTTP client as the library asks for one.
#[derive(Debug, Clone)]
struct Line {
    http: Http,
    timeout: Duration,
}

/// The headers the library sends; others it has no business with.
const HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

impl<'c> AsyncHttpClient<'c> for Line {
    type Error = HttpError;
    type Future = BoxFuture<'c, Result<HttpResponse, HttpError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let headers: Vec<(&'static str, String)> = HEADERS
                .into_iter()
                .filter_map(|name| {
                    let value = parts.headers.get(name)?.to_str().ok()?;
                    Some((name, value.to_owned()))
                })
                .collect();
            let is_post = parts.method == Method::POST;
            let reply = self
                .http
                .send(Request {
                    method: parts.method,
                    url: parts
                        .uri
                        .to_string()
                        .parse()
                        .map_err(|_| HttpError::BadRequest)?,
                    headers: &headers,
                    body: is_post.then_some(body),
                    timeout: self.timeout,
                })
                .await?;
            // Whatever it says, a provider in trouble has refused nothing.
            if reply.status >= 500 {
                return Err(HttpError::Unreachable);
            }
            let mut response = HttpResponse::new(reply.body);
            *response.status_mut() = openidconnect::http::StatusCode::from_u16(reply.status)
                .map_err(|_| HttpError::CutShort)?;
            *response.headers_mut() = reply.headers;
            Ok(response)
        })
    }
}
