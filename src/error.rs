//! What can go wrong in a stage, with what is needed to act on it.

use crate::domain::application::TransitionError;
use crate::domain::calendar::CalendarError;
use crate::domain::desk::{Act, MayNot, NotDone, StepError};
use crate::domain::id::{ApplicationId, BudgetOrderId, CaseId, SnapshotId};
use crate::domain::money::{Money, MoneyError};
use crate::domain::person::{OtherDistrict, Signed};
use crate::domain::source::SourceId;
use crate::domain::time::Date;
use crate::domain::upload::UploadFault;
use crate::store::StoreError;

/// The error of every stage. No variant carries a personal value.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// There is no such thing, or it is another's: the two are not told apart on purpose.
    #[error("no such {what}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// The token does not grant it.
    #[error("this needs {needs}")]
    Forbidden {
        /// The role or relation that is missing.
        needs: &'static str,
    },
    /// No policy of that id is in force on that day.
    #[error("no policy {id:?} is in force on {on}")]
    PolicyNotInForce {
        /// The id asked for.
        id: String,
        /// The day.
        on: Date,
    },
    /// The consent does not cover every source the policy needs.
    #[error("the consent leaves out {missing:?}")]
    ConsentTooNarrow {
        /// What is missing.
        missing: Vec<SourceId>,
    },
    /// The consent names a source that the policy does not need: it must not be asked.
    #[error("the policy does not need {extra:?}")]
    ConsentTooWide {
        /// What is too much.
        extra: Vec<SourceId>,
    },
    /// The snapshot is not the newest of this application.
    #[error("the form has changed since: the newest snapshot is {latest}")]
    SnapshotMismatch {
        /// The one to look at and confirm.
        latest: SnapshotId,
    },
    /// The snapshot is too old to be confirmed, or the policy has a new version since.
    #[error("the form is out of date: open it again")]
    SnapshotExpired,
    /// 不重复享受: a benefit that excludes this one is applied for or held.
    #[error("application {by} already holds a benefit that excludes this one")]
    AlreadyHeld {
        /// The holder.
        by: ApplicationId,
    },
    /// The form has no such row.
    #[error("the form has no row {field:?}")]
    UnknownField {
        /// The name sent.
        field: String,
    },
    /// A value that cannot be used, and why.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// The thing stands where this cannot be done.
    #[error("this cannot be done to a {what} that is {state}")]
    NotInState {
        /// What kind of thing.
        what: &'static str,
        /// Where it stands.
        state: &'static str,
    },
    /// The state machine has no such step.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// A case of the desk has no such step.
    #[error(transparent)]
    Step(#[from] StepError),
    /// A case has changed since it was seen.
    #[error("the case has changed since version {seen}")]
    CaseMoved {
        /// Which.
        id: CaseId,
        /// The version that was seen.
        seen: i64,
        /// What has happened since, without anybody's words.
        since: Vec<Act>,
    },
    /// An order has changed since it was seen.
    #[error("the budget order has changed since version {seen}")]
    OrderMoved {
        /// Which.
        id: BudgetOrderId,
        /// The version that was seen.
        seen: i64,
        /// The version it has.
        current: i64,
        /// Where it stands.
        state: &'static str,
        /// Who ended it, if anybody has.
        ended: Option<Signed>,
    },
    /// A budget line has less to give than an order takes: only what is not promised can leave it.
    #[error("only {free} of the budget line is not promised")]
    BudgetShort {
        /// What is not promised.
        free: Money,
    },
    /// A supervisor froze the policy or the district.
    #[error("approvals are frozen: {reason}")]
    Frozen {
        /// Why.
        reason: String,
    },
    /// A file that is not taken.
    #[error(transparent)]
    Upload(#[from] UploadFault),
    /// Files can be neither kept nor had at the moment.
    #[error("files cannot be handled: {why}")]
    FilesAway {
        /// For the log.
        why: &'static str,
    },
    /// The working-day calendar does not reach.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// An amount passes what money can hold.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// Somebody else changed it first.
    #[error("{what} was changed by somebody else")]
    Stale {
        /// What was changed.
        what: &'static str,
    },
    /// What is stored contradicts itself: a bug or tampering; never guessed around.
    #[error("stored data contradict themselves: {what}")]
    Corrupt {
        /// Where, without personal values.
        what: String,
    },
    /// The database.
    #[error(transparent)]
    Store(StoreError),
}

impl From<OtherDistrict> for StageError {
    fn from(_: OtherDistrict) -> Self {
        Self::Forbidden {
            needs: "the district asked for",
        }
    }
}

impl From<NotDone> for StageError {
    fn from(error: NotDone) -> Self {
        match error {
            NotDone::MayNot(MayNot::NotTheirs) => Self::NotFound { what: "case" },
            NotDone::MayNot(may_not) => Self::from(may_not),
            NotDone::Step(step) => Self::Step(step),
            NotDone::Overdue => Self::NotInState {
                what: "case",
                state: "overdue",
            },
            NotDone::Calendar(error) => Self::Calendar(error),
        }
    }
}

impl From<MayNot> for StageError {
    fn from(error: MayNot) -> Self {
        let needs = match error {
            MayNot::NotTheirs => return Self::NotFound { what: "case" },
            MayNot::Own => "somebody who is not the applicant",
            MayNot::Conflict => "somebody without a conflict of interest",
            MayNot::OfficerOnly => "the case's own officer",
            MayNot::SupervisorOnly => "the role supervisor",
            MayNot::NotForStaff => "the applicant",
        };
        Self::Forbidden { needs }
    }
}

impl From<StoreError> for StageError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale { what, .. } => Self::Stale { what },
            other => Self::Store(other),
        }
    }
}

impl StageError {
    /// For `ok_or_else`: the thing is not there.
    pub(crate) const fn not_found(what: &'static str) -> Self {
        Self::NotFound { what }
    }

    /// Whether somebody else was first: by a newer version, or by a row that may exist once only. `PostgreSQL` lets two
    /// transactions come that far side by side, and decides the race by the unique index.
    pub(crate) const fn lost_race(&self) -> bool {
        matches!(
            self,
            Self::Stale { .. }
                | Self::CaseMoved { .. }
                | Self::OrderMoved { .. }
                | Self::Store(StoreError::Conflict(_))
        )
    }

    /// Whether the next try may simply go better: a race, or a database that is away.
    pub(crate) fn is_passing(&self) -> bool {
        self.lost_race() || matches!(self, Self::Store(store) if store.is_transient())
    }

    /// A race lost to a unique index reads like one lost to a newer version: look again.
    pub(crate) fn or_stale(self, what: &'static str) -> Self {
        if self.lost_race() {
            Self::Stale { what }
        } else {
            self
        }
    }

    /// For data that must be there and is not.
    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }
}
