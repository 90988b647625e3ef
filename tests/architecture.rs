//! The import rule of docs/ARCHITECTURE.md, read from the `use` lines: left uses right, never back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What stages and everything below them stand on.
const GROUND: [&str; 9] = [
    "bell", "context", "docket", "domain", "error", "instruct", "ports", "store", "policy",
];
const STAGES: [&str; 5] = ["prefill", "approve", "payout", "review", "finance"];

/// Whom a module may use.
fn allowed(module: &str) -> BTreeSet<&'static str> {
    let below = |names: &[&'static str]| names.iter().copied().collect::<BTreeSet<_>>();
    let with = |mut set: BTreeSet<&'static str>, more: &[&'static str]| {
        set.extend(more);
        set
    };
    match module {
        "domain" => below(&[]),
        "ports" | "config" | "bell" | "policy" | "payfile" | "statement" => below(&["domain"]),
        "gateways" => below(&["config", "domain", "ports"]),
        // A request id is a token of the wire.
        "telemetry" => below(&["config", "domain", "gateways", "ports"]),
        "store" => below(&["domain", "ports"]),
        "error" => below(&["domain", "store"]),
        "context" => below(&["bell", "domain", "ports", "store", "telemetry"]),
        "docket" | "instruct" => below(&["context", "domain", "error", "ports", "store"]),
        "prefill" | "approve" | "payout" => below(&GROUND),
        // What finance prepares and releases are payout files, and what it is told are statements.
        "finance" => with(below(&GROUND), &["payfile", "statement"]),
        // A person's approval commits what the machine's does, and in the same way.
        "review" => with(below(&GROUND), &["approve"]),
        "jobs" | "web" => with(with(below(&GROUND), &STAGES), &["telemetry"]),
        "app" => with(
            with(below(&GROUND), &STAGES),
            &["config", "gateways", "jobs", "telemetry", "web"],
        ),
        "cli" => with(
            with(below(&GROUND), &STAGES),
            &[
                "app",
                "config",
                "gateways",
                "jobs",
                "payfile",
                "statement",
                "telemetry",
                "web",
            ],
        ),
        other => panic!("src/{other} stands in no rule: add it here and to docs/ARCHITECTURE.md"),
    }
}

/// Crates that one room alone may name.
const ROOMS: [(&str, &[&str]); 14] = [
    ("sqlx", &["store"]),
    ("axum", &["web", "app"]),
    ("utoipa", &["web"]),
    ("reqwest", &["gateways"]),
    ("rust_xlsxwriter", &["payfile", "web"]),
    ("openidconnect", &["gateways"]),
    // Time is jiff; this is only the type in which openidconnect asks for it.
    ("chrono", &["gateways"]),
    ("sanmiao_mocks", &["cli"]),
    ("quick_xml", &["payfile", "statement"]),
    ("calamine", &["payfile", "statement"]),
    ("encoding_rs", &["payfile", "statement"]),
    ("zip", &["statement"]),
    ("ed25519_dalek", &["payfile"]),
    ("sm2", &["payfile"]),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code of every top-level module: without comments, and without tests, which may use what they test.
fn modules() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let (root, mut found) = (source(), Vec::new());
    files(&root, &mut found);
    let mut modules: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    for path in found {
        let inside = path.strip_prefix(&root).expect("below src").to_owned();
        let stem = inside
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name")
            .to_owned();
        if stem == "tests" || stem.ends_with("_tests") {
            continue;
        }
        let first = inside
            .components()
            .next()
            .expect("a name")
            .as_os_str()
            .to_str()
            .expect("UTF-8");
        let module = first.strip_suffix(".rs").unwrap_or(first).to_owned();
        if module == "lib" || module == "main" {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source file");
        modules
            .entry(module)
            .or_default()
            .push((inside, code(&text)));
    }
    modules
}

/// Without comments, and without what follows `#[cfg(test)]`, which stands at the end of a file.
fn code(text: &str) -> String {
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The words that follow `prefix` in the code.
fn words_after<'t>(text: &'t str, prefix: &'t str) -> impl Iterator<Item = &'t str> {
    text.match_indices(prefix).filter_map(move |(at, _)| {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            return None;
        }
        let rest = &text[at + prefix.len()..];
        let end = rest
            .find(|c: char| !(c.is_ascii_lowercase() || c == '_'))
            .unwrap_or(rest.len());
        Some(&rest[..end])
    })
}

/// Top-level modules that a module's code names.
fn uses(files: &[(PathBuf, String)], all: &BTreeSet<String>) -> BTreeMap<String, PathBuf> {
    let mut used = BTreeMap::new();
    for (path, text) in files {
        for word in words_after(text, "crate::") {
            assert!(
                all.contains(word) || word.is_empty(),
                "{}: crate::{word} is no module",
                path.display()
            );
            used.insert(word.to_owned(), path.clone());
        }
        assert!(
            !text.contains("use crate::{"),
            "{}: one `use` a module, so that it can be read",
            path.display()
        );
    }
    used
}

#[test]
fn every_module_uses_only_whom_it_may() {
    let modules = modules();
    let all: BTreeSet<String> = modules.keys().cloned().collect();
    let mut wrong = Vec::new();
    for (module, files) in &modules {
        let allowed = allowed(module);
        for (used, path) in uses(files, &all) {
            if used != *module && !allowed.contains(used.as_str()) {
                wrong.push(format!(
                    "src/{}: {module} may not use {used}",
                    path.display()
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_rule_itself_has_no_circle() {
    let mut left: BTreeSet<String> = modules().into_keys().collect();
    while !left.is_empty() {
        let free: Vec<String> = left
            .iter()
            .filter(|module| allowed(module).iter().all(|used| !left.contains(*used)))
            .cloned()
            .collect();
        assert!(
            !free.is_empty(),
            "these use each other in a circle: {left:?}"
        );
        for module in free {
            left.remove(&module);
        }
    }
}

#[test]
fn what_belongs_to_one_room_is_named_in_no_other() {
    let mut wrong = Vec::new();
    for (module, files) in modules() {
        for (path, text) in files {
            for (name, rooms) in ROOMS {
                let named =
                    text.contains(&format!("{name}::")) || text.contains(&format!("use {name};"));
                if named && !rooms.contains(&module.as_str()) {
                    wrong.push(format!(
                        "src/{}: only {rooms:?} may name {name}",
                        path.display()
                    ));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// What people see knows nothing of what programs see, and programs keep no cookies.
#[test]
fn pages_and_api_do_not_lean_on_each_other() {
    let mut wrong = Vec::new();
    for (path, text) in &modules()["web"] {
        let of_api = path.starts_with("web/api");
        for name in ["web::pages", "web::session"] {
            if of_api && text.contains(name) {
                wrong.push(format!(
                    "src/{}: the API may not use {name}",
                    path.display()
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_real_clock_and_real_randomness_live_in_one_room_each() {
    let mut wrong = Vec::new();
    for (module, files) in modules() {
        for (path, text) in files {
            for word in [
                "SystemTime::now",
                "Instant::now",
                "getrandom::",
                "rand::rng",
            ] {
                if text.contains(word) && module != "gateways" {
                    wrong.push(format!("src/{}: {word}", path.display()));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The names in the first column of the table of the house.
fn documented() -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md");
    let text = std::fs::read_to_string(path).expect("docs/ARCHITECTURE.md");
    let house = text
        .split("## The house")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next())
        .expect("the house");
    let cells = house
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    cells.map(str::to_owned).collect()
}

#[test]
fn the_architecture_page_names_every_module_and_none_that_is_not_there() {
    let mut there: BTreeSet<String> = modules().into_keys().collect();
    there.insert("main".to_owned());
    assert_eq!(documented(), there);
}

#[test]
fn the_architecture_page_points_at_nothing_that_is_not_there() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md");
    let text = std::fs::read_to_string(path).expect("docs/ARCHITECTURE.md");
    let modules = modules();
    let mut wrong = Vec::new();
    for quoted in text.split('`').skip(1).step_by(2) {
        let Some((module, rest)) = quoted.split_once("::") else {
            continue;
        };
        let Some(files) = modules.get(module) else {
            wrong.push(quoted.to_owned());
            continue;
        };
        // The last name of the path must occur in the module, as a file or in its code.
        let last = rest.rsplit("::").next().unwrap_or(rest);
        let last: String = last
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let as_file = files
            .iter()
            .any(|(path, _)| path.to_string_lossy().contains(&last));
        if !as_file && !files.iter().any(|(_, text)| text.contains(&last)) {
            wrong.push(quoted.to_owned());
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
