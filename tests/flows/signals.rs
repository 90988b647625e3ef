//! Signals: every condition is met, and a person looks all the same; recorded with the decision, and no ground for refusal.

use sanmiao::approve::Approve;
use sanmiao::domain::id::{ApplicantId, ApplicationId};
use sanmiao::domain::person::{Role, Staff, Subject};
use sanmiao::domain::signal::Mark;
use sanmiao::review::CaseDesk;
use sanmiao_mocks::{Channel, Fault, FaultRule, Faults, Person};
use serde_json::Value;

use crate::support::clock::DAY_MS;
use crate::support::database::on_both_databases;
use crate::support::house::{House, PHD, Plan, text};
use crate::support::people::{DISTRICT, ordinary};

/// Files for everybody, one after the other; the states, and whose machine's decision names which signals.
async fn file_all(house: &House) -> Vec<(String, Vec<String>)> {
    let mut landed = Vec::new();
    for person in house.world.people() {
        let filed = house.applicant(person).apply().await;
        landed.push(landed_as(house, &filed).await);
    }
    landed
}

async fn landed_as(house: &House, application: &Value) -> (String, Vec<String>) {
    let id: ApplicationId = text(application, "/id").parse().unwrap();
    let mut tx = house.ctx.store.read().await.unwrap();
    let decision = tx.decisions_of(id).await.unwrap().pop().unwrap();
    let owner = tx.application(id).await.unwrap().unwrap().applicant;
    drop(tx);
    // Whoever recomputes it comes to the same bytes.
    let approve = Approve::new(house.ctx.clone());
    approve.bundle(owner, id).await.unwrap().replay().unwrap();
    let record: Value = serde_json::from_slice(&decision.record).unwrap();
    let signals = record["signals"].as_array().into_iter().flatten();
    (
        text(application, "/state").to_owned(),
        signals
            .map(|signal| signal.as_str().unwrap().to_owned())
            .collect(),
    )
}

fn approved() -> (String, Vec<String>) {
    ("approved".to_owned(), Vec::new())
}

fn referred(signal: &str) -> (String, Vec<String>) {
    ("referred".to_owned(), vec![signal.to_owned()])
}

/// People of one employer, as every register has it.
fn colleagues(count: usize) -> Vec<Person> {
    let mut people = ordinary(count);
    let boss = people[0].clone();
    let (code, name) = {
        let record = &boss.registers.talent_introduction.records[0];
        (record.employer_uscc.clone(), record.employer_name.clone())
    };
    for person in &mut people {
        for record in &mut person.registers.talent_introduction.records {
            record.employer_uscc.clone_from(&code);
            record.employer_name.clone_from(&name);
        }
        for record in &mut person.registers.social_security.records {
            record.unit_uscc.clone_from(&code);
            record.unit_name.clone_from(&name);
        }
    }
    people
}

fn supervisor() -> Staff {
    Staff {
        subject: Subject {
            issuer: "http://issuer".to_owned(),
            subject: "boss".to_owned(),
        },
        roles: vec![Role::Supervisor],
        district: None,
    }
}

/// So many of one employer the doctors' policy lets pass in a month.
fn most(house: &House) -> usize {
    let policy = house
        .ctx
        .policies
        .in_force(PHD, house.ctx.world.clock.today())
        .unwrap();
    usize::try_from(policy.service().breaker.employer_month_max).unwrap()
}

/// How many others a stranger of the same employer would be counted with.
async fn others(house: &House, person: &Person) -> u32 {
    let employer = &person.registers.talent_introduction.records[0].employer_uscc;
    let (now, stranger) = (house.ctx.now(), ApplicantId::new(house.ctx.now(), [9; 10]));
    let mut tx = house.ctx.store.read().await.unwrap();
    let month_ago = now.plus_millis(-30 * DAY_MS);
    tx.others_with(Mark::Employer, employer, month_ago, stranger, 99)
        .await
        .unwrap()
}

on_both_databases! {
    async fn the_second_to_name_an_account_goes_to_a_person_and_the_first_does_not(database) {
        let mut people = ordinary(3);
        people[1].account = people[0].account.clone();
        let house = House::funded(Plan::of(database, people)).await;
        assert_eq!(file_all(&house).await, [approved(), referred("shared_account"), approved()]);
        house.stop().await;
    }

    async fn more_of_one_employer_in_a_month_than_the_policy_lets_pass_go_to_a_person(database) {
        let house = House::funded(Plan::of(database, colleagues(33))).await;
        let landed = file_all(&house).await;
        let most = most(&house);
        assert!(landed[..most].iter().all(|one| *one == approved()), "{landed:?}");
        assert!(landed[most..].iter().all(|one| *one == referred("employer_cluster")), "{landed:?}");
        house.stop().await;
    }

    async fn after_a_month_they_do_not_count_any_more(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let person = &house.world.people()[0];
        house.applicant(person).apply().await;
        assert_eq!(others(&house, person).await, 1);
        house.days_pass(31);
        assert_eq!(others(&house, person).await, 0);
        house.stop().await;
    }

    async fn an_employer_that_is_known_only_later_counts_from_then_on(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let down = FaultRule::always(Channel::TalentIntroduction, Fault::Down);
        house.world.faults().set(Faults { rules: vec![down] });
        let person = &house.world.people()[0];
        let applicant = house.applicant(person);
        let parked = applicant.apply().await;
        assert_eq!(text(&parked, "/state"), "parked");
        house.world.faults().clear();
        applicant.until(text(&parked, "/id"), "approved").await;
        assert_eq!(others(&house, person).await, 1);
        house.stop().await;
    }

    async fn a_frozen_district_holds_also_for_whoever_is_found_to_be_of_it_only_later(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let down = FaultRule::always(Channel::TalentIntroduction, Fault::Down);
        house.world.faults().set(Faults { rules: vec![down] });
        let applicant = house.applicant(&house.world.people()[0]);
        let parked = applicant.apply().await;
        assert_eq!(text(&parked, "/state"), "parked");
        let desk = CaseDesk::new(house.ctx.clone());
        desk.freeze(&supervisor(), None, DISTRICT.parse().ok(), "核查").await.unwrap();
        house.world.faults().clear();
        let referred_now = applicant.until(text(&parked, "/id"), "referred").await;
        assert_eq!(landed_as(&house, &referred_now).await, referred("frozen"));
        house.stop().await;
    }

    async fn what_is_looked_into_is_said_to_the_applicant_with_the_checks(database) {
        let mut people = ordinary(2);
        people[1].account = people[0].account.clone();
        let house = House::funded(Plan::of(database, people)).await;
        file_all(&house).await;
        let applicant = house.applicant(&house.world.people()[1]);
        let mine = applicant.caller.get("/api/v1/applications").await.good();
        let id = text(mine.pointer("/items/0").or(mine.pointer("/0")).unwrap(), "/id").to_owned();
        let said = applicant.caller.get(&format!("/api/v1/applications/{id}/explanation")).await.good();
        let said = said.to_string();
        assert!(said.contains("shared_account") && said.contains("另有他人填写同一账户"), "{said}");
        house.stop().await;
    }
}
