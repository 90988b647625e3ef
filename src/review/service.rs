//! Stub.
use crate::context::Context;
use crate::domain::application::{Application, StateName};
use crate::domain::decision::Decision;
use crate::domain::district::DistrictCode;
use crate::domain::evidence::Fetch;
use crate::domain::form::{Dispute, Snapshot};
use crate::domain::id::ApplicationId;
use crate::domain::person::{Applicant, Staff};
use crate::error::StageError;
use crate::policy::Explanation;

/// 转人工.
#[derive(Clone)]
pub struct Review { ctx: Context }
/// Filter.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "stub")]
pub struct ReviewFilter { pub state: Option<StateName>, pub district: Option<DistrictCode>, pub policy: Option<String>, pub after: Option<ApplicationId>, pub limit: u32 }
/// Case.
#[expect(missing_docs, reason = "stub")]
pub struct CaseView { pub application: Application, pub applicant: Applicant, pub snapshot: Option<Snapshot>, pub disputes: Vec<Dispute>, pub decisions: Vec<Decision>, pub findings: Vec<Explanation>, pub fetches: Vec<Fetch> }
/// Verdict of a person.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "stub")]
pub enum Verdict { Approve { grounds: String }, Refuse { grounds: String, legal_basis: String } }
#[expect(missing_docs, clippy::missing_errors_doc, clippy::unused_async, reason = "stub")]
impl Review {
    #[must_use]
    pub const fn new(ctx: Context) -> Self { Self { ctx } }
    pub async fn list(&self, _staff: &Staff, _filter: ReviewFilter) -> Result<Vec<Application>, StageError> { let _ = &self.ctx; Ok(Vec::new()) }
    pub async fn show(&self, _staff: &Staff, _id: ApplicationId, _purpose: &str) -> Result<CaseView, StageError> { Err(StageError::NotFound { what: "stub" }) }
    pub async fn decide(&self, _staff: &Staff, _id: ApplicationId, _seen_version: i64, _verdict: Verdict) -> Result<Application, StageError> { Err(StageError::NotFound { what: "stub" }) }
}
