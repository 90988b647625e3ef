//! Who may do what: the officer their work, a second person their agreement, a supervisor what concerns the desk, an applicant what
//! was asked of them; and nobody anything about a case of their own.

use super::act::{Act, Deed, Who};
use super::state::{DeskCase, StepError};
use crate::domain::calendar::{CalendarError, WorkingCalendar};
use crate::domain::district::DistrictCode;
use crate::domain::id::ApplicantId;

/// Somebody who is about to act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doer {
    /// Who.
    pub who: Who,
    /// Staff only: whether they supervise.
    pub supervises: bool,
    /// Staff only: their district; none at city level.
    pub district: Option<DistrictCode>,
    /// Staff only: who they are as an applicant, where they are known as one.
    pub person: Option<ApplicantId>,
    /// Staff only: whether they declared a conflict with this case's applicant.
    pub conflict: bool,
}

impl Doer {
    /// The program itself.
    #[must_use]
    pub const fn machine() -> Self {
        Self::plain(Who::Machine)
    }

    /// An applicant.
    #[must_use]
    pub const fn applicant(id: ApplicantId) -> Self {
        Self::plain(Who::Applicant(id))
    }

    const fn plain(who: Who) -> Self {
        Self {
            who,
            supervises: false,
            district: None,
            person: None,
            conflict: false,
        }
    }
}

/// Why somebody may not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MayNot {
    /// Not theirs to see, or not there.
    #[error("there is no such case")]
    NotTheirs,
    /// Their own case.
    #[error("nobody handles a case of their own")]
    Own,
    /// They declared a conflict of interest.
    #[error("a conflict of interest was declared")]
    Conflict,
    /// The officer's to do.
    #[error("only its officer does this")]
    OfficerOnly,
    /// A supervisor's to do.
    #[error("only a supervisor does this")]
    SupervisorOnly,
    /// The machine's, or the applicant's, to do.
    #[error("this is not for staff to do")]
    NotForStaff,
}

/// Why an act does not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// Not theirs to do.
    #[error(transparent)]
    MayNot(#[from] MayNot),
    /// Not where the case stands.
    #[error(transparent)]
    Step(#[from] StepError),
    /// What is overdue is not made special: the longer time limit is no way around a card.
    #[error("the last day is over")]
    Overdue,
    /// The calendar does not reach.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl DeskCase {
    /// The case after an act of somebody's, if it may happen.
    ///
    /// # Errors
    /// See [`NotDone`]; the case is as it was.
    pub fn attempt(
        &self,
        doer: &Doer,
        act: &Act,
        calendar: &WorkingCalendar,
    ) -> Result<Self, NotDone> {
        self.may(doer, &act.deed)?;
        if act.deed == Deed::MarkedSpecial {
            let due = self.clock.due(calendar)?;
            if due.is_some_and(|due| due < act.at.china_date()) {
                return Err(NotDone::Overdue);
            }
        }
        let mut next = self.clone();
        next.apply(act)?;
        Ok(next)
    }

    /// Whether somebody may do a thing, whatever the case's stage.
    ///
    /// # Errors
    /// See [`MayNot`].
    pub fn may(&self, doer: &Doer, deed: &Deed) -> Result<(), MayNot> {
        match &doer.who {
            Who::Machine => Ok(()),
            Who::Public => Err(MayNot::NotTheirs),
            Who::Applicant(id) if self.opening.applicant != Some(*id) => Err(MayNot::NotTheirs),
            Who::Applicant(_) => match deed {
                Deed::Supplied | Deed::HandedIn | Deed::Taken | Deed::Withdrawn => Ok(()),
                _ => Err(MayNot::NotTheirs),
            },
            Who::Staff(subject) => self.staff_may(doer, subject, deed),
        }
    }

    /// Whether the case is there at all for a member of staff.
    #[must_use]
    pub fn is_seen_by(&self, district: Option<DistrictCode>) -> bool {
        district.is_none() || district == self.opening.district
    }

    /// Nobody has a hand in their own case, or in one of somebody they declared a conflict with.
    ///
    /// # Errors
    /// [`MayNot::Own`] and [`MayNot::Conflict`].
    pub fn may_take_part(&self, doer: &Doer) -> Result<(), MayNot> {
        if doer.person.is_some() && doer.person == self.opening.applicant {
            return Err(MayNot::Own);
        }
        if doer.conflict {
            return Err(MayNot::Conflict);
        }
        Ok(())
    }

    fn staff_may(&self, doer: &Doer, subject: &str, deed: &Deed) -> Result<(), MayNot> {
        if !self.is_seen_by(doer.district) {
            return Err(MayNot::NotTheirs);
        }
        match self.may_take_part(doer) {
            // Whoever has a conflict may still give the case away.
            Err(MayNot::Conflict) if matches!(deed, Deed::HandedOver { .. }) => {}
            other => other?,
        }
        let officer = self.officer.as_deref() == Some(subject);
        match deed {
            Deed::Asked { .. }
            | Deed::Noted
            | Deed::Settled { .. }
            | Deed::Unsettled { .. }
            | Deed::Offered { .. }
            | Deed::Proposed { .. }
            | Deed::Checked { .. }
            | Deed::Looked { .. }
            | Deed::RecoveryDecided { .. }
            | Deed::HandedOn { .. }
                if !officer =>
            {
                Err(MayNot::OfficerOnly)
            }
            Deed::HandedOver { .. } | Deed::MarkedSpecial | Deed::ProposalWithdrawn
                if !officer && !doer.supervises =>
            {
                Err(MayNot::OfficerOnly)
            }
            // Whoever is in charge takes what waits, for themselves; a supervisor also for others.
            Deed::Assigned { officer } if officer != subject && !doer.supervises => {
                Err(MayNot::SupervisorOnly)
            }
            Deed::Reopened if !doer.supervises => Err(MayNot::SupervisorOnly),
            Deed::Opened(_)
            | Deed::HandedIn
            | Deed::Taken
            | Deed::SupplyOver
            | Deed::Lapsed
            | Deed::Withdrawn
            | Deed::Reminded { .. }
            | Deed::Carded { .. }
            | Deed::Escalated => Err(MayNot::NotForStaff),
            _ => Ok(()),
        }
    }
}
