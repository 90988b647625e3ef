//! The matcher against the same policy written by hand in Rust, on the same 10,000 people in one run.
//!
//! `cargo bench --bench matcher` prints what divan measures, and before it the ratio of the two, taken from runs that
//! alternate, so that both see the same machine.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench prints and measures"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::civil::{Date, date};
use sanmiao::approve::cases;
use sanmiao::domain::facts::Facts;
use sanmiao::approve::matcher::{Stage, judge};
use sanmiao::domain::judgement::{Judgement, Outcome};
use sanmiao::domain::policy::Policy;
use sanmiao::domain::policy::case::CaseFile;
use serde_json::Value;

#[path = "handwritten.rs"]
#[expect(
    clippy::pedantic,
    reason = "shared with a test; plain code as one would write it for one policy"
)]
mod handwritten;

const PEOPLE: usize = 10_000;
const ON: Date = date(2026, 11, 23);
const DAY: handwritten::Day = handwritten::Day {
    year: 2026,
    month: 11,
    day: 23,
};

/// The people: every case of the first judgement in turn, and the plain approval in seven of ten, as in the field.
fn people() -> (Policy, Vec<Facts>, Vec<handwritten::Record>) {
    let policy = Policy::load(include_bytes!(
        "../policies/foshan-phd-settling-in/2021-09-10.json"
    ))
    .unwrap();
    let file = CaseFile::load(include_bytes!(
        "../policies/foshan-phd-settling-in/2021-09-10.cases.json"
    ))
    .unwrap();
    let odd: Vec<Value> = file
        .cases
        .iter()
        .filter(|case| case.renewal.is_none())
        .map(|case| cases::evidence(&file, case).unwrap())
        .collect();
    let mut seed = 1_u64;
    let evidence: Vec<&Value> = (0..PEOPLE)
        .map(|_| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let draw = usize::try_from(seed >> 40).unwrap();
            if draw % 10 < 7 {
                &odd[draw / 10 % 3]
            } else {
                &odd[draw / 10 % odd.len()]
            }
        })
        .collect();
    let facts = evidence
        .iter()
        .map(|evidence| cases::facts_of(&policy, evidence).unwrap())
        .collect();
    let records = evidence
        .iter()
        .map(|evidence| handwritten::record(evidence))
        .collect();
    (policy, facts, records)
}

fn approved(judgement: &Judgement) -> bool {
    matches!(judgement.outcome, Outcome::Approve(_))
}

fn run_matcher(policy: &Policy, facts: &[Facts]) -> usize {
    facts
        .iter()
        .filter(|facts| approved(&black_box(judge(policy, facts, ON, Stage::First))))
        .count()
}

fn run_handwritten(records: &[handwritten::Record]) -> usize {
    records
        .iter()
        .filter(|record| {
            matches!(
                black_box(handwritten::judge(record, DAY)).1,
                handwritten::Outcome::Approve(_)
            )
        })
        .count()
}

#[divan::bench]
fn matcher(bencher: Bencher<'_, '_>) {
    let (policy, facts, _) = people();
    bencher
        .counter(ItemsCount::new(PEOPLE))
        .bench_local(|| run_matcher(black_box(&policy), black_box(&facts)));
}

#[divan::bench]
fn by_hand(bencher: Bencher<'_, '_>) {
    let (_, _, records) = people();
    bencher
        .counter(ItemsCount::new(PEOPLE))
        .bench_local(|| run_handwritten(black_box(&records)));
}

/// The middle of some times.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn main() {
    let (policy, facts, records) = people();
    assert_eq!(run_matcher(&policy, &facts), run_handwritten(&records));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..201 {
        let start = Instant::now();
        black_box(run_handwritten(black_box(&records)));
        theirs.push(start.elapsed());
        let start = Instant::now();
        black_box(run_matcher(black_box(&policy), black_box(&facts)));
        ours.push(start.elapsed());
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let each = |time: Duration| time.as_nanos() / PEOPLE as u128;
    println!(
        "matcher {} ns, by hand {} ns a person: {:.2} times the hand-written policy",
        each(ours),
        each(theirs),
        ours.as_secs_f64() / theirs.as_secs_f64()
    );
    divan::main();
}
