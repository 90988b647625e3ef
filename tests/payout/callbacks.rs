//! Call-backs that come twice, early, late or out of order.

use sanmiao::domain::audit::AlarmKind;
use sanmiao::domain::payment::{InstructionState, PaymentState};

use crate::support::database::on_both_databases;
use crate::support::desk::Desk;
use crate::support::treasury::Turn;

on_both_databases! {
    async fn a_call_back_that_comes_many_times_at_once_counts_once(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.dispatch().await;
        let event = desk.treasury.settle(&case.instruction).unwrap();
        futures_util::future::join_all((0..8).map(|_| desk.hear(&event))).await;
        let mut other = event.clone();
        "00000000-0000-4000-8000-00000000cccc".clone_into(&mut other.event_id);
        desk.hear(&other).await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Settled);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn a_call_back_before_the_acknowledgement_settles_and_the_late_answer_changes_nothing(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.treasury.script([Turn::LostBack]);
        desk.dispatch().await;
        let event = desk.treasury.settle(&case.instruction).unwrap();
        desk.hear(&event).await;
        assert_eq!(desk.instructions(&case).await[0].state, InstructionState::Settled);
        desk.dispatch_rounds(3).await;
        assert_eq!((desk.treasury.asks(), desk.treasury.sends().len()), (0, 1));
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn a_return_after_settlement_takes_the_money_back_in_our_books_too(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.dispatch().await;
        desk.hear(&desk.treasury.settle(&case.instruction).unwrap()).await;
        desk.hear(&desk.treasury.give_back(&case.instruction).unwrap()).await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Returned);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn a_settlement_told_after_the_return_that_followed_it_changes_nothing(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.dispatch().await;
        let settled = desk.treasury.settle(&case.instruction).unwrap();
        let returned = desk.treasury.give_back(&case.instruction).unwrap();
        desk.hear(&returned).await;
        desk.hear(&settled).await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Returned);
        assert_eq!(desk.faults().await, Vec::<String>::new());
        // Nor when a new instruction is already under way.
        desk.correct(&case).await.unwrap();
        let mut late = settled.clone();
        "00000000-0000-4000-8000-00000000dddd".clone_into(&mut late.event_id);
        desk.hear(&late).await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Instructed);
        desk.dispatch().await;
        let second = desk.instructions(&case).await[1].id;
        desk.hear(&desk.treasury.settle(&second).unwrap()).await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Settled);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn a_return_found_in_the_answer_to_a_send_is_a_return(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.treasury.script([Turn::Returned]);
        desk.dispatch().await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Returned);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn a_call_back_about_nobodys_instruction_is_taken_and_calls_a_person(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.dispatch().await;
        let mut event = desk.treasury.settle(&case.instruction).unwrap();
        event.instruction = "01M249TE00EW3RE1R70W3GE1R7-1-1".parse().unwrap();
        desk.hear(&event).await;
        assert_eq!(desk.alarms().await[0].kind, AlarmKind::UnexpectedEvent);
        assert_eq!(desk.payment(&case).await.state, PaymentState::Instructed);
    }

    async fn money_paid_under_an_instruction_that_was_refused_calls_a_person(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        // The treasury takes the order, then says of it that it refused it: a contradiction of its own.
        desk.treasury.script([Turn::LostBack, Turn::LostThere]);
        desk.dispatch_rounds(1).await;
        desk.treasury.forget(&case.instruction);
        desk.treasury.script([Turn::Well, Turn::Refuse]);
        desk.clock.advance(desk.limits.pause_max_ms);
        desk.dispatch_rounds(2).await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Returned);
        let order = desk.instructions(&case).await[0].order().unwrap();
        desk.treasury.take_after_all(order);
        desk.hear(&desk.treasury.settle(&case.instruction).unwrap()).await;
        let mut tx = desk.ctx.store.read().await.unwrap();
        assert_eq!(tx.ledger_faults().await.unwrap(), Vec::<String>::new());
        drop(tx);
        assert!(desk.alarms().await.iter().any(|alarm| alarm.kind == AlarmKind::UnexpectedEvent));
    }
}
