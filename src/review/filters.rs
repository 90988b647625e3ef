//! Filters that officers keep under names of their own.

use crate::domain::person::Staff;
use crate::error::StageError;

use super::CaseDesk;
use super::service::{must_review, text};

pub use crate::store::SavedFilter;

/// Longest name, in characters.
const NAME_MAX: usize = 40;
/// Longest filter, in characters.
const QUERY_MAX: usize = 500;
/// Most that one officer keeps.
const KEPT_MAX: usize = 20;

impl CaseDesk {
    /// What an officer keeps, by name.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn filters(&self, staff: &Staff) -> Result<Vec<SavedFilter>, StageError> {
        must_review(staff)?;
        let mut tx = self.ctx.store.read().await?;
        Ok(tx.saved_filters(&staff.subject.subject).await?)
    }

    /// Keeps one; of the same name it takes the place of the earlier.
    ///
    /// # Errors
    /// `Invalid` without a name, or with too many.
    pub async fn save_filter(&self, staff: &Staff, filter: &SavedFilter) -> Result<(), StageError> {
        must_review(staff)?;
        text("name", &filter.name, NAME_MAX)?;
        text("query", &filter.query, QUERY_MAX)?;
        let officer = &staff.subject.subject;
        let mut tx = self.ctx.store.write().await?;
        let kept = tx.saved_filters(officer).await?;
        let is_new = kept.iter().all(|one| one.name != filter.name);
        if is_new && kept.len() >= KEPT_MAX {
            return Err(StageError::Invalid {
                field: "name",
                reason: format!("at most {KEPT_MAX} filters are kept"),
            });
        }
        tx.save_filter(officer, filter).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets one.
    ///
    /// # Errors
    /// Of the store.
    pub async fn drop_filter(&self, staff: &Staff, name: &str) -> Result<(), StageError> {
        must_review(staff)?;
        let mut tx = self.ctx.store.write().await?;
        tx.drop_filter(&staff.subject.subject, name).await?;
        Ok(tx.commit().await?)
    }
}
