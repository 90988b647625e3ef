//! From the form to the money, and the ways in which filing must not go wrong.

use sanmiao_mocks::Trait;
use serde_json::json;

use crate::support::database::on_both_databases;
use crate::support::house::{House, PHD, Plan, text};
use crate::support::people::{doctors_with, ordinary, referred};
use crate::support::reckoning::faults;

on_both_databases! {
    async fn filed_is_approved_acknowledged_and_settled_and_the_books_agree(database) {
        let house = House::funded(Plan::of(database, ordinary(3))).await;
        for person in house.world.people() {
            let applicant = house.applicant(person);
            let filed = applicant.apply().await;
            assert_eq!(text(&filed, "/state"), "approved");
            let payment = applicant.until_payment(text(&filed, "/id"), 1, "settled").await;
            assert_eq!(text(&payment, "/amount"), "100000.00");
            assert_eq!(text(&payment, "/instructions/0/state"), "settled");
            assert!(text(&payment, "/instructions/0/treasury_no").starts_with("GK"));
            assert!(text(&payment, "/instructions/0/acknowledged_at") <= text(&payment, "/instructions/0/settled_at"));
            let second = applicant.payments(text(&filed, "/id")).await.remove(1);
            assert_eq!((text(&second, "/state"), text(&second, "/due_on")), ("scheduled", "2027-11-20"));
        }
        let books = house.world.treasury_ledger();
        assert_eq!((books.paid_count, books.paid_total.as_str()), (3, "300000.00"));
        assert_eq!(faults(&house.ctx.store, &books).await, Vec::<String>::new());
        house.stop().await;
    }

    async fn most_of_the_form_is_filled_from_registers_with_where_it_comes_from(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let opened = house.applicant(&house.world.people()[0]).open().await;
        let count = |name: &str| opened.body["form"][name].as_u64().unwrap();
        let (filled, typed) = (count("filled"), count("typed"));
        // What nobody has on record (a foreign degree, say) is left empty; it is never asked of the applicant.
        assert!(filled * 10 >= (filled + typed) * 9, "{filled} are filled and {typed} are typed");
        assert!(typed <= 3, "account, bank and telephone");
        let rows = opened.body["form"]["rows"].as_array().unwrap();
        for row in rows.iter().filter(|row| text(row, "/status") == "filled") {
            assert!(!text(row, "/from/origin").is_empty(), "{row}");
        }
        house.stop().await;
    }

    async fn a_row_that_the_applicant_calls_wrong_goes_to_a_person(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let applicant = house.applicant(&house.world.people()[0]);
        let opened = applicant.open().await;
        let words = json!({ "snapshot_id": opened.snapshot, "field": "employer_name", "words": "单位名称已变更" });
        applicant.caller.post(&format!("/api/v1/applications/{}/disputes", opened.id), &words).await.good();
        let filed = applicant.try_file(&opened.id, &opened.snapshot).await.good();
        assert_eq!(text(&filed, "/state"), "referred");
        assert_eq!(house.world.treasury_ledger().accepted_count, 0);
        house.stop().await;
    }

    async fn a_double_click_files_once_and_both_clicks_see_the_same_application(database) {
        let house = House::funded(Plan::of(database, ordinary(4))).await;
        for person in house.world.people() {
            let applicant = house.applicant(person);
            let opened = applicant.open().await;
            let clicks = (0..6).map(|_| applicant.try_file(&opened.id, &opened.snapshot));
            for click in futures_util::future::join_all(clicks).await {
                let body = click.good();
                assert_eq!(text(&body, "/id"), opened.id);
            }
            applicant.until_payment(&opened.id, 1, "settled").await;
        }
        let books = house.world.treasury_ledger();
        assert_eq!((books.accepted_count, books.paid_count), (4, 4));
        assert_eq!(faults(&house.ctx.store, &books).await, Vec::<String>::new());
        house.stop().await;
    }

    async fn racing_filings_of_one_person_for_excluding_policies_give_one_award(database) {
        let people = doctors_with(Trait::Ordinary, 5);
        let house = House::funded(Plan::of(database, people)).await;
        for person in house.world.people() {
            let applicant = house.applicant(person);
            let mut opened = Vec::new();
            for policy in [PHD, "foshan-postdoc-settling-in"] {
                let body = applicant.try_open(policy, &applicant.scope(policy)).await.good();
                opened.push((text(&body, "/application/id").to_owned(), text(&body, "/form/snapshot_id").to_owned()));
            }
            let clicks = opened.iter().map(|(id, snapshot)| applicant.try_file(id, snapshot));
            let replies = futures_util::future::join_all(clicks).await;
            let good = replies.iter().filter(|reply| reply.status < 300).count();
            assert_eq!(good, 1, "{replies:?}");
            let bad = replies.iter().find(|reply| reply.status >= 300).unwrap();
            assert_eq!(bad.status, 409, "{bad:?}");
        }
        assert!(house.world.treasury_ledger().accepted_count <= 5);
        house.stop().await;
    }

    async fn a_second_application_under_the_same_policy_is_refused_while_the_first_is_held(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let applicant = house.applicant(&house.world.people()[0]);
        let first = applicant.apply().await;
        let opened = applicant.open().await;
        assert_ne!(opened.id, text(&first, "/id"));
        let reply = applicant.try_file(&opened.id, &opened.snapshot).await;
        assert_eq!(reply.status, 409);
        assert_eq!(reply.text("/application_id"), text(&first, "/id"));
        house.stop().await;
    }

    async fn an_old_or_foreign_form_cannot_be_filed(database) {
        let house = House::funded(Plan::of(database, ordinary(2))).await;
        let [one, other] = [0, 1].map(|at| house.applicant(&house.world.people()[at]));
        let (mine, theirs) = (one.open().await, other.open().await);
        let reply = one.try_file(&mine.id, &theirs.snapshot).await;
        assert_eq!(reply.status, 409, "{reply:?}");
        assert_eq!(reply.text("/latest_snapshot_id"), mine.snapshot);
        // Half an hour later the form is made anew, and the one in the other tab is old.
        house.clock.jump_ms(30 * 60_000);
        let again = one.open().await;
        assert_eq!(again.id, mine.id);
        assert_ne!(again.snapshot, mine.snapshot);
        assert_eq!(one.try_file(&mine.id, &mine.snapshot).await.status, 409);
        // After two days it is no longer the registers' word.
        house.days_pass(2);
        assert_eq!(one.try_file(&again.id, &again.snapshot).await.status, 409);
        house.stop().await;
    }

    async fn anothers_application_is_as_if_it_did_not_exist(database) {
        let house = House::funded(Plan::of(database, ordinary(2))).await;
        let [one, other] = [0, 1].map(|at| house.applicant(&house.world.people()[at]));
        let theirs = other.open().await;
        let path = format!("/api/v1/applications/{}", theirs.id);
        for tail in ["", "/form", "/explanation", "/payments", "/events"] {
            assert_eq!(one.caller.get(&format!("{path}{tail}")).await.status, 404, "{tail}");
        }
        assert_eq!(one.try_file(&theirs.id, &theirs.snapshot).await.status, 404);
        assert_eq!(one.caller.post(&format!("{path}/withdraw"), &json!({})).await.status, 404);
        let words = json!({ "snapshot_id": theirs.snapshot, "field": "employer_name", "words": "x" });
        assert_eq!(one.caller.post(&format!("{path}/disputes"), &words).await.status, 404);
        // And it stands as it did.
        assert_eq!(text(&other.look(&theirs.id).await, "/state"), "draft");
        house.stop().await;
    }

    async fn what_is_withdrawn_frees_its_slot_and_is_never_paid(database) {
        let house = House::funded(Plan::of(database, vec![referred()])).await;
        let applicant = house.applicant(&house.world.people()[0]);
        let first = applicant.apply().await;
        assert_eq!(text(&first, "/state"), "referred");
        let path = format!("/api/v1/applications/{}/withdraw", text(&first, "/id"));
        let withdrawn = applicant.caller.post(&path, &json!({})).await.good();
        assert_eq!(text(&withdrawn, "/state"), "withdrawn");
        assert_eq!(applicant.caller.post(&path, &json!({})).await.status, 409);
        let second = applicant.apply().await;
        assert_eq!(text(&second, "/state"), "referred");
        assert_eq!(house.world.treasury_ledger().accepted_count, 0);
        house.stop().await;
    }
}
