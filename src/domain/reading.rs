//! Reads facts out of stored evidence: the newest answer of each origin, parsed, gathered by the policy.

use serde::Deserialize;
use serde_json::Value;

use super::document::{DocumentType, IdentityDocument};
use super::evidence::{Evidence, Origin, Round};
use super::facts::{Answers, Facts, Identity, SourceAnswer, gather};
use super::policy::Policy;
use super::source::SourceId;

/// Who signed in, as kept in the identity evidence beside the salt that keeps its hash from telling anything.
#[derive(Deserialize)]
struct SignedIn {
    document_type: DocumentType,
    document_number: String,
    name: String,
}

/// The pieces that count for a round: the newest of each register in it, and the identity, which is of the filing.
pub fn newest(evidence: &[Evidence], round: Round) -> impl Iterator<Item = &Evidence> {
    let registers = SourceId::ALL.into_iter().map(Origin::Register);
    std::iter::once(Origin::Identity)
        .chain(registers)
        .filter_map(move |origin| {
            let counts = |piece: &&Evidence| {
                piece.origin == origin && (piece.round == round || origin == Origin::Identity)
            };
            evidence.iter().rev().find(counts)
        })
}

/// Reads the facts of one round. What cannot be read is as if it had not been answered: it is asked again, or a person
/// looks; it is never taken for an empty answer.
#[must_use]
pub fn facts(policy: &Policy, evidence: &[Evidence], round: Round) -> Facts {
    let mut identity = None;
    let mut bodies: Vec<(SourceId, Value)> = Vec::new();
    for piece in newest(evidence, round) {
        match piece.origin {
            Origin::Identity => {
                identity = serde_json::from_slice::<SignedIn>(piece.body.reveal()).ok();
            }
            Origin::Register(source) => {
                bodies.extend(
                    serde_json::from_slice(piece.body.reveal())
                        .ok()
                        .map(|body| (source, body)),
                );
            }
        }
    }
    let document = identity
        .as_ref()
        .and_then(|who| IdentityDocument::parse(who.document_type, &who.document_number).ok());
    let name = identity.as_ref().map_or("", |who| &who.name);
    facts_of(
        policy,
        name,
        document.as_ref(),
        bodies.iter().map(|(source, body)| (*source, body)),
    )
}

/// Reads the facts of a person out of what the registers answered; whichever is not among them has not answered.
#[must_use]
pub fn facts_of<'b>(
    policy: &Policy,
    name: &str,
    document: Option<&IdentityDocument>,
    bodies: impl Iterator<Item = (SourceId, &'b Value)>,
) -> Facts {
    let identity = Answers::new(Identity {
        name,
        document_kind: document.map_or("", IdentityDocument::kind),
        birth_date: document.and_then(IdentityDocument::birth_date),
    });
    let silent = SourceId::ALL.into_iter().fold(identity, |answers, source| {
        answers.with(source, SourceAnswer::Unavailable)
    });
    let answers = bodies.fold(silent, |answers, (source, body)| {
        answers.with(source, SourceAnswer::Answered(body))
    });
    gather(policy, &answers)
}
