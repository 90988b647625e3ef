//! Instructions to the treasury: leased by workers with a fencing epoch, changed by call-backs with compare-and-swap.
//!
//! A lease and a change both raise the epoch, and a worker's last word names the epoch of its lease: whoever was overtaken, by
//! another worker or by a call-back, learns that it is stale and changes nothing.

use super::codec::At;
use super::sql::{Arg, args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::district::DistrictCode;
use crate::domain::id::{InstructionId, PaymentId};
use crate::domain::payment::{Instruction, InstructionState};
use crate::domain::person::Private;
use crate::domain::time::{Date, Timestamp, days_since_1970};

const PAYLOAD: Place = Place {
    table: "instructions",
    column: "payload",
};
const EVENT: Place = Place {
    table: "treasury_events",
    column: "body",
};

macro_rules! columns {
    () => {
        "id, payment_id, generation, replaces, payload, key_id, payload_hash, state, epoch, leased_until, leased_from, attempts, next_at, treasury_no, created_at, acknowledged_at, settled_at, returned_at, reason_code, request_id"
    };
}

/// What a change sets; what it does not name stays as it is.
macro_rules! changes {
    () => {
        "state = $3, next_at = COALESCE($4, next_at), treasury_no = COALESCE($5, treasury_no), acknowledged_at = COALESCE($6, acknowledged_at), settled_at = COALESCE($7, settled_at), returned_at = COALESCE($8, returned_at), reason_code = COALESCE($9, reason_code), leased_until = NULL, leased_from = NULL"
    };
}

statements! {
    INSERT = ["INSERT INTO instructions (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, $11, $12, $13, $14, $15, $16, $17, $18, $19)"];
    BY_ID = ["SELECT ", columns!(), " FROM instructions WHERE id = $1"];
    OF_PAYMENT = ["SELECT ", columns!(), " FROM instructions WHERE payment_id = $1 ORDER BY generation"];
    /// One statement chooses and takes. Materialized, so that PostgreSQL runs the choice once and locks no more than it takes.
    LEASE = ["WITH due AS MATERIALIZED (SELECT id FROM instructions WHERE state IN ('ready', 'unknown') AND next_at <= $1 AND (leased_until IS NULL OR leased_until <= $1) ORDER BY next_at, id LIMIT $3"]
        { sqlite: "", postgres: " FOR UPDATE SKIP LOCKED" }
        ") UPDATE instructions SET leased_from = state, state = 'unknown', epoch = epoch + 1, attempts = attempts + 1, leased_until = $2 WHERE id IN (SELECT id FROM due) RETURNING id, payment_id, generation, replaces, payload, key_id, payload_hash, state, epoch, leased_until, leased_from, attempts, next_at, treasury_no, created_at, acknowledged_at, settled_at, returned_at, reason_code, request_id";
    FINISH = ["UPDATE instructions SET ", changes!(), " WHERE id = $1 AND epoch = $2 AND leased_until IS NOT NULL"];
    CHANGE = ["UPDATE instructions SET ", changes!(), ", epoch = epoch + $2 WHERE id = $1 AND state IN ($10, $11, $12, $13, $14, $15, $16)"];
    RESTART = ["UPDATE instructions SET attempts = 0, next_at = $2, epoch = epoch + 1, leased_until = NULL, leased_from = NULL WHERE id = $1 AND state = 'unknown'"];
    /// A lease that runs ends the wait, for its worker may have died.
    NEXT = ["SELECT MIN(CASE WHEN leased_until > next_at THEN leased_until ELSE next_at END) AS at FROM instructions WHERE state IN ('ready', 'unknown')"];
    SILENT = ["SELECT ", columns!(), " FROM instructions WHERE state = 'acknowledged' AND acknowledged_at < $1 AND next_at < $1 ORDER BY acknowledged_at, id LIMIT $2"];
    /// By the day in China on which they were made, in days since 1970.
    OF_DAY = ["SELECT ", columns!(), " FROM instructions WHERE (created_at + 28800000000) / 86400000000 = $1 AND id > $2 ORDER BY id LIMIT $3"];
    /// What the journal holds of a day under one policy in one district, and no living batch names.
    IN_NO_BATCH = ["SELECT i.id, i.payment_id, i.generation, i.replaces, i.payload, i.key_id, i.payload_hash, i.state, i.epoch, i.leased_until, i.leased_from, i.attempts, i.next_at, i.treasury_no, i.created_at, i.acknowledged_at, i.settled_at, i.returned_at, i.reason_code, i.request_id FROM journal j JOIN instructions i ON i.id = j.reference WHERE j.movement IN ('instruct', 'reinstruct') AND (j.at + 28800000000) / 86400000000 = $1 AND j.policy = $2 AND j.district = $3 AND NOT EXISTS (SELECT 1 FROM batch_rows b WHERE b.instruction_id = i.id AND b.living = 1) ORDER BY i.id LIMIT $4"];
    INSERT_EVENT = ["INSERT INTO treasury_events (id, instruction_id, status, sequence, at, body, key_id) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING"];
}

row!(InstructionRow {
    id: String,
    payment_id: String,
    generation: i64,
    replaces: Option<String>,
    payload: Vec<u8>,
    key_id: String,
    payload_hash: String,
    state: String,
    epoch: i64,
    leased_until: Option<i64>,
    leased_from: Option<String>,
    attempts: i64,
    next_at: i64,
    treasury_no: Option<String>,
    created_at: i64,
    acknowledged_at: Option<i64>,
    settled_at: Option<i64>,
    returned_at: Option<i64>,
    reason_code: Option<String>,
    request_id: String,
});
row!(NextRow { at: Option<i64> });

/// An instruction that a worker holds until `instruction.leased_until`; its epoch is the worker's ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// As it stands now: `Unknown`, for it may be sent from here on.
    pub instruction: Instruction,
    /// As the lease found it: `Ready` (never sent) or `Unknown` (ask first).
    pub was: InstructionState,
}

/// A change of an instruction; `None` keeps what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructionChange {
    /// Where it stands from now on.
    pub state: InstructionState,
    /// When a worker may take it next.
    pub next_at: Option<Timestamp>,
    /// The treasury's own number.
    pub treasury_no: Option<String>,
    /// When the treasury acknowledged it.
    pub acknowledged_at: Option<Timestamp>,
    /// When it settled.
    pub settled_at: Option<Timestamp>,
    /// When it came back.
    pub returned_at: Option<Timestamp>,
    /// The treasury's return or rejection code.
    pub reason_code: Option<String>,
}

impl InstructionChange {
    /// A change of the state alone.
    #[must_use]
    pub const fn to(state: InstructionState) -> Self {
        Self {
            state,
            next_at: None,
            treasury_no: None,
            acknowledged_at: None,
            settled_at: None,
            returned_at: None,
            reason_code: None,
        }
    }

    /// `$1` and `$2`, then `$3` to `$9` of `changes!`.
    fn args(&self, id: &InstructionId, second: i64) -> Vec<Arg> {
        args![
            id.to_string(),
            second,
            self.state.as_str(),
            self.next_at,
            self.treasury_no.clone(),
            self.acknowledged_at,
            self.settled_at,
            self.returned_at,
            self.reason_code.clone(),
        ]
    }
}

impl Tx {
    /// Stores an instruction before it is ever sent.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the payment has this generation already, or the replaced instruction was replaced before; else
    /// when the database or the vault fails, or the row is refused.
    pub async fn insert_instruction(
        &mut self,
        instruction: &Instruction,
    ) -> Result<(), StoreError> {
        let id = instruction.id.to_string();
        let sealed = self.seal(PAYLOAD, &id, instruction.payload.reveal())?;
        let row = args![
            id,
            instruction.payment.to_string(),
            instruction.generation,
            instruction.replaces.as_ref().map(ToString::to_string),
            sealed.bytes,
            sealed.key,
            instruction.payload_hash.to_string(),
            instruction.state.as_str(),
            instruction.epoch,
            instruction.leased_until,
            instruction.attempts,
            instruction.next_at,
            instruction.treasury_no.clone(),
            instruction.created_at,
            instruction.acknowledged_at,
            instruction.settled_at,
            instruction.returned_at,
            instruction.reason_code.clone(),
            &instruction.request_id,
        ];
        self.run(&INSERT, row).await.map(drop)
    }

    /// The instruction of this id.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn instruction(
        &mut self,
        id: &InstructionId,
    ) -> Result<Option<Instruction>, StoreError> {
        let row = self.first(&BY_ID, args![id.to_string()]).await?;
        row.map(|row| self.read_instruction(row)).transpose()
    }

    /// A page of the instructions that were made on a day in China, in the order of their ids, after the last of the page before.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn instructions_of_day(
        &mut self,
        day: Date,
        after: Option<InstructionId>,
        limit: u32,
    ) -> Result<Vec<Instruction>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let row = args![days_since_1970(day), after, limit];
        let rows = self.all(&OF_DAY, row).await?;
        self.read_instructions(rows)
    }

    /// What was instructed on a day in China under a policy in a district and is in no living batch, in the order of ids.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn instructions_in_no_batch(
        &mut self,
        day: Date,
        policy: &str,
        district: DistrictCode,
        limit: u32,
    ) -> Result<Vec<Instruction>, StoreError> {
        let row = args![days_since_1970(day), policy, district.to_string(), limit];
        let rows = self.all(&IN_NO_BATCH, row).await?;
        self.read_instructions(rows)
    }

    /// The instructions of a payment by generation.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn instructions_of(
        &mut self,
        payment: PaymentId,
    ) -> Result<Vec<Instruction>, StoreError> {
        let rows = self.all(&OF_PAYMENT, args![payment.to_string()]).await?;
        self.read_instructions(rows)
    }

    /// Takes up to `limit` instructions that are due and that nobody holds, earliest first, for `lease_ms` milliseconds. Commit
    /// before sending: from then on a crash leaves them `Unknown`, and whoever takes them next asks first.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn lease_instructions(
        &mut self,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<Leased>, StoreError> {
        let rows: Vec<InstructionRow> = self
            .all(&LEASE, args![now, now.plus_millis(lease_ms), limit])
            .await?;
        let mut leased = Vec::with_capacity(rows.len());
        for row in rows {
            let at = At {
                table: PAYLOAD.table,
                row: &row.id,
            };
            let was = at.needed("leased_from", row.leased_from.as_ref())?;
            let was = at.word("leased_from", InstructionState::parse, was)?;
            leased.push(Leased {
                instruction: self.read_instruction(row)?,
                was,
            });
        }
        // Neither database promises an order of RETURNING.
        leased.sort_by_key(|leased| (leased.instruction.next_at, leased.instruction.id));
        Ok(leased)
    }

    /// A worker's last word on what it leased; ends the lease.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the lease was lost to another worker or to a call-back, or has been ended; else when the
    /// database fails.
    pub async fn finish_lease(
        &mut self,
        id: &InstructionId,
        epoch: i64,
        change: &InstructionChange,
    ) -> Result<(), StoreError> {
        if self.run(&FINISH, change.args(id, epoch)).await? == 1 {
            return Ok(());
        }
        Err(StoreError::Stale {
            what: "instruction",
            id: id.to_string(),
        })
    }

    /// Changes an instruction that stands in one of `from`, for call-backs and people; fences out a worker that holds it.
    /// `false` when it stands elsewhere.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_instruction(
        &mut self,
        id: &InstructionId,
        from: &[InstructionState],
        change: &InstructionChange,
    ) -> Result<bool, StoreError> {
        let mut row = change.args(id, 1);
        // One statement for any set: places that are not used hold a word that no state has.
        row.extend(InstructionState::ALL.iter().map(|state| {
            Arg::from(if from.contains(state) {
                state.as_str()
            } else {
                ""
            })
        }));
        Ok(self.run(&CHANGE, row).await? == 1)
    }

    /// Counts the attempts of an unknown instruction anew, after a person has looked: the same bytes may then be sent again.
    /// `false` when it is not unknown any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn restart_instruction(
        &mut self,
        id: &InstructionId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.run(&RESTART, args![id.to_string(), now]).await? == 1)
    }

    /// When the next instruction may be taken; may lie in the past.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn next_instruction_at(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<NextRow> = self.first(&NEXT, args![]).await?;
        let at = At {
            table: PAYLOAD.table,
            row: "next",
        };
        at.time_opt("next_at", row.and_then(|row| row.at))
    }

    /// Acknowledged instructions of which nothing was heard since, to be asked about. One that was asked about (its `next_at` set
    /// to that moment) is not listed again before the same time has passed.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn silent_instructions(
        &mut self,
        acknowledged_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Instruction>, StoreError> {
        let rows = self.all(&SILENT, args![acknowledged_before, limit]).await?;
        self.read_instructions(rows)
    }

    /// Keeps a call-back of the treasury. `false` when the same event came before.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is refused.
    pub async fn insert_treasury_event(
        &mut self,
        event_id: &str,
        instruction: &InstructionId,
        status: &str,
        sequence: i64,
        at: Timestamp,
        body: &[u8],
    ) -> Result<bool, StoreError> {
        let sealed = self.seal(EVENT, event_id, body)?;
        let row = args![
            event_id,
            instruction.to_string(),
            status,
            sequence,
            at,
            sealed.bytes,
            sealed.key
        ];
        Ok(self.run(&INSERT_EVENT, row).await? == 1)
    }

    fn read_instructions(&self, rows: Vec<InstructionRow>) -> Result<Vec<Instruction>, StoreError> {
        rows.into_iter()
            .map(|row| self.read_instruction(row))
            .collect()
    }

    fn read_instruction(&self, row: InstructionRow) -> Result<Instruction, StoreError> {
        let at = At {
            table: PAYLOAD.table,
            row: &row.id,
        };
        let payload = self.unseal(PAYLOAD, &row.id, &row.key_id, &row.payload)?;
        Ok(Instruction {
            id: at.parse("id", &row.id)?,
            payment: at.parse("payment_id", &row.payment_id)?,
            generation: at.small("generation", row.generation)?,
            replaces: at.parse_opt("replaces", row.replaces.as_ref())?,
            payload: Private::new(payload.to_vec()),
            payload_hash: at.parse("payload_hash", &row.payload_hash)?,
            state: at.word("state", InstructionState::parse, &row.state)?,
            epoch: row.epoch,
            leased_until: at.time_opt("leased_until", row.leased_until)?,
            attempts: row.attempts,
            next_at: at.time("next_at", row.next_at)?,
            created_at: at.time("created_at", row.created_at)?,
            acknowledged_at: at.time_opt("acknowledged_at", row.acknowledged_at)?,
            settled_at: at.time_opt("settled_at", row.settled_at)?,
            returned_at: at.time_opt("returned_at", row.returned_at)?,
            treasury_no: row.treasury_no,
            reason_code: row.reason_code,
            request_id: row.request_id,
        })
    }
}
