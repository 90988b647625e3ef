//! Seals the content of what is handed in, which is kept outside the database: the name of its key stands in front of it.

use zeroize::Zeroizing;

use super::sql::{args, row, statements};
use super::vault::{Place, VaultError};
use super::{Store, StoreError, Tx};
use crate::domain::id::CaseFileId;

const CONTENT: Place = Place {
    table: "case_files",
    column: "content",
};

statements! {
    IDS = ["SELECT id FROM case_files WHERE id > $1 ORDER BY id LIMIT $2"];
}

row!(IdRow { id: String });

impl Store {
    /// The content of a file as it is kept. Under another id it does not open.
    ///
    /// # Errors
    /// When the vault fails.
    pub fn seal_file(&self, id: CaseFileId, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let sealed = self.vault.seal(CONTENT, &id.to_string(), plain)?;
        let length = u8::try_from(sealed.key.len()).map_err(|_| VaultError::CannotSeal {
            table: CONTENT.table,
            column: CONTENT.column,
        })?;
        Ok([&[length], sealed.key.as_bytes(), &sealed.bytes].concat())
    }

    /// What was kept, opened.
    ///
    /// # Errors
    /// When it was changed or is another's, or when its key is not configured.
    pub fn open_file(&self, id: CaseFileId, kept: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let id = id.to_string();
        let (key, sealed) = parts(kept).ok_or_else(|| VaultError::DoesNotOpen {
            table: CONTENT.table,
            column: CONTENT.column,
            row: id.clone(),
            key: String::new(),
        })?;
        Ok(self.vault.open(CONTENT, &id, key, sealed)?)
    }

    /// What was kept, under the current key; none when it is under that already.
    ///
    /// # Errors
    /// As [`Self::open_file`].
    pub fn reseal_file(&self, id: CaseFileId, kept: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if parts(kept).is_some_and(|(key, _)| key == self.vault.current_key()) {
            return Ok(None);
        }
        let plain = self.open_file(id, kept)?;
        self.seal_file(id, &plain).map(Some)
    }
}

impl Tx {
    /// Ids of what was handed in, in their order.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn case_file_ids(
        &mut self,
        after: Option<CaseFileId>,
        limit: u32,
    ) -> Result<Vec<CaseFileId>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows: Vec<IdRow> = self.all(&IDS, args![after, limit]).await?;
        rows.iter()
            .map(|row| {
                super::codec::At {
                    table: CONTENT.table,
                    row: &row.id,
                }
                .parse("id", &row.id)
            })
            .collect()
    }
}

/// The name of the key, and what it seals.
fn parts(kept: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = kept.split_first()?;
    let (key, sealed) = rest.split_at_checked(usize::from(*length))?;
    Some((std::str::from_utf8(key).ok()?, sealed))
}
