//! 有误 and 要求人工办理, said from several windows, and at the moment at which something else happens.

use futures_util::future::join_all;
use sanmiao::approve::Approve;
use sanmiao::domain::application::StateName;
use sanmiao::domain::id::{ApplicantId, ApplicationId};
use sanmiao::error::StageError;
use sanmiao::prefill::Prefill;
use sanmiao_mocks::{Channel, Fault, FaultRule, Faults};

use crate::support::database::on_both_databases;
use crate::support::house::{House, Plan, text};
use crate::support::people::ordinary;

const WINDOWS: usize = 6;

async fn owner(house: &House, id: ApplicationId) -> ApplicantId {
    let mut tx = house.ctx.store.read().await.unwrap();
    tx.application(id).await.unwrap().unwrap().applicant
}

async fn fields(house: &House, id: ApplicationId) -> Vec<String> {
    let mut tx = house.ctx.store.read().await.unwrap();
    let said = tx.disputes_of(id).await.unwrap();
    said.into_iter().map(|dispute| dispute.field).collect()
}

async fn state(house: &House, id: ApplicationId) -> StateName {
    let mut tx = house.ctx.store.read().await.unwrap();
    tx.application(id).await.unwrap().unwrap().state.name()
}

fn degree_is_down(house: &House) {
    let rule = FaultRule::always(Channel::Degree, Fault::Down);
    house.world.faults().set(Faults { rules: vec![rule] });
}

on_both_databases! {
    async fn a_row_is_called_wrong_once_however_many_windows_say_it(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let opened = house.applicant(&house.world.people()[0]).open().await;
        let id: ApplicationId = opened.id.parse().unwrap();
        let (who, snapshot) = (owner(&house, id).await, opened.snapshot.parse().unwrap());
        let windows = (0..WINDOWS).map(|window| {
            let prefill = Prefill::new(house.ctx.clone());
            tokio::spawn(async move { prefill.dispute(who, id, snapshot, "employer_name", &format!("窗口 {window}")).await })
        });
        let said: Vec<_> = join_all(windows).await.into_iter().map(|said| said.unwrap().unwrap()).collect();
        assert_eq!(said.iter().filter(|said| said.is_new).count(), 1);
        assert!(said.iter().all(|other| other.dispute == said[0].dispute), "all are told what stands");
        assert_eq!(fields(&house, id).await, ["employer_name"]);
        // Another row is another matter.
        Prefill::new(house.ctx.clone()).dispute(who, id, snapshot, "district", "x").await.unwrap();
        assert_eq!(fields(&house, id).await, ["employer_name", "district"]);
        house.stop().await;
    }

    async fn a_person_is_asked_for_once_however_many_windows_ask(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        degree_is_down(&house);
        let parked = house.applicant(&house.world.people()[0]).apply().await;
        let id: ApplicationId = text(&parked, "/id").parse().unwrap();
        let who = owner(&house, id).await;
        let windows = (0..WINDOWS).map(|_| {
            let (prefill, approve) = (Prefill::new(house.ctx.clone()), Approve::new(house.ctx.clone()));
            tokio::spawn(async move {
                prefill.ask_for_person(who, id).await.unwrap();
                approve.decide(id).await.unwrap().state.name()
            })
        });
        for state in join_all(windows).await {
            assert_eq!(state.unwrap(), StateName::Referred);
        }
        assert_eq!(fields(&house, id).await, ["*"]);
        let mut tx = house.ctx.store.read().await.unwrap();
        assert_eq!(tx.decisions_of(id).await.unwrap().len(), 1);
        drop(tx);
        house.stop().await;
    }

    async fn whoever_asks_for_a_person_in_time_is_never_approved_by_machine(database) {
        let house = House::funded(Plan::of(database, ordinary(WINDOWS))).await;
        degree_is_down(&house);
        let mut parked = Vec::new();
        for person in house.world.people() {
            let filed = house.applicant(person).apply().await;
            let id: ApplicationId = text(&filed, "/id").parse().unwrap();
            parked.push((id, owner(&house, id).await));
        }
        // The register is back, and the machine takes them up at the moment at which they ask.
        house.world.faults().clear();
        let asking = parked.iter().map(|(id, who)| {
            let (prefill, id, who) = (Prefill::new(house.ctx.clone()), *id, *who);
            tokio::spawn(async move { prefill.ask_for_person(who, id).await })
        });
        for ((id, _), asked) in parked.iter().zip(join_all(asking).await) {
            let expected = match asked.unwrap() {
                Ok(_) => StateName::Referred,
                Err(StageError::NotInState { .. }) => StateName::Approved,
                Err(error) => panic!("{error}"),
            };
            house.eventually("it is decided", || async {
                let now = state(&house, *id).await;
                (!matches!(now, StateName::Parked | StateName::Filed)).then_some(())
            }).await;
            assert_eq!(state(&house, *id).await, expected);
        }
        house.stop().await;
    }
}
