//! The one place where everything is put together: configuration in, a running service out.

use std::path::Path;
use std::sync::Arc;

use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;

use crate::bell::Bell;
use crate::config::{Config, Database};
use crate::context::Context;
use crate::domain::calendar::{CalendarDataError, WorkingCalendar};
use crate::domain::policy::PolicyBook;
use crate::domain::session::SessionTimes;
use crate::finance::Terms;
use crate::finance::batches::Paying;
use crate::gateways::{self, assemble::AssembleError, sources::Tools};
use crate::jobs::notices::NoticeLimits;
use crate::jobs::{self, Intervals, Stop};
use crate::payout::dispatch::DispatchLimits;
use crate::policy::folder::{self, FolderError};
use crate::policy::shipped;
use crate::ports::{CallbackGate, Clock, Entropy, Identity, SignIn, TreasuryBooks, World};
use crate::store::vault::{Keyring, KeyringError, Vault};
use crate::store::{DatabaseUrl, Limits, Store, StoreError};
use crate::telemetry::Metrics;
use crate::web;
use crate::web::session::Browsers;

/// Name of the embedded database in its folder.
pub const DATABASE_FILE: &str = "sanmiao.db";

/// The service cannot start, and what is in its way.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys of what is encrypted at rest.
    #[error(transparent)]
    Vault(#[from] KeyringError),
    /// The key that signs payout files.
    #[error("payout.signing_key: {0}")]
    Paying(String),
    /// A policy document.
    #[error(transparent)]
    Policies(#[from] FolderError),
    /// A gateway.
    #[error(transparent)]
    Gateways(#[from] AssembleError),
    /// The calendar's data.
    #[error(transparent)]
    Calendar(#[from] CalendarDataError),
    /// A published policy version was changed on disk.
    #[error(
        "the policy {id} of {effective} was changed after it was published; give the change a later date and its own file"
    )]
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
    books: Arc<dyn TreasuryBooks>,
    sign_in: Option<Arc<dyn SignIn>>,
    browsers: Browsers,
    paying: Option<Arc<Paying>>,
    finance: Terms,
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
        let store = open_store(config, &nature.entropy).await?;
        store.migrate().await?;
        store.verify_keys().await?;
        let policies = Arc::new(policies(&config.policies_dir)?);
        publish(&store, &policies, &*nature.clock).await?;
        let metrics = Metrics::new();
        let gateways = gateways::assemble::assemble(config, &tools(&nature, &metrics))?;
        let ctx = Context {
            store,
            world: World {
                clock: nature.clock,
                entropy: nature.entropy,
                sources: gateways.sources,
                treasury: gateways.treasury,
                notifier: gateways.notifier,
                files: gateways.files,
                outbox: gateways.outbox,
            },
            policies,
            calendar: Arc::new(WorkingCalendar::official()?),
            bell: Bell::default(),
            metrics,
        };
        Ok(Self {
            ctx,
            identity: gateways.identity,
            gate: gateways.callbacks,
            books: gateways.books,
            sign_in: gateways.sign_in,
            browsers: browsers(config),
            paying: paying(config)?.map(Arc::new),
            finance: terms(config),
            intervals: intervals(config),
            max_body_bytes: config.server.max_body_bytes,
        })
    }

    /// The context, for commands that work on the store without serving.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.ctx
    }

    /// What is settled for finance.
    #[must_use]
    pub const fn finance(&self) -> Terms {
        self.finance
    }

    /// Who stands behind a bearer token.
    #[must_use]
    pub fn identity(&self) -> Arc<dyn Identity> {
        Arc::clone(&self.identity)
    }

    /// What the treasury itself has written down.
    #[must_use]
    pub fn books(&self) -> Arc<dyn TreasuryBooks> {
        Arc::clone(&self.books)
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
            sign_in: self.sign_in,
            browsers: self.browsers,
            paying: self.paying,
            finance: self.finance,
            max_body_bytes: self.max_body_bytes,
            stop: stop.clone(),
        });
        let jobs = tokio::spawn(jobs::run(self.ctx.clone(), self.intervals, stop.clone()));
        let served = axum::serve(listener, router)
            .with_graceful_shutdown(stopped(stop))
            .await;
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
pub async fn open_store(config: &Config, entropy: &Arc<dyn Entropy>) -> Result<Store, AppError> {
    let vault = &config.vault;
    let keys = vault
        .keys
        .iter()
        .map(|(id, key)| (id.as_str(), key.reveal()));
    let ring = Keyring::of(keys, &vault.current, vault.blind_index_key.reveal())?;
    let vault = Vault::new(ring, entropy.clone());
    let url = match &config.database {
        Database::Embedded { data_dir } => {
            std::fs::create_dir_all(data_dir).map_err(AppError::Folder)?;
            DatabaseUrl::Sqlite(data_dir.join(DATABASE_FILE))
        }
        Database::Server { url } => url.expose_secret().parse()?,
    };
    Ok(Store::open(&url, vault, Limits::default()).await?)
}

/// The documents of the configured folder; where there is none, those that are part of the program.
///
/// # Errors
/// When a document of the folder has a problem.
pub fn policies(folder: &Path) -> Result<PolicyBook, FolderError> {
    if folder.is_dir() {
        folder::book(folder)
    } else {
        Ok(shipped::book().clone())
    }
}

/// Writes every policy version into the store, where decisions find it for ever.
async fn publish(store: &Store, policies: &PolicyBook, clock: &dyn Clock) -> Result<(), AppError> {
    let mut tx = store.write().await?;
    for policy in policies.iter() {
        let (id, effective) = (policy.id(), policy.effective());
        match tx
            .publish_policy(
                id,
                effective,
                &policy.hash(),
                policy.source_bytes(),
                clock.now(),
            )
            .await
        {
            Err(StoreError::Conflict(_)) => {
                return Err(AppError::PolicyChanged {
                    id: id.to_owned(),
                    effective,
                });
            }
            other => other?,
        };
    }
    Ok(tx.commit().await?)
}

/// Who pays by the payout files; none without the section.
///
/// # Errors
/// When the key is none.
pub fn paying(config: &Config) -> Result<Option<Paying>, AppError> {
    let Some(payout) = config.payout.clone() else {
        return Ok(None);
    };
    let (name, account, bank) = (payout.payer_name, payout.payer_account, payout.payer_bank);
    let key = payout.signing_key.expose_secret();
    let paying = Paying::new(name, account, bank, key);
    paying
        .map(Some)
        .map_err(|error| AppError::Paying(error.to_string()))
}

fn terms(config: &Config) -> Terms {
    let finance = &config.finance;
    Terms {
        year_end: finance.year_end,
        difference_working_days: finance.difference_working_days,
    }
}

fn tools(nature: &Nature, metrics: &Metrics) -> Tools {
    Tools {
        clock: nature.clock.clone(),
        entropy: nature.entropy.clone(),
        observer: Arc::new(metrics.clone()),
    }
}

/// Without sign-in there are no sessions; any times do.
fn browsers(config: &Config) -> Browsers {
    let sign_in = config.sign_in.as_ref();
    Browsers {
        origin: config.server.public_url.origin().ascii_serialization(),
        times: SessionTimes {
            idle_s: sign_in.map_or(0, |sign_in| sign_in.session_idle_s),
            whole_s: sign_in.map_or(0, |sign_in| sign_in.session_s_max),
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
        silent: jobs.instalments,
        notices: jobs.instalments,
        figures: jobs.deadlines,
        notice_limits: notice_limits(config),
        sweep: jobs.deadlines,
        supervise: jobs.deadlines,
        breaker: jobs.resume,
        drift: jobs.deadlines,
        limits: DispatchLimits {
            concurrency: treasury.concurrency,
            lease_ms: treasury.lease_ms,
            attempts_max: i64::from(treasury.attempts_max),
            pause_min_ms: millis(treasury.backoff_ms),
            pause_max_ms: millis(treasury.backoff_ms_max),
            silence_ms: treasury.silence_ms,
            ..DispatchLimits::default()
        },
    }
}

fn notice_limits(config: &Config) -> NoticeLimits {
    let timeout = config.notify.as_ref().map(|notify| notify.timeout);
    let timeout_ms = timeout.map_or(0, |timeout| {
        i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX)
    });
    NoticeLimits::default().for_timeout_ms(timeout_ms)
}
