//! Batches of payout files. An instruction is in one living batch at most: a unique index decides between two that are prepared at once.

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::batch::{Batch, BatchFile, BatchRow, BatchState, Step};
use crate::domain::district::DistrictCode;
use crate::domain::id::{BatchId, InstructionId};
use crate::domain::money::Money;
use crate::domain::payment::InstructionState;
use crate::domain::person::Signed;
use crate::domain::time::{Date, Timestamp, days_since_1970};

const TABLE: &str = "batches";

macro_rules! columns {
    () => {
        "id, day, policy, district, count, sum, manifest, stem, state, prepared_by, prepared_at, approved_by, approved_at, released_by, released_at, epoch, staged, out_at, discarded_by, discarded_at, grounds, version"
    };
}

statements! {
    INSERT = ["INSERT INTO batches (id, day, policy, district, count, sum, manifest, stem, state, prepared_by, prepared_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"];
    INSERT_FILE = ["INSERT INTO batch_files (id, batch_id, place, name, bytes, sha256) VALUES ($1, $2, $3, $4, $5, $6)"];
    INSERT_ROW = ["INSERT INTO batch_rows (batch_id, instruction_id, amount, stood, living) VALUES ($1, $2, $3, $4, 1)"];
    BY_ID = ["SELECT ", columns!(), " FROM batches WHERE id = $1"];
    /// Newest first. The first page begins before an id that is greater than any.
    NEWEST = ["SELECT ", columns!(), " FROM batches WHERE id < $1 ORDER BY id DESC LIMIT $2"];
    NEWEST_OF_DISTRICT = ["SELECT ", columns!(), " FROM batches WHERE district = $3 AND id < $1 ORDER BY id DESC LIMIT $2"];
    ON_THEIR_WAY = ["SELECT ", columns!(), " FROM batches WHERE state = 'releasing' AND released_at < $1 ORDER BY released_at, id LIMIT $2"];
    UPDATE = ["UPDATE batches SET state = $3, approved_by = $4, approved_at = $5, released_by = $6, released_at = $7, epoch = $8, staged = $9, out_at = $10, discarded_by = $11, discarded_at = $12, grounds = $13, version = version + 1 WHERE id = $1 AND version = $2"];
    SET_FREE = ["UPDATE batch_rows SET living = 0 WHERE batch_id = $1 AND living = 1"];
    FILES = ["SELECT id, name, bytes, sha256 FROM batch_files WHERE batch_id = $1 ORDER BY place"];
    ROWS = ["SELECT r.instruction_id, r.amount, r.stood, i.state FROM batch_rows r JOIN instructions i ON i.id = r.instruction_id WHERE r.batch_id = $1 AND r.instruction_id > $2 ORDER BY r.instruction_id LIMIT $3"];
    ROWS_SUM = ["SELECT CAST(COUNT(*) AS BIGINT) AS count, CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS fen FROM batch_rows WHERE batch_id = $1"];
    TURNED = ["SELECT r.instruction_id, r.amount, r.stood, i.state FROM batch_rows r JOIN instructions i ON i.id = r.instruction_id WHERE r.batch_id = $1 AND i.state IN ('returned', 'rejected', 'held') AND i.state <> r.stood ORDER BY r.instruction_id LIMIT $2"];
    /// What was instructed on a day and is in no living batch, by policy and district.
    PREPARABLE = ["SELECT j.policy, j.district, CAST(COUNT(*) AS BIGINT) AS count, CAST(COALESCE(SUM(j.amount), 0) AS BIGINT) AS fen FROM journal j WHERE j.movement IN ('instruct', 'reinstruct') AND (j.at + 28800000000) / 86400000000 = $1 AND NOT EXISTS (SELECT 1 FROM batch_rows b WHERE b.instruction_id = j.reference AND b.living = 1) GROUP BY j.policy, j.district ORDER BY j.policy, j.district"];
}

row!(BatchTableRow {
    id: String,
    day: String,
    policy: String,
    district: String,
    count: i64,
    sum: i64,
    manifest: String,
    stem: String,
    state: String,
    prepared_by: String,
    prepared_at: i64,
    approved_by: Option<String>,
    approved_at: Option<i64>,
    released_by: Option<String>,
    released_at: Option<i64>,
    epoch: Option<i64>,
    staged: Option<i64>,
    out_at: Option<i64>,
    discarded_by: Option<String>,
    discarded_at: Option<i64>,
    grounds: Option<String>,
    version: i64,
});
row!(FileRow {
    id: String,
    name: String,
    bytes: i64,
    sha256: String,
});
row!(RowRow {
    instruction_id: String,
    amount: i64,
    stood: String,
    state: String,
});
row!(SumRow {
    count: i64,
    fen: i64
});
row!(GroupRow {
    policy: String,
    district: String,
    count: i64,
    fen: i64,
});

/// What of a day is in no living batch, under one policy in one district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preparable {
    /// The day in China on which it was instructed.
    pub day: Date,
    /// The policy.
    pub policy: String,
    /// The district.
    pub district: DistrictCode,
    /// How many instructions.
    pub count: u64,
    /// Their sum.
    pub sum: Money,
}

impl Tx {
    /// Stores a batch that was prepared, with its files and its rows.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] on `batch_rows_living` when one of its instructions is in another living batch; else when the database
    /// fails or refuses it.
    pub async fn insert_batch(
        &mut self,
        batch: &Batch,
        files: &[BatchFile],
        rows: &[(InstructionId, Money, InstructionState)],
    ) -> Result<(), StoreError> {
        let id = batch.id.to_string();
        let mut head = args![&id, batch.day, &batch.policy, batch.district.to_string()];
        head.extend(args![
            i64::try_from(batch.count).unwrap_or(i64::MAX),
            batch.sum,
            batch.manifest.to_string(),
            &batch.stem,
            batch.state.as_str(),
            &batch.prepared.by,
            batch.prepared.at,
            batch.version,
        ]);
        self.run(&INSERT, head).await?;
        for (place, file) in (1_i64..).zip(files) {
            let bytes = i64::try_from(file.bytes).unwrap_or(i64::MAX);
            let hash = file.sha256.to_string();
            let row = args![file.id.to_string(), &id, place, &file.name, bytes, hash];
            self.run(&INSERT_FILE, row).await?;
        }
        for (instruction, amount, stood) in rows {
            let row = args![&id, instruction.to_string(), *amount, stood.as_str()];
            self.run(&INSERT_ROW, row).await?;
        }
        Ok(())
    }

    /// The batch of this id.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn batch(&mut self, id: BatchId) -> Result<Option<Batch>, StoreError> {
        let row: Option<BatchTableRow> = self.first(&BY_ID, args![id.to_string()]).await?;
        row.map(read).transpose()
    }

    /// A page of batches, newest first, behind the last of the page before.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn batches(
        &mut self,
        district: Option<DistrictCode>,
        before: Option<BatchId>,
        limit: u32,
    ) -> Result<Vec<Batch>, StoreError> {
        let before = before.map_or_else(|| "~".to_owned(), |id| id.to_string());
        let rows: Vec<BatchTableRow> = match district {
            None => self.all(&NEWEST, args![before, limit]).await?,
            Some(district) => {
                let row = args![before, limit, district.to_string()];
                self.all(&NEWEST_OF_DISTRICT, row).await?
            }
        };
        rows.into_iter().map(read).collect()
    }

    /// Batches whose release was begun before a moment and has not come to its end.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn batches_on_their_way(
        &mut self,
        begun_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Batch>, StoreError> {
        let rows: Vec<BatchTableRow> = self.all(&ON_THEIR_WAY, args![begun_before, limit]).await?;
        rows.into_iter().map(read).collect()
    }

    /// Stores a change that was based on `batch.version`; gives it back with the next version. What a discarded one named is free.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else changed it first; else when the database fails.
    pub async fn update_batch(&mut self, batch: &Batch) -> Result<Batch, StoreError> {
        let (id, state) = (batch.id.to_string(), &batch.state);
        let (epoch, staged) = match state {
            BatchState::Releasing { step, .. } => match step {
                Step::Begun { epoch } => (Some(*epoch), Some(0_i64)),
                Step::Staged { epoch } => (Some(*epoch), Some(1)),
            },
            _ => (None, None),
        };
        let (discard, grounds) = match state {
            BatchState::Discarded {
                discard, grounds, ..
            } => (Some(discard), Some(grounds.as_str())),
            _ => (None, None),
        };
        let out_at = match state {
            BatchState::Released { out_at, .. } => Some(*out_at),
            _ => None,
        };
        let mut row = args![&id, batch.version, state.as_str()];
        row.extend(signed(state.approval()));
        row.extend(signed(state.release()));
        row.extend(args![epoch, staged, out_at]);
        row.extend(signed(discard));
        row.extend(args![grounds]);
        if self.run(&UPDATE, row).await? == 0 {
            return Err(StoreError::Stale { what: "batch", id });
        }
        if !batch.is_living() {
            self.run(&SET_FREE, args![&id]).await?;
        }
        Ok(Batch {
            version: batch.version + 1,
            ..batch.clone()
        })
    }

    /// The files of a batch, the signature last.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn batch_files(&mut self, id: BatchId) -> Result<Vec<BatchFile>, StoreError> {
        let rows: Vec<FileRow> = self.all(&FILES, args![id.to_string()]).await?;
        let read = |row: FileRow| {
            let at = At {
                table: "batch_files",
                row: &row.id,
            };
            Ok(BatchFile {
                id: at.parse("id", &row.id)?,
                bytes: at.small("bytes", row.bytes)?,
                sha256: at.parse("sha256", &row.sha256)?,
                name: row.name,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// A page of the rows of a batch in the order of their ids, which is that of its files.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn batch_rows(
        &mut self,
        id: BatchId,
        after: Option<InstructionId>,
        limit: u32,
    ) -> Result<Vec<BatchRow>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows: Vec<RowRow> = self.all(&ROWS, args![id.to_string(), after, limit]).await?;
        rows.iter().map(read_row).collect()
    }

    /// How many rows a batch has, and their sum: beside what its files declare.
    ///
    /// # Errors
    /// When the database fails or the sum is inconsistent.
    pub async fn batch_rows_sum(&mut self, id: BatchId) -> Result<(u64, Money), StoreError> {
        let row: Option<SumRow> = self.first(&ROWS_SUM, args![id.to_string()]).await?;
        let at = At {
            table: "batch_rows",
            row: "sum",
        };
        let row = at.needed("count", row)?;
        Ok((at.small("count", row.count)?, at.money("amount", row.fen)?))
    }

    /// Rows of a batch whose money has come back, or will not go, since it was prepared.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn batch_rows_turned(
        &mut self,
        id: BatchId,
        limit: u32,
    ) -> Result<Vec<BatchRow>, StoreError> {
        let rows: Vec<RowRow> = self.all(&TURNED, args![id.to_string(), limit]).await?;
        rows.iter().map(read_row).collect()
    }

    /// What was instructed on a day in China and is in no living batch.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn preparable_on(&mut self, day: Date) -> Result<Vec<Preparable>, StoreError> {
        let at = At {
            table: "journal",
            row: "preparable",
        };
        let rows: Vec<GroupRow> = self.all(&PREPARABLE, args![days_since_1970(day)]).await?;
        rows.into_iter()
            .map(|row| {
                Ok(Preparable {
                    day,
                    district: at.parse("district", &row.district)?,
                    count: row.count.unsigned_abs(),
                    sum: at.money("amount", row.fen)?,
                    policy: row.policy,
                })
            })
            .collect()
    }
}

fn signed(by: Option<&Signed>) -> Vec<super::sql::Arg> {
    args![by.map(|by| by.by.as_str()), by.map(|by| by.at)]
}

fn read_row(row: &RowRow) -> Result<BatchRow, StoreError> {
    let at = At {
        table: "batch_rows",
        row: &row.instruction_id,
    };
    Ok(BatchRow {
        instruction: at.parse("instruction_id", &row.instruction_id)?,
        amount: at.money("amount", row.amount)?,
        then: at.word("stood", InstructionState::parse, &row.stood)?,
        now: at.word("state", InstructionState::parse, &row.state)?,
    })
}

fn read(row: BatchTableRow) -> Result<Batch, StoreError> {
    let at = At {
        table: TABLE,
        row: &row.id,
    };
    let state = state(&at, &row)?;
    Ok(Batch {
        id: at.parse("id", &row.id)?,
        day: at.date("day", &row.day)?,
        district: at.parse("district", &row.district)?,
        count: at.small("count", row.count)?,
        sum: at.money("sum", row.sum)?,
        manifest: at.parse("manifest", &row.manifest)?,
        prepared: Signed {
            at: at.time("prepared_at", row.prepared_at)?,
            by: row.prepared_by,
        },
        policy: row.policy,
        stem: row.stem,
        state,
        version: row.version,
    })
}

fn state(at: &At<'_>, row: &BatchTableRow) -> Result<BatchState, StoreError> {
    let who = |column, by: &Option<String>, micros: Option<i64>| {
        Ok::<_, StoreError>(Signed {
            by: at.needed(column, by.clone())?,
            at: at.time(column, at.needed(column, micros)?)?,
        })
    };
    let approval = || who("approved_by", &row.approved_by, row.approved_at);
    let release = || who("released_by", &row.released_by, row.released_at);
    Ok(match row.state.as_str() {
        "prepared" => BatchState::Prepared,
        "approved" => BatchState::Approved {
            approval: approval()?,
        },
        "releasing" => {
            let epoch = at.needed("epoch", row.epoch)?;
            let is_staged = at.needed("staged", row.staged)? != 0;
            BatchState::Releasing {
                approval: approval()?,
                release: release()?,
                step: if is_staged {
                    Step::Staged { epoch }
                } else {
                    Step::Begun { epoch }
                },
            }
        }
        "released" => BatchState::Released {
            approval: approval()?,
            release: release()?,
            out_at: at.time("out_at", at.needed("out_at", row.out_at)?)?,
        },
        "discarded" => BatchState::Discarded {
            approval: row.approved_by.is_some().then(approval).transpose()?,
            discard: who("discarded_by", &row.discarded_by, row.discarded_at)?,
            grounds: at.needed("grounds", row.grounds.clone())?,
        },
        _ => return Err(at.wrong("state")),
    })
}
