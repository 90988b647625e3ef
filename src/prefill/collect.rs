//! Asks registers for an application and keeps every answer as received.
//!
//! There is no network inside a transaction: ask first, then write all rows in one.

use super::ask::{Asked, Asking, ask_all};
use crate::context::Context;
use crate::domain::application::Application;
use crate::domain::evidence::{Consent, Evidence, Fetch, Origin, Round};
use crate::domain::hash::sha256;
use crate::domain::id::EvidenceId;
use crate::domain::person::{Applicant, Private};
use crate::domain::source::SourceId;
use crate::error::StageError;

/// What one round of asking brought.
#[derive(Debug)]
pub struct Collected {
    /// A row for every asking.
    pub fetches: Vec<Fetch>,
    /// The answers that held.
    pub evidence: Vec<Evidence>,
}

impl Collected {
    /// The sources that did not answer.
    #[must_use]
    pub fn missing(&self) -> Vec<SourceId> {
        self.fetches
            .iter()
            .filter(|fetch| fetch.evidence.is_none())
            .map(|fetch| fetch.source)
            .collect()
    }
}

/// Asks `wanted` about `applicant`, all at once, each within its own deadline.
///
/// # Errors
/// When the consent was revoked or does not cover a source: then nobody is asked.
pub async fn ask(
    ctx: &Context,
    application: &Application,
    applicant: &Applicant,
    consent: &Consent,
    round: Round,
    wanted: &[SourceId],
) -> Result<Collected, StageError> {
    let asking = Asking {
        applicant,
        consent,
        purpose: &application.policy.id,
        request_id: &application.request_id,
    };
    let mut collected = Collected {
        fetches: Vec::new(),
        evidence: Vec::new(),
    };
    for asked in ask_all(ctx, asking, wanted).await? {
        let (fetch, evidence) = kept(ctx, application, consent, round, asked);
        collected.fetches.push(fetch);
        collected.evidence.extend(evidence);
    }
    Ok(collected)
}

/// The rows that keep one asking.
fn kept(
    ctx: &Context,
    application: &Application,
    consent: &Consent,
    round: Round,
    asked: Asked,
) -> (Fetch, Option<Evidence>) {
    let evidence = asked.answer.body.map(|body| Evidence {
        id: ctx.id(EvidenceId::new),
        application: application.id,
        round,
        origin: Origin::Register(asked.source),
        received_at: asked.ended_at,
        hash: sha256(&body),
        body: Private::new(body),
    });
    let fetch = Fetch {
        id: asked.query,
        application: application.id,
        round,
        source: asked.source,
        consent: consent.id,
        asked_at: asked.began_at,
        elapsed_ms: asked.elapsed_ms,
        attempts: asked.answer.attempts,
        outcome: asked.answer.outcome,
        evidence: evidence.as_ref().map(|evidence| evidence.id),
    };
    (fetch, evidence)
}
