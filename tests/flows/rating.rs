//! 好差评: said once, when the matter has ended; whoever is not content is answered within 15 working days, by somebody else.

use std::sync::Arc;

use sanmiao::domain::causes::Scope;
use sanmiao::domain::desk::{Ending, Officer, Stage};
use sanmiao::domain::person::{Role, Staff, Subject};
use sanmiao::domain::rating::{Grade, Grades};
use sanmiao::error::StageError;
use sanmiao::jobs::supervise;
use sanmiao::review::rating::Standing;
use sanmiao::review::service::Verdict;
use sanmiao::review::{CaseDesk, CauseDesk};

use crate::support::clock::DAY_MS;
use crate::support::database::on_both_databases;
use crate::support::desk::Desk;
use crate::support::people::{DISTRICT, referred};

fn staff(subject: &str) -> Staff {
    Staff {
        subject: Subject {
            issuer: "http://issuer".to_owned(),
            subject: subject.to_owned(),
        },
        roles: vec![Role::Reviewer, Role::Supervisor],
        district: None,
    }
}

async fn with_officers(stages: &Desk, officers: &[&str]) -> CaseDesk {
    let desk = CaseDesk::new(stages.ctx.clone());
    for subject in officers {
        let officer = Officer {
            subject: (*subject).to_owned(),
            name: format!("经办人{subject}"),
            contact: "0757-12345".to_owned(),
            district: Some(DISTRICT.parse().unwrap()),
            away: false,
        };
        desk.enrol(&staff("boss"), &officer, Role::Reviewer)
            .await
            .unwrap();
    }
    desk
}

async fn grades(stages: &Desk) -> Grades {
    let scope = Scope {
        month: "2026-11".parse().unwrap(),
        policy: None,
        district: None,
    };
    CauseDesk::new(&stages.ctx).of(scope).await.unwrap().grades
}

fn refusal() -> Verdict {
    Verdict::Refuse {
        grounds: "样例".to_owned(),
        legal_basis: "样例".to_owned(),
    }
}

on_both_databases! {
    async fn a_matter_is_rated_once_when_the_money_is_there_and_a_good_grade_opens_nothing(database) {
        let stages = Desk::new(database).await;
        let desk = CaseDesk::new(stages.ctx.clone());
        let case = stages.approved(1).await.remove(0);
        let (who, id) = (case.applicant, case.application);
        assert_eq!(desk.rating(who, id).await.unwrap(), Standing::NotYet);
        let early = desk.rate(who, id, Grade::Satisfied, None).await.unwrap_err();
        assert!(matches!(early, StageError::NotInState { what: "application", .. }), "{early}");
        stages.dispatch().await;
        let settled = stages.treasury.settle(&case.instruction).expect("it has it");
        stages.hear(&settled).await;
        assert_eq!(desk.rating(who, id).await.unwrap(), Standing::Open);
        let rating = desk.rate(who, id, Grade::VerySatisfied, Some(" 很快 ")).await.unwrap();
        assert_eq!((rating.case, rating.words.as_ref().unwrap().reveal().as_str()), (None, "很快"));
        assert_eq!(desk.rating(who, id).await.unwrap(), Standing::Said(rating));
        let again = desk.rate(who, id, Grade::VeryDissatisfied, None).await.unwrap_err();
        assert!(matches!(again, StageError::NotInState { what: "rating", .. }), "{again}");
        let nobodys = stages.ctx.id(sanmiao::domain::id::ApplicantId::new);
        assert!(matches!(desk.rating(nobodys, id).await, Err(StageError::NotFound { .. })));
        assert_eq!(grades(&stages).await.counts, [1, 0, 0, 0, 0]);
    }

    async fn a_bad_one_goes_to_somebody_else_and_is_answered_within_fifteen_working_days(database) {
        let stages = Desk::new(database).await;
        let desk = with_officers(&stages, &["a", "b"]).await;
        let application = stages.file(&referred()).await;
        let (who, id) = (application.applicant, application.id);
        let case = desk.case_of(id).await.unwrap().unwrap();
        desk.propose(&staff("a"), case, 2, &refusal()).await.unwrap();
        let rating = desk.rate(who, id, Grade::Dissatisfied, Some("没有说明白")).await.unwrap();
        let answer = rating.case.unwrap();
        let mut tx = stages.ctx.store.read().await.unwrap();
        let opened = tx.desk_case(answer).await.unwrap().unwrap();
        assert_eq!(opened.officer.as_deref(), Some("b"), "a handled it");
        let words = tx.case_acts(answer, 0).await.unwrap().remove(0).words.unwrap();
        assert!(words.reveal().contains("不满意") && words.reveal().contains("没有说明白"));
        // Friday 20 November 2026; the fifteenth working day after it.
        let due = tx.case_line(answer).await.unwrap().unwrap().due.unwrap();
        assert_eq!(due.to_string(), "2026-12-11");
        drop(tx);
        let open = grades(&stages).await;
        assert_eq!((open.bad(), open.open, open.late), (1, 1, 0));
        stages.clock.advance(21 * DAY_MS);
        desk.answer(&staff("b"), answer, opened.version, "已逐项说明").await.unwrap();
        let answered = grades(&stages).await;
        assert_eq!((answered.open, answered.answered_in_time, answered.late), (0, 1, 0));
        let mut tx = stages.ctx.store.read().await.unwrap();
        let ended = tx.desk_case(answer).await.unwrap().unwrap().stage;
        assert!(matches!(ended, Stage::Closed { ending: Ending::Answered, .. }));
    }

    async fn a_bad_one_that_nobody_answers_is_late_and_with_nobody_else_it_waits(database) {
        let stages = Desk::new(database).await;
        let desk = with_officers(&stages, &["a"]).await;
        let application = stages.file(&referred()).await;
        let case = desk.case_of(application.id).await.unwrap().unwrap();
        desk.propose(&staff("a"), case, 2, &refusal()).await.unwrap();
        let (who, id) = (application.applicant, application.id);
        let rating = desk.rate(who, id, Grade::VeryDissatisfied, None).await.unwrap();
        let mut tx = stages.ctx.store.read().await.unwrap();
        let waits = tx.desk_case(rating.case.unwrap()).await.unwrap().unwrap();
        assert_eq!(waits.officer, None);
        drop(tx);
        stages.clock.advance(23 * DAY_MS);
        for _ in 0..3 {
            supervise::run_once(&stages.ctx).await.unwrap();
        }
        let late = grades(&stages).await;
        assert_eq!((late.late, late.open), (1, 0));
    }

    async fn eight_who_rate_at_once_are_one_rating(database) {
        let stages = Desk::new(database).await;
        let desk = Arc::new(with_officers(&stages, &["a", "b"]).await);
        let application = stages.file(&referred()).await;
        let case = desk.case_of(application.id).await.unwrap().unwrap();
        desk.propose(&staff("a"), case, 2, &refusal()).await.unwrap();
        let (who, id) = (application.applicant, application.id);
        let tries: Vec<_> = (0..8)
            .map(|_| {
                let desk = Arc::clone(&desk);
                tokio::spawn(async move { desk.rate(who, id, Grade::Dissatisfied, None).await })
            })
            .collect();
        let mut taken = 0;
        for one in tries {
            match one.await.unwrap() {
                Ok(_) => taken += 1,
                Err(error) => assert!(matches!(error, StageError::NotInState { what: "rating", .. }), "{error}"),
            }
        }
        assert_eq!(taken, 1);
        let mut tx = stages.ctx.store.read().await.unwrap();
        assert_eq!(tx.cases_of_application(id).await.unwrap().len(), 2, "one case to answer it");
    }
}
