//! Sessions of browsers, sign-ins under way, forms kept for who comes back. Found by the hash of a cookie, never by a cookie.

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::codec::{At, json_bytes};
use super::sql::{args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::hash::Sha256Hex;
use crate::domain::id::ApplicantId;
use crate::domain::person::{Private, Role, Staff, Subject};
use crate::domain::session::{KeptForm, Owner, Session, SignInMemory, Visitor};
use crate::domain::time::Timestamp;

const WHO: Place = Place {
    table: "sessions",
    column: "who",
};
const MEMORY: Place = Place {
    table: "sign_ins",
    column: "memory",
};
const FORM: Place = Place {
    table: "kept_forms",
    column: "form",
};

/// Most rows of a table that one sweep takes away, so that no transaction is long.
const SWEPT_MAX: i64 = 1_000;

/// Most sign-ins under way: more than a city has people who sign in within ten minutes.
const SIGN_INS_MAX: i64 = 100_000;
/// Most forms that are kept, each of 48 KiB at most.
const KEPT_MAX: i64 = 10_000;

statements! {
    INSERT = ["INSERT INTO sessions (id, applicant_id, who, key_id, began_at, ends_at, latest_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"];
    BY_KEY = ["SELECT id, applicant_id, who, key_id, began_at, ends_at, latest_at FROM sessions WHERE id = $1"];
    PROLONG = ["UPDATE sessions SET ends_at = $2 WHERE id = $1 AND ends_at < $2 AND ends_at > $3 AND latest_at >= $2"];
    END = ["DELETE FROM sessions WHERE id = $1"];
    /// Anybody can begin one, so there are only so many.
    BEGIN_SIGN_IN = ["INSERT INTO sign_ins (id, memory, key_id, ends_at) SELECT $1, $2, $3, $4 WHERE (SELECT COUNT(*) FROM sign_ins) < $5"];
    TAKE_SIGN_IN = ["DELETE FROM sign_ins WHERE id = $1 RETURNING id, memory, key_id, ends_at"];
    /// Anybody can send one, so there are only so many.
    KEEP = ["INSERT INTO kept_forms (id, owner, form, key_id, ends_at) SELECT $1, $2, $3, $4, $5 WHERE (SELECT COUNT(*) FROM kept_forms) < $6 ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, form = excluded.form, key_id = excluded.key_id, ends_at = excluded.ends_at"];
    TAKE_KEPT = ["DELETE FROM kept_forms WHERE id = $1 RETURNING id, owner, form, key_id, ends_at"];
    PEEK_KEPT = ["SELECT id, owner, form, key_id, ends_at FROM kept_forms WHERE id = $1"];
    SWEEP_SESSIONS = ["DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)"];
    SWEEP_SIGN_INS = ["DELETE FROM sign_ins WHERE id IN (SELECT id FROM sign_ins WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)"];
    SWEEP_KEPT = ["DELETE FROM kept_forms WHERE id IN (SELECT id FROM kept_forms WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)"];
}

row!(SessionRow {
    id: String,
    applicant_id: Option<String>,
    who: Vec<u8>,
    key_id: String,
    began_at: i64,
    ends_at: i64,
    latest_at: i64,
});
row!(SignInRow { id: String, memory: Vec<u8>, key_id: String, ends_at: i64 });
row!(KeptRow {
    id: String,
    owner: Option<String>,
    form: Vec<u8>,
    key_id: String,
    ends_at: i64,
});

/// What the column `who` seals: a member of staff, or nothing beside the applicant's id, which stands in a column of its own.
#[derive(Serialize, Deserialize)]
struct Who {
    staff: Option<SealedStaff>,
}

#[derive(Serialize, Deserialize)]
struct SealedStaff {
    subject: Subject,
    roles: Vec<Role>,
    district: Option<String>,
}

/// What the column `form` seals; of an applicant's the owner stands in a column of its own.
#[derive(Serialize, Deserialize)]
struct SealedForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    staff: Option<Subject>,
    page: String,
    path: String,
    fields: Vec<(String, String)>,
}

impl Drop for SealedForm {
    fn drop(&mut self) {
        self.fields
            .iter_mut()
            .for_each(|(_, value)| value.zeroize());
    }
}

impl Tx {
    /// Stores a session that begins.
    ///
    /// # Errors
    /// When the database or the vault fails.
    pub async fn insert_session(&mut self, session: &Session) -> Result<(), StoreError> {
        let (applicant, staff) = match &session.visitor {
            Visitor::Applicant(id) => (Some(id.to_string()), None),
            Visitor::Staff(staff) => (None, Some(seal_staff(staff))),
        };
        let id = session.key.to_string();
        let sealed = self.seal(WHO, &id, &json_bytes(WHO.table, &Who { staff })?)?;
        let row = args![
            id,
            applicant,
            sealed.bytes,
            sealed.key,
            session.began_at,
            session.ends_at,
            session.latest_at,
        ];
        self.run(&INSERT, row).await.map(drop)
    }

    /// The session of this key, also one that has ended and was not swept yet.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn session(&mut self, key: Sha256Hex) -> Result<Option<Session>, StoreError> {
        let row: Option<SessionRow> = self.first(&BY_KEY, args![key.to_string()]).await?;
        row.map(|row| self.read_session(&row)).transpose()
    }

    /// Moves the end of a session that still stands. Whether it did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prolong_session(
        &mut self,
        key: Sha256Hex,
        ends_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = args![key.to_string(), ends_at, now];
        Ok(self.run(&PROLONG, row).await? == 1)
    }

    /// Ends a session at once. Whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&mut self, key: Sha256Hex) -> Result<bool, StoreError> {
        Ok(self.run(&END, args![key.to_string()]).await? == 1)
    }

    /// Remembers a sign-in that begins. Whether there was room.
    ///
    /// # Errors
    /// When the database or the vault fails.
    pub async fn begin_sign_in(
        &mut self,
        key: Sha256Hex,
        memory: &SignInMemory,
        ends_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = key.to_string();
        let sealed = self.seal(MEMORY, &id, &json_bytes(MEMORY.table, memory)?)?;
        let row = args![id, sealed.bytes, sealed.key, ends_at, SIGN_INS_MAX];
        Ok(self.run(&BEGIN_SIGN_IN, row).await? == 1)
    }

    /// Takes what was remembered of a sign-in; nobody gets it a second time. `None` when there is nothing, or not any more.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn take_sign_in(
        &mut self,
        key: Sha256Hex,
        now: Timestamp,
    ) -> Result<Option<SignInMemory>, StoreError> {
        let row: Option<SignInRow> = self.first(&TAKE_SIGN_IN, args![key.to_string()]).await?;
        let Some(row) = row.filter(|row| now.as_micros() < row.ends_at) else {
            return Ok(None);
        };
        let at = At {
            table: MEMORY.table,
            row: &row.id,
        };
        let plain = self.unseal(MEMORY, &row.id, &row.key_id, &row.memory)?;
        at.json(MEMORY.column, &plain).map(Some)
    }

    /// Keeps a form for a browser; a later one takes the place of an earlier. Whether there was room.
    ///
    /// # Errors
    /// When the database or the vault fails.
    pub async fn keep_form(&mut self, key: Sha256Hex, form: &KeptForm) -> Result<bool, StoreError> {
        let id = key.to_string();
        let (owner, staff) = match &form.owner {
            Some(Owner::Applicant(id)) => (Some(id.to_string()), None),
            Some(Owner::Staff(subject)) => (None, Some(subject.clone())),
            None => (None, None),
        };
        let plain = SealedForm {
            staff,
            page: form.page.clone(),
            path: form.path.clone(),
            fields: form.fields.reveal().clone(),
        };
        let sealed = self.seal(FORM, &id, &json_bytes(FORM.table, &plain)?)?;
        let row = args![id, owner, sealed.bytes, sealed.key, form.ends_at, KEPT_MAX];
        Ok(self.run(&KEEP, row).await? == 1)
    }

    /// Takes the form that was kept for a browser; nobody gets it a second time. `None` when there is none, or not any more.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn take_kept_form(
        &mut self,
        key: Sha256Hex,
        now: Timestamp,
    ) -> Result<Option<KeptForm>, StoreError> {
        let row: Option<KeptRow> = self.first(&TAKE_KEPT, args![key.to_string()]).await?;
        self.read_kept(row, now)
    }

    /// The form that is kept for a browser, without taking it.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn kept_form(
        &mut self,
        key: Sha256Hex,
        now: Timestamp,
    ) -> Result<Option<KeptForm>, StoreError> {
        let row: Option<KeptRow> = self.first(&PEEK_KEPT, args![key.to_string()]).await?;
        self.read_kept(row, now)
    }

    /// Takes away a bounded number of sessions that ended before `sessions_before`, and of sign-ins and forms that ended before
    /// `now`. How many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_sessions(
        &mut self,
        sessions_before: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut swept = 0;
        for (statement, before) in [
            (&SWEEP_SESSIONS, sessions_before),
            (&SWEEP_SIGN_INS, now),
            (&SWEEP_KEPT, now),
        ] {
            swept += self.run(statement, args![before, SWEPT_MAX]).await?;
        }
        Ok(swept)
    }

    fn read_session(&self, row: &SessionRow) -> Result<Session, StoreError> {
        let at = At {
            table: WHO.table,
            row: &row.id,
        };
        let plain = self.unseal(WHO, &row.id, &row.key_id, &row.who)?;
        let who: Who = at.json(WHO.column, &plain)?;
        let applicant: Option<ApplicantId> =
            at.parse_opt("applicant_id", row.applicant_id.as_ref())?;
        let visitor = match (applicant, who.staff) {
            (Some(id), None) => Visitor::Applicant(id),
            (None, Some(staff)) => Visitor::Staff(Staff {
                district: at.parse_opt(WHO.column, staff.district.as_ref())?,
                subject: staff.subject,
                roles: staff.roles,
            }),
            _ => return Err(at.wrong(WHO.column)),
        };
        Ok(Session {
            key: at.parse("id", &row.id)?,
            visitor,
            began_at: at.time("began_at", row.began_at)?,
            ends_at: at.time("ends_at", row.ends_at)?,
            latest_at: at.time("latest_at", row.latest_at)?,
        })
    }

    fn read_kept(
        &self,
        row: Option<KeptRow>,
        now: Timestamp,
    ) -> Result<Option<KeptForm>, StoreError> {
        let Some(row) = row.filter(|row| now.as_micros() < row.ends_at) else {
            return Ok(None);
        };
        let at = At {
            table: FORM.table,
            row: &row.id,
        };
        let plain = self.unseal(FORM, &row.id, &row.key_id, &row.form)?;
        let mut form: SealedForm = at.json(FORM.column, &plain)?;
        let applicant: Option<ApplicantId> = at.parse_opt("owner", row.owner.as_ref())?;
        let owner = match (applicant, form.staff.take()) {
            (Some(id), None) => Some(Owner::Applicant(id)),
            (None, staff) => staff.map(Owner::Staff),
            (Some(_), Some(_)) => return Err(at.wrong("owner")),
        };
        Ok(Some(KeptForm {
            owner,
            page: std::mem::take(&mut form.page),
            path: std::mem::take(&mut form.path),
            fields: Private::new(std::mem::take(&mut form.fields)),
            ends_at: at.time("ends_at", row.ends_at)?,
        }))
    }
}

fn seal_staff(staff: &Staff) -> SealedStaff {
    SealedStaff {
        subject: staff.subject.clone(),
        roles: staff.roles.clone(),
        district: staff.district.map(|district| district.as_str().to_owned()),
    }
}
