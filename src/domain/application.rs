//! An application from the first click to its end, as a state machine.
//!
//! ```text
//! Draft ─file→ Filed ─┬→ Publicity ─→ Approved
//!                     ├→ Approved
//!                     ├→ WaitingForBudget ─→ Publicity / Approved
//!                     ├→ Parked ─(source back)→ Filed
//!                     └→ Referred ─(a person)→ Approved / Publicity / WaitingForBudget / Refused
//! Refused ─reopened by a supervisor→ Referred
//! Publicity, Approved ─taken back by a person→ Refused
//! Draft, Filed, Parked, Referred, WaitingForBudget ─withdraw→ Withdrawn
//! ```
//! The machine never reaches `Refused`: [`Application::refuse`] asks for a member of staff.

use serde::{Deserialize, Serialize};

use super::bank::{AccountKind, AccountNumber, BankCode};
use super::district::DistrictCode;
use super::hash::Sha256Hex;
use super::id::{ApplicantId, ApplicationId, AwardId, ConsentId, DecisionId, SnapshotId};
use super::person::{Actor, Private};
use super::source::SourceId;
use super::time::{Date, Timestamp};

/// The policy document an application is judged by: the version in force on its filing date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRef {
    /// Policy id, as the folder under `policies/` is called.
    pub id: String,
    /// First day of the version.
    pub effective: Date,
    /// SHA-256 of the version's canonical JSON.
    pub hash: Sha256Hex,
}

/// What no register holds and the applicant therefore types. Not serialisable: the store seals each part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// What the account is called: on pages only, never in an instruction or a decision.
    pub kind: AccountKind,
    /// Account the money goes to; its holder is the applicant.
    pub account: AccountNumber,
    /// The bank's 12-digit CNAPS code.
    pub bank: BankCode,
    /// Mobile telephone for messages.
    pub phone: Private<String>,
}

/// The act of filing: which snapshot was confirmed, when, and what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// The snapshot the applicant saw and confirmed. Values never travel back, only this id does.
    pub snapshot: SnapshotId,
    /// Moment of filing.
    pub at: Timestamp,
    /// Civil date in China of that moment; chooses the policy version and every age and month count.
    pub on: Date,
    /// What the applicant typed.
    pub typed: Typed,
}

/// Where an application stands. Variants carry what is known only in that state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplicationState {
    /// Opened and filled; nothing asked of anybody yet.
    Draft,
    /// 秒报 done; the machine is about to judge.
    Filed,
    /// Nothing is against it, but a source has not answered; asked again at `retry_at`.
    Parked {
        /// Sources still missing.
        sources: Vec<SourceId>,
        /// When it was first parked.
        since: Timestamp,
        /// When the sources are asked again.
        retry_at: Timestamp,
    },
    /// 转人工: with a person, who has every reason in the decision.
    Referred {
        /// The decision that names the reasons.
        decision: DecisionId,
        /// Since when.
        since: Timestamp,
    },
    /// Approved in substance, but the appropriation is used up; first come, first served.
    WaitingForBudget {
        /// The approving decision.
        decision: DecisionId,
        /// Since when; the place in the queue.
        since: Timestamp,
    },
    /// 公示: approved, published, payment follows when the days have passed without objection.
    Publicity {
        /// The approving decision.
        decision: DecisionId,
        /// The award whose payments are scheduled.
        award: AwardId,
        /// Last day of publicity.
        until: Date,
    },
    /// 秒批 done; the award's payments are on their way.
    Approved {
        /// The approving decision.
        decision: DecisionId,
        /// The award.
        award: AwardId,
        /// When.
        at: Timestamp,
    },
    /// A person refused, with grounds, legal basis and remedies in the decision.
    Refused {
        /// The refusing decision.
        decision: DecisionId,
        /// When.
        at: Timestamp,
    },
    /// The applicant took it back.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

/// The state's name alone, as stored, listed and filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "each name is documented at its variant of ApplicationState"
)]
pub enum StateName {
    Draft,
    Filed,
    Parked,
    Referred,
    WaitingForBudget,
    Publicity,
    Approved,
    Refused,
    Withdrawn,
}

impl StateName {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Draft,
        Self::Filed,
        Self::Parked,
        Self::Referred,
        Self::WaitingForBudget,
        Self::Publicity,
        Self::Approved,
        Self::Refused,
        Self::Withdrawn,
    ];

    /// The word in the database and on the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Filed => "filed",
            Self::Parked => "parked",
            Self::Referred => "referred",
            Self::WaitingForBudget => "waiting_for_budget",
            Self::Publicity => "publicity",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Nothing more happens to the application itself (its payments go on).
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Approved | Self::Refused | Self::Withdrawn)
    }
}

impl ApplicationState {
    /// The state's name.
    #[must_use]
    pub const fn name(&self) -> StateName {
        match self {
            Self::Draft => StateName::Draft,
            Self::Filed => StateName::Filed,
            Self::Parked { .. } => StateName::Parked,
            Self::Referred { .. } => StateName::Referred,
            Self::WaitingForBudget { .. } => StateName::WaitingForBudget,
            Self::Publicity { .. } => StateName::Publicity,
            Self::Approved { .. } => StateName::Approved,
            Self::Refused { .. } => StateName::Refused,
            Self::Withdrawn { .. } => StateName::Withdrawn,
        }
    }
}

/// One application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its id, made when it was opened; also the reference number shown to the applicant.
    pub id: ApplicationId,
    /// Whose it is.
    pub applicant: ApplicantId,
    /// The consent under which the sources were asked.
    pub consent: ConsentId,
    /// The policy version; fixed anew at filing.
    pub policy: PolicyRef,
    /// Budget and review district, from the register once known.
    pub district: Option<DistrictCode>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Set from filing on.
    pub filing: Option<Filing>,
    /// Where it stands.
    pub state: ApplicationState,
    /// Counts every stored change; a write names the version it was based on.
    pub version: i64,
    /// Request id of the act that opened or filed it; goes along to the treasury.
    pub request_id: String,
}

/// A step that the state machine does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an application that is {from:?} cannot become {to:?}")]
pub struct TransitionError {
    /// Where it stands.
    pub from: StateName,
    /// What was asked.
    pub to: StateName,
}

type Step = Result<Application, TransitionError>;

impl Application {
    fn step(mut self, allowed: &[StateName], to: ApplicationState) -> Step {
        let from = self.state.name();
        if !allowed.contains(&from) {
            return Err(TransitionError {
                from,
                to: to.name(),
            });
        }
        self.state = to;
        Ok(self)
    }

    /// 秒报: the applicant confirmed a snapshot. The policy version in force that day is fixed now.
    ///
    /// # Errors
    /// When it is not a draft.
    pub fn file(
        mut self,
        filing: Filing,
        policy: PolicyRef,
        district: Option<DistrictCode>,
    ) -> Step {
        self = self.step(&[StateName::Draft], ApplicationState::Filed)?;
        self.filing = Some(filing);
        self.policy = policy;
        self.district = district;
        Ok(self)
    }

    /// A source is missing and nothing else is against it.
    ///
    /// # Errors
    /// Unless filed or already parked; parking again keeps the first moment.
    pub fn park(self, sources: Vec<SourceId>, now: Timestamp, retry_at: Timestamp) -> Step {
        let since = if let ApplicationState::Parked { since, .. } = self.state {
            since
        } else {
            now
        };
        self.step(
            &[StateName::Filed, StateName::Parked],
            ApplicationState::Parked {
                sources,
                since,
                retry_at,
            },
        )
    }

    /// 转人工.
    ///
    /// # Errors
    /// Unless the machine has it, or an objection comes during publicity.
    pub fn refer(self, decision: DecisionId, now: Timestamp) -> Step {
        self.step(
            &[StateName::Filed, StateName::Parked, StateName::Publicity],
            ApplicationState::Referred {
                decision,
                since: now,
            },
        )
    }

    /// Approved, but there is no money left.
    ///
    /// # Errors
    /// Unless the machine or a reviewer has it.
    pub fn wait_for_budget(self, decision: DecisionId, now: Timestamp) -> Step {
        self.step(
            &[StateName::Filed, StateName::Parked, StateName::Referred],
            ApplicationState::WaitingForBudget {
                decision,
                since: now,
            },
        )
    }

    /// Approved with an award; `publicity_until` sends it through 公示 first.
    ///
    /// # Errors
    /// Unless it stands where an approval can be given.
    pub fn approve(
        self,
        decision: DecisionId,
        award: AwardId,
        now: Timestamp,
        publicity_until: Option<Date>,
    ) -> Step {
        let to = match publicity_until {
            Some(until) => ApplicationState::Publicity {
                decision,
                award,
                until,
            },
            None => ApplicationState::Approved {
                decision,
                award,
                at: now,
            },
        };
        self.step(
            &[
                StateName::Filed,
                StateName::Parked,
                StateName::Referred,
                StateName::WaitingForBudget,
            ],
            to,
        )
    }

    /// The publicity days passed without objection.
    ///
    /// # Errors
    /// Unless it is in publicity.
    pub fn end_publicity(self, now: Timestamp) -> Step {
        let ApplicationState::Publicity {
            decision, award, ..
        } = self.state
        else {
            return Err(TransitionError {
                from: self.state.name(),
                to: StateName::Approved,
            });
        };
        self.step(
            &[StateName::Publicity],
            ApplicationState::Approved {
                decision,
                award,
                at: now,
            },
        )
    }

    /// A person refuses. The machine cannot: the actor must be a member of staff.
    ///
    /// # Errors
    /// Unless referred, and by staff.
    pub fn refuse(self, decision: DecisionId, by: &Actor, now: Timestamp) -> Step {
        if !matches!(by, Actor::Staff(_)) {
            return Err(TransitionError {
                from: self.state.name(),
                to: StateName::Refused,
            });
        }
        self.step(
            &[StateName::Referred],
            ApplicationState::Refused { decision, at: now },
        )
    }

    /// An approval is taken back: a person found it wrong. The machine cannot: the actor must be a member of staff.
    ///
    /// # Errors
    /// Unless it has an award, and by staff.
    pub fn take_back(self, decision: DecisionId, by: &Actor, now: Timestamp) -> Step {
        if !matches!(by, Actor::Staff(_)) {
            return Err(TransitionError {
                from: self.state.name(),
                to: StateName::Refused,
            });
        }
        self.step(
            &[StateName::Publicity, StateName::Approved],
            ApplicationState::Refused { decision, at: now },
        )
    }

    /// A refusal is undone, and the application is with a person again. The machine cannot: the actor must be a member of staff.
    ///
    /// # Errors
    /// Unless refused, and by staff.
    pub fn reopen(self, decision: DecisionId, by: &Actor, now: Timestamp) -> Step {
        if !matches!(by, Actor::Staff(_)) {
            return Err(TransitionError {
                from: self.state.name(),
                to: StateName::Referred,
            });
        }
        self.step(
            &[StateName::Refused],
            ApplicationState::Referred {
                decision,
                since: now,
            },
        )
    }

    /// The applicant takes it back; possible until an award exists.
    ///
    /// # Errors
    /// Once it is awarded or ended.
    pub fn withdraw(self, now: Timestamp) -> Step {
        self.step(
            &[
                StateName::Draft,
                StateName::Filed,
                StateName::Parked,
                StateName::Referred,
                StateName::WaitingForBudget,
            ],
            ApplicationState::Withdrawn { at: now },
        )
    }
}
