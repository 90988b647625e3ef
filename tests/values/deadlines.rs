//! Last days and cards of the desk's cases against chinesecalendar, which walks day by day: cases opened, asked about and supplied at any
//! moment, and supervised day by day as the job does it.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use sanmiao::domain::calendar::WorkingCalendar;
use sanmiao::domain::desk::{
    About, Act, Card, Clock, Deed, DeskCase, Opening, Rules, Who, placing, supervise,
};
use sanmiao::domain::id::{ActId, CaseId};
use sanmiao::domain::policy::document::DeskTerms;
use sanmiao::domain::time::Timestamp;

use super::oracle::ask;

const DEADLINES: usize = 10_000;
/// Days after which a case that nobody touches has its red card, with room.
const WATCHED_DAYS: usize = 90;

/// One case's days.
struct Question {
    opened: Timestamp,
    special: bool,
    /// Asked and answered; the answer is no earlier.
    stop: Option<(Timestamp, Timestamp)>,
    red_after: u32,
}

impl Question {
    /// Every third near the National Day, whose holidays and made-up days are the hardest to count through.
    fn any(rng: &mut impl Rng) -> Self {
        let day = if rng.random_ratio(1, 3) {
            date(rng.random_range(2006..=2025), 9, 15)
                .saturating_add(rng.random_range(0..25).days())
        } else {
            // After the one day that the package has wrong, and early enough for a red card within what it knows.
            date(2006, 1, 1).saturating_add(rng.random_range(0..7_540).days())
        };
        let opened = moment(rng, day, 0);
        let stop = rng.random_ratio(2, 3).then(|| {
            let asked = day.saturating_add(rng.random_range(0..20).days());
            let supplied = asked.saturating_add(rng.random_range(0..30).days());
            let from = moment(rng, asked, opened.as_micros());
            (from, moment(rng, supplied, from.as_micros()))
        });
        Self {
            opened,
            special: rng.random(),
            stop,
            red_after: rng.random_range(1..=5),
        }
    }

    fn rules(&self) -> Rules {
        Rules {
            terms: DeskTerms {
                red_card_working_days: self.red_after,
                ..DeskTerms::default()
            },
            ..Rules::norm()
        }
    }

    fn days(&self) -> u32 {
        let rules = self.rules();
        if self.special {
            rules.special_days
        } else {
            rules.days
        }
    }

    fn line(&self) -> String {
        let stop = self.stop.map(|(from, to)| {
            let (from, to) = (from.china_date(), to.china_date());
            format!("{from}/{to}")
        });
        let (opened, days, red) = (self.opened.china_date(), self.days(), self.red_after);
        format!("{opened}\t{days}\t{}\t{red}", stop.unwrap_or_default())
    }

    /// The case when everything has happened to it that people do.
    fn case(&self) -> DeskCase {
        let opening = Opening {
            about: About::Report { application: None },
            applicant: None,
            policy: None,
            district: None,
            rules: self.rules(),
        };
        let mut deeds = vec![
            (self.opened, Deed::Opened(Box::new(opening))),
            (
                self.opened,
                Deed::Assigned {
                    officer: "a".to_owned(),
                },
            ),
        ];
        if self.special {
            deeds.push((self.opened, Deed::MarkedSpecial));
        }
        if let Some((from, to)) = self.stop {
            let asked = Deed::Asked {
                criteria: vec!["c".to_owned()],
                until: Date::MAX,
            };
            deeds.extend([(from, asked), (to, Deed::Supplied)]);
        }
        let acts: Vec<Act> = deeds
            .into_iter()
            .zip(1..)
            .map(|((at, deed), seq)| act(seq, at, deed))
            .collect();
        DeskCase::fold(CaseId::new(self.opened, [1; 10]), &acts).expect("a case")
    }
}

fn act(seq: i64, at: Timestamp, deed: Deed) -> Act {
    Act {
        id: ActId::new(at, [1; 10]),
        seq,
        at,
        by: Who::Staff("a".to_owned()),
        deed,
        words: None,
    }
}

/// Any moment of a day in China, its first and last microsecond among them, and none before `least`.
fn moment(rng: &mut impl Rng, day: Date, least: i64) -> Timestamp {
    const DAY_US: i64 = 86_400_000_000;
    let within = match rng.random_range(0..4) {
        0 => 0,
        1 => DAY_US - 1,
        _ => rng.random_range(0..DAY_US),
    };
    let at = Timestamp::start_of_china_day(day).as_micros() + within;
    Timestamp::from_micros(at.max(least))
}

/// The last day, and the days on which the job gives the cards.
fn supervised(case: DeskCase, calendar: &WorkingCalendar, from: Date) -> [Date; 3] {
    let due = placing(&case, calendar, from)
        .expect("days within the calendar")
        .due
        .expect("its clock runs");
    let (mut case, mut cards) = (case, Vec::new());
    for today in from.series(1.day()).take(WATCHED_DAYS) {
        for deed in supervise(&case, calendar, today).expect("days within the calendar") {
            if let Deed::Carded { card } = deed {
                cards.push((card, today));
            }
            let at = Timestamp::start_of_china_day(today);
            case.apply(&act(case.version + 1, at, deed))
                .expect("a step");
        }
        if case.card == Card::Red {
            break;
        }
    }
    let [(Card::Yellow, yellow), (Card::Red, red)] = cards[..] else {
        panic!("not one card of each: {cards:?}");
    };
    [due, yellow, red]
}

#[test]
fn deadlines_and_cards_fall_on_the_days_of_chinesecalendar() {
    let calendar = WorkingCalendar::official().expect("the data is sound");
    let mut rng = ChaCha20Rng::seed_from_u64(8);
    let questions: Vec<Question> = (0..DEADLINES).map(|_| Question::any(&mut rng)).collect();
    let lines: Vec<String> = questions.iter().map(Question::line).collect();
    let answers = ask("check_calendar.py", &["deadlines"], &lines);
    assert_eq!(answers.len(), DEADLINES);
    let (mut moved, mut around) = (0, 0);
    for ((question, line), answer) in questions.iter().zip(&lines).zip(answers) {
        let case = question.case();
        let opened = question.opened.china_date();
        let from = question.stop.map_or(opened, |(_, to)| to.china_date());
        let plain = Clock::start(opened, question.days()).due(&calendar);
        let [due, yellow, red] = supervised(case, &calendar, from.max(opened));
        // Cards are given from the day on which somebody looks: whoever answers after the last day finds it over.
        let expected: Vec<Date> = answer
            .split('\t')
            .map(|day| day.parse().expect("a day"))
            .collect();
        let on = |day: Date| day.max(from);
        assert_eq!(
            [due, yellow, red],
            [expected[0], on(expected[1]), on(expected[2])],
            "{line}"
        );
        moved += usize::from(plain.ok().flatten() != Some(due));
        around += usize::from(due.month() == 10 && due.day() > 7 && opened.month() == 9);
    }
    assert!(moved > 2_000, "only {moved} last days were moved by a stop");
    assert!(around > 1_000, "only {around} went around the National Day");
}

/// Several stops, which acts of one run of a case do not make but its clock can have.
#[test]
fn a_clock_with_several_stops_ends_where_chinesecalendar_ends() {
    let calendar = WorkingCalendar::official().expect("the data is sound");
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let clocks: Vec<Clock> = (0..DEADLINES)
        .map(|_| {
            let mut day = date(2006, 1, 1).saturating_add(rng.random_range(0..7_400).days());
            let mut clock = Clock::start(day, rng.random_range(1..=15));
            for _ in 0..rng.random_range(0..4) {
                day = day.saturating_add(rng.random_range(0..6).days());
                clock.stop(day);
                day = day.saturating_add(rng.random_range(0..12).days());
                clock.go_on(day);
            }
            clock
        })
        .collect();
    let lines: Vec<String> = clocks
        .iter()
        .map(|clock| {
            let stops = clock.stops.iter();
            let stops: Vec<String> = stops
                .filter_map(|stop| Some(format!("{}/{}", stop.from, stop.to?)))
                .collect();
            format!("{}\t{}\t{}\t0", clock.started, clock.days, stops.join(","))
        })
        .collect();
    let answers = ask("check_calendar.py", &["deadlines"], &lines);
    for ((clock, line), answer) in clocks.iter().zip(&lines).zip(answers) {
        let due = clock.due(&calendar).expect("within").expect("it runs");
        assert_eq!(
            Some(due.to_string().as_str()),
            answer.split('\t').next(),
            "{line}"
        );
    }
}
