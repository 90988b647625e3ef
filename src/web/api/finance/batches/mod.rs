//! `/api/v1/finance/batches`: payout files that one prepares, another approves, and that go out once.

pub mod act;
pub mod file;
pub mod list;
pub mod one;
pub mod prepare;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::batch::{Batch, BatchState};
use crate::domain::person::Signed;
use crate::web::api::views::{Amount, Day, Hash, IdText, Instant};

/// Who did it, and when.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedView {
    /// Subject at the identity provider.
    #[schema(example = "finance-checker")]
    by: String,
    /// When.
    at: Instant,
}

impl From<&Signed> for SignedView {
    fn from(signed: &Signed) -> Self {
        Self {
            by: signed.by.clone(),
            at: signed.at.into(),
        }
    }
}

/// A batch of payout files.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Batch)]
pub struct BatchBody {
    /// Its id.
    id: IdText,
    /// The day in China on which its payments were instructed.
    day: Day,
    /// The policy they are paid under.
    #[schema(example = "foshan-phd-settling-in")]
    policy: String,
    /// The district whose budget pays.
    #[schema(example = "440604")]
    district: String,
    /// How many rows its files have.
    #[schema(example = 12)]
    count: u64,
    /// Their sum.
    sum: Amount,
    /// `prepared`, `approved`, `releasing`, `released` or `discarded`.
    #[schema(example = "prepared")]
    state: &'static str,
    /// SHA-256 of the manifest's file: what an approver names.
    manifest_sha256: Hash,
    /// Who prepared it.
    prepared: SignedView,
    /// Who approved it.
    approved: Option<SignedView>,
    /// Who released it.
    released: Option<SignedView>,
    /// Who discarded it.
    discarded: Option<SignedView>,
    /// Why it was discarded.
    grounds: Option<String>,
}

impl From<&Batch> for BatchBody {
    fn from(batch: &Batch) -> Self {
        let (discarded, grounds) = match &batch.state {
            BatchState::Discarded {
                discard, grounds, ..
            } => (Some(discard.into()), Some(grounds.clone())),
            _ => (None, None),
        };
        Self {
            id: IdText::of(&batch.id),
            day: batch.day.into(),
            policy: batch.policy.clone(),
            district: batch.district.to_string(),
            count: batch.count,
            sum: batch.sum.into(),
            state: batch.state.as_str(),
            manifest_sha256: (&batch.manifest).into(),
            prepared: (&batch.prepared).into(),
            approved: batch.state.approval().map(Into::into),
            released: batch.state.release().map(Into::into),
            discarded,
            grounds,
        }
    }
}
