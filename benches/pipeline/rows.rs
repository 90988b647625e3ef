//! The rows one person's way through the pipeline leaves, read back as they stand, bytes and all.

use std::collections::HashMap;

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _};

/// A value as SQLite holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// One row: its columns in the order of the table.
#[derive(Debug, Clone)]
pub(crate) struct Line(pub(crate) Vec<(String, Cell)>);

impl Line {
    fn of(row: &SqliteRow) -> Self {
        let cell = |at: usize| match row.try_get_raw(at).unwrap() {
            value if value.is_null() => Cell::Null,
            value => match value.type_info().name() {
                "INTEGER" => Cell::Int(row.get(at)),
                "BLOB" => Cell::Bytes(row.get(at)),
                _ => Cell::Text(row.get(at)),
            },
        };
        Self(
            row.columns()
                .iter()
                .map(|column| (column.name().to_owned(), cell(column.ordinal())))
                .collect(),
        )
    }

    pub(crate) fn cell(&self, name: &str) -> Cell {
        let found = self.0.iter().find(|(column, _)| column == name);
        found
            .unwrap_or_else(|| panic!("no column {name}"))
            .1
            .clone()
    }

    pub(crate) fn text(&self, name: &str) -> String {
        match self.cell(name) {
            Cell::Text(text) => text,
            other => panic!("{name} is {other:?}"),
        }
    }

    /// The same row at an earlier stage.
    pub(crate) fn with(&self, changes: &[(&str, Cell)]) -> Self {
        let mut line = self.clone();
        for (name, cell) in changes {
            let place = line.0.iter_mut().find(|(column, _)| column == name);
            place.unwrap_or_else(|| panic!("no column {name}")).1 = cell.clone();
        }
        line
    }
}

/// Everything one application left.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) applicant: Line,
    pub(crate) subjects: Vec<Line>,
    pub(crate) consent: Line,
    pub(crate) application: Line,
    pub(crate) evidence: Vec<Line>,
    pub(crate) fetches: Vec<Line>,
    pub(crate) snapshots: Vec<Line>,
    pub(crate) slots: Vec<Line>,
    pub(crate) marks: Vec<Line>,
    pub(crate) audit: Vec<Line>,
    pub(crate) decisions: Vec<Line>,
    pub(crate) award: Option<Line>,
    pub(crate) journal: Vec<Line>,
    pub(crate) payments: Vec<Line>,
    pub(crate) instructions: Vec<Line>,
    pub(crate) events: Vec<Line>,
}

/// Tables the pipeline writes for a person, in an order that a reader can follow. The floor writes no `notices`, nothing of
/// the desk, and nothing for the breaker and the watch: the table shows what the pipeline does on top.
pub(crate) const TABLES: [&str; 22] = [
    "applicants",
    "subjects",
    "consents",
    "applications",
    "evidence",
    "fetches",
    "snapshots",
    "slots",
    "marks",
    "decisions",
    "awards",
    "payments",
    "instructions",
    "journal",
    "treasury_events",
    "audit",
    "notices",
    "cases",
    "case_acts",
    "alarms",
    "machine_decisions",
    "watches",
];

async fn select(pool: &SqlitePool, sql: &'static str, key: &str) -> Vec<Line> {
    let rows = sqlx::query(sql).bind(key).fetch_all(pool).await.unwrap();
    rows.iter().map(Line::of).collect()
}

/// The rows of a table that belong to an application, in the order of its first column.
async fn of_application(pool: &SqlitePool, table: &str, id: &str) -> Vec<Line> {
    let sql = format!("SELECT * FROM {table} WHERE application_id = $1 ORDER BY 1");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id);
    let rows = rows.fetch_all(pool).await.unwrap();
    rows.iter().map(Line::of).collect()
}

impl Kept {
    /// Reads what the application of this id has left so far.
    pub(crate) async fn read(pool: &SqlitePool, id: &str) -> Self {
        let application = select(pool, "SELECT * FROM applications WHERE id = $1", id)
            .await
            .remove(0);
        let who = application.text("applicant_id");
        let consent = application.text("consent_id");
        let award = select(pool, "SELECT * FROM awards WHERE application_id = $1", id)
            .await
            .pop();
        let mut audit = select(
            pool,
            "SELECT * FROM audit WHERE subject = $1 ORDER BY id",
            id,
        )
        .await;
        let (mut journal, mut payments, mut instructions, mut events) =
            (vec![], vec![], vec![], vec![]);
        if let Some(award) = &award {
            let award = award.text("id");
            journal = select(pool, JOURNAL, &award).await;
            payments = select(
                pool,
                "SELECT * FROM payments WHERE award_id = $1 ORDER BY instalment",
                &award,
            )
            .await;
        }
        for payment in &payments {
            let of = "SELECT * FROM instructions WHERE payment_id = $1 ORDER BY generation";
            instructions.extend(select(pool, of, &payment.text("id")).await);
        }
        for instruction in &instructions {
            let id = instruction.text("id");
            journal.extend(
                select(
                    pool,
                    "SELECT * FROM journal WHERE reference = $1 ORDER BY id",
                    &id,
                )
                .await,
            );
            audit.extend(
                select(
                    pool,
                    "SELECT * FROM audit WHERE subject = $1 ORDER BY id",
                    &id,
                )
                .await,
            );
            events.extend(
                select(
                    pool,
                    "SELECT * FROM treasury_events WHERE instruction_id = $1 ORDER BY sequence",
                    &id,
                )
                .await,
            );
        }
        Self {
            applicant: select(pool, "SELECT * FROM applicants WHERE id = $1", &who)
                .await
                .remove(0),
            subjects: select(pool, "SELECT * FROM subjects WHERE applicant_id = $1", &who).await,
            consent: select(pool, "SELECT * FROM consents WHERE id = $1", &consent)
                .await
                .remove(0),
            evidence: of_application(pool, "evidence", id).await,
            fetches: of_application(pool, "fetches", id).await,
            snapshots: of_application(pool, "snapshots", id).await,
            slots: of_application(pool, "slots", id).await,
            marks: of_application(pool, "marks", id).await,
            decisions: of_application(pool, "decisions", id).await,
            application,
            audit,
            award,
            journal,
            payments,
            instructions,
            events,
        }
    }

    /// What sign-in proved.
    pub(crate) fn identity(&self) -> Vec<&Line> {
        self.evidence
            .iter()
            .filter(|line| line.text("origin") == "identity")
            .collect()
    }

    /// What registers said.
    pub(crate) fn answers(&self) -> Vec<&Line> {
        self.evidence
            .iter()
            .filter(|line| line.text("origin") != "identity")
            .collect()
    }

    /// Entries of the audit whose act begins so, oldest first.
    pub(crate) fn acts(&self, prefixes: &[&str]) -> Vec<&Line> {
        let fits = |line: &&Line| {
            prefixes
                .iter()
                .any(|prefix| line.text("act").starts_with(prefix))
        };
        self.audit.iter().filter(fits).collect()
    }

    /// Journal entries of these movements.
    pub(crate) fn moved(&self, movements: &[&str]) -> Vec<&Line> {
        self.journal
            .iter()
            .filter(|line| movements.contains(&line.text("movement").as_str()))
            .collect()
    }
}

const JOURNAL: &str = "SELECT * FROM journal WHERE reference = $1 ORDER BY id";

/// How many rows each table holds.
pub(crate) async fn counts(pool: &SqlitePool) -> HashMap<&'static str, i64> {
    let mut counts = HashMap::new();
    for table in TABLES {
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        counts.insert(
            table,
            sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        );
    }
    counts
}
