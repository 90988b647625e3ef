//! The made-up world as one running server.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use jiff::civil::Date;
use reqwest::Url;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::{Clock, china_date};
use crate::connection::{Cut, CuttableListener};
use crate::faults::{FaultSwitch, Faults};
use crate::identity::{self, Identity};
use crate::people::{Person, generate};
use crate::schemas::{SchemaError, Schemas};
use crate::shared::Shared;
use crate::sink::{MESSAGES_MAX, MessageCounts, Sink};
use crate::treasury::{CallbackCounts, Callbacks, LedgerTotals, Treasury, TreasuryTiming};
use crate::wire::{NonceStore, WireKeys};
use crate::{admin, sink, sources, treasury};

/// How long connections may finish when the world stops.
const STOP_GRACE: Duration = Duration::from_secs(1);
/// How long one call-back may take.
const CALLBACK_TIMEOUT: Duration = Duration::from_secs(5);

/// Where the people come from.
#[derive(Clone, Debug)]
pub enum PeopleSource {
    /// So many made-up people, following from the seed.
    Generated {
        /// How many.
        count: usize,
    },
    /// These.
    Given(Vec<Person>),
}

/// Everything about a world that can be chosen.
#[derive(Clone, Debug)]
pub struct WorldConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address others reach the world under, without a slash at the end; absent means `http://` and the listening address.
    pub public_url: Option<String>,
    /// Follows: people, keys of the identity provider, which requests faults strike.
    pub seed: u64,
    /// The people.
    pub people: PeopleSource,
    /// The day the registers were last written.
    pub as_of: Date,
    /// Faults that are on from the start.
    pub faults: Faults,
    /// Where the treasury calls back; absent means it does not.
    pub callback_url: Option<String>,
    /// The keys of the signed channels.
    pub keys: WireKeys,
    /// How long things take at the treasury.
    pub timing: TreasuryTiming,
    /// The audience of access tokens.
    pub audience: String,
    /// How long a token lives.
    pub token_lifetime: Duration,
    /// The clock.
    pub clock: Clock,
}

impl WorldConfig {
    /// A world of `count` made-up people on a free local port, without faults, by the computer's clock.
    #[must_use]
    pub fn new(seed: u64, count: usize) -> Self {
        let clock = Clock::system();
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            seed,
            people: PeopleSource::Generated { count },
            as_of: china_date(clock.wall_micros()),
            faults: Faults::none(),
            callback_url: None,
            keys: WireKeys::from_seed(seed),
            timing: TreasuryTiming::default(),
            audience: "sanmiao".to_owned(),
            token_lifetime: Duration::from_hours(12),
            clock,
        }
    }
}

/// Why a world cannot start.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The call-back address is not a URL.
    #[error("the call-back address is not a URL: {0}")]
    CallbackUrl(String),
    /// The day lies outside the years people can be made for.
    #[error("as_of must lie in 2000 to 2100, not on {0}")]
    AsOf(Date),
    /// A published schema cannot be used.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The HTTP client for call-backs cannot be made.
    #[error("cannot make the client for call-backs: {0}")]
    Client(#[from] reqwest::Error),
    /// The identity provider's key cannot be used.
    #[error("cannot use the identity provider's key: {0}")]
    Key(#[from] jsonwebtoken::errors::Error),
}

/// A made-up world that is running: four registers, a treasury, an identity provider, a message sink.
pub struct World {
    shared: Arc<Shared>,
    base_url: String,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl World {
    /// Makes the people, listens, and serves until [`World::stop`] or until the value is dropped.
    ///
    /// # Errors
    /// See [`WorldError`].
    pub async fn start(config: WorldConfig) -> Result<Self, WorldError> {
        if !(2000..=2100).contains(&config.as_of.year()) {
            return Err(WorldError::AsOf(config.as_of));
        }
        let address = config.listen;
        let listen_error = |source| WorldError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen_error)?;
        let bound = listener.local_addr().map_err(listen_error)?;
        let base_url = config
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{bound}"));
        let (stop, stopping) = watch::channel(false);
        let shared = Arc::new(share(config, &base_url, stopping)?);
        let server = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Ok(Self {
            shared,
            base_url,
            stop,
            server,
        })
    }

    /// The address of everything, without a slash at the end: `{base}/sources/education`, `{base}/treasury`, `{base}/oidc`,
    /// `{base}/sink`, `{base}/admin`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The people, ground truth included.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.shared.people
    }

    /// The faults, to be switched.
    #[must_use]
    pub fn faults(&self) -> &FaultSwitch {
        &self.shared.faults
    }

    /// The clock, to be set ahead.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// The keys of the signed channels.
    #[must_use]
    pub fn keys(&self) -> &WireKeys {
        &self.shared.keys
    }

    /// Tells the treasury where to call back from now on.
    ///
    /// # Errors
    /// When it is not a URL.
    pub fn set_callback_url(&self, url: &str) -> Result<(), WorldError> {
        let url = parse_url(url)?;
        self.shared.treasury.callbacks.set_url(Some(url));
        Ok(())
    }

    /// The treasury's own totals.
    #[must_use]
    pub fn treasury_ledger(&self) -> LedgerTotals {
        self.shared.treasury.totals()
    }

    /// The messages the sink has taken, newest first, as far as it keeps them.
    #[must_use]
    pub fn messages(&self) -> Vec<serde_json::Value> {
        self.shared.sink.newest(MESSAGES_MAX)
    }

    /// What the sink has counted.
    #[must_use]
    pub fn message_counts(&self) -> MessageCounts {
        self.shared.sink.counts()
    }

    /// What has become of the call-backs.
    #[must_use]
    pub fn callback_counts(&self) -> CallbackCounts {
        self.shared.treasury.callbacks.counts()
    }

    /// An access token for a person or a member of staff; `None` when nobody has that subject.
    #[must_use]
    pub fn token_for(&self, subject: &str) -> Option<String> {
        identity::access_token(&self.shared, subject)
    }

    /// Stops listening, settles and calls back no more.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let mut server = self.server;
        if tokio::time::timeout(STOP_GRACE, &mut server).await.is_err() {
            // Somebody holds a connection open; what is under way has had its time.
            server.abort();
        }
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("base_url", &self.base_url)
            .field("people", &self.shared.people.len())
            .finish_non_exhaustive()
    }
}

fn parse_url(text: &str) -> Result<Url, WorldError> {
    Url::parse(text).map_err(|_| WorldError::CallbackUrl(text.to_owned()))
}

fn share(
    config: WorldConfig,
    base_url: &str,
    stopping: watch::Receiver<bool>,
) -> Result<Shared, WorldError> {
    let people: Arc<[Person]> = match config.people {
        PeopleSource::Generated { count } => generate(config.seed, count, config.as_of).into(),
        PeopleSource::Given(people) => people.into(),
    };
    let url = config.callback_url.as_deref().map(parse_url).transpose()?;
    let callbacks = Callbacks::new(callback_client()?, url);
    Ok(Shared {
        as_of: config.as_of,
        by_document: index(&people, |person| vec![person.document()]),
        by_account: index(&people, account_numbers),
        by_subject: index(&people, |person| vec![person.subject.clone()]),
        people,
        keys: config.keys,
        faults: Arc::new(FaultSwitch::new(
            config.faults,
            config.seed,
            config.clock.clone(),
        )),
        clock: config.clock,
        nonces: NonceStore::new(),
        schemas: Schemas::load()?,
        identity: Identity::new(
            config.seed,
            base_url,
            config.audience,
            config.token_lifetime,
        )?,
        treasury: Treasury::new(config.timing, callbacks),
        sink: Sink::default(),
        stopping,
    })
}

fn account_numbers(person: &Person) -> Vec<String> {
    [Some(&person.account), person.spare_account.as_ref()]
        .into_iter()
        .flatten()
        .map(|account| account.number.clone())
        .collect()
}

fn index<K: std::hash::Hash + Eq>(
    people: &[Person],
    keys: impl Fn(&Person) -> Vec<K>,
) -> HashMap<K, usize> {
    let mut map: HashMap<K, usize> = HashMap::with_capacity(people.len());
    for (i, person) in people.iter().enumerate() {
        map.extend(keys(person).into_iter().map(|key: K| (key, i)));
    }
    map
}

#[expect(
    clippy::disallowed_methods,
    reason = "the mocks are a program of their own and may not lean on the service's gateways; this is their one client"
)]
fn callback_client() -> Result<reqwest::Client, reqwest::Error> {
    // Another part of the program may have chosen a provider already; then that one is used.
    let _chosen_before = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .timeout(CALLBACK_TIMEOUT)
        .build()
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let app = Router::new()
        .merge(sources::routes())
        .merge(treasury::routes())
        .merge(identity::routes())
        .merge(sink::routes())
        .merge(admin::routes())
        .with_state(Arc::clone(&shared));
    let service = app.into_make_service_with_connect_info::<Cut>();
    let served = axum::serve(CuttableListener(listener), service)
        .with_graceful_shutdown(async move { shared.stopped().await })
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the made-up world stopped serving");
    }
}
