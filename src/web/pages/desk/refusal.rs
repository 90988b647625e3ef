//! Why a step was not done, as the page says it: beside the control it is about where there is one, with what has happened since where
//! somebody else was first.

use axum::http::StatusCode;

use super::form::Typed;
use crate::domain::desk::Act;
use crate::error::StageError;
use crate::web::problem::Problem;
use crate::web::texts::casework as t;
use crate::web::words::Words;

/// A step that was not done.
pub(super) struct Refusal {
    /// Status of the page.
    pub(super) status: StatusCode,
    /// What has happened since the case was seen.
    pub(super) since: Vec<Act>,
}

impl Refusal {
    /// Puts what went wrong beside what was typed.
    ///
    /// # Errors
    /// What is no person's to mend, or nobody's business.
    pub(super) fn of(error: StageError, typed: &mut Typed) -> Result<Self, Problem> {
        let mut since = Vec::new();
        let status = match error {
            StageError::Invalid { field, reason } => {
                invalid(field, &reason, typed);
                StatusCode::UNPROCESSABLE_ENTITY
            }
            StageError::CaseMoved { since: acts, .. } => {
                since = acts;
                StatusCode::CONFLICT
            }
            other => match told(&other) {
                Some((status, words)) => {
                    typed.errors.push((None, words));
                    status
                }
                None => return Err(other.into()),
            },
        };
        Ok(Self { status, since })
    }
}

/// Status and words of what concerns no single control.
pub(super) fn told(error: &StageError) -> Option<(StatusCode, Words)> {
    let conflict = StatusCode::CONFLICT;
    Some(match error {
        StageError::Step(step) => (conflict, t::step(step)),
        StageError::Forbidden { needs } => (StatusCode::FORBIDDEN, t::forbidden(needs)),
        StageError::Frozen { reason } => (conflict, frozen(reason)),
        StageError::Stale { .. } => (conflict, t::STALE_AMOUNT),
        StageError::AlreadyHeld { .. } => (conflict, t::HELD_ELSEWHERE),
        StageError::NotInState {
            state: "overdue", ..
        } => (conflict, t::OVERDUE),
        StageError::NotInState { .. } | StageError::Transition(_) => (conflict, t::NOT_IN_STATE),
        StageError::CaseMoved { .. } => (conflict, t::BULK_MOVED),
        StageError::Invalid {
            field: "officer", ..
        } => (StatusCode::UNPROCESSABLE_ENTITY, t::WRONG_OFFICER),
        _ => return None,
    })
}

/// Why nothing is approved, with the supervisor's reason.
pub(super) fn frozen(reason: &str) -> Words {
    Words::with(
        format!("{}{reason}", t::FROZEN.zh),
        format!("{}{reason}", t::FROZEN.en),
    )
}

fn invalid(field: &str, reason: &str, typed: &mut Typed) {
    match field {
        "words" | "grounds" => typed.wrong(field, t::WRONG_WORDS),
        "legal_basis" => typed.wrong(field, t::WRONG_BASIS),
        "officer" => typed.wrong(field, t::WRONG_OFFICER),
        "to" => typed.wrong(field, t::WRONG_OFFICE),
        "purpose" => typed.wrong(field, t::LOOK_MISSING),
        // The words of the stage are about the amount; the form's own are about what was not chosen.
        "verdict" if typed.get("verdict").is_empty() => typed.wrong(field, t::WRONG_VERDICT),
        "verdict" => typed.wrong(field, t::WRONG_AMOUNT),
        "criteria" => typed.wrong(field, t::WRONG_CRITERIA),
        "held" => typed.wrong(field, t::WRONG_CHECK),
        "settled" => {
            let at = Some("criteria".to_owned());
            typed.errors.push((at, t::STILL_OPEN));
        }
        _ => {
            tracing::warn!(field, reason, "a form of the desk was refused");
            typed.errors.push((None, t::WRONG_OTHER));
        }
    }
}
