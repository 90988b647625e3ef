//! Judged before the write, compared inside it: whoever was overtaken in between changes nothing.

use sanmiao::approve::{Approve, Grounds, Recheck};
use sanmiao::domain::application::StateName;
use sanmiao::domain::award::BudgetKey;
use sanmiao::domain::decision::Outcome;
use sanmiao::domain::desk::Verdict;
use sanmiao::domain::payment::{Payment, PaymentState};
use sanmiao::error::StageError;
use sanmiao::jobs::due;
use sanmiao::prefill::Prefill;

use crate::support::clock::DAY_MS;
use crate::support::database::on_both_databases;
use crate::support::desk::{Case, Desk, grant, money};
use crate::support::house::PHD;
use crate::support::people::{DISTRICT, ordinary, referred};

fn grounds() -> Grounds {
    Grounds {
        staff: "reviewer".to_owned(),
        grounds: "looked at".to_owned(),
        legal_basis: None,
        remedies: None,
    }
}

async fn second(desk: &Desk, case: &Case) -> Payment {
    let mut tx = desk.ctx.store.read().await.unwrap();
    let award = tx.award_of(case.application).await.unwrap().unwrap();
    tx.payments_of(award.id).await.unwrap().remove(1)
}

on_both_databases! {
    async fn a_person_whom_the_applicant_overtakes_decides_nothing(database) {
        let desk = Desk::new(database).await;
        let seen = desk.file(&referred()).await;
        let conclusion = desk.conclusion(seen.id, Verdict::Approve, "200000.00").await;
        Prefill::new(desk.ctx.clone()).withdraw(seen.applicant, seen.id).await.unwrap();
        let approve = Approve::new(desk.ctx.clone());
        let late = approve.decide_by_person(seen.clone(), Outcome::Approve, grounds(), &conclusion).await.unwrap_err();
        assert!(matches!(late, StageError::Stale { .. }), "{late}");
        let mut tx = desk.ctx.store.read().await.unwrap();
        let now = tx.application(seen.id).await.unwrap().unwrap();
        assert_eq!(now.state.name(), StateName::Withdrawn);
        assert_eq!(tx.decisions_of(seen.id).await.unwrap().len(), 1, "the machine's alone");
        assert!(tx.award_of(seen.id).await.unwrap().is_none());
        assert_eq!(tx.notices_of(seen.id).await.unwrap().len(), 1, "nothing was told");
        drop(tx);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn many_people_at_once_decide_an_application_once(database) {
        let desk = Desk::new(database).await;
        let seen = desk.file(&referred()).await;
        let conclusion = desk.conclusion(seen.id, Verdict::Approve, "200000.00").await;
        let approve = Approve::new(desk.ctx.clone());
        let people = (0..5).map(|_| approve.decide_by_person(seen.clone(), Outcome::Approve, grounds(), &conclusion));
        let decided = futures_util::future::join_all(people).await;
        assert_eq!(decided.iter().filter(|one| one.is_ok()).count(), 1);
        for late in decided.into_iter().filter_map(Result::err) {
            assert!(matches!(late, StageError::Stale { .. }), "{late}");
        }
        assert_eq!(desk.notices(seen.id).await.len(), 2, "referred, approved");
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn several_nodes_at_once_give_the_head_of_a_list_one_award(database) {
        let desk = Desk::new(database).await;
        let line = BudgetKey { policy: PHD.to_owned(), district: DISTRICT.parse().unwrap(), year: 2026 };
        let mut tx = desk.ctx.store.write().await.unwrap();
        assert!(tx.reserve(&line, money("50000000.00")).await.unwrap());
        tx.commit().await.unwrap();
        let waits = desk.file(&ordinary(1)[0]).await;
        assert_eq!(waits.state.name(), StateName::WaitingForBudget);
        grant(&desk.ctx, line.clone(), "900000.00", "more").await;
        let approve = Approve::new(desk.ctx.clone());
        let nodes = (0..5).map(|_| approve.award_waiting(waits.id));
        let mut given = 0;
        for node in futures_util::future::join_all(nodes).await {
            given += usize::from(node.unwrap());
        }
        assert_eq!(given, 1);
        let reserved = desk.ctx.store.read().await.unwrap().budget(&line).await.unwrap().unwrap().reserved;
        assert_eq!(reserved, money("50200000.00"), "one award more");
    }

    async fn a_re_check_on_several_nodes_and_a_person_s_decision_happen_once(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.clock.advance(366 * DAY_MS);
        desk.registers.change(|person| {
            for record in &mut person.registers.talent_introduction.records {
                "91350100M000100Y43".clone_into(&mut record.employer_uscc);
            }
        });
        due::run_once(&desk.ctx).await.unwrap();
        let waits = second(&desk, &case).await;
        assert_eq!(waits.state, PaymentState::Referred);
        let conclusion = desk.conclusion(case.application, Verdict::Approve, "100000.00").await;
        let approve = Approve::new(desk.ctx.clone());
        assert_eq!(approve.recheck(waits.id).await.unwrap(), Recheck::Settled, "it is a person's by now");
        let people = (0..4).map(|_| approve.decide_recheck_by_person(waits.id, Outcome::Approve, grounds(), &conclusion));
        let decided = futures_util::future::join_all(people).await;
        assert_eq!(decided.iter().filter(|one| one.is_ok()).count(), 1);
        for late in decided.into_iter().filter_map(Result::err) {
            let told = matches!(late, StageError::Stale { .. } | StageError::NotInState { .. });
            assert!(told, "{late}");
        }
        let paid = second(&desk, &case).await;
        assert_eq!((paid.state, paid.generation), (PaymentState::Instructed, 1));
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }
}
