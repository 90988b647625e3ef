//! The field's variety: everybody lands where the policy's words put them.

use futures_util::{StreamExt as _, stream};
use sanmiao_mocks::{Expected, PeopleSource};

use crate::support::database::{Database, on_both_databases};
use crate::support::house::{House, Plan, text};

/// People of one seed, filed eight at a time; everybody whose landing differs from what the generator says.
async fn astray(database: Database, seed: u64, count: usize) -> Vec<String> {
    let plan = Plan {
        seed,
        people: PeopleSource::Generated { count },
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
            (landed != Some(person.expected())).then(|| {
                format!(
                    "{:?} for {}: {}",
                    person.traits,
                    person.applies_for,
                    text(&filed, "/state")
                )
            })
        })
        .buffer_unordered(8)
        .filter_map(|one| async move { one })
        .collect()
        .await;
    let approved = house
        .world
        .people()
        .iter()
        .filter(|person| person.expected() == Expected::MachineApproves)
        .count();
    assert!(
        (approved * 100 / count).abs_diff(70) <= 6,
        "{approved} of {count} are expected to be approved"
    );
    house.stop().await;
    astray
}

on_both_databases! {
    async fn everybody_lands_where_the_policys_words_put_them(database) {
        let seeds: &[u64] = if database == Database::Sqlite { &[1, 2, 3] } else { &[4] };
        for seed in seeds {
            assert_eq!(astray(database, *seed, 120).await, Vec::<String>::new(), "seed {seed}");
        }
    }
}
