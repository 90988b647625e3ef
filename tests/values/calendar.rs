//! Working days against chinesecalendar and against holidays, two packages with different authors.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use sanmiao::domain::calendar::WorkingCalendar;

use super::oracle::ask;

const SUMS: usize = 10_000;
/// The day on which chinesecalendar is wrong by the official notice (国办发明电〔2005〕35号), and holidays right.
const ERRATUM: Date = date(2005, 12, 31);

#[test]
fn every_day_is_worked_or_off_as_both_packages_say() {
    let calendar = WorkingCalendar::official().expect("the data is sound");
    let rows = ask("check_calendar.py", &["days"], &[]);
    let mut days = calendar.covers().start().series(1.day());
    for row in &rows {
        let [day, first, second] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not three fields: {row:?}");
        };
        let day: Date = day.parse().expect("a date");
        assert_eq!(
            days.next(),
            Some(day),
            "the packages know the same days as we"
        );
        let ours = calendar.is_working_day(day).expect("a day covered");
        assert_eq!(ours, second == "1", "{day} by holidays");
        assert_eq!(
            ours == (first == "1"),
            day != ERRATUM,
            "{day} by chinesecalendar"
        );
    }
    let last: Date = rows
        .last()
        .and_then(|row| row.get(..10))
        .expect("a row")
        .parse()
        .expect("a date");
    assert_eq!(last, *calendar.covers().end());
}

#[test]
fn sums_of_working_days_end_where_chinesecalendar_ends() {
    let calendar = WorkingCalendar::official().expect("the data is sound");
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    // From 2006 on, after the one day that the package has wrong.
    let (first, last) = (date(2006, 1, 1), *calendar.covers().end());
    let span = first.until(last).expect("a span").get_days();
    let questions: Vec<(Date, u32)> = (0..SUMS)
        .map(|_| {
            (
                first.saturating_add(rng.random_range(0..=span).days()),
                rng.random_range(0..=120),
            )
        })
        .collect();
    let lines: Vec<String> = questions
        .iter()
        .map(|(day, count)| format!("{day}\t{count}"))
        .collect();
    let answers = ask("check_calendar.py", &["sums"], &lines);
    assert_eq!(answers.len(), SUMS);
    let mut outside = 0;
    for ((day, count), answer) in questions.into_iter().zip(answers) {
        if let Ok(reached) = calendar.add_working_days(day, count) {
            assert_eq!(
                reached.to_string(),
                answer,
                "{count} working days after {day}"
            );
        } else {
            assert_eq!(answer, "outside", "{count} working days after {day}");
            outside += 1;
        }
    }
    assert!(
        (1..SUMS / 20).contains(&outside),
        "{outside} sums end outside"
    );
}
