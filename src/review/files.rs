//! What is handed in with a case: checked, sealed and kept before its row is there, and shown to whom it concerns.
//!
//! The content is kept before the transaction that names it. When that does not come about, what is left is a sealed file that nobody
//! has the id of.

use zeroize::Zeroizing;

use crate::docket::{self, Said};
use crate::domain::audit::Access;
use crate::domain::desk::{CaseFile, Deed, DeskCase, Doer, Stage, StepError, Who};
use crate::domain::id::{AccessId, ApplicantId, CaseFileId, CaseId};
use crate::domain::person::{Role, Staff};
use crate::domain::upload::{CheckedUpload, Upload, UploadFault};
use crate::error::StageError;
use crate::ports::FileError;
use crate::store::{Kept, Tx};

use super::CaseDesk;
use super::desk::{theirs, unmoved};
use super::service::{GROUNDS_MAX, must_review, text};

/// How often an applicant's file is brought into a case while officers act on it.
const ATTEMPTS: u8 = 5;

/// A file with its content.
#[derive(Debug)]
pub struct Handed {
    /// What it is.
    pub file: CaseFile,
    /// Its content.
    pub content: Zeroizing<Vec<u8>>,
}

impl CaseDesk {
    /// The officer puts a file to the case, with a note.
    ///
    /// # Errors
    /// `Upload` for what is not taken; `FilesAway`; as [`Self::act`].
    pub async fn attach(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        upload: Upload,
        words: &str,
    ) -> Result<(DeskCase, CaseFile), StageError> {
        must_review(staff)?;
        text("words", words, GROUNDS_MAX)?;
        let upload = self.checked(upload)?;
        let attached = self.try_attach(staff, id, seen, upload, words).await;
        self.told(id, seen, attached).await
    }

    async fn try_attach(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        upload: CheckedUpload,
        words: &str,
    ) -> Result<(DeskCase, CaseFile), StageError> {
        let mut tx = self.ctx.store.read().await?;
        let case = unmoved(theirs(&mut tx, staff, id).await?, seen)?;
        let doer = docket::doer(&mut tx, staff, &case).await?;
        case.may(&doer, &Deed::Noted)?;
        is_open(&case, &Deed::Noted)?;
        self.has_room(&mut tx, id).await?;
        drop(tx);
        let file = self.keep(id, &upload).await?;
        let said = Said::with(Deed::Noted, words);
        self.bring_in(&case, &doer, said, file).await
    }

    /// The applicant hands a file in. The clock does not mind: whether everything is there they say by supplying it.
    ///
    /// # Errors
    /// `NotFound` for another's case; `Upload` for what is not taken; `FilesAway`; `Step` after the end.
    pub async fn hand_in(
        &self,
        who: ApplicantId,
        id: CaseId,
        upload: Upload,
    ) -> Result<CaseFile, StageError> {
        let upload = self.checked(upload)?;
        let doer = Doer::applicant(who);
        let mut kept = None;
        for attempt in 1.. {
            let mut tx = self.ctx.store.read().await?;
            let case = tx.desk_case(id).await?;
            let case = case.ok_or(StageError::not_found("case"))?;
            case.may(&doer, &Deed::HandedIn)?;
            is_open(&case, &Deed::HandedIn)?;
            self.has_room(&mut tx, id).await?;
            drop(tx);
            let file = match kept.take() {
                Some(file) => file,
                None => self.keep(id, &upload).await?,
            };
            kept = Some(CaseFile::clone(&file));
            let said = Said::silently(Deed::HandedIn);
            match self.bring_in(&case, &doer, said, file).await {
                Err(error) if error.lost_race() && attempt < ATTEMPTS => {}
                other => return other.map(|(_, file)| file),
            }
        }
        Err(StageError::not_found("case"))
    }

    fn checked(&self, upload: Upload) -> Result<CheckedUpload, StageError> {
        let limits = self.ctx.world.files.limits();
        Ok(upload.check(limits.bytes_max)?)
    }

    async fn has_room(&self, tx: &mut Tx, id: CaseId) -> Result<(), StageError> {
        let files_max = self.ctx.world.files.limits().files_a_case_max;
        if tx.case_files(id).await?.len() < files_max {
            return Ok(());
        }
        Err(UploadFault::TooMany { files_max }.into())
    }

    /// Seals the content and keeps it under a new id. The act is not known yet.
    async fn keep(&self, case: CaseId, upload: &CheckedUpload) -> Result<CaseFile, StageError> {
        let ctx = &self.ctx;
        let (id, bytes) = (ctx.id(CaseFileId::new), upload.bytes.reveal());
        let sealed = ctx.store.seal_file(Kept::CaseFile, id.as_uuid(), bytes)?;
        ctx.world
            .files
            .put(id.as_uuid(), &sealed)
            .await
            .map_err(away)?;
        Ok(CaseFile {
            id,
            case,
            act: ctx.id(crate::domain::id::ActId::new),
            name: upload.name.clone(),
            media_type: upload.media_type.as_str().to_owned(),
            bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            hash: upload.hash,
        })
    }

    /// The act and the file's row, in one transaction.
    async fn bring_in(
        &self,
        case: &DeskCase,
        doer: &Doer,
        said: Said,
        file: CaseFile,
    ) -> Result<(DeskCase, CaseFile), StageError> {
        let mut tx = self.ctx.store.write().await?;
        // Counted where nobody comes between: of two acts on one version one is stored.
        self.has_room(&mut tx, case.id).await?;
        let after = docket::record(&self.ctx, &mut tx, case, doer, vec![said]).await?;
        let acts = tx.case_acts(case.id, case.version).await?;
        let act = acts.first().ok_or(StageError::not_found("act"))?.id;
        let file = CaseFile { act, ..file };
        tx.insert_case_file(&file).await?;
        tx.commit().await?;
        self.ring(&after);
        Ok((after, file))
    }

    /// What an applicant handed in with their own case.
    ///
    /// # Errors
    /// `NotFound` for another's.
    pub async fn own_files(
        &self,
        who: ApplicantId,
        id: CaseId,
    ) -> Result<Vec<CaseFile>, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let case = tx.desk_case(id).await?;
        case.filter(|case| case.opening.applicant == Some(who))
            .ok_or(StageError::not_found("case"))?;
        let acts = tx.case_acts(id, 0).await?;
        let mut files = tx.case_files(id).await?;
        let by = Who::Applicant(who);
        files.retain(|file| acts.iter().any(|act| act.id == file.act && act.by == by));
        Ok(files)
    }

    /// A file that the applicant handed in, for themselves.
    ///
    /// # Errors
    /// `NotFound` for another's, and for what the officer put to the case.
    pub async fn own_file(
        &self,
        who: ApplicantId,
        id: CaseId,
        file: CaseFileId,
    ) -> Result<Handed, StageError> {
        let files = self.own_files(who, id).await?;
        self.opened(files, file).await
    }

    /// A file of a case, for its officer, for supervisors, and while something is proposed for those who may agree. The look is
    /// written down before anything is shown.
    ///
    /// # Errors
    /// `NotFound` also for another district's; `Forbidden` for everybody else.
    pub async fn file(
        &self,
        staff: &Staff,
        id: CaseId,
        file: CaseFileId,
    ) -> Result<Handed, StageError> {
        must_review(staff)?;
        let ctx = &self.ctx;
        let subject = &staff.subject.subject;
        let mut tx = ctx.store.write().await?;
        let case = theirs(&mut tx, staff, id).await?;
        let doer = docket::doer(&mut tx, staff, &case).await?;
        case.may_take_part(&doer)?;
        let mine = case.officer.as_ref() == Some(subject);
        let proposed = matches!(case.stage, Stage::Proposed(_));
        if !(mine || proposed || staff.has(Role::Supervisor)) {
            return Err(StageError::Forbidden {
                needs: "the case's own officer",
            });
        }
        let files = tx.case_files(id).await?;
        tx.access(&Access {
            id: ctx.id(AccessId::new),
            at: ctx.now(),
            staff: subject.clone(),
            subject: file.to_string(),
            kind: "file".to_owned(),
            purpose: format!("case {id}"),
        })
        .await?;
        tx.commit().await?;
        self.opened(files, file).await
    }

    async fn opened(&self, files: Vec<CaseFile>, id: CaseFileId) -> Result<Handed, StageError> {
        let file = files.into_iter().find(|file| file.id == id);
        let file = file.ok_or(StageError::not_found("file"))?;
        let kept = self.ctx.world.files.get(id.as_uuid()).await.map_err(away)?;
        let kept = kept.ok_or_else(|| StageError::corrupt(format!("file {id} is gone")))?;
        let content = self
            .ctx
            .store
            .open_file(Kept::CaseFile, id.as_uuid(), &kept)?;
        if crate::domain::hash::sha256(&content) != file.hash {
            return Err(StageError::corrupt(format!("file {id} has another hash")));
        }
        Ok(Handed { file, content })
    }
}

/// Nothing is kept for a case that takes nothing any more.
fn is_open(case: &DeskCase, deed: &Deed) -> Result<(), StageError> {
    if !case.is_closed() {
        return Ok(());
    }
    Err(StageError::Step(StepError::NotNow {
        deed: deed.as_str(),
        stage: case.stage.name(),
    }))
}

fn away(error: FileError) -> StageError {
    match error {
        FileError::NotConfigured => StageError::FilesAway {
            why: "no folder for files is configured",
        },
        FileError::Unavailable => StageError::FilesAway {
            why: "the folder for files does not work",
        },
    }
}
