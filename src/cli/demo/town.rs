//! The made-up world and the service, started together on free ports.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sanmiao_mocks::{ChannelKey, FaultSwitch, Faults, PeopleSource, World, WorldConfig};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::app::{App, AppError, DATABASE_FILE};
use crate::cli::CliError;
use crate::cli::settings::{CONFIG_FILE, nature};
use crate::config::Config;
use crate::context::Context;
use crate::domain::treasury::TreasuryLedger;
use crate::payfile::sign::{Algorithm, SigningKey};
use crate::ports::{BooksError, Entropy, TreasuryBooks};
use crate::store::vault::Keyring;

/// How often the treasury's totals are asked for.
const BOOKS_ATTEMPTS: u32 = 20;
/// Between two attempts.
const BOOKS_PAUSE: Duration = Duration::from_millis(250);

/// World and service, running.
pub struct Town {
    world: World,
    service: String,
    folder: PathBuf,
    /// Set when the folder is ours to remove.
    temporary: bool,
    ctx: Context,
    books: Arc<dyn TreasuryBooks>,
    stop: watch::Sender<bool>,
    running: JoinHandle<Result<(), AppError>>,
}

impl Town {
    /// Starts both.
    ///
    /// # Errors
    /// When the folder holds a database already, or something cannot listen.
    pub async fn start(
        listen: SocketAddr,
        data: Option<PathBuf>,
        seed: u64,
        people: PeopleSource,
        faults: Faults,
    ) -> Result<Self, CliError> {
        let (folder, temporary) = folder(data)?;
        let listener = TcpListener::bind(listen)
            .await
            .map_err(CliError::unusable)?;
        let address = listener.local_addr().map_err(CliError::failed)?;
        let service = format!("http://{address}");
        let world = World::start(WorldConfig {
            people,
            faults,
            callback_url: Some(format!("{service}/api/v1/treasury/events")),
            ..WorldConfig::new(seed, 0)
        })
        .await
        .map_err(CliError::unusable)?;
        let text = configuration(&world, address, &folder, &*nature().entropy);
        write_private(&folder.join(CONFIG_FILE), &text).map_err(CliError::unusable)?;
        let config = Config::parse(&text, []).map_err(CliError::failed)?;
        crate::telemetry::start(&config.log).map_err(CliError::failed)?;
        let app = App::assemble(&config, nature())
            .await
            .map_err(CliError::failed)?;
        let (ctx, books) = (app.context().clone(), app.books());
        let (stop, stopping) = watch::channel(false);
        let running = tokio::spawn(app.serve(listener, stopping));
        Ok(Self {
            world,
            service,
            folder,
            temporary,
            ctx,
            books,
            stop,
            running,
        })
    }

    /// Address of the service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The made-up world.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Its faults.
    #[must_use]
    pub fn faults(&self) -> &FaultSwitch {
        self.world.faults()
    }

    /// The service's context, for replay and for its own ledger's check of itself.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.ctx
    }

    /// The treasury's own totals, over HTTP; asked again when a fault stands in the way of the answer.
    ///
    /// # Errors
    /// When it cannot be had at all.
    pub async fn treasury_ledger(&self) -> Result<TreasuryLedger, CliError> {
        let mut attempts = 1;
        loop {
            match self.books.ledger().await {
                Err(BooksError::Unavailable { .. }) if attempts < BOOKS_ATTEMPTS => attempts += 1,
                told => return told.map_err(CliError::failed),
            }
            tokio::time::sleep(BOOKS_PAUSE).await;
        }
    }

    /// What a user can open now.
    #[must_use]
    pub fn where_to_look(&self) -> String {
        format!(
            "service   {service}\n  pages     {service}/\n  policies  {service}/api/v1/policies\n  API       {service}/api/v1/openapi.json\n  figures   {service}/metrics\nworld     {world}\n  treasury  {world}/treasury/ledger (signed)\n  tokens    {world}/oidc/authorize\ndata      {folder}\nCtrl-C ends it.",
            service = self.service,
            world = self.world.base_url(),
            folder = self.folder.display(),
        )
    }

    /// Stops both; a folder of our own is removed.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        match self.running.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the service ended badly"),
            Err(error) => tracing::error!(%error, "the service ended badly"),
        }
        self.world.stop().await;
        if self.temporary {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// The folder asked for, which must not hold a database: the treasury of a demonstration remembers nothing of an earlier
/// one, so the two ledgers could not agree.
fn folder(data: Option<PathBuf>) -> Result<(PathBuf, bool), CliError> {
    let Some(folder) = data else {
        let name = format!("sanmiao-demo-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).map_err(CliError::unusable)?;
        return Ok((folder, true));
    };
    if folder.join(DATABASE_FILE).exists() {
        return Err(CliError::Unusable(format!(
            "{} holds a database already; name another folder, or remove this one",
            folder.display()
        )));
    }
    std::fs::create_dir_all(&folder).map_err(CliError::unusable)?;
    Ok((folder, false))
}

/// Keys stand in it, so nobody else may read it.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

fn configuration(
    world: &World,
    listen: SocketAddr,
    folder: &Path,
    entropy: &dyn Entropy,
) -> String {
    let key = || Keyring::make_material(entropy);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        r#"# Written by `sanmiao demo`: a made-up world, keys of its own.
[server]
listen = "{listen}"
public_url = "http://{listen}"

[database]
data_dir = {folder}

[vault]
current = "demo"
keys.demo = "{seal}"
blind_index_key = "{index}"

[jobs]
dispatch_ms = 200
resume_ms = 200
instalments_ms = 1000

[log]
format = "json"
filter = "warn"

[payout]
payer_name = "样例市财政国库支付中心"
payer_account = "44050160000000000001"
payer_bank = "902588000014"
signing_key = """
{signing}"""
outbox = {outbox}

{peers}"#,
        folder = toml::Value::String(folder.display().to_string()),
        seal = *key(),
        index = *key(),
        signing = *signing_key(entropy),
        outbox = toml::Value::String(folder.join("outbox").display().to_string()),
        peers = peers(world),
    );
    text
}

/// The key that signs the made-up world's payout files.
fn signing_key(entropy: &dyn Entropy) -> Zeroizing<String> {
    let mut random = Zeroizing::new([0; 32]);
    entropy.fill(&mut *random);
    let key = SigningKey::make(Algorithm::Ed25519, *random);
    key.and_then(|key| key.to_pem()).unwrap_or_default()
}

/// The part of a service's configuration that connects it to a made-up world.
#[must_use]
pub fn peers(world: &World) -> String {
    let (base, keys) = (world.base_url(), world.keys());
    let mut text = format!(
        "[identity]\nissuer = \"{base}/oidc\"\naudience = \"sanmiao\"\n\n[sign_in]\nclient_id = \"sanmiao\"\n"
    );
    let peer = |url: String, key: &ChannelKey| {
        let secret = STANDARD.encode(&key.secret);
        format!(
            "url = \"{url}\"\napp_id = \"{}\"\nkey = \"base64:{secret}\"\n",
            key.app_id
        )
    };
    for (name, key) in [
        ("talent_introduction", &keys.talent_introduction),
        ("education", &keys.education),
        ("degree", &keys.degree),
        ("social_security", &keys.social_security),
    ] {
        let peer = peer(format!("{base}/sources/{name}"), key);
        let _ = write!(
            text,
            "\n[sources.{name}]\n{peer}deadline_ms = 2000\nattempt_timeout_ms = 1000\nbreaker_open_ms = 500\n"
        );
    }
    let treasury = peer(format!("{base}/treasury"), &keys.treasury);
    let callback = STANDARD.encode(&keys.treasury.secret);
    let app = &keys.treasury.app_id;
    let _ = write!(
        text,
        "\n[treasury]\n{treasury}callback_app_id = \"{app}\"\ncallback_key = \"base64:{callback}\"\ntimeout_ms = 2000\nlease_ms = 10000\nsilence_ms = 2000\n"
    );
    let _ = write!(
        text,
        "\n[notify]\n{}",
        peer(format!("{base}/sink"), &keys.sink)
    );
    text
}
