//! Any sequence of acts, by anybody: what the desk promises holds.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::domain::calendar::WorkingCalendar;
use crate::domain::id::{ActId, ApplicationId, DecisionId, PaymentId};
use crate::domain::money::Money;
use crate::domain::policy::document::DeskTerms;
use crate::domain::time::Date;

/// Monday 2026-09-21, nine in the morning in Foshan: a National Day lies ahead.
const MONDAY: Timestamp = Timestamp::from_seconds(1_789_952_400);
const DAY_MS: i64 = 86_400_000;
const DISTRICT: &str = "440604";

static CALENDAR: LazyLock<WorkingCalendar> = LazyLock::new(|| WorkingCalendar::official().unwrap());

fn applicant() -> ApplicantId {
    ApplicantId::new(MONDAY, [1; 10])
}

fn opening() -> Opening {
    let terms = DeskTerms {
        deferrable: vec!["contract".to_owned()],
        declarable: vec!["no_other_benefit".to_owned()],
        ..DeskTerms::default()
    };
    Opening {
        about: About::Filing {
            application: ApplicationId::new(MONDAY, [2; 10]),
            decision: DecisionId::new(MONDAY, [3; 10]),
        },
        applicant: Some(applicant()),
        policy: Some("p".to_owned()),
        district: Some(DISTRICT.parse().unwrap()),
        rules: Rules {
            terms,
            ..Rules::norm()
        },
    }
}

fn act(seq: i64, at: Timestamp, by: &Who, deed: Deed) -> Act {
    Act {
        id: ActId::new(at, [u8::try_from(seq % 200).unwrap(); 10]),
        seq,
        at,
        by: by.clone(),
        deed,
        words: None,
    }
}

/// A case that is played, with everything that happened to it.
struct Play {
    case: DeskCase,
    acts: Vec<Act>,
    at: Timestamp,
}

impl Play {
    fn of(opening: Opening) -> Self {
        let first = act(1, MONDAY, &Who::Machine, Deed::Opened(Box::new(opening)));
        let case = DeskCase::open(CaseId::new(MONDAY, [9; 10]), &first).unwrap();
        Self {
            case,
            acts: vec![first],
            at: MONDAY,
        }
    }

    fn assigned() -> Self {
        let mut play = Self::of(opening());
        play.must(&Doer::machine(), assigned_to("a"));
        play
    }

    fn days_pass(&mut self, days: i64) {
        self.at = self.at.plus_millis(days * DAY_MS);
    }

    fn today(&self) -> Date {
        self.at.china_date()
    }

    fn due(&self) -> Option<Date> {
        self.case.clock.due(&CALENDAR).unwrap()
    }

    fn try_to(&mut self, doer: &Doer, deed: Deed) -> Result<(), NotDone> {
        let act = act(self.case.version + 1, self.at, &doer.who, deed);
        self.case = self.case.attempt(doer, &act, &CALENDAR)?;
        self.acts.push(act);
        Ok(())
    }

    fn must(&mut self, doer: &Doer, deed: Deed) {
        self.try_to(doer, deed).unwrap();
    }

    /// One round of supervision.
    fn supervised(&mut self) -> Vec<Deed> {
        let deeds = supervise(&self.case, &CALENDAR, self.today()).unwrap();
        for deed in &deeds {
            self.must(&Doer::machine(), deed.clone());
        }
        deeds
    }
}

fn staff(subject: &str) -> Doer {
    Doer {
        who: Who::Staff(subject.to_owned()),
        supervises: subject == "s",
        district: (subject != "s").then(|| DISTRICT.parse().unwrap()),
        person: None,
        conflict: false,
    }
}

fn assigned_to(officer: &str) -> Deed {
    Deed::Assigned {
        officer: officer.to_owned(),
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn asked(until: &str) -> Deed {
    Deed::Asked {
        criteria: vec!["contract".to_owned()],
        until: day(until),
    }
}

fn offered(relief: Relief, criterion: &str, until: &str) -> Deed {
    Deed::Offered {
        relief,
        criteria: vec![criterion.to_owned()],
        until: day(until),
    }
}

fn proposed(verdict: Verdict, needs: u8) -> Deed {
    Deed::Proposed {
        verdict,
        amount: Money::from_fen(20_000_000).unwrap(),
        needs,
    }
}

fn decided(verdict: Verdict) -> Deed {
    Deed::Decided {
        verdict,
        decision: Some(DecisionId::new(MONDAY, [4; 10])),
    }
}

#[test]
fn an_applicant_is_asked_once_and_the_clock_stands_meanwhile() {
    let mut play = Play::assigned();
    assert_eq!(play.due(), Some(day("2026-09-29")));
    play.must(&staff("a"), asked("2026-10-12"));
    assert_eq!(play.due(), None);
    play.days_pass(18);
    assert!(play.supervised().is_empty(), "nobody is hurried");
    play.must(&Doer::applicant(applicant()), Deed::Supplied);
    assert_eq!(
        play.due(),
        Some(day("2026-10-15")),
        "five working days from 9 October"
    );
    let again = play.try_to(&staff("a"), asked("2026-10-20"));
    assert_eq!(again, Err(StepError::AskedBefore.into()));
}

#[test]
fn whoever_supplies_nothing_starts_the_clock_all_the_same() {
    let mut play = Play::assigned();
    play.must(&staff("a"), asked("2026-09-24"));
    play.days_pass(3);
    assert!(play.supervised().is_empty(), "the last day is a whole day");
    play.days_pass(1);
    assert_eq!(play.supervised(), [Deed::SupplyOver]);
    assert_eq!(play.case.stage, Stage::Working);
    assert!(play.due().is_some());
}

#[test]
fn a_core_criterion_is_never_deferred_and_a_deferral_is_taken_by_the_applicant_only() {
    let mut play = Play::assigned();
    let core = play.try_to(
        &staff("a"),
        offered(Relief::Deferral, "degree", "2026-09-30"),
    );
    let criterion = "degree".to_owned();
    assert_eq!(core, Err(StepError::Core { criterion }.into()));
    play.must(
        &staff("a"),
        offered(Relief::Deferral, "contract", "2026-09-30"),
    );
    assert_eq!(play.case.deferral, None, "voluntary: offered is not taken");
    assert_eq!(
        play.try_to(&staff("a"), Deed::Taken),
        Err(MayNot::NotForStaff.into())
    );
    let stranger = Doer::applicant(ApplicantId::new(MONDAY, [8; 10]));
    assert_eq!(
        play.try_to(&stranger, Deed::Taken),
        Err(MayNot::NotTheirs.into())
    );
    play.must(&Doer::applicant(applicant()), Deed::Taken);
    let early = play.try_to(&staff("a"), proposed(Verdict::Approve, 1));
    assert_eq!(early, Err(StepError::Deferred.into()));
    play.must(&Doer::applicant(applicant()), Deed::Supplied);
    play.must(&staff("a"), proposed(Verdict::Approve, 1));
}

#[test]
fn what_was_asked_for_is_not_what_was_deferred() {
    let mut play = Play::assigned();
    let offer = offered(Relief::Deferral, "contract", "2026-10-30");
    play.must(&staff("a"), offer);
    play.must(&Doer::applicant(applicant()), Deed::Taken);
    play.must(&staff("a"), asked("2026-10-12"));
    play.must(&Doer::applicant(applicant()), Deed::Supplied);
    let early = play.try_to(&staff("a"), proposed(Verdict::Approve, 1));
    assert_eq!(early, Err(StepError::Deferred.into()));
    play.must(&Doer::applicant(applicant()), Deed::Supplied);
    play.must(&staff("a"), proposed(Verdict::Approve, 1));
}

#[test]
fn what_the_machine_referred_is_not_handed_on_and_nobody_goes_around_those_who_must_agree() {
    let mut play = Play::assigned();
    let away = play.try_to(&staff("a"), Deed::HandedOn { to: "x".to_owned() });
    assert_eq!(away, Err(StepError::Referral.into()));
    play.must(&staff("a"), proposed(Verdict::Approve, 2));
    let alone = Deed::DecidedDirectly {
        verdict: Verdict::Approve,
        decision: DecisionId::new(MONDAY, [4; 10]),
    };
    assert!(play.try_to(&staff("a"), alone).is_err());
}

#[test]
fn while_something_deferred_is_to_come_the_days_are_the_applicant_s() {
    let mut play = Play::assigned();
    let due = play.due().expect("a last day");
    play.must(
        &staff("a"),
        offered(Relief::Deferral, "contract", "2026-10-30"),
    );
    assert_eq!(play.due(), Some(due), "voluntary: offered is not taken");
    play.must(&Doer::applicant(applicant()), Deed::Taken);
    assert_eq!(play.due(), None);
    play.must(&staff("a"), asked("2026-10-12"));
    play.must(&Doer::applicant(applicant()), Deed::Supplied);
    assert_eq!(play.due(), None, "what was deferred is still to come");
    play.days_pass(20);
    assert!(play.supervised().is_empty(), "no card for the officer");
    play.must(&Doer::applicant(applicant()), Deed::Supplied);
    assert!(play.due().is_some_and(|later| later > due));
}

#[test]
fn a_deferral_that_runs_out_ends_the_case() {
    let mut play = Play::assigned();
    play.must(
        &staff("a"),
        offered(Relief::Deferral, "contract", "2026-09-22"),
    );
    play.must(&Doer::applicant(applicant()), Deed::Taken);
    play.days_pass(1);
    assert!(play.supervised().is_empty());
    play.days_pass(1);
    assert_eq!(play.supervised(), [Deed::Lapsed]);
    assert!(matches!(
        play.case.stage,
        Stage::Closed {
            ending: Ending::Lapsed,
            ..
        }
    ));
    assert!(play.supervised().is_empty());
}

#[test]
fn what_was_declared_is_checked_after_the_approval() {
    let mut play = Play::assigned();
    play.must(
        &staff("a"),
        offered(Relief::Declaration, "no_other_benefit", "2026-10-20"),
    );
    play.must(&Doer::applicant(applicant()), Deed::Taken);
    play.must(&staff("a"), proposed(Verdict::Approve, 1));
    play.must(&staff("a"), decided(Verdict::Approve));
    assert_eq!(
        play.case.stage,
        Stage::Checking {
            until: day("2026-10-20")
        }
    );
    play.days_pass(30);
    assert_eq!(
        play.supervised(),
        [Deed::Escalated],
        "one day after the last"
    );
    play.must(&staff("a"), Deed::Checked { held: false });
    assert!(matches!(
        play.case.stage,
        Stage::Closed {
            ending: Ending::Broken,
            ..
        }
    ));
}

#[test]
fn four_eyes_are_those_of_two_people() {
    let mut play = Play::assigned();
    play.must(&staff("a"), proposed(Verdict::Approve, 2));
    let alone = play.try_to(&staff("a"), decided(Verdict::Approve));
    let (needs, agreed) = (2, 1);
    assert_eq!(alone, Err(StepError::TooFew { needs, agreed }.into()));
    assert_eq!(
        play.try_to(&staff("a"), Deed::Confirmed),
        Err(StepError::SameEyes.into())
    );
    play.must(&staff("b"), Deed::Confirmed);
    assert_eq!(
        play.try_to(&staff("b"), Deed::Confirmed),
        Err(StepError::SameEyes.into())
    );
    let other = play.try_to(&staff("b"), decided(Verdict::Refuse));
    assert_eq!(other, Err(StepError::NotProposed.into()));
    play.must(&staff("b"), decided(Verdict::Approve));
    assert!(play.case.is_closed());
}

#[test]
fn nobody_handles_their_own_case_or_one_they_have_a_conflict_with() {
    let mut play = Play::assigned();
    let own = Doer {
        person: Some(applicant()),
        ..staff("a")
    };
    assert_eq!(play.try_to(&own, Deed::Noted), Err(MayNot::Own.into()));
    let related = Doer {
        conflict: true,
        ..staff("a")
    };
    assert_eq!(
        play.try_to(&related, Deed::Noted),
        Err(MayNot::Conflict.into())
    );
    play.must(
        &related,
        Deed::HandedOver {
            officer: "b".to_owned(),
        },
    );
    let other_district = Doer {
        district: Some("440606".parse().unwrap()),
        ..staff("b")
    };
    assert_eq!(
        play.try_to(&other_district, Deed::Noted),
        Err(MayNot::NotTheirs.into())
    );
    play.must(&staff("b"), Deed::Noted);
}

#[test]
fn reminder_cards_and_escalation_come_once_each_around_the_national_day() {
    let mut play = Play::assigned();
    let mut seen = Vec::new();
    for _ in 0..40 {
        // Twice a day, as a job that looks often does.
        for _ in 0..2 {
            let today = play.today();
            seen.extend(play.supervised().into_iter().map(|deed| (today, deed)));
        }
        play.days_pass(1);
    }
    let due = day("2026-09-29");
    let wanted = [
        (day("2026-09-28"), Deed::Reminded { due }),
        (day("2026-09-30"), Deed::Carded { card: Card::Yellow }),
        // 30 September, 8 and 9 October are the three working days after the last one.
        (day("2026-10-10"), Deed::Carded { card: Card::Red }),
        (day("2026-10-10"), Deed::Escalated),
    ];
    assert_eq!(seen, wanted);
}

#[test]
fn a_program_that_slept_hands_out_what_it_missed_in_order() {
    let mut play = Play::assigned();
    play.days_pass(40);
    let red = Deed::Carded { card: Card::Red };
    assert_eq!(
        play.supervised(),
        [Deed::Carded { card: Card::Yellow }, red, Deed::Escalated]
    );
}

#[test]
fn a_special_case_has_twice_the_time_and_nothing_overdue_becomes_special() {
    let mut play = Play::assigned();
    play.must(&staff("a"), Deed::MarkedSpecial);
    assert_eq!(play.due(), Some(day("2026-10-12")));
    let mut late = Play::assigned();
    late.days_pass(9);
    assert_eq!(
        late.try_to(&staff("a"), Deed::MarkedSpecial),
        Err(NotDone::Overdue)
    );
}

#[test]
fn a_refusal_is_undone_by_one_more_act_of_a_supervisor_and_an_approval_is_not() {
    let mut play = Play::assigned();
    play.must(&staff("a"), proposed(Verdict::Refuse, 1));
    play.must(&staff("a"), decided(Verdict::Refuse));
    assert_eq!(
        play.try_to(&staff("a"), Deed::Reopened),
        Err(MayNot::SupervisorOnly.into())
    );
    play.days_pass(2);
    play.must(&staff("s"), Deed::Reopened);
    assert_eq!(
        (play.case.officer.as_deref(), play.due()),
        (Some("a"), Some(day("2026-10-08")))
    );
    play.must(&staff("a"), proposed(Verdict::Approve, 1));
    play.must(&staff("a"), decided(Verdict::Approve));
    assert!(play.try_to(&staff("s"), Deed::Reopened).is_err());
    assert_eq!(play.acts.len(), 7, "and every act is there");
}

#[test]
fn a_report_is_answered_or_handed_on_and_never_approved() {
    let about = About::Report { application: None };
    let mut play = Play::of(Opening { about, ..opening() });
    play.must(&staff("a"), assigned_to("a"));
    assert!(
        play.try_to(&staff("a"), proposed(Verdict::Approve, 1))
            .is_err()
    );
    play.must(
        &staff("a"),
        Deed::HandedOn {
            to: "市医保局".to_owned(),
        },
    );
    assert!(matches!(
        play.case.stage,
        Stage::Closed {
            ending: Ending::HandedOn,
            ..
        }
    ));
}

#[test]
fn the_tracking_card_says_who_what_and_until_when() {
    let mut play = Play::assigned();
    let officer = Officer {
        subject: "a".to_owned(),
        name: "王芳".to_owned(),
        contact: "0757-12345".to_owned(),
        district: None,
        away: false,
    };
    let card = |play: &Play| tracking(&play.case, &play.acts, Some(&officer), play.due());
    assert_eq!(card(&play).next, Next::TheOfficer { due: play.due() });
    play.must(&staff("a"), asked("2026-10-12"));
    play.must(&staff("a"), Deed::Noted);
    let now = card(&play);
    assert_eq!(now.missing, ["contract"]);
    assert_eq!(
        now.next,
        Next::YouSupply {
            until: day("2026-10-12"),
            ends: false
        }
    );
    assert_eq!(
        now.officer,
        Some(("王芳".to_owned(), "0757-12345".to_owned()))
    );
    let told: Vec<_> = now.so_far.iter().map(|(_, deed)| *deed).collect();
    assert_eq!(told, ["case.opened", "case.assigned", "case.asked"]);
}

#[test]
fn every_word_comes_back() {
    for stage in StageName::ALL {
        assert_eq!(StageName::parse(stage.as_str()), Some(stage));
    }
    for ending in Ending::ALL {
        assert_eq!(Ending::parse(ending.as_str()), Some(ending));
    }
    for card in Card::ALL {
        assert_eq!(Card::parse(card.as_str()), Some(card));
    }
    for who in [
        Who::Machine,
        Who::Public,
        Who::Applicant(applicant()),
        Who::Staff("a:b".to_owned()),
    ] {
        assert_eq!(who.to_string().parse(), Ok(who));
    }
    for text in ["", "staff:", "staff", "applicant:1", "machine:approve"] {
        assert!(text.parse::<Who>().is_err(), "{text:?}");
    }
    for act in &Play::assigned().acts {
        let json = serde_json::to_string(&act.deed).unwrap();
        assert_eq!(
            serde_json::from_str::<Deed>(&json).unwrap(),
            act.deed,
            "{json}"
        );
    }
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let officer = prop_oneof![Just("a"), Just("b"), Just("own")];
    let verdict = prop_oneof![
        Just(Verdict::Approve),
        Just(Verdict::Refuse),
        Just(Verdict::Answer)
    ];
    let criterion = prop_oneof![Just("contract"), Just("no_other_benefit"), Just("degree")];
    let relief = prop_oneof![Just(Relief::Deferral), Just(Relief::Declaration)];
    let until = prop_oneof![Just("2026-09-24"), Just("2026-10-09"), Just("2026-10-30")];
    let proposal = (verdict.clone(), 1_u8..4);
    prop_oneof![
        2 => officer.clone().prop_map(assigned_to),
        1 => officer.prop_map(|to| Deed::HandedOver { officer: to.to_owned() }),
        1 => Just(Deed::MarkedSpecial),
        2 => until.clone().prop_map(asked),
        3 => Just(Deed::Supplied),
        1 => Just(Deed::SupplyOver),
        1 => Just(Deed::Noted),
        1 => criterion.clone().prop_map(|of| Deed::Settled { criterion: of.to_owned(), file: None }),
        1 => criterion.clone().prop_map(|of| Deed::Unsettled { criterion: of.to_owned() }),
        2 => (relief, criterion, until).prop_map(|(relief, of, until)| offered(relief, of, until)),
        2 => Just(Deed::Taken),
        1 => Just(Deed::Lapsed),
        5 => proposal.prop_map(|(verdict, needs)| proposed(verdict, needs)),
        5 => Just(Deed::Confirmed),
        1 => Just(Deed::ProposalWithdrawn),
        5 => verdict.prop_map(decided),
        1 => any::<bool>().prop_map(|held| Deed::Checked { held }),
        1 => Just(Deed::Withdrawn),
        3 => Just(Deed::Reopened),
    ]
}

fn any_doer() -> impl Strategy<Value = Doer> {
    prop_oneof![
        4 => Just(staff("a")),
        2 => Just(staff("b")),
        2 => Just(staff("c")),
        2 => Just(staff("s")),
        2 => Just(Doer { person: Some(applicant()), ..staff("own") }),
        1 => Just(Doer { conflict: true, ..staff("related") }),
        2 => Just(Doer::applicant(applicant())),
        2 => Just(Doer::machine()),
    ]
}

/// The deeds after which the last day may be another one.
const fn moves_the_last_day(deed: &Deed) -> bool {
    matches!(
        deed,
        Deed::Asked { .. }
            | Deed::Taken
            | Deed::Supplied
            | Deed::SupplyOver
            | Deed::MarkedSpecial
            | Deed::Reopened
    )
}

/// Counted day by day, without the clock's own reckoning: working days up to the last one that lie in no stop.
fn counted(play: &Play, due: Date) -> u32 {
    let clock = &play.case.clock;
    let stands = |day: Date| {
        let within = |stop: &Stop| stop.from < day && stop.to.is_none_or(|to| day <= to);
        clock.stops.iter().any(within)
    };
    let days = clock.started.series(jiff::ToSpan::days(1)).skip(1);
    let days = days.take_while(|day| *day <= due);
    let worked = days.filter(|day| CALENDAR.is_working_day(*day).unwrap() && !stands(*day));
    u32::try_from(worked.count()).unwrap()
}

/// How many different people agreed to what was decided, with the number that was needed.
fn eyes(acts: &[Act]) -> Vec<(usize, u8)> {
    let (mut found, mut agreed, mut wanted) = (Vec::new(), Vec::new(), 0);
    for act in acts {
        match &act.deed {
            Deed::Proposed { needs, .. } => {
                agreed = vec![&act.by];
                wanted = *needs;
            }
            Deed::Confirmed => agreed.push(&act.by),
            Deed::Decided { .. } => {
                agreed.sort();
                agreed.dedup();
                found.push((agreed.len(), wanted));
            }
            _ => {}
        }
    }
    found
}

/// Most decisions between two openings.
fn decisions_at_once(acts: &[Act]) -> usize {
    let openings = acts.split(|act| act.deed == Deed::Reopened);
    let decisions = openings.map(|acts| {
        let is_decision = |act: &&Act| matches!(act.deed, Deed::Decided { .. });
        acts.iter().filter(is_decision).count()
    });
    decisions.max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_acts_breaks_a_promise(
        steps in proptest::collection::vec((any_doer(), any_deed(), 0_i64..4), 1..60)
    ) {
        let mut play = Play::assigned();
        let mut done = 2;
        for (doer, deed, days) in steps {
            // The calendar of the next year is not out yet.
            if play.at < MONDAY.plus_millis(60 * DAY_MS) {
                play.days_pass(days);
            }
            let (before, due) = (play.case.clone(), play.due());
            let may_move = moves_the_last_day(&deed);
            if play.try_to(&doer, deed).is_err() {
                prop_assert_eq!(&play.case, &before, "what may not happen changes nothing");
                continue;
            }
            done += 1;
            prop_assert!(doer.person.is_none(), "nobody acts on their own case");
            if !may_move && !play.case.is_closed() {
                prop_assert_eq!(play.due(), due, "a last day moves for no other reason");
            }
            if let (Some(due), true) = (play.due(), play.case.clock.stops.iter().all(|stop| stop.from <= play.today())) {
                let days = play.case.clock.days;
                let counted = counted(&play, due);
                // With nothing left when it goes on, the next working day is the last one.
                prop_assert!(counted == days || counted == days + 1 || due < play.today(), "{counted} of {days}");
            }
        }
        prop_assert_eq!(play.acts.len(), done, "no act is lost");
        prop_assert_eq!(i64::try_from(done).unwrap(), play.case.version);
        prop_assert_eq!(DeskCase::fold(play.case.id, &play.acts).unwrap(), play.case);
        prop_assert!(decisions_at_once(&play.acts) <= 1, "nothing is decided twice");
        for (agreed, needs) in eyes(&play.acts) {
            prop_assert!(agreed >= usize::from(needs), "{agreed} of {needs}");
        }
        let asked = play.acts.iter().filter(|act| matches!(act.deed, Deed::Asked { .. })).count();
        prop_assert!(asked <= 1, "asked once");
    }
}

fn about(about: About) -> Play {
    let mut play = Play::of(Opening { about, ..opening() });
    play.must(&Doer::machine(), assigned_to("a"));
    play
}

fn sample() -> About {
    About::Sample {
        application: ApplicationId::new(MONDAY, [2; 10]),
        decision: DecisionId::new(MONDAY, [3; 10]),
        held: true,
        because: Look::First,
    }
}

fn recovery() -> About {
    About::Recovery {
        application: ApplicationId::new(MONDAY, [2; 10]),
        payment: PaymentId::new(MONDAY, [5; 10]),
        because: Why::Sample {
            decision: DecisionId::new(MONDAY, [3; 10]),
        },
    }
}

const LOOKED: Deed = Deed::Looked {
    right: true,
    decision: None,
};

#[test]
fn a_sample_and_a_recovery_end_in_their_own_ways_and_in_no_other() {
    let decided = Deed::RecoveryDecided { recover: false };
    let answer = Deed::Proposed {
        verdict: Verdict::Answer,
        amount: Money::ZERO,
        needs: 1,
    };
    let handed_on = Deed::HandedOn {
        to: "市社保局".to_owned(),
    };
    for (kind, own, other, ending) in [
        (sample(), LOOKED, decided.clone(), Ending::Right),
        (recovery(), decided, LOOKED, Ending::LetBe),
    ] {
        let mut play = about(kind);
        for deed in [other, answer.clone(), handed_on.clone()] {
            play.try_to(&staff("a"), deed).unwrap_err();
        }
        let somebody_else = play.try_to(&staff("b"), own.clone()).unwrap_err();
        assert_eq!(somebody_else, NotDone::MayNot(MayNot::OfficerOnly));
        play.must(&staff("a"), own.clone());
        assert!(matches!(play.case.stage, Stage::Closed { ending: how, .. } if how == ending));
        play.try_to(&staff("a"), own).unwrap_err();
        play.try_to(&staff("s"), Deed::Reopened).unwrap_err();
    }
}

#[test]
fn nobody_looks_at_a_sample_of_their_own() {
    let mut play = about(sample());
    let own = Doer {
        person: Some(applicant()),
        ..staff("a")
    };
    assert_eq!(
        play.try_to(&own, LOOKED).unwrap_err(),
        NotDone::MayNot(MayNot::Own)
    );
}

#[test]
fn what_the_machine_referred_is_not_looked_at_as_a_sample_is() {
    let mut play = Play::assigned();
    play.try_to(&staff("a"), LOOKED).unwrap_err();
}

#[test]
fn the_clock_of_a_sample_is_that_of_every_case() {
    let (sample, referral) = (about(sample()), Play::assigned());
    assert_eq!(sample.due(), referral.due());
}
