//! 精准服务: a policy held against a person before they apply. The same matcher, the same amounts, and nothing decided.

use std::cmp::Reverse;

use super::amount;
use super::matcher::{self, Stage};
use crate::domain::application::PolicyRef;
use crate::domain::facts::Facts;
use crate::domain::fit::{Fit, Open, Standing};
use crate::domain::judgement::{Grant, Judgement, Outcome, Verdict};
use crate::domain::policy::Policy;
use crate::domain::time::Date;

/// With more open than these conditions, a policy does not nearly fit.
const NEARLY_OPEN_MAX: usize = 2;

/// Holds a policy against the facts of a person, as if they filed on that day.
#[must_use]
pub fn fit(policy: &Policy, facts: &Facts, on: Date) -> Fit {
    let judgement = matcher::judge(policy, facts, on, Stage::First);
    let outcome = judgement.outcome();
    let grant = match outcome {
        Outcome::Approve(grant) => Some(grant),
        Outcome::Refer | Outcome::Park(_) => amount::grant_alone(policy, facts, on, Stage::First),
    };
    let planned = |grant: Grant| amount::plan(policy, grant, facts, on).ok();
    let amount = grant.and_then(planned).map(|plan| plan.total);
    let open = open(policy, &judgement);
    let standing = match outcome {
        Outcome::Approve(_) if amount.is_some() => Standing::Fits,
        Outcome::Park(_) => Standing::Waits,
        _ if is_near(&judgement, &open) => Standing::Nearly,
        _ => Standing::NotNow,
    };
    Fit {
        policy: PolicyRef {
            id: policy.id().to_owned(),
            effective: policy.effective(),
            hash: policy.hash(),
        },
        standing,
        amount,
        open,
    }
}

/// The best first: how far it fits, then how much it comes to.
pub fn best_first(fits: &mut [Fit]) {
    fits.sort_by_key(|fit| (fit.standing, Reverse(fit.amount)));
}

fn open(policy: &Policy, judgement: &Judgement) -> Vec<Open> {
    let reasons = judgement.reasons().map(|(at, verdict)| Open {
        criterion: policy.criterion_id(at).to_owned(),
        causes: match verdict {
            Verdict::CannotEstablish(causes) => causes.iter().collect(),
            Verdict::Met | Verdict::NotMet => Vec::new(),
        },
    });
    reasons.collect()
}

/// Little is open, and less than is met: what is meant for others shares a condition or two with everything.
fn is_near(judgement: &Judgement, open: &[Open]) -> bool {
    let looked_at = judgement.verdicts().count();
    open.len() <= NEARLY_OPEN_MAX && 2 * open.len() < looked_at
}
