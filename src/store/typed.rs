//! What somebody has typed into the form of a draft so far: sealed, one an application, gone with the filing or after its time.

use super::codec::{At, json_bytes};
use super::sql::{args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::id::ApplicationId;
use crate::domain::time::Timestamp;
use crate::domain::typing::Typing;

const FIELDS: Place = Place {
    table: "typed",
    column: "fields",
};
/// Most rows one sweep takes away.
const SWEPT_MAX: i64 = 500;

statements! {
    /// Only beside a draft: a page that is closed by the very click that files sends once more, and must not bring back what the
    /// filing has taken away. The lock holds on PostgreSQL what SQLite's one writer holds anyhow. What was typed earlier never
    /// replaces what was typed later.
    KEEP_TYPED = ["INSERT INTO typed (id, fields, key_id, kept_at, ends_at) SELECT $1, $2, $3, $4, $5 FROM applications WHERE id = $1 AND state = 'draft'"]
        { sqlite: "", postgres: " FOR SHARE" }
        " ON CONFLICT (id) DO UPDATE SET fields = excluded.fields, key_id = excluded.key_id, kept_at = excluded.kept_at, ends_at = excluded.ends_at WHERE typed.kept_at <= excluded.kept_at";
    BY_ID = ["SELECT id, fields, key_id FROM typed WHERE id = $1 AND ends_at > $2"];
    FORGET = ["DELETE FROM typed WHERE id = $1"];
    SWEEP = ["DELETE FROM typed WHERE id IN (SELECT id FROM typed WHERE ends_at <= $1 ORDER BY ends_at LIMIT $2)"];
}

row!(TypedRow {
    id: String,
    fields: Vec<u8>,
    key_id: String,
});

impl Tx {
    /// Keeps what was typed into the form of a draft at a moment, in place of what was typed before. Whether it did: not beside an
    /// application that is no draft, nor in place of what was typed later.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is refused.
    pub async fn keep_typing(
        &mut self,
        application: ApplicationId,
        typing: &Typing,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = application.to_string();
        let sealed = self.seal(FIELDS, &id, &json_bytes(FIELDS.table, typing)?)?;
        let row = args![id, sealed.bytes, sealed.key, at, Typing::ends_at(at)];
        Ok(self.run(&KEEP_TYPED, row).await? == 1)
    }

    /// What was typed into the form of a draft, unless it is too old by `now`.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn typing(
        &mut self,
        application: ApplicationId,
        now: Timestamp,
    ) -> Result<Option<Typing>, StoreError> {
        let row = args![application.to_string(), now];
        let Some(row): Option<TypedRow> = self.first(&BY_ID, row).await? else {
            return Ok(None);
        };
        let at = At {
            table: FIELDS.table,
            row: &row.id,
        };
        let plain = self.unseal(FIELDS, &row.id, &row.key_id, &row.fields)?;
        at.json(FIELDS.column, &plain).map(Some)
    }

    /// Forgets what was typed. Whether there was anything.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_typing(&mut self, application: ApplicationId) -> Result<bool, StoreError> {
        Ok(self.run(&FORGET, args![application.to_string()]).await? == 1)
    }

    /// Takes away a bounded number of those whose time is over. How many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_typing(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        self.run(&SWEEP, args![now, SWEPT_MAX]).await
    }
}
