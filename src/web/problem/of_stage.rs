//! How the errors of the stages look from outside.

use serde_json::json;

use crate::domain::desk::Act;
use crate::domain::id::CaseId;
use crate::domain::source::SourceId;
use crate::error::StageError;
use crate::web::words::Words;

use super::{FieldError, Kind, Problem};

/// Seconds after which what is only passing is worth another try.
const RETRY_S: u32 = 2;

impl From<StageError> for Problem {
    fn from(error: StageError) -> Self {
        match error {
            // Another person's matter looks like none at all: its existence is nobody's business.
            StageError::NotFound { .. } => Self::new(Kind::NotFound),
            StageError::Forbidden { needs } => Self::new(Kind::Forbidden).member("needs", needs),
            StageError::PolicyNotInForce { id, on } => Self::new(Kind::PolicyNotInForce)
                .member("policy", id)
                .member("on", on.to_string()),
            StageError::ConsentTooNarrow { missing } => {
                Self::new(Kind::ConsentTooNarrow).member("missing", words(&missing))
            }
            StageError::ConsentTooWide { extra } => {
                Self::new(Kind::ConsentTooWide).member("extra", words(&extra))
            }
            StageError::SnapshotMismatch { latest } => {
                Self::new(Kind::SnapshotMismatch).member("latest_snapshot_id", latest.to_string())
            }
            StageError::SnapshotExpired => Self::new(Kind::SnapshotExpired),
            StageError::AlreadyHeld { by } => {
                Self::new(Kind::AlreadyHeld).member("application_id", by.to_string())
            }
            StageError::Transition(step) => {
                Self::new(Kind::WrongState).member("state", step.from.as_str())
            }
            StageError::NotInState { what, state } => Self::new(Kind::WrongState)
                .member("what", what)
                .member("state", state),
            StageError::UnknownField { field } => {
                Self::new(Kind::Refused).errors(vec![unknown_field(&field)])
            }
            StageError::Invalid { field, reason } => {
                Self::new(Kind::Refused).errors(vec![invalid(field, reason)])
            }
            StageError::Step(step) => Self::new(Kind::WrongState)
                .member("what", "case")
                .member("reason", step.to_string()),
            StageError::Frozen { reason } => Self::new(Kind::WrongState)
                .member("what", "case")
                .member("frozen", reason),
            StageError::CaseMoved { id, seen, since } => moved(id, seen, &since),
            StageError::Stale { what } => Self::new(Kind::Stale).member("what", what),
            StageError::Store(store) if store.is_transient() => {
                tracing::warn!(error = %store, "the database is not available");
                Self::new(Kind::Unavailable).retry_after(RETRY_S)
            }
            error @ (StageError::Store(_)
            | StageError::Corrupt { .. }
            | StageError::Calendar(_)
            | StageError::Money(_)) => internal(&error),
        }
    }
}

/// Says what has happened to a case since it was seen: by whom and what, and nobody's words.
fn moved(id: CaseId, seen: i64, since: &[Act]) -> Problem {
    let acts: Vec<_> = since
        .iter()
        .map(|act| {
            json!({
                "version": act.seq,
                "at": act.at,
                "by": act.by.to_string(),
                "act": act.deed.as_str(),
            })
        })
        .collect();
    let current = since.last().map_or(seen, |act| act.seq);
    Problem::new(Kind::Stale).member("what", "case").member(
        "changed",
        json!({ "case": id, "seen_version": seen, "current_version": current, "since": acts }),
    )
}

fn words(sources: &[SourceId]) -> Vec<&'static str> {
    sources.iter().map(|source| source.as_str()).collect()
}

/// Our fault: into the log with what is known, out with nothing but the request's id.
fn internal(error: &dyn std::error::Error) -> Problem {
    tracing::error!(error = %error, "a request failed");
    Problem::new(Kind::Internal)
}

fn unknown_field(field: &str) -> FieldError {
    FieldError {
        pointer: "/field".to_owned(),
        reason: Words::with(
            format!("表单中没有名为“{field}”的行"),
            format!("the form has no row called `{field}`"),
        ),
        mend: Words::of(
            "请填写表单中某一行的 field",
            "name the `field` of a row of the form",
        ),
    }
}

fn invalid(field: &str, reason: String) -> FieldError {
    FieldError {
        pointer: format!("/{field}"),
        reason: Words::with("内容无法受理".to_owned(), reason),
        mend: Words::of("请改正后重新提交", "mend it and send it again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_ours_says_nothing_about_itself() {
        let problem = Problem::from(StageError::Corrupt {
            what: "decision 张三".to_owned(),
        });
        assert_eq!(problem, Problem::new(Kind::Internal));
    }
}
