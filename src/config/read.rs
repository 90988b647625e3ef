//! Takes file and environment apart, finds keys nobody knows, and hands out typed values, noting every problem on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::SecretString;
use url::Url;
use zeroize::Zeroizing;

use super::keys::{KEYS, Key, Kind, Need, PLACEHOLDER};
use super::problem::{ConfigError, Problem, Text};

const ENV_PREFIX: &str = "SANMIAO_";
const ENV_SEPARATOR: &str = "__";
const FILE_SUFFIX: &str = "_file";

/// A value before its type is known.
#[derive(Clone)]
enum Raw {
    /// From the environment or a default: everything is text there.
    Words(String),
    /// From the file.
    Toml(toml::Value),
}

/// The values of a configuration, and what is wrong with them.
pub(super) struct Reader {
    values: BTreeMap<String, Raw>,
    problems: Vec<Problem>,
}

impl Reader {
    pub(super) fn new(
        text: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let table: toml::Table = text.parse().map_err(|error| not_toml(text, &error))?;
        let mut reader = Self {
            values: BTreeMap::new(),
            problems: Vec::new(),
        };
        reader.flatten("", table);
        for (name, value) in environment {
            if let Some(path) = env_path(&name) {
                reader.values.insert(path, Raw::Words(value));
            }
        }
        reader.refuse_unknown_keys();
        Ok(reader)
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    pub(super) fn problem(&mut self, key: &str, what: Text, mend: Text) {
        self.problems.push(Problem {
            key: key.to_owned(),
            what,
            mend,
        });
    }

    /// The names that stand where the pattern has its `*`.
    pub(super) fn names(&self, section: &str) -> BTreeSet<String> {
        let prefix = format!("{section}.");
        self.values
            .keys()
            .filter_map(|path| path.strip_prefix(&prefix))
            .filter_map(|rest| rest.split('.').next())
            .map(ToOwned::to_owned)
            .collect()
    }

    /// Whether anything of a section is there.
    pub(super) fn has_section(&self, section: &str) -> bool {
        !self.names(section).is_empty()
    }

    pub(super) fn text(&mut self, path: &str) -> String {
        self.typed(path, text_of).unwrap_or_default()
    }

    pub(super) fn path(&mut self, path: &str) -> PathBuf {
        self.text(path).into()
    }

    pub(super) fn optional_path(&mut self, path: &str) -> Option<PathBuf> {
        self.typed(path, text_of).map(Into::into)
    }

    /// A whole number; its bounds come from the table.
    pub(super) fn whole<T: TryFrom<i64> + Default>(&mut self, path: &str) -> T {
        let number = self.typed(path, whole_of);
        number
            .and_then(|number| T::try_from(number).ok())
            .unwrap_or_default()
    }

    pub(super) fn truth(&mut self, path: &str) -> bool {
        self.typed(path, truth_of).unwrap_or_default()
    }

    pub(super) fn words(&mut self, path: &str) -> Vec<String> {
        self.typed(path, words_of).unwrap_or_default()
    }

    pub(super) fn listen(&mut self, path: &str) -> SocketAddr {
        self.typed(path, listen_of)
            .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// `None` when it is wrong, which is then noted.
    pub(super) fn url(&mut self, path: &str) -> Option<Url> {
        self.typed(path, url_of)
    }

    /// The text of an address, to the letter: an issuer is compared, not just reached.
    pub(super) fn url_text(&mut self, path: &str) -> String {
        self.typed(path, |kind, raw| {
            url_of(kind, raw).and_then(|_| text_of(kind, raw))
        })
        .unwrap_or_default()
    }

    pub(super) fn secret(&mut self, path: &str) -> SecretString {
        self.optional_secret(path).unwrap_or_default()
    }

    pub(super) fn optional_secret(&mut self, path: &str) -> Option<SecretString> {
        self.typed(path, secret_of)
    }

    pub(super) fn key32(&mut self, path: &str) -> Zeroizing<[u8; 32]> {
        self.typed(path, key32_of).unwrap_or_default()
    }

    /// The value at `path`, or its default; `None` when it is absent or wrong, which is then noted.
    fn typed<T>(&mut self, path: &str, read: fn(Kind, &Raw) -> Option<T>) -> Option<T> {
        let key = key_of(path)?;
        let raw = match (self.raw(path, key), key.need) {
            (Found::Value(raw), _) => raw,
            (Found::Trouble, _) | (Found::Nothing, Need::Optional) => return None,
            (Found::Nothing, Need::Default(value)) => Raw::Words(value.to_owned()),
            (Found::Nothing, Need::Required) => {
                self.missing(path, key);
                return None;
            }
        };
        if key.kind.is_secret()
            && text_of(key.kind, &raw).is_some_and(|text| text.contains(PLACEHOLDER))
        {
            self.problem(
                path,
                Text::new(
                    "仍是示例中的占位符",
                    "it is still the example's placeholder",
                ),
                Text::new("换成真正的密钥", "put the real secret there"),
            );
            return None;
        }
        let value = read(key.kind, &raw);
        if value.is_none() {
            self.problem(
                path,
                wrong(key.kind),
                Text::new(
                    format!("例如 {}", shown(key)),
                    format!("for example {}", shown(key)),
                ),
            );
        }
        value
    }

    fn raw(&mut self, path: &str, key: &Key) -> Found {
        let here = self.values.get(path).cloned();
        if !key.kind.is_secret() {
            return here.map_or(Found::Nothing, Found::Value);
        }
        let file_path = format!("{path}{FILE_SUFFIX}");
        match (here, self.values.get(&file_path).cloned()) {
            (Some(_), Some(_)) => {
                self.problem(
                    path,
                    Text::new("同时给出了值和文件", "both the value and a file are given"),
                    Text::new(
                        format!("只保留 {path} 或 {file_path}"),
                        format!("keep either {path} or {file_path}"),
                    ),
                );
                Found::Trouble
            }
            (Some(raw), None) => Found::Value(raw),
            (None, Some(file)) => self.read_file(&file_path, &file),
            (None, None) => Found::Nothing,
        }
    }

    fn read_file(&mut self, path: &str, file: &Raw) -> Found {
        let content = text_of(Kind::Path, file).and_then(|file| std::fs::read_to_string(file).ok());
        if let Some(content) = content {
            return Found::Value(Raw::Words(content.trim().to_owned()));
        }
        self.problem(
            path,
            Text::new("文件无法读取", "the file cannot be read"),
            Text::new(
                "检查路径与读取权限",
                "check its path and that the service may read it",
            ),
        );
        Found::Trouble
    }

    fn missing(&mut self, path: &str, key: &Key) {
        let variable = env_name(path);
        self.problem(
            path,
            Text::new(format!("缺少:{}", key.zh), format!("missing: {}", key.en)),
            Text::new(
                format!("在文件中填写 {path} 或设置环境变量 {variable}"),
                format!("write {path} in the file or set {variable}"),
            ),
        );
    }

    fn flatten(&mut self, prefix: &str, table: toml::Table) {
        for (name, value) in table {
            let path = if prefix.is_empty() {
                name
            } else {
                format!("{prefix}.{name}")
            };
            match value {
                toml::Value::Table(table) => self.flatten(&path, table),
                value => {
                    self.values.insert(path, Raw::Toml(value));
                }
            }
        }
    }

    fn refuse_unknown_keys(&mut self) {
        let unknown: Vec<String> = self
            .values
            .keys()
            .filter(|path| !is_known(path))
            .cloned()
            .collect();
        for path in unknown {
            let nearest = nearest(&path);
            self.problem(
                &path,
                Text::new("没有这个配置项", "there is no such key"),
                Text::new(
                    format!("是否想写 {nearest}?"),
                    format!("did you mean {nearest}?"),
                ),
            );
        }
    }
}

enum Found {
    Value(Raw),
    Nothing,
    Trouble,
}

/// `SANMIAO_SOURCES__EDUCATION__URL` → `sources.education.url`. Names without `__` belong to the command line.
fn env_path(name: &str) -> Option<String> {
    let rest = name.strip_prefix(ENV_PREFIX)?;
    rest.contains(ENV_SEPARATOR)
        .then(|| rest.to_ascii_lowercase().replace(ENV_SEPARATOR, "."))
}

/// The variable of a key.
pub(super) fn env_name(path: &str) -> String {
    format!(
        "{ENV_PREFIX}{}",
        path.to_ascii_uppercase().replace('.', ENV_SEPARATOR)
    )
}

/// The table's entry for a path.
fn key_of(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| matches(key.path, path))
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('.'), path.split('.'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(pattern), Some(part)) if pattern == part => {}
            _ => return false,
        }
    }
}

fn is_known(path: &str) -> bool {
    let known_source = |path: &str| {
        let mut parts = path.split('.');
        parts.next() != Some("sources")
            || parts
                .next()
                .is_some_and(|name| name.parse::<crate::domain::source::SourceId>().is_ok())
    };
    let as_secret = || {
        path.strip_suffix(FILE_SUFFIX)
            .and_then(key_of)
            .is_some_and(|key| key.kind.is_secret())
    };
    known_source(path) && (key_of(path).is_some() || as_secret())
}

/// The known key that differs least.
fn nearest(path: &str) -> String {
    let candidates = KEYS.iter().flat_map(|key| expand(key.path));
    candidates
        .min_by_key(|candidate| distance(candidate, path))
        .unwrap_or_default()
}

/// The paths a pattern stands for, as far as they are known beforehand.
pub(super) fn expand(pattern: &str) -> Vec<String> {
    if pattern.starts_with("sources.*") {
        let sources = crate::domain::source::SourceId::ALL;
        sources
            .iter()
            .map(|source| pattern.replace('*', source.as_str()))
            .collect()
    } else {
        vec![pattern.replace('*', "k1")]
    }
}

/// Levenshtein: insertions, deletions and changes of a character.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.iter().enumerate() {
            let change = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

fn not_toml(text: &str, error: &toml::de::Error) -> ConfigError {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    ConfigError::NotToml {
        line,
        why: error
            .message()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
    }
}

fn shown(key: &Key) -> String {
    if key.kind.is_secret() {
        "openssl rand -base64 32".to_owned()
    } else {
        key.example.to_owned()
    }
}

fn wrong(kind: Kind) -> Text {
    match kind {
        Kind::Text => Text::new("应为非空文本", "it must be text that is not empty"),
        Kind::Secret { bytes_min } => Text::new(
            format!("密钥至少 {bytes_min} 字节"),
            format!("a secret of at least {bytes_min} bytes is wanted"),
        ),
        Kind::Key32 => Text::new("应为 32 字节的 base64", "it must be 32 bytes in base64"),
        Kind::Url => Text::new(
            "应为 http(s) 网址,不含用户名、查询与片段",
            "it must be an http(s) URL without user, query and fragment",
        ),
        Kind::Path => Text::new("应为路径", "it must be a path"),
        Kind::Listen => Text::new("应为 地址:端口", "it must be address:port"),
        Kind::Whole { min, max } => Text::new(
            format!("应为 {min} 至 {max} 的整数"),
            format!("it must be a whole number from {min} to {max}"),
        ),
        Kind::Truth => Text::new("应为 true 或 false", "it must be true or false"),
        Kind::Choice(words) => Text::new(
            format!("应为其一:{}", words.join("、")),
            format!("it must be one of {}", words.join(", ")),
        ),
        Kind::Choices(words) => Text::new(
            format!("应取自:{}", words.join("、")),
            format!("it must be a list of {}", words.join(", ")),
        ),
    }
}

/// Text as such, or one of the words a choice allows.
fn text_of(kind: Kind, raw: &Raw) -> Option<String> {
    let text = match raw {
        Raw::Words(text) | Raw::Toml(toml::Value::String(text)) => text.clone(),
        Raw::Toml(_) => return None,
    };
    match kind {
        Kind::Choice(words) => words.contains(&text.as_str()).then_some(text),
        _ => (!text.trim().is_empty()).then_some(text),
    }
}

fn whole_of(kind: Kind, raw: &Raw) -> Option<i64> {
    let Kind::Whole { min, max } = kind else {
        return None;
    };
    let number = match raw {
        Raw::Words(text) => text.trim().parse().ok()?,
        Raw::Toml(toml::Value::Integer(number)) => *number,
        Raw::Toml(_) => return None,
    };
    (min..=max).contains(&number).then_some(number)
}

fn truth_of(_: Kind, raw: &Raw) -> Option<bool> {
    match raw {
        Raw::Words(text) => text.trim().parse().ok(),
        Raw::Toml(value) => value.as_bool(),
    }
}

fn words_of(kind: Kind, raw: &Raw) -> Option<Vec<String>> {
    let Kind::Choices(known) = kind else {
        return None;
    };
    let words: Vec<String> = match raw {
        Raw::Words(text) => text.split(',').map(|word| word.trim().to_owned()).collect(),
        Raw::Toml(toml::Value::Array(words)) => words
            .iter()
            .map(|word| word.as_str().map(ToOwned::to_owned))
            .collect::<Option<_>>()?,
        Raw::Toml(_) => return None,
    };
    (!words.is_empty() && words.iter().all(|word| known.contains(&word.as_str()))).then_some(words)
}

fn listen_of(kind: Kind, raw: &Raw) -> Option<SocketAddr> {
    text_of(kind, raw)?.parse().ok()
}

fn url_of(kind: Kind, raw: &Raw) -> Option<Url> {
    let url: Url = text_of(kind, raw)?.parse().ok()?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && plain).then_some(url)
}

fn secret_of(kind: Kind, raw: &Raw) -> Option<SecretString> {
    let Kind::Secret { bytes_min } = kind else {
        return None;
    };
    text_of(kind, raw)
        .filter(|text| key_bytes(text).is_some_and(|bytes| bytes.len() >= bytes_min))
        .map(Into::into)
}

/// A secret's bytes: after `base64:` what that decodes to, else the text itself.
pub(super) fn key_bytes(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    match text.strip_prefix("base64:") {
        Some(coded) => BASE64.decode(coded).ok().map(Zeroizing::new),
        None => Some(Zeroizing::new(text.as_bytes().to_vec())),
    }
}

fn key32_of(kind: Kind, raw: &Raw) -> Option<Zeroizing<[u8; 32]>> {
    let text = Zeroizing::new(text_of(kind, raw)?);
    let bytes = Zeroizing::new(BASE64.decode(text.trim()).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}
