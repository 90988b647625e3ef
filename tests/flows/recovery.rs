//! 追回: what was paid and may have to come back is a case with an officer; what has to is a receivable, to the fen, and once.

use futures_util::future::join_all;
use sanmiao::domain::application::{Application, StateName};
use sanmiao::domain::desk::{About, DeskCase, Ending, Relief, Why};
use sanmiao::domain::id::PaymentId;
use sanmiao::domain::ledger::{Account, Movement};
use sanmiao::domain::money::Money;
use sanmiao::domain::payment::PaymentState;
use sanmiao::domain::recovery::Receivable;
use sanmiao::domain::time::YearMonth;
use sanmiao::error::StageError;
use sanmiao::finance::service::Finance;
use sanmiao::instruct::move_money;
use sanmiao::jobs::{drift, due};
use sanmiao::review::desk::Step;
use sanmiao::review::trust::Recovery;
use sanmiao::store::ReceivableFilter;
use serde_json::json;

use super::trust::{Lookout, ended, officer, right, wrong};
use crate::support::clock::DAY_MS;
use crate::support::database::{Database, on_both_databases};
use crate::support::desk::{Case, finance_staff, money};
use crate::support::people::{ordinary, referred};

fn recover() -> Recovery {
    Recovery::Recover {
        grounds: "已离开佛山".to_owned(),
        legal_basis: "佛发〔2018〕2号".to_owned(),
    }
}

fn let_be() -> Recovery {
    Recovery::LetBe {
        grounds: "单位补缴".to_owned(),
    }
}

/// Everybody is drawn, and nobody held.
async fn looked_at(database: Database) -> Lookout {
    Lookout::new(database, &[("sample_rate_per_mille", json!(1_000))]).await
}

impl Lookout {
    async fn paid(&self) -> Case {
        let case = self.stages.approved(1).await.remove(0);
        self.arrive(&case).await;
        case
    }

    async fn arrive(&self, case: &Case) {
        self.stages.dispatch().await;
        let event = self.stages.treasury.settle(&case.instruction).unwrap();
        self.stages.hear(&event).await;
    }

    async fn recovery(&self, payment: PaymentId) -> Option<DeskCase> {
        let mut tx = self.stages.ctx.store.read().await.unwrap();
        let id = tx.open_case_of_recovery(payment).await.unwrap()?;
        tx.desk_case(id).await.unwrap()
    }

    async fn decide(&self, case: &DeskCase, verdict: &Recovery) -> Result<DeskCase, StageError> {
        self.desk
            .decide_recovery(&officer("a"), case.id, case.version, verdict)
            .await
    }

    async fn receivable(&self, payment: PaymentId) -> Option<Receivable> {
        let mut tx = self.stages.ctx.store.read().await.unwrap();
        tx.receivable(payment).await.unwrap()
    }

    async fn balance(&self, account: Account) -> i64 {
        let mut tx = self.stages.ctx.store.read().await.unwrap();
        let balances = tx.balances().await.unwrap();
        let of = balances.iter().filter(|balance| balance.account == account);
        of.map(|balance| balance.fen).sum()
    }

    async fn repay(
        &self,
        payment: PaymentId,
        amount: &str,
        reference: &str,
    ) -> Result<Receivable, StageError> {
        Finance::new(self.stages.ctx.clone())
            .book_repayment(&finance_staff(), payment, money(amount), reference)
            .await
    }

    /// Found wrong after it was paid, and to come back.
    async fn claimed(&self) -> Case {
        let case = self.paid().await;
        let sample = self.sample(case.application).await.unwrap();
        self.look(&sample, &wrong()).await.unwrap();
        let recovery = self.recovery(case.payment).await.unwrap();
        self.decide(&recovery, &recover()).await.unwrap();
        case
    }

    /// As many days pass, with a look of the watch on each tenth.
    async fn days_pass(&self, days: i64) {
        for _ in 0..days / 10 {
            self.stages.clock.advance(10 * DAY_MS);
            drift::run_once(&self.stages.ctx).await.unwrap();
        }
    }
}

/// Approved by two people on the declaration of a doctor whom the machine referred.
async fn declared(house: &Lookout) -> (Application, DeskCase) {
    let application = house.stages.file(&referred()).await;
    let id = house.desk.case_of(application.id).await.unwrap().unwrap();
    let seen = |case: DeskCase| case.version;
    let criteria = vec!["full_time".to_owned()];
    let offer = Step::Offer {
        relief: Relief::Declaration,
        criteria,
    };
    let offered = house
        .desk
        .act(&officer("a"), id, 2, offer, "")
        .await
        .unwrap();
    assert!(offered.offer.is_some());
    let taken = house
        .desk
        .take_offer(application.applicant, id, "本人全职在岗")
        .await
        .unwrap();
    let proposed = house
        .desk
        .propose(&officer("a"), id, seen(taken), &right())
        .await
        .unwrap();
    let approved = house
        .desk
        .confirm(&officer("b"), id, seen(proposed), "同意")
        .await
        .unwrap();
    (application, approved)
}

on_both_databases! {
    async fn found_wrong_after_payment_it_is_claimed_back_to_the_fen(database) {
        let house = looked_at(database).await;
        let case = house.paid().await;
        let sample = house.sample(case.application).await.unwrap();
        house.look(&sample, &wrong()).await.unwrap();
        assert_eq!(house.state(case.application).await, StateName::Refused);
        let payments = house.payments(case.application).await;
        assert_eq!(payments[0].state, PaymentState::Settled);
        assert_eq!(payments[1].state, PaymentState::Cancelled, "what is not paid is not paid any more");
        assert!(house.told(case.application).await.contains(&"recovery_opened".to_owned()));
        assert_eq!(house.receivable(case.payment).await, None, "a person decides");
        let recovery = house.recovery(case.payment).await.unwrap();
        let About::Recovery { because: Why::Sample { .. }, .. } = recovery.opening.about else {
            panic!("{:?}", recovery.opening.about);
        };
        let decided = house.decide(&recovery, &recover()).await.unwrap();
        assert_eq!(ended(&decided), Some(Ending::Recovering));
        assert!(house.told(case.application).await.contains(&"recovery_claimed".to_owned()));
        let claim = house.receivable(case.payment).await.unwrap();
        assert_eq!((claim.amount, claim.repaid), (payments[0].amount, Money::ZERO));
        let who = decided.opening.applicant.unwrap();
        let followed = house.desk.case_to_follow(who, case.application).await.unwrap();
        let card = house.desk.track(who, followed).await.unwrap();
        let said = card.claimed.expect("what the applicant is told of").reveal().clone();
        for part in ["佛发〔2018〕2号", "行政复议", "行政诉讼"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert_eq!(card.owed, Some(claim.clone()));
        assert_eq!(house.balance(Account::Receivable).await, payments[0].amount.fen());
        assert_eq!(house.balance(Account::Paid).await, 0);
        let all = house.desk.receivables(&officer("a"), ReceivableFilter { limit: 9, ..ReceivableFilter::default() }).await.unwrap();
        assert_eq!(all, [claim]);
        house.books_agree().await;
    }

    async fn what_is_repaid_is_booked_once_and_never_too_much(database) {
        let house = looked_at(database).await;
        let case = house.claimed().await;
        let claim = house.receivable(case.payment).await.unwrap();
        assert_eq!(claim.amount, money("100000.00"));
        house.repay(case.payment, "40000.00", "bank-1").await.unwrap();
        let same = house.repay(case.payment, "40000.00", "bank-1").await.unwrap();
        assert_eq!(same.repaid, money("40000.00"), "the same twice changes nothing");
        let other = house.repay(case.payment, "1.00", "bank-1").await.unwrap_err();
        assert!(matches!(other, StageError::NotInState { .. }), "{other}");
        let more = house.repay(case.payment, "60000.01", "bank-2").await.unwrap_err();
        assert!(matches!(more, StageError::Invalid { .. }), "{more}");
        // Two at once that together are too much: one is booked.
        let racing = ["bank-3", "bank-4"].map(|reference| house.repay(case.payment, "60000.00", reference));
        let booked = join_all(racing).await.into_iter().flatten().count();
        assert_eq!(booked, 1);
        let ended = house.receivable(case.payment).await.unwrap();
        assert_eq!((ended.repaid, ended.outstanding()), (claim.amount, Money::ZERO));
        assert!(ended.ended_at.is_some());
        assert_eq!(house.balance(Account::Receivable).await, 0);
        assert_eq!(house.balance(Account::Recovered).await, claim.amount.fen());
        house.books_agree().await;
    }

    async fn what_is_on_its_way_when_it_is_found_wrong_becomes_a_case_when_it_arrives(database) {
        let house = looked_at(database).await;
        let case = house.stages.approved(1).await.remove(0);
        house.stages.dispatch().await;
        let sample = house.sample(case.application).await.unwrap();
        house.look(&sample, &wrong()).await.unwrap();
        assert!(house.recovery(case.payment).await.is_none(), "nothing has arrived");
        house.stages.hear(&house.stages.treasury.settle(&case.instruction).unwrap()).await;
        let recovery = house.recovery(case.payment).await.unwrap();
        house.decide(&recovery, &recover()).await.unwrap();
        assert!(house.receivable(case.payment).await.is_some());
        house.books_agree().await;
    }

    async fn what_comes_back_by_itself_after_it_was_found_wrong_is_the_lines_again(database) {
        let house = looked_at(database).await;
        let case = house.stages.approved(1).await.remove(0);
        house.stages.dispatch().await;
        let sample = house.sample(case.application).await.unwrap();
        house.look(&sample, &wrong()).await.unwrap();
        house.stages.hear(&house.stages.treasury.give_back(&case.instruction).unwrap()).await;
        assert_eq!(house.stages.payment(&case).await.state, PaymentState::Cancelled);
        assert!(house.recovery(case.payment).await.is_none());
        let corrected = house.stages.correct(&case).await.unwrap_err();
        assert!(matches!(corrected, StageError::NotInState { .. }), "{corrected}");
        assert_eq!(house.balance(Account::Returned).await, 0);
        assert_eq!(house.balance(Account::Committed).await, 0);
        house.books_agree().await;
    }

    async fn a_claim_ends_when_the_bank_gives_the_money_back_and_it_is_not_paid_again(database) {
        let house = looked_at(database).await;
        let case = house.claimed().await;
        house.repay(case.payment, "40000.00", "bank-1").await.unwrap();
        house.stages.hear(&house.stages.treasury.give_back(&case.instruction).unwrap()).await;
        let claim = house.receivable(case.payment).await.unwrap();
        assert_eq!(claim.outstanding(), Money::ZERO);
        for account in [Account::Receivable, Account::Recovered, Account::Paid, Account::Returned] {
            assert_eq!(house.balance(account).await, 0, "{account:?}");
        }
        assert_eq!(house.stages.alarms().await.len(), 1, "what was repaid is owed to the payee");
        assert!(house.stages.correct(&case).await.is_err());
        house.books_agree().await;
    }

    async fn of_two_who_decide_at_once_one_does_and_it_is_claimed_once(database) {
        let house = looked_at(database).await;
        let case = house.paid().await;
        let sample = house.sample(case.application).await.unwrap();
        house.look(&sample, &wrong()).await.unwrap();
        let recovery = house.recovery(case.payment).await.unwrap();
        let verdict = recover();
        let all = join_all((0..4).map(|_| house.decide(&recovery, &verdict))).await;
        assert_eq!(all.iter().filter(|one| one.is_ok()).count(), 1, "{all:?}");
        house.books_agree().await;
    }

    async fn a_step_that_fails_leaves_nothing_of_the_others(database) {
        let house = looked_at(database).await;
        let case = house.paid().await;
        let sample = house.sample(case.application).await.unwrap();
        house.look(&sample, &wrong()).await.unwrap();
        let recovery = house.recovery(case.payment).await.unwrap();
        // The last step of the decision cannot be written: its movement stands in the journal already.
        let mut tx = house.stages.ctx.store.write().await.unwrap();
        let award = tx.award_of(case.application).await.unwrap().unwrap();
        let reference = case.payment.to_string();
        let fen = Money::from_fen(1).unwrap();
        move_money(&house.stages.ctx, &mut tx, Movement::Claim, &award, fen, &reference).await.unwrap();
        tx.commit().await.unwrap();
        let told = house.told(case.application).await;
        house.decide(&recovery, &recover()).await.unwrap_err();
        assert_eq!(house.recovery(case.payment).await, Some(recovery), "it is still to be decided");
        assert_eq!(house.receivable(case.payment).await, None);
        assert_eq!(house.told(case.application).await, told);
    }

    async fn contributions_that_stop_after_payment_open_one_recovery(database) {
        let house = Lookout::new(database, &[]).await;
        let case = house.paid().await;
        house.stages.registers.stop_after(YearMonth::new(2026, 12).unwrap());
        house.days_pass(100).await;
        assert!(house.recovery(case.payment).await.is_none(), "three whole months without one are wanted");
        house.days_pass(60).await;
        let recovery = house.recovery(case.payment).await.unwrap();
        let About::Recovery { because: Why::Drift { stopped, evidence }, .. } = recovery.opening.about else {
            panic!("{:?}", recovery.opening.about);
        };
        assert_eq!(stopped, YearMonth::new(2027, 1).unwrap());
        let mut tx = house.stages.ctx.store.read().await.unwrap();
        let kept = tx.evidence_of_all_rounds(case.application).await.unwrap();
        drop(tx);
        assert!(kept.iter().any(|piece| piece.id == evidence), "what the register said is kept");
        house.days_pass(100).await;
        let decided = house.decide(&recovery, &recover()).await.unwrap();
        assert_eq!(ended(&decided), Some(Ending::Recovering));
        let claim = house.receivable(case.payment).await.unwrap();
        assert_eq!(claim.amount, house.stages.payment(&case).await.amount);
        house.days_pass(100).await;
        assert!(house.recovery(case.payment).await.is_none(), "once");
        assert_eq!(house.state(case.application).await, StateName::Approved, "the approval itself stands");
        house.books_agree().await;
    }

    async fn what_is_let_be_stays_paid_and_is_not_asked_again(database) {
        let house = Lookout::new(database, &[]).await;
        let case = house.paid().await;
        house.stages.registers.stop_after(YearMonth::new(2026, 12).unwrap());
        house.days_pass(180).await;
        let recovery = house.recovery(case.payment).await.unwrap();
        let decided = house.decide(&recovery, &let_be()).await.unwrap();
        assert_eq!(ended(&decided), Some(Ending::LetBe));
        assert!(house.told(case.application).await.contains(&"recovery_let_be".to_owned()));
        house.days_pass(120).await;
        assert!(house.recovery(case.payment).await.is_none());
        assert_eq!(house.receivable(case.payment).await, None);
        house.books_agree().await;
    }

    async fn several_nodes_at_once_open_one_recovery(database) {
        let house = Lookout::new(database, &[]).await;
        let case = house.paid().await;
        house.stages.registers.stop_after(YearMonth::new(2026, 12).unwrap());
        house.stages.clock.advance(200 * DAY_MS);
        for node in join_all((0..4).map(|_| drift::run_once(&house.stages.ctx))).await {
            node.unwrap();
        }
        let mut tx = house.stages.ctx.store.read().await.unwrap();
        let cases = tx.cases_of_application(case.application).await.unwrap();
        assert_eq!(cases.iter().filter(|line| line.about == "recovery").count(), 1);
    }

    async fn whoever_goes_on_paying_is_left_in_peace_and_so_is_everybody_while_the_register_is_silent(database) {
        let house = Lookout::new(database, &[]).await;
        let case = house.paid().await;
        house.days_pass(200).await;
        house.stages.registers.set_down(true);
        house.stages.registers.stop_after(YearMonth::new(2026, 12).unwrap());
        house.days_pass(40).await;
        assert!(house.recovery(case.payment).await.is_none(), "silence is no proof");
        house.stages.registers.set_down(false);
        house.days_pass(20).await;
        assert!(house.recovery(case.payment).await.is_some(), "and is made up for");
    }

    async fn what_was_paid_on_a_declaration_that_did_not_hold_may_have_to_come_back(database) {
        let house = Lookout::new(database, &[("desk", json!({ "declarable": ["full_time"] }))]).await;
        let (application, desk_case) = declared(&house).await;
        assert_eq!(house.state(application.id).await, StateName::Approved);
        let payment = house.payments(application.id).await.remove(0);
        house.stages.dispatch().await;
        let instruction = house.stages.treasury.accepted().remove(0);
        house.stages.hear(&house.stages.treasury.settle(&instruction).unwrap()).await;
        let step = Step::Check { held: false };
        let broken = house.desk.act(&officer("a"), desk_case.id, desk_case.version, step, "并未全职").await.unwrap();
        assert_eq!(ended(&broken), Some(Ending::Broken));
        let recovery = house.recovery(payment.id).await.unwrap();
        let About::Recovery { because: Why::Declaration { case }, .. } = recovery.opening.about else {
            panic!("{:?}", recovery.opening.about);
        };
        assert_eq!(case, broken.id);
        // Nothing more of it is paid meanwhile.
        house.stages.clock.advance(400 * DAY_MS);
        due::run_once(&house.stages.ctx).await.unwrap();
        assert_eq!(house.payments(application.id).await[1].state, PaymentState::Scheduled);
        house.decide(&recovery, &recover()).await.unwrap();
        assert_eq!(house.receivable(payment.id).await.unwrap().amount, payment.amount);
        assert_eq!(house.payments(application.id).await[1].state, PaymentState::Cancelled);
        house.books_agree().await;
    }

    async fn let_be_after_a_broken_declaration_what_is_left_goes_on(database) {
        let house = Lookout::new(database, &[("desk", json!({ "declarable": ["full_time"] }))]).await;
        let (application, desk_case) = declared(&house).await;
        house.stages.dispatch().await;
        let step = Step::Check { held: false };
        house.desk.act(&officer("a"), desk_case.id, desk_case.version, step, "并未全职").await.unwrap();
        let payment = house.payments(application.id).await.remove(0);
        assert!(house.recovery(payment.id).await.is_none(), "it is on its way");
        let instruction = house.stages.treasury.accepted().remove(0);
        house.stages.hear(&house.stages.treasury.settle(&instruction).unwrap()).await;
        let recovery = house.recovery(payment.id).await.unwrap();
        house.decide(&recovery, &let_be()).await.unwrap();
        let mut tx = house.stages.ctx.store.read().await.unwrap();
        assert_eq!(tx.hold_on(application.id).await.unwrap(), None);
        drop(tx);
        house.books_agree().await;
    }

    async fn a_sample_found_right_leaves_nothing_to_recover(database) {
        let house = looked_at(database).await;
        let application = house.stages.file(&ordinary(1)[0]).await;
        let sample = house.sample(application.id).await.unwrap();
        house.look(&sample, &right()).await.unwrap();
        let wrong_way = house.decide(&sample, &recover()).await.unwrap_err();
        assert!(wrong_way.to_string().contains("changed"), "{wrong_way}");
        house.books_agree().await;
    }
}
