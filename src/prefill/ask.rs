//! Asks registers side by side, each within its own deadline, under one consent. What came of it is for the caller to keep.

use futures_util::future::join_all;

use crate::context::Context;
use crate::domain::evidence::Consent;
use crate::domain::id::FetchId;
use crate::domain::person::Applicant;
use crate::domain::source::SourceId;
use crate::domain::time::Timestamp;
use crate::error::StageError;
use crate::ports::{Answer, Query, Source};

/// Who is asked about, by whose leave, and why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) applicant: &'a Applicant,
    pub(super) consent: &'a Consent,
    pub(super) purpose: &'a str,
    pub(super) request_id: &'a str,
}

/// How asking one register went.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) source: SourceId,
    pub(super) query: FetchId,
    pub(super) began_at: Timestamp,
    pub(super) ended_at: Timestamp,
    pub(super) elapsed_ms: i64,
    pub(super) answer: Answer,
}

/// Order 716 art. 7: what is needed is asked, and nothing else.
pub(super) fn consent_fits(scope: &[SourceId], wanted: &[SourceId]) -> Result<(), StageError> {
    let missing = without(wanted, scope);
    if !missing.is_empty() {
        return Err(StageError::ConsentTooNarrow { missing });
    }
    let extra = without(scope, wanted);
    if extra.is_empty() {
        Ok(())
    } else {
        Err(StageError::ConsentTooWide { extra })
    }
}

fn without(sources: &[SourceId], known: &[SourceId]) -> Vec<SourceId> {
    sources
        .iter()
        .copied()
        .filter(|source| !known.contains(source))
        .collect()
}

/// Asks every wanted register.
///
/// # Errors
/// When the consent was taken back or does not cover one of them: then nobody is asked.
pub(super) async fn ask_all(
    ctx: &Context,
    asking: Asking<'_>,
    wanted: &[SourceId],
) -> Result<Vec<Asked>, StageError> {
    let missing = without(wanted, &asking.consent.scope);
    if asking.consent.revoked_at.is_some() || !missing.is_empty() {
        return Err(StageError::ConsentTooNarrow { missing });
    }
    Ok(join_all(wanted.iter().map(|source| ask_one(ctx, asking, *source))).await)
}

async fn ask_one(ctx: &Context, asking: Asking<'_>, source: SourceId) -> Asked {
    let query = Query {
        id: ctx.id(FetchId::new),
        consent: asking.consent.id,
        purpose: asking.purpose.to_owned(),
        document: asking.applicant.document.clone(),
        name: asking.applicant.name.clone(),
        request_id: asking.request_id.to_owned(),
    };
    let began_at = ctx.now();
    let start_us = ctx.world.clock.monotonic_us();
    let answer = match gateway(ctx, source) {
        Some(gateway) => gateway.ask(&query).await,
        None => Answer::not_configured(),
    };
    Asked {
        source,
        query: query.id,
        began_at,
        ended_at: ctx.now(),
        elapsed_ms: (ctx.world.clock.monotonic_us() - start_us) / 1_000,
        answer,
    }
}

fn gateway(ctx: &Context, source: SourceId) -> Option<&dyn Source> {
    ctx.world
        .sources
        .iter()
        .find(|gateway| gateway.id() == source)
        .map(|gateway| &**gateway)
}
