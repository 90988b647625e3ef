//! The journal, and what it must agree with.

use std::collections::{BTreeMap, BTreeSet};

use super::codec::At;
use super::sql::{Statement, args, row, statements};
use super::{StoreError, Tx};
use crate::domain::award::{Budget, BudgetKey};
use crate::domain::district::DistrictCode;
use crate::domain::id::JournalId;
use crate::domain::ledger::{Account, Balance, JournalEntry, Movement};
use crate::domain::money::Money;
use crate::domain::month_end::{Moved, Sum};
use crate::domain::time::{Date, Timestamp, days_since_1970};

statements! {
    INSERT = ["INSERT INTO journal (id, at, movement, policy, district, year, amount, reference) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"];
    PAGE = ["SELECT id, at, movement, policy, district, year, amount, reference FROM journal WHERE id > $1 ORDER BY id LIMIT $2"];
    OF_REFERENCE = ["SELECT id, at, movement, policy, district, year, amount, reference FROM journal WHERE movement = $1 AND reference = $2"];
    /// Every movement by its name, because the index leads by it.
    OF_ANY = ["SELECT id, at, movement, policy, district, year, amount, reference FROM journal WHERE movement IN ('appropriate', 'transfer_out', 'transfer_in', 'carry_out', 'carry_in', 'lapse', 'commit', 'release', 'instruct', 'settle', 'return_unsettled', 'return_settled', 'reinstruct', 'recover', 'claim', 'repay', 'unclaim', 'restore', 'release_returned') AND reference = $1"];
    /// What was instructed on a day in China, by budget line.
    INSTRUCTED = ["SELECT policy, district, CAST(COUNT(*) AS BIGINT) AS count, CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS fen FROM journal WHERE movement IN ('instruct', 'reinstruct') AND (at + 28800000000) / 86400000000 = $1 GROUP BY policy, district ORDER BY policy, district"];
    /// For the report of a month: everything before a moment.
    SUMS_BEFORE = ["SELECT policy, district, year, movement, CAST(COUNT(*) AS BIGINT) AS count, CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS fen FROM journal WHERE at < $1 GROUP BY policy, district, year, movement ORDER BY policy, district, year, movement"];
    /// The cast is needed: PostgreSQL's SUM of BIGINT is NUMERIC.
    SUMS = ["SELECT policy, district, year, movement, CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS fen FROM journal GROUP BY policy, district, year, movement ORDER BY policy, district, year, movement"];
}

row!(EntryRow {
    id: String,
    at: i64,
    movement: String,
    policy: String,
    district: String,
    year: i64,
    amount: i64,
    reference: String,
});
row!(InstructedRow {
    policy: String,
    district: String,
    count: i64,
    fen: i64,
});
row!(CountedSumRow {
    policy: String,
    district: String,
    year: i64,
    movement: String,
    count: i64,
    fen: i64
});
row!(SumRow {
    policy: String,
    district: String,
    year: i64,
    movement: String,
    fen: i64
});

/// What was instructed under a policy in a district on one day, by the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instructed {
    /// The policy.
    pub policy: String,
    /// The district.
    pub district: DistrictCode,
    /// How many instructions.
    pub count: u64,
    /// Their sum.
    pub sum: Money,
}

/// Fen moved by each kind of movement on each budget line.
pub(super) type Sums = BTreeMap<(BudgetKey, Movement), i64>;

/// What stands on each account of each budget line, in fen.
type Balances = BTreeMap<(BudgetKey, Account), i64>;

impl Tx {
    /// Writes one line of the journal.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] on `journal_movement_reference_key` when this movement is booked for this reference already;
    /// else when the database fails or refuses it.
    pub async fn post(&mut self, entry: &JournalEntry) -> Result<(), StoreError> {
        let row = args![
            entry.id.to_string(),
            entry.at,
            entry.movement.as_str(),
            &entry.budget.policy,
            entry.budget.district.to_string(),
            entry.budget.year,
            entry.amount,
            &entry.reference,
        ];
        self.run(&INSERT, row).await.map(drop)
    }

    /// The balance of every account that ever moved, by budget line and account: from the sums that are kept and what has moved since.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn balances(&mut self) -> Result<Vec<Balance>, StoreError> {
        let balances = balances_of(&self.kept_sums().await?);
        let balances = balances
            .into_iter()
            .map(|((budget, account), fen)| Balance {
                budget,
                account,
                fen,
            });
        Ok(balances.collect())
    }

    /// A page of the journal by id, after the last of the page before.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn journal_page(
        &mut self,
        after: Option<JournalId>,
        limit: u32,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows: Vec<EntryRow> = self.all(&PAGE, args![after, limit]).await?;
        rows.into_iter().map(read).collect()
    }

    /// The entry of one movement and reference: there is one at most.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn journal_of(
        &mut self,
        movement: Movement,
        reference: &str,
    ) -> Result<Option<JournalEntry>, StoreError> {
        let row: Option<EntryRow> = self
            .first(&OF_REFERENCE, args![movement.as_str(), reference])
            .await?;
        row.map(read).transpose()
    }

    /// Every entry that belongs to one of these, as it went: an award, a payment, an instruction.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn journal_about(
        &mut self,
        references: &[String],
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let mut entries = Vec::new();
        for reference in references {
            let rows: Vec<EntryRow> = self.all(&OF_ANY, args![reference]).await?;
            for row in rows {
                entries.push(read(row)?);
            }
        }
        entries.sort_by_key(|entry| (entry.at, entry.id));
        Ok(entries)
    }

    /// What was instructed on a day in China, by policy and district.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn instructed_on(&mut self, day: Date) -> Result<Vec<Instructed>, StoreError> {
        let at = At {
            table: "journal",
            row: "instructed",
        };
        let rows: Vec<InstructedRow> = self.all(&INSTRUCTED, args![days_since_1970(day)]).await?;
        rows.into_iter()
            .map(|row| {
                Ok(Instructed {
                    district: at.parse("district", &row.district)?,
                    count: row.count.unsigned_abs(),
                    sum: at.money("amount", row.fen)?,
                    policy: row.policy,
                })
            })
            .collect()
    }

    /// What does not agree: journal and budget lines, journal and the sums that are kept of it, or an account other than the appropriation below
    /// zero. Empty when all is well. Ask it in one snapshot ([`super::Store::read`]).
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn ledger_faults(&mut self) -> Result<Vec<String>, StoreError> {
        let sums = self.journal_sums().await?;
        let kept = self.kept_sums().await?;
        Ok(faults(&self.budgets().await?, &sums, &kept))
    }

    /// What each kind of movement came to on each budget line before a moment. Reads the whole journal: for a month's report.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn journal_before(&mut self, end: Timestamp) -> Result<Moved, StoreError> {
        let rows: Vec<CountedSumRow> = self.all(&SUMS_BEFORE, args![end]).await?;
        let at = At {
            table: "journal",
            row: "sums",
        };
        rows.into_iter()
            .map(|row| {
                let movement = at.word("movement", Movement::parse, &row.movement)?;
                let budget = at.budget(row.policy, &row.district, row.year)?;
                let sum = Sum {
                    count: row.count,
                    fen: row.fen,
                };
                Ok(((budget, movement), sum))
            })
            .collect()
    }

    async fn journal_sums(&mut self) -> Result<Sums, StoreError> {
        self.sums_of(&SUMS, "journal").await
    }

    /// Sums by line and movement, as a statement over the table has them.
    pub(super) async fn sums_of(
        &mut self,
        statement: &'static Statement,
        table: &'static str,
    ) -> Result<Sums, StoreError> {
        let rows: Vec<SumRow> = self.all(statement, args![]).await?;
        let row = "sums";
        let at = At { table, row };
        let read = |row: SumRow| {
            let movement = at.word("movement", Movement::parse, &row.movement)?;
            let key = at.budget(row.policy, &row.district, row.year)?;
            Ok(((key, movement), row.fen))
        };
        rows.into_iter().map(read).collect()
    }
}

/// Books fen on both accounts of a movement. A line is bounded by its appropriation: nothing saturates in practice.
fn book(balances: &mut Balances, budget: &BudgetKey, movement: Movement, fen: i64) {
    let (from, to) = movement.accounts();
    for (account, fen) in [(from, fen.saturating_neg()), (to, fen)] {
        let balance = balances.entry((budget.clone(), account)).or_default();
        *balance = balance.saturating_add(fen);
    }
}

fn balances_of(sums: &Sums) -> Balances {
    let mut balances = Balances::new();
    for ((budget, movement), fen) in sums {
        book(&mut balances, budget, *movement, *fen);
    }
    balances
}

fn faults(budgets: &[Budget], sums: &Sums, kept: &Sums) -> Vec<String> {
    let by_journal = balances_of(sums);
    let mut faults: Vec<String> = budgets
        .iter()
        .flat_map(|budget| line_faults(budget, &by_journal))
        .collect();
    for (key, movement) in sums.keys() {
        if !budgets.iter().any(|budget| budget.key == *key) {
            faults.push(format!(
                "{}: {} without a budget line",
                name(key),
                movement.as_str()
            ));
        }
    }
    for ((key, account), fen) in &by_journal {
        if *fen < 0 && *account != Account::Appropriation {
            faults.push(format!(
                "{}: account {} stands at {fen} fen",
                name(key),
                account.as_str()
            ));
        }
    }
    for place in kept.keys().chain(sums.keys()).collect::<BTreeSet<_>>() {
        let [kept, journal] = [kept, sums].map(|all| all.get(place).copied().unwrap_or(0));
        if kept != journal {
            let (key, movement) = place;
            faults.push(format!(
                "{}: {} is kept at {kept} fen, journal {journal} fen",
                name(key),
                movement.as_str()
            ));
        }
    }
    faults
}

/// What a line is granted is what the journal took from its source; what it promises is what of that is not available.
fn line_faults(budget: &Budget, by_journal: &Balances) -> Vec<String> {
    let stands = |account| {
        let place = (budget.key.clone(), account);
        by_journal.get(&place).copied().unwrap_or(0)
    };
    let granted = stands(Account::Appropriation).saturating_neg();
    let promised = granted.saturating_sub(stands(Account::Available));
    [
        ("appropriated", budget.appropriated.fen(), granted),
        ("reserved", budget.reserved.fen(), promised),
    ]
    .into_iter()
    .filter(|(_, line, journal)| line != journal)
    .map(|(what, line, journal)| {
        format!(
            "{}: {what} {line} fen, journal {journal} fen",
            name(&budget.key)
        )
    })
    .collect()
}

fn name(key: &BudgetKey) -> String {
    format!("{}/{}/{}", key.policy, key.district, key.year)
}

fn read(row: EntryRow) -> Result<JournalEntry, StoreError> {
    let at = At {
        table: "journal",
        row: &row.id,
    };
    Ok(JournalEntry {
        id: at.parse("id", &row.id)?,
        at: at.time("at", row.at)?,
        movement: at.word("movement", Movement::parse, &row.movement)?,
        budget: at.budget(row.policy, &row.district, row.year)?,
        amount: at.money("amount", row.amount)?,
        reference: row.reference,
    })
}
