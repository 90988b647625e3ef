//! Stub.
use crate::context::Context;
use crate::domain::application::Application;
use crate::domain::decision::Decision;
use crate::domain::id::{ApplicantId, ApplicationId};
use crate::domain::person::Staff;
use crate::error::StageError;
use crate::policy::Explanation;

/// 秒批.
#[derive(Clone)]
pub struct Approve { ctx: Context }
/// Who looks.
#[expect(missing_docs, reason = "stub")]
pub enum Viewer<'a> { Applicant(ApplicantId), Staff(&'a Staff) }
/// Explained.
#[expect(missing_docs, reason = "stub")]
pub struct Explained { pub application: Application, pub decision: Option<Decision>, pub findings: Vec<Explanation> }
#[expect(missing_docs, clippy::missing_errors_doc, clippy::unused_async, reason = "stub")]
impl Approve {
    #[must_use]
    pub const fn new(ctx: Context) -> Self { Self { ctx } }
    pub async fn decide(&self, _id: ApplicationId) -> Result<Application, StageError> { let _ = &self.ctx; Err(StageError::NotFound { what: "stub" }) }
    pub async fn explain(&self, _who: Viewer<'_>, _id: ApplicationId) -> Result<Explained, StageError> { Err(StageError::NotFound { what: "stub" }) }
}
