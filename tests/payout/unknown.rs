//! Answers that do not come: asked about first, then the same is sent again, and at the end a person is called.

use sanmiao::domain::audit::AlarmKind;
use sanmiao::domain::payment::{InstructionState, PaymentState};
use sanmiao::finance::service::Finance;

use crate::support::database::on_both_databases;
use crate::support::desk::{Desk, finance_staff};
use crate::support::treasury::Turn;

on_both_databases! {
    async fn a_send_that_was_lost_on_the_way_there_is_asked_about_and_sent_again_under_the_same_id(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.treasury.script([Turn::LostThere]);
        desk.dispatch().await;
        assert_eq!(desk.instructions(&case).await[0].state, InstructionState::Unknown);
        assert_eq!(desk.payment(&case).await.state, PaymentState::Instructed);
        // Not before its pause is over.
        assert_eq!(desk.dispatch().await, 0);
        desk.dispatch_rounds(2).await;
        assert_eq!((desk.treasury.asks(), desk.treasury.sends()), (1, vec![case.instruction]));
        assert_eq!(desk.instructions(&case).await[0].state, InstructionState::Acknowledged);
        let event = desk.treasury.settle(&case.instruction).unwrap();
        desk.hear(&event).await;
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn an_answer_lost_or_garbled_after_acceptance_is_found_by_asking_and_nothing_is_sent_twice(database) {
        for turn in [Turn::LostBack, Turn::Garbled] {
            let desk = Desk::new(database).await;
            let case = desk.approved(1).await.remove(0);
            desk.treasury.script([turn]);
            desk.dispatch_rounds(2).await;
            assert_eq!((desk.treasury.asks(), desk.treasury.sends()), (1, vec![case.instruction]));
            assert_eq!(desk.instructions(&case).await[0].state, InstructionState::Acknowledged);
        }
    }

    async fn attempts_used_up_call_a_person_and_whoever_releases_it_sends_the_same(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.treasury.script(vec![Turn::LostThere; 4]);
        desk.dispatch_rounds(4).await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Held);
        let alarms = desk.alarms().await;
        assert_eq!((alarms.len(), alarms[0].kind), (1, AlarmKind::PaymentStuck));
        // From now on it is asked about and never sent, however long that takes.
        for _ in 0..5 {
            desk.clock.advance(desk.limits.pause_held_ms);
            desk.dispatch().await;
        }
        assert_eq!(desk.treasury.sends(), []);
        assert!(desk.treasury.asks() >= 5);
        let finance = Finance::new(desk.ctx.clone());
        finance.release_held(&finance_staff(), case.payment).await.unwrap();
        desk.dispatch_rounds(1).await;
        assert_eq!(desk.treasury.sends(), [case.instruction]);
        assert_eq!(desk.instructions(&case).await[0].state, InstructionState::Acknowledged);
        assert_eq!(desk.payment(&case).await.state, PaymentState::Instructed);
        assert_eq!(desk.alarms().await.len(), 0, "the alarm is over");
        let again = finance.release_held(&finance_staff(), case.payment).await;
        assert!(again.is_err(), "only what is held is released");
    }

    async fn a_held_instruction_that_the_treasury_had_all_along_goes_on_by_itself(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.treasury.script([Turn::LostBack, Turn::LostThere, Turn::LostThere, Turn::LostThere]);
        desk.dispatch_rounds(4).await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Held);
        let event = desk.treasury.settle(&case.instruction).unwrap();
        desk.clock.advance(desk.limits.pause_held_ms);
        desk.dispatch().await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Settled);
        desk.hear(&event).await;
        assert_eq!(desk.alarms().await.len(), 0);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn refused_for_good_waits_for_a_corrected_account_under_a_linked_new_instruction(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.treasury.script([Turn::Refuse]);
        desk.dispatch_rounds(3).await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Returned);
        assert_eq!(desk.alarms().await[0].kind, AlarmKind::PaymentRejected);
        assert_eq!(desk.treasury.sends(), []);
        desk.correct(&case).await.unwrap();
        desk.dispatch().await;
        let chain = desk.instructions(&case).await;
        assert_eq!((chain.len(), chain[1].replaces), (2, Some(case.instruction)));
        assert_eq!(desk.treasury.sends(), [chain[1].id]);
        desk.hear(&desk.treasury.settle(&chain[1].id).unwrap()).await;
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn another_payload_under_our_id_is_never_sent_again_and_calls_a_person(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.treasury.script([Turn::Conflict]);
        desk.dispatch().await;
        assert_eq!(desk.alarms().await[0].kind, AlarmKind::EchoDiffers);
        assert_ne!(desk.instructions(&case).await[0].state, InstructionState::Acknowledged);
    }

    async fn an_acknowledged_instruction_of_which_nothing_is_heard_is_asked_about(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.dispatch().await;
        desk.treasury.settle(&case.instruction).unwrap();
        desk.clock.advance(desk.limits.silence_ms + 1_000);
        let asked = sanmiao::payout::dispatch::ask_silent(&desk.ctx, &desk.limits).await.unwrap();
        assert_eq!(asked, 1);
        assert_eq!(desk.payment(&case).await.state, PaymentState::Settled);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }
}
