//! Where a case stands: a fold over its acts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::act::{Act, Card, Deed, Ending, Opening, Relief, Verdict, Who};
use super::clock::Clock;
use crate::domain::id::{CaseId, DecisionId};
use crate::domain::money::Money;
use crate::domain::time::{Date, Timestamp};

/// How it should be decided, and who has agreed so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// How.
    pub verdict: Verdict,
    /// What an approval would grant.
    pub amount: Money,
    /// How many people must agree.
    pub needs: u8,
    /// Who agrees: whoever proposed it first, then the others, each once.
    pub agreed: Vec<String>,
}

impl Proposal {
    /// Whether enough people agree.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.agreed.len() >= usize::from(self.needs)
    }
}

/// A relief that was offered, or taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which.
    pub relief: Relief,
    /// For which criteria.
    pub criteria: Vec<String>,
    /// Last day for supplying, or for checking.
    pub until: Date,
}

/// Where a case stands. Variants carry what is known only there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// For an officer: everybody in charge is away, or has a conflict.
    Waiting,
    /// With its officer.
    Working,
    /// With the applicant, who was asked.
    Asked {
        /// Last day for supplying.
        until: Date,
    },
    /// With those who must agree.
    Proposed(Proposal),
    /// Approved on a declaration that is yet to be checked.
    Checking {
        /// Last day for checking.
        until: Date,
    },
    /// Ended.
    Closed {
        /// How.
        ending: Ending,
        /// When.
        at: Timestamp,
    },
}

/// The stage's name alone, as stored, listed and filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "each name is documented at its variant of Stage"
)]
pub enum StageName {
    Waiting,
    Working,
    Asked,
    Proposed,
    Checking,
    Closed,
}

impl StageName {
    /// Every stage.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Working,
        Self::Asked,
        Self::Proposed,
        Self::Checking,
        Self::Closed,
    ];

    /// The word in the database and on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Working => "working",
            Self::Asked => "asked",
            Self::Proposed => "proposed",
            Self::Checking => "checking",
            Self::Closed => "closed",
        }
    }

    /// The stage of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word)
    }
}

impl Stage {
    /// The stage's name.
    #[must_use]
    pub const fn name(&self) -> StageName {
        match self {
            Self::Waiting => StageName::Waiting,
            Self::Working => StageName::Working,
            Self::Asked { .. } => StageName::Asked,
            Self::Proposed(_) => StageName::Proposed,
            Self::Checking { .. } => StageName::Checking,
            Self::Closed { .. } => StageName::Closed,
        }
    }
}

/// A step that a case does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// Not where the case stands.
    #[error("{deed} cannot happen to a case that is {}", stage.as_str())]
    NotNow {
        /// What was to happen.
        deed: &'static str,
        /// Where the case stands.
        stage: StageName,
    },
    /// 一次性告知 is one single time.
    #[error("the applicant has been asked for everything, and is asked once")]
    AskedBefore,
    /// The criterion can be neither deferred nor declared under this policy.
    #[error("{criterion} is a core criterion: it can be neither deferred nor declared")]
    Core {
        /// Which.
        criterion: String,
    },
    /// A deferral is agreed upon when an application is handled, and once.
    #[error("nothing can be deferred or declared here, or it has been")]
    NoRelief,
    /// What was deferred is not there yet.
    #[error("what was deferred has not been supplied: nothing can be approved before")]
    Deferred,
    /// Four eyes are those of two people.
    #[error("somebody else must agree: four eyes are those of two people")]
    SameEyes,
    /// Not enough people agree.
    #[error("{needs} people must agree, and {agreed} do")]
    TooFew {
        /// How many must.
        needs: u8,
        /// How many do.
        agreed: usize,
    },
    /// Only what was reported can be out of scope.
    #[error("what the machine referred is decided, and not handed on")]
    Referral,
    /// Not what was proposed.
    #[error("this is not what was proposed")]
    NotProposed,
    /// It is the officer's already, or special already.
    #[error("this changes nothing")]
    NothingNew,
    /// Criteria, or a number of people, that mean nothing.
    #[error("nothing is named")]
    Empty,
    /// An act out of its place.
    #[error("act {got} stands where act {wanted} belongs")]
    OutOfOrder {
        /// The next number.
        wanted: i64,
        /// The number it has.
        got: i64,
    },
}

/// One case of the desk, as its acts have made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskCase {
    /// Its id, and the number on the tracking card.
    pub id: CaseId,
    /// What was known when it was opened.
    pub opening: Opening,
    /// When that was.
    pub opened_at: Timestamp,
    /// Subject of its officer.
    pub officer: Option<String>,
    /// Where it stands.
    pub stage: Stage,
    /// Whether it has the longer time limit.
    pub special: bool,
    /// Whether the applicant has been asked.
    pub asked: bool,
    /// Criteria a person has settled.
    pub settled: BTreeSet<String>,
    /// What was offered and not taken yet.
    pub offer: Option<Offer>,
    /// 容缺: what is to be supplied.
    pub deferral: Option<Offer>,
    /// 告知承诺: what was declared.
    pub declared: Option<Offer>,
    /// Its clock.
    pub clock: Clock,
    /// The last day of which the officer was reminded.
    pub reminded: Option<Date>,
    /// The card its officer got.
    pub card: Card,
    /// Whether the supervisor was told.
    pub escalated: bool,
    /// The decision it led to.
    pub decision: Option<DecisionId>,
    /// Number of its acts; a write names the version it was based on.
    pub version: i64,
}

impl DeskCase {
    /// Begins with the act that opened it.
    ///
    /// # Errors
    /// When it is another act.
    pub fn open(id: CaseId, act: &Act) -> Result<Self, StepError> {
        let (Deed::Opened(opening), 1) = (&act.deed, act.seq) else {
            return Err(StepError::OutOfOrder {
                wanted: 1,
                got: act.seq,
            });
        };
        Ok(Self {
            id,
            clock: Clock::start(act.at.china_date(), opening.rules.days),
            opening: Opening::clone(opening),
            opened_at: act.at,
            officer: None,
            stage: Stage::Waiting,
            special: false,
            asked: false,
            settled: BTreeSet::new(),
            offer: None,
            deferral: None,
            declared: None,
            reminded: None,
            card: Card::None,
            escalated: false,
            decision: None,
            version: 1,
        })
    }

    /// Where all of its acts have brought it.
    ///
    /// # Errors
    /// When they are not the acts of one case, whole and in order.
    pub fn fold(id: CaseId, acts: &[Act]) -> Result<Self, StepError> {
        let Some((first, rest)) = acts.split_first() else {
            return Err(StepError::OutOfOrder { wanted: 1, got: 0 });
        };
        let mut case = Self::open(id, first)?;
        for act in rest {
            case.apply(act)?;
        }
        Ok(case)
    }

    /// Whether it has ended.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.stage, Stage::Closed { .. })
    }

    /// Takes one act in. What may not happen changes nothing.
    ///
    /// # Errors
    /// See [`StepError`].
    pub fn apply(&mut self, act: &Act) -> Result<(), StepError> {
        if act.seq != self.version + 1 {
            return Err(StepError::OutOfOrder {
                wanted: self.version + 1,
                got: act.seq,
            });
        }
        self.check(act)?;
        self.take_in(act);
        self.version = act.seq;
        Ok(())
    }

    /// Whether the act may happen where the case stands.
    fn check(&self, act: &Act) -> Result<(), StepError> {
        use StageName as S;
        let (stage, officer) = (self.stage.name(), self.officer.as_deref());
        let allowed: &[S] = match &act.deed {
            Deed::Opened(_) => &[],
            Deed::Assigned { .. } => &[S::Waiting],
            Deed::HandedOver { .. } => &[S::Working, S::Asked, S::Proposed, S::Checking],
            Deed::Asked { .. }
            | Deed::Settled { .. }
            | Deed::Unsettled { .. }
            | Deed::Offered { .. }
            | Deed::Taken
            | Deed::Proposed { .. }
            | Deed::HandedOn { .. } => &[S::Working],
            Deed::Supplied => &[S::Working, S::Asked],
            Deed::SupplyOver => &[S::Asked],
            Deed::Confirmed | Deed::ProposalWithdrawn | Deed::Decided { .. } => &[S::Proposed],
            Deed::Checked { .. } => &[S::Checking],
            Deed::Reopened => &[S::Closed],
            Deed::Noted
            | Deed::MarkedSpecial
            | Deed::Reminded { .. }
            | Deed::Carded { .. }
            | Deed::Lapsed
            | Deed::Withdrawn => &[S::Waiting, S::Working, S::Asked, S::Proposed],
            // What was proposed is for those who must agree, and no one goes around them.
            Deed::DecidedDirectly { .. } => &[S::Waiting, S::Working, S::Asked],
            Deed::Escalated => &[S::Waiting, S::Working, S::Asked, S::Proposed, S::Checking],
        };
        if !allowed.contains(&stage) {
            return Err(StepError::NotNow {
                deed: act.deed.as_str(),
                stage,
            });
        }
        match &act.deed {
            Deed::HandedOver { officer: to } if officer == Some(to) => Err(StepError::NothingNew),
            Deed::MarkedSpecial if self.special => Err(StepError::NothingNew),
            Deed::Reminded { due } if self.reminded == Some(*due) => Err(StepError::NothingNew),
            Deed::Carded { card } if *card <= self.card => Err(StepError::NothingNew),
            Deed::Escalated if self.escalated => Err(StepError::NothingNew),
            Deed::Asked { .. } if self.asked => Err(StepError::AskedBefore),
            Deed::Unsettled { criterion } if !self.settled.contains(criterion) => {
                Err(StepError::NothingNew)
            }
            Deed::Supplied if stage == S::Working && self.deferral.is_none() => {
                Err(StepError::NothingNew)
            }
            Deed::HandedOn { .. } if self.opening.about.is_referral() => Err(StepError::Referral),
            Deed::Lapsed if self.deferral.is_none() => Err(StepError::NothingNew),
            Deed::Taken if self.offer.is_none() => Err(StepError::NoRelief),
            Deed::Offered {
                relief, criteria, ..
            } => self.check_offer(*relief, criteria),
            Deed::Proposed { verdict, needs, .. } => self.check_proposal(act, *verdict, *needs),
            Deed::Confirmed => self.check_confirmation(act),
            Deed::Decided { verdict, .. } => self.check_decision(*verdict),
            Deed::DecidedDirectly { verdict, .. } => self.check_verdict(*verdict),
            Deed::Reopened => self.check_reopening(),
            _ => Ok(()),
        }
    }

    /// A relief is for an application, once of each kind, and never for a core criterion.
    fn check_offer(&self, relief: Relief, criteria: &[String]) -> Result<(), StepError> {
        let filing = matches!(self.opening.about, super::About::Filing { .. });
        let terms = &self.opening.rules.terms;
        let (taken, may) = match relief {
            Relief::Deferral => (&self.deferral, &terms.deferrable),
            Relief::Declaration => (&self.declared, &terms.declarable),
        };
        if !filing || taken.is_some() {
            return Err(StepError::NoRelief);
        }
        if criteria.is_empty() {
            return Err(StepError::Empty);
        }
        match criteria.iter().find(|criterion| !may.contains(criterion)) {
            Some(core) => Err(StepError::Core {
                criterion: core.clone(),
            }),
            None => Ok(()),
        }
    }

    /// What the machine referred is approved or refused, and what was reported is answered. Nothing is approved before what was
    /// deferred is there.
    fn check_verdict(&self, verdict: Verdict) -> Result<(), StepError> {
        let referral = self.opening.about.is_referral();
        if referral == (verdict == Verdict::Answer) {
            return Err(StepError::NotProposed);
        }
        if verdict == Verdict::Approve && self.deferral.is_some() {
            return Err(StepError::Deferred);
        }
        Ok(())
    }

    fn check_proposal(&self, act: &Act, verdict: Verdict, needs: u8) -> Result<(), StepError> {
        if needs == 0 || act.by.staff().is_none() {
            return Err(StepError::Empty);
        }
        self.check_verdict(verdict)
    }

    fn check_confirmation(&self, act: &Act) -> Result<(), StepError> {
        let Stage::Proposed(proposal) = &self.stage else {
            return Err(StepError::NotProposed);
        };
        match act.by.staff() {
            Some(staff) if !proposal.agreed.iter().any(|agreed| agreed == staff) => Ok(()),
            _ => Err(StepError::SameEyes),
        }
    }

    fn check_decision(&self, verdict: Verdict) -> Result<(), StepError> {
        match &self.stage {
            Stage::Proposed(proposal) if proposal.verdict != verdict => Err(StepError::NotProposed),
            Stage::Proposed(proposal) if !proposal.is_complete() => Err(StepError::TooFew {
                needs: proposal.needs,
                agreed: proposal.agreed.len(),
            }),
            Stage::Proposed(_) => self.check_verdict(verdict),
            _ => Err(StepError::NotProposed),
        }
    }

    /// Money that was granted is taken back by other means than by opening a case again, and what a refused re-check released may be
    /// somebody else's by now.
    const fn check_reopening(&self) -> Result<(), StepError> {
        match self.stage {
            Stage::Closed {
                ending: Ending::Refused | Ending::Answered | Ending::HandedOn,
                ..
            } if !matches!(self.opening.about, super::About::Recheck { .. }) => Ok(()),
            _ => Err(StepError::NotNow {
                deed: Deed::Reopened.as_str(),
                stage: self.stage.name(),
            }),
        }
    }

    fn take_in(&mut self, act: &Act) {
        let today = act.at.china_date();
        match &act.deed {
            Deed::Opened(_) | Deed::Noted => {}
            Deed::Assigned { officer } => {
                self.officer = Some(officer.clone());
                self.stage = Stage::Working;
            }
            Deed::HandedOver { officer } => self.officer = Some(officer.clone()),
            Deed::MarkedSpecial => {
                self.special = true;
                self.clock.days = self.opening.rules.special_days;
            }
            Deed::Asked { until, .. } => {
                self.asked = true;
                self.clock.stop(today);
                self.stage = Stage::Asked { until: *until };
            }
            Deed::Supplied => self.supplied(today),
            Deed::SupplyOver => self.back_to_work(today),
            Deed::Reminded { due } => self.reminded = Some(*due),
            Deed::Carded { card } => self.card = *card,
            Deed::Escalated => self.escalated = true,
            Deed::Reopened => self.reopened(today),
            _ => self.take_in_decision(act),
        }
    }

    /// The part of [`Self::take_in`] that leads to a decision.
    fn take_in_decision(&mut self, act: &Act) {
        match &act.deed {
            Deed::Settled { criterion, .. } => {
                self.settled.insert(criterion.clone());
            }
            Deed::Unsettled { criterion } => {
                self.settled.remove(criterion);
            }
            Deed::Offered {
                relief,
                criteria,
                until,
            } => {
                self.offer = Some(Offer {
                    relief: *relief,
                    criteria: criteria.clone(),
                    until: *until,
                });
            }
            Deed::Taken => self.taken(act.at.china_date()),
            Deed::Proposed {
                verdict,
                amount,
                needs,
            } => {
                self.stage = Stage::Proposed(Proposal {
                    verdict: *verdict,
                    amount: *amount,
                    needs: *needs,
                    agreed: staff_of(&act.by),
                });
            }
            Deed::Confirmed => {
                if let Stage::Proposed(proposal) = &mut self.stage {
                    proposal.agreed.extend(staff_of(&act.by));
                }
            }
            Deed::ProposalWithdrawn => self.stage = Stage::Working,
            Deed::Decided { verdict, decision } => self.decided(act, *verdict, *decision),
            Deed::DecidedDirectly { verdict, decision } => {
                self.decided(act, *verdict, Some(*decision));
            }
            Deed::Checked { held: true } => self.close(Ending::Approved, act.at),
            Deed::Checked { held: false } => self.close(Ending::Broken, act.at),
            Deed::Lapsed => self.close(Ending::Lapsed, act.at),
            Deed::HandedOn { .. } => self.close(Ending::HandedOn, act.at),
            Deed::Withdrawn => self.close(Ending::Withdrawn, act.at),
            // Taken in by the caller.
            _ => {}
        }
    }

    fn supplied(&mut self, today: Date) {
        // What was asked for is there; what was deferred is another matter.
        if !matches!(self.stage, Stage::Asked { .. }) {
            self.deferral = None;
        }
        self.back_to_work(today);
    }

    /// The officer has the case again. As long as something deferred is to come, the days are the applicant's.
    fn back_to_work(&mut self, today: Date) {
        self.stage = Stage::Working;
        if self.deferral.is_none() {
            self.clock.go_on(today);
        }
    }

    fn taken(&mut self, today: Date) {
        let Some(offer) = self.offer.take() else {
            return;
        };
        match offer.relief {
            Relief::Deferral => {
                self.deferral = Some(offer);
                self.clock.stop(today);
            }
            Relief::Declaration => self.declared = Some(offer),
        }
    }

    fn decided(&mut self, act: &Act, verdict: Verdict, decision: Option<DecisionId>) {
        self.decision = decision;
        match &self.declared {
            Some(declared) if verdict == Verdict::Approve => {
                self.stage = Stage::Checking {
                    until: declared.until,
                };
            }
            _ => self.close(verdict.ending(), act.at),
        }
        // A clock that stood has nothing more to measure.
        self.clock.go_on(act.at.china_date());
    }

    fn close(&mut self, ending: Ending, at: Timestamp) {
        self.stage = Stage::Closed { ending, at };
    }

    /// A time limit of its own, and no second complete notice: 一次性告知 is one single time.
    fn reopened(&mut self, today: Date) {
        self.stage = if self.officer.is_some() {
            Stage::Working
        } else {
            Stage::Waiting
        };
        self.clock = Clock::start(today, self.clock.days);
        (self.reminded, self.card, self.escalated) = (None, Card::None, false);
        self.decision = None;
    }
}

fn staff_of(who: &Who) -> Vec<String> {
    who.staff().map(str::to_owned).into_iter().collect()
}
