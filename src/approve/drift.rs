//! 事后核查: whether contributions have stopped since something was paid. Pure.

use super::matcher::{self, Renewal, Stage};
use crate::domain::evidence::{Evidence, Origin, Round};
use crate::domain::id::EvidenceId;
use crate::domain::judgement::Verdict;
use crate::domain::money::Money;
use crate::domain::policy::Policy;
use crate::domain::reading::{self, newest};
use crate::domain::source::SourceId;
use crate::domain::time::{Date, YearMonth};

/// The register that is asked.
pub const ASKED: Origin = Origin::Register(SourceId::SocialSecurity);

/// What was paid, and when it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Paid {
    /// Which instalment.
    pub instalment: u8,
    /// Filing date of the application.
    pub filed_on: Date,
    /// The day it arrived.
    pub arrived_on: Date,
}

/// The first month without a contribution, and what says so: when a re-check today would find a criterion that asks for
/// contributions *not met*, and none has been paid for `service.watch.gap_months` months at least, all of them complete in the
/// register. A register that lags, or does not answer, shows nothing; nor does a re-check that is met by another way.
#[must_use]
pub fn stopped(
    policy: &Policy,
    evidence: &[Evidence],
    paid: Paid,
    today: Date,
) -> Option<(EvidenceId, YearMonth)> {
    let gap = policy.service().watch.unwrap_or_default().gap_months;
    let instalment = policy.watched_instalment(paid.instalment)?;
    let newest_answer = newest(evidence, Round::WATCH).find(|piece| piece.origin == ASKED)?;
    // What else was established at the filing is taken as it was: nobody else is asked.
    let mut pieces: Vec<Evidence> = newest(evidence, Round::FILING)
        .filter(|piece| piece.origin != ASKED)
        .cloned()
        .map(|piece| Evidence {
            round: Round::WATCH,
            ..piece
        })
        .collect();
    pieces.push(newest_answer.clone());
    let facts = reading::facts(policy, &pieces, Round::WATCH);
    let since = YearMonth::from_date(paid.arrived_on);
    let stopped = facts.contributions_stopped(since, gap)?;
    let first = reading::facts(policy, evidence, Round::FILING);
    let renewal = Renewal {
        instalment,
        filed_on: paid.filed_on,
        planned: Money::ZERO,
        first: &first,
    };
    let judgement = matcher::judge(policy, &facts, today, Stage::Renewal(renewal));
    let checks = &policy.program().checks;
    let asks = |at: usize| {
        checks.get(at).is_some_and(|check| {
            check
                .sources
                .iter()
                .any(|of| of == SourceId::SocialSecurity)
        })
    };
    judgement
        .verdicts()
        .any(|(at, verdict)| verdict == Verdict::NotMet && asks(at))
        .then_some((newest_answer.id, stopped))
}
