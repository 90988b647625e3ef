//! Seals the content of what is handed in and of payout files, which is kept outside the database: the name of its key stands in front of it.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::sql::{args, row, statements};
use super::vault::{Place, VaultError};
use super::{Store, StoreError, Tx};

/// What kind of file is kept; one kind does not open as the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Handed in with a case.
    CaseFile,
    /// A payout file.
    BatchFile,
}

impl Kept {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::CaseFile, Self::BatchFile];

    const fn place(self) -> Place {
        Place {
            table: match self {
                Self::CaseFile => "case_files",
                Self::BatchFile => "batch_files",
            },
            column: "content",
        }
    }
}

statements! {
    IDS = ["SELECT id FROM case_files WHERE id > $1 ORDER BY id LIMIT $2"];
    BATCH_IDS = ["SELECT id FROM batch_files WHERE id > $1 ORDER BY id LIMIT $2"];
}

row!(IdRow { id: String });

impl Store {
    /// The content of a file as it is kept. Under another id it does not open.
    ///
    /// # Errors
    /// When the vault fails.
    pub fn seal_file(&self, kind: Kept, id: Uuid, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let Place { table, column } = kind.place();
        let sealed = self.vault.seal(kind.place(), &id.to_string(), plain)?;
        let length =
            u8::try_from(sealed.key.len()).map_err(|_| VaultError::CannotSeal { table, column })?;
        Ok([&[length], sealed.key.as_bytes(), &sealed.bytes].concat())
    }

    /// What was kept, opened.
    ///
    /// # Errors
    /// When it was changed or is another's, or when its key is not configured.
    pub fn open_file(
        &self,
        kind: Kept,
        id: Uuid,
        kept: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let Place { table, column } = kind.place();
        let id = id.to_string();
        let (key, sealed) = parts(kept).ok_or_else(|| VaultError::DoesNotOpen {
            table,
            column,
            row: id.clone(),
            key: String::new(),
        })?;
        Ok(self.vault.open(kind.place(), &id, key, sealed)?)
    }

    /// What was kept, under the current key; none when it is under that already.
    ///
    /// # Errors
    /// As [`Self::open_file`].
    pub fn reseal_file(
        &self,
        kind: Kept,
        id: Uuid,
        kept: &[u8],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        if parts(kept).is_some_and(|(key, _)| key == self.vault.current_key()) {
            return Ok(None);
        }
        let plain = self.open_file(kind, id, kept)?;
        self.seal_file(kind, id, &plain).map(Some)
    }
}

impl Tx {
    /// Ids of what is kept, in their order.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn kept_ids(
        &mut self,
        kind: Kept,
        after: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<Uuid>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let statement = match kind {
            Kept::CaseFile => &IDS,
            Kept::BatchFile => &BATCH_IDS,
        };
        let rows: Vec<IdRow> = self.all(statement, args![after, limit]).await?;
        rows.iter()
            .map(|row| {
                super::codec::At {
                    table: kind.place().table,
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
