use super::keys::{KEYS, Kind, Need, PLACEHOLDER};
use super::read::{env_name, expand};
use super::*;

const KEY32: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn nothing() -> Vec<(String, String)> {
    Vec::new()
}

fn with(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), value.to_owned())]
}

fn good() -> String {
    Config::example().replace(PLACEHOLDER, KEY32)
}

fn problems(text: &str, environment: Vec<(String, String)>) -> Vec<Problem> {
    match Config::parse(text, environment) {
        Ok(_) => Vec::new(),
        Err(ConfigError::Problems(problems)) => problems,
        Err(error) => panic!("{error}"),
    }
}

fn keys(problems: &[Problem]) -> Vec<&str> {
    problems
        .iter()
        .map(|problem| problem.key.as_str())
        .collect()
}

#[test]
fn the_example_is_a_configuration_once_its_placeholders_are_replaced() {
    let config = Config::parse(&good(), nothing()).unwrap();
    assert_eq!(config.sources.len(), 4);
    assert_eq!(config.server.listen.port(), 8787);
    assert!(matches!(config.database, Database::Embedded { .. }));
}

#[test]
fn the_example_as_it_stands_is_refused_for_its_placeholders_and_nothing_else() {
    let found = problems(&Config::example(), nothing());
    let mut expected: Vec<String> = KEYS
        .iter()
        .filter(|key| key.kind.is_secret() && key.need == Need::Required)
        .flat_map(|key| expand(key.path))
        .collect();
    let mut found: Vec<String> = found.into_iter().map(|problem| problem.key).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

/// Every key of the table stands in the example with its variable, and what is commented out is right as well.
#[test]
fn the_example_names_every_key_and_its_commented_lines_are_good() {
    let example = Config::example();
    for key in KEYS {
        let first = &expand(key.path)[0];
        assert!(example.contains(&env_name(first)), "{first}");
    }
    let is_line = |line: &&str| {
        !line.starts_with("# ")
            || line
                .split_once(" = ")
                .is_some_and(|(name, _)| !name[2..].contains(' '))
    };
    let open: Vec<String> = example
        .lines()
        .filter(is_line)
        .map(|line| line.trim_start_matches("# ").replace(PLACEHOLDER, KEY32))
        .filter(|line| !line.starts_with("url = \"postgres"))
        .collect();
    let text = open.join("\n");
    let table: toml::Table = text.parse().unwrap();
    assert!(
        table["treasury"].get("backoff_ms_max").is_some(),
        "commented lines were opened"
    );
    assert_eq!(problems(&text, nothing()), []);
}

#[test]
fn every_key_can_be_set_from_the_environment_and_is_checked_there() {
    for key in KEYS {
        let wrong = match key.kind {
            Kind::Text | Kind::Path | Kind::Secret { bytes_min: 1 } => " ",
            _ => "no",
        };
        for path in expand(key.path) {
            let found = problems(&good(), with(&env_name(&path), wrong));
            assert!(keys(&found).contains(&path.as_str()), "{path}: {found:?}");
        }
    }
}

#[test]
fn the_environment_is_stronger_than_the_file() {
    let config = Config::parse(&good(), with("SANMIAO_SERVER__LISTEN", "0.0.0.0:1")).unwrap();
    assert_eq!(config.server.listen.to_string(), "0.0.0.0:1");
}

#[test]
fn without_a_file_everything_may_come_from_the_environment() {
    let needed = KEYS.iter().filter(|key| key.need == Need::Required);
    let mut environment: Vec<(String, String)> = needed
        .flat_map(|key| {
            expand(key.path)
                .into_iter()
                .map(|path| (env_name(&path), key.example.replace(PLACEHOLDER, KEY32)))
        })
        .collect();
    environment.push(("SANMIAO_DATABASE__DATA_DIR".to_owned(), "data".to_owned()));
    environment.push((
        "SANMIAO_CONFIG".to_owned(),
        "the command line's own".to_owned(),
    ));
    assert_eq!(Config::parse("", environment).unwrap().sources.len(), 4);
}

#[test]
fn every_required_key_is_missed_at_once() {
    let found = problems(
        "[sources.education]\nattempts = 2\n[notify]\ntimeout_ms = 5\n[sign_in]\nscopes = \"openid\"\n[payout]\npayer_bank = \"\"\n",
        nothing(),
    );
    for key in KEYS.iter().filter(|key| key.need == Need::Required) {
        let path = if key.path.starts_with("sources") {
            key.path.replace('*', "education")
        } else {
            key.path.to_owned()
        };
        assert!(keys(&found).contains(&path.as_str()), "{path}");
    }
    assert!(keys(&found).contains(&"database"));
}

#[test]
fn several_mistakes_are_told_together_each_with_its_key_and_both_languages() {
    let text = good()
        .replace(
            "[server]",
            "[server]\nlisten = \"nowhere\"\nmax_body_bytes = 5",
        )
        .replace("[jobs]", "[jobs]\nseal_ms = \"often\"")
        .replace("current = \"k1\"", "current = \"k9\"");
    let found = problems(&text, nothing());
    assert_eq!(
        keys(&found),
        [
            "server.listen",
            "server.max_body_bytes",
            "jobs.seal_ms",
            "vault.current"
        ]
    );
    for problem in found {
        for text in [problem.what, problem.mend] {
            assert!(!text.zh.is_ascii(), "{text}");
            assert!(!text.en.is_empty());
        }
    }
}

#[test]
fn an_unknown_key_is_refused_and_the_nearest_is_named() {
    let cases = [
        ("SANMIAO_SERVER__LISEN", "server.lisen", "server.listen"),
        (
            "SANMIAO_SOURCES__EDUCATION__DEADLINE",
            "sources.education.deadline",
            "sources.education.deadline_ms",
        ),
        (
            "SANMIAO_SOURCES__EDUCATIN__URL",
            "sources.educatin.url",
            "sources.education.url",
        ),
        ("SANMIAO_TRESURY__KEY", "tresury.key", "treasury.key"),
        (
            "SANMIAO_SERVER__LISTEN_FILE",
            "server.listen_file",
            "server.listen",
        ),
    ];
    for (variable, path, near) in cases {
        let found = problems(&good(), with(variable, "x"));
        assert_eq!(keys(&found), [path]);
        assert!(found[0].mend.en.contains(near), "{}", found[0].mend);
    }
}

#[test]
fn a_secret_may_come_from_a_file_but_not_from_two_places() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, "0123456789abcdef0123\n").unwrap();
    let file = file.to_str().unwrap();
    let text = good().replacen(
        &format!("callback_key = {KEY32:?}"),
        &format!("callback_key_file = {file:?}"),
        1,
    );
    let config = Config::parse(&text, nothing()).unwrap();
    assert_eq!(
        secrecy::ExposeSecret::expose_secret(&config.treasury.callback_key),
        "0123456789abcdef0123"
    );

    let both = problems(&good(), with("SANMIAO_TREASURY__KEY_FILE", file));
    assert_eq!(keys(&both), ["treasury.key"]);
    let gone = problems(
        &text,
        with("SANMIAO_TREASURY__CALLBACK_KEY_FILE", "/nowhere"),
    );
    assert_eq!(keys(&gone), ["treasury.callback_key_file"]);
}

#[test]
fn neither_debug_nor_problems_nor_syntax_errors_show_a_secret() {
    let secret = "s3cr3t-s3cr3t-s3cr3t";
    let text = good().replacen(
        &format!("\nkey = {KEY32:?}"),
        &format!("\nkey = {secret:?}"),
        1,
    );
    let config = Config::parse(&text, nothing()).unwrap();
    let shown = format!("{config:?}");
    assert!(
        !shown.contains(secret) && !shown.contains("[0, 0, 0"),
        "{shown}"
    );
    let short = problems(&good(), with("SANMIAO_TREASURY__KEY", "s3cr3t"));
    assert!(!format!("{short:?}").contains("s3cr3t"));
    let wrong_place = problems(&good(), with("SANMIAO_SERVER__LISTEN", secret));
    assert!(!format!("{wrong_place:?}").contains(secret));
    let broken = Config::parse(&format!("[treasury]\nkey = \"{secret}"), nothing()).unwrap_err();
    assert!(
        matches!(broken, ConfigError::NotToml { line: 2, .. }),
        "{broken:?}"
    );
    assert!(!format!("{broken} {broken:?}").contains(secret));
}

#[test]
fn plain_http_to_another_machine_needs_leave() {
    let plain = with("SANMIAO_TREASURY__URL", "http://10.0.0.1/api");
    assert_eq!(keys(&problems(&good(), plain.clone())), ["treasury.url"]);
    let allowed = [plain, with("SANMIAO_SERVER__PLAIN_HTTP_ALLOWED", "true")].concat();
    assert_eq!(problems(&good(), allowed), []);
    for own in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"] {
        assert_eq!(problems(&good(), with("SANMIAO_TREASURY__URL", own)), []);
    }
}

#[test]
fn addresses_with_a_user_a_query_or_another_scheme_are_refused() {
    for wrong in [
        "https://user:pw@host",
        "https://host/?x=1",
        "https://host/#a",
        "ftp://host",
        "host",
        "file:///etc",
    ] {
        assert_eq!(
            keys(&problems(&good(), with("SANMIAO_TREASURY__URL", wrong))),
            ["treasury.url"],
            "{wrong}"
        );
    }
}

#[test]
fn two_databases_or_none_is_refused() {
    let both = problems(&good(), with("SANMIAO_DATABASE__URL", "postgres://db/x"));
    assert_eq!(keys(&both), ["database"]);
    let none = problems(&good().replace("data_dir = \"data\"", ""), nothing());
    assert_eq!(keys(&none), ["database"]);
}

#[test]
fn a_lease_shorter_than_two_exchanges_is_refused() {
    assert_eq!(
        keys(&problems(
            &good(),
            with("SANMIAO_TREASURY__LEASE_MS", "10000")
        )),
        ["treasury.lease_ms"]
    );
}

#[test]
fn a_file_that_is_not_there_is_told_by_its_path() {
    let error = Config::load(Some(Path::new("/nowhere/sanmiao.toml")), nothing()).unwrap_err();
    assert!(error.to_string().contains("/nowhere/sanmiao.toml"));
}

#[test]
fn a_key_may_be_text_or_coded_bytes() {
    let text = Config::parse(&good(), with("SANMIAO_TREASURY__KEY", "0123456789abcdef")).unwrap();
    let coded = Config::parse(
        &good(),
        with("SANMIAO_TREASURY__KEY", "base64:MDEyMzQ1Njc4OWFiY2RlZg=="),
    )
    .unwrap();
    assert_eq!(
        text.treasury.peer.key_bytes(),
        coded.treasury.peer.key_bytes()
    );
    assert_eq!(
        text.treasury.peer.key_bytes().as_slice(),
        b"0123456789abcdef"
    );
    let short = problems(
        &good(),
        with("SANMIAO_TREASURY__KEY", "base64:MDEyMzQ1Njc4OWFiY2Rl"),
    );
    assert_eq!(
        keys(&short),
        ["treasury.key"],
        "sixteen bytes count, not sixteen characters"
    );
}

#[test]
fn without_its_section_there_is_no_sign_in() {
    let text = good()
        .replace("[sign_in]\n", "")
        .replacen("client_id = \"sanmiao\"\n", "", 1);
    assert!(Config::parse(&text, nothing()).unwrap().sign_in.is_none());
    let with = Config::parse(&text, with("SANMIAO_SIGN_IN__CLIENT_ID", "x")).unwrap();
    assert_eq!(with.sign_in.unwrap().scopes, ["openid", "profile"]);
}

#[test]
fn a_sign_in_that_cannot_work_or_is_not_safe_is_refused() {
    for (variable, value, key) in [
        ("SANMIAO_SIGN_IN__SCOPES", "profile", "sign_in.scopes"),
        (
            "SANMIAO_SIGN_IN__SESSION_S_MAX",
            "60",
            "sign_in.session_idle_s",
        ),
        (
            "SANMIAO_SERVER__PUBLIC_URL",
            "https://a.example/sub",
            "server.public_url",
        ),
        (
            "SANMIAO_SERVER__PUBLIC_URL",
            "http://a.example",
            "server.public_url",
        ),
    ] {
        assert_eq!(
            keys(&problems(&good(), with(variable, value))),
            [key],
            "{variable}"
        );
    }
    let own = with("SANMIAO_SERVER__PUBLIC_URL", "http://127.0.0.1:8787");
    assert_eq!(problems(&good(), own), []);
}
