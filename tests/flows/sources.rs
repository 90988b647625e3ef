//! Registers that fail: parked, and resumed by itself.

use std::sync::Arc;

use async_trait::async_trait;
use sanmiao::approve::Approve;
use sanmiao::context::Context;
use sanmiao::domain::application::{ApplicationState, StateName};
use sanmiao::domain::id::{ApplicantId, ApplicationId};
use sanmiao::domain::source::SourceId;
use sanmiao::domain::time::Timestamp;
use sanmiao::error::StageError;
use sanmiao::jobs::resume;
use sanmiao::ports::{Answer, Query, Source};
use sanmiao::prefill::service::Prefill;
use sanmiao_mocks::{Channel, Fault, FaultRule, Faults};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::database::on_both_databases;
use crate::support::desk::Desk;
use crate::support::eventually::eventually;
use crate::support::house::{House, Plan, text};
use crate::support::people::{ordinary, referred};
use crate::support::reckoning::faults;

fn down(channel: Channel) -> Faults {
    Faults {
        rules: vec![FaultRule::always(channel, Fault::Down)],
    }
}

/// The registers an application waits for, if it waits.
async fn waits_for(ctx: &Context, id: ApplicationId) -> Option<Vec<SourceId>> {
    let application = ctx
        .store
        .read()
        .await
        .unwrap()
        .application(id)
        .await
        .unwrap()
        .unwrap();
    match application.state {
        ApplicationState::Parked { sources, .. } => Some(sources),
        _ => None,
    }
}

/// A register that is asked and says nothing until it is let.
struct Held {
    inner: Arc<dyn Source>,
    let_go: Notify,
}

#[async_trait]
impl Source for Held {
    fn id(&self) -> SourceId {
        self.inner.id()
    }

    async fn ask(&self, query: &Query) -> Answer {
        self.let_go.notified().await;
        self.inner.ask(query).await
    }
}

on_both_databases! {
    async fn of_two_registers_that_are_down_the_first_that_is_back_is_seen_while_the_other_is_waited_for(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let both = [Channel::Degree, Channel::SocialSecurity].map(|channel| FaultRule::always(channel, Fault::Down));
        house.world.faults().set(Faults { rules: both.to_vec() });
        let applicant = house.applicant(&house.world.people()[0]);
        let parked = applicant.apply().await;
        assert_eq!(parked["sources"], json!(["degree", "social_security"]));
        let id = text(&parked, "/id").to_owned();
        let path = format!("/api/v1/applications/{id}/explanation");
        let waiting = |explained: &Value, register: &str| {
            let findings = explained["findings"].as_array().unwrap().clone();
            findings.iter().filter(|finding| finding["waits_for"].as_array().is_some_and(|all| all.contains(&json!(register)))).count()
        };
        let explained = applicant.caller.get(&path).await.good();
        assert!(waiting(&explained, "degree") > 0 && waiting(&explained, "social_security") > 0, "{explained}");
        house.world.faults().set(down(Channel::SocialSecurity));
        house.eventually("only the other is waited for", || async {
            let now = applicant.caller.get(&format!("/api/v1/applications/{id}")).await.good();
            assert_eq!(now["state"], "parked");
            (now["sources"] == json!(["social_security"])).then_some(())
        }).await;
        let explained = applicant.caller.get(&path).await.good();
        assert_eq!(waiting(&explained, "degree"), 0, "{explained}");
        assert!(waiting(&explained, "social_security") > 0);
        house.world.faults().clear();
        applicant.until(&id, "approved").await;
        house.stop().await;
    }

    async fn a_register_that_answers_is_seen_while_another_is_still_being_asked(database) {
        let desk = Desk::new(database).await;
        desk.registers.set_down(true);
        let id = desk.file(&ordinary(1)[0]).await.id;
        assert_eq!(waits_for(&desk.ctx, id).await.unwrap().len(), 3);
        desk.registers.set_down(false);
        let mut ctx = desk.ctx.clone();
        let inner = ctx.world.sources.iter().find(|source| source.id() == SourceId::SocialSecurity).unwrap().clone();
        let held = Arc::new(Held { inner, let_go: Notify::new() });
        let all = ctx.world.sources.iter().map(|source| match source.id() {
            SourceId::SocialSecurity => held.clone() as Arc<dyn Source>,
            _ => source.clone(),
        });
        ctx.world.sources = all.collect();
        desk.clock.advance(60_000);
        let round = tokio::spawn({
            let ctx = ctx.clone();
            async move { resume::run_once(&ctx).await.unwrap() }
        });
        eventually("the others have been heard", Some(&ctx.bell), || async {
            (waits_for(&ctx, id).await? == [SourceId::SocialSecurity]).then_some(())
        }).await;
        assert!(!round.is_finished());
        held.let_go.notify_one();
        assert_eq!(round.await.unwrap(), 1, "it has moved on");
        assert_eq!(waits_for(&ctx, id).await, None);
    }

    async fn a_source_that_is_down_parks_and_its_return_resumes_with_nobody_touching_it(database) {
        let house = House::funded(Plan::of(database, ordinary(2))).await;
        house.world.faults().set(down(Channel::Degree));
        for person in house.world.people() {
            let applicant = house.applicant(person);
            let opened = applicant.open().await;
            let filed = applicant.try_file(&opened.id, &opened.snapshot).await;
            assert_eq!(filed.status, 202);
            assert_eq!(filed.text("/state"), "parked");
            assert_eq!(filed.body.pointer("/sources/0").and_then(Value::as_str), Some("degree"));
        }
        house.world.faults().clear();
        for person in house.world.people() {
            let applicant = house.applicant(person);
            let mine = applicant.caller.get("/api/v1/applications").await.good();
            let id = text(mine.pointer("/items/0").or(mine.pointer("/0")).unwrap(), "/id").to_owned();
            applicant.until(&id, "approved").await;
            applicant.until_payment(&id, 1, "settled").await;
        }
        assert_eq!(faults(&house.ctx.store, &house.world.treasury_ledger()).await, Vec::<String>::new());
        house.stop().await;
    }

    async fn one_criterion_against_and_a_source_down_goes_to_a_person_at_once_with_both_reasons(database) {
        let house = House::funded(Plan::of(database, vec![referred()])).await;
        house.world.faults().set(down(Channel::SocialSecurity));
        let applicant = house.applicant(&house.world.people()[0]);
        let filed = applicant.apply().await;
        assert_eq!(text(&filed, "/state"), "referred");
        let explained = applicant.caller.get(&format!("/api/v1/applications/{}/explanation", text(&filed, "/id"))).await;
        let said = explained.good().to_string();
        assert!(said.contains("full_time"), "{said}");
        assert!(said.contains("social_security") || said.contains("社保"), "{said}");
        house.stop().await;
    }

    async fn whoever_waits_for_a_register_may_have_a_person_decide_instead(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        house.world.faults().set(down(Channel::Degree));
        let applicant = house.applicant(&house.world.people()[0]);
        let parked = applicant.apply().await;
        assert_eq!(text(&parked, "/state"), "parked");
        let id: ApplicationId = text(&parked, "/id").parse().unwrap();
        let owner = house.ctx.store.read().await.unwrap().application(id).await.unwrap().unwrap().applicant;
        let (prefill, approve) = (Prefill::new(house.ctx.clone()), Approve::new(house.ctx.clone()));
        let stranger = ApplicantId::new(Timestamp::EPOCH, [7; 10]);
        let refused = prefill.ask_for_person(stranger, id).await;
        assert!(matches!(refused, Err(StageError::NotFound { .. })), "{refused:?}");
        prefill.ask_for_person(owner, id).await.unwrap();
        let state = approve.decide(id).await.unwrap().state.name();
        assert_eq!(state, StateName::Referred);
        // The record says why, and comes out the same when it is made anew.
        let decision = house.ctx.store.read().await.unwrap().decisions_of(id).await.unwrap().pop().unwrap();
        assert!(String::from_utf8_lossy(&decision.record).contains(r#""disputed":["*"]"#));
        approve.bundle(owner, id).await.unwrap().replay().unwrap();
        let again = prefill.ask_for_person(owner, id).await.unwrap();
        assert_eq!(again.state.name(), StateName::Referred, "asked again, nothing more happens");
        assert_eq!(house.ctx.store.read().await.unwrap().disputes_of(id).await.unwrap().len(), 1);
        house.stop().await;
    }

    async fn a_contradiction_between_records_goes_to_a_person_and_is_shown_as_such(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let rule = FaultRule::always(Channel::TalentIntroduction, Fault::Contradict);
        house.world.faults().set(Faults { rules: vec![rule] });
        let applicant = house.applicant(&house.world.people()[0]);
        let opened = applicant.open().await;
        assert!(opened.body.to_string().contains("\"contradictory\""), "{}", opened.body);
        let filed = applicant.try_file(&opened.id, &opened.snapshot).await.good();
        assert_eq!(text(&filed, "/state"), "referred");
        house.stop().await;
    }
}
