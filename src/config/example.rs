//! The example file, written from the table of keys, so that it cannot miss one.

use std::fmt::Write as _;

use super::keys::{KEYS, Key, Kind, Need, SECTIONS};
use super::read::{env_name, expand};

const HEAD: &str = "\
# sanmiao 配置示例 / example configuration
#
# 每一项都可用环境变量覆盖;密钥项也可写作 <项>_file = \"路径\",从文件读取。
# Every key may come from the environment instead; a secret also from a file, as <key>_file = \"path\".
# 以 # 开头的项可省略,所示为默认值或示例。 / Keys behind a # may be left out; what is shown is the default or an example.
# CHANGE-ME 必须换掉。 / CHANGE-ME must be replaced. (openssl rand -base64 32)
";

/// The whole example.
pub(super) fn text() -> String {
    let mut out = HEAD.to_owned();
    for (section, zh, en) in SECTIONS {
        // Writing to a String cannot fail.
        let _ = write!(out, "\n# ==== {zh} / {en}\n");
        match section {
            "sources" => sources(&mut out),
            _ => one(&mut out, section, section, true),
        }
    }
    out
}

/// Every register has the same keys; they are explained at the first.
fn sources(out: &mut String) {
    for (index, path) in expand("sources.*").into_iter().enumerate() {
        one(out, "sources.*", &path, index == 0);
    }
}

fn one(out: &mut String, pattern: &str, section: &str, explained: bool) {
    let _ = writeln!(out, "[{section}]");
    for key in KEYS {
        let Some(name) = key
            .path
            .strip_prefix(pattern)
            .and_then(|rest| rest.strip_prefix('.'))
        else {
            continue;
        };
        let name = name.replace('*', "k1");
        if explained {
            let _ = writeln!(
                out,
                "# {} / {}\n#   {}",
                key.zh,
                key.en,
                env_name(&format!("{section}.{name}"))
            );
        }
        let _ = writeln!(
            out,
            "{}{name} = {}",
            if is_shown(key) { "" } else { "# " },
            literal(key)
        );
    }
    out.push('\n');
}

/// What must be chosen stands in the open; of the two databases the embedded one.
fn is_shown(key: &Key) -> bool {
    key.need == Need::Required || key.path == "database.data_dir"
}

fn literal(key: &Key) -> String {
    match key.kind {
        Kind::Whole { .. } | Kind::Truth => key.example.to_owned(),
        Kind::Choices(_) => {
            let words: Vec<String> = key
                .example
                .split(',')
                .map(|word| format!("{word:?}"))
                .collect();
            format!("[{}]", words.join(", "))
        }
        _ => format!("{:?}", key.example),
    }
}
