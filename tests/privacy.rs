//! No personal data in anything the program says or leaves behind unencrypted: a whole demonstration, and then a search for every
//! made-up name, document number, account and telephone in all of its output and in every file of its data folder.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use sanmiao_mocks::Person;
use sanmiao_mocks::people::{generate, write_people};

use crate::support::program::PROGRAM;

/// People of the demonstration: every tenth trait or so, and some of each kind of document.
const PEOPLE: usize = 60;

/// What nobody may find, with what it is.
fn secrets(people: &[Person], public: &str) -> Vec<(&'static str, String)> {
    let mut secrets = Vec::new();
    for person in people {
        secrets.push(("document number", person.document_number.clone()));
        secrets.push(("telephone", person.phone.clone()));
        secrets.push(("account", person.account.number.clone()));
        secrets.extend(
            person
                .spare_account
                .as_ref()
                .map(|account| ("account", account.number.clone())),
        );
        let mut names = BTreeSet::from([person.name.clone(), person.account.holder.clone()]);
        names.extend(
            person
                .registers
                .social_security
                .records
                .iter()
                .map(|row| row.name.clone()),
        );
        names.extend(
            person
                .registers
                .degree
                .records
                .iter()
                .map(|row| row.name.clone()),
        );
        // A name that is also a word the program says (a place, say) proves nothing when it is found.
        secrets.extend(
            names
                .into_iter()
                .filter(|name| name.chars().count() >= 2 && !public.contains(name.as_str()))
                .map(|name| ("name", name)),
        );
    }
    secrets
}

/// Everything the program may say by itself: its own texts.
fn public_texts() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    for folder in ["src", "policies", "schemas", "mocks/src"] {
        gather(&root.join(folder), &mut text);
    }
    text
}

fn gather(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(&path, text);
        } else if let Ok(more) = std::fs::read_to_string(&path) {
            text.push_str(&more);
        }
    }
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle.as_bytes())
}

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((
                path.display().to_string(),
                std::fs::read(&path).expect("a file"),
            ));
        }
    }
}

#[test]
fn a_whole_demonstration_leaves_no_personal_data_in_output_logs_or_files() {
    let people = generate(7, PEOPLE, crate::support::people::AS_OF);
    let folder = tempfile::TempDir::new().unwrap();
    let list = folder.path().join("people.jsonl");
    std::fs::write(&list, write_people(&people).unwrap()).unwrap();
    let data = folder.path().join("data");
    let output = Command::new(PROGRAM)
        .args(["demo", "--once", "--json", "--seed", "7", "--people-file"])
        .arg(&list)
        .arg("--data")
        .arg(&data)
        .env("SANMIAO_LOG__FILTER", "trace")
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "1")
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("\"filed\""),
        "the demonstration ran: {said} {}",
        String::from_utf8_lossy(&output.stderr)
    );

    let figures: serde_json::Value = serde_json::from_str(&said).unwrap();
    worked_cases_are_part_of_the_figures(&figures);

    let mut places = vec![
        ("standard output".to_owned(), output.stdout),
        ("standard error".to_owned(), output.stderr),
    ];
    files(&data, &mut places);
    assert!(
        places
            .iter()
            .any(|(name, bytes)| name.ends_with("sanmiao.db") && bytes.len() > 100_000),
        "the database is there"
    );
    let secrets = secrets(&people, &public_texts());
    assert!(
        secrets.iter().filter(|(what, _)| *what == "name").count() > PEOPLE / 2,
        "most names are looked for"
    );
    let mut found = BTreeSet::new();
    for (place, bytes) in &places {
        for (what, secret) in &secrets {
            if contains(bytes, secret) {
                found.insert(format!("a {what} in {place}"));
            }
        }
    }
    assert_eq!(found, BTreeSet::new());
}

/// People have worked some of what the machine referred to its end, and every fen of it is among what was approved.
fn worked_cases_are_part_of_the_figures(figures: &serde_json::Value) {
    assert_eq!(figures["promises_broken"], serde_json::json!([]));
    let worked = &figures["cases_worked"];
    let cases = worked["cases"].as_array().expect("cases");
    assert!(cases.len() >= 3, "{worked}");
    for case in cases {
        let ending = case["ending"].as_str().expect("an ending");
        let paid = case["amount"] != "0.00";
        assert_eq!(paid, ending == "approved", "{case}");
    }
    let count = |name: &str| worked[name].as_u64().expect("a count");
    assert!(count("approved") > 0 && count("refused") > 0, "{worked}");
    let people = figures["people"].as_u64().expect("a count");
    let by = |name: &str| figures[name].as_u64().expect("a count");
    assert_eq!(
        by("approved_by_machine") + by("referred"),
        people,
        "whoever a person decided about counts as referred"
    );
}

#[test]
fn the_search_finds_what_is_there() {
    let people = generate(7, 5, crate::support::people::AS_OF);
    let log = format!("WARN account={}", people[0].account.number);
    let secrets = secrets(&people, "");
    assert!(
        secrets
            .iter()
            .any(|(_, secret)| contains(log.as_bytes(), secret))
    );
}
