//! Filters of the desk's queue that officers keep.

use super::sql::{args, row, statements};
use super::{StoreError, Tx};

/// Most filters of one officer that are listed.
const LISTED_MAX: i64 = 1_000;

statements! {
    FILTERS = ["SELECT name, query FROM saved_filters WHERE officer = $1 ORDER BY name LIMIT $2"];
    SAVE_FILTER = ["INSERT INTO saved_filters (officer, name, query) VALUES ($1, $2, $3) ON CONFLICT (officer, name) DO UPDATE SET query = excluded.query"];
    DROP_FILTER = ["DELETE FROM saved_filters WHERE officer = $1 AND name = $2"];
}

row!(FilterRow {
    name: String,
    query: String,
});

/// A filter under an officer's own name for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFilter {
    /// How they call it.
    pub name: String,
    /// What the queue's address says.
    pub query: String,
}

impl Tx {
    /// What an officer keeps, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn saved_filters(&mut self, officer: &str) -> Result<Vec<SavedFilter>, StoreError> {
        let rows: Vec<FilterRow> = self.all(&FILTERS, args![officer, LISTED_MAX]).await?;
        let filters = rows.into_iter().map(|row| SavedFilter {
            name: row.name,
            query: row.query,
        });
        Ok(filters.collect())
    }

    /// Keeps one, in place of an earlier one of that name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_filter(
        &mut self,
        officer: &str,
        filter: &SavedFilter,
    ) -> Result<(), StoreError> {
        let row = args![officer, &filter.name, &filter.query];
        self.run(&SAVE_FILTER, row).await.map(drop)
    }

    /// Forgets one; that it is not there is no error.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_filter(&mut self, officer: &str, name: &str) -> Result<(), StoreError> {
        self.run(&DROP_FILTER, args![officer, name]).await.map(drop)
    }
}
