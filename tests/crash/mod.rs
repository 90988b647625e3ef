//! `kill -9` (promise 5): the real program, under load, killed at seeded random moments and started again each time. At the end nothing
//! is lost and nothing is paid twice, by the treasury's own ledger, and every decision can be recomputed.

#![expect(clippy::unwrap_used, reason = "a test that cannot get on has failed")]

mod walkers;

use std::sync::Arc;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sanmiao::domain::application::StateName;
use sanmiao::domain::notice::NoticeState;
use sanmiao::domain::payment::PaymentState;
use sanmiao::store::{ApplicationFilter, Store};
use sanmiao_mocks::{PeopleSource, World, WorldConfig};
use tokio::sync::Semaphore;

use self::walkers::Ways;
use crate::support::database::{Database, Place};
use crate::support::eventually::eventually;
use crate::support::house::configuration;
use crate::support::program::{self, Program};
use crate::support::reckoning;

/// People who arrive before the first kill, and after each.
const AT_FIRST: usize = 8;
const AFTER_EACH: usize = 3;
/// Longest life of the program, in milliseconds.
const LIFE_MS_MAX: u64 = 800;

/// How many kills: ten in every run, more where somebody asks for them.
fn kills() -> usize {
    match std::env::var("SANMIAO_CRASH_KILLS") {
        Ok(count) => count.parse().expect("SANMIAO_CRASH_KILLS is a number"),
        Err(_) => 10,
    }
}

/// A world of made-up people by the computer's clock: the program has no other.
async fn world(seed: u64, people: usize, callback: &str) -> World {
    let config = WorldConfig {
        people: PeopleSource::Generated { count: people },
        callback_url: Some(format!("{callback}/api/v1/treasury/events")),
        ..WorldConfig::new(seed, people)
    };
    World::start(config)
        .await
        .expect("the made-up world starts")
}

async fn campaign(database: Database, seed: u64, kills: usize) {
    let people = AT_FIRST + AFTER_EACH * kills;
    let place = Place::new(database).await;
    let listen = program::free_address();
    let world = Arc::new(world(seed, people, &format!("http://{listen}")).await);
    let config = place.folder.path().join("sanmiao.toml");
    let text = configuration(&world, &place, None);
    let text = text.replace("[server]\n", &format!("[server]\nlisten = \"{listen}\"\n"));
    std::fs::write(&config, text).expect("a configuration");
    let mut program = Program::start(&config, listen).await;

    let gate = Arc::new(Semaphore::new(0));
    let ways = Arc::new(Ways::new(Arc::clone(&world), format!("http://{listen}")));
    ways.fund().await;
    let walkers: Vec<_> = (0..people)
        .map(|at| {
            let (ways, gate) = (Arc::clone(&ways), Arc::clone(&gate));
            tokio::spawn(async move {
                gate.acquire().await.expect("never closed").forget();
                ways.walk(at, kills).await;
            })
        })
        .collect();
    gate.add_permits(AT_FIRST);

    let mut random = ChaCha20Rng::seed_from_u64(seed);
    for _ in 0..kills {
        program
            .live(Duration::from_millis(random.next_u64() % LIFE_MS_MAX))
            .await;
        program.kill();
        program = Program::start(&config, listen).await;
        gate.add_permits(AFTER_EACH);
    }
    for walker in walkers {
        walker.await.expect("everybody arrives");
    }
    everything_is_accounted_for(&world, &place, people).await;
    program.kill();
    if database == Database::Sqlite {
        let replayed = program::run(&["replay", "--config", &config.to_string_lossy(), "--json"]);
        assert!(replayed.contains("\"mismatches\":0"), "{replayed}");
    }
}

/// Waits until nothing is under way, and compares.
async fn everything_is_accounted_for(world: &World, place: &Place, people: usize) {
    let store = crate::support::desk::open(place).await;
    eventually("no payment is under way", None, || async {
        let mut tx = store.read().await.unwrap();
        let counts = tx.count_payments_by_state().await.unwrap();
        let under_way = |state| matches!(state, PaymentState::Instructed | PaymentState::Returned);
        let busy: i64 = counts
            .iter()
            .filter(|(state, ..)| under_way(*state))
            .map(|(_, count, _)| count)
            .sum();
        (busy == 0).then_some(())
    })
    .await;
    let mut tx = store.read().await.unwrap();
    let all = tx
        .list_applications(&ApplicationFilter {
            limit: 5_000,
            ..ApplicationFilter::default()
        })
        .await
        .unwrap();
    let lost: Vec<_> = all
        .iter()
        .filter(|one| !matches!(one.state.name(), StateName::Approved | StateName::Referred))
        .map(|one| (one.id, one.state.name()))
        .collect();
    assert_eq!(
        (all.len(), lost),
        (people, Vec::new()),
        "every filed application came to an end state or to a person"
    );
    let approved = all
        .iter()
        .filter(|one| one.state.name() == StateName::Approved)
        .count() as u64;
    drop(tx);
    let books = world.treasury_ledger();
    assert_eq!(
        reckoning::faults(&store, &books).await,
        Vec::<String>::new()
    );
    assert!(
        books.paid_count > 0 && books.paid_count <= approved,
        "{books:?} for {approved} approved"
    );
    drop_nothing_said(world, &store).await;
    store.close().await;
}

/// Every message written goes out, and none of them twice, whatever was killed in between.
async fn drop_nothing_said(world: &World, store: &Store) {
    let counts = eventually("no message waits", None, || async {
        let mut tx = store.read().await.unwrap();
        let counts = tx.count_notices_by_state().await.unwrap();
        (counts.iter().all(|(state, _)| *state == NoticeState::Sent)).then_some(counts)
    })
    .await;
    let sent: i64 = counts.iter().map(|(_, count)| count).sum();
    assert!(sent > 0);
    assert_eq!(i64::try_from(world.message_counts().taken), Ok(sent));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_nothing_is_lost_and_nothing_is_paid_twice_on_sqlite() {
    campaign(Database::Sqlite, 5, kills()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_nothing_is_lost_and_nothing_is_paid_twice_on_postgres() {
    campaign(Database::Postgres, 6, kills().div_ceil(2)).await;
}
