//! Differences that finance sees to, and the totals of a day.

use super::codec::At;
use super::sql::{args, row, statements};
use super::statements::array;
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::district::DistrictCode;
use crate::domain::id::{FinanceCaseId, StatementId};
use crate::domain::ledger::Movement;
use crate::domain::person::Private;
use crate::domain::statement::{
    Difference, DifferenceKey, DifferenceKind, FinanceCase, FinanceCaseState, Side, Tally, What,
};
use crate::domain::time::{Date, Timestamp, days_since_1970};

const GROUNDS: Place = Place {
    table: "finance_cases",
    column: "grounds",
};

macro_rules! columns {
    () => {
        "id, kind, side, reference, what, day, ours, theirs, district, found_by, owner, due_on, state, opened_at, version, closed_at, closed_by, grounds, key_id, explained_by"
    };
}

macro_rules! asked {
    () => {
        " AND (CAST($3 AS TEXT) IS NULL OR kind = $3) AND (CAST($4 AS TEXT) IS NULL OR day = $4) AND (CAST($5 AS TEXT) IS NULL OR owner = $5) AND (CAST($6 AS TEXT) IS NULL OR district = $6)"
    };
}

statements! {
    /// A difference that was explained and is found again is open again; one that a person closed stays closed.
    OPEN = ["INSERT INTO finance_cases (id, kind, side, reference, what, day, ours, theirs, district, found_by, owner, due_on, state, opened_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', $13, 1) ON CONFLICT (reference, kind, side, what) DO UPDATE SET state = 'open', ours = excluded.ours, theirs = excluded.theirs, found_by = excluded.found_by, due_on = excluded.due_on, closed_at = NULL, explained_by = NULL, version = finance_cases.version + 1 WHERE finance_cases.state = 'explained'"];
    BY_ID = ["SELECT ", columns!(), " FROM finance_cases WHERE id = $1"];
    LIST = ["SELECT ", columns!(), " FROM finance_cases WHERE id > $1", asked!(), " ORDER BY id LIMIT $2"];
    LIST_IN_STATE = ["SELECT ", columns!(), " FROM finance_cases WHERE id > $1", asked!(), " AND state = $7 ORDER BY id LIMIT $2"];
    LIST_FOUND_BY = ["SELECT ", columns!(), " FROM finance_cases WHERE found_by = $1 AND id > $2 ORDER BY id LIMIT $3"];
    OPEN_OF = ["SELECT ", columns!(), " FROM finance_cases WHERE state = 'open' AND reference IN "]
        { sqlite: "(SELECT value FROM json_each($1))", postgres: "(SELECT json_array_elements_text(CAST($1 AS JSON)))" }
        "";
    OPEN_REFERENCES = ["SELECT DISTINCT reference FROM finance_cases WHERE state = 'open' AND reference > $1 ORDER BY reference LIMIT $2"];
    EXPLAIN = ["UPDATE finance_cases SET state = 'explained', closed_at = $3, explained_by = $4, version = version + 1 WHERE id = $1 AND version = $2 AND state = 'open'"];
    TAKE = ["UPDATE finance_cases SET owner = $3, version = version + 1 WHERE id = $1 AND version = $2 AND state = 'open'"];
    CLOSE = ["UPDATE finance_cases SET state = 'closed', closed_at = $3, closed_by = $4, grounds = $5, key_id = $6, version = version + 1 WHERE id = $1 AND version = $2 AND state = 'open'"];
    APPROVED = ["SELECT CAST(COUNT(*) AS BIGINT) AS count, CAST(COALESCE(SUM(total), 0) AS BIGINT) AS fen FROM awards WHERE (at + 28800000000) / 86400000000 = $1 AND (CAST($2 AS TEXT) IS NULL OR district = $2)"];
    INSTRUCTED = ["SELECT CAST(COUNT(*) AS BIGINT) AS count, CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS fen FROM journal WHERE movement IN ('instruct', 'reinstruct') AND (at + 28800000000) / 86400000000 = $1 AND (CAST($2 AS TEXT) IS NULL OR district = $2)"];
    ENDED = ["SELECT CAST(COUNT(*) AS BIGINT) AS count, CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS fen FROM journal WHERE movement IN ('settle', 'return_unsettled', 'return_settled') AND (at + 28800000000) / 86400000000 = $1 AND (CAST($2 AS TEXT) IS NULL OR district = $2) AND movement IN ($3, $4)"];
    UNKNOWN = ["SELECT CAST(COUNT(*) AS BIGINT) AS count, CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) AS fen FROM instructions i JOIN payments p ON p.id = i.payment_id JOIN awards a ON a.id = p.award_id WHERE (i.created_at + 28800000000) / 86400000000 = $1 AND i.state IN ('unknown', 'held') AND (CAST($2 AS TEXT) IS NULL OR a.district = $2)"];
    TOLD = ["SELECT CAST(COUNT(*) AS BIGINT) AS count, CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS fen FROM statement_lines WHERE complete = 1 AND day = $1 AND (CAST($2 AS TEXT) IS NULL OR district = $2) AND side = $3 AND what = $4"];
}

row!(CaseRow {
    id: String,
    kind: String,
    side: String,
    reference: String,
    what: String,
    day: String,
    ours: Option<i64>,
    theirs: Option<i64>,
    district: Option<String>,
    found_by: String,
    owner: Option<String>,
    due_on: String,
    state: String,
    opened_at: i64,
    version: i64,
    closed_at: Option<i64>,
    closed_by: Option<String>,
    grounds: Option<Vec<u8>>,
    key_id: Option<String>,
    explained_by: Option<String>,
});
row!(ReferenceRow { reference: String });
row!(TallyRow {
    count: i64,
    fen: i64
});

/// Which differences to list; `None` means all.
#[derive(Debug, Clone, Default)]
pub struct DifferenceFilter {
    /// In this state.
    pub state: Option<FinanceCaseState>,
    /// Of this kind.
    pub kind: Option<DifferenceKind>,
    /// Of this day.
    pub day: Option<Date>,
    /// Seen to by this member of staff.
    pub owner: Option<String>,
    /// Of payments of this district.
    pub district: Option<DistrictCode>,
    /// After this one: the last of the page before.
    pub after: Option<FinanceCaseId>,
    /// At most so many.
    pub limit: u32,
}

/// A day in figures, ours beside what the others told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayTotals {
    /// Granted on the day.
    pub approved: Tally,
    /// Instructed on the day.
    pub instructed: Tally,
    /// Arrived, as we heard on the day.
    pub settled: Tally,
    /// Came back, as we heard on the day.
    pub returned: Tally,
    /// Instructed on the day, and nobody knows yet whether it was taken.
    pub unknown: Tally,
    /// Arrived, by the treasury's statements.
    pub treasury_settled: Tally,
    /// Came back, by the treasury's statements.
    pub treasury_returned: Tally,
    /// Arrived, by the bank's statements.
    pub bank_settled: Tally,
    /// Came back, by the bank's statements.
    pub bank_returned: Tally,
}

impl Tx {
    /// Opens a case for a difference. `false` when it is open already, or was closed by a person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_difference(&mut self, case: &FinanceCase) -> Result<bool, StoreError> {
        let Difference {
            key,
            day,
            ours,
            theirs,
        } = &case.difference;
        let row = args![
            case.id.to_string(),
            key.kind.as_str(),
            key.side.as_str(),
            &key.reference,
            key.what.map_or("", What::as_str),
            *day,
            *ours,
            *theirs,
            case.district.map(|district| district.to_string()),
            case.found_by.to_string(),
            case.owner.clone(),
            case.due_on,
            case.opened_at
        ];
        Ok(self.run(&OPEN, row).await? == 1)
    }

    /// A difference.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn difference(
        &mut self,
        id: FinanceCaseId,
    ) -> Result<Option<FinanceCase>, StoreError> {
        let row: Option<CaseRow> = self.first(&BY_ID, args![id.to_string()]).await?;
        row.map(|row| self.read_case(row)).transpose()
    }

    /// A page of differences, in the order in which they were found.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn differences(
        &mut self,
        filter: &DifferenceFilter,
    ) -> Result<Vec<FinanceCase>, StoreError> {
        let mut row = args![
            filter.after.map_or_else(String::new, |id| id.to_string()),
            filter.limit,
            filter.kind.map(DifferenceKind::as_str),
            filter.day,
            filter.owner.clone(),
            filter.district.map(|district| district.to_string())
        ];
        let rows = match filter.state {
            Some(state) => {
                row.extend(args![state.as_str()]);
                self.all_planned(&LIST_IN_STATE, row).await?
            }
            None => self.all_planned(&LIST, row).await?,
        };
        self.read_cases(rows)
    }

    /// A page of the differences that were found with a statement.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn differences_found_by(
        &mut self,
        statement: StatementId,
        after: Option<FinanceCaseId>,
        limit: u32,
    ) -> Result<Vec<FinanceCase>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let row = args![statement.to_string(), after, limit];
        let rows = self.all(&LIST_FOUND_BY, row).await?;
        self.read_cases(rows)
    }

    /// The open differences of these references.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn open_differences_of(
        &mut self,
        references: &[String],
    ) -> Result<Vec<FinanceCase>, StoreError> {
        let rows = self.all(&OPEN_OF, args![array(references)?]).await?;
        self.read_cases(rows)
    }

    /// A page of the references in which something differs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_references(
        &mut self,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let rows: Vec<ReferenceRow> = self.all(&OPEN_REFERENCES, args![after, limit]).await?;
        Ok(rows.into_iter().map(|row| row.reference).collect())
    }

    /// Ends a difference that does not exist any more, by a statement or by our own news.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody was faster; else when the database fails.
    pub async fn explain_difference(
        &mut self,
        case: &FinanceCase,
        by: Option<StatementId>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let by = by.map(|id| id.to_string());
        let row = args![case.id.to_string(), case.version, at, by];
        let changed = self.run(&EXPLAIN, row).await?;
        swapped(changed, case)
    }

    /// Gives a difference another owner.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it has changed or is not open; else when the database fails.
    pub async fn take_difference(
        &mut self,
        case: &FinanceCase,
        owner: &str,
    ) -> Result<(), StoreError> {
        let row = args![case.id.to_string(), case.version, owner];
        let changed = self.run(&TAKE, row).await?;
        swapped(changed, case)
    }

    /// Closes a difference with a person's grounds.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it has changed or is not open; else when the database or the vault fails.
    pub async fn close_difference(
        &mut self,
        case: &FinanceCase,
        by: &str,
        grounds: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let id = case.id.to_string();
        let sealed = self.seal(GROUNDS, &id, grounds.as_bytes())?;
        let row = args![id, case.version, at, by, sealed.bytes, sealed.key];
        let changed = self.run(&CLOSE, row).await?;
        swapped(changed, case)
    }

    /// A day in figures, of one district or of all.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn day_totals(
        &mut self,
        day: Date,
        district: Option<DistrictCode>,
    ) -> Result<DayTotals, StoreError> {
        let (number, place) = (
            days_since_1970(day),
            district.map(|district| district.to_string()),
        );
        let ours = || args![number, place.clone()];
        let ended = |one: Movement, other: Movement| {
            args![number, place.clone(), one.as_str(), other.as_str()]
        };
        let told = |side: Side, what: What| args![day, place.clone(), side.as_str(), what.as_str()];
        Ok(DayTotals {
            approved: self.tally(&APPROVED, ours()).await?,
            instructed: self.tally(&INSTRUCTED, ours()).await?,
            settled: self
                .tally(&ENDED, ended(Movement::Settle, Movement::Settle))
                .await?,
            returned: self
                .tally(
                    &ENDED,
                    ended(Movement::ReturnUnsettled, Movement::ReturnSettled),
                )
                .await?,
            unknown: self.tally(&UNKNOWN, ours()).await?,
            treasury_settled: self
                .tally(&TOLD, told(Side::Treasury, What::Settled))
                .await?,
            treasury_returned: self
                .tally(&TOLD, told(Side::Treasury, What::Returned))
                .await?,
            bank_settled: self.tally(&TOLD, told(Side::Bank, What::Settled)).await?,
            bank_returned: self.tally(&TOLD, told(Side::Bank, What::Returned)).await?,
        })
    }

    async fn tally(
        &mut self,
        statement: &'static super::sql::Statement,
        args: Vec<super::sql::Arg>,
    ) -> Result<Tally, StoreError> {
        let row: Option<TallyRow> = self.first(statement, args).await?;
        let row = row.unwrap_or(TallyRow { count: 0, fen: 0 });
        let at = At {
            table: "statement_lines",
            row: "totals",
        };
        Ok(Tally {
            count: at.small("count", row.count)?,
            sum: at.money("amount", row.fen)?,
        })
    }

    fn read_cases(&self, rows: Vec<CaseRow>) -> Result<Vec<FinanceCase>, StoreError> {
        rows.into_iter().map(|row| self.read_case(row)).collect()
    }

    fn read_case(&self, row: CaseRow) -> Result<FinanceCase, StoreError> {
        let at = At {
            table: GROUNDS.table,
            row: &row.id,
        };
        let grounds = match (&row.grounds, &row.key_id) {
            (Some(sealed), Some(key)) => {
                let plain = self.unseal(GROUNDS, &row.id, key, sealed)?;
                let text = std::str::from_utf8(&plain).map_err(|_| at.wrong("grounds"))?;
                Some(Private::new(text.to_owned()))
            }
            _ => None,
        };
        let money = |column, fen: Option<i64>| fen.map(|fen| at.money(column, fen)).transpose();
        let what = Some(row.what.as_str()).filter(|word| !word.is_empty());
        Ok(FinanceCase {
            id: at.parse("id", &row.id)?,
            difference: Difference {
                key: DifferenceKey {
                    kind: at.word("kind", DifferenceKind::parse, &row.kind)?,
                    side: at.word("side", Side::parse, &row.side)?,
                    what: what
                        .map(|word| at.word("what", What::parse, word))
                        .transpose()?,
                    reference: row.reference,
                },
                day: at.date("day", &row.day)?,
                ours: money("ours", row.ours)?,
                theirs: money("theirs", row.theirs)?,
            },
            district: at.parse_opt("district", row.district.as_ref())?,
            found_by: at.parse("found_by", &row.found_by)?,
            due_on: at.date("due_on", &row.due_on)?,
            state: at.word("state", FinanceCaseState::parse, &row.state)?,
            opened_at: at.time("opened_at", row.opened_at)?,
            version: row.version,
            closed_at: at.time_opt("closed_at", row.closed_at)?,
            explained_by: at.parse_opt("explained_by", row.explained_by.as_ref())?,
            owner: row.owner,
            closed_by: row.closed_by,
            grounds,
        })
    }
}

fn swapped(changed: u64, case: &FinanceCase) -> Result<(), StoreError> {
    if changed == 1 {
        return Ok(());
    }
    Err(StoreError::Stale {
        what: "difference",
        id: case.id.to_string(),
    })
}
