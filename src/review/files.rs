//! What is handed in with a case.

use crate::domain::desk::{CaseFile, Who};
use crate::domain::id::{ApplicantId, CaseId};
use crate::error::StageError;

use super::CaseDesk;

impl CaseDesk {
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
}
