//! Promises about the shipped documents: they load without a warning, their cases pass, and the cases would notice if a
//! criterion were dropped, a test turned round, or an amount changed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::approve::cases;
use crate::domain::policy::case::CaseFile;
use crate::domain::policy::document::OPERATORS;
use crate::domain::policy::{Policy, PolicyProblem};
use crate::policy::shipped::{self, DOCUMENTS, Shipped};

fn lines(problems: &[PolicyProblem]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

fn load(bytes: &[u8]) -> Policy {
    Policy::load(bytes).unwrap_or_else(|problems| panic!("{}", lines(&problems)))
}

fn both(shipped: &Shipped) -> (Policy, CaseFile) {
    let file = CaseFile::load(shipped.cases)
        .unwrap_or_else(|problems| panic!("{}: {}", shipped.name, lines(&problems)));
    (load(shipped.bytes), file)
}

fn failures(policy: &Policy, file: &CaseFile) -> Vec<String> {
    cases::run(policy, file)
        .into_iter()
        .filter(|result| !result.passed())
        .map(|result| format!("{}: {}", result.title, result.differences.join("; ")))
        .collect()
}

#[test]
fn every_document_loads_without_a_warning_under_its_own_name() {
    for shipped in DOCUMENTS {
        let policy = load(shipped.bytes);
        assert_eq!(policy.warnings(), [], "{}", shipped.name);
        assert_eq!(
            shipped.name,
            format!("{}/{}", policy.id(), policy.effective())
        );
        assert_eq!(
            shipped::book()
                .in_force(policy.id(), policy.effective())
                .map(|found| found.hash()),
            Some(policy.hash())
        );
        assert!(shipped::book().by_hash(policy.hash()).is_some());
        assert!(
            shipped::book()
                .in_force(policy.id(), policy.effective().yesterday().unwrap())
                .is_none()
        );
    }
}

#[test]
fn the_program_carries_every_document_of_the_folder() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let on_disk = crate::policy::folder::book(&folder).unwrap();
    let hashes = |book: &crate::domain::policy::PolicyBook| {
        book.iter().map(|policy| policy.hash()).collect::<Vec<_>>()
    };
    assert_eq!(hashes(&on_disk), hashes(shipped::book()));
}

#[test]
fn all_cases_pass() {
    for shipped in DOCUMENTS {
        let (policy, file) = both(shipped);
        assert_eq!(
            (file.policy.as_str(), file.effective),
            (policy.id(), policy.effective())
        );
        assert_eq!(
            failures(&policy, &file),
            Vec::<String>::new(),
            "{}",
            shipped.name
        );
    }
}
