//! How SQLite goes about each statement: through an index, unless it is on the list of those that look at a whole table.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{AssertSqlSafe, Row as _};

/// Statements that may walk through a table or an index from end to end, each with its reason.
const WALKS: &[(&str, &str)] = &[
    ("KNOWN_KEYS", "a handful of keys"),
    (
        "ALL",
        "a list of all policies or all budget lines, which are few",
    ),
    ("SUMS", "the whole journal is what is summed"),
    ("COUNT_BY_STATE", "counts everything, from an index alone"),
    ("WAITING_BUDGETS", "the index of those who wait"),
    ("NEXT", "the index of what is to be sent"),
    (
        "NEXT_PARKED",
        "the index of the parked, of which it reads the first",
    ),
    (
        "BEGIN_SIGN_IN",
        "counts an index of bounded length, once a sign-in",
    ),
    (
        "KEEP",
        "counts an index of bounded length, once a form that came too late",
    ),
    (
        "OTHERS",
        "people of one employer within a month, or of one account: told apart and counted no further than is asked for",
    ),
    ("OPEN", "the index of open alarms, which are few"),
];

/// Rotation reads by id and counts what is left: rare work that the hot path pays no index for.
fn is_rotation(name: &str) -> bool {
    name.starts_with("LEFT_")
}

#[tokio::test]
async fn no_statement_walks_a_table_without_a_reason() {
    let folder = tempfile::TempDir::new().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("plans.db"))
        .create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    super::migrations::sqlite().run(&pool).await.unwrap();
    let mut walks = Vec::new();
    for statement in super::all_statements() {
        if WALKS.iter().any(|(name, _)| *name == statement.name) || is_rotation(statement.name) {
            continue;
        }
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sqlite));
        for step in sqlx::query(explain).fetch_all(&pool).await.unwrap() {
            let step: String = step.get("detail");
            let own = step.starts_with("SCAN due")
                || step.contains("json_each")
                || step.contains("CONSTANT ROW");
            if step.starts_with("SCAN") && !own || step.contains("TEMP B-TREE") {
                walks.push(format!("{}: {step}", statement.name));
            }
        }
    }
    assert!(walks.is_empty(), "{walks:#?}");
}
