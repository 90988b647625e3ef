//! Promise 5 with a real kill: a process of its own commits approvals one after another and is killed with SIGKILL; what it
//! had said to be committed is there, and nothing is there by half.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use sanmiao::store::{DatabaseUrl, Store};

use super::fixture::*;
use super::harness::{Db, limits, on_both_databases, vault};

const CHILD: &str = "SANMIAO_TEST_CHILD";
const SAYS: &str = "committed ";

/// The process that is killed. It is no test by itself.
#[tokio::test]
#[ignore = "started by the crash tests as a process of its own"]
async fn approves_until_it_is_killed() {
    let text = std::env::var(CHILD).expect("the crash tests set it");
    let url: DatabaseUrl = text.parse().unwrap();
    let store = Store::open(&url, vault(&["a"], 200), limits())
        .await
        .unwrap();
    let first = 1 + u32::try_from(applications(&store).await).unwrap();
    for passport in first.. {
        let instruction = ready(&store, passport).await;
        let mut out = std::io::stdout();
        writeln!(out, "\n{SAYS}{}", instruction.id.award()).unwrap();
        out.flush().unwrap();
    }
}

async fn applications(store: &Store) -> usize {
    let mut tx = store.read().await.unwrap();
    tx.awards_page(None, 100_000).await.unwrap().len()
}

/// Runs the process until it has said `commits` times that it committed, kills it in the middle of what it does then, and gives
/// what it said.
fn run_and_kill(db: &Db, commits: usize) -> Vec<String> {
    let url = match &db.url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(url) => url.clone(),
    };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "store::crash::approves_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(CHILD, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let mut said = Vec::new();
    while said.len() < commits {
        let line = lines.next().expect("the child goes on until it is killed");
        said.extend(line.strip_prefix(SAYS).map(str::to_owned));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    said.extend(lines.filter_map(|line| line.strip_prefix(SAYS).map(str::to_owned)));
    said
}

on_both_databases! {
    async fn promise_5_killed_at_any_moment_all_that_was_committed_is_there_and_nothing_by_half(db: &Db) {
        let mut said = Vec::new();
        for commits in [1, 3, 2, 5, 1, 4] {
            said.extend(run_and_kill(db, commits));
            let mut tx = db.store.read().await.unwrap();
            let awards = tx.awards_page(None, 10_000).await.unwrap();
            let ids: Vec<_> = awards.iter().map(|award| award.id.to_string()).collect();
            assert!(said.iter().all(|id| ids.contains(id)), "what was said to be committed is there");
            for award in &awards {
                let payments = tx.payments_of(award.id).await.unwrap();
                assert_eq!(payments.len(), 2);
                assert_eq!(tx.instructions_of(payments[0].id).await.unwrap().len(), 1);
                let application = tx.application(award.application).await.unwrap().unwrap();
                assert_eq!(application.version, 2, "filed and approved");
                assert_eq!(tx.decisions_of(application.id).await.unwrap().len(), 1);
            }
            assert_eq!(tx.ledger_faults().await.unwrap(), Vec::<String>::new());
            let line = tx.budget(&budget()).await.unwrap().unwrap();
            let granted: i64 = awards.iter().map(|award| award.total.fen()).sum();
            assert_eq!(line.reserved.fen(), granted);
        }
        assert!(said.len() >= 16);
    }
}

/// After a restart of the server every pooled connection is dead; none of them may fail a request.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cut_every_connection_is_reached_again_at_once() {
    let db = Db::postgres().await;
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(db.store.read().await.unwrap());
    }
    drop(held);
    db.number("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").await;
    let mut tx = db.store.write().await.unwrap();
    tx.appropriate(&budget(), fen(1)).await.unwrap();
    tx.commit().await.unwrap();
    db.store.ping().await.unwrap();
}
