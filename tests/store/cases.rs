//! Cases of the desk: every act is kept, of two writers on one version one is stored, and a queue is a page of what was asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use sanmiao::domain::calendar::WorkingCalendar;
use sanmiao::domain::decision::Outcome;
use sanmiao::domain::desk::*;
use sanmiao::domain::district::DistrictCode;
use sanmiao::domain::hash::sha256;
use sanmiao::domain::id::*;
use sanmiao::domain::person::{Private, Role};
use sanmiao::domain::time::Date;
use sanmiao::store::{CaseFilter, CaseLine, Store, StoreError, Tx};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::fixture::*;
use super::harness::{Db, on_both_databases};

const NOTE: &str = "已电话核实";

fn officer(subject: &str, district: Option<&str>) -> Officer {
    Officer {
        subject: subject.to_owned(),
        name: "王芳".to_owned(),
        contact: "0757-12345".to_owned(),
        district: district.map(|code| code.parse().unwrap()),
        away: false,
    }
}

pub(crate) fn act(seq: i64, by: Who, deed: Deed, words: Option<&str>) -> Act {
    Act {
        id: id!(ActId),
        seq,
        at: NOW,
        by,
        deed,
        words: words.map(|words| Private::new(words.to_owned())),
    }
}

fn opening(about: About, applicant: Option<ApplicantId>) -> Opening {
    Opening {
        about,
        applicant,
        policy: Some(POLICY.to_owned()),
        district: Some(district()),
        rules: Rules::norm(),
    }
}

fn placed(case: &DeskCase) -> Placing {
    placing(
        case,
        &WorkingCalendar::official().unwrap(),
        NOW.china_date(),
    )
    .unwrap()
}

/// A case of a referred application with its officer `a`, stored.
pub(crate) async fn referred(tx: &mut Tx, passport: u32) -> (DeskCase, Vec<Act>) {
    let application = filed(tx, passport).await;
    let decision = decision(application.id, Outcome::Refer);
    tx.insert_decision(&decision).await.unwrap();
    let about = About::Filing {
        application: application.id,
        decision: decision.id,
    };
    stored(tx, opening(about, Some(application.applicant)), Some("a")).await
}

async fn stored(tx: &mut Tx, opening: Opening, officer: Option<&str>) -> (DeskCase, Vec<Act>) {
    let opened = Deed::Opened(Box::new(opening));
    let mut acts = vec![act(1, Who::Machine, opened, None)];
    if let Some(officer) = officer {
        let assigned = Deed::Assigned {
            officer: officer.to_owned(),
        };
        acts.push(act(2, Who::Machine, assigned, None));
    }
    let case = DeskCase::fold(id!(CaseId), &acts).unwrap();
    tx.insert_case(&case, &acts, &placed(&case)).await.unwrap();
    (case, acts)
}

/// One more note by the officer, on the newest version.
async fn note(tx: &mut Tx, id: CaseId, words: &str) -> Result<Act, StoreError> {
    let case = tx.desk_case(id).await?.unwrap();
    let by = Who::Staff("a".to_owned());
    let note = act(case.version + 1, by, Deed::Noted, Some(words));
    let mut after = case.clone();
    after.apply(&note).unwrap();
    let acts = std::slice::from_ref(&note);
    tx.append_acts(case.version, &after, acts, &placed(&after))
        .await?;
    Ok(note)
}

async fn ids(tx: &mut Tx, filter: CaseFilter) -> Vec<CaseId> {
    let lines = tx.queue(&filter).await.unwrap();
    lines.iter().map(|line| line.id).collect()
}

/// Reports in every district, policy, stage, card and with every officer, each with a last day of its own.
async fn many(tx: &mut Tx) -> Vec<CaseLine> {
    for n in 0..240_u32 {
        let about = About::Report { application: None };
        let policy = format!("policy-{}", n % 3);
        let district: DistrictCode = format!("44060{}", 4 + n % 4).parse().unwrap();
        let opening = Opening {
            policy: Some(policy),
            district: Some(district),
            ..opening(about, None)
        };
        let opened = act(1, Who::Public, Deed::Opened(Box::new(opening)), None);
        let mut case = DeskCase::open(id!(CaseId), &opened).unwrap();
        case.officer = (n % 7 > 0).then(|| format!("officer-{}", n % 7));
        case.stage = match n % 5 {
            _ if case.officer.is_none() => Stage::Waiting,
            0 => Stage::Closed {
                ending: Ending::Answered,
                at: NOW,
            },
            1 => Stage::Asked {
                until: day("2026-12-01"),
            },
            _ => Stage::Working,
        };
        case.card = Card::ALL[(n as usize / 11) % 3];
        let due = (n % 5 != 1).then(|| Date::constant(2026, 11, 1 + i8::try_from(n % 28).unwrap()));
        let placing = Placing { due, look_on: None };
        tx.insert_case(&case, &[opened], &placing).await.unwrap();
    }
    let mut all = tx
        .queue(&CaseFilter {
            limit: 1_000,
            ..CaseFilter::default()
        })
        .await
        .unwrap();
    let closed = CaseFilter {
        stage: Some(StageName::Closed),
        limit: 1_000,
        ..CaseFilter::default()
    };
    all.extend(tx.queue(&closed).await.unwrap());
    assert_eq!(all.len(), 240);
    all
}

/// What a filter asks for, picked by hand.
fn picked(all: &[CaseLine], filter: &CaseFilter) -> Vec<CaseId> {
    let far = |due: Option<Date>| due.unwrap_or(day("9999-12-31"));
    let mut lines: Vec<_> = all
        .iter()
        .filter(|line| match filter.stage {
            Some(stage) => line.stage == stage,
            None => line.stage != StageName::Closed,
        })
        .filter(|line| filter.officer.is_none() || line.officer == filter.officer)
        .filter(|line| filter.district.is_none() || line.district == filter.district)
        .filter(|line| filter.policy.is_none() || line.policy == filter.policy)
        .filter(|line| filter.card.is_none_or(|card| line.card == card))
        .filter(|line| filter.due_until.is_none_or(|until| far(line.due) <= until))
        .collect();
    lines.sort_by_key(|line| (far(line.due), line.id));
    lines.iter().map(|line| line.id).collect()
}

/// Every combination of what can be asked for.
fn filters() -> Vec<CaseFilter> {
    let mut filters = vec![CaseFilter {
        limit: 7,
        ..CaseFilter::default()
    }];
    let mut also = |with: &dyn Fn(&CaseFilter) -> CaseFilter| {
        let more: Vec<_> = filters.iter().map(with).collect();
        filters.extend(more);
    };
    also(&|of| CaseFilter {
        officer: Some("officer-3".to_owned()),
        ..of.clone()
    });
    also(&|of| CaseFilter {
        district: Some("440605".parse().unwrap()),
        ..of.clone()
    });
    also(&|of| CaseFilter {
        policy: Some("policy-1".to_owned()),
        ..of.clone()
    });
    also(&|of| CaseFilter {
        due_until: Some(day("2026-11-15")),
        ..of.clone()
    });
    let stages = [
        None,
        Some(StageName::Working),
        Some(StageName::Asked),
        Some(StageName::Closed),
    ];
    let cards = [None, Some(Card::None), Some(Card::Red)];
    let mut all = Vec::new();
    for filter in filters {
        for stage in stages {
            all.extend(cards.map(|card| CaseFilter {
                stage,
                card,
                ..filter.clone()
            }));
        }
    }
    all
}

on_both_databases! {
    async fn a_case_is_read_back_as_its_acts_made_it(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (case, mut acts) = referred(&mut tx, 1).await;
        acts.push(note(&mut tx, case.id, NOTE).await.unwrap());
        let file = CaseFile {
            id: id!(CaseFileId),
            case: case.id,
            act: acts[2].id,
            name: Private::new("张三合同.pdf".to_owned()),
            media_type: "application/pdf".to_owned(),
            bytes: 12_345,
            hash: sha256(b"content"),
        };
        tx.insert_case_file(&file).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(tx.case_acts(case.id, 0).await.unwrap(), acts);
        assert_eq!(tx.case_acts(case.id, 2).await.unwrap(), acts[2..]);
        assert_eq!(tx.desk_case(case.id).await.unwrap(), DeskCase::fold(case.id, &acts).ok());
        assert_eq!(tx.case_files(case.id).await.unwrap(), [file]);
        let line = tx.case_line(case.id).await.unwrap().unwrap();
        assert_eq!((line.officer.as_deref(), line.stage, line.version), (Some("a"), StageName::Working, 3));
        assert_eq!(line.due, Some(day("2026-11-27")));
        let application = line.application.unwrap();
        assert_eq!(tx.open_case_of_filing(application).await.unwrap(), Some(case.id));
        assert_eq!(tx.cases_of_application(application).await.unwrap(), std::slice::from_ref(&line));
        assert_eq!(tx.cases_of_applicant(line.applicant.unwrap()).await.unwrap(), [line]);
        assert_eq!(tx.desk_case(id!(CaseId)).await.unwrap(), None);
    }

    async fn no_act_is_changed_or_taken_away_past_the_program(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        referred(&mut tx, 1).await;
        tx.commit().await.unwrap();
        for sql in ["UPDATE case_acts SET at = 1", "DELETE FROM case_acts"] {
            let refused = db.raw(sql).await.unwrap_err();
            assert!(refused.contains("never changed"), "{refused}");
        }
    }

    async fn a_referred_application_has_one_open_case(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (case, _) = referred(&mut tx, 1).await;
        tx.commit().await.unwrap();
        let mut tx = db.store.write().await.unwrap();
        let opened = act(1, Who::Machine, Deed::Opened(Box::new(case.opening.clone())), None);
        let second = DeskCase::open(id!(CaseId), &opened).unwrap();
        let refused = tx.insert_case(&second, &[opened], &placed(&second)).await.unwrap_err();
        assert!(matches!(refused, StoreError::Conflict(_)), "{refused}");
    }

    async fn of_eight_racing_writers_none_loses_an_act_and_a_stale_one_is_told_what_came_between(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (case, _) = referred(&mut tx, 1).await;
        tx.commit().await.unwrap();
        let start = Arc::new(Barrier::new(8));
        let mut tasks = JoinSet::new();
        for writer in 0..8 {
            let (store, start, id) = (db.store.clone(), Arc::clone(&start), case.id);
            tasks.spawn(async move {
                start.wait().await;
                let mut stale = 0;
                for number in 0..10 {
                    while !written(&store, id, &format!("{writer}-{number}")).await {
                        stale += 1;
                    }
                }
                stale
            });
        }
        let stale: i32 = tasks.join_all().await.into_iter().sum();
        assert!(stale > 0, "they did race");
        let mut tx = db.store.read().await.unwrap();
        let acts = tx.case_acts(case.id, 2).await.unwrap();
        let words: BTreeMap<_, _> = acts.iter().map(|act| (act.words.clone().unwrap().into_inner(), act.seq)).collect();
        assert_eq!((acts.len(), words.len()), (80, 80), "each once, none lost");
        assert_eq!(tx.desk_case(case.id).await.unwrap().unwrap().version, 82);
    }

    async fn a_queue_is_what_was_asked_for_by_last_day_page_after_page(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let all = many(&mut tx).await;
        tx.commit().await.unwrap();
        let mut tx = db.store.read().await.unwrap();
        for filter in filters() {
            let (mut found, mut page) = (Vec::new(), filter.clone());
            loop {
                let lines = tx.queue(&page).await.unwrap();
                found.extend(lines.iter().map(|line| line.id));
                let Some(last) = lines.last() else { break };
                page.after = Some(last.key());
            }
            assert_eq!(found, picked(&all, &filter), "{filter:?}");
        }
        let reports = CaseFilter { about: Some("filing".to_owned()), limit: 9, ..CaseFilter::default() };
        assert_eq!(ids(&mut tx, reports).await, []);
        let ended: i64 = tx.count_cases_by_ending().await.unwrap().iter().map(|line| line.2).sum();
        let closed = all.iter().filter(|line| line.stage == StageName::Closed).count();
        assert_eq!(usize::try_from(ended).unwrap(), closed);
    }

    async fn the_calendar_s_cases_are_found_on_their_day_and_rest_when_told(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (case, _) = referred(&mut tx, 1).await;
        assert_eq!(tx.cases_to_look_at(day("2026-11-25"), 9).await.unwrap(), []);
        assert_eq!(tx.cases_to_look_at(day("2026-11-26"), 9).await.unwrap(), [case.id], "the reminder");
        tx.rest_case(case.id, day("2026-12-01")).await.unwrap();
        assert_eq!(tx.cases_to_look_at(day("2026-11-30"), 9).await.unwrap(), []);
    }

    async fn who_is_there_for_a_case_is_told_with_load_and_conflict(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (case, _) = referred(&mut tx, 1).await;
        let who = case.opening.applicant.unwrap();
        for (subject, of) in [("a", Some("440604")), ("b", Some("440604")), ("subject-1", Some("440604")), ("c", Some("440605")), ("z", None)] {
            tx.put_officer(&officer(subject, of), Role::Reviewer).await.unwrap();
        }
        tx.put_officer(&officer("boss", None), Role::Supervisor).await.unwrap();
        let conflict = Conflict { officer: "b".to_owned(), applicant: who, at: NOW };
        tx.declare_conflict(&conflict).await.unwrap();
        tx.declare_conflict(&conflict).await.unwrap();
        assert!(tx.has_conflict("b", who).await.unwrap() && !tx.has_conflict("a", who).await.unwrap());
        let mut there = tx.candidates(Some(district()), Some(who)).await.unwrap();
        there.sort_by(|one, other| one.officer.subject.cmp(&other.officer.subject));
        let seen: Vec<_> = there.iter().map(|one| (one.officer.subject.as_str(), one.load, one.conflict)).collect();
        // The one who is the applicant must not handle it either.
        assert_eq!(seen, [("a", 1, false), ("b", 0, true), ("subject-1", 0, true), ("z", 0, false)]);
        tx.put_officer(&Officer { away: true, ..officer("a", Some("440604")) }, Role::Reviewer).await.unwrap();
        assert_eq!(tx.candidates(Some(district()), None).await.unwrap().len(), 3);
        assert!(tx.officer("a").await.unwrap().unwrap().away);
        assert_eq!(tx.officers().await.unwrap().len(), 6);
    }

    async fn a_freeze_holds_for_its_policy_and_district_until_it_is_lifted(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let freeze = |policy: Option<&str>, of: Option<&str>| Freeze {
            id: id!(FreezeId),
            policy: policy.map(str::to_owned),
            district: of.map(|code| code.parse().unwrap()),
            reason: "通过率突变".to_owned(),
            by: "boss".to_owned(),
            at: NOW,
        };
        assert_eq!(tx.freeze_over(Some(POLICY), Some(district())).await.unwrap(), None);
        let all = [freeze(Some(POLICY), Some("440605")), freeze(Some("other"), None), freeze(None, Some("440604"))];
        for one in &all {
            tx.insert_freeze(one).await.unwrap();
        }
        assert_eq!(tx.freezes().await.unwrap(), all);
        assert_eq!(tx.freeze_over(Some(POLICY), Some(district())).await.unwrap().as_ref(), Some(&all[2]));
        assert_eq!(tx.freeze_over(Some(POLICY), None).await.unwrap(), None);
        assert!(tx.lift_freeze(all[2].id, "boss", NOW).await.unwrap());
        assert!(!tx.lift_freeze(all[2].id, "boss", NOW).await.unwrap(), "once");
        assert_eq!(tx.freeze_over(Some(POLICY), Some(district())).await.unwrap(), None);
    }
}

/// Whether the note was written, or somebody else was first. Whoever was overtaken can read what came between.
async fn written(store: &Store, id: CaseId, words: &str) -> bool {
    let mut tx = store.read().await.unwrap();
    let seen = tx.desk_case(id).await.unwrap().unwrap();
    drop(tx);
    let by = Who::Staff("a".to_owned());
    let note = act(seen.version + 1, by, Deed::Noted, Some(words));
    let mut after = seen.clone();
    after.apply(&note).unwrap();
    let mut tx = store.write().await.unwrap();
    match tx
        .append_acts(seen.version, &after, &[note], &placed(&after))
        .await
    {
        Ok(()) => {
            tx.commit().await.unwrap();
            true
        }
        Err(StoreError::Stale { what: "case", .. }) => {
            let since = tx.case_acts(id, seen.version).await.unwrap();
            assert!(!since.is_empty() && since[0].seq == seen.version + 1);
            false
        }
        Err(error) => panic!("{error}"),
    }
}
