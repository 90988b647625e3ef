//! Messages to applicants: each thing told once, whatever dies, races or is away, and nothing personal in any of them.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};

use sanmiao::approve::{Approve, Grounds};
use sanmiao::config::{LogConfig, LogFormat};
use sanmiao::domain::application::StateName;
use sanmiao::domain::audit::AlarmKind;
use sanmiao::domain::award::BudgetKey;
use sanmiao::domain::decision::Outcome;
use sanmiao::domain::desk::Verdict;
use sanmiao::domain::notice::{Notice, NoticeState};
use sanmiao::jobs::{due, notices, resume, waiting};
use sanmiao::telemetry;
use sanmiao_mocks::{Channel, Fault, FaultRule, Faults, Trait};
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::clock::DAY_MS;
use crate::support::database::on_both_databases;
use crate::support::desk::{Desk, grant, money};
use crate::support::house::{House, PHD, Plan, text};
use crate::support::people::{DISTRICT, doctors_with, ordinary, referred};

/// Everything that was told, in the order of the alphabet: the clock of a desk stands still.
fn templates(notices: &[Notice]) -> Vec<&str> {
    let mut templates: Vec<_> = notices
        .iter()
        .map(|notice| notice.message.template.as_str())
        .collect();
    templates.sort_unstable();
    templates
}

/// The message of one template.
fn told<'n>(notices: &'n [Notice], template: &str) -> &'n Notice {
    let mut found = notices
        .iter()
        .filter(|notice| notice.message.template.as_str() == template);
    let one = found.next().unwrap();
    assert!(found.next().is_none(), "{template} was told twice");
    one
}

/// A parameter of the message of one template.
fn param<'n>(notices: &'n [Notice], template: &str, name: &str) -> &'n str {
    &told(notices, template).message.params[name]
}

fn grounds(refused: bool) -> Grounds {
    Grounds {
        staff: "reviewer".to_owned(),
        grounds: "looked at".to_owned(),
        legal_basis: refused.then(|| "art. 1".to_owned()),
        remedies: None,
    }
}

fn line() -> BudgetKey {
    BudgetKey {
        policy: PHD.to_owned(),
        district: DISTRICT.parse().unwrap(),
        year: 2026,
    }
}

/// Sends until nothing more comes to an end.
async fn send_all(desk: &Desk) {
    while desk.send_notices().await > 0 {}
}

on_both_databases! {
    async fn approval_and_settlement_are_told_once_with_their_amounts(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.dispatch().await;
        let settled = desk.treasury.settle(&case.instruction).unwrap();
        desk.hear(&settled).await;
        desk.hear(&settled).await;
        Approve::new(desk.ctx.clone()).decide(case.application).await.unwrap();
        let all = desk.notices(case.application).await;
        assert_eq!(templates(&all), ["application_approved", "payment_settled"]);
        assert_eq!(param(&all, "application_approved", "amount"), "200000.00");
        assert_eq!(param(&all, "application_approved", "reference"), case.application.to_string());
        assert_eq!(param(&all, "payment_settled", "amount"), "100000.00");
        assert_eq!(param(&all, "payment_settled", "instalment"), "1");
        send_all(&desk).await;
        let arrived: BTreeSet<_> = desk.sink.kept().into_iter().map(|one| one.template).collect();
        assert_eq!(arrived.into_iter().collect::<Vec<_>>(), ["application_approved", "payment_settled"]);
        assert_eq!(desk.sink.kept()[0].to.reveal(), &ordinary(1)[0].phone);
        send_all(&desk).await;
        assert_eq!(desk.sink.tries(), 2);
    }

    async fn a_return_asks_for_a_corrected_account_and_the_second_settlement_is_told_too(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.dispatch().await;
        desk.hear(&desk.treasury.give_back(&case.instruction).unwrap()).await;
        desk.correct(&case).await.unwrap();
        desk.dispatch().await;
        let again = desk.instructions(&case).await[1].id;
        desk.hear(&desk.treasury.settle(&again).unwrap()).await;
        let all = desk.notices(case.application).await;
        assert_eq!(templates(&all), ["application_approved", "payment_returned", "payment_settled"]);
    }

    async fn a_register_that_is_down_is_told_of_once_however_often_it_is_asked(database) {
        let desk = Desk::new(database).await;
        desk.registers.set_down(true);
        let parked = desk.file(&ordinary(1)[0]).await;
        for _ in 0..3 {
            desk.clock.advance(10_000);
            resume::run_once(&desk.ctx).await.unwrap();
        }
        assert_eq!(templates(&desk.notices(parked.id).await), ["application_parked"]);
        desk.registers.set_down(false);
        desk.clock.advance(10_000);
        resume::run_once(&desk.ctx).await.unwrap();
        assert_eq!(templates(&desk.notices(parked.id).await), ["application_approved", "application_parked"]);
    }

    async fn a_person_s_decision_is_told_like_the_machine_s(database) {
        let desk = Desk::new(database).await;
        let approve = Approve::new(desk.ctx.clone());
        for (person, outcome, told) in [
            (doctors_with(Trait::PartTime, 2).remove(1), Outcome::Refuse, "application_refused"),
            (referred(), Outcome::Approve, "application_approved"),
        ] {
            let application = desk.file(&person).await;
            let id = application.id;
            assert_eq!(application.state.name(), StateName::Referred);
            let (verdict, amount) = match outcome {
                Outcome::Approve => (Verdict::Approve, "200000.00"),
                _ => (Verdict::Refuse, "0.00"),
            };
            let conclusion = desk.conclusion(id, verdict, amount).await;
            let grounds = grounds(outcome == Outcome::Refuse);
            approve.decide_by_person(application, outcome, grounds, &conclusion).await.unwrap();
            let mut expected = ["application_referred", told];
            expected.sort_unstable();
            assert_eq!(templates(&desk.notices(id).await), expected);
        }
    }

    async fn whoever_waits_for_budget_is_told_and_told_again_when_it_comes(database) {
        let desk = Desk::new(database).await;
        let mut tx = desk.ctx.store.write().await.unwrap();
        assert!(tx.reserve(&line(), money("50000000.00")).await.unwrap());
        tx.commit().await.unwrap();
        let waits = desk.file(&ordinary(1)[0]).await;
        assert_eq!(waits.state.name(), StateName::WaitingForBudget);
        assert_eq!(waiting::run_once(&desk.ctx).await.unwrap(), 0);
        grant(&desk.ctx, line(), "900000.00", "more").await;
        assert_eq!(waiting::run_once(&desk.ctx).await.unwrap(), 1);
        let all = desk.notices(waits.id).await;
        assert_eq!(templates(&all), ["application_approved", "application_waiting_for_budget"]);
    }

    async fn a_re_check_is_told_whether_it_passes_or_goes_to_a_person(database) {
        let desk = Desk::new(database).await;
        let cases = desk.approved(1).await;
        desk.clock.advance(366 * DAY_MS);
        for _ in 0..2 {
            due::run_once(&desk.ctx).await.unwrap();
        }
        let all = desk.notices(cases[0].application).await;
        assert_eq!(templates(&all), ["application_approved", "recheck_passed"]);
        assert_eq!(param(&all, "recheck_passed", "instalment"), "2");
        assert_eq!(param(&all, "recheck_passed", "amount"), "100000.00");
    }

    async fn a_re_check_that_a_person_refuses_is_told_with_its_remedies(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.clock.advance(366 * DAY_MS);
        desk.registers.change(|person| {
            for record in &mut person.registers.talent_introduction.records {
                "91350100M000100Y43".clone_into(&mut record.employer_uscc);
            }
            for row in &mut person.registers.social_security.records {
                "91350100M000100Y43".clone_into(&mut row.unit_uscc);
            }
        });
        due::run_once(&desk.ctx).await.unwrap();
        let mut tx = desk.ctx.store.read().await.unwrap();
        let award = tx.award_of(case.application).await.unwrap().unwrap();
        let second = tx.payments_of(award.id).await.unwrap().remove(1);
        drop(tx);
        let conclusion = desk.conclusion(case.application, Verdict::Refuse, "0.00").await;
        let approve = Approve::new(desk.ctx.clone());
        approve.decide_recheck_by_person(second.id, Outcome::Refuse, grounds(true), &conclusion).await.unwrap();
        let all = desk.notices(case.application).await;
        assert_eq!(templates(&all), ["application_approved", "recheck_ended", "recheck_referred"]);
    }

    async fn several_nodes_at_once_send_each_message_once(database) {
        let desk = Desk::new(database).await;
        desk.approved(6).await;
        for _ in 0..3 {
            let limits = notices::NoticeLimits { batch: 2, ..notices::NoticeLimits::default() };
            let nodes = (0..5).map(|_| notices::run_once(&desk.ctx, &limits));
            for node in futures_util::future::join_all(nodes).await {
                node.unwrap();
            }
        }
        send_all(&desk).await;
        assert_eq!((desk.sink.kept().len(), desk.sink.tries()), (6, 6));
    }

    async fn killed_between_the_send_and_the_last_word_the_same_id_goes_again(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        let id = desk.notices(case.application).await[0].id;
        desk.sink.set_silent(true);
        let ctx = desk.ctx.clone();
        let worker = tokio::spawn(async move {
            notices::run_once(&ctx, &notices::NoticeLimits::default()).await
        });
        while desk.sink.kept().is_empty() {
            tokio::task::yield_now().await;
        }
        worker.abort();
        assert!(worker.await.unwrap_err().is_cancelled());
        desk.sink.set_silent(false);
        assert_eq!(desk.send_notices().await, 0, "the dead worker's lease still holds");
        desk.clock.advance(notices::NoticeLimits::default().lease_ms);
        assert_eq!(desk.send_notices().await, 1);
        assert_eq!((desk.sink.tries_of(id), desk.sink.kept().len()), (2, 1));
        assert_eq!(desk.notices(case.application).await[0].state, NoticeState::Sent);
    }

    async fn a_sink_that_is_down_for_long_disturbs_nobody_and_one_person_after_a_day(database) {
        let desk = Desk::new(database).await;
        desk.sink.set_down(true);
        let case = desk.approved(2).await.remove(0);
        let day: i64 = 20;
        for part in 1..=2 * day {
            desk.clock.advance(DAY_MS / day);
            assert_eq!(desk.send_notices().await, 0);
            let alarms = desk.alarms().await;
            assert_eq!(alarms.len(), usize::from(part >= day), "{part}");
            assert!(alarms.iter().all(|alarm| alarm.kind == AlarmKind::NotifierDown));
        }
        // Everything else went on meanwhile.
        desk.dispatch().await;
        desk.hear(&desk.treasury.settle(&case.instruction).unwrap()).await;
        assert_eq!(desk.faults().await, Vec::<String>::new());
        desk.sink.set_down(false);
        desk.clock.advance(DAY_MS);
        send_all(&desk).await;
        assert_eq!(desk.sink.kept().len(), 3);
        assert!(desk.alarms().await.is_empty(), "it is over by itself");
    }

    async fn pauses_grow_and_attempts_end(database) {
        let desk = Desk::new(database).await;
        desk.sink.set_down(true);
        let case = desk.approved(1).await.remove(0);
        let limits = notices::NoticeLimits { attempts_max: 5, ..notices::NoticeLimits::default() };
        let mut waits = Vec::new();
        for _ in 0..4 {
            notices::run_once(&desk.ctx, &limits).await.unwrap();
            let notice = desk.notices(case.application).await.remove(0);
            let wait_ms = notice.next_at.millis_since(desk.ctx.now());
            waits.push(wait_ms);
            assert_eq!(notices::run_once(&desk.ctx, &limits).await.unwrap(), 0, "it rests");
            desk.clock.advance(wait_ms + 1);
        }
        for (wait_ms, ceiling_ms) in waits.iter().zip([1_000, 2_000, 4_000, 8_000]) {
            assert!((ceiling_ms / 2..=ceiling_ms).contains(wait_ms), "{waits:?}");
        }
        notices::run_once(&desk.ctx, &limits).await.unwrap();
        assert_eq!(desk.notices(case.application).await[0].state, NoticeState::Dead);
        assert_eq!(desk.sink.tries(), 5);
    }

    async fn a_refused_message_is_never_sent_again_and_holds_nobody_up(database) {
        let desk = Desk::new(database).await;
        let case = desk.approved(1).await.remove(0);
        desk.sink.set_refusing(true);
        assert_eq!(desk.send_notices().await, 1);
        desk.sink.set_refusing(false);
        desk.dispatch().await;
        desk.hear(&desk.treasury.settle(&case.instruction).unwrap()).await;
        desk.clock.advance(3 * DAY_MS);
        send_all(&desk).await;
        let all = desk.notices(case.application).await;
        let refused = told(&all, "application_approved");
        assert_eq!((refused.state, desk.sink.tries_of(refused.id)), (NoticeState::Dead, 1));
        assert_eq!(told(&all, "payment_settled").state, NoticeState::Sent);
        assert!(desk.alarms().await.is_empty());
    }

    async fn nothing_personal_is_said_or_logged(database) {
        let log = Log::default();
        let config = LogConfig { format: LogFormat::Json, filter: "trace".to_owned() };
        let subscriber = telemetry::subscriber(&config, log.clone()).unwrap();
        let desk = Desk::new(database).await;
        let said = async {
            let case = desk.approved(1).await.remove(0);
            desk.sink.set_down(true);
            desk.send_notices().await;
            desk.sink.set_down(false);
            desk.sink.set_refusing(true);
            desk.clock.advance(DAY_MS);
            desk.send_notices().await;
            format!("{:?}", desk.notices(case.application).await)
        }
        .with_subscriber(subscriber)
        .await;
        let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(logged.contains("message given up") && logged.contains("message sink not heard"), "{logged}");
        let person = ordinary(1).remove(0);
        for private in [&person.phone, &person.name, &person.document_number, &person.account.number] {
            assert!(!said.contains(private.as_str()) && !logged.contains(private.as_str()), "{private}");
        }
    }

    async fn over_the_wire_each_message_arrives_once_after_an_outage(database) {
        let down = FaultRule::always(Channel::Sink, Fault::Down);
        let plan = Plan { faults: Faults { rules: vec![down] }, ..Plan::of(database, ordinary(3)) };
        let house = House::funded(plan).await;
        for person in house.world.people() {
            let applicant = house.applicant(person);
            let id = text(&applicant.apply().await, "/id").to_owned();
            applicant.until_payment(&id, 1, "settled").await;
        }
        assert_eq!(house.world.message_counts().taken, 0);
        house.world.faults().clear();
        house.clock.jump_ms(120_000);
        house
            .eventually("six messages arrive", || async {
                (house.world.message_counts().taken == 6).then_some(())
            })
            .await;
        let messages = house.world.messages();
        for person in house.world.people() {
            let mine: Vec<_> = messages.iter().filter(|one| text(one, "/to") == person.phone).collect();
            assert_eq!(mine.len(), 2, "approved, settled");
            assert!(mine.iter().all(|one| text(one, "/channel") == "sms"));
        }
        house.stop().await;
    }
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}
