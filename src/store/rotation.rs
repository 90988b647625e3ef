//! Keys of the database: whether they are the right ones, and moving every sealed value to the current one.

use super::codec::At;
use super::sql::{Statement, args, row, statements};
use super::vault::{Place, VaultError};
use super::{Store, StoreError, Tx};

statements! {
    KNOWN_KEYS = ["SELECT id, fingerprint FROM vault_keys"];
    NOTE_KEY = ["INSERT INTO vault_keys (id, fingerprint) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"];
    OLD_APPLICANTS = ["SELECT id, identity AS sealed, key_id FROM applicants WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_APPLICANTS = ["UPDATE applicants SET identity = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_APPLICANTS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM applicants WHERE key_id <> $1"];
    OLD_APPLICATIONS = ["SELECT id, typed AS sealed, key_id FROM applications WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_APPLICATIONS = ["UPDATE applications SET typed = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_APPLICATIONS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM applications WHERE key_id <> $1"];
    OLD_EVIDENCE = ["SELECT id, body AS sealed, key_id FROM evidence WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_EVIDENCE = ["UPDATE evidence SET body = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_EVIDENCE = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM evidence WHERE key_id <> $1"];
    OLD_SNAPSHOTS = ["SELECT id, form AS sealed, key_id FROM snapshots WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_SNAPSHOTS = ["UPDATE snapshots SET form = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_SNAPSHOTS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM snapshots WHERE key_id <> $1"];
    OLD_DISPUTES = ["SELECT id, words AS sealed, key_id FROM disputes WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_DISPUTES = ["UPDATE disputes SET words = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_DISPUTES = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM disputes WHERE key_id <> $1"];
    OLD_INSTRUCTIONS = ["SELECT id, payload AS sealed, key_id FROM instructions WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_INSTRUCTIONS = ["UPDATE instructions SET payload = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_INSTRUCTIONS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM instructions WHERE key_id <> $1"];
    OLD_EVENTS = ["SELECT id, body AS sealed, key_id FROM treasury_events WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_EVENTS = ["UPDATE treasury_events SET body = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_EVENTS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM treasury_events WHERE key_id <> $1"];
    OLD_SESSIONS = ["SELECT id, who AS sealed, key_id FROM sessions WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_SESSIONS = ["UPDATE sessions SET who = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_SESSIONS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM sessions WHERE key_id <> $1"];
    OLD_SIGN_INS = ["SELECT id, memory AS sealed, key_id FROM sign_ins WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_SIGN_INS = ["UPDATE sign_ins SET memory = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_SIGN_INS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM sign_ins WHERE key_id <> $1"];
    OLD_KEPT_FORMS = ["SELECT id, form AS sealed, key_id FROM kept_forms WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_KEPT_FORMS = ["UPDATE kept_forms SET form = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_KEPT_FORMS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM kept_forms WHERE key_id <> $1"];
    OLD_NOTICES = ["SELECT id, address AS sealed, key_id FROM notices WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_NOTICES = ["UPDATE notices SET address = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_NOTICES = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM notices WHERE key_id <> $1"];
    OLD_FITS = ["SELECT id, told AS sealed, key_id FROM fits WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_FITS = ["UPDATE fits SET told = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_FITS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM fits WHERE key_id <> $1"];
    OLD_TYPED = ["SELECT id, fields AS sealed, key_id FROM typed WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_TYPED = ["UPDATE typed SET fields = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_TYPED = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM typed WHERE key_id <> $1"];
    OLD_CASE_WORDS = ["SELECT id, words AS sealed, key_id FROM case_words WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_CASE_WORDS = ["UPDATE case_words SET words = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_CASE_WORDS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM case_words WHERE key_id <> $1"];
    OLD_CASE_FILES = ["SELECT id, name AS sealed, key_id FROM case_files WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_CASE_FILES = ["UPDATE case_files SET name = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_CASE_FILES = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM case_files WHERE key_id <> $1"];
    OLD_RATINGS = ["SELECT id, words AS sealed, key_id FROM ratings WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_RATINGS = ["UPDATE ratings SET words = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_RATINGS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM ratings WHERE key_id <> $1"];
    OLD_FINANCE_CASES = ["SELECT id, grounds AS sealed, key_id FROM finance_cases WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_FINANCE_CASES = ["UPDATE finance_cases SET grounds = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_FINANCE_CASES = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM finance_cases WHERE key_id <> $1"];
    OLD_BUDGET_ORDERS = ["SELECT id, grounds AS sealed, key_id FROM budget_orders WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3"] { sqlite: "", postgres: " FOR UPDATE" } "";
    NEW_BUDGET_ORDERS = ["UPDATE budget_orders SET grounds = $2, key_id = $3 WHERE id = $1 AND key_id = $4"];
    LEFT_BUDGET_ORDERS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM budget_orders WHERE key_id <> $1"];
}

/// A sealed column with the statements that move it to another key.
struct SealedColumn {
    place: Place,
    old: &'static Statement,
    new: &'static Statement,
    left: &'static Statement,
}

macro_rules! sealed {
    ($($table:literal $column:literal: $old:ident $new:ident $left:ident;)+) => {
        /// Every sealed column. A test holds this list to the schema: each table with a `key_id` is in it.
        const SEALED: &[SealedColumn] = &[$(SealedColumn {
            place: Place { table: $table, column: $column },
            old: &$old,
            new: &$new,
            left: &$left,
        }),+];
    };
}

sealed! {
    "applicants" "identity": OLD_APPLICANTS NEW_APPLICANTS LEFT_APPLICANTS;
    "applications" "typed": OLD_APPLICATIONS NEW_APPLICATIONS LEFT_APPLICATIONS;
    "evidence" "body": OLD_EVIDENCE NEW_EVIDENCE LEFT_EVIDENCE;
    "snapshots" "form": OLD_SNAPSHOTS NEW_SNAPSHOTS LEFT_SNAPSHOTS;
    "disputes" "words": OLD_DISPUTES NEW_DISPUTES LEFT_DISPUTES;
    "instructions" "payload": OLD_INSTRUCTIONS NEW_INSTRUCTIONS LEFT_INSTRUCTIONS;
    "treasury_events" "body": OLD_EVENTS NEW_EVENTS LEFT_EVENTS;
    "sessions" "who": OLD_SESSIONS NEW_SESSIONS LEFT_SESSIONS;
    "sign_ins" "memory": OLD_SIGN_INS NEW_SIGN_INS LEFT_SIGN_INS;
    "kept_forms" "form": OLD_KEPT_FORMS NEW_KEPT_FORMS LEFT_KEPT_FORMS;
    "notices" "address": OLD_NOTICES NEW_NOTICES LEFT_NOTICES;
    "fits" "told": OLD_FITS NEW_FITS LEFT_FITS;
    "typed" "fields": OLD_TYPED NEW_TYPED LEFT_TYPED;
    "case_words" "words": OLD_CASE_WORDS NEW_CASE_WORDS LEFT_CASE_WORDS;
    "case_files" "name": OLD_CASE_FILES NEW_CASE_FILES LEFT_CASE_FILES;
    "ratings" "words": OLD_RATINGS NEW_RATINGS LEFT_RATINGS;
    "finance_cases" "grounds": OLD_FINANCE_CASES NEW_FINANCE_CASES LEFT_FINANCE_CASES;
    "budget_orders" "grounds": OLD_BUDGET_ORDERS NEW_BUDGET_ORDERS LEFT_BUDGET_ORDERS;
}

row!(KeyRow {
    id: String,
    fingerprint: String
});
row!(SealedRow { id: String, sealed: Vec<u8>, key_id: String });
row!(CountRow { count: i64 });

/// How far a rotation is. Begin with the default; a rotation that was broken off begins anew from there and skips what is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rotation {
    column: usize,
    after: String,
    /// Rows moved to the current key so far.
    pub moved: u64,
}

impl Rotation {
    /// Whether every sealed column has been gone through.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.column >= SEALED.len()
    }
}

impl Store {
    /// Compares the vault's keys with those this database was written with, and notes those that are new to it. A wrong blind-index
    /// key would make a second person of everybody, so it is told before anything is written.
    ///
    /// # Errors
    /// [`VaultError::OtherKey`] when a key of a known name has other material; else when the database fails.
    pub async fn verify_keys(&self) -> Result<(), StoreError> {
        let mut tx = self.read().await?;
        let known: Vec<KeyRow> = tx.all(&KNOWN_KEYS, args![]).await?;
        tx.commit().await?;
        let mut new = Vec::new();
        for (id, fingerprint) in self.vault.fingerprints() {
            match known.iter().find(|known| known.id == id) {
                Some(known) if known.fingerprint == fingerprint => {}
                Some(_) => return Err(VaultError::OtherKey { id }.into()),
                None => new.push((id, fingerprint)),
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for (id, fingerprint) in new {
            tx.run(&NOTE_KEY, args![id, fingerprint]).await?;
        }
        tx.commit().await
    }

    /// Seals up to `limit` more values with the current key, in one transaction, and says how far that got. Other work goes on
    /// between batches; ids are ordered by time, so what is stored meanwhile is met at the end (and is sealed with the
    /// current key already).
    ///
    /// # Errors
    /// When a value does not open (its old key is not configured), or the database fails; nothing of the batch is changed then.
    pub async fn rotate_batch(&self, from: &Rotation, limit: u32) -> Result<Rotation, StoreError> {
        let Some(column) = SEALED.get(from.column) else {
            return Ok(from.clone());
        };
        let mut tx = self.write().await?;
        let rows: Vec<SealedRow> = tx
            .all(
                column.old,
                args![&from.after, self.vault.current_key(), limit],
            )
            .await?;
        let mut moved = 0;
        for row in &rows {
            let plain = tx.unseal(column.place, &row.id, &row.key_id, &row.sealed)?;
            let fresh = tx.seal(column.place, &row.id, &plain)?;
            moved += tx
                .run(
                    column.new,
                    args![&row.id, fresh.bytes, fresh.key, &row.key_id],
                )
                .await?;
        }
        tx.commit().await?;
        let moved = from.moved + moved;
        Ok(match rows.last() {
            Some(last) => Rotation {
                column: from.column,
                after: last.id.clone(),
                moved,
            },
            None => Rotation {
                column: from.column + 1,
                after: String::new(),
                moved,
            },
        })
    }
}

impl Tx {
    /// How many values are not sealed with the current key. An old key may leave the configuration when this is 0.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn values_under_old_keys(&mut self) -> Result<u64, StoreError> {
        let current = self.vault.current_key().to_owned();
        let mut left = 0;
        for column in SEALED {
            let row: Option<CountRow> = self.first(column.left, args![&current]).await?;
            let at = At {
                table: column.place.table,
                row: "count",
            };
            left += at.small::<u64>("key_id", row.map_or(0, |row| row.count))?;
        }
        Ok(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_with_a_key_is_rotated() {
        let schema = crate::store::migrations::text_for_sqlite();
        let with_key = schema
            .split("CREATE TABLE ")
            .filter(|table| table.contains("\n    key_id "));
        let mut tables: Vec<_> = with_key
            .map(|table| table.split(' ').next().unwrap())
            .collect();
        tables.sort_unstable();
        let mut rotated: Vec<_> = SEALED.iter().map(|column| column.place.table).collect();
        rotated.sort_unstable();
        assert_eq!(tables, rotated);
    }
}
