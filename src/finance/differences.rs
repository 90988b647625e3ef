//! Differences: found by matching a day, explained by a later statement, taken over and closed by people.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::service::{Finance, actor, must_be_finance};
use super::terms::Terms;
use crate::context::Context;
use crate::domain::district::DistrictCode;
use crate::domain::id::{FinanceCaseId, StatementId};
use crate::domain::payment::InstructionState;
use crate::domain::person::Staff;
use crate::domain::statement::{
    Difference, DifferenceKey, DifferenceKind, FinanceCase, FinanceCaseState, GROUNDS_CHARS_MAX,
    Side, Statement,
};
use crate::domain::time::{Date, days_since_1970};
use crate::error::StageError;
use crate::statement::matching::{Counted, Covered, Ours, Standing, Told, compare};
use crate::store::Tx;
use crate::store::differences::{DayTotals, DifferenceFilter};
use crate::store::statements::{KeptLine, OwnPayment};

/// References matched at once.
const PAGE: u32 = 500;
/// Days around a day on which something may have been told of completely.
const AROUND_DAYS: i64 = 400;
/// Most differences listed at once.
pub const PAGE_MAX: u32 = 200;

/// A difference beside what everybody says of its payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideBySide {
    /// The difference.
    pub case: FinanceCase,
    /// Ours, when the payment is ours.
    pub ours: Option<OwnPayment>,
    /// What the treasury tells.
    pub treasury: Vec<KeptLine>,
    /// What the bank tells.
    pub bank: Vec<KeptLine>,
}

impl Finance {
    /// Differences; a district's finance staff see those of their district's payments.
    ///
    /// # Errors
    /// `Forbidden` without the role, and for another district.
    pub async fn differences(
        &self,
        staff: &Staff,
        filter: DifferenceFilter,
    ) -> Result<Vec<FinanceCase>, StageError> {
        must_be_finance(staff)?;
        let filter = DifferenceFilter {
            district: staff.narrow(filter.district)?,
            limit: filter.limit.min(PAGE_MAX + 1),
            ..filter
        };
        Ok(self
            .context()
            .store
            .read()
            .await?
            .differences(&filter)
            .await?)
    }

    /// The differences that were found with a statement.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn differences_found_by(
        &self,
        staff: &Staff,
        statement: StatementId,
    ) -> Result<Vec<FinanceCase>, StageError> {
        must_be_finance(staff)?;
        let mut tx = self.context().store.read().await?;
        let mut found = tx.differences_found_by(statement, None, PAGE_MAX).await?;
        found.retain(|case| staff.covers(case.district.as_ref()));
        Ok(found)
    }

    /// One difference with all three sides. Accounts are masked.
    ///
    /// # Errors
    /// `NotFound` also for another district's.
    pub async fn difference(
        &self,
        staff: &Staff,
        id: FinanceCaseId,
    ) -> Result<SideBySide, StageError> {
        let case = self.own_case(staff, id).await?;
        let mut tx = self.context().store.read().await?;
        let reference = case.difference.key.reference.clone();
        let references = [reference];
        let ours = tx.own_payments(&references).await?.into_values().next();
        let lines = tx.lines_of(&references).await?.into_values().next();
        let of = |side: Side| {
            let lines = lines.iter().flatten().filter(|line| line.side == side);
            lines.cloned().collect()
        };
        Ok(SideBySide {
            ours,
            treasury: of(Side::Treasury),
            bank: of(Side::Bank),
            case,
        })
    }

    async fn own_case(&self, staff: &Staff, id: FinanceCaseId) -> Result<FinanceCase, StageError> {
        must_be_finance(staff)?;
        let case = self.context().store.read().await?.difference(id).await?;
        case.filter(|case| staff.covers(case.district.as_ref()))
            .ok_or(StageError::not_found("difference"))
    }

    /// Whoever calls sees to it from now on.
    ///
    /// # Errors
    /// `NotInState` unless it is open; `Stale` when it has changed since `seen`.
    pub async fn take_difference(
        &self,
        staff: &Staff,
        id: FinanceCaseId,
        seen: i64,
    ) -> Result<FinanceCase, StageError> {
        let case = as_seen(self.own_case(staff, id).await?, seen)?;
        let ctx = self.context();
        let subject = &staff.subject.subject;
        let mut tx = ctx.store.write().await?;
        tx.take_difference(&case, subject).await?;
        let detail = json!({ "from": case.owner });
        self.acted(&mut tx, staff, "difference.taken", id, detail)
            .await?;
        self.after(tx, id).await
    }

    /// Closes it with grounds.
    ///
    /// # Errors
    /// `Invalid` without grounds; `NotInState` unless it is open; `Stale` when it has changed since `seen`.
    pub async fn close_difference(
        &self,
        staff: &Staff,
        id: FinanceCaseId,
        seen: i64,
        grounds: &str,
    ) -> Result<FinanceCase, StageError> {
        let case = self.own_case(staff, id).await?;
        let grounds = grounds.trim();
        if grounds.is_empty() || grounds.chars().count() > GROUNDS_CHARS_MAX {
            return Err(StageError::Invalid {
                field: "grounds",
                reason: format!("grounds of 1 to {GROUNDS_CHARS_MAX} characters are wanted"),
            });
        }
        let case = as_seen(case, seen)?;
        let ctx = self.context();
        let mut tx = ctx.store.write().await?;
        let by = &staff.subject.subject;
        tx.close_difference(&case, by, grounds, ctx.now()).await?;
        let detail = json!({ "kind": case.difference.key.kind, "side": case.difference.key.side });
        self.acted(&mut tx, staff, "difference.closed", id, detail)
            .await?;
        self.after(tx, id).await
    }

    async fn acted(
        &self,
        tx: &mut Tx,
        staff: &Staff,
        act: &'static str,
        id: FinanceCaseId,
        detail: serde_json::Value,
    ) -> Result<(), StageError> {
        let ctx = self.context();
        Ok(ctx
            .audit(tx, actor(staff), act, id.to_string(), detail)
            .await?)
    }

    async fn after(&self, mut tx: Tx, id: FinanceCaseId) -> Result<FinanceCase, StageError> {
        let case = tx.difference(id).await?;
        tx.commit().await?;
        case.ok_or_else(|| StageError::corrupt("a difference vanished"))
    }

    /// A day in figures: ours, the treasury's and the bank's. What is told of by notifications alone does not count for the bank; its
    /// statements do. A district's finance staff see their district's part.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn day_totals(&self, staff: &Staff, day: Date) -> Result<DayTotals, StageError> {
        must_be_finance(staff)?;
        let district = staff.narrow(None)?;
        Ok(self
            .context()
            .store
            .read()
            .await?
            .day_totals(day, district)
            .await?)
    }
}

fn as_seen(case: FinanceCase, seen: i64) -> Result<FinanceCase, StageError> {
    if case.version != seen {
        return Err(StageError::Stale { what: "difference" });
    }
    match case.state {
        FinanceCaseState::Open => Ok(case),
        other => Err(StageError::NotInState {
            what: "difference",
            state: other.as_str(),
        }),
    }
}

/// Matches anew after a statement has come in: opens what differs, ends what does not any more.
pub(super) struct Rematch<'c> {
    ctx: &'c Context,
    terms: Terms,
    statement: &'c Statement,
    owner: Option<String>,
    matched: BTreeSet<String>,
    counted: Counted,
    opened: u64,
    explained: u64,
}

impl<'c> Rematch<'c> {
    pub(super) const fn new(
        ctx: &'c Context,
        terms: Terms,
        statement: &'c Statement,
        owner: Option<String>,
    ) -> Self {
        Self {
            ctx,
            terms,
            statement,
            owner,
            matched: BTreeSet::new(),
            counted: Counted {
                matched: 0,
                returned: 0,
                open: 0,
                differ: 0,
            },
            opened: 0,
            explained: 0,
        }
    }

    pub(super) fn done(self) -> (Counted, u64, u64) {
        (self.counted, self.opened, self.explained)
    }

    /// Its own totals, and its lines that cannot be read, are differences too.
    pub(super) async fn of_the_statement_itself(&mut self) -> Result<(), StageError> {
        let statement = self.statement;
        let found = [
            (DifferenceKind::Totals, !statement.wrong_totals.is_empty()),
            (DifferenceKind::Unreadable, statement.bad_count > 0),
        ];
        let day = statement
            .days
            .map_or_else(|| statement.imported_at.china_date(), |(_, last)| last);
        let mut tx = self.ctx.store.write().await?;
        for (kind, _) in found.into_iter().filter(|(_, found)| *found) {
            let key = DifferenceKey {
                kind,
                side: statement.kind.side(),
                reference: statement.id.to_string(),
                what: None,
            };
            let difference = Difference {
                key,
                day,
                ours: None,
                theirs: None,
            };
            self.open(&mut tx, difference, None).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Everything that a day is about.
    pub(super) async fn day(&mut self, day: Date) -> Result<(), StageError> {
        let mut after = String::new();
        loop {
            let mut tx = self.ctx.store.read().await?;
            let page = tx.references_of_day(day, &after, PAGE).await?;
            drop(tx);
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(last);
            self.references(page).await?;
        }
    }

    /// What differed before, whatever its day: our own news may have come since.
    pub(super) async fn what_is_open(&mut self) -> Result<(), StageError> {
        let mut after = String::new();
        loop {
            let mut tx = self.ctx.store.read().await?;
            let page = tx.open_references(&after, PAGE).await?;
            drop(tx);
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(last);
            let own = |reference: &String| reference.parse::<StatementId>().is_err();
            self.references(page.into_iter().filter(own).collect())
                .await?;
        }
    }

    /// Compares and writes down in one transaction, so that what is compared is what is there.
    async fn references(&mut self, mut page: Vec<String>) -> Result<(), StageError> {
        page.retain(|reference| !self.matched.contains(reference));
        let mut tx = self.ctx.store.write().await?;
        let ours = tx.own_payments(&page).await?;
        let told = tx.lines_of(&page).await?;
        let covered = covered(&mut tx, &ours).await?;
        let mut found: BTreeMap<DifferenceKey, Difference> = BTreeMap::new();
        for reference in &page {
            let own = ours.get(reference).map(standing);
            let lines: Vec<Told<String>> = told
                .get(reference)
                .into_iter()
                .flatten()
                .map(line)
                .collect();
            let (outcome, differences) = compare(reference, own.as_ref(), &lines, &covered);
            self.counted.add(outcome);
            found.extend(differences.into_iter().map(|one| (one.key.clone(), one)));
        }
        for case in tx.open_differences_of(&page).await? {
            if !found.contains_key(&case.difference.key) {
                let lines = told.get(&case.difference.key.reference);
                self.explain(&mut tx, &case, lines.map_or(&[], Vec::as_slice))
                    .await?;
            }
        }
        for (key, difference) in found {
            let district = ours.get(&key.reference).map(|own| own.district);
            self.open(&mut tx, difference, district).await?;
        }
        tx.commit().await?;
        self.matched.extend(page);
        Ok(())
    }

    async fn open(
        &mut self,
        tx: &mut Tx,
        difference: Difference,
        district: Option<DistrictCode>,
    ) -> Result<(), StageError> {
        let ctx = self.ctx;
        let now = ctx.now();
        let case = FinanceCase {
            id: ctx.id(FinanceCaseId::new),
            difference,
            district,
            found_by: self.statement.id,
            owner: self.owner.clone(),
            due_on: ctx
                .calendar
                .add_working_days(now.china_date(), self.terms.difference_working_days)?,
            state: FinanceCaseState::Open,
            opened_at: now,
            version: 1,
            closed_at: None,
            closed_by: None,
            grounds: None,
            explained_by: None,
        };
        self.opened += u64::from(tx.open_difference(&case).await?);
        Ok(())
    }

    /// By this statement when it is one of those that tell of the payment; else our own news have come.
    async fn explain(
        &mut self,
        tx: &mut Tx,
        case: &FinanceCase,
        lines: &[KeptLine],
    ) -> Result<(), StageError> {
        let tells = lines.iter().any(|line| line.statement == self.statement.id);
        let by = tells.then_some(self.statement.id);
        tx.explain_difference(case, by, self.ctx.now()).await?;
        self.explained += 1;
        Ok(())
    }
}

/// Which side has told everything of the days on which these payments ended.
async fn covered(tx: &mut Tx, ours: &BTreeMap<String, OwnPayment>) -> Result<Covered, StageError> {
    let days = || {
        ours.values()
            .flat_map(|own| [own.settled, own.returned])
            .flatten()
    };
    let (Some(first), Some(last)) = (days().min(), days().max()) else {
        return Ok(Covered::new());
    };
    let wide = days_since_1970(last) - days_since_1970(first) > AROUND_DAYS;
    if wide {
        // A page that spans years is asked day by day.
        let mut all = Covered::new();
        for day in days().collect::<BTreeSet<_>>() {
            all.extend(tx.covered_days(day, day).await?);
        }
        return Ok(all);
    }
    Ok(tx.covered_days(first, last).await?)
}

fn standing(own: &OwnPayment) -> Ours<String> {
    Ours {
        amount: own.amount,
        account: own.account.clone(),
        standing: Standing::Booked {
            settled: own.settled,
            returned: own.returned,
            rejected: own.state == InstructionState::Rejected,
        },
    }
}

fn line(kept: &KeptLine) -> Told<String> {
    Told {
        side: kept.side,
        what: kept.what,
        amount: kept.amount,
        account: kept.account.clone(),
        day: kept.day,
        serial: kept.serial.clone(),
        occurrence: kept.occurrence,
    }
}
