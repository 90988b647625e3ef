//! The desk: what the machine refers is followed by one officer to its end.

use std::sync::Arc;

use sanmiao::domain::application::{Application, StateName};
use sanmiao::domain::desk::{
    Card, Deed, DeskCase, Ending, Next, Officer, Relief, Stage, StageName, StepError,
};
use sanmiao::domain::district::DistrictCode;
use sanmiao::domain::id::CaseId;
use sanmiao::domain::payment::PaymentState;
use sanmiao::domain::person::{Role, Staff, Subject};
use sanmiao::domain::policy::{Policy, PolicyBook};
use sanmiao::domain::time::Timestamp;
use sanmiao::error::StageError;
use sanmiao::jobs::{due, supervise};
use sanmiao::policy::shipped;
use sanmiao::ports::Clock as _;
use sanmiao::prefill::Prefill;
use sanmiao::review::counter::Report;
use sanmiao::review::desk::Step;
use sanmiao::review::service::Verdict;
use sanmiao::review::{CaseDesk, Review};
use sanmiao::store::CaseFilter;
use serde_json::{Value, json};

use crate::support::clock::DAY_MS;
use crate::support::database::{Database, on_both_databases};
use crate::support::desk::Desk;
use crate::support::house::PHD;
use crate::support::people::{AS_OF, DISTRICT, ordinary, referred};

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

fn reviewer(subject: &str) -> Staff {
    staff(subject, Role::Reviewer, Some(DISTRICT))
}

fn boss() -> Staff {
    staff("boss", Role::Supervisor, None)
}

fn officer(subject: &str, district: Option<&str>) -> Officer {
    Officer {
        subject: subject.to_owned(),
        name: format!("经办人{subject}"),
        contact: "0757-12345".to_owned(),
        district: district.map(|code| code.parse().unwrap()),
        away: false,
    }
}

/// The doctors' policy, under which being employed full-time may be deferred or declared: for these tests alone.
fn lenient() -> PolicyBook {
    let policy = shipped::book().in_force(PHD, AS_OF).unwrap();
    let mut document: Value = serde_json::from_slice(policy.source_bytes()).unwrap();
    document["service"]["desk"] = json!({ "deferrable": ["full_time"], "declarable": ["full_time"], "deferral_working_days": 3 });
    let mut book = PolicyBook::new();
    let bytes = serde_json::to_vec(&document).unwrap();
    book.add(Policy::load(&bytes).unwrap()).unwrap();
    book
}

/// The stages by hand, with two officers in the district and one at city level.
struct Bureau {
    stages: Desk,
    desk: CaseDesk,
}

impl Bureau {
    async fn new(database: Database) -> Self {
        let mut stages = Desk::new(database).await;
        stages.ctx.policies = Arc::new(lenient());
        let desk = CaseDesk::new(stages.ctx.clone());
        for (subject, district) in [("a", Some(DISTRICT)), ("b", Some(DISTRICT)), ("z", None)] {
            desk.enrol(&boss(), &officer(subject, district), Role::Reviewer)
                .await
                .unwrap();
        }
        Self { stages, desk }
    }

    /// An application that the machine referred, and its case.
    async fn referred(&self) -> (Application, DeskCase) {
        let application = self.stages.file(&referred()).await;
        assert_eq!(application.state.name(), StateName::Referred);
        let id = self.desk.case_of(application.id).await.unwrap().unwrap();
        (application, self.case(id).await)
    }

    async fn case(&self, id: CaseId) -> DeskCase {
        self.stages
            .ctx
            .store
            .read()
            .await
            .unwrap()
            .desk_case(id)
            .await
            .unwrap()
            .unwrap()
    }

    async fn state(&self, application: &Application) -> StateName {
        let mut tx = self.stages.ctx.store.read().await.unwrap();
        tx.application(application.id)
            .await
            .unwrap()
            .unwrap()
            .state
            .name()
    }

    async fn decisions(&self, application: &Application) -> usize {
        let mut tx = self.stages.ctx.store.read().await.unwrap();
        tx.decisions_of(application.id).await.unwrap().len()
    }

    async fn step(&self, who: &Staff, case: &DeskCase, step: Step) -> Result<DeskCase, StageError> {
        self.desk
            .act(who, case.id, case.version, step, "已核实")
            .await
    }

    /// The officer settles what is open.
    async fn settled(&self, case: &DeskCase) -> DeskCase {
        let step = Step::Settle {
            criterion: "full_time".to_owned(),
            file: None,
        };
        self.step(&reviewer("a"), case, step).await.unwrap()
    }

    async fn approve(&self, who: &str, case: &DeskCase) -> Result<DeskCase, StageError> {
        let grounds = "用工形式登记有误".to_owned();
        self.desk
            .propose(
                &reviewer(who),
                case.id,
                case.version,
                &Verdict::Approve { grounds },
            )
            .await
    }

    async fn confirm(&self, who: &str, case: &DeskCase) -> Result<DeskCase, StageError> {
        self.desk
            .confirm(&reviewer(who), case.id, case.version, "同意")
            .await
    }

    /// What has happened to a case, as words.
    async fn timeline(&self, id: CaseId) -> Vec<&'static str> {
        let acts = self
            .stages
            .ctx
            .store
            .read()
            .await
            .unwrap()
            .case_acts(id, 0)
            .await
            .unwrap();
        acts.iter().map(|act| act.deed.as_str()).collect()
    }

    async fn supervised(&self) {
        // More rounds than are needed: nothing happens twice.
        for _ in 0..3 {
            supervise::run_once(&self.stages.ctx).await.unwrap();
        }
    }
}

fn refusal() -> Verdict {
    Verdict::Refuse {
        grounds: "兼职引进".to_owned(),
        legal_basis: "佛发〔2018〕2号".to_owned(),
    }
}

fn ended(case: &DeskCase) -> Option<Ending> {
    match case.stage {
        Stage::Closed { ending, .. } => Some(ending),
        _ => None,
    }
}

on_both_databases! {
    async fn a_referral_is_a_case_with_one_officer_and_a_deadline_in_the_same_breath(database) {
        let bureau = Bureau::new(database).await;
        let (application, case) = bureau.referred().await;
        assert_eq!(case.officer.as_deref(), Some("a"));
        let view = bureau.desk.show(&reviewer("a"), case.id, "办理").await.unwrap();
        assert_eq!(view.line.due.unwrap().to_string(), "2026-11-27");
        assert_eq!(view.acts.len(), 2);
        let card = bureau.desk.track(application.applicant, case.id).await.unwrap();
        assert_eq!(card.officer, Some(("经办人a".to_owned(), "0757-12345".to_owned())));
        assert_eq!(card.next, Next::TheOfficer { due: view.line.due });
        let mut tx = bureau.stages.ctx.store.read().await.unwrap();
        let looks = tx.accesses_of(&case.id.to_string()).await.unwrap();
        assert_eq!((looks.len(), looks[0].staff.as_str(), looks[0].kind.as_str()), (1, "a", "case"));
        // The next one goes to the other, who has less to do.
        drop(tx);
        let again = Prefill::new(bureau.stages.ctx.clone());
        again.withdraw(application.applicant, application.id).await.unwrap();
        assert_eq!(ended(&bureau.case(case.id).await), Some(Ending::Withdrawn));
    }

    async fn above_an_amount_another_person_confirms_and_the_same_one_is_refused(database) {
        let bureau = Bureau::new(database).await;
        let (application, case) = bureau.referred().await;
        let early = bureau.approve("a", &case).await.unwrap_err();
        assert!(matches!(&early, StageError::Invalid { field: "settled", reason } if reason.contains("full_time")), "{early}");
        let other = bureau.approve("b", &case).await.unwrap_err();
        assert!(matches!(other, StageError::Forbidden { .. }), "{other}");
        let case = bureau.settled(&case).await;
        let case = bureau.approve("a", &case).await.unwrap();
        assert_eq!(case.stage.name(), StageName::Proposed);
        assert_eq!(bureau.state(&application).await, StateName::Referred, "nothing is granted yet");
        let alone = bureau.confirm("a", &case).await.unwrap_err();
        assert!(matches!(alone, StageError::Step(StepError::SameEyes)), "{alone}");
        assert_eq!(bureau.decisions(&application).await, 1);
        let case = bureau.confirm("b", &case).await.unwrap();
        assert_eq!(ended(&case), Some(Ending::Approved));
        assert_eq!(bureau.state(&application).await, StateName::Approved);
        let timeline = bureau.timeline(case.id).await;
        assert_eq!(timeline[2..], ["case.settled", "case.proposed", "case.confirmed", "case.decided"]);
        let mut tx = bureau.stages.ctx.store.read().await.unwrap();
        let decisions = tx.decisions_of(application.id).await.unwrap();
        let last = decisions.iter().find(|one| Some(one.id) == case.decision).unwrap();
        assert_eq!(last.by, "staff:b");
        drop(tx);
        assert_eq!(bureau.stages.faults().await, Vec::<String>::new());
    }

    async fn whoever_was_overtaken_is_told_by_whom_and_what_and_no_words(database) {
        let bureau = Bureau::new(database).await;
        let (_, seen) = bureau.referred().await;
        bureau.settled(&seen).await;
        let late = bureau.step(&reviewer("a"), &seen, Step::Note).await.unwrap_err();
        let StageError::CaseMoved { id, seen: version, since } = late else { panic!("{late}") };
        assert_eq!((id, version, since.len()), (seen.id, 2, 1));
        assert!(matches!(&since[0].deed, Deed::Settled { .. }));
        assert_eq!(since[0].words, None);
    }

    async fn eight_who_confirm_at_once_decide_once(database) {
        let bureau = Bureau::new(database).await;
        let (application, case) = bureau.referred().await;
        let case = bureau.settled(&case).await;
        let case = bureau.approve("a", &case).await.unwrap();
        let names = ["b", "c", "d", "e", "f", "g", "h", "i"];
        let racers = names.map(|who| bureau.confirm(who, &case));
        let done = futures_util::future::join_all(racers).await;
        assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1);
        for late in done.into_iter().filter_map(Result::err) {
            let told = matches!(late, StageError::CaseMoved { .. } | StageError::NotInState { .. });
            assert!(told, "{late}");
        }
        assert_eq!(bureau.decisions(&application).await, 2);
        assert_eq!(bureau.timeline(case.id).await.len(), 6, "no act is lost, none is there twice");
        assert_eq!(bureau.stages.faults().await, Vec::<String>::new());
    }

    async fn an_applicant_is_asked_once_and_supplies_and_is_approved(database) {
        let bureau = Bureau::new(database).await;
        let (application, case) = bureau.referred().await;
        let criteria = vec!["full_time".to_owned()];
        let case = bureau.step(&reviewer("a"), &case, Step::Ask { criteria: criteria.clone() }).await.unwrap();
        assert_eq!(bureau.stages.notices(application.id).await.len(), 2, "referred, asked");
        let card = bureau.desk.track(application.applicant, case.id).await.unwrap();
        assert_eq!((card.missing.as_slice(), card.notice.unwrap().reveal().as_str()), (criteria.as_slice(), "已核实"));
        bureau.stages.clock.advance(6 * DAY_MS);
        bureau.supervised().await;
        assert_eq!(bureau.timeline(case.id).await.len(), 3, "the clock stands");
        let stranger = bureau.stages.file(&ordinary(1)[0]).await.applicant;
        let refused = bureau.desk.supply(stranger, case.id, "给你").await.unwrap_err();
        assert!(matches!(refused, StageError::NotFound { .. }), "{refused}");
        let case = bureau.desk.supply(application.applicant, case.id, "合同已上传").await.unwrap();
        let again = bureau.step(&reviewer("a"), &case, Step::Ask { criteria }).await.unwrap_err();
        assert!(matches!(again, StageError::Step(StepError::AskedBefore)), "{again}");
        let case = bureau.settled(&case).await;
        let case = bureau.approve("a", &case).await.unwrap();
        bureau.confirm("b", &case).await.unwrap();
        assert_eq!(bureau.state(&application).await, StateName::Approved);
    }

    async fn a_refusal_is_undone_by_a_supervisor_with_one_more_decision(database) {
        let bureau = Bureau::new(database).await;
        let (application, case) = bureau.referred().await;
        let case = bureau.desk.propose(&reviewer("a"), case.id, case.version, &refusal()).await.unwrap();
        assert_eq!((ended(&case), bureau.state(&application).await), (Some(Ending::Refused), StateName::Refused));
        let not_theirs = bureau.desk.reopen(&reviewer("a"), case.id, case.version, "误判").await.unwrap_err();
        assert!(matches!(not_theirs, StageError::Forbidden { .. }), "{not_theirs}");
        let case = bureau.desk.reopen(&boss(), case.id, case.version, "误判").await.unwrap();
        assert_eq!((case.stage.name(), bureau.state(&application).await), (StageName::Working, StateName::Referred));
        let case = bureau.settled(&case).await;
        let case = bureau.approve("a", &case).await.unwrap();
        bureau.confirm("b", &case).await.unwrap();
        assert_eq!(bureau.state(&application).await, StateName::Approved);
        assert_eq!(bureau.decisions(&application).await, 4, "referred, refused, undone, approved");
    }

    async fn a_deferral_that_runs_out_ends_the_application_without_refusing_it(database) {
        let bureau = Bureau::new(database).await;
        let (application, case) = bureau.referred().await;
        let offer = |criterion: &str| Step::Offer { relief: Relief::Deferral, criteria: vec![criterion.to_owned()] };
        let core = bureau.step(&reviewer("a"), &case, offer("degree")).await.unwrap_err();
        assert!(matches!(core, StageError::Step(StepError::Core { .. })), "{core}");
        let case = bureau.step(&reviewer("a"), &case, offer("full_time")).await.unwrap();
        bureau.desk.take_offer(application.applicant, case.id, "同意，逾期即终止").await.unwrap();
        let card = bureau.desk.track(application.applicant, case.id).await.unwrap();
        assert!(matches!(card.next, Next::YouSupply { ends: true, .. }));
        bureau.stages.clock.advance(5 * DAY_MS);
        bureau.supervised().await;
        assert_eq!(ended(&bureau.case(case.id).await), None, "the last day is a whole day");
        bureau.stages.clock.advance(DAY_MS);
        bureau.supervised().await;
        assert_eq!(ended(&bureau.case(case.id).await), Some(Ending::Lapsed));
        assert_eq!(bureau.state(&application).await, StateName::Withdrawn, "nobody refused");
        assert_eq!(bureau.stages.notices(application.id).await.len(), 2, "referred, ended");
        assert_eq!(bureau.decisions(&application).await, 1);
        // Whoever was late may apply anew.
        let anew = bureau.stages.file(&referred()).await;
        assert_eq!(anew.state.name(), StateName::Referred);
    }

    async fn what_was_declared_is_trusted_now_and_checked_later(database) {
        let bureau = Bureau::new(database).await;
        let (application, case) = bureau.referred().await;
        let criteria = vec!["full_time".to_owned()];
        let offer = Step::Offer { relief: Relief::Declaration, criteria };
        let case = bureau.step(&reviewer("a"), &case, offer).await.unwrap();
        let case = bureau.desk.take_offer(application.applicant, case.id, "本人承诺全职").await.unwrap();
        let case = bureau.approve("a", &case).await.unwrap();
        let case = bureau.confirm("b", &case).await.unwrap();
        assert_eq!((case.stage.name(), bureau.state(&application).await), (StageName::Checking, StateName::Approved));
        let case = bureau.step(&reviewer("a"), &case, Step::Check { held: true }).await.unwrap();
        assert_eq!(ended(&case), Some(Ending::Approved));
    }

    async fn another_district_s_case_is_not_there(database) {
        let bureau = Bureau::new(database).await;
        let (_, case) = bureau.referred().await;
        let stranger = staff("c", Role::Reviewer, Some("440606"));
        let seen = bureau.desk.show(&stranger, case.id, "看看").await.unwrap_err();
        assert!(matches!(seen, StageError::NotFound { .. }), "{seen}");
        let acted = bureau.step(&stranger, &case, Step::Note).await.unwrap_err();
        assert!(matches!(acted, StageError::NotFound { .. }), "{acted}");
        let all = CaseFilter { limit: 9, ..CaseFilter::default() };
        assert_eq!(bureau.desk.queue(&stranger, all.clone()).await.unwrap(), []);
        assert_eq!(bureau.desk.queue(&reviewer("b"), all.clone()).await.unwrap().len(), 1);
        assert_eq!(bureau.desk.queue(&boss(), all.clone()).await.unwrap().len(), 1);
        let finance = staff("f", Role::Finance, None);
        assert!(matches!(bureau.desk.queue(&finance, all).await, Err(StageError::Forbidden { .. })));
    }

    async fn nothing_frozen_is_approved_at_the_desk_or_past_it(database) {
        let bureau = Bureau::new(database).await;
        let (application, case) = bureau.referred().await;
        let case = bureau.settled(&case).await;
        let only_supervisors = bureau.desk.freeze(&reviewer("a"), Some(PHD), None, "通过率突变").await;
        assert!(matches!(only_supervisors, Err(StageError::Forbidden { .. })));
        let freeze = bureau.desk.freeze(&boss(), Some(PHD), None, "通过率突变").await.unwrap();
        let frozen = bureau.approve("a", &case).await.unwrap_err();
        assert!(matches!(&frozen, StageError::Frozen { reason } if reason == "通过率突变"), "{frozen}");
        let review = Review::new(bureau.stages.ctx.clone());
        let verdict = Verdict::Approve { grounds: "x".to_owned() };
        let past = review.decide(&reviewer("a"), application.id, application.version, &verdict).await.unwrap_err();
        assert!(matches!(past, StageError::Frozen { .. }), "{past}");
        bureau.desk.lift(&boss(), freeze.id).await.unwrap();
        bureau.approve("a", &case).await.unwrap();
    }

    async fn what_is_frozen_the_machine_refers(database) {
        let bureau = Bureau::new(database).await;
        let people = ordinary(2);
        let freeze = bureau.desk.freeze(&boss(), Some(PHD), None, "通过率突变").await.unwrap();
        let frozen = bureau.stages.file(&people[0]).await;
        assert_eq!(frozen.state.name(), StateName::Referred);
        let mut tx = bureau.stages.ctx.store.read().await.unwrap();
        let decision = tx.decisions_of(frozen.id).await.unwrap().pop().unwrap();
        drop(tx);
        let record: Value = serde_json::from_slice(&decision.record).unwrap();
        assert_eq!(record["signals"], json!(["frozen"]));
        bureau.desk.lift(&boss(), freeze.id).await.unwrap();
        let free = bureau.stages.file(&people[1]).await;
        assert_ne!(free.state.name(), StateName::Referred);
    }

    async fn a_decision_in_one_call_is_the_officer_s_and_goes_the_desk_s_way(database) {
        let bureau = Bureau::new(database).await;
        let (application, case) = bureau.referred().await;
        let review = Review::new(bureau.stages.ctx.clone());
        let decide = |who: Staff, verdict: Verdict| {
            let (review, id, version) = (&review, application.id, application.version);
            async move { review.decide(&who, id, version, &verdict).await }
        };
        let approval = || Verdict::Approve { grounds: "用工形式登记有误".to_owned() };
        let colleague = decide(reviewer("b"), refusal()).await.unwrap_err();
        assert!(matches!(colleague, StageError::Forbidden { .. }), "{colleague}");
        let (still, proposed) = decide(reviewer("a"), approval()).await.unwrap();
        assert_eq!((still.state.name(), proposed.stage.name()), (StateName::Referred, StageName::Proposed));
        let alone = decide(reviewer("a"), approval()).await.unwrap_err();
        assert!(matches!(alone, StageError::Step(StepError::SameEyes)), "{alone}");
        let around = decide(reviewer("a"), refusal()).await.unwrap_err();
        assert!(matches!(around, StageError::Step(StepError::NotNow { .. })), "{around}");
        let (approved, _) = decide(reviewer("b"), approval()).await.unwrap();
        assert_eq!(approved.state.name(), StateName::Approved);
        assert_eq!(ended(&bureau.case(case.id).await), Some(Ending::Approved));
        let timeline = bureau.timeline(case.id).await;
        assert_eq!(timeline[2..], ["case.settled", "case.proposed", "case.confirmed", "case.decided"]);
    }

    async fn a_supervisor_who_decides_in_one_call_takes_the_case_first(database) {
        let bureau = Bureau::new(database).await;
        let (application, case) = bureau.referred().await;
        let review = Review::new(bureau.stages.ctx.clone());
        let (refused, _) = review.decide(&boss(), application.id, application.version, &refusal()).await.unwrap();
        assert_eq!(refused.state.name(), StateName::Refused);
        let timeline = bureau.timeline(case.id).await;
        assert_eq!(timeline[2..], ["case.handed_over", "case.proposed", "case.decided"]);
    }

    async fn whoever_goes_away_hands_over_and_a_conflict_gives_the_case_away(database) {
        let bureau = Bureau::new(database).await;
        let (application, case) = bureau.referred().await;
        let gone = bureau.desk.set_away(&boss(), "a", true).await.unwrap();
        assert_eq!((gone.moved, gone.left), (1, 0));
        assert_eq!(bureau.case(case.id).await.officer.as_deref(), Some("b"));
        bureau.desk.declare_conflict(&reviewer("b"), case.id).await.unwrap();
        let case = bureau.case(case.id).await;
        assert_eq!(case.officer.as_deref(), Some("z"), "nobody else of the district is there");
        let related = bureau.desk.act(&reviewer("b"), case.id, case.version, Step::TakeIn, "").await.unwrap_err();
        assert!(matches!(related, StageError::Forbidden { .. }), "{related}");
        let review = Review::new(bureau.stages.ctx.clone());
        let past = review.decide(&reviewer("b"), application.id, application.version, &refusal()).await.unwrap_err();
        assert!(matches!(past, StageError::Forbidden { .. }), "{past}");
    }

    async fn nobody_decides_their_own_case(database) {
        let bureau = Bureau::new(database).await;
        let (application, case) = bureau.referred().await;
        // The officer signs in with the document of the applicant.
        let own = reviewer(&referred().subject);
        let acted = bureau.desk.act(&own, case.id, case.version, Step::Take, "").await.unwrap_err();
        assert!(matches!(acted, StageError::Forbidden { .. }), "{acted}");
        let review = Review::new(bureau.stages.ctx.clone());
        let past = review.decide(&own, application.id, application.version, &refusal()).await.unwrap_err();
        assert!(matches!(past, StageError::Forbidden { .. }), "{past}");
    }

    async fn a_re_check_that_is_referred_is_a_case_of_its_own(database) {
        let bureau = Bureau::new(database).await;
        let approved = bureau.stages.approved(1).await.remove(0);
        bureau.stages.clock.advance(366 * DAY_MS);
        bureau.stages.registers.change(|person| {
            for record in &mut person.registers.talent_introduction.records {
                "91350100M000100Y43".clone_into(&mut record.employer_uscc);
            }
        });
        due::run_once(&bureau.stages.ctx).await.unwrap();
        let mut tx = bureau.stages.ctx.store.read().await.unwrap();
        let line = tx.cases_of_application(approved.application).await.unwrap().remove(0);
        drop(tx);
        assert_eq!((line.about.as_str(), line.stage), ("recheck", StageName::Working));
        // The calendar of that year is not out yet: a person is called, and the case is there all the same.
        assert!(!bureau.stages.alarms().await.is_empty());
        let case = bureau.case(line.id).await;
        let payment = line.payment.unwrap();
        let review = Review::new(bureau.stages.ctx.clone());
        let verdict = Verdict::Approve { grounds: "单位合并".to_owned() };
        let (paid, _) = review.decide_payment(&reviewer("a"), payment, &verdict).await.unwrap();
        assert_eq!(paid.state, PaymentState::Instructed);
        assert_eq!(ended(&bureau.case(case.id).await), Some(Ending::Approved));
    }

    async fn a_report_has_an_officer_at_once_and_out_of_scope_is_explained_handed_on_and_counted(database) {
        let bureau = Bureau::new(database).await;
        let district: DistrictCode = DISTRICT.parse().unwrap();
        let report = Report { application: None, district: Some(district), words: "社保转移办不成".to_owned() };
        let case = bureau.desk.report(None, &report).await.unwrap();
        assert_eq!(case.officer.as_deref(), Some("a"));
        let to = "市社保基金管理局".to_owned();
        let case = bureau.step(&reviewer("a"), &case, Step::HandOn { to }).await.unwrap();
        assert_eq!(ended(&case), Some(Ending::HandedOn));
        let crosses = Report { district: None, ..report };
        let other = bureau.desk.report_at_counter(&reviewer("a"), &crosses).await.unwrap();
        assert_eq!(other.officer.as_deref(), Some("z"), "city level for what crosses districts");
        let city = staff("z", Role::Reviewer, None);
        bureau.desk.answer(&city, other.id, other.version, "已协调解决").await.unwrap();
        let mut tx = bureau.stages.ctx.store.read().await.unwrap();
        let counted = tx.count_cases_by_ending().await.unwrap();
        let report = "report".to_owned();
        assert_eq!(counted, [(report.clone(), Ending::Answered, 1), (report, Ending::HandedOn, 1)]);
    }

    async fn reminder_cards_and_escalation_come_once_each_across_the_national_day(database) {
        let bureau = Bureau::new(database).await;
        // Monday 2026-09-28 at ten: 1 to 7 October are off, Saturday 10 October is worked.
        bureau.stages.clock.set(Timestamp::from_seconds(1_790_560_800));
        assert_eq!(bureau.stages.clock.today().to_string(), "2026-09-28");
        let report = Report { application: None, district: None, words: "办不成".to_owned() };
        let case = bureau.desk.report(None, &report).await.unwrap();
        let mut days = Vec::new();
        for _ in 0..25 {
            bureau.supervised().await;
            let happened = bureau.timeline(case.id).await.len();
            if days.last().is_none_or(|(_, before)| *before != happened) {
                days.push((bureau.stages.clock.today().to_string(), happened));
            }
            bureau.stages.clock.advance(DAY_MS);
        }
        // Five working days: 29 and 30 September, 8, 9 and 10 October. Three more: 12, 13, 14 October.
        let wanted = [("2026-09-28", 2), ("2026-10-09", 3), ("2026-10-11", 4), ("2026-10-15", 6)];
        let days: Vec<_> = days.iter().map(|(day, happened)| (day.as_str(), *happened)).collect();
        assert_eq!(days, wanted);
        let timeline = bureau.timeline(case.id).await;
        assert_eq!(timeline[2..], ["case.reminded", "case.carded", "case.carded", "case.escalated"]);
        let red = CaseFilter { card: Some(Card::Red), limit: 9, ..CaseFilter::default() };
        let seen = bureau.desk.queue(&boss(), red).await.unwrap();
        assert_eq!(seen.iter().map(|line| line.id).collect::<Vec<_>>(), [case.id]);
    }
}
