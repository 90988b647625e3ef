//! The one place where everything is put together: configuration in, a running service out.

use std::sync::Arc;

use tokio::net::TcpListener;

use crate::bell::Bell;
use crate::config::{Config, Database};
use crate::context::Context;
use crate::domain::calendar::{CalendarDataError, WorkingCalendar};
use crate::domain::policy::PolicyBook;
use crate::gateways::http::{Http, HttpError};
use crate::gateways::identity::{ClaimNames, IdentitySettings, OpenIdIdentity, TokenAlgorithm};
use crate::gateways::signed::SignedServer;
use crate::gateways::sources::breaker::BreakerPolicy;
use crate::gateways::sources::{Patience, SchemaError, SignedRegister, Tools};
use crate::gateways::treasury::{HttpTreasury, SignedCallbackGate};
use crate::gateways::wire::WireKey;
use crate::jobs::{self, Intervals, Stop};
use crate::payout::dispatch::DispatchLimits;
use crate::policy::{LoadError, load_dir};
use crate::ports::{CallbackGate, Clock, Entropy, Identity, Source, Treasury, World};
use crate::store::{DatabaseUrl, Limits, Store, StoreError, Vault, VaultError};
use crate::telemetry::Metrics;
use crate::web;

/// The service cannot start, and what is in its way.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys of what is encrypted at rest.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A policy document.
    #[error(transparent)]
    Policies(#[from] LoadError),
    /// The HTTP client.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// A register's schema.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The calendar's data.
    #[error(transparent)]
    Calendar(#[from] CalendarDataError),
    /// A published policy version was changed on disk.
    #[error("the policy {id} of {effective} was changed after it was published; give the change a later date and its own file")]
    PolicyChanged {
        /// Which policy.
        id: String,
        /// Which version.
        effective: crate::domain::time::Date,
    },
    /// The folder for the embedded database.
    #[error("the data folder cannot be made: {0}")]
    Folder(std::io::Error),
    /// The listening socket.
    #[error("the service cannot listen: {0}")]
    Listen(std::io::Error),
}

/// A service that is put together and not yet running.
pub struct App {
    ctx: Context,
    identity: Arc<dyn Identity>,
    gate: Arc<dyn CallbackGate>,
    intervals: Intervals,
    max_body_bytes: usize,
}

/// The clock and the randomness a service lives by.
#[derive(Clone)]
pub struct Nature {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl App {
    /// Puts everything together: opens and migrates the database, loads and publishes the policies, connects the
    /// gateways. Nothing is asked of the world yet.
    ///
    /// # Errors
    /// What is in the way, by name.
    pub async fn assemble(config: &Config, nature: Nature) -> Result<Self, AppError> {
        let store = open_store(config).await?;
        store.migrate().await?;
        let policies = Arc::new(load_dir(&config.policies_dir)?);
        publish(&store, &policies, &*nature.clock).await?;
        let metrics = Metrics::new();
        let http = Http::new()?;
        let ctx = Context {
            store,
            world: world(config, &nature, &http, &metrics)?,
            policies,
            calendar: Arc::new(WorkingCalendar::official()?),
            bell: Bell::default(),
            metrics,
        };
        let callback_key = WireKey::new(&config.treasury.callback_app_id, secret(&config.treasury.callback_key));
        Ok(Self {
            ctx,
            identity: Arc::new(OpenIdIdentity::new(http, identity_settings(config), nature.clock.clone())),
            gate: Arc::new(SignedCallbackGate::new(callback_key, nature.clock)),
            intervals: intervals(config),
            max_body_bytes: config.server.max_body_bytes,
        })
    }

    /// The context, for commands that work on the store without serving.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.ctx
    }

    /// Serves and runs the jobs until told to stop; requests and rounds under way are finished.
    ///
    /// # Errors
    /// When the socket breaks.
    pub async fn serve(self, listener: TcpListener, stop: Stop) -> Result<(), AppError> {
        let router = web::router(web::Parts {
            ctx: self.ctx.clone(),
            identity: self.identity,
            gate: self.gate,
            max_body_bytes: self.max_body_bytes,
        });
        let jobs = tokio::spawn(jobs::run(self.ctx.clone(), self.intervals, stop.clone()));
        let served = axum::serve(listener, router).with_graceful_shutdown(stopped(stop)).await;
        if let Err(error) = jobs.await {
            tracing::error!(%error, "the jobs ended badly");
        }
        self.ctx.store.close().await;
        served.map_err(AppError::Listen)
    }
}

async fn stopped(mut stop: Stop) {
    // An error means that the sender is gone, which is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Opens the configured database without migrating it.
///
/// # Errors
/// When the keys do not fit or the database is not there.
pub async fn open_store(config: &Config) -> Result<Store, AppError> {
    let keys = config.vault.keys.iter().map(|(id, key)| (id.clone(), *key.reveal()));
    let vault = Vault::new(keys, &config.vault.current, *config.vault.blind_index_key.reveal())?;
    let url = match &config.database {
        Database::Embedded { data_dir } => {
            std::fs::create_dir_all(data_dir).map_err(AppError::Folder)?;
            DatabaseUrl::sqlite(data_dir.join("sanmiao.db"))
        }
        Database::Server { url } => DatabaseUrl::postgres(secrecy::ExposeSecret::expose_secret(url))?,
    };
    Ok(Store::open(&url, vault, Limits::default()).await?)
}

/// Writes every policy version into the store, where decisions find it for ever.
async fn publish(store: &Store, policies: &PolicyBook, clock: &dyn Clock) -> Result<(), AppError> {
    let mut tx = store.write().await?;
    for policy in policies.iter() {
        let (id, effective) = (policy.id(), policy.effective());
        match tx.publish_policy(id, effective, &policy.hash(), policy.source_bytes(), clock.now()).await {
            Err(StoreError::Conflict(_)) => return Err(AppError::PolicyChanged { id: id.to_owned(), effective }),
            other => other?,
        };
    }
    Ok(tx.commit().await?)
}

fn world(config: &Config, nature: &Nature, http: &Http, metrics: &Metrics) -> Result<World, AppError> {
    let server = |peer: &crate::config::PeerConfig| {
        let key = WireKey::new(&peer.app_id, secret(&peer.key));
        SignedServer::new(http.clone(), peer.url.clone(), key, nature.clock.clone(), nature.entropy.clone())
    };
    let mut sources: Vec<Arc<dyn Source>> = Vec::new();
    for (id, source) in &config.sources {
        let tools = Tools {
            clock: nature.clock.clone(),
            entropy: nature.entropy.clone(),
            observer: Arc::new(metrics.clone()),
        };
        sources.push(Arc::new(SignedRegister::new(*id, server(&source.peer), patience(source), tools)?));
    }
    let treasury: Arc<dyn Treasury> =
        Arc::new(HttpTreasury::new(server(&config.treasury.peer), config.treasury.timeout));
    Ok(World {
        clock: nature.clock.clone(),
        entropy: nature.entropy.clone(),
        sources: sources.into(),
        treasury,
    })
}

const fn patience(source: &crate::config::SourceConfig) -> Patience {
    Patience {
        deadline: source.deadline,
        attempt_timeout: source.attempt_timeout,
        attempts_max: source.attempts,
        backoff_ms: source.backoff_ms,
        backoff_ms_max: source.backoff_ms_max,
        concurrency_max: source.concurrency,
        breaker: BreakerPolicy { failures_max: source.breaker_failures, open_ms: source.breaker_open_ms },
    }
}

fn identity_settings(config: &Config) -> IdentitySettings {
    let identity = &config.identity;
    IdentitySettings {
        issuer: identity.issuer.clone(),
        audience: identity.audience.clone(),
        algorithms: identity.algorithms.iter().filter_map(|word| TokenAlgorithm::parse(word)).collect(),
        leeway_s: identity.leeway_s,
        timeout: identity.timeout,
        keys_age_s_max: identity.keys_age_s_max,
        keys_refetch_s_min: identity.keys_refetch_s_min,
        claims: ClaimNames {
            roles: identity.roles_claim.clone(),
            district: identity.district_claim.clone(),
            document_type: identity.document_type_claim.clone(),
            document_number: identity.document_number_claim.clone(),
            name: identity.name_claim.clone(),
        },
    }
}

fn intervals(config: &Config) -> Intervals {
    let (jobs, treasury) = (&config.jobs, &config.treasury);
    let millis = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
    Intervals {
        dispatch: jobs.dispatch,
        resume: jobs.resume,
        waiting: jobs.instalments,
        due: jobs.instalments,
        silent: jobs.deadlines,
        limits: DispatchLimits {
            concurrency: treasury.concurrency,
            lease_ms: treasury.lease_ms,
            attempts_max: i64::from(treasury.attempts_max),
            pause_min_ms: millis(treasury.backoff_ms),
            pause_max_ms: millis(treasury.backoff_ms_max),
            ..DispatchLimits::default()
        },
    }
}

fn secret(text: &secrecy::SecretString) -> &[u8] {
    secrecy::ExposeSecret::expose_secret(text).as_bytes()
}
