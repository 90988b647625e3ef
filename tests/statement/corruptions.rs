//! Seeded corruptions of statements: each is found and named, clean ones raise nothing, and the second reader finds the same.

use std::collections::BTreeSet;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sanmiao::domain::money::Money;
use sanmiao::domain::person::Private;
use sanmiao::domain::statement::{StatementKind, What};
use sanmiao::statement::matching::{Covered, Occurrences, Ours, Standing, Told as Line, merge};
use sanmiao::statement::{Found, Limits, read};
use serde_json::json;

use super::sample::{DAY, Payment, Told, Totals, account, file, id, ledger, lines, totals};
use crate::values::oracle;

/// Corruptions unless `SANMIAO_CORRUPTIONS` says otherwise.
const CORRUPTIONS: usize = 1_500;
/// Statements that one second reader is given.
const BATCH: usize = 2_500;

/// What is found: a name, with a reference or a place.
pub(super) type Names = BTreeSet<(String, String)>;

/// Reads a statement and matches it, as one that knows nothing else.
pub(super) fn names(payments: &[Payment], bytes: &[u8]) -> Names {
    let (mut found, mut occurrences) = (Names::new(), Occurrences::default());
    let mut told = Vec::new();
    let reading = read(
        Cursor::new(bytes),
        Limits::default(),
        &mut |one| match one {
            Found::Line(line) => {
                let occurrence = occurrences.next(&line);
                told.push((line, occurrence));
            }
            Found::Bad(bad) => {
                found.insert(("unreadable".to_owned(), bad.place.to_string()));
            }
        },
    );
    let Ok(reading) = reading else {
        return [("broken".to_owned(), String::new())].into();
    };
    if !reading.wrong_totals.is_empty() {
        found.insert(("totals".to_owned(), String::new()));
    }
    let side = reading.kind.side();
    let complete = reading.days.iter().filter(|_| reading.kind.is_complete());
    let covered: Covered = complete.map(|day| (side, *day)).collect();
    let mut told: Vec<_> = told
        .into_iter()
        .map(|(line, occurrence)| {
            let kept = Line {
                side,
                what: line.what,
                amount: line.amount,
                account: line.account.map(Private::into_inner),
                day: line.day,
                serial: line.serial,
                occurrence,
            };
            (line.reference, kept)
        })
        .collect();
    told.sort_by(|(one, _), (other, _)| one.cmp(other));
    let ours = payments
        .iter()
        .map(|payment| (payment.id.clone(), of(payment)));
    merge(ours, told, &covered, &mut |one| {
        found.insert((one.key.kind.to_string(), one.key.reference));
    });
    found
}

fn of(payment: &Payment) -> Ours<String> {
    let day = DAY.parse().expect("as made up");
    Ours {
        amount: payment.amount,
        account: payment.account.clone(),
        standing: Standing::Booked {
            settled: Some(day),
            returned: payment.returned.then_some(day),
            rejected: false,
        },
    }
}

/// A corrupted statement, and what has to be named among what is found.
struct Corrupted {
    bytes: Vec<u8>,
    what: &'static str,
    named: Vec<(&'static str, String)>,
}

fn other_digit(rng: &mut ChaCha8Rng, amount: &str) -> String {
    let mut bytes = amount.as_bytes().to_vec();
    let places: Vec<usize> = (0..bytes.len())
        .filter(|at| bytes[*at].is_ascii_digit())
        .collect();
    let at = places[rng.random_range(0..places.len())];
    // Neither a zero in front nor an amount of nothing.
    bytes[at] = if bytes[at] == b'9' {
        b'8'
    } else {
        bytes[at] + 1
    };
    String::from_utf8(bytes).expect("as made up")
}

fn corrupt(rng: &mut ChaCha8Rng, kind: StatementKind, clean: &[Told]) -> Corrupted {
    let (mut told, mut declared) = (clean.to_vec(), totals(clean));
    let at = rng.random_range(0..told.len());
    let one = told[at].clone();
    // What a statement leaves out is missing where it tells everything, and shows in its totals in any case.
    let left_out = if kind.is_complete() {
        ("missing", one.id.clone())
    } else {
        ("totals", String::new())
    };
    let spoilt = |kind: StatementKind| match kind {
        StatementKind::Csv | StatementKind::Xlsx => ("unreadable", (at + 2).to_string()),
        _ => ("unreadable", (at + 1).to_string()),
    };
    let (what, named) = match rng.random_range(0..11) {
        0 => {
            told[at].amount = other_digit(rng, &one.amount);
            ("amount", vec![("amount", one.id)])
        }
        1 => {
            let other = (at + 1) % told.len();
            if told[other].account == one.account || told[other].id == one.id {
                told[at].account = account(rng);
                ("account", vec![("account", one.id)])
            } else {
                told[at].account.clone_from(&clean[other].account);
                told[other].account = one.account;
                (
                    "accounts swapped",
                    vec![("account", one.id), ("account", clean[other].id.clone())],
                )
            }
        }
        2 => {
            told.remove(at);
            ("line away", vec![left_out, ("totals", String::new())])
        }
        3 => {
            told.insert(rng.random_range(0..=told.len()), one.clone());
            (
                "line twice",
                vec![("duplicate", one.id), ("totals", String::new())],
            )
        }
        4 => {
            told.push(Told {
                serial: format!("{}X", one.serial),
                ..one.clone()
            });
            ("paid twice", vec![("duplicate", one.id)])
        }
        5 => return cut(rng, kind, &told, &declared),
        6 => {
            declared.settled.1 = declared
                .settled
                .1
                .checked_add(Money::from_fen(1).expect("a fen"))
                .expect("a sum");
            ("total", vec![("totals", String::new())])
        }
        7 if kind != StatementKind::Treasury => {
            "USD".clone_into(&mut told[at].currency);
            ("currency", vec![spoilt(kind)])
        }
        7 | 8 => {
            let wrong = [
                "1.005", "1e3", "-1.00", "+1.00", "1,000.00", ".5", "01.00", "",
            ];
            wrong[rng.random_range(0..wrong.len())].clone_into(&mut told[at].amount);
            ("no amount", vec![spoilt(kind)])
        }
        9 => {
            told[at].id = id(rng);
            let missing = kind.is_complete().then_some(("missing", one.id));
            (
                "id",
                missing
                    .into_iter()
                    .chain([("extra", told[at].id.clone())])
                    .collect(),
            )
        }
        _ => {
            let other = match kind {
                StatementKind::Pain002 | StatementKind::Csv | StatementKind::Xlsx => What::Rejected,
                _ if one.what == What::Settled => What::Returned,
                _ => What::Settled,
            };
            told[at].what = other;
            return Corrupted {
                bytes: file(kind, &told, &declared),
                what: "status",
                // Of what came back everything may be said, but not twice.
                named: vec![if other == What::Rejected {
                    ("status", one.id)
                } else {
                    ("totals", String::new())
                }],
            };
        }
    };
    let bytes = file(kind, &told, &declared);
    Corrupted { bytes, what, named }
}

/// The end cut off: a file that knows its end is broken, a list lacks lines.
fn cut(rng: &mut ChaCha8Rng, kind: StatementKind, told: &[Told], declared: &Totals) -> Corrupted {
    let mut bytes = file(kind, told, declared);
    let at = rng.random_range(bytes.len() / 5..bytes.len() * 4 / 5);
    bytes.truncate(at);
    let named = if kind == StatementKind::Csv {
        let last = told.last().expect("a line");
        vec![("missing", last.id.clone())]
    } else {
        vec![("broken", String::new())]
    };
    Corrupted {
        bytes,
        what: "cut",
        named,
    }
}

fn asked(payments: &[Payment], bytes: &[u8]) -> String {
    let payments: Vec<_> = payments
        .iter()
        .map(|payment| {
            let returned = payment.returned.then_some(DAY);
            json!({"id": payment.id, "amount": payment.amount, "account": payment.account, "settled": DAY, "returned": returned})
        })
        .collect();
    json!({"file": STANDARD.encode(bytes), "payments": payments}).to_string()
}

/// Both readers find the same.
fn agree(batch: &[(String, Names, String)]) {
    for batch in batch.chunks(BATCH) {
        let lines: Vec<String> = batch.iter().map(|(line, ..)| line.clone()).collect();
        let answers = oracle::ask("check_statement.py", &["--stream"], &lines);
        assert_eq!(answers.len(), batch.len());
        for (answer, (_, ours, what)) in answers.iter().zip(batch) {
            let theirs: Names = serde_json::from_str(answer).expect("as made up");
            assert_eq!(&theirs, ours, "{what}");
        }
    }
}

#[test]
fn clean_statements_of_every_kind_raise_nothing() {
    let mut rng = ChaCha8Rng::seed_from_u64(20_261_120);
    let mut batch = Vec::new();
    for kind in StatementKind::ALL {
        for count in [1, 2, 7, 40] {
            let payments = ledger(&mut rng, *kind, count);
            let told = lines(&payments);
            let bytes = file(*kind, &told, &totals(&told));
            let found = names(&payments, &bytes);
            assert_eq!(found, Names::new(), "{kind} of {count}");
            batch.push((
                asked(&payments, &bytes),
                found,
                format!("clean {kind} of {count}"),
            ));
        }
    }
    agree(&batch);
}

/// A bank sends what the standard has; a sample that only our readers take would prove nothing.
#[test]
fn clean_statements_are_valid_by_the_official_schemas() {
    let mut rng = ChaCha8Rng::seed_from_u64(20_261_121);
    let kinds = [StatementKind::Camt053, StatementKind::Camt054];
    let asks: Vec<_> = kinds
        .iter()
        .map(|kind| {
            let payments = ledger(&mut rng, *kind, 7);
            let told = lines(&payments);
            asked(&payments, &file(*kind, &told, &totals(&told)))
        })
        .collect();
    let answers = oracle::ask("check_statement.py", &["--official"], &asks);
    assert_eq!(answers, ["valid", "valid"]);
}

#[test]
fn corruptions_of_statements_are_found_and_named_by_both_readers() {
    let corruptions = std::env::var("SANMIAO_CORRUPTIONS")
        .map_or(CORRUPTIONS, |text| text.parse().expect("a number"));
    let mut rng = ChaCha8Rng::seed_from_u64(20_261_124);
    let mut batch = Vec::new();
    for number in 0..corruptions {
        let kind = StatementKind::ALL[number % StatementKind::ALL.len()];
        let count = rng.random_range(6..12);
        let payments = ledger(&mut rng, kind, count);
        let Corrupted { bytes, what, named } = corrupt(&mut rng, kind, &lines(&payments));
        let found = names(&payments, &bytes);
        for (name, reference) in named {
            let wanted = (name.to_owned(), reference);
            assert!(
                found.contains(&wanted),
                "{number}: {what} of {kind}: {wanted:?} is not in {found:?}"
            );
        }
        batch.push((
            asked(&payments, &bytes),
            found,
            format!("{number}: {what} of {kind}"),
        ));
    }
    agree(&batch);
}
