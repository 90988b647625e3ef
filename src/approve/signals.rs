//! Signals that a case shows by itself. Pure.

use crate::domain::facts::Facts;
use crate::domain::judgement::Plan;
use crate::domain::policy::Policy;
use crate::domain::signal::Signal;

/// The signals of a case that would be approved.
#[must_use]
pub fn of_case(policy: &Policy, facts: &Facts, plan: &Plan) -> Vec<Signal> {
    let service = policy.service();
    let back_paid = service
        .breaker
        .back_paid_months_max
        .is_some_and(|most| facts.back_paid_months() > most);
    let over = plan.total > service.machine_cap;
    [
        (back_paid, Signal::BackPaid),
        (over, Signal::OverMachineCap),
    ]
    .into_iter()
    .filter_map(|(is_there, signal)| is_there.then_some(signal))
    .collect()
}
