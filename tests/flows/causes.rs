//! 原因分析: what the machine referred in a month is counted once, with every reason.

use std::sync::Arc;

use sanmiao::approve::Approve;
use sanmiao::domain::application::Application;
use sanmiao::domain::causes::{Analysis, Employer, Referral, Scope, What};
use sanmiao::domain::desk::Officer;
use sanmiao::domain::person::{Role, Staff, Subject};
use sanmiao::domain::time::Timestamp;
use sanmiao::error::StageError;
use sanmiao::review::{CaseDesk, CauseDesk};
use sanmiao::store::Place;
use sanmiao_mocks::{Person, Trait};

use crate::support::clock::DAY_MS;
use crate::support::database::on_both_databases;
use crate::support::desk::Desk;
use crate::support::house::PHD;
use crate::support::people::{DISTRICT, doctors_with};

/// As somebody calls themselves who wants a spreadsheet to do something.
const EMPLOYER: &str = "=HYPERLINK(\"http://x\")𠮷田";
const USCC: &str = "91350100M000100Y43";

fn staff(subject: &str, role: Role, district: Option<&str>) -> Staff {
    Staff {
        subject: Subject {
            issuer: "http://issuer".to_owned(),
            subject: subject.to_owned(),
        },
        roles: vec![role],
        district: district.map(|code| code.parse().unwrap()),
    }
}

/// The month of the tests' clock, of everything.
fn november() -> Scope {
    Scope {
        month: "2026-11".parse().unwrap(),
        policy: None,
        district: None,
    }
}

/// People of a district and one employer.
fn people(one: Trait, count: usize) -> Vec<Person> {
    let mut people = doctors_with(one, count);
    for person in &mut people {
        for record in &mut person.registers.talent_introduction.records {
            DISTRICT.clone_into(&mut record.district);
            EMPLOYER.clone_into(&mut record.employer_name);
            USCC.clone_into(&mut record.employer_uscc);
        }
        for record in &mut person.registers.social_security.records {
            USCC.clone_into(&mut record.unit_uscc);
        }
    }
    people
}

async fn referred(stages: &Desk, people: &[Person]) -> Vec<Application> {
    let mut referred = Vec::new();
    for person in people {
        let application = stages.file(person).await;
        assert_eq!(application.state.name().as_str(), "referred");
        referred.push(application);
    }
    referred
}

async fn analysis(stages: &Desk, scope: Scope) -> Arc<Analysis> {
    let boss = staff("boss", Role::Supervisor, None);
    // One of its own, which has kept nothing.
    let desk = CauseDesk::new(&stages.ctx);
    desk.analysis(&boss, scope).await.unwrap()
}

fn criterion(id: &str) -> What {
    What::Criterion {
        policy: PHD.to_owned(),
        id: id.to_owned(),
    }
}

/// Every referral of the month, read so many at once.
async fn paged(stages: &Desk, limit: u32) -> Vec<Referral> {
    let mut tx = stages.ctx.store.read().await.unwrap();
    let (mut all, mut at) = (Vec::new(), Some(Place::before(Timestamp::EPOCH)));
    while let Some(after) = at {
        let book = &stages.ctx.policies;
        let scope = november();
        let read = tx.referrals(&scope, &after, Timestamp::MAX, limit, book);
        let (page, next) = read.await.unwrap();
        all.extend(page);
        at = next;
    }
    all
}

on_both_databases! {
    async fn every_referral_counts_once_with_all_its_reasons(database) {
        let stages = Desk::new(database).await;
        referred(&stages, &people(Trait::PartTime, 3)).await;
        referred(&stages, &people(Trait::NoDegreeRecord, 2)).await;
        stages.clock.advance(40 * DAY_MS);
        referred(&stages, &people(Trait::ShortContract, 1)).await;

        let november = analysis(&stages, november()).await;
        let tally = &november.tally;
        assert_eq!(tally.referrals, 5);
        let full_time = criterion("full_time");
        let part_time = tally.reasons.iter().find(|line| line.what == full_time);
        let part_time = part_time.expect("working part-time is a reason");
        assert_eq!((part_time.count, part_time.not_met), (3, 3));
        assert_eq!(part_time.alone, 3, "nothing else is wrong with them");
        let silent = tally.sources.iter().find(|line| line.count > 0).expect("a source");
        assert_eq!((silent.source.as_str(), silent.alone), ("degree", 2));
        assert!(silent.asked.asked >= 5 && silent.asked.silent == 0);
        let of = |count| (tally.policies[0].count, tally.districts[0].count) == (count, count);
        assert!(of(5) && tally.policies[0].key == PHD);
        let employer = &tally.employers[0];
        assert_eq!(employer.count, 5);
        let Employer::One { name: Some(name), .. } = &employer.key else {
            panic!("{employer:?} has a name");
        };
        assert!(name.starts_with(EMPLOYER), "{name}");
        let counts: Vec<usize> = november.trend.iter().map(|(_, count, _)| *count).collect();
        assert_eq!(counts, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);

        let december = Scope { month: "2026-12".parse().unwrap(), ..november.scope.clone() };
        let december = analysis(&stages, december).await;
        assert_eq!(december.tally.referrals, 1);
        assert_eq!(december.trend[10].1, 5, "the month before is in the trend");
        assert_eq!(paged(&stages, 1).await, paged(&stages, 500).await);
        assert_eq!(paged(&stages, 2).await.len(), 6);
    }

    async fn undone_or_decided_again_it_was_referred_once(database) {
        let stages = Desk::new(database).await;
        let desk = CaseDesk::new(stages.ctx.clone());
        let boss = staff("boss", Role::Supervisor, None);
        let officer = Officer {
            subject: "a".to_owned(),
            name: "经办人".to_owned(),
            contact: "0757-12345".to_owned(),
            district: Some(DISTRICT.parse().unwrap()),
            away: false,
        };
        desk.enrol(&boss, &officer, Role::Reviewer).await.unwrap();
        let application = referred(&stages, &people(Trait::PartTime, 1)).await.remove(0);
        let case = desk.case_of(application.id).await.unwrap().unwrap();
        let mine = staff("a", Role::Reviewer, Some(DISTRICT));
        let verdict = sanmiao::review::service::Verdict::Refuse {
            grounds: "样例".to_owned(),
            legal_basis: "样例".to_owned(),
        };
        stages.clock.advance(2 * DAY_MS);
        desk.propose(&mine, case, 2, &verdict).await.unwrap();
        let refused = analysis(&stages, november()).await;
        assert_eq!((refused.tally.referrals, refused.times.all.cases), (1, 1));
        assert_eq!(refused.times.all.in_time, 1);
        desk.reopen(&boss, case, 4, "撤销").await.unwrap();
        let undone = analysis(&stages, november()).await;
        assert_eq!(undone.tally.referrals, 1, "a supervisor's undoing is no referral");
        assert_eq!(undone.times.all.cases, 0, "and the case has not ended");
        let mut tx = stages.ctx.store.read().await.unwrap();
        assert_eq!(tx.decisions_of(application.id).await.unwrap().len(), 3);
        drop(tx);
        // What is asked of the machine twice is answered once.
        Approve::new(stages.ctx.clone()).decide(application.id).await.unwrap();
        assert_eq!(analysis(&stages, november()).await.tally, undone.tally);
    }

    async fn a_district_sees_its_own_and_nobody_without_the_role_anything(database) {
        let stages = Desk::new(database).await;
        referred(&stages, &people(Trait::PartTime, 1)).await;
        let desk = CauseDesk::new(&stages.ctx);
        let seen = |district: &'static str| {
            let desk = desk.clone();
            async move {
                let staff = staff("a", Role::Reviewer, Some(district));
                desk.analysis(&staff, november()).await.unwrap().tally.referrals
            }
        };
        assert_eq!((seen(DISTRICT).await, seen("440605").await), (1, 0));
        let other = Scope { district: Some(DISTRICT.parse().unwrap()), ..november() };
        for who in [
            staff("a", Role::Reviewer, Some("440605")),
            staff("f", Role::Finance, None),
        ] {
            let refused = desk.analysis(&who, other.clone()).await.unwrap_err();
            assert!(matches!(refused, StageError::Forbidden { .. }), "{refused}");
        }
    }
}
