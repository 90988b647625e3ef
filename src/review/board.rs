//! 督办台: what a supervisor looks at first, read in one go.

use std::collections::HashSet;

use crate::domain::causes::{READ_MAX, Scope};
use crate::domain::desk::{Card, Ending, Freeze, StageName};
use crate::domain::person::Staff;
use crate::domain::rating::Grades;
use crate::domain::time::YearMonth;
use crate::error::StageError;
use crate::store::{CaseFilter, CaseLine};

use super::CaseDesk;
use super::causes::bounds;
use super::service::must_review;
use super::staffing::Roster;

/// Cases of one kind that are shown; whoever has more has other worries than the next page.
const SHOWN_MAX: u32 = 50;

/// Why a case wants a supervisor's eye. The first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// 红牌: the supervisor was told.
    Red,
    /// 黄牌: the last day is over.
    Yellow,
    /// What was declared has not been checked in time.
    CheckOverdue,
    /// Nobody is there for it.
    Waiting,
    /// Today is the last day, or it is over and nobody has noted it yet.
    DueToday,
}

/// What is to be seen at a glance.
#[derive(Debug, Clone)]
pub struct Board {
    /// Cases that want an eye, the most urgent first, each once.
    pub attention: Vec<(Why, CaseLine)>,
    /// Everybody known at the desk.
    pub roster: Vec<Roster>,
    /// Freezes in force.
    pub freezes: Vec<Freeze>,
    /// How cases ended, of the whole city.
    pub endings: Vec<(String, Ending, i64)>,
    /// Reports that have not ended, of the whole city.
    pub reports_open: i64,
    /// 好差评 of this month, of the district whose staff look.
    pub grades: Grades,
}

impl CaseDesk {
    /// The board of a supervisor, or of a reviewer, who looks on; a district's staff see their own district.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn board(&self, staff: &Staff) -> Result<Board, StageError> {
        must_review(staff)?;
        let reports_open = self.ctx.store.read().await?.count_open_reports().await?;
        Ok(Board {
            attention: self.attention(staff).await?,
            roster: self.roster(staff).await?,
            freezes: self.freezes(staff).await?,
            endings: self.endings(staff).await?,
            reports_open,
            grades: self.grades(staff).await?,
        })
    }

    async fn grades(&self, staff: &Staff) -> Result<Grades, StageError> {
        let scope = Scope {
            month: YearMonth::from_date(self.ctx.now().china_date()),
            policy: None,
            district: staff.narrow(None)?,
        };
        let mut tx = self.ctx.store.read().await?;
        let rated = tx.rated(&scope, bounds(scope.month), READ_MAX).await?;
        Ok(Grades::of(&rated))
    }

    async fn attention(&self, staff: &Staff) -> Result<Vec<(Why, CaseLine)>, StageError> {
        let today = self.ctx.now().china_date();
        let all = || CaseFilter {
            limit: SHOWN_MAX,
            ..CaseFilter::default()
        };
        let asked = [
            (
                Why::Red,
                CaseFilter {
                    card: Some(Card::Red),
                    ..all()
                },
            ),
            (
                Why::Yellow,
                CaseFilter {
                    card: Some(Card::Yellow),
                    ..all()
                },
            ),
            (
                Why::CheckOverdue,
                CaseFilter {
                    stage: Some(StageName::Checking),
                    due_until: today.yesterday().ok(),
                    ..all()
                },
            ),
            (
                Why::Waiting,
                CaseFilter {
                    stage: Some(StageName::Waiting),
                    ..all()
                },
            ),
            (
                Why::DueToday,
                CaseFilter {
                    card: Some(Card::None),
                    due_until: Some(today),
                    ..all()
                },
            ),
        ];
        let (mut seen, mut attention) = (HashSet::new(), Vec::new());
        for (why, filter) in asked {
            for line in self.queue(staff, filter).await? {
                if seen.insert(line.id) {
                    attention.push((why, line));
                }
            }
        }
        Ok(attention)
    }
}
