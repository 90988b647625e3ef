//! The queue page with a million cases behind it against the same page with ten thousand, in one run, over every combination of filters
//! that the page offers; first pages and later ones.
//!
//! `cargo bench --bench queue` prints a table for SQLite, and under `tests/support/with-postgres.sh` one for PostgreSQL too.
//! `-- --cases N --rounds N` changes how much is run. No figure here is ever an assertion of a test.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench prints and measures, and what it cannot do without it does not outlive"
)]

mod fill;
mod filters;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sanmiao::store::{CaseFilter, Store};

use filters::Combination;

/// What the other side has.
const FEW: usize = 10_000;
/// Combinations that are named.
const NAMED: usize = 12;

fn main() {
    let (many, rounds) = (argument("--cases", 1_000_000), argument("--rounds", 5));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (few, more) = (fill::sqlite(FEW).await, fill::sqlite(many).await);
        print(
            "SQLite",
            many,
            &compare(&few.store, &more.store, rounds).await,
        );
        let Ok(server) = std::env::var("SANMIAO_TEST_POSTGRES") else {
            println!("PostgreSQL is left out: run under tests/support/with-postgres.sh");
            return;
        };
        let few = fill::postgres(&server, "queue_few", FEW).await;
        let more = fill::postgres(&server, "queue_many", many).await;
        print(
            "PostgreSQL",
            many,
            &compare(&few.store, &more.store, rounds).await,
        );
    });
}

/// A number after a flag; what cargo itself adds is passed over.
fn argument(name: &str, otherwise: usize) -> usize {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments
        .nth(1)
        .and_then(|value| value.parse().ok())
        .unwrap_or(otherwise)
}

/// Times of both sides, by combination.
struct Times(BTreeMap<String, [Vec<Duration>; 2]>);

/// Each page of each combination from both, one right after the other, round after round.
async fn compare(few: &Store, many: &Store, rounds: usize) -> Times {
    let combinations = filters::all();
    let mut times = BTreeMap::new();
    for round in 0..=rounds {
        for combination in &combinations {
            let own = times
                .entry(combination.name.clone())
                .or_insert_with(|| [Vec::new(), Vec::new()]);
            for page in 0..2 {
                for (side, store) in [few, many].into_iter().enumerate() {
                    let took = once(store, combination, page == 1).await;
                    // The first round warms both up.
                    if round > 0 {
                        own[side].push(took);
                    }
                }
            }
        }
    }
    Times(times)
}

/// One page, the first or the one after it.
async fn once(store: &Store, combination: &Combination, second: bool) -> Duration {
    let mut filter = combination.filter.clone();
    if second {
        let last = page(store, &filter).await.0;
        filter.after = last;
    }
    page(store, &filter).await.1
}

async fn page(
    store: &Store,
    filter: &CaseFilter,
) -> (
    Option<(
        Option<sanmiao::domain::time::Date>,
        sanmiao::domain::id::CaseId,
    )>,
    Duration,
) {
    let begun = Instant::now();
    let lines = store.read().await.unwrap().queue(filter).await.unwrap();
    let took = begun.elapsed();
    (lines.last().map(sanmiao::store::CaseLine::key), took)
}

fn print(database: &str, many: usize, Times(times): &Times) {
    let side = |at: usize| -> Vec<Duration> {
        times
            .values()
            .flat_map(|own| own[at].iter().copied())
            .collect()
    };
    let sides = [side(0), side(1)];
    println!(
        "{database}: {} combinations, {} pages a side",
        times.len(),
        sides[0].len()
    );
    println!("  {:28} {:>9} {:>9} {:>6}", "", FEW, many, "ratio");
    for (name, per_cent) in [("median", 50), ("p99", 99)] {
        row(
            name,
            sides.each_ref().map(|side| percentile(side, per_cent)),
        );
    }
    // A combination is asked for a few times only: its median tells what is slow, its p99 what else the machine did.
    println!("  the slowest with {many}, by their own median:");
    let mut each: Vec<_> = times
        .iter()
        .map(|(name, own)| (name, own.each_ref().map(|side| percentile(side, 50))))
        .collect();
    each.sort_by_key(|(_, median)| std::cmp::Reverse(median[1]));
    let medians =
        |side: usize| -> Vec<Duration> { each.iter().map(|(_, own)| own[side]).collect() };
    row(
        "p99 of medians",
        [percentile(&medians(0), 99), percentile(&medians(1), 99)],
    );
    for (name, median) in each.iter().take(NAMED) {
        row(name, *median);
    }
}

fn row(name: &str, [few, many]: [Duration; 2]) {
    let ratio = many.as_secs_f64() / few.as_secs_f64();
    println!(
        "  {name:28} {:>9} {:>9} {ratio:>6.2}",
        millis(few),
        millis(many)
    );
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// The time that so many per cent stay below.
fn percentile(times: &[Duration], per_cent: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[(sorted.len() * per_cent).div_ceil(100).max(1) - 1]
}
