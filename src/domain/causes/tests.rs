use super::*;
use crate::domain::desk::{About, Act, Deed, Opening, Rules, StageName, Verdict, Who};
use crate::domain::evidence::FetchOutcome;
use crate::domain::id::{ActId, CaseId};
use crate::domain::judgement::Cause;
use crate::domain::money::Money;
use crate::domain::policy::PolicyBook;
use crate::domain::rating::Grades;
use crate::domain::source::SourceId;
use crate::domain::time::{Date, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_seconds(1_795_399_200);

fn read(record: &Value) -> Vec<Reason> {
    reasons(record.to_string().as_bytes(), &PolicyBook::new()).unwrap()
}

fn record(findings: &Value) -> Value {
    let hash = "0".repeat(64);
    json!({"format": "sanmiao.decision/1", "policy": {"id": "p", "effective": "2026-01-01", "sha256": hash}, "findings": findings})
}

fn evidence(source: &str, answered: bool, pointer: &str) -> Value {
    let mut evidence = json!({"source": source, "pointers": [pointer]});
    if answered {
        evidence["sha256"] = json!("1".repeat(64));
    }
    evidence
}

fn what(id: &str) -> What {
    What::Criterion {
        policy: "p".to_owned(),
        id: id.to_owned(),
    }
}

#[test]
fn what_the_records_show_lies_with_no_source_and_what_nobody_knows_with_those_at_fault() {
    let found = |verdict: &str, causes: Value, evidence: Value| {
        let finding =
            json!([{"criterion": "c", "verdict": verdict, "causes": causes, "evidence": evidence}]);
        let reason = read(&record(&finding)).remove(0);
        reason.sources.iter().collect::<Vec<_>>()
    };
    let degree = evidence("degree", true, "/records/0/level");
    let none = evidence("social_security", true, "/records");
    let silent = evidence("education", false, "/records");
    let all = json!([degree, none, silent]);
    assert_eq!(found("not_met", json!([]), all.clone()), []);
    assert_eq!(
        found("cannot_establish", json!(["no_record"]), all.clone()),
        [SourceId::SocialSecurity]
    );
    assert_eq!(
        found(
            "cannot_establish",
            json!(["source_unavailable"]),
            all.clone()
        ),
        [SourceId::Education]
    );
    assert_eq!(
        found("cannot_establish", json!(["contradiction"]), all),
        [SourceId::Degree, SourceId::SocialSecurity]
    );
}

#[test]
fn a_record_of_an_older_shape_is_read_and_one_without_a_reason_says_so() {
    let met = json!([{"criterion": "c", "verdict": "met", "evidence": []}]);
    let mut older = record(&met);
    assert_eq!(read(&older)[0].what, What::Unstated);
    older["signals"] = json!(["back_paid"]);
    older["disputed"] = json!(["*", "school"]);
    let whats: Vec<What> = read(&older).into_iter().map(|one| one.what).collect();
    let disputed = What::Disputed {
        policy: "p".to_owned(),
        field: "school".to_owned(),
    };
    assert_eq!(
        whats,
        [What::Asked, disputed, What::Signal(Signal::BackPaid)]
    );
    assert!(reasons(b"{}", &PolicyBook::new()).is_err());
}

fn referral(number: u8, reasons: &[(&str, &[SourceId])]) -> Referral {
    Referral {
        application: ApplicationId::new(NOW, [number; 10]),
        round: Round::FILING,
        policy: "p".to_owned(),
        district: None,
        employer: None,
        ending: None,
        reasons: reasons
            .iter()
            .map(|(id, sources)| Reason {
                what: what(id),
                why: if sources.is_empty() {
                    Why::NotMet
                } else {
                    Why::Unknown(Causes::only(Cause::NoRecord))
                },
                sources: sources.iter().copied().collect(),
            })
            .collect(),
    }
}

#[test]
fn only_what_has_one_reason_falls_away_with_it() {
    const D: SourceId = SourceId::Degree;
    const S: SourceId = SourceId::SocialSecurity;
    let list = [
        referral(1, &[("a", &[])]),
        referral(2, &[("a", &[D])]),
        referral(3, &[("a", &[D]), ("b", &[D])]),
        referral(4, &[("a", &[D]), ("b", &[S])]),
        referral(5, &[("a", &[D]), ("b", &[S]), ("c", &[])]),
        // Read twice.
        referral(5, &[("a", &[D]), ("b", &[S]), ("c", &[])]),
    ];
    let tally = Tally::of(&list, &[]);
    assert_eq!(tally.referrals, 5);
    let counts: Vec<_> = tally
        .reasons
        .iter()
        .map(|line| (line.what.clone(), line.count, line.alone, line.not_met))
        .collect();
    assert_eq!(
        counts,
        [
            (what("a"), 5, 2, 1),
            (what("b"), 3, 0, 0),
            (what("c"), 1, 0, 1)
        ]
    );
    let pair = Pair {
        both: (what("a"), what("b")),
        count: 2,
    };
    assert_eq!(tally.pairs, [pair]);
    let alone = |source| {
        let mut lines = tally.sources.iter();
        lines.find(|line| line.source == source).unwrap().alone
    };
    assert_eq!(
        (alone(D), alone(S)),
        (2, 0),
        "mending the degrees ends the second and third"
    );
    let pair = Pair {
        both: (D, S),
        count: 1,
    };
    assert_eq!(tally.source_pairs, [pair]);
}

#[test]
fn employers_with_few_referrals_are_put_together() {
    let of = |number: u8, employer: &str| Referral {
        employer: (!employer.is_empty()).then(|| employer.to_owned()),
        ..referral(number, &[("a", &[])])
    };
    let list: Vec<Referral> = ["x", "x", "x", "y", "y", "z", ""]
        .iter()
        .zip(1..)
        .map(|(employer, number)| of(number, employer))
        .collect();
    let lines = Tally::of(&list, &[]).employers;
    let told: Vec<_> = lines.iter().map(|line| (&line.key, line.count)).collect();
    let one = Employer::One {
        name: None,
        form_of: list[0].application,
    };
    assert_eq!(
        told,
        [(&one, 3), (&Employer::Few(2), 3), (&Employer::Unknown, 1)]
    );
}

#[test]
fn a_source_that_was_disputed_and_then_not_borne_out_was_wrong() {
    let disputed = |number: u8, ending| Referral {
        ending,
        reasons: vec![Reason {
            what: what("a"),
            why: Why::Disputed,
            sources: [SourceId::Degree].into_iter().collect(),
        }],
        ..referral(number, &[])
    };
    let list = [
        disputed(1, Some(Ending::Approved)),
        disputed(2, Some(Ending::Refused)),
        disputed(3, None),
    ];
    let mut asked = Asked::default();
    asked.add(FetchOutcome::Answered, 7);
    asked.add(FetchOutcome::TimedOut, 2);
    asked.add(FetchOutcome::Malformed, 1);
    asked.add(FetchOutcome::NotConfigured, 9);
    let lines = Tally::of(&list, &[(SourceId::Degree, asked)]).sources;
    let line = lines
        .iter()
        .find(|line| line.source == SourceId::Degree)
        .unwrap();
    assert_eq!((line.disputed, line.upheld, line.alone), (3, 1, 3));
    let Asked {
        asked,
        silent,
        malformed,
    } = line.asked;
    assert_eq!((asked, silent, malformed), (10, 2, 1));
}

fn september(day: i8, hour: i64) -> Timestamp {
    Timestamp::start_of_china_day(Date::constant(2026, 9, day)).plus_seconds(hour * 3_600)
}

fn acts(deeds: &[(Timestamp, Deed)]) -> Vec<Act> {
    let staff = Who::Staff("a".to_owned());
    deeds
        .iter()
        .zip(1..)
        .map(|((at, deed), seq)| Act {
            id: ActId::new(*at, [1; 10]),
            seq,
            at: *at,
            by: staff.clone(),
            deed: deed.clone(),
            words: None,
        })
        .collect()
}

/// Opened on Monday 21 September 2026, asked on Wednesday, supplied in October after the holidays, decided on the day.
#[test]
fn time_is_told_by_state_and_the_deadline_by_the_clock_that_stood() {
    let calendar = crate::domain::calendar::WorkingCalendar::official().unwrap();
    let opening = Opening {
        about: About::Report { application: None },
        applicant: None,
        policy: Some("p".to_owned()),
        district: None,
        rules: Rules::norm(),
    };
    let officer = "a".to_owned();
    let october = |day: i8, hour: i64| {
        Timestamp::start_of_china_day(Date::constant(2026, 10, day)).plus_seconds(hour * 3_600)
    };
    let asked = Deed::Asked {
        criteria: vec!["c".to_owned()],
        until: Date::constant(2026, 10, 20),
    };
    let proposed = Deed::Proposed {
        verdict: Verdict::Answer,
        amount: Money::ZERO,
        needs: 1,
    };
    let decided = Deed::Decided {
        verdict: Verdict::Answer,
        decision: None,
    };
    let list = acts(&[
        (september(21, 9), Deed::Opened(Box::new(opening))),
        (september(21, 11), Deed::Assigned { officer }),
        (september(23, 11), asked),
        (october(9, 11), Deed::Supplied),
        (october(12, 10), proposed),
        (october(12, 11), decided),
    ]);
    let id = CaseId::new(NOW, [1; 10]);
    let ended = Ended::of(id, &list, &calendar).unwrap();
    let hours = |stage| ended.in_stage.get(&stage).copied().unwrap_or(0) / 3_600_000_000;
    assert_eq!(hours(StageName::Waiting), 2);
    assert_eq!(hours(StageName::Working), 48 + 71);
    assert_eq!(hours(StageName::Asked), 16 * 24);
    assert_eq!(hours(StageName::Proposed), 1);
    // 22 and 23 September; then 10 October, which is worked, and 12.
    assert_eq!((ended.used, ended.in_time), (Some(4), Some(true)));
    let times = StageTimes::of(&[ended.clone(), ended]).all;
    assert_eq!((times.cases, times.in_time, times.late), (2, 2, 0));
    let parts: i64 = StageName::ALL
        .into_iter()
        .map(|stage| times.share_us(stage))
        .sum();
    assert_eq!(parts, times.whole.unwrap().mean);
    assert_eq!(Grades::default().all(), 0);
}

proptest! {
    /// What every reason of a referral is, is counted by hand.
    #[test]
    fn shares_are_those_of_a_count_by_hand(
        sets in proptest::collection::vec(proptest::collection::btree_set(0u8..5, 1..4), 0..60)
    ) {
        let ids = ["a", "b", "c", "d", "e"];
        let list: Vec<Referral> = sets
            .iter()
            .zip(0u8..)
            .map(|(set, number)| {
                let reasons: Vec<(&str, &[SourceId])> =
                    set.iter().map(|at| (ids[usize::from(*at)], &[][..])).collect();
                referral(number, &reasons)
            })
            .collect();
        let tally = Tally::of(&list, &[]);
        prop_assert_eq!(tally.referrals, sets.len());
        for at in 0u8..5 {
            let wanted = what(ids[usize::from(at)]);
            let line = tally.reasons.iter().find(|line| line.what == wanted);
            let count = sets.iter().filter(|set| set.contains(&at)).count();
            let alone = sets.iter().filter(|set| set.len() == 1 && set.contains(&at)).count();
            prop_assert_eq!(line.map_or((0, 0), |line| (line.count, line.alone)), (count, alone));
        }
        let twos: usize = tally.pairs.iter().map(|pair| pair.count).sum();
        prop_assert_eq!(twos, sets.iter().filter(|set| set.len() == 2).count());
        let policies: usize = tally.policies.iter().map(|line| line.count).sum();
        prop_assert_eq!(policies, sets.len());
    }
}
