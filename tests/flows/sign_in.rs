//! Signing in over real HTTP, at the made-up world's provider and at one that nobody here wrote.

use sanmiao_mocks::Trait;

use crate::support::database::{Database, on_both_databases};
use crate::support::house::{House, Plan};
use crate::support::people::{doctors_with, ordinary};
use crate::support::surfer::{Page, Surfer};

/// What must stand in no address and no page but the person's own.
fn holds_nothing_private(surfer: &Surfer, name: &str) {
    for address in surfer.history.borrow().iter() {
        for word in ["id_token", "access_token", "code_verifier", "document"] {
            assert!(!address.as_str().contains(word), "{address}");
        }
        let decoded: String = address
            .query_pairs()
            .map(|(_, value)| value.into_owned())
            .collect();
        assert!(!decoded.contains(name), "{address}");
    }
}

fn is_home_of(page: &Page, name: &str) {
    assert_eq!(
        (page.status, page.address.path()),
        (200, "/home"),
        "{page:?}"
    );
    assert!(page.text.contains(name), "{page:?}");
}

on_both_databases! {
    async fn one_chooses_a_made_up_person_and_is_signed_in_until_one_signs_out(database) {
        let people = [ordinary(1), doctors_with(Trait::RareName, 1)].concat();
        let house = House::start(Plan::of(database, people.clone())).await;
        for person in &people {
            let surfer = Surfer::new();
            let choose = surfer.open(&format!("{}/home", house.base)).await;
            assert!(choose.address.as_str().starts_with(house.world.base_url()), "{choose:?}");
            let marks = choose.text.split("<a ").find(|link| link.contains(&person.name));
            let link = marks.and_then(|link| link.split('"').nth(1)).unwrap().replace("&amp;", "&");
            let chosen = choose.address.join(&link).unwrap();
            let home = surfer.open(chosen.as_str()).await;
            is_home_of(&home, &person.name);
            holds_nothing_private(&surfer, &person.name);
            // The code is spent, and the way back with it.
            let callback = surfer
                .history
                .borrow()
                .iter()
                .find(|address| address.path() == "/sign-in/callback")
                .cloned()
                .unwrap();
            assert_eq!(Surfer::new().open(callback.as_str()).await.status, 400);
            let out = surfer.submit(&home.form("/sign-out"), &[]).await;
            assert_eq!(out.address.path(), "/");
            let again = surfer.open(&format!("{}/home", house.base)).await;
            assert!(again.address.path().ends_with("/authorize"), "{again:?}");
        }
        house.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_to_choose_a_person_has_a_stylesheet_and_nothing_else() {
    let house = House::start(Plan::of(Database::Sqlite, ordinary(3))).await;
    let surfer = Surfer::new();
    let choose = surfer.open(&format!("{}/sign-in", house.base)).await;
    for part in [
        "<!doctype html>",
        "<html lang=\"zh-CN\">",
        "<title>",
        "name=\"viewport\"",
        "<main>",
        "一切齐备",
        "reviewer-440604",
    ] {
        assert!(choose.text.contains(part), "{part}");
    }
    for none in ["<script", "<style", "style=", "http://", "onclick"] {
        assert!(!choose.text.contains(none), "{none}");
    }
    assert!(
        choose
            .policy
            .starts_with("default-src 'none'; style-src 'self'")
    );
    let style = choose.attribute("rel=\"stylesheet\"", "href").unwrap();
    let style = choose.address.join(&style).unwrap();
    assert_eq!(surfer.open(style.as_str()).await.status, 200);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_arrive_at_their_desk() {
    let house = House::start(Plan::of(Database::Sqlite, ordinary(1))).await;
    let surfer = Surfer::new();
    let choose = surfer.open(&format!("{}/sign-in", house.base)).await;
    let mut links = choose.text.split("<a ");
    let link = links.find(|link| link.contains("finance-maker")).unwrap();
    let link = link.split('"').nth(1).unwrap().replace("&amp;", "&");
    let desk = surfer
        .open(choose.address.join(&link).unwrap().as_str())
        .await;
    assert_eq!(
        (desk.status, desk.address.path()),
        (200, "/finance"),
        "{desk:?}"
    );
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_service_under_another_name_of_this_machine_signs_in_all_the_same() {
    let house = House::start(Plan::of(Database::Sqlite, ordinary(1))).await;
    let surfer = Surfer::new();
    let local = house.base.replace("127.0.0.1", "localhost");
    let choose = surfer.open(&format!("{local}/home")).await;
    assert!(choose.address.path().ends_with("/authorize"), "{choose:?}");
    assert!(surfer.history.borrow().iter().any(|address| {
        address.as_str().starts_with(&house.base) && address.path() == "/sign-in"
    }));
    house.stop().await;
}

/// The provider's own forms are followed as a browser would: sign in, agree. Its ID tokens hold no claims of ours; they come from
/// its userinfo endpoint.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_nobody_here_wrote_signs_people_in_too() {
    let plan = Plan {
        foreign_provider: true,
        ..Plan::of(Database::Sqlite, ordinary(1))
    };
    let house = House::start(plan).await;
    for (account, name, path) in [
        ("talent", "样例甲", "/home"),
        ("clerk", "reviewer", "/desk"),
    ] {
        let surfer = Surfer::new();
        let login = surfer.open(&format!("{}/home", house.base)).await;
        assert!(login.text.contains("name=\"login\""), "{login:?}");
        let consent = surfer
            .submit(&login, &[("login", account), ("password", "any")])
            .await;
        let arrived = surfer.submit(&consent, &[]).await;
        assert_eq!(
            (arrived.status, arrived.address.path()),
            (200, path),
            "{arrived:?}"
        );
        assert!(arrived.text.contains(name), "{arrived:?}");
        holds_nothing_private(&surfer, "样例甲");
    }
    // Nobody the provider does not know, and nobody who breaks off.
    let surfer = Surfer::new();
    let login = surfer.open(&format!("{}/home", house.base)).await;
    let abort = login.attribute("class=\"login-help\"", "href").unwrap();
    let refused = surfer
        .open(login.address.join(&abort).unwrap().as_str())
        .await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(
        refused.text.contains("/sign-in?return_to=%2Fhome"),
        "{refused:?}"
    );
    house.stop().await;
}
