//! Stub.
use crate::context::Context;
use crate::domain::application::{Application, Typed};
use crate::domain::form::{Dispute, Snapshot};
use crate::domain::id::{ApplicantId, ApplicationId, SnapshotId};
use crate::domain::person::Applicant;
use crate::domain::source::SourceId;
use crate::error::StageError;
use crate::ports::ApplicantClaims;

/// 秒报.
#[derive(Clone)]
pub struct Prefill { ctx: Context }
/// Opened.
#[expect(missing_docs, reason = "stub")]
pub struct Opened { pub application: Application, pub snapshot: Snapshot }
/// Form.
#[expect(missing_docs, reason = "stub")]
pub struct FormView { pub application: Application, pub snapshot: Snapshot, pub disputes: Vec<Dispute> }
#[expect(missing_docs, clippy::missing_errors_doc, clippy::unused_async, reason = "stub")]
impl Prefill {
    #[must_use]
    pub const fn new(ctx: Context) -> Self { Self { ctx } }
    pub async fn enrol(&self, claims: &ApplicantClaims) -> Result<Applicant, StageError> {
        let mut random = [0; 10];
        for (to, from) in random.iter_mut().zip(claims.subject.subject.bytes()) { *to = from; }
        let id = ApplicantId::new(crate::domain::time::Timestamp::EPOCH, random);
        let _ = &self.ctx;
        Ok(Applicant { id, document: claims.document.clone(), name: claims.name.clone() })
    }
    pub async fn open(&self, _who: &Applicant, _policy: &str, _scope: &[SourceId], _purpose: &str, _request_id: &str) -> Result<Opened, StageError> { Err(StageError::NotFound { what: "stub" }) }
    pub async fn form(&self, _who: ApplicantId, _id: ApplicationId) -> Result<FormView, StageError> { Err(StageError::NotFound { what: "stub" }) }
    pub async fn dispute(&self, _who: ApplicantId, _id: ApplicationId, _snapshot: SnapshotId, _field: &str, _words: &str) -> Result<Dispute, StageError> { Err(StageError::NotFound { what: "stub" }) }
    pub async fn file(&self, _who: ApplicantId, _id: ApplicationId, _snapshot: SnapshotId, _typed: Typed, _request_id: &str) -> Result<Application, StageError> { Err(StageError::NotFound { what: "stub" }) }
    pub async fn withdraw(&self, _who: ApplicantId, _id: ApplicationId) -> Result<Application, StageError> { Err(StageError::NotFound { what: "stub" }) }
    pub async fn mine(&self, _who: ApplicantId) -> Result<Vec<Application>, StageError> { Ok(Vec::new()) }
    pub async fn one(&self, _who: ApplicantId, _id: ApplicationId) -> Result<Application, StageError> { Err(StageError::NotFound { what: "stub" }) }
}
