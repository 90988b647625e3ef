//! 服务跟踪卡: what the applicant sees of their case. Number, officer, what is missing, what comes next.

use super::act::{Act, Deed, Ending};
use super::assign::Officer;
use super::state::{DeskCase, Stage};
use crate::domain::id::CaseId;
use crate::domain::person::Private;
use crate::domain::recovery::Receivable;
use crate::domain::time::{Date, Timestamp};

/// What comes next, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// An officer is found.
    AnOfficer,
    /// The officer works on it.
    TheOfficer {
        /// Last day.
        due: Option<Date>,
    },
    /// The applicant supplies what they were asked for.
    YouSupply {
        /// Last day.
        until: Date,
        /// Whether the case ends when that passes: it does after a deferral.
        ends: bool,
    },
    /// A second person looks at it.
    ASecondPerson,
    /// What was declared is checked.
    ACheck {
        /// Last day.
        until: Date,
    },
    /// Nothing: it has ended.
    Nothing {
        /// How.
        ending: Ending,
    },
}

/// The tracking card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackingCard {
    /// The number of the case.
    pub number: CaseId,
    /// Name and contact of the officer.
    pub officer: Option<(String, String)>,
    /// Criteria of which something is missing.
    pub missing: Vec<String>,
    /// What is missing, in the officer's words, while it is.
    pub notice: Option<Private<String>>,
    /// Why what was paid has to come back, on what legal basis, and what they can do about it: in the words of the decision.
    pub claimed: Option<Private<String>>,
    /// What is to come back, once that was decided; whoever makes the card looks it up.
    pub owed: Option<Receivable>,
    /// What they may take instead of supplying a document now.
    pub offered: Option<super::Offer>,
    /// What comes next.
    pub next: Next,
    /// What has happened that concerns the applicant, oldest first.
    pub so_far: Vec<(Timestamp, &'static str)>,
}

/// The card of a case with all of its acts; `due` is its last day, where one is known.
#[must_use]
pub fn tracking(
    case: &DeskCase,
    acts: &[Act],
    officer: Option<&Officer>,
    due: Option<Date>,
) -> TrackingCard {
    let asked = matches!(case.stage, Stage::Asked { .. });
    let notice = acts
        .iter()
        .rev()
        .find(|act| matches!(act.deed, Deed::Asked { .. }))
        .filter(|_| asked);
    let mut missing = match notice.map(|act| &act.deed) {
        Some(Deed::Asked { criteria, .. }) => criteria.clone(),
        _ => Vec::new(),
    };
    missing.extend(
        case.deferral
            .iter()
            .flat_map(|deferral| deferral.criteria.clone()),
    );
    TrackingCard {
        number: case.id,
        officer: officer.map(|officer| (officer.name.clone(), officer.contact.clone())),
        missing,
        notice: notice.and_then(|act| act.words.clone()),
        claimed: acts
            .iter()
            .rev()
            .find(|act| matches!(act.deed, Deed::RecoveryDecided { recover: true }))
            .and_then(|act| act.words.clone()),
        owed: None,
        offered: case.offer.clone(),
        next: next(case, due),
        so_far: acts
            .iter()
            .filter(|act| concerns_applicant(&act.deed))
            .map(|act| (act.at, act.deed.as_str()))
            .collect(),
    }
}

fn next(case: &DeskCase, due: Option<Date>) -> Next {
    match &case.stage {
        Stage::Waiting => Next::AnOfficer,
        Stage::Asked { until } => Next::YouSupply {
            until: *until,
            ends: false,
        },
        Stage::Working => match &case.deferral {
            Some(deferral) => Next::YouSupply {
                until: deferral.until,
                ends: true,
            },
            None => Next::TheOfficer { due },
        },
        Stage::Proposed(_) => Next::ASecondPerson,
        Stage::Checking { until } => Next::ACheck { until: *until },
        Stage::Closed { ending, .. } => Next::Nothing { ending: *ending },
    }
}

/// Notes, reminders and cards are the office's own; who proposed what is told when it is decided.
const fn concerns_applicant(deed: &Deed) -> bool {
    !matches!(
        deed,
        Deed::Noted
            | Deed::Settled { .. }
            | Deed::Unsettled { .. }
            | Deed::Proposed { .. }
            | Deed::Confirmed
            | Deed::ProposalWithdrawn
            | Deed::Reminded { .. }
            | Deed::Carded { .. }
            | Deed::Escalated
    )
}
