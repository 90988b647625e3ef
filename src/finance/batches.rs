//! 支付批次: payout files that one person prepares, another approves on the manifest's hash, and that go out once, as they were approved.
//!
//! The bytes are sealed and kept before the rows that name them. At the release they are read back and held to the hashes that were
//! approved; what goes out is what was compared, from memory. See [`crate::domain::batch`] for the steps.

use serde_json::json;
use zeroize::Zeroizing;

use crate::context::Context;
use crate::domain::audit::{Access, AlarmKind};
use crate::domain::batch::{
    Batch, BatchError, BatchFile, BatchRow, BatchState, GROUNDS_MAX, ROWS_MAX, Step,
};
use crate::domain::district::DistrictCode;
use crate::domain::hash::{Sha256Hex, sha256};
use crate::domain::id::{AccessId, AlarmId, BatchFileId, BatchId, InstructionId};
use crate::domain::payment::Instruction;
use crate::domain::person::{Actor, Signed, Staff};
use crate::domain::time::{Date, Timestamp};
use crate::error::StageError;
use crate::payfile::manifest::ENDING;
use crate::payfile::set::{SetError, SetWriter, SignedSet};
use crate::payfile::sign::{SignError, SigningKey};
use crate::payfile::{Format, Head, Manifest, Payer, Row};
use crate::ports::{Berth, FileError};
use crate::store::{Kept, Preparable, StoreError, Tx};

use super::service::{Finance, actor, must_be_finance, some_grounds};

/// Days of which it is told what can be prepared, today among them.
const DAYS: i64 = 7;
/// Rows that have turned since, listed at most.
const TURNED_MAX: u32 = 100;
/// How long a release is left to whoever began it, in seconds.
const LEFT_ALONE_S: i64 = 60;
/// Releases taken up in one round.
const ROUND: u32 = 16;

/// Who pays by the files, and the key that signs them.
pub struct Paying {
    payer: Payer,
    key: SigningKey,
}

impl Paying {
    /// Reads the key in PEM.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(name: String, account: String, bank: String, pem: &str) -> Result<Self, SignError> {
        Ok(Self {
            payer: Payer {
                name,
                account,
                bank,
            },
            key: SigningKey::from_pem(pem)?,
        })
    }

    /// Who pays.
    #[must_use]
    pub const fn payer(&self) -> &Payer {
        &self.payer
    }

    /// The key that signs.
    #[must_use]
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }
}

/// Of which day, policy and district a batch is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The day in China.
    pub day: Date,
    /// The policy.
    pub policy: String,
    /// The district.
    pub district: DistrictCode,
}

/// A batch with what belongs to it.
#[derive(Debug, Clone)]
pub struct BatchView {
    /// The batch.
    pub batch: Batch,
    /// Its files, the signature last.
    pub files: Vec<BatchFile>,
    /// How many rows are stored, and their sum: they must be those of the batch.
    pub stored: (u64, crate::domain::money::Money),
    /// Rows whose money has come back, or will not go, since it was prepared.
    pub turned: Vec<BatchRow>,
}

/// A row with the instruction that it names.
#[derive(Debug, Clone)]
pub struct RowView {
    /// The row.
    pub row: BatchRow,
    /// The instruction.
    pub instruction: Instruction,
}

/// A file of a batch with its bytes.
pub struct BatchContent {
    /// Its name.
    pub name: String,
    /// Its bytes, held to their hash.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl Finance {
    /// What of the last days is in no batch yet, newest day first.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn preparable(&self, staff: &Staff) -> Result<Vec<Preparable>, StageError> {
        must_be_finance(staff)?;
        let ctx = self.context();
        let mut tx = ctx.store.read().await?;
        let (mut found, mut day) = (Vec::new(), Some(ctx.now().china_date()));
        for _ in 0..DAYS {
            let Some(one) = day else { break };
            found.extend(tx.preparable_on(one).await?);
            day = one.yesterday().ok();
        }
        found.retain(|one| staff.covers(Some(&one.district)));
        Ok(found)
    }

    /// Batches, newest first.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn batches(
        &self,
        staff: &Staff,
        before: Option<BatchId>,
        limit: u32,
    ) -> Result<Vec<Batch>, StageError> {
        must_be_finance(staff)?;
        let district = staff.narrow(None)?;
        let mut tx = self.context().store.read().await?;
        Ok(tx.batches(district, before, limit).await?)
    }

    /// One batch with its files and what has turned since.
    ///
    /// # Errors
    /// `NotFound` also for another district's.
    pub async fn batch(&self, staff: &Staff, id: BatchId) -> Result<BatchView, StageError> {
        let mut tx = self.context().store.read().await?;
        let batch = theirs(&mut tx, staff, id).await?;
        Ok(BatchView {
            files: tx.batch_files(id).await?,
            stored: tx.batch_rows_sum(id).await?,
            turned: tx.batch_rows_turned(id, TURNED_MAX).await?,
            batch,
        })
    }

    /// Rows of a batch, page by page. They name payees, so the look is written down.
    ///
    /// # Errors
    /// As [`Self::batch`].
    pub async fn batch_rows(
        &self,
        staff: &Staff,
        id: BatchId,
        after: Option<InstructionId>,
        limit: u32,
    ) -> Result<Vec<RowView>, StageError> {
        // Read first: the one writer of an embedded database need not wait for a page to be read.
        let mut tx = self.context().store.read().await?;
        theirs(&mut tx, staff, id).await?;
        let mut views = Vec::new();
        for row in tx.batch_rows(id, after, limit).await? {
            let instruction = tx.instruction(&row.instruction).await?;
            let instruction =
                instruction.ok_or_else(|| StageError::corrupt("a row names no instruction"))?;
            views.push(RowView { row, instruction });
        }
        drop(tx);
        let mut tx = self.context().store.write().await?;
        self.looked_into(&mut tx, staff, id, "batch").await?;
        tx.commit().await?;
        Ok(views)
    }

    /// Makes every format of what was instructed on a day under a policy in a district and is in no living batch, at most
    /// [`ROWS_MAX`] rows, signs and keeps it.
    ///
    /// # Errors
    /// `NotFound` when there is nothing, or for another district; `Invalid` for a row that no file can carry; `FilesAway` without a
    /// payer or a place for files; `Stale` when another batch was prepared at the same time.
    pub async fn prepare_batch(&self, staff: &Staff, wanted: &Wanted) -> Result<Batch, StageError> {
        must_be_finance(staff)?;
        if !staff.covers(Some(&wanted.district)) {
            return Err(StageError::not_found("payment"));
        }
        let paying = self.paying().ok_or(StageError::FilesAway {
            why: "the configuration has no section [payout]",
        })?;
        let ctx = self.context();
        let mut tx = ctx.store.read().await?;
        let (policy, district) = (wanted.policy.as_str(), wanted.district);
        let free = tx.instructions_in_no_batch(wanted.day, policy, district, ROWS_MAX);
        let free = free.await?;
        drop(tx);
        if free.is_empty() {
            return Err(StageError::not_found("payment"));
        }
        let now = ctx.now();
        let made = make(paying, wanted, &free, ctx.id(BatchId::new), now)?;
        let files = self.keep_files(&made).await?;
        let batch = made.batch(Signed::of(staff, now));
        let mut tx = ctx.store.write().await?;
        let stored = tx.insert_batch(&batch, &files, &made.rows).await;
        stored.map_err(|error| StageError::from(error).or_stale("batch"))?;
        let detail = json!({ "day": batch.day, "policy": batch.policy, "district": batch.district, "count": batch.count, "sum": batch.sum, "manifest": batch.manifest });
        self.context()
            .audit(
                &mut tx,
                actor(staff),
                "batch.prepared",
                id_text(&batch),
                detail,
            )
            .await?;
        tx.commit().await?;
        Ok(batch)
    }

    /// Approves a batch on the hash of the manifest that the approver has looked at.
    ///
    /// # Errors
    /// `Forbidden` for whoever prepared it; `Invalid` for another hash; `NotInState`; `Stale`.
    pub async fn approve_batch(
        &self,
        staff: &Staff,
        id: BatchId,
        manifest: Sha256Hex,
    ) -> Result<Batch, StageError> {
        let ctx = self.context();
        let mut tx = ctx.store.write().await?;
        let batch = theirs(&mut tx, staff, id).await?;
        let approved = batch.approve(Signed::of(staff, ctx.now()), manifest)?;
        let approved = tx.update_batch(&approved).await?;
        let detail = json!({ "manifest": manifest });
        self.context()
            .audit(
                &mut tx,
                actor(staff),
                "batch.approved",
                id_text(&approved),
                detail,
            )
            .await?;
        tx.commit().await?;
        Ok(approved)
    }

    /// Gives a batch up before it is out; its instructions are free for another one.
    ///
    /// # Errors
    /// `Invalid` without grounds; `NotInState` once it may be in sight of the bank; `Stale`.
    pub async fn discard_batch(
        &self,
        staff: &Staff,
        id: BatchId,
        grounds: &str,
    ) -> Result<Batch, StageError> {
        let grounds = some_grounds(grounds, GROUNDS_MAX)?;
        let ctx = self.context();
        let mut tx = ctx.store.write().await?;
        let batch = theirs(&mut tx, staff, id).await?;
        let discarded = batch.discard(Signed::of(staff, ctx.now()), grounds.to_owned())?;
        let discarded = tx.update_batch(&discarded).await?;
        self.context()
            .audit(
                &mut tx,
                actor(staff),
                "batch.discarded",
                id_text(&discarded),
                json!({}),
            )
            .await?;
        tx.commit().await?;
        Ok(discarded)
    }

    /// Brings the approved bytes into the outbox, once. A release that was broken off goes on from where it stood, whoever calls.
    ///
    /// # Errors
    /// `Corrupt`, with an alarm, when a byte is not as it was approved; `FilesAway` without an outbox; `NotInState`; `Stale` for
    /// whoever was second.
    pub async fn release_batch(&self, staff: &Staff, id: BatchId) -> Result<Batch, StageError> {
        let ctx = self.context();
        let mut tx = ctx.store.read().await?;
        let batch = theirs(&mut tx, staff, id).await?;
        drop(tx);
        self.release(batch, Signed::of(staff, ctx.now()), actor(staff))
            .await
    }

    async fn release(&self, batch: Batch, by: Signed, who: Actor) -> Result<Batch, StageError> {
        let ctx = self.context();
        if !ctx.world.outbox.is_there() {
            return Err(StageError::FilesAway {
                why: "no outbox is configured",
            });
        }
        let is_new = matches!(batch.state, BatchState::Approved { .. });
        let begun = batch.clone().begin_release(by)?;
        if let BatchState::Releasing {
            step: Step::Staged { epoch },
            ..
        } = begun.state
        {
            return self.bring_out(begun, epoch, who).await;
        }
        // Looked at before anything is begun: what was tampered with stays where it can be discarded.
        let files = self.as_approved(&batch).await?;
        let mut tx = ctx.store.write().await?;
        let begun = tx.update_batch(&begun).await?;
        if is_new {
            self.context()
                .audit(
                    &mut tx,
                    who.clone(),
                    "batch.release_begun",
                    id_text(&begun),
                    json!({}),
                )
                .await?;
        }
        tx.commit().await?;
        self.lay_ready(begun, files, who).await
    }

    async fn lay_ready(
        &self,
        begun: Batch,
        files: Vec<(String, Zeroizing<Vec<u8>>)>,
        who: Actor,
    ) -> Result<Batch, StageError> {
        let ctx = self.context();
        let epoch = begun.version;
        let berth = berth(&begun, epoch);
        ctx.world.outbox.stage(&berth, &files).await.map_err(away)?;
        let mut tx = ctx.store.write().await?;
        let staged = begun.staged()?;
        let staged = match tx.update_batch(&staged).await {
            Ok(staged) => staged,
            Err(error) => {
                drop(tx);
                // Somebody else took it over; what lies ready here will never go out.
                ctx.world.outbox.clear(&berth).await.map_err(away)?;
                return Err(error.into());
            }
        };
        tx.commit().await?;
        self.bring_out(staged, epoch, who).await
    }

    /// One renaming: it happens or does not, and finds out which when it is asked again.
    async fn bring_out(&self, staged: Batch, epoch: i64, who: Actor) -> Result<Batch, StageError> {
        let ctx = self.context();
        let berth = berth(&staged, epoch);
        ctx.world.outbox.show(&berth).await.map_err(away)?;
        let mut tx = ctx.store.write().await?;
        let released = tx.update_batch(&staged.released(ctx.now())?).await?;
        let detail = json!({ "manifest": released.manifest });
        self.context()
            .audit(&mut tx, who, "batch.released", id_text(&released), detail)
            .await?;
        tx.commit().await?;
        Ok(released)
    }

    /// One round over releases that were broken off. Those that cannot go on call a person.
    ///
    /// # Errors
    /// Of the store.
    pub async fn resume_releases(&self) -> Result<usize, StageError> {
        let ctx = self.context();
        let mut tx = ctx.store.read().await?;
        let before = ctx.now().plus_seconds(-LEFT_ALONE_S);
        let broken_off = tx.batches_on_their_way(before, ROUND).await?;
        drop(tx);
        let mut released = 0;
        for batch in broken_off {
            let by = Signed {
                by: "machine:batches".to_owned(),
                at: ctx.now(),
            };
            let id = batch.id;
            match self.release(batch, by, Actor::Machine("batches")).await {
                Ok(_) => released += 1,
                Err(error) if error.lost_race() => {}
                Err(error) => {
                    tracing::warn!(batch = %id, %error, "a release does not go on");
                    self.alarm(id).await?;
                }
            }
        }
        Ok(released)
    }

    /// A file of a batch as it was made. It names payees and accounts, so the look is written down.
    ///
    /// # Errors
    /// `NotFound`; `Corrupt` with an alarm when it is not as it was made.
    pub async fn batch_file(
        &self,
        staff: &Staff,
        id: BatchId,
        name: &str,
    ) -> Result<BatchContent, StageError> {
        let mut tx = self.context().store.write().await?;
        theirs(&mut tx, staff, id).await?;
        let files = tx.batch_files(id).await?;
        let file = files.into_iter().find(|file| file.name == name);
        let file = file.ok_or(StageError::not_found("file"))?;
        self.looked_into(&mut tx, staff, id, "payout_file").await?;
        tx.commit().await?;
        let bytes = self.read_back(id, &file).await?;
        Ok(BatchContent {
            name: file.name,
            bytes,
        })
    }

    /// Every file, held to its own hash, to the manifest's list, and the manifest to the hash that was approved.
    async fn as_approved(
        &self,
        batch: &Batch,
    ) -> Result<Vec<(String, Zeroizing<Vec<u8>>)>, StageError> {
        let mut tx = self.context().store.read().await?;
        let listed = tx.batch_files(batch.id).await?;
        drop(tx);
        let mut files = Vec::with_capacity(listed.len());
        for file in &listed {
            let bytes = self.read_back(batch.id, file).await?;
            files.push((file.name.clone(), bytes));
        }
        if !is_approved_set(batch, &files) {
            return Err(self.tampered(batch.id, "its manifest").await);
        }
        Ok(files)
    }

    async fn read_back(
        &self,
        batch: BatchId,
        file: &BatchFile,
    ) -> Result<Zeroizing<Vec<u8>>, StageError> {
        let ctx = self.context();
        let id = file.id.as_uuid();
        let kept = ctx.world.files.get(id).await.map_err(away)?;
        let opened = kept.map(|kept| ctx.store.open_file(Kept::BatchFile, id, &kept));
        match opened {
            Some(Ok(bytes)) if sha256(&bytes) == file.sha256 => Ok(bytes),
            _ => Err(self.tampered(batch, &file.name).await),
        }
    }

    async fn tampered(&self, batch: BatchId, what: &str) -> StageError {
        match self.alarm(batch).await {
            Ok(()) => StageError::corrupt(format!("batch {batch}: {what} is not as it was made")),
            Err(error) => error,
        }
    }

    async fn alarm(&self, batch: BatchId) -> Result<(), StageError> {
        let ctx = self.context();
        let mut tx = ctx.store.write().await?;
        let (now, id) = (ctx.now(), ctx.id(AlarmId::new));
        tx.raise_alarm(AlarmKind::Inconsistent, &batch.to_string(), now, id)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Seals every file under an id of its own, before any row names it.
    async fn keep_files(&self, made: &Made) -> Result<Vec<BatchFile>, StageError> {
        let ctx = self.context();
        let mut files = Vec::new();
        for (name, bytes) in made.files() {
            let id = ctx.id(BatchFileId::new);
            let sealed = ctx.store.seal_file(Kept::BatchFile, id.as_uuid(), bytes)?;
            let put = ctx.world.files.put(id.as_uuid(), &sealed).await;
            put.map_err(away)?;
            files.push(BatchFile {
                id,
                name,
                bytes: bytes.len() as u64,
                sha256: sha256(bytes),
            });
        }
        Ok(files)
    }

    async fn looked_into(
        &self,
        tx: &mut Tx,
        staff: &Staff,
        batch: BatchId,
        kind: &str,
    ) -> Result<(), StoreError> {
        let ctx: &Context = self.context();
        tx.access(&Access {
            id: ctx.id(AccessId::new),
            at: ctx.now(),
            staff: staff.subject.subject.clone(),
            subject: batch.to_string(),
            kind: kind.to_owned(),
            purpose: "finance".to_owned(),
        })
        .await
    }
}

async fn theirs(tx: &mut Tx, staff: &Staff, id: BatchId) -> Result<Batch, StageError> {
    must_be_finance(staff)?;
    let batch = tx.batch(id).await?;
    let batch = batch.filter(|batch| staff.covers(Some(&batch.district)));
    batch.ok_or(StageError::not_found("batch"))
}

fn id_text(batch: &Batch) -> String {
    batch.id.to_string()
}

fn berth(batch: &Batch, epoch: i64) -> Berth {
    Berth {
        stem: batch.stem.clone(),
        epoch,
    }
}

fn away(error: FileError) -> StageError {
    StageError::FilesAway {
        why: match error {
            FileError::NotConfigured => "no folder is configured",
            FileError::Unavailable => "the folder does not work",
        },
    }
}

/// Whether the files are those of the manifest, and the manifest the one that was approved.
fn is_approved_set(batch: &Batch, files: &[(String, Zeroizing<Vec<u8>>)]) -> bool {
    let manifest = files.iter().find(|(name, _)| name.ends_with(ENDING));
    let Some((_, bytes)) = manifest.filter(|(_, bytes)| sha256(bytes) == batch.manifest) else {
        return false;
    };
    let Ok(manifest) = serde_json::from_slice::<Manifest>(bytes) else {
        return false;
    };
    let is_there = |name: &str, hash: Sha256Hex| {
        let file = files.iter().find(|(known, _)| known == name);
        file.is_some_and(|(_, bytes)| sha256(bytes) == hash)
    };
    // Every format, the manifest and its signature: nothing more, nothing less.
    manifest.files.len() + 2 == files.len()
        && manifest
            .files
            .iter()
            .all(|file| is_there(&file.name, file.sha256))
}

/// A set in memory.
struct Made {
    set: SignedSet,
    formats: Vec<(Format, Vec<u8>)>,
    rows: Vec<(
        InstructionId,
        crate::domain::money::Money,
        crate::domain::payment::InstructionState,
    )>,
}

impl Made {
    fn files(&self) -> Vec<(String, &[u8])> {
        let stem = self.set.manifest.batch.stem();
        let mut files: Vec<(String, &[u8])> = self
            .formats
            .iter()
            .map(|(format, bytes)| (format!("{stem}{}", format.ending()), bytes.as_slice()))
            .collect();
        files.extend(self.set.seals());
        files
    }

    fn batch(&self, prepared: Signed) -> Batch {
        let head = &self.set.manifest.batch;
        Batch {
            id: head.batch,
            day: head.day,
            policy: head.policy.clone(),
            district: head.district,
            count: head.count,
            sum: head.sum,
            manifest: sha256(&self.set.bytes),
            stem: head.stem(),
            prepared,
            state: BatchState::Prepared,
            version: 0,
        }
    }
}

fn make(
    paying: &Paying,
    wanted: &Wanted,
    free: &[Instruction],
    id: BatchId,
    now: Timestamp,
) -> Result<Made, StageError> {
    let mut rows = Vec::with_capacity(free.len());
    let mut sum = crate::domain::money::Money::ZERO;
    let mut orders = Vec::with_capacity(free.len());
    for instruction in free {
        let order = instruction.order();
        let order = order.map_err(|error| StageError::corrupt(error.to_string()))?;
        sum = sum
            .checked_add(order.amount)
            .ok_or_else(|| StageError::corrupt("a day's sum passes what an amount can be"))?;
        rows.push((instruction.id, order.amount, instruction.state));
        orders.push(Row::of(order));
    }
    let head = Head {
        batch: id,
        day: wanted.day,
        policy: wanted.policy.clone(),
        district: wanted.district,
        made_at: now,
        payer: paying.payer.clone(),
        count: rows.len() as u64,
        sum,
    };
    let mut formats: Vec<_> = Format::ALL.map(|format| (format, Vec::new())).into();
    let outputs = formats.iter_mut().map(|(format, bytes)| (*format, bytes));
    let mut writer = SetWriter::begin(head, outputs.collect()).map_err(SetError::from)?;
    for row in &orders {
        writer.row(row).map_err(SetError::from)?;
    }
    let set = writer.finish(&paying.key)?;
    Ok(Made { set, formats, rows })
}

impl From<SetError> for StageError {
    /// Says which row and which field, and quotes neither name nor account.
    fn from(error: SetError) -> Self {
        Self::Invalid {
            field: "day",
            reason: error.to_string(),
        }
    }
}

impl From<BatchError> for StageError {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::SamePerson => Self::Forbidden {
                needs: "somebody who did not prepare it",
            },
            BatchError::OtherHash => Self::Invalid {
                field: "manifest_sha256",
                reason: "it is not the hash of this batch's manifest".to_owned(),
            },
            BatchError::NotNow { state } => Self::NotInState {
                what: "batch",
                state,
            },
        }
    }
}
