//! Later instalments, with registers that change: judged anew on new evidence, approved or referred, once.

use sanmiao::domain::payment::{Payment, PaymentState};
use sanmiao::jobs::due;

use crate::support::clock::DAY_MS;
use crate::support::database::on_both_databases;
use crate::support::desk::{Case, Desk};

/// A year has passed since the first instalment was paid.
async fn a_year_later(desk: &Desk) -> Case {
    let case = desk.approved(1).await.remove(0);
    desk.dispatch().await;
    desk.hear(&desk.treasury.settle(&case.instruction).unwrap())
        .await;
    desk.clock.advance(366 * DAY_MS);
    case
}

async fn second(desk: &Desk, case: &Case) -> Payment {
    let mut tx = desk.ctx.store.read().await.unwrap();
    let award = tx.award_of(case.application).await.unwrap().unwrap();
    tx.payments_of(award.id).await.unwrap().remove(1)
}

on_both_databases! {
    async fn whoever_is_still_eligible_is_paid(database) {
        let desk = Desk::new(database).await;
        let case = a_year_later(&desk).await;
        due::run_once(&desk.ctx).await.unwrap();
        assert_eq!(second(&desk, &case).await.state, PaymentState::Instructed);
        desk.dispatch().await;
        let id = desk.treasury.accepted().remove(0);
        desk.hear(&desk.treasury.settle(&id).unwrap()).await;
        assert_eq!(second(&desk, &case).await.state, PaymentState::Settled);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn a_changed_employer_goes_to_a_person_and_not_to_the_treasury(database) {
        let desk = Desk::new(database).await;
        let case = a_year_later(&desk).await;
        desk.registers.change(|person| {
            for record in &mut person.registers.talent_introduction.records {
                "91350100M000100Y43".clone_into(&mut record.employer_uscc);
            }
            for row in &mut person.registers.social_security.records {
                "91350100M000100Y43".clone_into(&mut row.unit_uscc);
            }
        });
        due::run_once(&desk.ctx).await.unwrap();
        desk.dispatch().await;
        assert_eq!(second(&desk, &case).await.state, PaymentState::Referred);
        assert_eq!(desk.treasury.sends().len(), 1, "only the first instalment");
        let decisions = desk.ctx.store.read().await.unwrap().decisions_of(case.application).await.unwrap();
        assert_eq!(decisions.len(), 2);
        let record = String::from_utf8(decisions[1].record.clone()).unwrap();
        assert!(record.contains("employer_unchanged"), "{record}");
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn a_register_that_is_down_makes_it_rest_and_not_fail(database) {
        let desk = Desk::new(database).await;
        let case = a_year_later(&desk).await;
        desk.registers.set_down(true);
        due::run_once(&desk.ctx).await.unwrap();
        let resting = second(&desk, &case).await;
        assert_eq!(resting.state, PaymentState::Scheduled);
        assert!(resting.retry_at.is_some());
        desk.registers.set_down(false);
        assert_eq!(due::run_once(&desk.ctx).await.unwrap(), 0, "it rests");
        desk.clock.advance(120_000);
        due::run_once(&desk.ctx).await.unwrap();
        assert_eq!(second(&desk, &case).await.state, PaymentState::Instructed);
    }

    async fn several_nodes_at_once_make_one_instruction(database) {
        let desk = Desk::new(database).await;
        let case = a_year_later(&desk).await;
        let nodes = (0..5).map(|_| due::run_once(&desk.ctx));
        for node in futures_util::future::join_all(nodes).await {
            node.unwrap();
        }
        desk.dispatch_rounds(2).await;
        assert_eq!(desk.treasury.sends().len(), 2, "the first instalment and the second");
        assert_eq!(second(&desk, &case).await.generation, 1);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn one_that_cannot_go_on_calls_a_person_and_holds_nobody_up(database) {
        let desk = Desk::new(database).await;
        let cases = desk.approved(2).await;
        desk.clock.advance(366 * DAY_MS);
        // The first one's consent was taken back: nobody may be asked about them.
        let mut tx = desk.ctx.store.write().await.unwrap();
        let application = tx.application(cases[0].application).await.unwrap().unwrap();
        tx.revoke_consent(application.consent, desk.ctx.now()).await.unwrap();
        tx.commit().await.unwrap();
        due::run_once(&desk.ctx).await.unwrap();
        assert_eq!(second(&desk, &cases[1]).await.state, PaymentState::Instructed);
        let stuck = second(&desk, &cases[0]).await;
        assert!(stuck.retry_at.is_some(), "it rests behind the others");
        let alarms = desk.alarms().await;
        assert_eq!(alarms.len(), 1);
        assert_eq!(alarms[0].subject, stuck.id.to_string());
    }
}
