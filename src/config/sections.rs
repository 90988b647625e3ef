//! The sections, typed, and what must hold between keys.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use zeroize::Zeroizing;

use super::Config;
use super::problem::Text;
use super::read::Reader;
use crate::domain::budget_order::YearEndRule;
use crate::domain::source::SourceId;

/// `[server]`
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Where the service listens.
    pub listen: SocketAddr,
    /// Under which address others reach it.
    pub public_url: Url,
    /// Largest request body.
    pub max_body_bytes: usize,
    /// Whether other machines may be reached without TLS.
    pub plain_http_allowed: bool,
}

/// `[database]`
#[derive(Debug, Clone)]
pub enum Database {
    /// SQLite and files in a folder.
    Embedded {
        /// The folder.
        data_dir: PathBuf,
    },
    /// PostgreSQL. The address may hold a password.
    Server {
        /// The connection.
        url: SecretString,
    },
}

/// `[files]`
#[derive(Debug, Clone)]
pub struct FilesConfig {
    /// Where they are kept; nothing is taken without.
    pub dir: Option<PathBuf>,
    /// Most bytes of a file.
    pub bytes_max: usize,
    /// Most files of a case.
    pub per_case_max: usize,
}

/// 32 bytes that `Debug` does not show; wiped when dropped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct VaultKey(Zeroizing<[u8; 32]>);

impl VaultKey {
    /// The bytes, for the cipher.
    #[must_use]
    pub fn reveal(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("«secret»")
    }
}

/// `[vault]`
#[derive(Debug, Clone)]
pub struct VaultConfig {
    /// Keys by id.
    pub keys: BTreeMap<String, VaultKey>,
    /// Id of the one that encrypts.
    pub current: String,
    /// Key of the blind index.
    pub blind_index_key: VaultKey,
}

/// `[identity]`
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field is the key of its name, documented in the table of keys"
)]
pub struct IdentityConfig {
    pub issuer: String,
    pub audience: String,
    pub algorithms: Vec<String>,
    pub leeway_s: i64,
    pub timeout: Duration,
    pub keys_age_s_max: i64,
    pub keys_refetch_s_min: i64,
    pub roles_claim: String,
    pub district_claim: String,
    pub document_type_claim: String,
    pub document_number_claim: String,
    pub name_claim: String,
}

/// `[sign_in]`
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field is the key of its name, documented in the table of keys"
)]
pub struct SignInConfig {
    pub client_id: String,
    pub client_secret: Option<SecretString>,
    pub scopes: Vec<String>,
    pub session_idle_s: i64,
    pub session_s_max: i64,
}

/// A server that shares a key with us.
#[derive(Debug, Clone)]
pub struct PeerConfig {
    /// Where it is.
    pub url: Url,
    /// Our app id there.
    pub app_id: String,
    /// The shared key.
    pub key: SecretString,
}

impl PeerConfig {
    /// The shared key's bytes, to sign with.
    #[must_use]
    pub fn key_bytes(&self) -> Zeroizing<Vec<u8>> {
        key_bytes(&self.key)
    }
}

/// A key's bytes: after `base64:` what that decodes to, else the text itself. The reader has seen to it that it decodes.
fn key_bytes(key: &SecretString) -> Zeroizing<Vec<u8>> {
    super::read::key_bytes(key.expose_secret()).unwrap_or_default()
}

/// `[sources.<name>]`
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field is the key of its name, documented in the table of keys"
)]
pub struct SourceConfig {
    pub peer: PeerConfig,
    pub deadline: Duration,
    pub attempt_timeout: Duration,
    pub attempts: u8,
    pub backoff_ms: u64,
    pub backoff_ms_max: u64,
    pub concurrency: usize,
    pub breaker_failures: u32,
    pub breaker_open_ms: i64,
}

/// `[treasury]`
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field is the key of its name, documented in the table of keys"
)]
pub struct TreasuryConfig {
    pub peer: PeerConfig,
    pub callback_app_id: String,
    pub callback_key: SecretString,
    pub timeout: Duration,
    pub attempts_max: u32,
    pub lease_ms: i64,
    pub concurrency: usize,
    pub backoff_ms: u64,
    pub backoff_ms_max: u64,
    pub silence_ms: i64,
}

impl TreasuryConfig {
    /// The bytes of the key that call-backs are signed with.
    #[must_use]
    pub fn callback_key_bytes(&self) -> Zeroizing<Vec<u8>> {
        key_bytes(&self.callback_key)
    }
}

/// `[notify]`
#[derive(Debug, Clone)]
pub struct NotifyConfig {
    /// The sink.
    pub peer: PeerConfig,
    /// For one message.
    pub timeout: Duration,
}

/// `[payout]`
#[derive(Debug, Clone)]
pub struct PayoutConfig {
    /// Name of the paying unit.
    pub payer_name: String,
    /// Its account.
    pub payer_account: String,
    /// CNAPS code of the account's bank.
    pub payer_bank: String,
    /// Private key in PEM.
    pub signing_key: SecretString,
    /// The folder that the bank's front-end machine reads.
    pub outbox: Option<PathBuf>,
}

/// `[finance]`
#[derive(Debug, Clone, Copy)]
pub struct FinanceConfig {
    /// What becomes of money that a year leaves unpromised.
    pub year_end: YearEndRule,
    /// Working days within which a difference is to be closed.
    pub difference_working_days: u32,
}

/// `[jobs]`
#[derive(Debug, Clone, Copy)]
#[expect(
    missing_docs,
    reason = "each field is the key of its name, documented in the table of keys"
)]
pub struct JobsConfig {
    pub dispatch: Duration,
    pub resume: Duration,
    pub instalments: Duration,
    pub deadlines: Duration,
    pub seal: Duration,
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For eyes.
    Text,
}

/// `[log]`
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// The form.
    pub format: LogFormat,
    /// Levels, as `tracing_subscriber::EnvFilter` reads them.
    pub filter: String,
}

impl Config {
    /// Reads every section. What is wrong is noted in the reader; a stand-in takes its place until the end.
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            server: server(reader),
            files: files(reader),
            database: database(reader),
            vault: vault(reader),
            identity: identity(reader),
            sign_in: reader.has_section("sign_in").then(|| sign_in(reader)),
            sources: sources(reader),
            treasury: treasury(reader),
            notify: reader.has_section("notify").then(|| notify(reader)),
            payout: reader.has_section("payout").then(|| payout(reader)),
            finance: finance(reader),
            jobs: jobs(reader),
            policies_dir: reader.path("policies.dir"),
            log: log(reader),
        }
    }

    /// What must hold between keys.
    pub(super) fn check(&self, reader: &mut Reader) {
        self.check_lease(reader);
        self.check_vault(reader);
        self.check_plain_http(reader);
        self.check_sign_in(reader);
        for (source, config) in &self.sources {
            if config.attempt_timeout > config.deadline {
                reader.problem(
                    &format!("sources.{source}.attempt_timeout_ms"),
                    Text::new(
                        "单次时限大于总时限",
                        "one try may take longer than the whole ask",
                    ),
                    Text::new("不大于 deadline_ms", "make it at most deadline_ms"),
                );
            }
        }
        if tracing_subscriber::EnvFilter::try_new(&self.log.filter).is_err() {
            reader.problem(
                "log.filter",
                Text::new("日志级别无法解析", "the levels cannot be read"),
                Text::new("例如 info,sanmiao=debug", "for example info,sanmiao=debug"),
            );
        }
    }

    /// A send that outlives its lease would be sent by two workers at once; the fence catches it, but it must not be the rule.
    fn check_lease(&self, reader: &mut Reader) {
        let timeout_ms = i64::try_from(self.treasury.timeout.as_millis()).unwrap_or(i64::MAX);
        if self.treasury.lease_ms <= timeout_ms.saturating_mul(2) {
            reader.problem(
                "treasury.lease_ms",
                Text::new(
                    "租约不长于两次往来的时限",
                    "the lease is no longer than two exchanges",
                ),
                Text::new(
                    "大于 timeout_ms 的两倍",
                    "make it more than twice timeout_ms",
                ),
            );
        }
    }

    fn check_vault(&self, reader: &mut Reader) {
        if !self.vault.current.is_empty() && !self.vault.keys.contains_key(&self.vault.current) {
            reader.problem(
                "vault.current",
                Text::new("没有这个编号的密钥", "there is no key of this id"),
                Text::new("写 vault.keys 中的一个编号", "name one of vault.keys"),
            );
        }
    }

    fn check_sign_in(&self, reader: &mut Reader) {
        let Some(sign_in) = &self.sign_in else {
            return;
        };
        if !sign_in.scopes.iter().any(|scope| scope == "openid") {
            reader.problem(
                "sign_in.scopes",
                Text::new("缺少 openid", "openid is not among them"),
                Text::new("例如 openid profile", "for example openid profile"),
            );
        }
        if sign_in.session_idle_s > sign_in.session_s_max {
            reader.problem(
                "sign_in.session_idle_s",
                Text::new(
                    "闲置时间长于会话最长时间",
                    "a session may idle for longer than it may last",
                ),
                Text::new("不大于 session_s_max", "make it at most session_s_max"),
            );
        }
        let public = &self.server.public_url;
        if public.path() != "/" {
            reader.problem(
                "server.public_url",
                Text::new(
                    "网页登录要求对外网址不带路径",
                    "sign-in of the pages needs an address without a path",
                ),
                Text::new(
                    "例如 https://subsidy.example.gov.cn",
                    "for example https://subsidy.example.gov.cn",
                ),
            );
        }
        if public.scheme() == "http" && !is_loopback(public) && !self.server.plain_http_allowed {
            reader.problem(
                "server.public_url",
                Text::new(
                    "登录会话将以明文传输",
                    "sessions of those who sign in would travel in clear",
                ),
                Text::new(
                    "改用 https,或在可信内网设置 server.plain_http_allowed = true",
                    "use https, or in a trusted network set server.plain_http_allowed = true",
                ),
            );
        }
    }

    fn check_plain_http(&self, reader: &mut Reader) {
        if self.server.plain_http_allowed {
            return;
        }
        let mut addresses: Vec<(String, Option<Url>)> = self
            .sources
            .iter()
            .map(|(id, one)| (format!("sources.{id}.url"), Some(one.peer.url.clone())))
            .collect();
        addresses.push((
            "treasury.url".to_owned(),
            Some(self.treasury.peer.url.clone()),
        ));
        addresses.push((
            "identity.issuer".to_owned(),
            self.identity.issuer.parse().ok(),
        ));
        addresses.extend(
            self.notify
                .iter()
                .map(|notify| ("notify.url".to_owned(), Some(notify.peer.url.clone()))),
        );
        for (key, address) in addresses {
            if address.is_some_and(|address| address.scheme() == "http" && !is_loopback(&address)) {
                reader.problem(
                    &key,
                    Text::new(
                        "个人信息将以明文传输",
                        "personal data would travel in clear",
                    ),
                    Text::new(
                        "改用 https,或在可信内网设置 server.plain_http_allowed = true",
                        "use https, or in a trusted network set server.plain_http_allowed = true",
                    ),
                );
            }
        }
    }
}

fn is_loopback(address: &Url) -> bool {
    let host = address
        .host_str()
        .unwrap_or_default()
        .trim_matches(['[', ']']);
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// Stands in for an address that is wrong, until the problems are told. Loopback, so that no second problem follows from it.
fn address(reader: &mut Reader, path: &str) -> Url {
    let found = reader.url(path);
    found.unwrap_or_else(stand_in)
}

#[expect(
    clippy::unwrap_used,
    reason = "a constant; every test that refuses an address passes here"
)]
fn stand_in() -> Url {
    "http://localhost/".parse().unwrap()
}

fn millis(reader: &mut Reader, path: &str) -> Duration {
    Duration::from_millis(reader.whole(path))
}

fn server(reader: &mut Reader) -> ServerConfig {
    ServerConfig {
        listen: reader.listen("server.listen"),
        public_url: address(reader, "server.public_url"),
        max_body_bytes: reader.whole("server.max_body_bytes"),
        plain_http_allowed: reader.truth("server.plain_http_allowed"),
    }
}

fn files(reader: &mut Reader) -> FilesConfig {
    FilesConfig {
        dir: reader.optional_path("files.dir"),
        bytes_max: reader.whole("files.bytes_max"),
        per_case_max: reader.whole("files.per_case_max"),
    }
}

fn database(reader: &mut Reader) -> Database {
    let url = reader.optional_secret("database.url");
    let data_dir = reader.optional_path("database.data_dir");
    match (url, data_dir) {
        (Some(url), None) => Database::Server { url },
        (None, Some(data_dir)) => Database::Embedded { data_dir },
        (url, _) => {
            let what = if url.is_some() {
                Text::new(
                    "同时给出了 url 和 data_dir",
                    "both url and data_dir are given",
                )
            } else {
                Text::new("缺少 url 或 data_dir", "neither url nor data_dir is given")
            };
            reader.problem(
                "database",
                what,
                Text::new(
                    "单节点填 database.data_dir,多节点填 database.url",
                    "give database.data_dir for one node or database.url for several",
                ),
            );
            Database::Embedded {
                data_dir: PathBuf::new(),
            }
        }
    }
}

fn vault(reader: &mut Reader) -> VaultConfig {
    let ids: std::collections::BTreeSet<String> = reader
        .names("vault.keys")
        .into_iter()
        .map(|name| {
            name.strip_suffix("_file")
                .map_or(name.clone(), ToOwned::to_owned)
        })
        .collect();
    if ids.is_empty() {
        // Reads the pattern itself, so that the table's own words say what is missing.
        reader.key32("vault.keys.*");
    }
    let keys = ids
        .into_iter()
        .map(|id| {
            (
                id.clone(),
                VaultKey(reader.key32(&format!("vault.keys.{id}"))),
            )
        })
        .collect();
    VaultConfig {
        keys,
        current: reader.text("vault.current"),
        blind_index_key: VaultKey(reader.key32("vault.blind_index_key")),
    }
}

fn identity(reader: &mut Reader) -> IdentityConfig {
    IdentityConfig {
        issuer: reader.url_text("identity.issuer"),
        audience: reader.text("identity.audience"),
        algorithms: reader.words("identity.algorithms"),
        leeway_s: reader.whole("identity.leeway_s"),
        timeout: millis(reader, "identity.timeout_ms"),
        keys_age_s_max: reader.whole("identity.keys_age_s_max"),
        keys_refetch_s_min: reader.whole("identity.keys_refetch_s_min"),
        roles_claim: reader.text("identity.roles_claim"),
        district_claim: reader.text("identity.district_claim"),
        document_type_claim: reader.text("identity.document_type_claim"),
        document_number_claim: reader.text("identity.document_number_claim"),
        name_claim: reader.text("identity.name_claim"),
    }
}

fn sign_in(reader: &mut Reader) -> SignInConfig {
    let scopes = reader.text("sign_in.scopes");
    SignInConfig {
        client_id: reader.text("sign_in.client_id"),
        client_secret: reader.optional_secret("sign_in.client_secret"),
        scopes: scopes
            .split_ascii_whitespace()
            .map(ToOwned::to_owned)
            .collect(),
        session_idle_s: reader.whole("sign_in.session_idle_s"),
        session_s_max: reader.whole("sign_in.session_s_max"),
    }
}

fn peer(reader: &mut Reader, section: &str) -> PeerConfig {
    PeerConfig {
        url: address(reader, &format!("{section}.url")),
        app_id: reader.text(&format!("{section}.app_id")),
        key: reader.secret(&format!("{section}.key")),
    }
}

fn sources(reader: &mut Reader) -> BTreeMap<SourceId, SourceConfig> {
    let names = reader.names("sources");
    let known = names.iter().filter_map(|name| name.parse().ok());
    known
        .map(|source: SourceId| (source, one_source(reader, &format!("sources.{source}"))))
        .collect()
}

fn one_source(reader: &mut Reader, section: &str) -> SourceConfig {
    let key = |name: &str| format!("{section}.{name}");
    SourceConfig {
        peer: peer(reader, section),
        deadline: millis(reader, &key("deadline_ms")),
        attempt_timeout: millis(reader, &key("attempt_timeout_ms")),
        attempts: reader.whole(&key("attempts")),
        backoff_ms: reader.whole(&key("backoff_ms")),
        backoff_ms_max: reader.whole(&key("backoff_ms_max")),
        concurrency: reader.whole(&key("concurrency")),
        breaker_failures: reader.whole(&key("breaker_failures")),
        breaker_open_ms: reader.whole(&key("breaker_open_ms")),
    }
}

fn treasury(reader: &mut Reader) -> TreasuryConfig {
    TreasuryConfig {
        peer: peer(reader, "treasury"),
        callback_app_id: reader.text("treasury.callback_app_id"),
        callback_key: reader.secret("treasury.callback_key"),
        timeout: millis(reader, "treasury.timeout_ms"),
        attempts_max: reader.whole("treasury.attempts_max"),
        lease_ms: reader.whole("treasury.lease_ms"),
        concurrency: reader.whole("treasury.concurrency"),
        backoff_ms: reader.whole("treasury.backoff_ms"),
        backoff_ms_max: reader.whole("treasury.backoff_ms_max"),
        silence_ms: reader.whole("treasury.silence_ms"),
    }
}

fn notify(reader: &mut Reader) -> NotifyConfig {
    NotifyConfig {
        peer: peer(reader, "notify"),
        timeout: millis(reader, "notify.timeout_ms"),
    }
}

fn payout(reader: &mut Reader) -> PayoutConfig {
    PayoutConfig {
        payer_name: reader.text("payout.payer_name"),
        payer_account: reader.text("payout.payer_account"),
        payer_bank: reader.text("payout.payer_bank"),
        signing_key: reader.secret("payout.signing_key"),
        outbox: reader.optional_path("payout.outbox"),
    }
}

fn finance(reader: &mut Reader) -> FinanceConfig {
    // The table of keys lets no other word through.
    let year_end = YearEndRule::parse(&reader.text("finance.year_end"));
    FinanceConfig {
        year_end: year_end.unwrap_or(YearEndRule::DEFAULT),
        difference_working_days: reader.whole("finance.difference_working_days"),
    }
}

fn jobs(reader: &mut Reader) -> JobsConfig {
    JobsConfig {
        dispatch: millis(reader, "jobs.dispatch_ms"),
        resume: millis(reader, "jobs.resume_ms"),
        instalments: millis(reader, "jobs.instalments_ms"),
        deadlines: millis(reader, "jobs.deadlines_ms"),
        seal: millis(reader, "jobs.seal_ms"),
    }
}

fn log(reader: &mut Reader) -> LogConfig {
    let format = if reader.text("log.format") == "text" {
        LogFormat::Text
    } else {
        LogFormat::Json
    };
    LogConfig {
        format,
        filter: reader.text("log.filter"),
    }
}
