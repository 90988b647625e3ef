//! The desk's cases as officers work them: queue, look (written down), act on the version that was seen.

use std::collections::BTreeSet;

use crate::context::Context;
use crate::docket::{self, Said};
use crate::domain::audit::Access;
use crate::domain::calendar::CalendarError;
use crate::domain::desk::{Act, CaseFile, Deed, DeskCase, Officer, Relief, Why};
use crate::domain::id::{AccessId, CaseFileId, CaseId};
use crate::domain::person::Staff;
use crate::domain::time::Date;
use crate::error::StageError;
use crate::store::{CaseFilter, CaseLine, Tx};

use super::service::{GROUNDS_MAX, PURPOSE_MAX, must_review, text};

/// What an officer does, besides deciding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Takes the case: one that waits, or a colleague's as its supervisor.
    Take,
    /// Gives it to another officer; says why.
    HandOver {
        /// Subject of the other.
        officer: String,
    },
    /// Marks it as special; says why.
    MarkSpecial,
    /// 一次性告知: says everything that is missing, once.
    Ask {
        /// The criteria it is about.
        criteria: Vec<String>,
    },
    /// The applicant brought it to the counter.
    TakeIn,
    /// Writes something down.
    Note,
    /// Settles a finding; says on what ground.
    Settle {
        /// The criterion.
        criterion: String,
        /// What it rests on, where that was handed in.
        file: Option<CaseFileId>,
    },
    /// Opens a finding again.
    Unsettle {
        /// The criterion.
        criterion: String,
    },
    /// Offers to defer, or to declare.
    Offer {
        /// Which.
        relief: Relief,
        /// For which criteria.
        criteria: Vec<String>,
    },
    /// Says whether what was declared held, and how that was found out.
    Check {
        /// Whether it held.
        held: bool,
    },
    /// Out of scope: explains it, and hands it on.
    HandOn {
        /// To which office.
        to: String,
    },
    /// Takes a proposal off the table; says why.
    WithdrawProposal,
}

impl Step {
    /// Whether it goes without words.
    const fn is_silent(&self) -> bool {
        matches!(
            self,
            Self::Take | Self::TakeIn | Self::Unsettle { .. } | Self::Offer { .. }
        )
    }
}

/// Everything about one case.
#[derive(Debug, Clone)]
pub struct DeskView {
    /// The case.
    pub case: DeskCase,
    /// Its row in the queues: last day and card.
    pub line: CaseLine,
    /// Everything that has happened, with what was written.
    pub acts: Vec<Act>,
    /// What was handed in.
    pub files: Vec<CaseFile>,
    /// Its officer.
    pub officer: Option<Officer>,
}

/// The desk.
#[derive(Clone)]
pub struct CaseDesk {
    pub(super) ctx: Context,
}

impl CaseDesk {
    /// On this context.
    #[must_use]
    pub const fn new(ctx: Context) -> Self {
        Self { ctx }
    }

    /// A page of a queue; a district's staff see their own district. A supervisor's queue is one by card, or of what waits.
    ///
    /// # Errors
    /// `Forbidden` without the role, or for another district.
    pub async fn queue(
        &self,
        staff: &Staff,
        filter: CaseFilter,
    ) -> Result<Vec<CaseLine>, StageError> {
        must_review(staff)?;
        let filter = CaseFilter {
            district: staff.narrow(filter.district)?,
            ..filter
        };
        Ok(self.ctx.store.read().await?.queue(&filter).await?)
    }

    /// One case. The look is written down with its purpose before anything is shown.
    ///
    /// # Errors
    /// `NotFound` also for another district's; `Invalid` without a purpose.
    pub async fn show(
        &self,
        staff: &Staff,
        id: CaseId,
        purpose: &str,
    ) -> Result<DeskView, StageError> {
        must_review(staff)?;
        text("purpose", purpose, PURPOSE_MAX)?;
        let ctx = &self.ctx;
        let mut tx = ctx.store.write().await?;
        let case = theirs(&mut tx, staff, id).await?;
        tx.access(&Access {
            id: ctx.id(AccessId::new),
            at: ctx.now(),
            staff: staff.subject.subject.clone(),
            subject: id.to_string(),
            kind: "case".to_owned(),
            purpose: purpose.to_owned(),
        })
        .await?;
        tx.commit().await?;
        let mut tx = ctx.store.read().await?;
        let line = tx.case_line(id).await?;
        let officer = match &case.officer {
            Some(subject) => tx.officer(subject).await?,
            None => None,
        };
        Ok(DeskView {
            line: line.ok_or(StageError::not_found("case"))?,
            acts: tx.case_acts(id, 0).await?,
            files: tx.case_files(id).await?,
            officer,
            case,
        })
    }

    /// One step of an officer, on the version that was looked at.
    ///
    /// # Errors
    /// `CaseMoved` with what has happened since; `Step` and `Forbidden` for what may not be done; `Invalid` without words.
    pub async fn act(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        step: Step,
        words: &str,
    ) -> Result<DeskCase, StageError> {
        must_review(staff)?;
        if !step.is_silent() {
            text("words", words, GROUNDS_MAX)?;
        }
        let acted = self.try_act(staff, id, seen, step, words).await;
        self.told(id, seen, acted).await
    }

    async fn try_act(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        step: Step,
        words: &str,
    ) -> Result<DeskCase, StageError> {
        let mut tx = self.ctx.store.write().await?;
        let case = unmoved(theirs(&mut tx, staff, id).await?, seen)?;
        let deed = self.deed(&mut tx, staff, &case, step).await?;
        let said = if words.trim().is_empty() {
            Said::silently(deed)
        } else {
            Said::with(deed, words)
        };
        let doer = docket::doer(&mut tx, staff, &case).await?;
        let broken = said.deed == Deed::Checked { held: false };
        let after = docket::record(&self.ctx, &mut tx, &case, &doer, vec![said]).await?;
        if broken {
            self.recall_what_was_declared(&mut tx, &case).await?;
        }
        tx.commit().await?;
        self.ring(&after);
        Ok(after)
    }

    /// What was granted on a declaration that did not hold may have to come back: a case each.
    async fn recall_what_was_declared(
        &self,
        tx: &mut Tx,
        case: &DeskCase,
    ) -> Result<(), StageError> {
        let Some(id) = case.opening.about.application() else {
            return Ok(());
        };
        let application = tx.application(id).await?;
        let application = application.ok_or(StageError::not_found("application"))?;
        let because = Why::Declaration { case: case.id };
        docket::recall(&self.ctx, tx, &application, because).await
    }

    /// A step as what is done: days are reckoned, and who gets a case must be there for it.
    async fn deed(
        &self,
        tx: &mut Tx,
        staff: &Staff,
        case: &DeskCase,
        step: Step,
    ) -> Result<Deed, StageError> {
        let terms = &case.opening.rules.terms;
        Ok(match step {
            Step::Take => {
                let officer = staff.subject.subject.clone();
                match case.officer {
                    None => Deed::Assigned { officer },
                    Some(_) => Deed::HandedOver { officer },
                }
            }
            Step::HandOver { officer } => {
                self.must_be_there(tx, case, &officer).await?;
                match case.officer {
                    None => Deed::Assigned { officer },
                    Some(_) => Deed::HandedOver { officer },
                }
            }
            Step::MarkSpecial => Deed::MarkedSpecial,
            Step::Ask { criteria } => Deed::Asked {
                criteria,
                until: self.in_days(terms.supply_working_days)?,
            },
            Step::TakeIn => Deed::Supplied,
            Step::Note => Deed::Noted,
            Step::Settle { criterion, file } => {
                self.must_be_handed_in(tx, case, file).await?;
                Deed::Settled { criterion, file }
            }
            Step::Unsettle { criterion } => Deed::Unsettled { criterion },
            Step::Offer { relief, criteria } => Deed::Offered {
                relief,
                until: self.in_days(match relief {
                    Relief::Deferral => terms.deferral_working_days,
                    Relief::Declaration => terms.check_working_days,
                })?,
                criteria,
            },
            Step::Check { held } => Deed::Checked { held },
            Step::HandOn { to } => {
                text("to", &to, PURPOSE_MAX)?;
                Deed::HandedOn { to }
            }
            Step::WithdrawProposal => Deed::ProposalWithdrawn,
        })
    }

    fn in_days(&self, days: u32) -> Result<Date, CalendarError> {
        let today = self.ctx.now().china_date();
        self.ctx.calendar.add_working_days(today, days)
    }

    async fn must_be_there(
        &self,
        tx: &mut Tx,
        case: &DeskCase,
        officer: &str,
    ) -> Result<(), StageError> {
        let opening = &case.opening;
        let there = tx.candidates(opening.district, opening.applicant).await?;
        let fits = |one: &crate::domain::desk::Candidate| {
            one.officer.subject == officer && !one.conflict && !one.officer.away
        };
        if there.iter().any(fits) {
            return Ok(());
        }
        Err(StageError::Invalid {
            field: "officer",
            reason: "an officer in charge is needed, who is there and has no conflict of interest"
                .to_owned(),
        })
    }

    async fn must_be_handed_in(
        &self,
        tx: &mut Tx,
        case: &DeskCase,
        file: Option<CaseFileId>,
    ) -> Result<(), StageError> {
        let Some(file) = file else {
            return Ok(());
        };
        if tx
            .case_files(case.id)
            .await?
            .iter()
            .any(|one| one.id == file)
        {
            return Ok(());
        }
        Err(StageError::not_found("file"))
    }

    /// Whoever was overtaken is told by what; also where what overtook them makes the act impossible, such as a decision that another
    /// has made in the meantime.
    pub(super) async fn told<T>(
        &self,
        id: CaseId,
        seen: i64,
        done: Result<T, StageError>,
    ) -> Result<T, StageError> {
        let error = match done {
            Err(error) if error.lost_race() || is_of_state(&error) => error,
            other => return other,
        };
        let mut tx = self.ctx.store.read().await?;
        let mut since = tx.case_acts(id, seen).await?;
        if since.is_empty() {
            return Err(error);
        }
        for act in &mut since {
            act.words = None;
        }
        Err(StageError::CaseMoved { id, seen, since })
    }

    pub(super) fn ring(&self, case: &DeskCase) {
        if let Some(application) = case.opening.about.application() {
            self.ctx.bell.changed(application);
            self.ctx.bell.ring_notices();
        }
    }
}

/// Whether an act does not happen because of where something stands, which may be where it stands by now.
const fn is_of_state(error: &StageError) -> bool {
    matches!(
        error,
        StageError::NotInState { .. } | StageError::Transition(_) | StageError::Step(_)
    )
}

/// A case of their district; another's is as if it did not exist.
pub(super) async fn theirs(tx: &mut Tx, staff: &Staff, id: CaseId) -> Result<DeskCase, StageError> {
    let case = tx.desk_case(id).await?;
    case.filter(|case| case.is_seen_by(staff.district))
        .ok_or(StageError::not_found("case"))
}

/// The case, when it still is as it was seen.
pub(super) fn unmoved(case: DeskCase, seen: i64) -> Result<DeskCase, StageError> {
    if case.version == seen {
        Ok(case)
    } else {
        Err(StageError::Stale { what: "case" })
    }
}

/// Findings that a person has not settled and the applicant has not declared.
pub(super) fn unsettled(case: &DeskCase, open: &[String]) -> Vec<String> {
    let declared: BTreeSet<_> = case
        .declared
        .iter()
        .flat_map(|declared| &declared.criteria)
        .collect();
    open.iter()
        .filter(|criterion| !case.settled.contains(*criterion) && !declared.contains(criterion))
        .cloned()
        .collect()
}
