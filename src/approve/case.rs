//! Everything a judgement rests on, and the judgement itself: pure, so that anyone can do it again.
//!
//! A [`Case`] is loaded from the store, or read from an exported bundle; [`Case::judge`] comes to the same
//! verdicts and [`Judged::record`] to the same bytes, in the program as offline.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::approve::matcher::{self, Renewal, Stage};
use crate::approve::{amount, explain};
use crate::domain::canonical::CanonicalError;
use crate::domain::evidence::{Evidence, Origin, Round};
use crate::domain::facts::Facts;
use crate::domain::hash::Sha256Hex;
use crate::domain::id::ApplicationId;
use crate::domain::judgement::{self, Finding, Grant, Judgement, Plan};
use crate::domain::money::Money;
use crate::domain::policy::Policy;
use crate::domain::reading::{self, newest};
use crate::domain::signal::Signal;
use crate::domain::source::SourceId;
use crate::domain::time::Date;

use super::record::{Made, Record};

/// What a judgement rests on.
#[derive(Debug, Clone)]
pub struct Case {
    /// The policy version in force on the filing date.
    pub policy: Arc<Policy>,
    /// Which application.
    pub application: ApplicationId,
    /// The filing, or the re-check before an instalment.
    pub round: Round,
    /// Civil date in China of the filing.
    pub filed_on: Date,
    /// Civil date in China of this judgement; the filing date in the first round.
    pub on: Date,
    /// What was planned for the instalment; zero in the first round.
    pub planned: Money,
    /// All evidence of the filing and of this round, oldest first; the newest of an origin and round counts.
    pub evidence: Vec<Evidence>,
    /// Rows the applicant said are wrong.
    pub disputed: Vec<String>,
    /// What was found that a person should look at; looked for only where every condition is met.
    pub signals: Vec<Signal>,
}

/// Where a judgement leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Everything proven, nothing disputed.
    Approve(Plan),
    /// To a person.
    Refer,
    /// Nothing against it, only these sources are missing.
    Park(Vec<SourceId>),
}

/// A judgement.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The facts it was made on.
    pub facts: Facts,
    /// Verdict on every criterion.
    pub judgement: Judgement,
    /// Where it leads: disputes send to a person what would else be approved.
    pub way: Way,
}

impl Case {
    /// The pieces the record names: of the filing, and of this round when it is a re-check.
    pub(super) fn named(&self) -> Vec<&Evidence> {
        let mut named: Vec<_> = newest(&self.evidence, Round::FILING).collect();
        if self.round != Round::FILING {
            named.extend(
                newest(&self.evidence, self.round).filter(|piece| piece.origin != Origin::Identity),
            );
        }
        named
    }

    /// The facts of the filing, when this is a re-check.
    fn first_facts(&self) -> Option<Facts> {
        (self.round != Round::FILING)
            .then(|| reading::facts(&self.policy, &self.evidence, Round::FILING))
    }

    fn stage<'a>(&self, first: Option<&'a Facts>) -> Stage<'a> {
        first.map_or(Stage::First, |first| {
            Stage::Renewal(Renewal {
                instalment: self.round.0,
                filed_on: self.filed_on,
                planned: self.planned,
                first,
            })
        })
    }

    /// What a person may grant: what the amounts come to on the facts, the criteria being settled by the person.
    pub(super) fn plan_alone(&self, facts: &Facts) -> Option<Plan> {
        let first = self.first_facts();
        let grant = amount::grant_alone(&self.policy, facts, self.on, self.stage(first.as_ref()))?;
        self.plan(grant, facts)
    }

    /// Cuts a grant into instalments; a re-check grants one instalment whole.
    pub(super) fn plan(&self, grant: Grant, facts: &Facts) -> Option<Plan> {
        if self.round != Round::FILING {
            return Some(Plan {
                total: grant.total,
                instalments: Vec::new(),
            });
        }
        amount::plan(&self.policy, grant, facts, self.filed_on).ok()
    }

    /// Judges. Never fails: what cannot be read cannot be established.
    #[must_use]
    pub fn judge(&self) -> Judged {
        let facts = reading::facts(&self.policy, &self.evidence, self.round);
        let first = self.first_facts();
        let judgement = matcher::judge(&self.policy, &facts, self.on, self.stage(first.as_ref()));
        let way = match judgement.outcome() {
            _ if !self.disputed.is_empty() => Way::Refer,
            judgement::Outcome::Approve(_) if !self.signals.is_empty() => Way::Refer,
            judgement::Outcome::Approve(grant) => {
                self.plan(grant, &facts).map_or(Way::Refer, Way::Approve)
            }
            judgement::Outcome::Refer => Way::Refer,
            judgement::Outcome::Park(sources) => Way::Park(sources.iter().collect()),
        };
        Judged {
            facts,
            judgement,
            way,
        }
    }
}

impl Judged {
    /// The findings as they are kept: verdicts and where in the evidence they rest, no personal value.
    pub(super) fn findings(&self, case: &Case) -> Vec<Finding> {
        let hashes: BTreeMap<SourceId, Sha256Hex> = newest(&case.evidence, case.round)
            .filter_map(|piece| match piece.origin {
                Origin::Identity => None,
                Origin::Register(source) => Some((source, piece.hash)),
            })
            .collect();
        explain::findings(&case.policy, &self.facts, &self.judgement, &hashes)
    }

    /// The canonical JSON that keeps the judgement and what was decided on it.
    ///
    /// # Errors
    /// Never for the values of this crate; the canonicaliser's error is passed on rather than swallowed.
    pub fn record(&self, case: &Case, made: Made<'_>) -> Result<Vec<u8>, CanonicalError> {
        Record::of(case, self, made).to_bytes()
    }
}
