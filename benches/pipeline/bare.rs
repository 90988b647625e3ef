//! The bare transactions: the same statements with the same bytes in the same number of transactions, and no logic.
//!
//! Nothing is read, checked, sealed, judged or looked up here. Connection and pragmas are those of the store.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::Transaction;
use sqlx::query::Query;
use sqlx::sqlite::{
    Sqlite, SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool,
    SqlitePoolOptions, SqliteSynchronous,
};

use super::rows::{Cell, Kept, Line};

/// The store's own statements, word for word.
const UPDATE_APPLICATION: &str = "UPDATE applications SET policy_id = $3, policy_effective = $4, policy_hash = $5, district = $6, filed_at = $7, filed_on = $8, snapshot_id = $9, typed = $10, key_id = $11, state = $12, sources = $13, decision_id = $14, award_id = $15, since = $16, retry_at = $17, until_on = $18, request_id = $19, version = version + 1 WHERE id = $1 AND version = $2";
const RESERVE: &str = "UPDATE budgets SET reserved = reserved + $4 WHERE policy = $1 AND district = $2 AND year = $3 AND reserved + $4 <= appropriated";
const UPDATE_PAYMENT: &str = "UPDATE payments SET amount = $3, due_on = $4, recheck = $5, state = $6, generation = $7, retry_at = $8, version = version + 1 WHERE id = $1 AND version = $2";
const LEASE: &str = "UPDATE instructions SET leased_from = state, state = 'unknown', epoch = epoch + 1, attempts = attempts + 1, leased_until = $2 WHERE id = $1";
const CHANGE: &str = "UPDATE instructions SET state = $2, next_at = $3, treasury_no = COALESCE($4, treasury_no), acknowledged_at = COALESCE($5, acknowledged_at), settled_at = COALESCE($6, settled_at), returned_at = COALESCE($7, returned_at), reason_code = COALESCE($8, reason_code), leased_until = NULL, leased_from = NULL WHERE id = $1";

/// A database that is written to without a thought.
pub(crate) struct Bare {
    writer: SqlitePool,
    inserts: Mutex<HashMap<String, &'static str>>,
    /// Transactions committed.
    pub(crate) commits: AtomicU64,
}

/// One transaction.
pub(crate) struct Writing<'b> {
    bare: &'b Bare,
    tx: Transaction<'static, Sqlite>,
}

/// A pool of one connection set up as the store sets up its own.
pub(crate) async fn pool(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .pragma("cache_size", "-2048")
        .pragma("trusted_schema", "OFF")
        .pragma("journal_size_limit", "67108864")
        .statement_cache_capacity(256);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_mins(1));
    pool.connect_with(options).await.unwrap()
}

type Bound<'q> = Query<'q, Sqlite, SqliteArguments>;

fn bind(query: Bound<'_>, cell: Cell) -> Bound<'_> {
    match cell {
        Cell::Null => query.bind(None::<String>),
        Cell::Int(value) => query.bind(value),
        Cell::Text(value) => query.bind(value),
        Cell::Bytes(value) => query.bind(value),
    }
}

impl Writing<'_> {
    async fn insert(&mut self, table: &str, line: &Line) {
        let sql = self.bare.insert_text(table, line);
        let query = line.0.iter().fold(sqlx::query(sql), |query, (_, cell)| {
            bind(query, cell.clone())
        });
        query.execute(&mut *self.tx).await.unwrap();
    }

    async fn insert_all<'l>(&mut self, table: &str, lines: impl IntoIterator<Item = &'l Line>) {
        for line in lines {
            self.insert(table, line).await;
        }
    }

    async fn update(&mut self, sql: &'static str, cells: Vec<Cell>) {
        let query = cells.into_iter().fold(sqlx::query(sql), bind);
        let done = query.execute(&mut *self.tx).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{sql}");
    }

    async fn commit(self) {
        self.tx.commit().await.unwrap();
        self.bare.commits.fetch_add(1, Ordering::Relaxed);
    }

    /// The store's statement for a changed application; `version` is the one it replaces.
    async fn application(&mut self, line: &Line, version: i64) {
        let mut cells = vec![line.cell("id"), Cell::Int(version)];
        let named = [
            "policy_id",
            "policy_effective",
            "policy_hash",
            "district",
            "filed_at",
            "filed_on",
            "snapshot_id",
            "typed",
            "key_id",
            "state",
            "sources",
            "decision_id",
            "award_id",
            "since",
            "retry_at",
            "until_on",
            "request_id",
        ];
        cells.extend(named.map(|name| line.cell(name)));
        self.update(UPDATE_APPLICATION, cells).await;
    }

    async fn payment(&mut self, line: &Line, version: i64) {
        let mut cells = vec![line.cell("id"), Cell::Int(version)];
        cells.extend(
            [
                "amount",
                "due_on",
                "recheck",
                "state",
                "generation",
                "retry_at",
            ]
            .map(|name| line.cell(name)),
        );
        self.update(UPDATE_PAYMENT, cells).await;
    }

    async fn instruction(&mut self, line: &Line) {
        let named = [
            "id",
            "state",
            "next_at",
            "treasury_no",
            "acknowledged_at",
            "settled_at",
            "returned_at",
            "reason_code",
        ];
        self.update(CHANGE, named.map(|name| line.cell(name)).into())
            .await;
    }
}

impl Bare {
    pub(crate) async fn open(path: &Path) -> Self {
        Self {
            writer: pool(path).await,
            inserts: Mutex::default(),
            commits: AtomicU64::new(0),
        }
    }

    pub(crate) async fn close(&self) {
        self.writer.close().await;
    }

    async fn begin(&self) -> Writing<'_> {
        Writing {
            bare: self,
            tx: self.writer.begin_with("BEGIN IMMEDIATE").await.unwrap(),
        }
    }

    /// Made once a table; prepared once a connection.
    fn insert_text(&self, table: &str, line: &Line) -> &'static str {
        let mut inserts = self.inserts.lock().unwrap();
        if let Some(text) = inserts.get(table) {
            return text;
        }
        let names: Vec<&str> = line.0.iter().map(|(name, _)| name.as_str()).collect();
        let places: Vec<String> = (1..=names.len())
            .map(|number| format!("${number}"))
            .collect();
        let text = format!(
            "INSERT INTO {table} ({}) VALUES ({})",
            names.join(", "),
            places.join(", ")
        );
        let text: &'static str = text.leak();
        inserts.insert(table.to_owned(), text);
        text
    }

    /// Knows the person.
    pub(crate) async fn enrol(&self, kept: &Kept) {
        let mut tx = self.begin().await;
        tx.insert("applicants", &kept.applicant).await;
        tx.insert_all("subjects", &kept.subjects).await;
        tx.commit().await;
    }

    /// Consent, draft, identity.
    pub(crate) async fn begin_draft(&self, kept: &Kept) {
        let draft = kept.application.with(&[
            ("state", Cell::Text("draft".to_owned())),
            ("district", Cell::Null),
            ("filed_at", Cell::Null),
            ("filed_on", Cell::Null),
            ("snapshot_id", Cell::Null),
            ("typed", Cell::Null),
            ("key_id", Cell::Null),
            ("sources", Cell::Null),
            ("decision_id", Cell::Null),
            ("award_id", Cell::Null),
            ("since", Cell::Null),
            ("retry_at", Cell::Null),
            ("until_on", Cell::Null),
            ("version", Cell::Int(0)),
        ]);
        let mut tx = self.begin().await;
        tx.insert("consents", &kept.consent).await;
        tx.insert("applications", &draft).await;
        tx.insert_all("evidence", kept.identity()).await;
        tx.insert_all("audit", kept.acts(&["application.opened"]))
            .await;
        tx.commit().await;
    }

    /// What the registers said.
    pub(crate) async fn collect(&self, kept: &Kept) {
        let mut tx = self.begin().await;
        tx.insert_all("evidence", kept.answers()).await;
        tx.insert_all("fetches", &kept.fetches).await;
        tx.commit().await;
    }

    /// The filled form.
    pub(crate) async fn fill(&self, kept: &Kept) {
        let mut tx = self.begin().await;
        tx.insert_all("snapshots", &kept.snapshots).await;
        tx.commit().await;
    }

    /// Filed.
    pub(crate) async fn file(&self, kept: &Kept) {
        let filed = kept.application.with(&[
            ("state", Cell::Text("filed".to_owned())),
            ("sources", Cell::Null),
            ("decision_id", Cell::Null),
            ("award_id", Cell::Null),
            ("since", Cell::Null),
            ("retry_at", Cell::Null),
            ("until_on", Cell::Null),
        ]);
        let mut tx = self.begin().await;
        tx.insert_all("slots", &kept.slots).await;
        tx.application(&filed, 0).await;
        tx.insert_all("marks", &kept.marks).await;
        tx.insert_all("audit", kept.acts(&["application.filed"]))
            .await;
        tx.commit().await;
    }

    /// Decided, and everything one approval commits.
    pub(crate) async fn decide(&self, kept: &Kept) {
        let mut tx = self.begin().await;
        tx.insert_all("decisions", &kept.decisions).await;
        if let Some(award) = &kept.award {
            tx.update(
                RESERVE,
                ["policy", "district", "year", "total"]
                    .map(|name| award.cell(name))
                    .into(),
            )
            .await;
            tx.insert("awards", award).await;
            tx.insert_all("journal", kept.moved(&["commit"])).await;
            for payment in &kept.payments {
                let scheduled = Cell::Text("scheduled".to_owned());
                let fresh = payment.with(&[
                    ("state", scheduled),
                    ("generation", Cell::Int(0)),
                    ("version", Cell::Int(0)),
                ]);
                tx.insert("payments", &fresh).await;
                if payment.cell("generation") != Cell::Int(0) {
                    tx.insert_all("instructions", &ready(kept, payment)).await;
                    tx.insert_all("journal", kept.moved(&["instruct"])).await;
                    tx.payment(
                        &payment.with(&[("state", Cell::Text("instructed".to_owned()))]),
                        0,
                    )
                    .await;
                }
            }
        }
        tx.application(&kept.application, 1).await;
        tx.insert_all(
            "audit",
            kept.acts(&[
                "application.approved",
                "application.referred",
                "application.parked",
            ]),
        )
        .await;
        tx.commit().await;
    }

    /// One transaction leases a batch.
    pub(crate) async fn lease(&self, batch: &[&Kept]) {
        let mut tx = self.begin().await;
        for kept in batch {
            for instruction in &kept.instructions {
                tx.update(
                    LEASE,
                    vec![instruction.cell("id"), instruction.cell("next_at")],
                )
                .await;
            }
        }
        tx.commit().await;
    }

    /// What the reply to a send leaves: the instruction acknowledged, the audit's entry.
    pub(crate) async fn acknowledge(&self, kept: &Kept) {
        let mut tx = self.begin().await;
        for instruction in &kept.instructions {
            let state = Cell::Text("acknowledged".to_owned());
            let heard = [
                ("state", state),
                ("settled_at", Cell::Null),
                ("returned_at", Cell::Null),
                ("reason_code", Cell::Null),
            ];
            tx.instruction(&instruction.with(&heard)).await;
        }
        tx.insert_all("audit", kept.acts(&["instruction."]).into_iter().take(1))
            .await;
        tx.commit().await;
    }

    /// What one call-back leaves: the event, instruction and payment at their end, the journal's and the audit's entry.
    pub(crate) async fn event(&self, kept: &Kept, which: usize) {
        let last = which + 1 == kept.events.len();
        let mut tx = self.begin().await;
        tx.insert("treasury_events", &kept.events[which]).await;
        for instruction in &kept.instructions {
            tx.instruction(instruction).await;
        }
        for payment in &kept.payments {
            if last && payment.cell("generation") != Cell::Int(0) {
                tx.payment(payment, 1).await;
            }
        }
        let moved = kept.moved(&["settle", "return_unsettled", "return_settled"]);
        tx.insert_all("journal", moved.into_iter().skip(which).take(1))
            .await;
        tx.insert_all(
            "audit",
            kept.acts(&["instruction."])
                .into_iter()
                .skip(1 + which)
                .take(1),
        )
        .await;
        tx.commit().await;
    }
}

/// The payment's instruction before it was ever sent.
fn ready(kept: &Kept, payment: &Line) -> Vec<Line> {
    let fresh = [
        ("state", Cell::Text("ready".to_owned())),
        ("epoch", Cell::Int(0)),
        ("attempts", Cell::Int(0)),
        ("leased_until", Cell::Null),
        ("leased_from", Cell::Null),
        ("treasury_no", Cell::Null),
        ("acknowledged_at", Cell::Null),
        ("settled_at", Cell::Null),
        ("returned_at", Cell::Null),
        ("reason_code", Cell::Null),
    ];
    let own = kept
        .instructions
        .iter()
        .filter(|line| line.cell("payment_id") == payment.cell("id"));
    own.map(|line| line.with(&fresh)).collect()
}
