//! Makes every gateway from the configuration.

use std::sync::Arc;

use super::files::{FileFolder, NoFiles};
use super::http::{Http, HttpError};
use super::identity::{ClaimNames, IdentitySettings, OpenIdIdentity, TokenAlgorithm};
use super::notify::{HttpNotifier, NoNotifier};
use super::outbox::{NoOutbox, OutboxFolder};
use super::sign_in::{OpenIdSignIn, SignInSettings};
use super::signed::SignedServer;
use super::sources::breaker::BreakerPolicy;
use super::sources::{Patience, SchemaError, SignedRegister, Tools, Unconfigured};
use super::treasury::{HttpTreasury, SignedCallbackGate};
use super::wire::WireKey;
use crate::config::{Config, IdentityConfig, PeerConfig, SourceConfig};
use crate::domain::source::SourceId;
use crate::ports::{
    CallbackGate, Clock, Entropy, FileLimits, FileStore, Identity, Notifier, Outbox, SignIn,
    Source, Treasury, TreasuryBooks,
};

/// The way out, ready.
#[derive(Clone)]
pub struct Gateways {
    /// The one client.
    pub http: Http,
    /// Every register; those not configured say so.
    pub sources: Arc<[Arc<dyn Source>]>,
    /// The treasury.
    pub treasury: Arc<dyn Treasury>,
    /// Its statements and ledger.
    pub books: Arc<dyn TreasuryBooks>,
    /// Its call-backs.
    pub callbacks: Arc<dyn CallbackGate>,
    /// The issuer.
    pub identity: Arc<dyn Identity>,
    /// Sign-in of browsers, where it is configured.
    pub sign_in: Option<Arc<dyn SignIn>>,
    /// Messages.
    pub notifier: Arc<dyn Notifier>,
    /// What is handed in.
    pub files: Arc<dyn FileStore>,
    /// Where payout files go out.
    pub outbox: Arc<dyn Outbox>,
}

/// A gateway cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// The client.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// A register's schema.
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

/// Makes them all; nothing is asked yet.
///
/// # Errors
/// When the HTTP client cannot start or a schema does not compile.
pub fn assemble(config: &Config, tools: &Tools) -> Result<Gateways, AssembleError> {
    let http = Http::new()?;
    let server = |peer: &PeerConfig| {
        let (clock, entropy) = (Arc::clone(&tools.clock), Arc::clone(&tools.entropy));
        SignedServer::new(
            http.clone(),
            peer.url.clone(),
            WireKey::new(peer.app_id.as_str(), &peer.key_bytes()),
            clock,
            entropy,
        )
    };
    let mut sources: Vec<Arc<dyn Source>> = Vec::new();
    for id in SourceId::ALL {
        sources.push(match config.sources.get(&id) {
            Some(one) => Arc::new(SignedRegister::new(
                id,
                server(&one.peer),
                patience(one),
                tools.clone(),
            )?),
            None => Arc::new(Unconfigured(id)),
        });
    }
    let treasury = Arc::new(HttpTreasury::new(
        server(&config.treasury.peer),
        config.treasury.timeout,
    ));
    let settings = identity_settings(&config.identity);
    let sign_in = sign_in(config, &http, &tools.clock, &tools.entropy);
    Ok(Gateways {
        sign_in: sign_in.map(|sign_in| Arc::new(sign_in) as Arc<dyn SignIn>),
        sources: sources.into(),
        books: Arc::clone(&treasury) as Arc<dyn TreasuryBooks>,
        treasury,
        callbacks: Arc::new(SignedCallbackGate::new(
            WireKey::new(
                config.treasury.callback_app_id.as_str(),
                &config.treasury.callback_key_bytes(),
            ),
            Arc::clone(&tools.clock),
        )),
        identity: Arc::new(OpenIdIdentity::new(
            http.clone(),
            settings,
            Arc::clone(&tools.clock),
        )),
        notifier: match &config.notify {
            Some(notify) => Arc::new(HttpNotifier::new(server(&notify.peer), notify.timeout)),
            None => Arc::new(NoNotifier),
        },
        files: files(config),
        outbox: outbox(config),
        http,
    })
}

/// The place for what is handed in; without one nothing is taken.
#[must_use]
pub fn files(config: &Config) -> Arc<dyn FileStore> {
    let limits = FileLimits {
        bytes_max: config.files.bytes_max,
        files_a_case_max: config.files.per_case_max,
    };
    match config.files_dir() {
        Some(folder) => Arc::new(FileFolder::new(folder, limits)),
        None => Arc::new(NoFiles),
    }
}

/// Where payout files go out; without one nothing is released.
fn outbox(config: &Config) -> Arc<dyn Outbox> {
    let folder = config
        .payout
        .as_ref()
        .and_then(|payout| payout.outbox.clone());
    match folder {
        Some(folder) => Arc::new(OutboxFolder::new(folder)),
        None => Arc::new(NoOutbox),
    }
}

/// How tokens of the configured issuer are read.
#[must_use]
pub fn identity_settings(config: &IdentityConfig) -> IdentitySettings {
    IdentitySettings {
        issuer: config.issuer.clone(),
        audience: config.audience.clone(),
        // The configuration has refused every other word.
        algorithms: config
            .algorithms
            .iter()
            .filter_map(|word| TokenAlgorithm::parse(word))
            .collect(),
        leeway_s: config.leeway_s,
        timeout: config.timeout,
        keys_age_s_max: config.keys_age_s_max,
        keys_refetch_s_min: config.keys_refetch_s_min,
        claims: ClaimNames {
            roles: config.roles_claim.clone(),
            district: config.district_claim.clone(),
            document_type: config.document_type_claim.clone(),
            document_number: config.document_number_claim.clone(),
            name: config.name_claim.clone(),
        },
    }
}

/// Where the provider sends browsers back to, below the service's own address.
const CALLBACK_PATH: &str = "/sign-in/callback";

/// Sign-in of browsers at the configured issuer; `None` when it is not configured.
#[must_use]
pub fn sign_in(
    config: &Config,
    http: &Http,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Option<OpenIdSignIn> {
    let sign_in = config.sign_in.as_ref()?;
    // The configuration has refused an address with a path; what is left always takes one.
    let redirect_uri = config.server.public_url.join(CALLBACK_PATH).ok()?;
    let settings = SignInSettings {
        identity: identity_settings(&config.identity),
        client_id: sign_in.client_id.clone(),
        client_secret: sign_in.client_secret.clone(),
        redirect_uri,
        scopes: sign_in
            .scopes
            .iter()
            .filter(|scope| *scope != "openid")
            .cloned()
            .collect(),
    };
    Some(OpenIdSignIn::new(
        http.clone(),
        settings,
        Arc::clone(clock),
        Arc::clone(entropy),
    ))
}

const fn patience(config: &SourceConfig) -> Patience {
    Patience {
        deadline: config.deadline,
        attempt_timeout: config.attempt_timeout,
        attempts_max: config.attempts,
        backoff_ms: config.backoff_ms,
        backoff_ms_max: config.backoff_ms_max,
        concurrency_max: config.concurrency,
        breaker: BreakerPolicy {
            failures_max: config.breaker_failures,
            open_us: config.breaker_open_ms.saturating_mul(1_000),
        },
    }
}
