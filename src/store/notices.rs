//! Messages to applicants: written once for each occasion, leased by workers with a fencing epoch as instructions are.
//!
//! The address is sealed, and forgotten as soon as nothing is to be sent any more.

use std::collections::BTreeMap;

use super::codec::At;
use super::sql::{args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::id::{ApplicationId, NoticeId};
use crate::domain::notice::{Channel, Message, Notice, NoticeState, Template};
use crate::domain::person::Private;
use crate::domain::time::Timestamp;

const ADDRESS: Place = Place {
    table: "notices",
    column: "address",
};
/// Most messages of one application that are listed.
const OF_APPLICATION_MAX: i64 = 1_000;

macro_rules! columns {
    () => {
        "id, application_id, occasion, channel, template, params, address, key_id, state, epoch, attempts, next_at, created_at, request_id"
    };
}

statements! {
    /// The occasion decides: whoever comes upon it second writes nothing.
    INSERT = ["INSERT INTO notices (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (application_id, occasion) DO NOTHING"];
    OF_APPLICATION = ["SELECT ", columns!(), " FROM notices WHERE application_id = $1 LIMIT $2"];
    /// A look that takes no lock, so that nobody waits for a worker that has nothing to do.
    DUE = ["SELECT id FROM notices"]
        { sqlite: " INDEXED BY notices_to_send", postgres: "" }
        " WHERE state = 'waiting' AND next_at <= $1 AND (leased_until IS NULL OR leased_until <= $1) LIMIT 1";
    WAITS_SINCE = ["SELECT id FROM notices"]
        { sqlite: " INDEXED BY notices_waiting", postgres: "" }
        " WHERE state = 'waiting' AND created_at <= $1 LIMIT 1";
    /// One statement chooses and takes, as for instructions. SQLite would rather go by state alone and sort.
    LEASE = ["WITH due AS MATERIALIZED (SELECT id FROM notices"]
        {
            sqlite: " INDEXED BY notices_to_send WHERE state = 'waiting' AND next_at <= $1 AND (leased_until IS NULL OR leased_until <= $1) ORDER BY next_at, id LIMIT $3",
            postgres: " WHERE state = 'waiting' AND next_at <= $1 AND (leased_until IS NULL OR leased_until <= $1) ORDER BY next_at, id LIMIT $3 FOR UPDATE SKIP LOCKED"
        }
        ") UPDATE notices SET epoch = epoch + 1, attempts = attempts + 1, leased_until = $2 WHERE id IN (SELECT id FROM due) RETURNING id, application_id, occasion, channel, template, params, address, key_id, state, epoch, attempts, next_at, created_at, request_id";
    POSTPONE = ["UPDATE notices SET next_at = $3, leased_until = NULL WHERE id = $1 AND epoch = $2 AND leased_until IS NOT NULL"];
    END = ["UPDATE notices SET state = $3, ended_at = $4, address = NULL, key_id = NULL, leased_until = NULL WHERE id = $1 AND epoch = $2 AND leased_until IS NOT NULL"];
    COUNT_BY_STATE = ["SELECT state, CAST(COUNT(*) AS BIGINT) AS count FROM notices GROUP BY state ORDER BY state"];
}

row!(NoticeRow {
    id: String,
    application_id: String,
    occasion: String,
    channel: String,
    template: String,
    params: String,
    address: Option<Vec<u8>>,
    key_id: Option<String>,
    state: String,
    epoch: i64,
    attempts: i64,
    next_at: i64,
    created_at: i64,
    request_id: String,
});
row!(IdRow { id: String });
row!(CountRow {
    state: String,
    count: i64
});

/// A worker's last word on a message it leased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeChange {
    /// Tried again at this moment.
    Again(Timestamp),
    /// The sink has it since this moment.
    Sent(Timestamp),
    /// Never sent again, since this moment.
    Dead(Timestamp),
}

impl Tx {
    /// Writes a message that has an address. `false` when the occasion has been told before.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is refused.
    pub async fn insert_notice(&mut self, notice: &Notice) -> Result<bool, StoreError> {
        let id = notice.id.to_string();
        let sealed = notice
            .to
            .as_ref()
            .map(|to| self.seal(ADDRESS, &id, to.reveal().as_bytes()))
            .transpose()?;
        let (address, key) = sealed.map(|sealed| (sealed.bytes, sealed.key)).unzip();
        let params =
            serde_json::to_string(&notice.message.params).map_err(|_| StoreError::Unwritable {
                table: ADDRESS.table,
            })?;
        let row = args![
            id,
            notice.application.to_string(),
            &notice.occasion,
            notice.channel.as_str(),
            notice.message.template.as_str(),
            params,
            address,
            key,
            notice.state.as_str(),
            notice.epoch,
            notice.attempts,
            notice.next_at,
            notice.created_at,
            &notice.request_id,
        ];
        Ok(self.run(&INSERT, row).await? == 1)
    }

    /// What the applicant was told about an application, oldest first.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn notices_of(
        &mut self,
        application: ApplicationId,
    ) -> Result<Vec<Notice>, StoreError> {
        let rows = self
            .all(
                &OF_APPLICATION,
                args![application.to_string(), OF_APPLICATION_MAX],
            )
            .await?;
        let mut notices = self.read_notices(rows)?;
        notices.sort_by_key(|notice| (notice.created_at, notice.id));
        Ok(notices)
    }

    /// Whether a message waits that a worker may take.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notice_due(&mut self, now: Timestamp) -> Result<bool, StoreError> {
        let row: Option<IdRow> = self.first(&DUE, args![now]).await?;
        Ok(row.is_some_and(|row| !row.id.is_empty()))
    }

    /// Whether a message has waited since this moment or longer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notice_waits_since(&mut self, moment: Timestamp) -> Result<bool, StoreError> {
        let row: Option<IdRow> = self.first(&WAITS_SINCE, args![moment]).await?;
        Ok(row.is_some_and(|row| !row.id.is_empty()))
    }

    /// Takes up to `limit` messages that are due and that nobody holds, earliest first, for `lease_ms` milliseconds. Commit before
    /// sending: whoever takes one over from a dead worker sends the same id again.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn lease_notices(
        &mut self,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<Notice>, StoreError> {
        let rows = self
            .all(&LEASE, args![now, now.plus_millis(lease_ms), limit])
            .await?;
        let mut leased = self.read_notices(rows)?;
        // Neither database promises an order of RETURNING.
        leased.sort_by_key(|notice| (notice.next_at, notice.id));
        Ok(leased)
    }

    /// A worker's last word; ends the lease. `false` when the lease was lost to another worker, and nothing is changed then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish_notice(
        &mut self,
        id: NoticeId,
        epoch: i64,
        change: NoticeChange,
    ) -> Result<bool, StoreError> {
        let id = id.to_string();
        let done = match change {
            NoticeChange::Again(next_at) => self.run(&POSTPONE, args![id, epoch, next_at]).await?,
            NoticeChange::Sent(at) => {
                let state = NoticeState::Sent.as_str();
                self.run(&END, args![id, epoch, state, at]).await?
            }
            NoticeChange::Dead(at) => {
                let state = NoticeState::Dead.as_str();
                self.run(&END, args![id, epoch, state, at]).await?
            }
        };
        Ok(done == 1)
    }

    /// How many messages stand in each state; states without any are left out.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn count_notices_by_state(&mut self) -> Result<Vec<(NoticeState, i64)>, StoreError> {
        let rows: Vec<CountRow> = self.all(&COUNT_BY_STATE, args![]).await?;
        let at = At {
            table: ADDRESS.table,
            row: "count",
        };
        rows.iter()
            .map(|row| Ok((at.word("state", NoticeState::parse, &row.state)?, row.count)))
            .collect()
    }

    fn read_notices(&self, rows: Vec<NoticeRow>) -> Result<Vec<Notice>, StoreError> {
        rows.into_iter().map(|row| self.read_notice(row)).collect()
    }

    fn read_notice(&self, row: NoticeRow) -> Result<Notice, StoreError> {
        let at = At {
            table: ADDRESS.table,
            row: &row.id,
        };
        let params: BTreeMap<String, String> = at.json("params", row.params.as_bytes())?;
        Ok(Notice {
            id: at.parse("id", &row.id)?,
            application: at.parse("application_id", &row.application_id)?,
            channel: at.word("channel", Channel::parse, &row.channel)?,
            to: self.read_address(&at, &row)?,
            message: Message {
                template: at.word("template", Template::parse, &row.template)?,
                params,
            },
            state: at.word("state", NoticeState::parse, &row.state)?,
            epoch: row.epoch,
            attempts: row.attempts,
            next_at: at.time("next_at", row.next_at)?,
            created_at: at.time("created_at", row.created_at)?,
            occasion: row.occasion,
            request_id: row.request_id,
        })
    }

    fn read_address(
        &self,
        at: &At<'_>,
        row: &NoticeRow,
    ) -> Result<Option<Private<String>>, StoreError> {
        let Some(sealed) = &row.address else {
            return Ok(None);
        };
        let key = at.needed("key_id", row.key_id.as_ref())?;
        let plain = self.unseal(ADDRESS, &row.id, key, sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|_| at.wrong(ADDRESS.column))?;
        Ok(Some(Private::new(text.to_owned())))
    }
}
