//! 对账: a statement comes in, is kept line by line, and the days it tells of are matched anew.
//!
//! A statement moves no money. What it tells and we have not heard is a difference, and a reason to ask the treasury; only the treasury's
//! own answer changes a payment.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek};

use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use super::differences::Rematch;
use super::service::{Finance, actor, must_be_finance};
use crate::domain::hash::Sha256Hex;
use crate::domain::id::StatementId;
use crate::domain::person::{Actor, Staff};
use crate::domain::statement::{BadLine, Line, Statement};
use crate::domain::time::Date;
use crate::error::StageError;
use crate::statement::matching::{Counted, Occurrences};
use crate::statement::{self, Found, Limits, Reading, Unusable};
use crate::store::{StoreError, Tx};

/// Lines written at once.
const BATCH: usize = 1_000;
/// Unreadable lines that are kept with their places.
const BAD_KEPT_MAX: usize = 200;
/// Days that one statement may tell of.
const DAYS_MAX: usize = 400;
/// Bounds of what comes through the door; a larger statement goes through the command line.
pub const AT_THE_DOOR: Limits = Limits {
    bytes_max: 32 * 1024 * 1024,
    unpacked_bytes_max: 256 * 1024 * 1024,
    lines_max: 200_000,
    line_bytes_max: 64 * 1024,
};
/// Most statements listed at once.
pub const PAGE_MAX: u32 = 200;

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The statement.
    pub statement: Statement,
    /// Whether the same file had been imported before.
    pub before: bool,
    /// Lines that no other statement had told.
    pub new_lines: u64,
    /// How the payments of its days ended.
    pub counted: Counted,
    /// Differences that were opened.
    pub opened: u64,
    /// Differences that it explained.
    pub explained: u64,
}

/// In whose name a statement is imported.
struct Importer {
    actor: Actor,
    owner: Option<String>,
}

/// A whole file, read once for what it says of itself.
struct Whole {
    sha256: Sha256Hex,
    reading: Reading,
    bad: Vec<BadLine>,
    /// Days of its lines.
    days: BTreeSet<Date>,
}

impl Finance {
    /// Imports a statement. The same file twice changes nothing; the same movement in two files counts once.
    ///
    /// # Errors
    /// `Forbidden` without the role, and for staff of one district: a statement tells of all. `Invalid` for a file that is none, or not
    /// to its end.
    pub async fn import_statement(
        &self,
        staff: &Staff,
        file: impl Read + Seek + Send + 'static,
        limits: Limits,
    ) -> Result<Imported, StageError> {
        must_be_finance(staff)?;
        if !staff.covers(None) {
            return Err(StageError::Forbidden {
                needs: "finance staff at city level",
            });
        }
        let importer = Importer {
            actor: actor(staff),
            owner: Some(staff.subject.subject.clone()),
        };
        self.import(importer, file, limits).await
    }

    /// The same for the command line, where whoever holds the configuration stands. The differences are nobody's yet.
    ///
    /// # Errors
    /// As [`Self::import_statement`], but for the role.
    pub async fn import_by_command(
        &self,
        file: impl Read + Seek + Send + 'static,
        limits: Limits,
    ) -> Result<Imported, StageError> {
        let importer = Importer {
            actor: Actor::Machine("reconcile"),
            owner: None,
        };
        self.import(importer, file, limits).await
    }

    async fn import(
        &self,
        importer: Importer,
        file: impl Read + Seek + Send + 'static,
        limits: Limits,
    ) -> Result<Imported, StageError> {
        let (file, whole) = blocking(move || {
            let mut file = file;
            let whole = survey(&mut file, limits)?;
            Ok((file, whole))
        })
        .await?;
        let known = self
            .context()
            .store
            .read()
            .await?
            .statement_of(&whole.sha256)
            .await?;
        let (statement, new_lines, before) = match known {
            Some(known) => (known, 0, true),
            None => self.keep(&importer, file, &whole, limits).await?,
        };
        let mut days = whole.days;
        days.extend(&whole.reading.days);
        let mut rematch = Rematch::new(
            self.context(),
            self.terms(),
            &statement,
            importer.owner.clone(),
        );
        if !before {
            rematch.of_the_statement_itself().await?;
        }
        for day in days {
            rematch.day(day).await?;
        }
        rematch.what_is_open().await?;
        let (counted, opened, explained) = rematch.done();
        // Somebody says that money moved and we have not heard of it: the treasury is asked sooner.
        self.context().bell.ring_dispatch();
        Ok(Imported {
            statement,
            before,
            new_lines,
            counted,
            opened,
            explained,
        })
    }

    /// Stores the statement with every line, in one transaction. Whether another import of the same file was faster is told.
    async fn keep(
        &self,
        importer: &Importer,
        file: impl Read + Seek + Send + 'static,
        whole: &Whole,
        limits: Limits,
    ) -> Result<(Statement, u64, bool), StageError> {
        let ctx = self.context();
        let statement = self.described(importer, whole);
        let mut tx = ctx.store.write().await?;
        match tx.insert_statement(&statement).await {
            Err(StoreError::Conflict(_)) => {
                drop(tx);
                let known = ctx.store.read().await?.statement_of(&whole.sha256).await?;
                let known = known.ok_or(StageError::Stale { what: "statement" })?;
                return Ok((known, 0, true));
            }
            other => other?,
        }
        let side = statement.kind.side();
        for day in &whole.reading.days {
            tx.covers_day(statement.id, side, *day).await?;
        }
        let new_lines = write_lines(&mut tx, &statement, file, limits).await?;
        let detail = json!({
            "kind": statement.kind, "sha256": statement.sha256, "lines": whole.reading.lines(), "new_lines": new_lines,
            "bad": statement.bad_count, "wrong_totals": statement.wrong_totals.len(),
        });
        let subject = statement.id.to_string();
        ctx.audit(
            &mut tx,
            importer.actor.clone(),
            "statement.imported",
            subject,
            detail,
        )
        .await?;
        tx.commit().await?;
        Ok((statement, new_lines, false))
    }

    fn described(&self, importer: &Importer, whole: &Whole) -> Statement {
        let ctx = self.context();
        let reading = &whole.reading;
        let days = || reading.days.iter().chain(&whole.days);
        Statement {
            id: ctx.id(StatementId::new),
            sha256: whole.sha256,
            kind: reading.kind,
            days: days().min().copied().zip(days().max().copied()),
            settled: reading.settled,
            returned: reading.returned,
            rejected: reading.rejected,
            bad_count: reading.bad,
            bad: whole.bad.clone(),
            wrong_totals: reading.wrong_totals.clone(),
            imported_by: importer
                .owner
                .clone()
                .unwrap_or_else(|| importer.actor.to_string()),
            imported_at: ctx.now(),
        }
    }

    /// Statements, newest first.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn statements(
        &self,
        staff: &Staff,
        before: Option<StatementId>,
        limit: u32,
    ) -> Result<Vec<Statement>, StageError> {
        must_be_finance(staff)?;
        let mut tx = self.context().store.read().await?;
        Ok(tx.statements(before, limit.min(PAGE_MAX)).await?)
    }

    /// One statement.
    ///
    /// # Errors
    /// `NotFound`, or `Forbidden` without the role.
    pub async fn statement(&self, staff: &Staff, id: StatementId) -> Result<Statement, StageError> {
        must_be_finance(staff)?;
        let found = self.context().store.read().await?.statement(id).await?;
        found.ok_or(StageError::not_found("statement"))
    }
}

/// Work on a file, among the threads that may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Unusable> + Send + 'static,
) -> Result<T, StageError> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|_| StageError::corrupt("reading a statement was broken off"))?;
    done.map_err(|error| StageError::Invalid {
        field: "statement",
        reason: error.to_string(),
    })
}

/// Reads a file to its end before anything of it is kept.
fn survey(file: &mut (impl Read + Seek), limits: Limits) -> Result<Whole, Unusable> {
    let (mut bad, mut days) = (Vec::new(), BTreeSet::new());
    let reading = statement::read(&mut *file, limits, &mut |found| match found {
        Found::Line(line) if days.len() <= DAYS_MAX => {
            days.insert(line.day);
        }
        Found::Bad(line) if bad.len() < BAD_KEPT_MAX => bad.push(line),
        Found::Line(_) | Found::Bad(_) => {}
    })?;
    if days.len() > DAYS_MAX {
        let max = DAYS_MAX as u64;
        return Err(Unusable::TooMuch { what: "days", max });
    }
    file.rewind()?;
    let mut hash = Sha256::new();
    io::copy(file, &mut HashWriter(&mut hash))?;
    file.rewind()?;
    let sha256 = Sha256Hex::from_bytes(hash.finalize().into());
    Ok(Whole {
        sha256,
        reading,
        bad,
        days,
    })
}

struct HashWriter<'h>(&'h mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads the file once more and writes its lines, a batch at a time.
async fn write_lines(
    tx: &mut Tx,
    statement: &Statement,
    file: impl Read + Seek + Send + 'static,
    limits: Limits,
) -> Result<u64, StageError> {
    let (batches, mut written) = mpsc::channel::<Vec<(Line, u32)>>(2);
    let reader = blocking(move || {
        let (mut batch, mut occurrences) = (Vec::new(), Occurrences::default());
        statement::read(file, limits, &mut |found| {
            let Found::Line(line) = found else { return };
            let occurrence = occurrences.next(&line);
            batch.push((line, occurrence));
            if batch.len() == BATCH {
                // Nobody listens any more when the database has failed, which says so itself.
                let _ = batches.blocking_send(std::mem::take(&mut batch));
            }
        })?;
        let _ = batches.blocking_send(batch);
        Ok(())
    });
    let writer = async {
        let mut new = 0;
        while let Some(batch) = written.recv().await {
            new += tx
                .insert_statement_lines(statement.id, statement.kind, &batch)
                .await?;
        }
        Ok::<u64, StageError>(new)
    };
    let ((), new) = tokio::try_join!(reader, writer)?;
    Ok(new)
}
