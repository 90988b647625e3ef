//! Everything a judgement rests on, and the judgement itself: pure, so that anyone can do it again.
//!
//! A [`Case`] is loaded from the store, or read from an exported bundle; [`Case::judge`] comes to the same
//! verdicts and [`Judged::record`] to the same bytes, in the program as offline.

use std::sync::Arc;

use serde_json::Value;

use crate::approve::matcher::{self, Renewal, Stage};
use crate::domain::canonical::CanonicalError;
use crate::domain::decision::Outcome;
use crate::domain::evidence::{Evidence, Origin, Round};
use crate::domain::facts::{Answers, Facts, Identity, SourceAnswer, gather};
use crate::domain::document::IdentityDocument;
use crate::domain::id::ApplicationId;
use crate::domain::judgement::{self, Judgement, Plan};
use crate::domain::money::Money;
use crate::domain::policy::Policy;
use crate::domain::source::SourceId;
use crate::domain::time::Date;

use super::record::{Grounds, Record};

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

/// Who signed in, as kept in the identity evidence.
#[derive(serde::Deserialize)]
struct SignedIn {
    document_type: String,
    document_number: String,
    name: String,
}

impl Case {
    /// The pieces of evidence that count: the newest of each origin, of the filing or of this round.
    fn pieces(&self, round: Round) -> impl Iterator<Item = &Evidence> {
        let counts = move |piece: &&Evidence| piece.round == round || piece.origin == Origin::Identity;
        let newest = |origin| self.evidence.iter().rev().filter(counts).find(move |piece| piece.origin == origin);
        [Origin::Identity].into_iter().chain(SourceId::ALL.into_iter().map(Origin::Register)).filter_map(newest)
    }

    /// The pieces the record names: of the filing, and of this round when it is a re-check.
    pub(super) fn named(&self) -> Vec<&Evidence> {
        let mut named: Vec<_> = self.pieces(Round::FILING).collect();
        if self.round != Round::FILING {
            named.extend(self.pieces(self.round).filter(|piece| piece.origin != Origin::Identity));
        }
        named
    }

    /// Reads the facts of one round. What cannot be read is as if the source had not answered.
    #[must_use]
    pub fn facts(&self, round: Round) -> Facts {
        let mut identity = None;
        let mut bodies: Vec<(SourceId, Value)> = Vec::new();
        for piece in self.pieces(round) {
            match piece.origin {
                Origin::Identity => identity = serde_json::from_slice::<SignedIn>(piece.body.reveal()).ok(),
                Origin::Register(source) => {
                    bodies.extend(serde_json::from_slice(piece.body.reveal()).ok().map(|body| (source, body)));
                }
            }
        }
        let document = identity.as_ref().and_then(|identity| {
            IdentityDocument::from_wire(&identity.document_type, &identity.document_number).ok()
        });
        let mut answers = Answers::new(Identity {
            name: identity.as_ref().map_or("", |identity| &identity.name),
            document_kind: document.as_ref().map_or("", IdentityDocument::kind),
            birth_date: document.as_ref().and_then(IdentityDocument::birth_date),
        });
        for source in SourceId::ALL {
            let body = bodies.iter().find(|(of, _)| *of == source);
            let answer = body.map_or(SourceAnswer::Unavailable, |(_, body)| SourceAnswer::Answered(body));
            answers = answers.with(source, answer);
        }
        gather(&self.policy, &answers)
    }

    /// Judges. Never fails: what cannot be read cannot be established.
    #[must_use]
    pub fn judge(&self) -> Judged {
        let facts = self.facts(self.round);
        let first = (self.round != Round::FILING).then(|| self.facts(Round::FILING));
        let stage = match &first {
            None => Stage::First,
            Some(first) => Stage::Renewal(Renewal {
                instalment: self.round.0,
                filed_on: self.filed_on,
                planned: self.planned,
                first,
            }),
        };
        let judgement = matcher::judge(&self.policy, &facts, self.on, &stage);
        let way = match judgement.outcome {
            _ if !self.disputed.is_empty() => Way::Refer,
            judgement::Outcome::Approve(grant) => {
                self.plan(grant, &facts, first.is_some()).map_or(Way::Refer, Way::Approve)
            }
            judgement::Outcome::Refer => Way::Refer,
            judgement::Outcome::Park(sources) => Way::Park(sources.iter().collect()),
        };
        Judged { facts, judgement, way }
    }
}

impl Judged {
    /// The canonical JSON that keeps the judgement, by the machine or with a person's grounds.
    ///
    /// # Errors
    /// Never for the values of this crate; the canonicaliser's error is passed on rather than swallowed.
    pub fn record(&self, case: &Case, outcome: Outcome, grounds: Option<&Grounds>) -> Result<Vec<u8>, CanonicalError> {
        Record::of(case, self, outcome, grounds).to_bytes()
    }
}
