//! How SQLite goes about each statement: through an index, unless it is on the list of those that look at a whole table.

use sqlx::postgres::PgPool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

/// Statements that may walk through a table or an index from end to end, each with its reason.
const WALKS: &[(&str, &str)] = &[
    ("KNOWN_KEYS", "a handful of keys"),
    (
        "ALL",
        "a list of all policies or all budget lines, which are few",
    ),
    (
        "KEPT_SUMS",
        "a row for each movement of each budget line, which are few, and the last hour of the journal by its index",
    ),
    ("FIGURES", "the same, of one year"),
    ("KEPT_UNTIL", "one row"),
    ("FORGET_UNTIL", "one row"),
    (
        "KEPT_AND_BOOKED",
        "the journal up to a moment from an index alone, every ten minutes by the job that keeps its sums",
    ),
    ("ADVANCE", "one row"),
    (
        "FOLD",
        "the journal between two moments, by its index, put together into lines and movements",
    ),
    ("WAITING_COUNTS", "everybody who waits, counted by line"),
    (
        "THOSE_WHO_WAIT",
        "the index of those who wait, of which it reads a bounded number",
    ),
    ("YEARS", "the index of budget lines, which are few"),
    (
        "TO_COME",
        "the index of instalments still to come, put together into months and lines",
    ),
    ("SUMS", "the whole journal is what is summed"),
    (
        "SUMS_BEFORE",
        "the whole journal is what a month's report sums",
    ),
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
    ("OFFICERS", "the officers of one city are few"),
    ("CANDIDATES", "the officers of one city are few"),
    (
        "FREEZES",
        "the index of freezes in force, which are exceptions",
    ),
    (
        "FROZEN",
        "the index of freezes in force, which are exceptions",
    ),
    (
        "ASKED",
        "the askings of a month from an index alone, put together into a few dozen groups",
    ),
    (
        "WINDOW",
        "the newest decisions under one policy, read from their index and summed",
    ),
    (
        "OPEN_REPORTS",
        "the index of open cases, counted when a supervisor looks at the board",
    ),
    (
        "LOADS",
        "the index of open cases by officer, counted when a supervisor looks at the board",
    ),
    (
        "TOUCHED",
        "three short lists, each read from its index, put in one order",
    ),
    (
        "OPEN_REFERENCES",
        "the index of open differences, which are exceptions",
    ),
    (
        "IN_NO_BATCH",
        "one day, policy and district, found by their index and put in order when a batch is prepared",
    ),
    ("COUNT_BY_ENDING", "counts everything, from an index alone"),
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

/// So many cases stand in the queues of the test below.
const CASES: &str = "50000";

/// PostgreSQL goes by statistics, so its plans are asked for with cases in the table: every queue by an index, in order.
#[tokio::test]
async fn postgres_reads_every_queue_of_cases_from_an_index() {
    let server = std::env::var("SANMIAO_TEST_POSTGRES")
        .expect("SANMIAO_TEST_POSTGRES is not set: run the tests with `make test`");
    let name = format!("plans_{}", std::process::id());
    let create = AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0"));
    let mut first = PgConnection::connect(&server).await.unwrap();
    sqlx::raw_sql(create).execute(&mut first).await.unwrap();
    let url = server.replacen("/postgres?", &format!("/{name}?"), 1);
    let pool = PgPool::connect(&url).await.unwrap();
    super::migrations::postgres().run(&pool).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(many_cases()))
        .execute(&pool)
        .await
        .unwrap();
    let queues = super::cases::STATEMENTS.iter().filter(|statement| {
        statement
            .postgres
            .ends_with("ORDER BY due_on, id LIMIT $10")
    });
    let mut seen = 0;
    for statement in queues {
        let plan = plan_of_queue(&pool, statement.postgres).await;
        let walks = plan.contains("Seq Scan") || sorted(&plan) > SORTED_MAX;
        assert!(!walks, "{}: {plan}", statement.name);
        seen += 1;
    }
    assert_eq!(seen, 23);
    pool.close().await;
}

/// Rows that are so few that sorting them is as good as reading them in order: an officer's yellow cards, and the like.
const SORTED_MAX: usize = 500;

/// How many rows a plan means to sort.
fn sorted(plan: &str) -> usize {
    let sorts = plan.lines().filter(|line| line.contains("Sort  ("));
    let rows = sorts.filter_map(|line| line.split("rows=").nth(1)?.split(' ').next());
    rows.filter_map(|rows| rows.parse().ok()).max().unwrap_or(0)
}

/// Cases of every stage, card, policy, district and officer, most of them closed, as after some years.
fn many_cases() -> String {
    format!(
        "INSERT INTO cases (id, about, policy_id, district, officer, stage, ending, card, special, due_on, opened_at, closed_at, version)
         SELECT 'case-' || n, 'report', 'policy-' || n % 7, (440600 + n % 5)::text, 'officer-' || n % 40, stage,
                CASE WHEN stage = 'closed' THEN 'answered' END, (ARRAY['none', 'none', 'none', 'yellow', 'red'])[1 + n / 9 % 5], 0,
                (DATE '2026-01-01' + n % 300)::text, 0, CASE WHEN stage = 'closed' THEN 1 END, 1
         FROM (SELECT n, (ARRAY['closed', 'closed', 'working', 'asked', 'proposed', 'checking'])[1 + n / 3 % 6] AS stage
               FROM generate_series(1, {CASES}) AS n) AS many;
         ANALYZE cases"
    )
}

/// With those arguments alone that lead to its index, as the store chooses it.
async fn plan_of_queue(pool: &PgPool, queue: &'static str) -> String {
    let lead = queue.split(" AND (due_on, id)").next().unwrap();
    let leads = |place: &str, value: &'static str| lead.contains(place).then_some(value);
    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN {queue}")))
        .bind("2026-03-01")
        .bind("case-1")
        .bind("9999-12-31")
        .bind(leads("= $4", "officer-7"))
        .bind(leads("= $5", "440603"))
        .bind(leads("= $6", "policy-3"))
        .bind(leads("= $7", "working"))
        .bind(leads("= $8", "yellow"))
        .bind(leads("= $9", "recheck"))
        .bind(50_i64)
        .fetch_all(pool)
        .await
        .unwrap();
    rows.iter()
        .map(|row| row.get::<String, _>(0) + "\n")
        .collect()
}
