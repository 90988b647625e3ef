//! Payments: the instalments of awards.

use super::codec::At;
use super::sql::{Arg, args, row, statements};
use super::{StoreError, Tx};
use crate::domain::district::DistrictCode;
use crate::domain::id::{AwardId, PaymentId};
use crate::domain::payment::{Payment, PaymentState};
use crate::domain::time::{Date, Timestamp};

macro_rules! columns {
    () => {
        "p.id, p.award_id, p.instalment, p.amount, p.due_on, p.recheck, p.state, p.generation, p.version, p.retry_at"
    };
}

statements! {
    INSERT = ["INSERT INTO payments (id, award_id, instalment, amount, due_on, recheck, state, generation, version, retry_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"];
    /// One statement for a whole award, which may have 36 instalments; the rows travel as one JSON text.
    INSERT_ALL = ["INSERT INTO payments (id, award_id, instalment, amount, due_on, recheck, state, generation, version, retry_at) "]
        {
            sqlite: "SELECT value ->> 'id', value ->> 'award_id', value ->> 'instalment', value ->> 'amount', value ->> 'due_on', value ->> 'recheck', value ->> 'state', value ->> 'generation', value ->> 'version', value ->> 'retry_at' FROM json_each($1)",
            postgres: "SELECT id, award_id, instalment, amount, due_on, recheck, state, generation, version, retry_at FROM json_to_recordset(CAST($1 AS JSON)) AS r (id TEXT, award_id TEXT, instalment BIGINT, amount BIGINT, due_on TEXT, recheck BIGINT, state TEXT, generation BIGINT, version BIGINT, retry_at BIGINT)"
        }
        "";
    BY_ID = ["SELECT ", columns!(), " FROM payments p WHERE p.id = $1"];
    OF_AWARD = ["SELECT ", columns!(), " FROM payments p WHERE p.award_id = $1 ORDER BY p.instalment"];
    /// Compare-and-swap: the version the change was based on must still be the row's.
    UPDATE = ["UPDATE payments SET amount = $3, due_on = $4, recheck = $5, state = $6, generation = $7, retry_at = $8, version = version + 1 WHERE id = $1 AND version = $2"];
    /// Nothing of what is frozen or held. The freezes are asked for one column at a time, so that an index has them.
    DUE = ["SELECT ", columns!(), " FROM payments p"]
        { sqlite: " INDEXED BY payments_scheduled", postgres: "" }
        " JOIN awards a ON a.id = p.award_id JOIN applications f ON f.id = a.application_id WHERE p.state = 'scheduled' AND p.due_on <= $1 AND (p.retry_at IS NULL OR p.retry_at <= $2) AND f.state = 'approved' AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.application_id = f.id) AND NOT EXISTS (SELECT 1 FROM freezes z WHERE z.policy_id = a.policy AND z.lifted_at IS NULL AND (z.district IS NULL OR z.district = a.district)) AND NOT EXISTS (SELECT 1 FROM freezes z WHERE z.policy_id IS NULL AND z.lifted_at IS NULL AND z.district = a.district) ORDER BY p.due_on, p.id LIMIT $3";
    LIST = ["SELECT ", columns!(), " FROM payments p JOIN awards a ON a.id = p.award_id WHERE p.id > $1 AND (CAST($2 AS TEXT) IS NULL OR a.policy = $2) AND (CAST($3 AS TEXT) IS NULL OR a.district = $3) ORDER BY p.id LIMIT $4"];
    LIST_IN_STATE = ["SELECT ", columns!(), " FROM payments p JOIN awards a ON a.id = p.award_id WHERE p.id > $1 AND (CAST($2 AS TEXT) IS NULL OR a.policy = $2) AND (CAST($3 AS TEXT) IS NULL OR a.district = $3) AND p.state = $5 ORDER BY p.id LIMIT $4"];
    COUNT_BY_STATE = ["SELECT state, CAST(COUNT(*) AS BIGINT) AS count, CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS fen FROM payments GROUP BY state ORDER BY state"];
}

row!(PaymentRow {
    id: String,
    award_id: String,
    instalment: i64,
    amount: i64,
    due_on: String,
    recheck: i64,
    state: String,
    generation: i64,
    version: i64,
    retry_at: Option<i64>,
});
row!(CountRow {
    state: String,
    count: i64,
    fen: i64
});

/// Which payments to list; `None` means all.
#[derive(Debug, Clone, Default)]
pub struct PaymentFilter {
    /// In this state.
    pub state: Option<PaymentState>,
    /// Under this policy.
    pub policy: Option<String>,
    /// Paid by this district.
    pub district: Option<DistrictCode>,
    /// After this one: the last of the page before.
    pub after: Option<PaymentId>,
    /// At most so many.
    pub limit: u32,
}

impl Tx {
    /// Stores a payment.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] on `payments_award_id_instalment_key` when the award has this instalment already; else when the
    /// database fails or refuses it.
    pub async fn insert_payment(&mut self, payment: &Payment) -> Result<(), StoreError> {
        let mut row = args![
            payment.id.to_string(),
            payment.award.to_string(),
            payment.instalment
        ];
        row.extend(args![
            payment.amount,
            payment.due_on,
            payment.recheck,
            payment.state.as_str()
        ]);
        row.extend(args![payment.generation, payment.version, payment.retry_at]);
        self.run(&INSERT, row).await.map(drop)
    }

    /// Stores all payments of an award at once.
    ///
    /// # Errors
    /// As [`Tx::insert_payment`]; then none is stored.
    pub async fn insert_payments(&mut self, payments: &[Payment]) -> Result<(), StoreError> {
        let rows: Vec<_> = payments.iter().map(as_json).collect();
        let rows = serde_json::Value::Array(rows).to_string();
        self.run(&INSERT_ALL, args![rows]).await.map(drop)
    }

    /// The payment of this id.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn payment(&mut self, id: PaymentId) -> Result<Option<Payment>, StoreError> {
        let row: Option<PaymentRow> = self.first(&BY_ID, args![id.to_string()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The payments of an award in the order of instalments.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn payments_of(&mut self, award: AwardId) -> Result<Vec<Payment>, StoreError> {
        self.payments(&OF_AWARD, args![award.to_string()]).await
    }

    /// Stores a change that was based on `payment.version`; gives it back with the next version. Award and instalment of a
    /// payment never change.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else changed it first; else when the database fails.
    pub async fn update_payment(&mut self, payment: &Payment) -> Result<Payment, StoreError> {
        let mut row = args![
            payment.id.to_string(),
            payment.version,
            payment.amount,
            payment.due_on
        ];
        row.extend(args![
            payment.recheck,
            payment.state.as_str(),
            payment.generation,
            payment.retry_at
        ]);
        if self.run(&UPDATE, row).await? == 0 {
            return Err(StoreError::Stale {
                what: "payment",
                id: payment.id.to_string(),
            });
        }
        Ok(Payment {
            version: payment.version + 1,
            ..payment.clone()
        })
    }

    /// Scheduled payments whose day has come and whose application is approved: not one in publicity, nor one that an objection
    /// has sent to a person, nor one that is frozen or held.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn payments_due(
        &mut self,
        today: Date,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError> {
        self.payments(&DUE, args![today, now, limit]).await
    }

    /// A page of payments by id.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn list_payments(
        &mut self,
        filter: &PaymentFilter,
    ) -> Result<Vec<Payment>, StoreError> {
        let mut row = args![
            filter.after.map_or_else(String::new, |id| id.to_string()),
            filter.policy.clone(),
            filter.district.as_ref().map(ToString::to_string),
            filter.limit,
        ];
        let Some(state) = filter.state else {
            return self.payments(&LIST, row).await;
        };
        row.extend(args![state.as_str()]);
        self.payments(&LIST_IN_STATE, row).await
    }

    /// How many payments stand in each state, and their sum in fen; states without any are left out.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn count_payments_by_state(
        &mut self,
    ) -> Result<Vec<(PaymentState, i64, i64)>, StoreError> {
        let rows: Vec<CountRow> = self.all(&COUNT_BY_STATE, args![]).await?;
        let at = At {
            table: "payments",
            row: "count",
        };
        rows.iter()
            .map(|row| {
                Ok((
                    at.word("state", PaymentState::parse, &row.state)?,
                    row.count,
                    row.fen,
                ))
            })
            .collect()
    }

    async fn payments(
        &mut self,
        statement: &'static super::sql::Statement,
        args: Vec<Arg>,
    ) -> Result<Vec<Payment>, StoreError> {
        let rows: Vec<PaymentRow> = self.all(statement, args).await?;
        rows.iter().map(read).collect()
    }
}

fn as_json(payment: &Payment) -> serde_json::Value {
    serde_json::json!({
        "id": payment.id.to_string(),
        "award_id": payment.award.to_string(),
        "instalment": payment.instalment,
        "amount": payment.amount.fen(),
        "due_on": payment.due_on.to_string(),
        "recheck": i64::from(payment.recheck),
        "state": payment.state.as_str(),
        "generation": payment.generation,
        "version": payment.version,
        "retry_at": payment.retry_at.map(Timestamp::as_micros),
    })
}

fn read(row: &PaymentRow) -> Result<Payment, StoreError> {
    let at = At {
        table: "payments",
        row: &row.id,
    };
    Ok(Payment {
        id: at.parse("id", &row.id)?,
        award: at.parse("award_id", &row.award_id)?,
        instalment: at.small("instalment", row.instalment)?,
        amount: at.money("amount", row.amount)?,
        due_on: at.date("due_on", &row.due_on)?,
        recheck: row.recheck != 0,
        state: at.word("state", PaymentState::parse, &row.state)?,
        generation: at.small("generation", row.generation)?,
        version: row.version,
        retry_at: at.time_opt("retry_at", row.retry_at)?,
    })
}
