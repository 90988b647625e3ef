//! 原因分析: the month's analysis, for reviewers of their district and for supervisors of every one.
//!
//! Made when somebody looks, from the shared database, and kept for a minute; a month of the trend that is over is kept for good, for
//! what was referred in it stays so.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::context::Context;
use crate::domain::calendar::WorkingCalendar;
use crate::domain::causes::{
    Analysis, Employer, Ended, READ_MAX, Referral, Scope, StageTimes, TREND_MONTHS, Tally, What,
};
use crate::domain::form::RowValue;
use crate::domain::id::ApplicationId;
use crate::domain::person::Staff;
use crate::domain::policy::document::FormSource;
use crate::domain::policy::{Policy, PolicyBook};
use crate::domain::rating::Grades;
use crate::domain::time::{Timestamp, YearMonth};
use crate::error::StageError;
use crate::ports::Clock;
use crate::store::{Place, Store, Tx};

use super::service::must_review;

/// Rows read at once.
const PAGE: u32 = 500;
/// How long an analysis is shown before it is made anew.
const FRESH_MS: i64 = 60_000;
/// Analyses, and months of trends, that are kept.
const KEPT_MAX: usize = 256;
/// The fact that holds an employer's name in every policy document that asks for it.
const EMPLOYER_NAME: &str = "employer_name";
/// Leading reasons whose trend is told.
pub const LEADING: usize = 3;

/// The analysis of causes.
#[derive(Clone)]
pub struct CauseDesk {
    store: Store,
    policies: Arc<PolicyBook>,
    calendar: Arc<WorkingCalendar>,
    clock: Arc<dyn Clock>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    analyses: HashMap<Scope, Arc<Analysis>>,
    /// Months that are over.
    months: HashMap<Scope, Arc<Month>>,
}

/// A month as far as a trend needs it.
struct Month {
    referrals: usize,
    reasons: Vec<(What, usize)>,
}

impl Month {
    fn of(tally: &Tally) -> Self {
        let reasons = tally.reasons.iter();
        Self {
            referrals: tally.referrals,
            reasons: reasons
                .map(|line| (line.what.clone(), line.count))
                .collect(),
        }
    }

    fn count_of(&self, what: &What) -> usize {
        let found = self.reasons.iter().find(|(one, _)| one == what);
        found.map_or(0, |(_, count)| *count)
    }
}

impl CauseDesk {
    /// On this context.
    #[must_use]
    pub fn new(ctx: &Context) -> Self {
        Self::over(
            ctx.store.clone(),
            Arc::clone(&ctx.policies),
            Arc::clone(&ctx.calendar),
            Arc::clone(&ctx.world.clock),
        )
    }

    /// On what it needs and nothing else, for whoever only looks.
    #[must_use]
    pub fn over(
        store: Store,
        policies: Arc<PolicyBook>,
        calendar: Arc<WorkingCalendar>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            policies,
            calendar,
            clock,
            kept: Arc::default(),
        }
    }

    /// The analysis of a month, at most a minute old; a district's staff see their own district.
    ///
    /// # Errors
    /// `Forbidden` without the role, or for another district.
    pub async fn analysis(&self, staff: &Staff, scope: Scope) -> Result<Arc<Analysis>, StageError> {
        must_review(staff)?;
        let district = staff.narrow(scope.district)?;
        self.of(Scope { district, ..scope }).await
    }

    /// The same for whoever has the data before them. Whoever comes while it is made waits for the same one.
    ///
    /// # Errors
    /// Of the store.
    pub async fn of(&self, scope: Scope) -> Result<Arc<Analysis>, StageError> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        if let Some(made) = kept.analyses.get(&scope) {
            let age_ms = now.millis_since(made.made_at);
            if (0..FRESH_MS).contains(&age_ms) {
                return Ok(Arc::clone(made));
            }
        }
        let analysis = Arc::new(self.make(&mut kept, &scope, now).await?);
        if kept.analyses.len() >= KEPT_MAX {
            kept.analyses.clear();
        }
        kept.analyses.insert(scope, Arc::clone(&analysis));
        Ok(analysis)
    }

    async fn make(
        &self,
        kept: &mut Kept,
        scope: &Scope,
        now: Timestamp,
    ) -> Result<Analysis, StageError> {
        let mut tx = self.store.read().await?;
        let (from, until) = bounds(scope.month);
        let (referrals, more) = self.referrals(&mut tx, scope).await?;
        let asked = tx.asked(from, until).await?;
        let mut tally = Tally::of(&referrals, &asked);
        self.name_employers(&mut tx, &mut tally).await?;
        let (ended, more_ended) = self.ended(&mut tx, scope).await?;
        let rated = tx.rated(scope, (from, until), READ_MAX).await?;
        let trend = self.trend(&mut tx, kept, scope, &tally, now).await?;
        Ok(Analysis {
            scope: scope.clone(),
            made_at: now,
            is_cut: more || more_ended,
            trend,
            times: StageTimes::of(&ended),
            grades: Grades::of(&rated),
            tally,
        })
    }

    /// A month's referrals, and whether there are more than are read.
    async fn referrals(
        &self,
        tx: &mut Tx,
        scope: &Scope,
    ) -> Result<(Vec<Referral>, bool), StageError> {
        let (from, until) = bounds(scope.month);
        let (mut all, mut at) = (Vec::new(), Some(Place::before(from)));
        while let Some(after) = at {
            let book = &self.policies;
            let (page, next) = tx.referrals(scope, &after, until, PAGE, book).await?;
            all.extend(page);
            at = next;
            if at.is_some() && is_enough(all.len()) {
                return Ok((all, true));
            }
        }
        Ok((all, false))
    }

    async fn ended(&self, tx: &mut Tx, scope: &Scope) -> Result<(Vec<Ended>, bool), StageError> {
        let (from, until) = bounds(scope.month);
        let (mut all, mut at) = (Vec::new(), Some(Place::before(from)));
        while let Some(after) = at {
            let calendar = &self.calendar;
            let (page, next) = tx.ended_cases(scope, &after, until, PAGE, calendar).await?;
            all.extend(page);
            at = next;
            if at.is_some() && is_enough(all.len()) {
                return Ok((all, true));
            }
        }
        Ok((all, false))
    }

    /// The months up to this one, the oldest first.
    async fn trend(
        &self,
        tx: &mut Tx,
        kept: &mut Kept,
        scope: &Scope,
        tally: &Tally,
        now: Timestamp,
    ) -> Result<Vec<(YearMonth, usize, Vec<usize>)>, StageError> {
        let leading: Vec<&What> = tally
            .reasons
            .iter()
            .take(LEADING)
            .map(|line| &line.what)
            .collect();
        let mut trend = Vec::new();
        for ago in (1..TREND_MONTHS).rev() {
            let earlier = Scope {
                month: scope.month.plus_months(-ago),
                ..scope.clone()
            };
            let month = self.month(tx, kept, earlier.clone(), now).await?;
            let counts = leading.iter().map(|what| month.count_of(what)).collect();
            trend.push((earlier.month, month.referrals, counts));
        }
        let counts = leading.iter().map(|what| tally.count_of(what)).collect();
        trend.push((scope.month, tally.referrals, counts));
        Ok(trend)
    }

    async fn month(
        &self,
        tx: &mut Tx,
        kept: &mut Kept,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Arc<Month>, StageError> {
        if let Some(month) = kept.months.get(&scope) {
            return Ok(Arc::clone(month));
        }
        let (referrals, _) = self.referrals(tx, &scope).await?;
        let month = Arc::new(Month::of(&Tally::of(&referrals, &[])));
        if bounds(scope.month).1 <= now {
            if kept.months.len() >= KEPT_MAX {
                kept.months.clear();
            }
            kept.months.insert(scope, Arc::clone(&month));
        }
        Ok(month)
    }

    /// Employers by the name that one of their people's forms has. A form is opened for each of the few that are named, and nothing but
    /// the employer is read of it.
    async fn name_employers(&self, tx: &mut Tx, tally: &mut Tally) -> Result<(), StageError> {
        for line in &mut tally.employers {
            if let Employer::One { name, form_of } = &mut line.key {
                *name = self.employer(tx, *form_of).await?;
            }
        }
        Ok(())
    }

    async fn employer(&self, tx: &mut Tx, id: ApplicationId) -> Result<Option<String>, StageError> {
        let Some(application) = tx.application(id).await? else {
            return Ok(None);
        };
        let Some(policy) = self.policies.by_hash(application.policy.hash) else {
            return Ok(None);
        };
        let Some(snapshot) = tx.latest_snapshot(id).await? else {
            return Ok(None);
        };
        let rows = snapshot.rows.reveal().iter();
        let named: Vec<&str> = rows
            .filter(|row| is_of_employer(&policy, &row.field))
            .filter_map(|row| match &row.value {
                RowValue::Filled { value, .. } => Some(value.as_str()),
                _ => None,
            })
            .collect();
        Ok((!named.is_empty()).then(|| named.join(" · ")))
    }
}

/// Whether a row of the form says who the employer is: by name, or by what the policy compares employers by.
fn is_of_employer(policy: &Policy, field: &str) -> bool {
    let compared = policy.service().breaker.employer.as_deref();
    let mut rows = policy.form().iter();
    rows.any(|row| {
        let FormSource::Fact(fact) = &row.from else {
            return false;
        };
        row.id == field && (fact == EMPLOYER_NAME || Some(fact.as_str()) == compared)
    })
}

fn is_enough(read: usize) -> bool {
    usize::try_from(READ_MAX).is_ok_and(|most| read >= most)
}

/// From the first moment of a month in China to the first after it.
pub(super) fn bounds(month: YearMonth) -> (Timestamp, Timestamp) {
    let first = |month: YearMonth| Timestamp::start_of_china_day(month.first_day());
    (first(month), first(month.plus_months(1)))
}
