//! Registers that fail: parked, and resumed by itself.

use sanmiao::approve::Approve;
use sanmiao::domain::application::StateName;
use sanmiao::domain::id::{ApplicantId, ApplicationId};
use sanmiao::domain::time::Timestamp;
use sanmiao::error::StageError;
use sanmiao::prefill::service::Prefill;
use sanmiao_mocks::{Channel, Fault, FaultRule, Faults};
use serde_json::Value;

use crate::support::database::on_both_databases;
use crate::support::house::{House, Plan, text};
use crate::support::people::{ordinary, referred};
use crate::support::reckoning::faults;

fn down(channel: Channel) -> Faults {
    Faults {
        rules: vec![FaultRule::always(channel, Fault::Down)],
    }
}

on_both_databases! {
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
        let again = prefill.ask_for_person(owner, id).await;
        assert!(matches!(again, Err(StageError::NotInState { .. })), "{again:?}");
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
