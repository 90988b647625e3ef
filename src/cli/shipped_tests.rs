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

/// Every place in a document where a test stands, as JSON pointers.
fn tests_in(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(document, "", &mut found);
    found
}

fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if members.contains_key("op") {
                found.push(at.to_owned());
            }
            for (name, value) in members {
                walk(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (n, value) in items.iter().enumerate() {
                walk(value, &format!("{at}/{n}"), found);
            }
        }
        _ => {}
    }
}

/// Cases that fail when the document is changed; a document that no longer loads counts as noticed.
fn noticed(document: &Value, file: &CaseFile) -> Vec<String> {
    Policy::load(&serde_json::to_vec(document).unwrap()).map_or_else(
        |problems| vec![lines(&problems)],
        |policy| failures(&policy, file),
    )
}

fn document(shipped: &Shipped) -> Value {
    serde_json::from_slice(shipped.bytes).unwrap()
}

#[test]
fn every_operator_stands_in_a_shipped_document() {
    let used: BTreeSet<String> = DOCUMENTS
        .iter()
        .flat_map(|shipped| {
            let document = document(shipped);
            let tests = tests_in(&document);
            tests
                .into_iter()
                .map(move |at| {
                    document.pointer(&at).unwrap()["op"]
                        .as_str()
                        .unwrap()
                        .to_owned()
                })
                .collect::<Vec<_>>()
        })
        .collect();
    let known: BTreeSet<String> = OPERATORS.iter().map(|op| (*op).to_owned()).collect();
    assert_eq!(used, known);
}

#[test]
fn a_dropped_criterion_changes_an_outcome() {
    for shipped in DOCUMENTS {
        let (_, file) = both(shipped);
        let whole = document(shipped);
        for n in 0..whole["criteria"].as_array().unwrap().len() {
            let mut document = whole.clone();
            let gone = document["criteria"].as_array_mut().unwrap().remove(n)["id"].clone();
            let instalments = &mut document["instalments"];
            let lists = match instalments["kind"].as_str() {
                Some("monthly") => vec![&mut instalments["check"]],
                _ => instalments["items"]
                    .as_array_mut()
                    .unwrap()
                    .iter_mut()
                    .filter_map(|item| item.get_mut("check"))
                    .collect(),
            };
            for list in lists {
                list.as_array_mut().unwrap().retain(|id| *id != gone);
            }
            let failures = noticed(&document, &file);
            assert!(
                failures
                    .iter()
                    .any(|failure| failure.contains("outcome: expected refer, got approve")),
                "{}: {gone}",
                shipped.name
            );
        }
    }
}

#[test]
fn a_renewal_that_no_longer_checks_a_criterion_changes_an_outcome() {
    for shipped in DOCUMENTS {
        let (_, file) = both(shipped);
        let whole = document(shipped);
        let lists: Vec<String> = match whole["instalments"]["kind"].as_str() {
            Some("monthly") => vec!["/instalments/check".to_owned()],
            _ => (0..3)
                .map(|n| format!("/instalments/items/{n}/check"))
                .collect(),
        };
        for list in lists
            .into_iter()
            .filter(|list| whole.pointer(list).is_some())
        {
            for n in 0..whole.pointer(&list).unwrap().as_array().unwrap().len() {
                let mut document = whole.clone();
                let gone = document
                    .pointer_mut(&list)
                    .unwrap()
                    .as_array_mut()
                    .unwrap()
                    .remove(n);
                assert!(
                    !noticed(&document, &file).is_empty(),
                    "{}: {gone}",
                    shipped.name
                );
            }
        }
    }
}

/// Puts a changed test in the place of each test for which a change is named, one at a time.
fn mutate(change: impl Fn(&Value) -> Vec<Value>) -> Vec<String> {
    let mut survivors = Vec::new();
    for shipped in DOCUMENTS {
        let (_, file) = both(shipped);
        let whole = document(shipped);
        for at in tests_in(&whole) {
            for changed in change(whole.pointer(&at).unwrap()) {
                let mut document = whole.clone();
                let shown = changed.to_string();
                *document.pointer_mut(&at).unwrap() = changed;
                if noticed(&document, &file).is_empty() {
                    survivors.push(format!("{}{at}: {shown}", shipped.name));
                }
            }
        }
    }
    survivors
}

fn with(test: &Value, member: &str, value: Value) -> Value {
    let mut changed = test.clone();
    changed[member] = value;
    changed
}

#[test]
fn a_test_turned_round_fails_a_case() {
    let survivors = mutate(|test| vec![json!({"op": "not", "of": test})]);
    assert_eq!(survivors, Vec::<String>::new());
}

#[test]
fn a_conjunction_taken_for_a_disjunction_fails_a_case() {
    let survivors = mutate(|test| match test["op"].as_str() {
        Some("all") => vec![with(test, "op", json!("any"))],
        Some("any") => vec![with(test, "op", json!("all"))],
        _ => Vec::new(),
    });
    assert_eq!(survivors, Vec::<String>::new());
}

#[test]
fn a_border_moved_by_one_fails_a_case() {
    let survivors = mutate(|test| {
        let swapped = match test["op"].as_str().unwrap() {
            "lt" => Some("lte"),
            "lte" => Some("lt"),
            "gt" => Some("gte"),
            "gte" => Some("gt"),
            "before" => Some("on_or_before"),
            "on_or_before" => Some("before"),
            "after" => Some("on_or_after"),
            "on_or_after" => Some("after"),
            _ => None,
        };
        let mut changes: Vec<Value> = swapped
            .map(|op| with(test, "op", json!(op)))
            .into_iter()
            .collect();
        for limit in ["at_least", "at_most", "within"] {
            if let Some(count) = test[limit].as_u64() {
                changes.extend(
                    [count.checked_sub(1), Some(count + 1)]
                        .into_iter()
                        .flatten()
                        .map(|count| with(test, limit, json!(count))),
                );
            }
        }
        changes
    });
    assert_eq!(survivors, Vec::<String>::new());
}

#[test]
fn a_changed_figure_fails_a_case() {
    let mut survivors = Vec::new();
    for shipped in DOCUMENTS {
        let (_, file) = both(shipped);
        let whole = document(shipped);
        let mut places: Vec<String> = Vec::new();
        for list in ["/amount/rows", "/amount/extra"] {
            let rows = whole
                .pointer(list)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            places.extend((0..rows).map(|n| format!("{list}/{n}/amount")));
        }
        for (n, param) in whole["params"].as_array().into_iter().flatten().enumerate() {
            places.extend(
                (0..param["values"].as_array().unwrap().len())
                    .map(|m| format!("/params/{n}/values/{m}/value")),
            );
        }
        places.extend(
            ["months_max", "pay_month", "gap_months_max"]
                .map(|member| format!("/instalments/{member}")),
        );
        for at in places {
            let Some(old) = whole.pointer(&at) else {
                continue;
            };
            let changed = match old {
                Value::Number(number) => vec![
                    json!(number.as_i64().unwrap() - 1),
                    json!(number.as_i64().unwrap() + 1),
                ],
                Value::String(text) => {
                    vec![text.parse::<crate::domain::money::Money>().map_or_else(
                        |_| json!("2021-01-02"),
                        |amount| {
                            json!(
                                crate::domain::money::Money::from_fen(amount.fen() + 1)
                                    .unwrap()
                                    .to_string()
                            )
                        },
                    )]
                }
                other => panic!("{other}"),
            };
            for value in changed {
                let mut document = whole.clone();
                *document.pointer_mut(&at).unwrap() = value.clone();
                if noticed(&document, &file).is_empty() {
                    survivors.push(format!("{}{at}: {value}", shipped.name));
                }
            }
        }
    }
    assert_eq!(survivors, Vec::<String>::new());
}

#[path = "../../benches/handwritten.rs"]
#[expect(
    clippy::pedantic,
    reason = "the yardstick of the bench, written as one would for one policy"
)]
mod handwritten;

impl handwritten::Numbered for crate::domain::facts::Facts {
    fn cell(&self, place: usize) -> (u8, i64) {
        self.number_at(place)
    }

    fn paid_until(&self, place: usize, month: i32) -> u8 {
        self.any_month_until(place, month).bits()
    }

    fn missing(&self) -> [bool; 4] {
        crate::domain::source::SourceId::ALL.map(|source| Self::missing(self).contains(source))
    }
}

/// The bench compares like with like only if both say the same of everybody.
#[test]
fn the_policy_written_by_hand_says_the_same_of_every_case() {
    use crate::approve::matcher::{Stage, judge};
    use crate::domain::judgement::{Outcome, Verdict};
    use crate::domain::source::SourceId;
    let (policy, file) = both(
        DOCUMENTS
            .iter()
            .find(|shipped| shipped.name.starts_with("foshan-phd"))
            .unwrap(),
    );
    for (place, id) in handwritten::PLACES {
        assert_eq!(policy.fact_index(id), Some(place));
    }
    for case in file.cases.iter().filter(|case| case.renewal.is_none()) {
        let evidence = cases::evidence(&file, case).unwrap();
        let facts = cases::facts_of(&policy, &evidence).unwrap();
        let judgement = judge(&policy, &facts, case.on, Stage::First);
        let day = handwritten::Day {
            year: case.on.year(),
            month: case.on.month(),
            day: case.on.day(),
        };
        let (verdicts, outcome) = handwritten::judge(&handwritten::record(&evidence), day);
        assert_eq!(
            (verdicts, outcome),
            handwritten::judge_numbered(&facts, day),
            "{}",
            case.title
        );
        let ours: Vec<String> = judgement
            .verdicts()
            .map(|(_, verdict)| cases::verdict_name(verdict))
            .collect();
        let theirs: Vec<String> = verdicts
            .iter()
            .map(|bits| {
                let verdict = crate::domain::judgement::Ternary::from_cause_bits(*bits).verdict();
                cases::verdict_name(verdict.unwrap_or(if *bits == handwritten::TRUE {
                    Verdict::Met
                } else {
                    Verdict::NotMet
                }))
            })
            .collect();
        assert_eq!(ours, theirs, "{}", case.title);
        let ours = match judgement.outcome() {
            Outcome::Approve(grant) => handwritten::Outcome::Approve(grant.total.fen()),
            Outcome::Refer => handwritten::Outcome::Refer,
            Outcome::Park(sources) => {
                handwritten::Outcome::Park(SourceId::ALL.map(|source| sources.contains(source)))
            }
        };
        assert_eq!(ours, outcome, "{}", case.title);
    }
}
