//! How the errors of the stages look from outside.

use serde_json::json;

use crate::domain::desk::Act;
use crate::domain::id::CaseId;
use crate::domain::source::SourceId;
use crate::domain::upload::UploadFault;
use crate::error::StageError;
use crate::web::texts;
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
            StageError::Upload(fault) => upload(fault),
            StageError::FilesAway { why } => {
                tracing::error!(why, "files cannot be handled");
                Self::because(
                    Kind::Unavailable,
                    Words::of(
                        "暂时不能收取或读取文件，请稍后再试，或把材料带到窗口。",
                        "Files can neither be taken nor read at the moment. Try again later, or bring the document to the counter.",
                    ),
                )
                .retry_after(60)
            }
            StageError::Frozen { reason } => Self::new(Kind::WrongState)
                .member("what", "case")
                .member("frozen", reason),
            StageError::CaseMoved { id, seen, since } => moved(id, seen, &since),
            StageError::OrderMoved {
                id,
                seen,
                current,
                state,
                ended,
            } => Self::new(Kind::Stale)
                .member("what", "budget order")
                .member("changed", json!({
                    "order": id, "seen_version": seen, "current_version": current, "state": state,
                    "by": ended.as_ref().map(|by| &by.by), "at": ended.as_ref().map(|by| by.at),
                })),
            StageError::BudgetShort { free } => {
                Self::because(Kind::BudgetShort, texts::budgets::short(free)).member("free", free.to_string())
            }
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

fn upload(fault: UploadFault) -> Problem {
    let (reason, mend) = upload_words(fault);
    if let UploadFault::TooLarge { bytes_max } = fault {
        let detail = Words::with(
            format!("{}。{}。", reason.zh, mend.zh),
            format!("{}: {}.", reason.en, mend.en),
        );
        return Problem::because(Kind::BodyTooLarge, detail).member("bytes_max", bytes_max);
    }
    Problem::new(Kind::Refused).errors(vec![FieldError {
        pointer: "/file".to_owned(),
        reason,
        mend,
    }])
}

/// Says why a file is not taken, and what to do about it.
#[must_use]
pub fn upload_words(fault: UploadFault) -> (Words, Words) {
    match fault {
        UploadFault::TooLarge { bytes_max } => {
            let most = bytes_max / 1_024;
            (
                Words::with(
                    format!("文件过大，单个文件最大 {most} KiB"),
                    format!("The file is too large, {most} KiB are taken at most"),
                ),
                Words::of("请压缩或分成几个文件", "compress it, or split it"),
            )
        }
        UploadFault::TooMany { files_max } => (
            Words::with(
                format!("本事项已有 {files_max} 个文件，不能再多"),
                format!("The case has {files_max} files, which is all it takes"),
            ),
            Words::of(
                "请合并后带到窗口办理",
                "put them together, and bring them to the counter",
            ),
        ),
        UploadFault::Empty => (
            Words::of("没有收到文件，或文件为空", "No file came, or an empty one"),
            Words::of("请选择一个文件", "choose a file"),
        ),
        UploadFault::OtherKind => (
            Words::of(
                "文件内容不是 PDF、JPEG 或 PNG",
                "By its content it is neither PDF nor JPEG nor PNG",
            ),
            Words::of(
                "请另存为 PDF、JPEG 或 PNG 后再上传",
                "save it as PDF, JPEG or PNG and send it again",
            ),
        ),
        UploadFault::Broken(_) => (
            Words::of("文件不完整或已损坏", "The file is damaged or broken off"),
            Words::of(
                "请重新扫描或导出后再上传",
                "scan or export it anew and send it again",
            ),
        ),
        UploadFault::Name => (
            Words::of(
                "文件名为空、过长，或含有不能用于文件名的字符",
                "The file's name is empty, too long, or holds what no file name holds",
            ),
            Words::of("请改名后再上传", "rename it and send it again"),
        ),
    }
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
