//! Reconciling in numbers, in one run: a bank's list read line by line, then matched with as many payments of ours. Ten times as many lines must
//! take about ten times as long.
//!
//! `cargo bench --bench reconcile -- --lines N` goes from a tenth of N lines to N, a million by itself.
#![expect(clippy::print_stdout, reason = "a bench")]
#![expect(clippy::disallowed_methods, reason = "a bench asks what time it is")]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::time::Instant;

use sanmiao::domain::id::{AwardId, InstructionId};
use sanmiao::domain::money::Money;
use sanmiao::domain::person::Private;
use sanmiao::domain::statement::Side;
use sanmiao::domain::time::{Date, Timestamp};
use sanmiao::statement::matching::{Covered, Occurrences, Ours, Standing, Told, merge};
use sanmiao::statement::{Found, Limits, read};

const DAY: &str = "2026-11-20";
const AT: Timestamp = Timestamp::from_seconds(1_795_141_800);

fn main() {
    let lines = lines_asked();
    let tenth = measure(lines / 10);
    let whole = measure(lines);
    println!(
        "{} lines: read {:.3} s, matched {:.3} s",
        lines / 10,
        tenth.0,
        tenth.1
    );
    println!(
        "{lines} lines: read {:.3} s, matched {:.3} s",
        whole.0, whole.1
    );
    let growth = (whole.0 + whole.1) / (tenth.0 + tenth.1);
    println!("ten times as many lines take {growth:.1} times as long");
}

fn lines_asked() -> u64 {
    let mut arguments = std::env::args();
    let asked = arguments.find(|argument| argument == "--lines");
    let number = asked.and_then(|_| arguments.next()?.parse().ok());
    number.unwrap_or(1_000_000)
}

fn payment(number: u64) -> (String, Ours<String>) {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    let id = InstructionId::new(AwardId::new(AT, random), 1, 1).to_string();
    let day = DAY.parse().expect("a day");
    let standing = Standing::Booked {
        settled: Some(day),
        returned: None,
        rejected: false,
    };
    let amount = Money::from_fen(10_000_000).expect("an amount");
    let account = format!("6299{number:015}");
    (
        id,
        Ours {
            amount,
            account,
            standing,
        },
    )
}

/// Seconds to read so many lines, and to match them.
fn measure(lines: u64) -> (f64, f64) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list.csv");
    let mut out = BufWriter::new(File::create(&path).expect("a file"));
    writeln!(
        out,
        "交易日期,支付指令号,金额（元）,收款账号,交易结果,银行流水号"
    )
    .expect("a line");
    for number in 0..lines {
        let (
            id,
            Ours {
                amount, account, ..
            },
        ) = payment(number);
        writeln!(out, "{DAY},{id},{amount},{account},入账,YH{number}").expect("a line");
    }
    out.flush().expect("a file");
    let begun = Instant::now();
    let (mut told, mut occurrences) = (Vec::new(), Occurrences::default());
    let reading = read(
        File::open(&path).expect("a file"),
        Limits::default(),
        &mut |found| {
            if let Found::Line(line) = found {
                let occurrence = occurrences.next(&line);
                let account = line.account.map(Private::into_inner);
                let (what, amount, day, serial) = (line.what, line.amount, line.day, line.serial);
                told.push((
                    line.reference,
                    Told {
                        side: Side::Bank,
                        what,
                        amount,
                        account,
                        day,
                        serial,
                        occurrence,
                    },
                ));
            }
        },
    );
    assert_eq!(reading.expect("a list").settled.count, lines);
    let read_s = begun.elapsed().as_secs_f64();
    let day: Date = DAY.parse().expect("a day");
    let covered: Covered = [(Side::Bank, day)].into();
    let begun = Instant::now();
    told.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut differences = 0_u64;
    let counted = merge((0..lines).map(payment), told, &covered, &mut |_| {
        differences += 1;
    });
    assert_eq!((counted.matched, differences), (lines, 0));
    (read_s, begun.elapsed().as_secs_f64())
}
