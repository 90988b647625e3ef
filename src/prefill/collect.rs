//! Asks registers side by side and keeps every answer as received.
//!
//! There is no network inside a transaction: ask first, then write all rows in one.

use futures_util::future::join_all;

use crate::context::Context;
use crate::domain::application::Application;
use crate::domain::evidence::{Consent, Evidence, Fetch, Origin, Round};
use crate::domain::hash::sha256;
use crate::domain::id::{EvidenceId, FetchId};
use crate::domain::person::{Applicant, Private};
use crate::domain::source::SourceId;
use crate::error::StageError;
use crate::ports::{Query, Source};

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
    let missing: Vec<_> = wanted
        .iter()
        .copied()
        .filter(|source| !consent.scope.contains(source))
        .collect();
    if consent.revoked_at.is_some() || !missing.is_empty() {
        return Err(StageError::ConsentTooNarrow { missing });
    }
    let asked = join_all(
        wanted
            .iter()
            .map(|source| ask_one(ctx, application, applicant, consent, round, *source)),
    );
    let mut collected = Collected {
        fetches: Vec::new(),
        evidence: Vec::new(),
    };
    for (fetch, evidence) in asked.await {
        collected.fetches.push(fetch);
        collected.evidence.extend(evidence);
    }
    Ok(collected)
}

async fn ask_one(
    ctx: &Context,
    application: &Application,
    applicant: &Applicant,
    consent: &Consent,
    round: Round,
    source: SourceId,
) -> (Fetch, Option<Evidence>) {
    let query = Query {
        id: ctx.id(FetchId::new),
        consent: consent.id,
        purpose: application.policy.id.clone(),
        document: applicant.document.clone(),
        name: applicant.name.clone(),
        request_id: application.request_id.clone(),
    };
    let asked_at = ctx.now();
    let start_us = ctx.world.clock.monotonic_us();
    let answer = match gateway(ctx, source) {
        Some(gateway) => gateway.ask(&query).await,
        None => crate::ports::Answer::not_configured(),
    };
    let elapsed_ms = (ctx.world.clock.monotonic_us() - start_us) / 1_000;
    let evidence = answer.body.map(|body| Evidence {
        id: ctx.id(EvidenceId::new),
        application: application.id,
        round,
        origin: Origin::Register(source),
        received_at: ctx.now(),
        hash: sha256(&body),
        body: Private::new(body),
    });
    let fetch = Fetch {
        id: query.id,
        application: application.id,
        round,
        source,
        consent: consent.id,
        asked_at,
        elapsed_ms,
        attempts: answer.attempts,
        outcome: answer.outcome,
        evidence: evidence.as_ref().map(|evidence| evidence.id),
    };
    (fetch, evidence)
}

fn gateway(ctx: &Context, source: SourceId) -> Option<&dyn Source> {
    ctx.world
        .sources
        .iter()
        .find(|gateway| gateway.id() == source)
        .map(|gateway| &**gateway)
}
