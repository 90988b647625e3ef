//! 精准服务: told before applying, by the same rule as an application would be judged, and nothing kept that need not be.

use sanmiao::approve::{Approve, Told};
use sanmiao::domain::fit::{Fit, PURPOSE, Standing};
use sanmiao::domain::person::{Applicant, Subject};
use sanmiao::domain::source::SourceId;
use sanmiao::error::StageError;
use sanmiao::jobs::sweep;
use sanmiao::prefill::Prefill;
use sanmiao_mocks::{Channel, Expected, Fault, FaultRule, Faults, Person};

use crate::support::database::on_both_databases;
use crate::support::house::{House, PHD, Plan};
use crate::support::people::{one_of_each, ordinary, referred};

/// The person as the service knows them, signed in once.
async fn known(house: &House, person: &Person) -> Applicant {
    house
        .applicant(person)
        .caller
        .get("/api/v1/applications")
        .await
        .good();
    let subject = Subject {
        issuer: format!("{}/oidc", house.world.base_url()),
        subject: person.subject.clone(),
    };
    let mut tx = house.ctx.store.read().await.unwrap();
    tx.applicant_by_subject(&subject).await.unwrap().unwrap()
}

/// Asks the registers and is told.
async fn ask(house: &House, who: &Applicant) -> Told {
    let (prefill, approve) = (
        Prefill::new(house.ctx.clone()),
        Approve::new(house.ctx.clone()),
    );
    let scope = prefill.looked_up_in();
    let looked_up = prefill.look_up(who, &scope, "r-1").await.unwrap();
    let told = approve.fits(who, looked_up).await.unwrap();
    let kept = approve.told(who.id).await.unwrap().unwrap();
    assert_eq!(kept.fits, told);
    kept
}

fn of<'t>(told: &'t Told, policy: &str) -> &'t Fit {
    told.fits
        .fits
        .iter()
        .find(|fit| fit.policy.id == policy)
        .unwrap()
}

on_both_databases! {
    async fn whoever_fits_is_told_so_with_the_amount_and_of_every_other_policy_what_is_missing(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let who = known(&house, &house.world.people()[0]).await;
        let told = ask(&house, &who).await;
        assert_eq!(told.fits.fits.len(), house.ctx.policies.ids().count());
        let fit = &told.fits.fits[0];
        assert_eq!((fit.policy.id.as_str(), fit.standing), (PHD, Standing::Fits), "the best comes first");
        assert_eq!(fit.amount.unwrap().to_string(), "200000.00");
        for fit in &told.fits.fits {
            assert_eq!(fit.open.is_empty(), fit.standing == Standing::Fits, "{fit:?}");
        }
        assert!(told.taken.is_empty());
        house.stop().await;
    }

    async fn what_is_told_is_what_the_machine_then_decides(database) {
        let people = one_of_each();
        let house = House::funded(Plan::of(database, people)).await;
        for person in house.world.people() {
            let who = known(&house, person).await;
            let fit = of(&ask(&house, &who).await, &person.applies_for).clone();
            let approves = person.expected() == Expected::MachineApproves;
            assert_eq!(fit.standing == Standing::Fits, approves, "{:?}: {fit:?}", person.traits);
        }
        house.stop().await;
    }

    async fn one_condition_short_is_nearly_with_that_condition_named(database) {
        let house = House::funded(Plan::of(database, vec![referred()])).await;
        let who = known(&house, &house.world.people()[0]).await;
        let told = ask(&house, &who).await;
        let fit = of(&told, PHD);
        assert_eq!(fit.standing, Standing::Nearly);
        let open: Vec<_> = fit.open.iter().map(|open| open.criterion.as_str()).collect();
        assert_eq!(open, ["full_time"]);
        assert_eq!(fit.amount.unwrap().to_string(), "200000.00", "what it would come to");
        house.stop().await;
    }

    async fn a_register_that_does_not_answer_is_said_and_asked_again_at_once(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let who = known(&house, &house.world.people()[0]).await;
        let down = FaultRule::always(Channel::Degree, Fault::Down);
        house.world.faults().set(Faults { rules: vec![down] });
        let told = ask(&house, &who).await;
        assert_eq!(told.fits.silent, [SourceId::Degree]);
        assert_eq!(of(&told, PHD).standing, Standing::Waits);
        assert!(!told.fits.is_fresh(house.ctx.now()));
        house.world.faults().clear();
        // The breaker lets a question through again after its pause.
        let told = house.eventually("the register answers again", || async {
            let told = ask(&house, &who).await;
            told.fits.silent.is_empty().then_some(told)
        }).await;
        assert_eq!(of(&told, PHD).standing, Standing::Fits);
        assert!(told.fits.is_fresh(house.ctx.now()));
        house.stop().await;
    }

    async fn no_answer_of_a_register_is_kept_but_that_it_was_asked_is(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let who = known(&house, &house.world.people()[0]).await;
        let told = ask(&house, &who).await;
        let mut tx = house.ctx.store.read().await.unwrap();
        assert_eq!(tx.applications_of(who.id).await.unwrap(), []);
        let consent = tx.consent(told.fits.consent).await.unwrap().unwrap();
        assert_eq!((consent.purpose.as_str(), consent.revoked_at), (PURPOSE, None));
        let acts = tx.audit_page(None, 100).await.unwrap();
        let act = acts.iter().find(|act| act.act == "registers.asked").unwrap();
        assert_eq!(act.subject, who.id.to_string());
        assert_eq!(act.detail["asked"].as_array().unwrap().len(), consent.scope.len());
        drop(tx);
        house.stop().await;
    }

    async fn a_consent_that_leaves_out_a_register_asks_nobody(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let who = known(&house, &house.world.people()[0]).await;
        let prefill = Prefill::new(house.ctx.clone());
        let mut scope = prefill.looked_up_in();
        scope.pop();
        let refused = prefill.look_up(&who, &scope, "r-1").await;
        assert!(matches!(refused, Err(StageError::ConsentTooNarrow { .. })), "{refused:?}");
        house.stop().await;
    }

    async fn forgotten_when_told_to_and_the_consent_is_taken_back(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let who = known(&house, &house.world.people()[0]).await;
        let told = ask(&house, &who).await;
        let approve = Approve::new(house.ctx.clone());
        approve.forget_fits(who.id).await.unwrap();
        approve.forget_fits(who.id).await.unwrap();
        assert!(approve.told(who.id).await.unwrap().is_none());
        let mut tx = house.ctx.store.read().await.unwrap();
        assert!(tx.consent(told.fits.consent).await.unwrap().unwrap().revoked_at.is_some());
        drop(tx);
        house.stop().await;
    }

    async fn gone_after_a_day_by_itself(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let who = known(&house, &house.world.people()[0]).await;
        ask(&house, &who).await;
        house.days_pass(1);
        assert!(Approve::new(house.ctx.clone()).told(who.id).await.unwrap().is_none());
        sweep::run_once(&house.ctx).await.unwrap();
        let mut tx = house.ctx.store.write().await.unwrap();
        assert_eq!(tx.forget_fits(who.id).await.unwrap(), None, "the row is gone too");
        drop(tx);
        house.stop().await;
    }

    async fn what_was_applied_for_since_is_shown_as_such(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let person = &house.world.people()[0];
        let who = known(&house, person).await;
        ask(&house, &who).await;
        let filed = house.applicant(person).apply().await;
        let told = Approve::new(house.ctx.clone()).told(who.id).await.unwrap().unwrap();
        assert_eq!(told.taken[PHD].to_string(), filed["id"].as_str().unwrap());
        house.stop().await;
    }
}
