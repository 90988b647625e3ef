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
use sanmiao::approve::matcher::{Stage, judge};
use sanmiao::domain::facts::Facts;
use sanmiao::domain::judgement::{Cause, Judgement, Outcome, Verdict};
use sanmiao::domain::policy::Policy;
use sanmiao::domain::policy::case::CaseFile;
use sanmiao::domain::source::SourceId;
use serde_json::Value;

#[path = "handwritten.rs"]
#[expect(
    clippy::pedantic,
    reason = "shared with a test; plain code as one would write it for one policy"
)]
mod handwritten;

impl handwritten::Numbered for Facts {
    fn cell(&self, place: usize) -> (u8, i64) {
        self.number_at(place)
    }

    fn paid_until(&self, place: usize, month: i32) -> u8 {
        self.any_month_until(place, month).bits()
    }

    fn missing(&self) -> [bool; 4] {
        SourceId::ALL.map(|source| Facts::missing(self).contains(source))
    }
}

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
    matches!(judgement.outcome(), Outcome::Approve(_))
}

/// What the matcher answers, in the words of the twin.
fn answer(judgement: &Judgement) -> ([u8; handwritten::CRITERIA], handwritten::Outcome) {
    let mut said = judgement.verdicts().map(|(_, verdict)| verdict);
    let verdicts = std::array::from_fn(|_| match said.next() {
        Some(Verdict::Met) => handwritten::TRUE,
        Some(Verdict::NotMet) => handwritten::FALSE,
        Some(Verdict::CannotEstablish(causes)) => causes.iter().map(Cause::bit).sum(),
        None => 0,
    });
    let outcome = match judgement.outcome() {
        Outcome::Approve(grant) => handwritten::Outcome::Approve(grant.total.fen()),
        Outcome::Refer => handwritten::Outcome::Refer,
        Outcome::Park(missing) => {
            handwritten::Outcome::Park(SourceId::ALL.map(|source| missing.contains(source)))
        }
    };
    (verdicts, outcome)
}

/// All three say the same of everybody: every verdict with its causes, the outcome, the amount.
fn assert_same(policy: &Policy, facts: &[Facts], records: &[handwritten::Record]) {
    for (facts, record) in facts.iter().zip(records) {
        let ours = answer(&judge(policy, facts, ON, Stage::First));
        assert_eq!(ours, handwritten::judge_numbered(facts, DAY));
        assert_eq!(ours, handwritten::judge(record, DAY));
    }
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

fn run_numbered(facts: &[Facts]) -> usize {
    facts
        .iter()
        .filter(|facts| {
            matches!(
                black_box(handwritten::judge_numbered(*facts, DAY)).1,
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
fn by_hand_own_struct(bencher: Bencher<'_, '_>) {
    let (_, _, records) = people();
    bencher
        .counter(ItemsCount::new(PEOPLE))
        .bench_local(|| run_handwritten(black_box(&records)));
}

#[divan::bench]
fn by_hand(bencher: Bencher<'_, '_>) {
    let (_, facts, _) = people();
    bencher
        .counter(ItemsCount::new(PEOPLE))
        .bench_local(|| run_numbered(black_box(&facts)));
}

/// The middle of some times.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn timed<T>(times: &mut Vec<Duration>, run: impl FnOnce() -> T) {
    let start = Instant::now();
    black_box(run());
    times.push(start.elapsed());
}

fn main() {
    let (policy, facts, records) = people();
    assert!(
        handwritten::PLACES
            .iter()
            .all(|(place, id)| policy.fact_index(id) == Some(*place))
    );
    assert_same(&policy, &facts, &records);
    let (mut ours, mut same, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..201 {
        timed(&mut same, || run_numbered(black_box(&facts)));
        timed(&mut ours, || {
            run_matcher(black_box(&policy), black_box(&facts))
        });
        timed(&mut own, || run_handwritten(black_box(&records)));
    }
    let (ours, same, own) = (median(ours), median(same), median(own));
    let each = |time: Duration| time.as_nanos() / PEOPLE as u128;
    let ratio = |time: Duration| ours.as_secs_f64() / time.as_secs_f64();
    println!("matcher: {} ns a person", each(ours));
    println!(
        "by hand over the same fact records: {} ns; the matcher takes {:.2} times that",
        each(same),
        ratio(same)
    );
    println!(
        "by hand over a struct of its own: {} ns; the matcher takes {:.2} times that",
        each(own),
        ratio(own)
    );
    divan::main();
}
