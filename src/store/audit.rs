//! Who did what, who looked at what, what waits for a person.

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::audit::{Access, Alarm, AlarmKind, AuditEntry};
use crate::domain::id::{AlarmId, AuditId};
use crate::domain::time::Timestamp;

/// Most accesses to one subject that are listed.
const ACCESSES_MAX: i64 = 10_000;

statements! {
    INSERT = ["INSERT INTO audit (id, at, actor, act, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)"];
    PAGE = ["SELECT id, at, actor, act, subject, detail FROM audit WHERE id > $1 ORDER BY id LIMIT $2"];
    INSERT_ACCESS = ["INSERT INTO accesses (id, at, staff, subject, kind, purpose) VALUES ($1, $2, $3, $4, $5, $6)"];
    ACCESSES = ["SELECT id, at, staff, subject, kind, purpose FROM accesses WHERE subject = $1 ORDER BY id LIMIT $2"];
    /// Columns are qualified: bare ones are ambiguous on PostgreSQL.
    RAISE = ["INSERT INTO alarms (id, kind, subject, raised_at, count) VALUES ($1, $2, $3, $4, 1) ON CONFLICT (kind, subject) WHERE closed = 0 DO UPDATE SET count = alarms.count + 1 RETURNING id, kind, subject, raised_at, count"];
    CLOSE = ["UPDATE alarms SET closed = 1 WHERE kind = $1 AND subject = $2 AND closed = 0"];
    OPEN = ["SELECT id, kind, subject, raised_at, count FROM alarms WHERE closed = 0 ORDER BY raised_at, id LIMIT $1"];
}

row!(AuditRow {
    id: String,
    at: i64,
    actor: String,
    act: String,
    subject: String,
    detail: String
});
row!(AccessRow {
    id: String,
    at: i64,
    staff: String,
    subject: String,
    kind: String,
    purpose: String
});
row!(AlarmRow {
    id: String,
    kind: String,
    subject: String,
    raised_at: i64,
    count: i64
});

/// An audit entry as it is read back: actor and act as text, as they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who, as [`crate::domain::person::Actor`] prints.
    pub actor: String,
    /// What, as `noun.verb`.
    pub act: String,
    /// Upon what.
    pub subject: String,
    /// Ids, states and counts.
    pub detail: serde_json::Value,
}

impl Tx {
    /// Writes an act into the audit log, in the act's own transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let row = args![
            entry.id.to_string(),
            entry.at,
            entry.actor.to_string(),
            entry.act,
            &entry.subject,
            entry.detail.to_string(),
        ];
        self.run(&INSERT, row).await.map(drop)
    }

    /// A page of the audit log by id, after the last of the page before.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn audit_page(
        &mut self,
        after: Option<AuditId>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows: Vec<AuditRow> = self.all(&PAGE, args![after, limit]).await?;
        rows.into_iter().map(read_entry).collect()
    }

    /// Records that a member of staff looked at personal data.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn access(&mut self, access: &Access) -> Result<(), StoreError> {
        let mut row = args![access.id.to_string(), access.at, &access.staff];
        row.extend(args![&access.subject, &access.kind, &access.purpose]);
        self.run(&INSERT_ACCESS, row).await.map(drop)
    }

    /// Who looked at a subject, oldest first, at most 10,000.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn accesses_of(&mut self, subject: &str) -> Result<Vec<Access>, StoreError> {
        let rows: Vec<AccessRow> = self.all(&ACCESSES, args![subject, ACCESSES_MAX]).await?;
        rows.into_iter().map(read_access).collect()
    }

    /// Calls for a person. There is one open alarm a kind and subject: raised again, it counts up and keeps its id and first
    /// moment. Gives the alarm as it stands.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn raise_alarm(
        &mut self,
        kind: AlarmKind,
        subject: &str,
        now: Timestamp,
        id: AlarmId,
    ) -> Result<Alarm, StoreError> {
        let row: Option<AlarmRow> = self
            .first(&RAISE, args![id.to_string(), kind.as_str(), subject, now])
            .await?;
        let at = At {
            table: "alarms",
            row: subject,
        };
        read_alarm(at.needed("id", row)?)
    }

    /// Closes an alarm. Whether one was open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_alarm(
        &mut self,
        kind: AlarmKind,
        subject: &str,
    ) -> Result<bool, StoreError> {
        Ok(self.run(&CLOSE, args![kind.as_str(), subject]).await? == 1)
    }

    /// Open alarms, oldest first.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn open_alarms(&mut self, limit: u32) -> Result<Vec<Alarm>, StoreError> {
        let rows: Vec<AlarmRow> = self.all(&OPEN, args![limit]).await?;
        rows.into_iter().map(read_alarm).collect()
    }
}

fn read_entry(row: AuditRow) -> Result<AuditRecord, StoreError> {
    let at = At {
        table: "audit",
        row: &row.id,
    };
    Ok(AuditRecord {
        id: at.parse("id", &row.id)?,
        at: at.time("at", row.at)?,
        detail: at.json("detail", row.detail.as_bytes())?,
        actor: row.actor,
        act: row.act,
        subject: row.subject,
    })
}

fn read_access(row: AccessRow) -> Result<Access, StoreError> {
    let at = At {
        table: "accesses",
        row: &row.id,
    };
    Ok(Access {
        id: at.parse("id", &row.id)?,
        at: at.time("at", row.at)?,
        staff: row.staff,
        subject: row.subject,
        kind: row.kind,
        purpose: row.purpose,
    })
}

fn read_alarm(row: AlarmRow) -> Result<Alarm, StoreError> {
    let at = At {
        table: "alarms",
        row: &row.id,
    };
    Ok(Alarm {
        id: at.parse("id", &row.id)?,
        kind: at.word("kind", AlarmKind::parse, &row.kind)?,
        raised_at: at.time("raised_at", row.raised_at)?,
        subject: row.subject,
        count: row.count,
    })
}
