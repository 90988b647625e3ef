//! Echoes that are not what was ordered: detected before anything counts as acknowledged.

use sanmiao::domain::audit::AlarmKind;
use sanmiao::domain::payment::{InstructionState, PaymentState};

use crate::support::database::on_both_databases;
use crate::support::desk::{Desk, money};
use crate::support::treasury::Turn;

/// What an amount of 100000.00 becomes on bad ways: a double printed as text and a number are no exact amount text at all.
fn lossy() -> Vec<Turn> {
    vec![
        Turn::EchoAmount(None),
        Turn::EchoAmount(Some(money("99999.99"))),
        Turn::EchoAmount(Some(money("100000.01"))),
        Turn::EchoAmount(Some(money("0.00"))),
        Turn::EchoAccount,
        Turn::EchoPayee,
    ]
}

on_both_databases! {
    async fn an_echo_that_differs_counts_as_nothing_calls_a_person_and_is_never_resent(database) {
        let desk = Desk::new(database).await;
        let cases = desk.approved(lossy().len()).await;
        for turn in lossy() {
            desk.treasury.script([turn]);
        }
        desk.dispatch().await;
        assert_eq!(desk.alarms().await.iter().filter(|alarm| alarm.kind == AlarmKind::EchoDiffers).count(), cases.len());
        for case in &cases {
            let instruction = desk.instructions(case).await.remove(0);
            assert_eq!((instruction.state, instruction.acknowledged_at), (InstructionState::Unknown, None));
            assert_ne!(desk.payment(case).await.state, PaymentState::Settled);
        }
        // The next answer is good: the treasury had it right, and the alarm is over.
        desk.dispatch_rounds(3).await;
        assert_eq!(desk.treasury.sends().len(), cases.len(), "asked about, never sent again");
        for case in &cases {
            assert_eq!(desk.instructions(case).await[0].state, InstructionState::Acknowledged);
        }
        assert_eq!(desk.alarms().await.len(), 0);
    }

    async fn an_echo_that_stays_wrong_ends_with_a_person_and_not_with_money(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.treasury.script(vec![Turn::EchoAmount(Some(money("1.00"))); 6]);
        desk.dispatch_rounds(4).await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Held);
        assert_eq!(desk.treasury.sends().len(), 1);
    }

    async fn a_call_back_with_another_amount_or_account_settles_nothing(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.dispatch().await;
        let good = desk.treasury.settle(&case.instruction).unwrap();
        let mut amount = good.clone();
        amount.amount = Some(money("1.00"));
        "00000000-0000-4000-8000-00000000aaaa".clone_into(&mut amount.event_id);
        let mut account = good.clone();
        account.payee_account = sanmiao::domain::person::Private::new("6222020000000000018".to_owned());
        "00000000-0000-4000-8000-00000000bbbb".clone_into(&mut account.event_id);
        for bad in [amount, account] {
            desk.hear(&bad).await;
            assert_eq!(desk.payment(&case).await.state, PaymentState::Instructed);
            assert_eq!(desk.alarms().await[0].kind, AlarmKind::EchoDiffers);
        }
        desk.hear(&good).await;
        assert_eq!(desk.payment(&case).await.state, PaymentState::Settled);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }
}
