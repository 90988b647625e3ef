//! The field's variety: everybody lands where the policy's words put them.

use futures_util::{StreamExt as _, stream};
use sanmiao_mocks::{Expected, PeopleSource};

use crate::support::database::{Database, on_both_databases};
use crate::support::house::{House, Plan, text};
use crate::support::people::one_of_each;

/// Files for everybody, eight at a time; everybody whose landing differs from what the generator says.
async fn astray(database: Database, seed: u64, people: PeopleSource) -> Vec<String> {
    let plan = Plan {
        people,
        seed,
        ..Plan::of(database, Vec::new())
    };
    let house = House::funded(plan).await;
    let astray = stream::iter(house.world.people())
        .map(|person| async {
            let filed = house.applicant(person).apply().await;
            let landed = match text(&filed, "/state") {
                "approved" => Some(Expected::MachineApproves),
                "referred" => Some(Expected::Referred),
                _ => None,
            };
            let (traits, policy) = (&person.traits, &person.applies_for);
            let state = text(&filed, "/state");
            (landed != Some(person.expected())).then(|| format!("{traits:?} for {policy}: {state}"))
        })
        .buffer_unordered(8)
        .filter_map(|one| async move { one })
        .collect()
        .await;
    house.stop().await;
    astray
}

on_both_databases! {
    async fn everybody_of_every_kind_lands_where_the_policys_words_put_them(database) {
        let people = one_of_each();
        assert!(people.len() >= 35, "{} kinds of people", people.len());
        assert_eq!(astray(database, 11, PeopleSource::Given(people)).await, Vec::<String>::new());
    }

    async fn crowds_of_several_seeds_land_where_the_policys_words_put_them(database) {
        let seeds: &[u64] = if database == Database::Sqlite { &[1, 2, 3] } else { &[4] };
        for seed in seeds {
            let people = PeopleSource::Generated { count: 40 };
            assert_eq!(astray(database, *seed, people).await, Vec::<String>::new(), "seed {seed}");
        }
    }
}
