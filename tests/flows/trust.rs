//! Trust, but look: a share of the machine's approvals is looked at by people, the first of a version before payment; what the machine
//! approves suddenly too much of it freezes itself; under a freeze nothing goes on by machine.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use sanmiao::approve::Approve;
use sanmiao::approve::replay::{Mismatch, replay};
use sanmiao::domain::application::{Application, StateName};
use sanmiao::domain::audit::AlarmKind;
use sanmiao::domain::award::BudgetKey;
use sanmiao::domain::decision::{Decision, Outcome};
use sanmiao::domain::desk::{DeskCase, Ending, Freeze, Officer, Stage};
use sanmiao::domain::hash::sha256;
use sanmiao::domain::id::{ApplicationId, PaymentId};
use sanmiao::domain::payment::{Payment, PaymentState};
use sanmiao::domain::person::{Role, Staff, Subject};
use sanmiao::error::StageError;
use sanmiao::jobs::{breaker, due, waiting};
use sanmiao::review::CaseDesk;
use sanmiao::review::service::Verdict;
use serde_json::{Value, json};

use crate::support::clock::DAY_MS;
use crate::support::database::{Database, on_both_databases};
use crate::support::desk::{Case, Desk, book_with, grant, typed};
use crate::support::house::PHD;
use crate::support::people::{DISTRICT, ordinary};

pub(crate) fn officer(subject: &str) -> Staff {
    staff(subject, Role::Reviewer, Some(DISTRICT))
}

fn boss() -> Staff {
    staff("boss", Role::Supervisor, None)
}

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

pub(crate) fn right() -> Verdict {
    Verdict::Approve {
        grounds: "已核对全部材料".to_owned(),
    }
}

pub(crate) fn wrong() -> Verdict {
    Verdict::Refuse {
        grounds: "单位并不存在".to_owned(),
        legal_basis: "佛发〔2018〕2号".to_owned(),
    }
}

/// The stages by hand, with an officer who looks at samples, under policies that say of how many.
pub(crate) struct Lookout {
    pub(crate) stages: Desk,
    pub(crate) desk: CaseDesk,
}

impl Lookout {
    pub(crate) async fn new(database: Database, service: &[(&str, Value)]) -> Self {
        let book = book_with(|document| {
            document["service"]["sample_rate_per_mille"] = json!(0);
            // Names of criteria are one policy's own.
            if document["id"] == PHD {
                for (name, value) in service {
                    document["service"][*name] = value.clone();
                }
            }
        });
        let stages = Desk::under(database, book).await;
        let desk = CaseDesk::new(stages.ctx.clone());
        let known = Officer {
            subject: "a".to_owned(),
            name: "王".to_owned(),
            contact: "0757-12345".to_owned(),
            district: DISTRICT.parse().ok(),
            away: false,
        };
        desk.enrol(&boss(), &known, Role::Reviewer).await.unwrap();
        Self { stages, desk }
    }

    pub(crate) async fn sample(&self, id: ApplicationId) -> Option<DeskCase> {
        let mut tx = self.stages.ctx.store.read().await.unwrap();
        let case = tx.open_case_of_sample(id).await.unwrap()?;
        tx.desk_case(case).await.unwrap()
    }

    pub(crate) async fn look(
        &self,
        case: &DeskCase,
        verdict: &Verdict,
    ) -> Result<DeskCase, StageError> {
        self.desk
            .look_at_sample(&officer("a"), case.id, case.version, verdict)
            .await
    }

    pub(crate) async fn payments(&self, id: ApplicationId) -> Vec<Payment> {
        let mut tx = self.stages.ctx.store.read().await.unwrap();
        let award = tx.award_of(id).await.unwrap().unwrap();
        tx.payments_of(award.id).await.unwrap()
    }

    pub(crate) async fn first(&self, id: ApplicationId) -> PaymentState {
        self.payments(id).await[0].state
    }

    pub(crate) async fn state(&self, id: ApplicationId) -> StateName {
        let mut tx = self.stages.ctx.store.read().await.unwrap();
        tx.application(id).await.unwrap().unwrap().state.name()
    }

    pub(crate) async fn told(&self, id: ApplicationId) -> Vec<String> {
        let notices = self.stages.notices(id).await;
        notices
            .iter()
            .map(|notice| notice.message.template.as_str().to_owned())
            .collect()
    }

    /// The approving decision, with what it rests on.
    async fn decision(&self, id: ApplicationId) -> Decision {
        let mut tx = self.stages.ctx.store.read().await.unwrap();
        tx.decisions_of(id).await.unwrap().remove(0)
    }

    /// Recomputes the decision after its record was changed, and its hash with it.
    async fn replay_changed(
        &self,
        application: &Application,
        change: impl Fn(&mut Value),
    ) -> Result<(), Mismatch> {
        let decision = self.decision(application.id).await;
        let mut record: Value = serde_json::from_slice(&decision.record).unwrap();
        change(&mut record);
        let record = sanmiao::domain::canonical::to_canonical_json(&record).unwrap();
        let hash = sha256(&record);
        let changed = Decision {
            record,
            hash,
            ..decision
        };
        let mut tx = self.stages.ctx.store.read().await.unwrap();
        let evidence = tx.evidence_of_all_rounds(application.id).await.unwrap();
        let policy = self.stages.ctx.policies.by_hash(application.policy.hash);
        replay(&changed, &policy.unwrap(), &evidence)
    }

    async fn records(&self, ids: &[ApplicationId]) -> Vec<Value> {
        let mut records = Vec::new();
        for id in ids {
            let decision = self.decision(*id).await;
            records.push(serde_json::from_slice(&decision.record).unwrap());
        }
        records
    }

    pub(crate) async fn books_agree(&self) {
        assert_eq!(self.stages.faults().await, Vec::<String>::new());
    }

    async fn returned(&self, case: &Case) {
        self.stages.dispatch().await;
        let event = self.stages.treasury.give_back(&case.instruction).unwrap();
        self.stages.hear(&event).await;
    }
}

pub(crate) fn ended(case: &DeskCase) -> Option<Ending> {
    match case.stage {
        Stage::Closed { ending, .. } => Some(ending),
        _ => None,
    }
}

/// An account that several people name.
const SHARED: &str = "6222020000000000018";
/// Everybody is drawn.
const ALL: [(&str, i64); 1] = [("sample_rate_per_mille", 1_000)];

fn terms(terms: &[(&'static str, i64)]) -> Vec<(&'static str, Value)> {
    terms
        .iter()
        .map(|(name, value)| (*name, json!(value)))
        .collect()
}

on_both_databases! {
    async fn a_sample_is_paid_at_once_and_looked_at_by_a_person(database) {
        let house = Lookout::new(database, &terms(&ALL)).await;
        let application = house.stages.file(&ordinary(1)[0]).await;
        assert_eq!(application.state.name(), StateName::Approved, "a sample is no referral");
        assert_eq!(house.first(application.id).await, PaymentState::Instructed);
        let case = house.sample(application.id).await.unwrap();
        assert_eq!(case.officer.as_deref(), Some("a"));
        let looked = house.look(&case, &right()).await.unwrap();
        assert_eq!(ended(&looked), Some(Ending::Right));
        assert_eq!(house.state(application.id).await, StateName::Approved);
        let again = house.look(&looked, &right()).await.unwrap_err();
        assert!(matches!(again, StageError::Step(_)), "{again}");
        house.books_agree().await;
    }

    async fn nobody_is_looked_at_where_the_policy_says_of_none(database) {
        let house = Lookout::new(database, &[]).await;
        let application = house.stages.file(&ordinary(1)[0]).await;
        assert_eq!(house.sample(application.id).await, None);
        let record = &house.records(&[application.id]).await[0];
        assert_eq!(record["draw"]["sampled"], json!(false), "and the record says so: {record}");
    }

    async fn a_changed_flag_is_convicted_by_whoever_recomputes_it(database) {
        let house = Lookout::new(database, &terms(&[("sample_rate_per_mille", 1_000), ("first_approvals_reviewed", 1)])).await;
        let application = house.stages.file(&ordinary(1)[0]).await;
        assert_eq!(house.replay_changed(&application, |_| {}).await, Ok(()));
        let flipped = house.replay_changed(&application, |record| record["draw"]["sampled"] = json!(false)).await;
        assert_eq!(flipped, Err(Mismatch::Draw));
        let second = house.replay_changed(&application, |record| record["draw"]["first"] = json!(2)).await;
        assert_eq!(second, Err(Mismatch::Draw), "there is no second among the first one");
        let without = house.replay_changed(&application, |record| {
            record.as_object_mut().unwrap().remove("draw");
        }).await;
        assert_eq!(without, Err(Mismatch::Draw));
        // Calling it an old record does not help: it had no draw, and the rest must be as it was.
        let older = house.replay_changed(&application, |record| record["format"] = json!("sanmiao.decision/1")).await;
        assert_eq!(older, Err(Mismatch::Draw));
    }

    async fn the_first_of_a_version_are_approved_and_paid_only_after_a_person_has_looked(database) {
        let house = Lookout::new(database, &terms(&[("first_approvals_reviewed", 1)])).await;
        let people = ordinary(2);
        let first = house.stages.file(&people[0]).await;
        let second = house.stages.file(&people[1]).await;
        assert_eq!(first.state.name(), StateName::Approved);
        assert_eq!(house.told(first.id).await, ["application_looked_at_first"]);
        assert_eq!(house.told(second.id).await, ["application_approved"]);
        due::run_once(&house.stages.ctx).await.unwrap();
        house.stages.dispatch().await;
        assert_eq!(house.first(first.id).await, PaymentState::Scheduled, "held");
        assert_eq!(house.first(second.id).await, PaymentState::Instructed);
        assert_eq!(house.stages.treasury.sends().len(), 1);
        let views = house.stages.payout().payments_of(first.applicant, first.id).await.unwrap();
        assert!(views[0].waits_for_a_look, "and the applicant is told");
        let case = house.sample(first.id).await.unwrap();
        house.look(&case, &right()).await.unwrap();
        assert_eq!(house.first(first.id).await, PaymentState::Instructed);
        house.stages.dispatch().await;
        assert_eq!(house.stages.treasury.sends().len(), 2);
        assert_eq!(house.sample(second.id).await, None);
        house.books_agree().await;
    }

    async fn of_eight_who_decide_at_once_exactly_the_first_three_are_held(database) {
        let house = Lookout::new(database, &terms(&[("first_approvals_reviewed", 3)])).await;
        let mut ids = Vec::new();
        for person in ordinary(8) {
            ids.push(house.stages.only_file(&person).await);
        }
        let approve = Approve::new(house.stages.ctx.clone());
        // Each by two nodes, as after a restart.
        let deciders = ids.iter().chain(&ids).map(|id| approve.decide(*id));
        for decided in join_all(deciders).await {
            assert_eq!(decided.unwrap().state.name(), StateName::Approved);
        }
        let (mut numbers, mut held) = (BTreeSet::new(), 0);
        for (id, record) in ids.iter().zip(house.records(&ids).await) {
            let first = record["draw"]["first"].as_u64();
            numbers.extend(first);
            let waits = house.first(*id).await == PaymentState::Scheduled;
            assert_eq!(waits, first.is_some());
            held += usize::from(waits);
        }
        assert_eq!((held, numbers), (3, BTreeSet::from([1, 2, 3])));
    }

    async fn whoever_waited_for_budget_is_held_when_the_money_comes(database) {
        let house = Lookout::new(database, &terms(&[("first_approvals_reviewed", 1)])).await;
        use_up(&house).await;
        let application = house.stages.file(&ordinary(1)[0]).await;
        assert_eq!(application.state.name(), StateName::WaitingForBudget);
        assert_eq!(house.sample(application.id).await, None);
        top_up(&house).await;
        waiting::run_once(&house.stages.ctx).await.unwrap();
        assert_eq!(house.state(application.id).await, StateName::Approved);
        assert_eq!(house.first(application.id).await, PaymentState::Scheduled);
        let case = house.sample(application.id).await.unwrap();
        house.look(&case, &right()).await.unwrap();
        assert_eq!(house.first(application.id).await, PaymentState::Instructed);
    }

    async fn found_wrong_before_payment_the_award_is_taken_back_by_a_person(database) {
        let house = Lookout::new(database, &terms(&[("first_approvals_reviewed", 1)])).await;
        let application = house.stages.file(&ordinary(1)[0]).await;
        let case = house.sample(application.id).await.unwrap();
        let other = house.desk.look_at_sample(&officer("b"), case.id, case.version, &wrong()).await.unwrap_err();
        assert!(matches!(other, StageError::Forbidden { .. }), "its officer alone: {other}");
        let looked = house.look(&case, &wrong()).await.unwrap();
        assert_eq!(ended(&looked), Some(Ending::Wrong));
        assert_eq!(house.state(application.id).await, StateName::Refused);
        for payment in house.payments(application.id).await {
            assert_eq!(payment.state, PaymentState::Cancelled);
        }
        assert!(house.told(application.id).await.contains(&"application_refused".to_owned()));
        let mut tx = house.stages.ctx.store.read().await.unwrap();
        let decisions = tx.decisions_of(application.id).await.unwrap();
        let refusal = decisions.into_iter().find(|one| one.outcome == Outcome::Refuse).unwrap();
        assert_eq!(Some(refusal.id), looked.decision);
        let record = String::from_utf8(refusal.record.clone()).unwrap();
        assert!(record.contains("行政复议") && record.contains("单位并不存在"), "{record}");
        let reserved = tx.budget(&line()).await.unwrap().unwrap().reserved;
        assert!(reserved.is_zero(), "the money is the line's again");
        let evidence = tx.evidence_of_all_rounds(application.id).await.unwrap();
        drop(tx);
        let policy = house.stages.ctx.policies.by_hash(application.policy.hash).unwrap();
        replay(&refusal, &policy, &evidence).unwrap();
        house.stages.dispatch().await;
        assert!(house.stages.treasury.sends().is_empty());
        house.books_agree().await;
    }

    async fn of_two_verdicts_on_one_version_one_counts(database) {
        let house = Lookout::new(database, &terms(&[("first_approvals_reviewed", 1)])).await;
        let application = house.stages.file(&ordinary(1)[0]).await;
        let case = house.sample(application.id).await.unwrap();
        let (right, wrong) = (right(), wrong());
        let both = futures_util::future::join(house.look(&case, &right), house.look(&case, &wrong)).await;
        assert_eq!(usize::from(both.0.is_ok()) + usize::from(both.1.is_ok()), 1, "{both:?}");
        let paid = house.first(application.id).await;
        let expected = if both.0.is_ok() { PaymentState::Instructed } else { PaymentState::Cancelled };
        assert_eq!(paid, expected);
        house.books_agree().await;
    }

    async fn a_freeze_holds_later_instalments_until_it_is_lifted(database) {
        let house = Lookout::new(database, &[]).await;
        let case = house.stages.approved(1).await.remove(0);
        house.stages.dispatch().await;
        house.stages.hear(&house.stages.treasury.settle(&case.instruction).unwrap()).await;
        let freeze = house.desk.freeze(&boss(), Some(PHD), None, "核查").await.unwrap();
        house.stages.clock.advance(366 * DAY_MS);
        due::run_once(&house.stages.ctx).await.unwrap();
        let second: PaymentId = house.payments(case.application).await[1].id;
        let waits = Approve::new(house.stages.ctx.clone()).recheck(second).await.unwrap();
        assert_eq!(waits, sanmiao::approve::Recheck::Waits);
        assert_eq!(house.payments(case.application).await[1].state, PaymentState::Scheduled);
        house.desk.lift(&boss(), freeze.id).await.unwrap();
        due::run_once(&house.stages.ctx).await.unwrap();
        assert_eq!(house.payments(case.application).await[1].state, PaymentState::Instructed);
    }

    async fn a_frozen_district_holds_only_its_own(database) {
        let house = Lookout::new(database, &[]).await;
        let case = house.stages.approved(1).await.remove(0);
        house.desk.freeze(&boss(), None, "440605".parse().ok(), "核查").await.unwrap();
        house.stages.clock.advance(366 * DAY_MS);
        due::run_once(&house.stages.ctx).await.unwrap();
        assert_eq!(house.payments(case.application).await[1].state, PaymentState::Instructed);
    }

    async fn a_freeze_holds_the_waiting_list(database) {
        let house = Lookout::new(database, &[]).await;
        use_up(&house).await;
        let application = house.stages.file(&ordinary(1)[0]).await;
        let freeze = house.desk.freeze(&boss(), None, DISTRICT.parse().ok(), "核查").await.unwrap();
        top_up(&house).await;
        waiting::run_once(&house.stages.ctx).await.unwrap();
        assert_eq!(house.state(application.id).await, StateName::WaitingForBudget);
        assert!(house.stages.alarms().await.is_empty(), "that is as it should be");
        house.desk.lift(&boss(), freeze.id).await.unwrap();
        waiting::run_once(&house.stages.ctx).await.unwrap();
        assert_eq!(house.state(application.id).await, StateName::Approved);
    }

    async fn an_account_named_after_a_return_counts_as_one_named_at_the_filing(database) {
        let house = Lookout::new(database, &[]).await;
        let mut people = ordinary(3);
        let cases = house.stages.approved(2).await;
        house.returned(&cases[0]).await;
        house.returned(&cases[1]).await;
        let paid_again = house.stages.correct_to(&cases[0], SHARED).await.unwrap();
        assert_eq!(paid_again.state, PaymentState::Instructed);
        // The second names the same account: approved it is, and a person looks before the money goes.
        let waits = house.stages.correct_to(&cases[1], SHARED).await.unwrap();
        assert_eq!((waits.state, waits.generation), (PaymentState::Returned, 1));
        let case = house.sample(cases[1].application).await.unwrap();
        let views = house.stages.payout().payments_of(cases[1].applicant, cases[1].application).await.unwrap();
        assert!(views[0].waits_for_a_look);
        // Naming another one meanwhile is kept, and still looked at.
        let own = typed(&people[1], false);
        house.stages.payout().correct_account(cases[1].applicant, cases[1].payment, own).await.unwrap();
        house.stages.correct_to(&cases[1], SHARED).await.unwrap();
        house.look(&case, &right()).await.unwrap();
        let paid = house.stages.payment(&cases[1]).await;
        assert_eq!((paid.state, paid.generation), (PaymentState::Instructed, 2));
        // And whoever files with it is referred.
        SHARED.clone_into(&mut people[2].account.number);
        let third = house.stages.file(&people[2]).await;
        assert_eq!(third.state.name(), StateName::Referred);
        house.books_agree().await;
    }

    async fn the_breaker_opens_once_and_counts_anew_when_it_is_lifted(database) {
        let limits = json!({
            "approval_rate_per_mille_max": 500, "window_applications": 3,
            "employer_month_max": 1_000, "account_people_max": 1_000,
        });
        let house = Lookout::new(database, &[("breaker", limits)]).await;
        let ctx = &house.stages.ctx;
        let people = ordinary(8);
        for person in &people[..2] {
            house.stages.file(person).await;
            assert_eq!(breaker::run_once(ctx).await.unwrap(), 0, "the window is not full");
        }
        house.stages.file(&people[2]).await;
        let nodes = join_all((0..4).map(|_| breaker::run_once(ctx))).await;
        assert_eq!(nodes.into_iter().map(Result::unwrap).sum::<usize>(), 1);
        let freeze = the_freeze(&house).await.unwrap();
        assert_eq!((freeze.by.as_str(), freeze.policy.as_deref()), (Freeze::BREAKER, Some(PHD)));
        assert!(freeze.reason.contains("3 of the last 3"), "{}", freeze.reason);
        assert_eq!(alarms(&house).await, [AlarmKind::BreakerOpen]);
        let referred = house.stages.file(&people[3]).await;
        assert_eq!(referred.state.name(), StateName::Referred, "what is frozen is referred");
        assert_eq!(breaker::run_once(ctx).await.unwrap(), 0);
        house.desk.lift(&boss(), freeze.id).await.unwrap();
        assert!(alarms(&house).await.is_empty(), "somebody has looked");
        assert_eq!(breaker::run_once(ctx).await.unwrap(), 0, "counted from the lift on");
        house.stages.clock.advance(1);
        for person in &people[4..6] {
            assert_eq!(house.stages.file(person).await.state.name(), StateName::Approved);
            assert_eq!(breaker::run_once(ctx).await.unwrap(), 0);
        }
        house.stages.file(&people[6]).await;
        assert_eq!(breaker::run_once(ctx).await.unwrap(), 1);
        house.books_agree().await;
    }
}

async fn the_freeze(house: &Lookout) -> Option<Freeze> {
    let mut tx = house.stages.ctx.store.read().await.unwrap();
    let mut freezes = tx.freezes().await.unwrap();
    assert!(freezes.len() <= 1, "one at a time: {freezes:?}");
    freezes.pop()
}

async fn alarms(house: &Lookout) -> Vec<AlarmKind> {
    let alarms = house.stages.alarms().await;
    alarms.into_iter().map(|alarm| alarm.kind).collect()
}

fn line() -> BudgetKey {
    BudgetKey {
        policy: PHD.to_owned(),
        district: DISTRICT.parse().unwrap(),
        year: 2026,
    }
}

/// Reserves all but a fen of the line, as awards of others would.
async fn use_up(house: &Lookout) {
    let mut tx = house.stages.ctx.store.write().await.unwrap();
    let budget = tx.budget(&line()).await.unwrap().unwrap();
    assert!(tx.reserve(&line(), budget.appropriated).await.unwrap());
    tx.commit().await.unwrap();
}

async fn top_up(house: &Lookout) {
    grant(&house.stages.ctx, line(), "1000000.00", "more").await;
}
