//! Stub.
use crate::domain::application::TransitionError;
use crate::domain::id::{ApplicationId, SnapshotId};
use crate::domain::source::SourceId;
use crate::domain::time::Date;
use crate::store::StoreError;
/// Why a stage did not do it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "stub")]
pub enum StageError {
    #[error("no such {what}")]
    NotFound { what: &'static str },
    #[error("another's")]
    NotYours,
    #[error("needs {needs}")]
    Forbidden { needs: &'static str },
    #[error("unknown policy")]
    UnknownPolicy { id: String },
    #[error("not in force")]
    PolicyNotInForce { id: String, on: Date },
    #[error("consent")]
    ConsentTooNarrow { missing: Vec<SourceId> },
    #[error("snapshot")]
    SnapshotMismatch { latest: SnapshotId },
    #[error("held")]
    AlreadyHeld { by: ApplicationId },
    #[error(transparent)]
    Transition(#[from] TransitionError),
    #[error("field")]
    UnknownField { field: String },
    #[error("stale {what}")]
    Stale { what: &'static str },
    #[error("{field}: {reason}")]
    Invalid { field: &'static str, reason: String },
    #[error("sources")]
    WaitForSources { sources: Vec<SourceId> },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("corrupt {what}")]
    Corrupt { what: String },
}
