//! Every key there is: its type, its default and what it is for. The reader, the example and the tests all follow this table.

use crate::domain::budget_order::YearEndRule;

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Text of at least this many bytes that is never shown.
    Secret {
        bytes_min: usize,
    },
    /// 32 bytes in base64, never shown.
    Key32,
    Url,
    Path,
    Listen,
    Whole {
        min: i64,
        max: i64,
    },
    Truth,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Several of these words.
    Choices(&'static [&'static str]),
}

impl Kind {
    pub(super) const fn is_secret(self) -> bool {
        matches!(self, Self::Secret { .. } | Self::Key32)
    }
}

/// Whether it must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
    /// As it would stand in the environment.
    Default(&'static str),
}

/// One key. A `*` in the path stands for any name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) path: &'static str,
    pub(super) kind: Kind,
    pub(super) need: Need,
    /// Shown in the example, as it would stand in the environment.
    pub(super) example: &'static str,
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
}

/// The example's stand-in for a secret; refused when it is found in earnest.
pub(super) const PLACEHOLDER: &str = "CHANGE-ME";

const SECRET: Kind = Kind::Secret { bytes_min: 16 };
const MILLIS: Kind = Kind::Whole {
    min: 1,
    max: 86_400_000,
};
/// No exchange may take longer than a minute: the client itself cuts it off there.
const EXCHANGE_MS: Kind = Kind::Whole {
    min: 1,
    max: 60_000,
};
const COUNT: Kind = Kind::Whole {
    min: 1,
    max: 10_000,
};
const SECONDS: Kind = Kind::Whole {
    min: 0,
    max: 86_400,
};

const fn required(
    path: &'static str,
    kind: Kind,
    example: &'static str,
    zh: &'static str,
    en: &'static str,
) -> Key {
    Key {
        path,
        kind,
        need: Need::Required,
        example,
        zh,
        en,
    }
}

const fn default(
    path: &'static str,
    kind: Kind,
    value: &'static str,
    zh: &'static str,
    en: &'static str,
) -> Key {
    Key {
        path,
        kind,
        need: Need::Default(value),
        example: value,
        zh,
        en,
    }
}

const fn optional(
    path: &'static str,
    kind: Kind,
    example: &'static str,
    zh: &'static str,
    en: &'static str,
) -> Key {
    Key {
        path,
        kind,
        need: Need::Optional,
        example,
        zh,
        en,
    }
}

/// The names of the sections, in the order of the example.
pub(super) const SECTIONS: [(&str, &str, &str); 14] = [
    ("server", "服务", "The service itself"),
    (
        "database",
        "数据库:url 与 data_dir 二选一",
        "The database: either url or data_dir",
    ),
    ("files", "上传的材料", "What is handed in"),
    ("vault", "静态加密密钥", "Keys of what is encrypted at rest"),
    (
        "identity",
        "统一身份认证 (OpenID Connect)",
        "The OpenID issuer",
    ),
    (
        "sign_in",
        "网页登录;整段省略则网页不提供登录",
        "Sign-in of the pages; without the section they have none",
    ),
    (
        "sources",
        "数源部门;未配置的数源如实答复“未配置”",
        "The registers; one that is absent answers \"not configured\"",
    ),
    ("treasury", "财政国库支付系统", "The treasury"),
    (
        "notify",
        "消息网关;可整段省略",
        "The message sink; the section may be left out",
    ),
    (
        "payout",
        "支付文件的付款单位与签名;整段省略则不能导出",
        "Who pays by the payout files, and how they are signed; without the section there are none",
    ),
    ("finance", "财务", "Finance"),
    (
        "jobs",
        "后台任务的轮询间隔",
        "How often what runs by itself looks for work",
    ),
    ("policies", "政策文件", "Policy documents"),
    ("log", "日志", "Logs"),
];

/// Every key.
pub(super) const KEYS: &[Key] = &[
    default(
        "server.listen",
        Kind::Listen,
        "127.0.0.1:8787",
        "监听地址",
        "Address and port to listen on",
    ),
    required(
        "server.public_url",
        Kind::Url,
        "https://subsidy.example.gov.cn",
        "对外网址,用于登录跳转与国库回调",
        "Address under which browsers and the treasury reach the service",
    ),
    default(
        "server.max_body_bytes",
        Kind::Whole {
            min: 1_024,
            max: 1_048_576,
        },
        "65536",
        "请求正文上限(字节)",
        "Largest request body in bytes",
    ),
    default(
        "server.plain_http_allowed",
        Kind::Truth,
        "false",
        "是否允许以明文 http 访问非本机的数源、国库与身份认证",
        "Whether registers, treasury and issuer on other machines may be reached over plain http",
    ),
    optional(
        "database.url",
        Kind::Secret { bytes_min: 1 },
        "postgres://sanmiao:CHANGE-ME@db/sanmiao",
        "PostgreSQL 连接串(多节点)",
        "PostgreSQL connection (several nodes)",
    ),
    optional(
        "database.data_dir",
        Kind::Path,
        "data",
        "SQLite 与文件所在目录(单节点)",
        "Folder of SQLite and files (one node)",
    ),
    optional(
        "files.dir",
        Kind::Path,
        "data/files",
        "材料所在目录(加密存放);省略时在 database.data_dir 之下,用 database.url 而省略则不收材料;多节点须共用",
        "Folder of what is handed in, sealed; below database.data_dir by itself, none with database.url; shared by all nodes",
    ),
    default(
        "files.bytes_max",
        Kind::Whole {
            min: 1_024,
            max: 52_428_800,
        },
        "5242880",
        "单个文件上限(字节)",
        "Largest file in bytes",
    ),
    default(
        "files.per_case_max",
        Kind::Whole { min: 1, max: 1_000 },
        "20",
        "每个事项的文件数上限",
        "Most files of a case",
    ),
    required(
        "vault.keys.*",
        Kind::Key32,
        PLACEHOLDER,
        "加密密钥:编号及 32 字节的 base64;旧密钥保留以便解密",
        "Encryption keys: an id and 32 bytes in base64 each; old ones stay, to decrypt",
    ),
    required(
        "vault.current",
        Kind::Text,
        "k1",
        "当前用于加密的密钥编号",
        "Id of the key that encrypts from now on",
    ),
    required(
        "vault.blind_index_key",
        Kind::Key32,
        PLACEHOLDER,
        "盲索引密钥:32 字节的 base64,不得更换",
        "Key of the blind index: 32 bytes in base64, never changed",
    ),
    required(
        "identity.issuer",
        Kind::Url,
        "https://id.example.gov.cn",
        "颁发者网址,须与令牌中的 iss 完全一致",
        "The issuer's URL, to the letter as in the tokens' iss",
    ),
    required(
        "identity.audience",
        Kind::Text,
        "sanmiao",
        "令牌中的 aud",
        "The aud of tokens for this service",
    ),
    default(
        "identity.algorithms",
        Kind::Choices(&["ES256", "RS256", "EdDSA"]),
        "ES256,EdDSA",
        "允许的签名算法",
        "Signature algorithms that are accepted",
    ),
    default(
        "identity.leeway_s",
        Kind::Whole { min: 0, max: 300 },
        "30",
        "时钟容差(秒)",
        "Clock difference allowed, seconds",
    ),
    default(
        "identity.timeout_ms",
        EXCHANGE_MS,
        "3000",
        "获取公钥的超时(毫秒)",
        "Time-out of fetching keys, milliseconds",
    ),
    default(
        "identity.keys_age_s_max",
        SECONDS,
        "3600",
        "公钥缓存时间(秒)",
        "Age at which keys are fetched anew, seconds",
    ),
    default(
        "identity.keys_refetch_s_min",
        SECONDS,
        "30",
        "两次获取公钥的最短间隔(秒)",
        "Shortest time between two fetches of keys, seconds",
    ),
    default(
        "identity.roles_claim",
        Kind::Text,
        "roles",
        "角色所在的声明",
        "Claim with the roles",
    ),
    default(
        "identity.district_claim",
        Kind::Text,
        "district",
        "区划所在的声明",
        "Claim with the district",
    ),
    default(
        "identity.document_type_claim",
        Kind::Text,
        "document_type",
        "证件类型所在的声明",
        "Claim with the document type",
    ),
    default(
        "identity.document_number_claim",
        Kind::Text,
        "document_number",
        "证件号码所在的声明",
        "Claim with the document number",
    ),
    default(
        "identity.name_claim",
        Kind::Text,
        "name",
        "姓名所在的声明",
        "Claim with the name",
    ),
    required(
        "sign_in.client_id",
        Kind::Text,
        "sanmiao",
        "网页登录的客户端编号;回跳地址为 server.public_url 加 /sign-in/callback",
        "Client id of the pages' sign-in; its redirect URI is server.public_url and /sign-in/callback",
    ),
    optional(
        "sign_in.client_secret",
        SECRET,
        PLACEHOLDER,
        "网页登录的客户端密钥(仅用 PKCE 时省略)",
        "Client secret of the pages' sign-in (left out with PKCE alone)",
    ),
    default(
        "sign_in.scopes",
        Kind::Text,
        "openid profile",
        "申请的范围,以空格分隔,须含 openid",
        "Scopes asked for, with blanks between; openid is one of them",
    ),
    default(
        "sign_in.session_idle_s",
        Kind::Whole {
            min: 60,
            max: 86_400,
        },
        "1800",
        "会话闲置多久即结束(秒)",
        "Idle time after which a session ends, seconds",
    ),
    default(
        "sign_in.session_s_max",
        Kind::Whole {
            min: 60,
            max: 604_800,
        },
        "28800",
        "会话最长时间(秒)",
        "Longest time of a session, seconds",
    ),
    required(
        "sources.*.url",
        Kind::Url,
        "https://register.example.gov.cn/api",
        "数源接口网址",
        "Address of the register",
    ),
    required(
        "sources.*.app_id",
        Kind::Text,
        "sanmiao",
        "应用编号",
        "Our app id there",
    ),
    required(
        "sources.*.key",
        SECRET,
        PLACEHOLDER,
        "签名密钥(文本,或 base64: 加编码)",
        "Key of the signatures (text, or base64: and the coded bytes)",
    ),
    default(
        "sources.*.deadline_ms",
        MILLIS,
        "3000",
        "一次查询的总时限(毫秒)",
        "Overall deadline of one ask, milliseconds",
    ),
    default(
        "sources.*.attempt_timeout_ms",
        EXCHANGE_MS,
        "1500",
        "单次尝试的时限(毫秒)",
        "Time-out of one try, milliseconds",
    ),
    default(
        "sources.*.attempts",
        Kind::Whole { min: 1, max: 10 },
        "3",
        "最多尝试次数",
        "Tries at most",
    ),
    default(
        "sources.*.backoff_ms",
        MILLIS,
        "50",
        "首次重试等待上限(毫秒)",
        "Ceiling of the first pause, milliseconds",
    ),
    default(
        "sources.*.backoff_ms_max",
        MILLIS,
        "1000",
        "重试等待上限(毫秒)",
        "Ceiling of any pause, milliseconds",
    ),
    default(
        "sources.*.concurrency",
        COUNT,
        "32",
        "同时查询数",
        "Asks under way at once",
    ),
    default(
        "sources.*.breaker_failures",
        COUNT,
        "5",
        "连续失败多少次后熔断",
        "Failures in a row that open the breaker",
    ),
    default(
        "sources.*.breaker_open_ms",
        MILLIS,
        "5000",
        "熔断时长(毫秒)",
        "How long the breaker stays open, milliseconds",
    ),
    required(
        "treasury.url",
        Kind::Url,
        "https://treasury.example.gov.cn/api",
        "国库接口网址",
        "Address of the treasury",
    ),
    required(
        "treasury.app_id",
        Kind::Text,
        "sanmiao",
        "应用编号",
        "Our app id there",
    ),
    required(
        "treasury.key",
        SECRET,
        PLACEHOLDER,
        "签名密钥(文本,或 base64: 加编码)",
        "Key of the signatures (text, or base64: and the coded bytes)",
    ),
    required(
        "treasury.callback_app_id",
        Kind::Text,
        "treasury",
        "国库回调时使用的应用编号",
        "App id the treasury signs call-backs with",
    ),
    required(
        "treasury.callback_key",
        SECRET,
        PLACEHOLDER,
        "回调签名密钥",
        "Key of the call-backs' signatures",
    ),
    default(
        "treasury.timeout_ms",
        EXCHANGE_MS,
        "5000",
        "一次往来的时限(毫秒)",
        "Time-out of one exchange, milliseconds",
    ),
    default(
        "treasury.attempts_max",
        Kind::Whole { min: 1, max: 1_000 },
        "12",
        "告警前的最多尝试次数",
        "Tries before an alarm for a person",
    ),
    default(
        "treasury.lease_ms",
        MILLIS,
        "30000",
        "指令租约时长(毫秒),须大于 timeout_ms 的两倍",
        "Lease of an instruction, milliseconds; more than twice timeout_ms",
    ),
    default(
        "treasury.concurrency",
        COUNT,
        "16",
        "同时发送的指令数",
        "Instructions under way at once",
    ),
    default(
        "treasury.backoff_ms",
        MILLIS,
        "200",
        "首次重试等待上限(毫秒)",
        "Ceiling of the first pause, milliseconds",
    ),
    default(
        "treasury.backoff_ms_max",
        MILLIS,
        "60000",
        "重试等待上限(毫秒)",
        "Ceiling of any pause, milliseconds",
    ),
    default(
        "treasury.silence_ms",
        MILLIS,
        "120000",
        "已受理指令多久无消息即主动查询(毫秒)",
        "Silence after which an acknowledged instruction is asked about, milliseconds",
    ),
    required(
        "notify.url",
        Kind::Url,
        "https://sms.example.gov.cn",
        "消息网关网址",
        "Address of the message sink",
    ),
    required(
        "notify.app_id",
        Kind::Text,
        "sanmiao",
        "应用编号",
        "Our app id there",
    ),
    required(
        "notify.key",
        SECRET,
        PLACEHOLDER,
        "签名密钥(文本,或 base64: 加编码)",
        "Key of the signatures (text, or base64: and the coded bytes)",
    ),
    default(
        "notify.timeout_ms",
        EXCHANGE_MS,
        "3000",
        "一条消息的时限(毫秒)",
        "Time-out of one message, milliseconds",
    ),
    required(
        "payout.payer_name",
        Kind::Text,
        "某区财政国库支付中心",
        "付款单位名称",
        "Name of the paying unit",
    ),
    required(
        "payout.payer_account",
        Kind::Text,
        "44050160000000000001",
        "付款账号",
        "Its account",
    ),
    required(
        "payout.payer_bank",
        Kind::Text,
        "902588000014",
        "付款行联行号",
        "CNAPS code of the account's bank",
    ),
    required(
        "payout.signing_key",
        SECRET,
        PLACEHOLDER,
        "签名私钥(PKCS#8 PEM,Ed25519 或 SM2;用 sanmiao payout key 生成)",
        "Private key of the signatures (PKCS#8 PEM, Ed25519 or SM2; `sanmiao payout key` makes one)",
    ),
    optional(
        "payout.outbox",
        Kind::Path,
        "data/outbox",
        "已放行的支付文件所在目录,由银行前置机读取(名称以点开头的不读);省略则不能放行",
        "Folder of released payout files, read by the bank's front-end machine (which leaves names with a leading dot alone); without it nothing is released",
    ),
    default(
        "finance.year_end",
        Kind::Choice(&YearEndRule::WORDS),
        YearEndRule::DEFAULT.as_str(),
        "年度终了时未占用的指标:注销(lapse)或结转下年(carry_over);没有资料规定应当如何,注销只是默认值",
        "What a year leaves unpromised: it lapses, or is carried over to the next year; no source states a rule, and lapsing is a default",
    ),
    default(
        "finance.difference_working_days",
        Kind::Whole { min: 1, max: 60 },
        "3",
        "对账差异的处理期限(工作日);没有资料规定,3 只是样例",
        "Working days within which a difference is to be closed; no source states a number, and 3 is a sample",
    ),
    default(
        "jobs.dispatch_ms",
        MILLIS,
        "1000",
        "支付指令",
        "Instructions to send or ask about",
    ),
    default(
        "jobs.resume_ms",
        MILLIS,
        "2000",
        "挂起的申请",
        "Parked applications",
    ),
    default(
        "jobs.instalments_ms",
        MILLIS,
        "60000",
        "到期的分期",
        "Instalments that fall due",
    ),
    default(
        "jobs.deadlines_ms",
        MILLIS,
        "60000",
        "办理时限",
        "Deadlines of people",
    ),
    default(
        "jobs.seal_ms",
        MILLIS,
        "10000",
        "审计封存",
        "Sealing of the audit log",
    ),
    default(
        "policies.dir",
        Kind::Path,
        "policies",
        "政策文件目录",
        "Folder of the policy documents",
    ),
    default(
        "log.format",
        Kind::Choice(&["json", "text"]),
        "json",
        "日志格式",
        "Form of the log",
    ),
    default(
        "log.filter",
        Kind::Text,
        "info",
        "日志级别,如 info,sanmiao=debug",
        "Levels, like info,sanmiao=debug",
    ),
];
