//! 对账: statements with their lines, and what of our own they are held against.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::codec::At;
use super::sql::{args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::district::DistrictCode;
use crate::domain::hash::Sha256Hex;
use crate::domain::id::{AwardId, InstructionId, StatementId};
use crate::domain::mask::account_tail;
use crate::domain::money::Money;
use crate::domain::payment::{InstructionState, Order};
use crate::domain::statement::{Line, Side, Statement, StatementKind, Tally, What};
use crate::domain::time::{Date, Timestamp, days_since_1970};

const TABLE: &str = "statements";
const LINES: &str = "statement_lines";
const PAYLOAD: Place = Place {
    table: "instructions",
    column: "payload",
};

macro_rules! columns {
    () => {
        "id, sha256, kind, first_day, last_day, settled_count, settled_sum, returned_count, returned_sum, rejected_count, rejected_sum, bad_count, bad, wrong_totals, imported_by, imported_at"
    };
}

statements! {
    INSERT = ["INSERT INTO statements (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"];
    BY_ID = ["SELECT ", columns!(), " FROM statements WHERE id = $1"];
    BY_HASH = ["SELECT ", columns!(), " FROM statements WHERE sha256 = $1"];
    /// Newest first.
    PAGE = ["SELECT ", columns!(), " FROM statements WHERE id < $1 ORDER BY id DESC LIMIT $2"];
    INSERT_DAY = ["INSERT INTO statement_days (side, day, statement_id) VALUES ($1, $2, $3) ON CONFLICT (day, side, statement_id) DO NOTHING"];
    DAYS = ["SELECT DISTINCT side, day FROM statement_days WHERE day >= $1 AND day <= $2"];
    /// A movement that is known is not written again; one that a complete statement tells of as well counts from then on.
    INSERT_LINES = ["INSERT INTO statement_lines (fingerprint, occurrence, statement_id, place, side, reference, what, amount, account, masked, day, at, serial, reason, district, complete) "]
        {
            sqlite: "SELECT value ->> 'fingerprint', value ->> 'occurrence', value ->> 'statement_id', value ->> 'place', value ->> 'side', value ->> 'reference', value ->> 'what', value ->> 'amount', value ->> 'account', value ->> 'masked', value ->> 'day', value ->> 'at', value ->> 'serial', value ->> 'reason', value ->> 'district', value ->> 'complete' FROM json_each($1) WHERE 1 = 1",
            postgres: "SELECT fingerprint, occurrence, statement_id, place, side, reference, what, amount, account, masked, day, at, serial, reason, district, complete FROM json_to_recordset(CAST($1 AS JSON)) AS r (fingerprint TEXT, occurrence BIGINT, statement_id TEXT, place BIGINT, side TEXT, reference TEXT, what TEXT, amount BIGINT, account TEXT, masked TEXT, day TEXT, at BIGINT, serial TEXT, reason TEXT, district TEXT, complete BIGINT)"
        }
        " ON CONFLICT (fingerprint, occurrence) DO UPDATE SET complete = 1 WHERE excluded.complete = 1 AND statement_lines.complete = 0";
    DISTRICTS = ["SELECT id, district FROM awards WHERE id IN "]
        { sqlite: "(SELECT value FROM json_each($1))", postgres: "(SELECT json_array_elements_text(CAST($1 AS JSON)))" }
        "";
    /// What a day is about: references that a line names, and payments of ours that ended.
    TOUCHED = ["SELECT reference FROM (SELECT * FROM (SELECT DISTINCT reference FROM statement_lines WHERE day = $1 AND reference > $3 ORDER BY reference LIMIT $4) AS told UNION SELECT * FROM (SELECT id FROM instructions WHERE settled_at IS NOT NULL AND (settled_at + 28800000000) / 86400000000 = $2 AND id > $3 ORDER BY id LIMIT $4) AS settled UNION SELECT * FROM (SELECT id FROM instructions WHERE returned_at IS NOT NULL AND (returned_at + 28800000000) / 86400000000 = $2 AND id > $3 ORDER BY id LIMIT $4) AS returned) AS touched ORDER BY reference LIMIT $4"];
    LINES_OF = ["SELECT fingerprint, occurrence, side, reference, what, amount, account, masked, day, at, serial, reason, statement_id FROM statement_lines WHERE reference IN "]
        { sqlite: "(SELECT value FROM json_each($1))", postgres: "(SELECT json_array_elements_text(CAST($1 AS JSON)))" }
        "";
    OURS_OF = ["SELECT i.id, i.payload, i.key_id, i.state, i.settled_at, i.returned_at, a.district FROM instructions i JOIN payments p ON p.id = i.payment_id JOIN awards a ON a.id = p.award_id WHERE i.id IN "]
        { sqlite: "(SELECT value FROM json_each($1))", postgres: "(SELECT json_array_elements_text(CAST($1 AS JSON)))" }
        "";
}

row!(StatementRow {
    id: String,
    sha256: String,
    kind: String,
    first_day: Option<String>,
    last_day: Option<String>,
    settled_count: i64,
    settled_sum: i64,
    returned_count: i64,
    returned_sum: i64,
    rejected_count: i64,
    rejected_sum: i64,
    bad_count: i64,
    bad: String,
    wrong_totals: String,
    imported_by: String,
    imported_at: i64,
});
row!(DayRow {
    side: String,
    day: String
});
row!(DistrictRow {
    id: String,
    district: String
});
row!(ReferenceRow { reference: String });
row!(LineRow {
    fingerprint: String,
    occurrence: i64,
    side: String,
    reference: String,
    what: String,
    amount: i64,
    account: Option<String>,
    masked: Option<String>,
    day: String,
    at: Option<i64>,
    serial: Option<String>,
    reason: Option<String>,
    statement_id: String,
});
row!(OursRow {
    id: String,
    payload: Vec<u8>,
    key_id: String,
    state: String,
    settled_at: Option<i64>,
    returned_at: Option<i64>,
    district: String,
});

/// A line as the store keeps it: accounts are compared by `account`, a keyed hash, and shown as `masked`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptLine {
    /// Who tells.
    pub side: Side,
    /// Of which payment.
    pub reference: String,
    /// What happened.
    pub what: What,
    /// How much.
    pub amount: Money,
    /// Keyed hash of the account.
    pub account: Option<String>,
    /// The account's last digits.
    pub masked: Option<String>,
    /// On which day.
    pub day: Date,
    /// When.
    pub at: Option<Timestamp>,
    /// The other side's own number.
    pub serial: Option<String>,
    /// Code of a return.
    pub reason: Option<String>,
    /// 2 when the same line stood in its file before.
    pub occurrence: u32,
    /// The statement that told it first.
    pub statement: StatementId,
}

/// A payment of ours, as a statement is held against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPayment {
    /// Its instruction.
    pub id: InstructionId,
    /// How much.
    pub amount: Money,
    /// Keyed hash of the account.
    pub account: String,
    /// The account's last digits.
    pub masked: String,
    /// Where the instruction stands.
    pub state: InstructionState,
    /// The day on which we heard that it settled.
    pub settled: Option<Date>,
    /// The day on which we heard that it came back.
    pub returned: Option<Date>,
    /// The paying district.
    pub district: DistrictCode,
}

/// A line on its way into the database.
#[derive(Serialize)]
struct NewLine<'l> {
    fingerprint: String,
    occurrence: u32,
    statement_id: &'l str,
    place: u64,
    side: &'static str,
    reference: &'l str,
    what: &'static str,
    amount: i64,
    account: Option<String>,
    masked: Option<String>,
    day: String,
    at: Option<i64>,
    serial: Option<&'l str>,
    reason: Option<&'l str>,
    district: Option<String>,
    complete: u8,
}

impl Tx {
    /// Stores a statement.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the file was imported before; else when the database fails.
    pub async fn insert_statement(&mut self, statement: &Statement) -> Result<(), StoreError> {
        let unwritable = |_| StoreError::Unwritable { table: TABLE };
        let (first, last) = statement.days.unzip();
        let mut row = args![
            statement.id.to_string(),
            statement.sha256.to_string(),
            statement.kind.as_str(),
            first,
            last
        ];
        for tally in [statement.settled, statement.returned, statement.rejected] {
            row.extend(args![count(tally.count)?, tally.sum]);
        }
        row.extend(args![
            count(statement.bad_count)?,
            serde_json::to_string(&statement.bad).map_err(unwritable)?,
            serde_json::to_string(&statement.wrong_totals).map_err(unwritable)?,
            &statement.imported_by,
            statement.imported_at
        ]);
        self.run(&INSERT, row).await.map(drop)
    }

    /// A statement.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn statement(&mut self, id: StatementId) -> Result<Option<Statement>, StoreError> {
        let row: Option<StatementRow> = self.first(&BY_ID, args![id.to_string()]).await?;
        row.map(read_statement).transpose()
    }

    /// The statement of these bytes.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn statement_of(
        &mut self,
        sha256: &Sha256Hex,
    ) -> Result<Option<Statement>, StoreError> {
        let row: Option<StatementRow> = self.first(&BY_HASH, args![sha256.to_string()]).await?;
        row.map(read_statement).transpose()
    }

    /// A page of statements, newest first.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn statements(
        &mut self,
        before: Option<StatementId>,
        limit: u32,
    ) -> Result<Vec<Statement>, StoreError> {
        let before = before.map_or_else(|| "~".to_owned(), |id| id.to_string());
        let rows: Vec<StatementRow> = self.all(&PAGE, args![before, limit]).await?;
        rows.into_iter().map(read_statement).collect()
    }

    /// Notes that a statement tells everything of a day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn covers_day(
        &mut self,
        statement: StatementId,
        side: Side,
        day: Date,
    ) -> Result<(), StoreError> {
        let row = args![side.as_str(), day, statement.to_string()];
        self.run(&INSERT_DAY, row).await.map(drop)
    }

    /// Which side has told everything of which day, from one day to another.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn covered_days(
        &mut self,
        from: Date,
        until: Date,
    ) -> Result<BTreeSet<(Side, Date)>, StoreError> {
        let rows: Vec<DayRow> = self.all(&DAYS, args![from, until]).await?;
        let read = |row: DayRow| {
            let at = At {
                table: "statement_days",
                row: &row.day,
            };
            let side = at.word("side", Side::parse, &row.side)?;
            Ok((side, at.date("day", &row.day)?))
        };
        rows.into_iter().map(read).collect()
    }

    /// Writes lines of a statement, each with how often it has stood in the file; how many of them were new.
    ///
    /// # Errors
    /// When the database fails or refuses one.
    pub async fn insert_statement_lines(
        &mut self,
        statement: StatementId,
        kind: StatementKind,
        lines: &[(Line, u32)],
    ) -> Result<u64, StoreError> {
        let id = statement.to_string();
        let districts = self.districts_of(lines).await?;
        let rows: Vec<NewLine<'_>> = lines
            .iter()
            .map(|(line, occurrence)| {
                let award = line.reference.parse::<InstructionId>().ok();
                NewLine {
                    fingerprint: self.fingerprint(kind.side(), line),
                    occurrence: *occurrence,
                    statement_id: &id,
                    place: line.place,
                    side: kind.side().as_str(),
                    reference: &line.reference,
                    what: line.what.as_str(),
                    amount: line.amount.fen(),
                    account: line
                        .account
                        .as_ref()
                        .map(|account| self.account_mark(account.reveal())),
                    masked: line.masked_account(),
                    day: line.day.to_string(),
                    at: line.at.map(Timestamp::as_micros),
                    serial: line.serial.as_deref(),
                    reason: line.reason.as_deref(),
                    district: award.and_then(|id| districts.get(&id.award().to_string()).cloned()),
                    complete: u8::from(kind.is_complete()),
                }
            })
            .collect();
        let rows =
            serde_json::to_string(&rows).map_err(|_| StoreError::Unwritable { table: LINES })?;
        self.run(&INSERT_LINES, args![rows]).await
    }

    async fn districts_of(
        &mut self,
        lines: &[(Line, u32)],
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let ids = lines
            .iter()
            .filter_map(|(line, _)| line.reference.parse::<InstructionId>().ok());
        let awards: BTreeSet<AwardId> = ids.map(InstructionId::award).collect();
        let rows: Vec<DistrictRow> = self.all(&DISTRICTS, args![array(&awards)?]).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.district)).collect())
    }

    /// Under which one movement is one movement, in whichever file.
    fn fingerprint(&self, side: Side, line: &Line) -> String {
        let (amount, day) = (line.amount.to_string(), line.day.to_string());
        let account = line.account.as_ref().map_or("", |account| account.reveal());
        let parts = [
            side.as_str(),
            &line.reference,
            line.what.as_str(),
            &amount,
            &day,
            line.serial.as_deref().unwrap_or_default(),
            account,
        ];
        self.vault.blind_index("statement-line", &parts)
    }

    fn account_mark(&self, account: &str) -> String {
        self.vault.blind_index("statement-account", &[account])
    }

    /// A page of the references that a day is about, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn references_of_day(
        &mut self,
        day: Date,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let row = args![day, days_since_1970(day), after, limit];
        let rows: Vec<ReferenceRow> = self.all(&TOUCHED, row).await?;
        Ok(rows.into_iter().map(|row| row.reference).collect())
    }

    /// Everything that any statement tells of these references, by reference.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn lines_of(
        &mut self,
        references: &[String],
    ) -> Result<BTreeMap<String, Vec<KeptLine>>, StoreError> {
        let rows: Vec<LineRow> = self.all(&LINES_OF, args![array(references)?]).await?;
        let mut lines: BTreeMap<String, Vec<KeptLine>> = BTreeMap::new();
        for row in rows {
            let line = read_line(row)?;
            lines.entry(line.reference.clone()).or_default().push(line);
        }
        // Neither database promises an order.
        for of_one in lines.values_mut() {
            of_one.sort_by(|one, other| {
                let key = |line: &KeptLine| {
                    (
                        line.side,
                        line.day,
                        line.what,
                        line.serial.clone(),
                        line.occurrence,
                    )
                };
                key(one).cmp(&key(other))
            });
        }
        Ok(lines)
    }

    /// The payments of ours among these references.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn own_payments(
        &mut self,
        references: &[String],
    ) -> Result<BTreeMap<String, OwnPayment>, StoreError> {
        let rows: Vec<OursRow> = self.all(&OURS_OF, args![array(references)?]).await?;
        let read = |row: OursRow| Ok((row.id.clone(), self.read_own(&row)?));
        rows.into_iter().map(read).collect()
    }

    fn read_own(&self, row: &OursRow) -> Result<OwnPayment, StoreError> {
        let at = At {
            table: PAYLOAD.table,
            row: &row.id,
        };
        let payload = self.unseal(PAYLOAD, &row.id, &row.key_id, &row.payload)?;
        let order: Order = at.json("payload", &payload)?;
        let day = |column, micros| {
            let at = at.time_opt(column, micros)?;
            Ok::<_, StoreError>(at.map(Timestamp::china_date))
        };
        Ok(OwnPayment {
            id: at.parse("id", &row.id)?,
            amount: order.amount,
            account: self.account_mark(&order.payee_account),
            masked: account_tail(&order.payee_account),
            state: at.word("state", InstructionState::parse, &row.state)?,
            settled: day("settled_at", row.settled_at)?,
            returned: day("returned_at", row.returned_at)?,
            district: at.parse("district", &row.district)?,
        })
    }
}

fn count(count: u64) -> Result<i64, StoreError> {
    i64::try_from(count).map_err(|_| StoreError::Unwritable { table: TABLE })
}

/// Texts as one JSON text.
pub(super) fn array(texts: impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(&texts).map_err(|_| StoreError::Unwritable { table: LINES })
}

fn read_statement(row: StatementRow) -> Result<Statement, StoreError> {
    let at = At {
        table: TABLE,
        row: &row.id,
    };
    let tally = |column, count: i64, sum| {
        Ok::<_, StoreError>(Tally {
            count: at.small(column, count)?,
            sum: at.money(column, sum)?,
        })
    };
    let day = |column, text: Option<&String>| text.map(|text| at.date(column, text)).transpose();
    let first = day("first_day", row.first_day.as_ref())?;
    let last = day("last_day", row.last_day.as_ref())?;
    Ok(Statement {
        id: at.parse("id", &row.id)?,
        sha256: at.parse("sha256", &row.sha256)?,
        kind: at.word("kind", StatementKind::parse, &row.kind)?,
        days: first.zip(last),
        settled: tally("settled", row.settled_count, row.settled_sum)?,
        returned: tally("returned", row.returned_count, row.returned_sum)?,
        rejected: tally("rejected", row.rejected_count, row.rejected_sum)?,
        bad_count: at.small("bad_count", row.bad_count)?,
        bad: at.json("bad", row.bad.as_bytes())?,
        wrong_totals: at.json("wrong_totals", row.wrong_totals.as_bytes())?,
        imported_at: at.time("imported_at", row.imported_at)?,
        imported_by: row.imported_by,
    })
}

fn read_line(row: LineRow) -> Result<KeptLine, StoreError> {
    let at = At {
        table: LINES,
        row: &row.fingerprint,
    };
    Ok(KeptLine {
        side: at.word("side", Side::parse, &row.side)?,
        what: at.word("what", What::parse, &row.what)?,
        amount: at.money("amount", row.amount)?,
        day: at.date("day", &row.day)?,
        at: at.time_opt("at", row.at)?,
        occurrence: at.small("occurrence", row.occurrence)?,
        statement: at.parse("statement_id", &row.statement_id)?,
        reference: row.reference,
        account: row.account,
        masked: row.masked,
        serial: row.serial,
        reason: row.reason,
    })
}
