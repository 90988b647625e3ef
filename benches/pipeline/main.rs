//! The product against the least that could do the same: ratios from one run, both sides in turn on one machine.
//!
//! `cargo bench --bench pipeline` prints two tables; docs/BENCH.md says how to read them. `-- --people N --rounds N` changes
//! how much is run. No figure here is ever an assertion of a test.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a bench prints and measures, and what it cannot do without it does not outlive"
)]

mod bare;
mod filing;
mod floor;
mod rows;
mod stand;
mod whole;

use std::time::Duration;

use filing::Times;
use whole::Side;

/// Seed of the people; round after round takes the next.
const SEED: u64 = 1;

fn main() {
    let (people, rounds) = (argument("--people", 300), argument("--rounds", 3));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if argument("--filing", 1) == 1 {
        print_filing(&runtime.block_on(filing::run(people, SEED)));
    }
    let mut pairs = Vec::new();
    for round in 0..rounds {
        let pair = runtime.block_on(whole::round(people, SEED + round as u64));
        println!(
            "round {}: pipeline {:.1}, floor {:.1} people a second",
            round + 1,
            rate(&pair.0),
            rate(&pair.1)
        );
        pairs.push(pair);
    }
    print_whole(&pairs);
}

/// A number after a flag; what cargo itself adds is passed over.
fn argument(name: &str, otherwise: usize) -> usize {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments
        .nth(1)
        .and_then(|value| value.parse().ok())
        .unwrap_or(otherwise)
}

fn rate(side: &Side) -> f64 {
    side.filing.len() as f64 / side.took.as_secs_f64()
}

/// The time that so many per cent stay below.
fn percentile(times: &[Duration], per_cent: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[(sorted.len() * per_cent).div_ceil(100).max(1) - 1]
}

fn compare(what: &str, ours: &[Duration], theirs: &[Duration]) {
    let row = |name: &str, per_cent: usize| {
        let (ours, theirs) = (percentile(ours, per_cent), percentile(theirs, per_cent));
        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
        println!(
            "  {what:28} {name:6} {:>9} {:>9} {ratio:>6.2}",
            millis(ours),
            millis(theirs)
        );
    };
    row("median", 50);
    row("p99", 99);
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

fn print_filing(times: &Times) {
    println!(
        "\none filing, {} people one after the other ({} approved), pipeline and bare in turn",
        times.ours.len(),
        times.approved
    );
    println!(
        "  {:28} {:6} {:>9} {:>9} {:>6}",
        "", "", "pipeline", "bare", "ratio"
    );
    compare("file", &times.file, &times.bare_file);
    compare("decide", &times.decide, &times.bare_decide);
    compare("file and decide", &times.ours, &times.bare);
    println!();
}

fn print_whole(pairs: &[(Side, Side)]) {
    let Some((ours, floor)) = pairs.first() else {
        return;
    };
    println!("\nthe whole pipeline over HTTP: what both sides did in round 1");
    println!("  {:28} {:>9} {:>9}", "", "pipeline", "floor");
    let line = |what: &str, ours: &dyn std::fmt::Display, floor: &dyn std::fmt::Display| {
        println!("  {what:28} {ours:>9} {floor:>9}");
    };
    line("requests of people", &ours.api, &floor.api);
    line("queries to registers", &ours.sources, &floor.sources);
    line(
        "instructions to the treasury",
        &ours.treasury,
        &floor.treasury,
    );
    line(
        "call-backs of the treasury",
        &ours.callbacks,
        &floor.callbacks,
    );
    line("transactions that wrote", &ours.commits, &floor.commits);
    for table in rows::TABLES {
        line(
            &format!("rows in {table}"),
            &ours.rows[table],
            &floor.rows[table],
        );
    }
    line(
        "paid, by the treasury's ledger",
        &ours.ledger.paid_count,
        &floor.ledger.paid_count,
    );
    println!(
        "\n  {:28} {:>9} {:>9} {:>6}",
        "people a second", "pipeline", "floor", "ratio"
    );
    let mut ratios = Vec::new();
    for (number, (ours, floor)) in pairs.iter().enumerate() {
        let ratio = rate(ours) / rate(floor);
        ratios.push(ratio);
        println!(
            "  {:28} {:>9.1} {:>9.1} {ratio:>6.2}",
            format!("round {}", number + 1),
            rate(ours),
            rate(floor)
        );
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "  {:28} {:>9} {:>9} {:>6.2}",
        "median ratio",
        "",
        "",
        ratios[ratios.len() / 2]
    );
    let all = |side: fn(&(Side, Side)) -> &Side| {
        pairs
            .iter()
            .flat_map(|pair| side(pair).filing.clone())
            .collect::<Vec<_>>()
    };
    compare(
        "filing under load",
        &all(|pair| &pair.0),
        &all(|pair| &pair.1),
    );
}
