//! The reasons of a decision record.
//!
//! Only what is needed is read, so that records of every shape there ever was can be: findings that are not met, what the applicant
//! disputed, what a person is to look at.

use serde::Deserialize;

use super::{Reason, What, Why};
use crate::domain::form::Dispute;
use crate::domain::hash::Sha256Hex;
use crate::domain::judgement::{Cause, Causes, SourceSet};
use crate::domain::policy::PolicyBook;
use crate::domain::policy::document::FormSource;
use crate::domain::signal::Signal;
use crate::domain::source::SourceId;

/// A record that holds no findings.
#[derive(Debug, thiserror::Error)]
#[error("the decision record cannot be read")]
pub struct RecordError(#[from] serde_json::Error);

#[derive(Deserialize)]
struct Record {
    policy: PolicyLine,
    findings: Vec<Finding>,
    #[serde(default)]
    disputed: Vec<String>,
    #[serde(default)]
    signals: Vec<Signal>,
}

#[derive(Deserialize)]
struct PolicyLine {
    id: String,
    sha256: Sha256Hex,
}

#[derive(Deserialize)]
struct Finding {
    criterion: String,
    verdict: VerdictWord,
    #[serde(default)]
    causes: Vec<Cause>,
    evidence: Vec<Evidence>,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum VerdictWord {
    Met,
    NotMet,
    CannotEstablish,
}

#[derive(Deserialize)]
struct Evidence {
    source: SourceId,
    /// Absent when the source had not answered.
    sha256: Option<Sha256Hex>,
    pointers: Vec<String>,
}

/// Every reason that a record names, in its order; never none.
///
/// # Errors
/// When it is no decision record.
pub fn reasons(record: &[u8], book: &PolicyBook) -> Result<Vec<Reason>, RecordError> {
    let record: Record = serde_json::from_slice(record)?;
    let policy = &record.policy;
    let mut reasons: Vec<Reason> = record
        .findings
        .iter()
        .filter(|finding| finding.verdict != VerdictWord::Met)
        .map(|finding| of_finding(&policy.id, finding))
        .collect();
    reasons.extend(
        record
            .disputed
            .iter()
            .map(|field| of_dispute(policy, field, book)),
    );
    reasons.extend(record.signals.iter().map(|signal| Reason {
        what: What::Signal(*signal),
        why: Why::ToLook,
        sources: SourceSet::EMPTY,
    }));
    if reasons.is_empty() {
        reasons.push(Reason {
            what: What::Unstated,
            why: Why::ToLook,
            sources: SourceSet::EMPTY,
        });
    }
    Ok(reasons)
}

fn of_finding(policy: &str, finding: &Finding) -> Reason {
    let causes: Causes = finding.causes.iter().copied().collect();
    let not_met = finding.verdict == VerdictWord::NotMet;
    Reason {
        what: What::Criterion {
            policy: policy.to_owned(),
            id: finding.criterion.clone(),
        },
        why: if not_met {
            Why::NotMet
        } else {
            Why::Unknown(causes)
        },
        // What the records show is no fault of theirs.
        sources: if not_met {
            SourceSet::EMPTY
        } else {
            at_fault(causes, &finding.evidence)
        },
    }
}

/// The sources with which the causes lie: who was silent, who has no record, and for everything else all who were read.
fn at_fault(causes: Causes, evidence: &[Evidence]) -> SourceSet {
    let has = |cause| causes.contains(cause);
    let of_records = [
        Cause::Contradiction,
        Cause::NotYetComplete,
        Cause::Unreadable,
    ];
    let all = of_records.into_iter().any(has);
    evidence
        .iter()
        .filter(|one| match one.sha256 {
            None => has(Cause::SourceUnavailable),
            Some(_) => all || (has(Cause::NoRecord) && one.has_no_record()),
        })
        .map(|one| one.source)
        .collect()
}

impl Evidence {
    /// Whether some fact was looked for in a whole list and found in none of its records.
    fn has_no_record(&self) -> bool {
        let names_record = |pointer: &String| {
            let mut parts = pointer.split('/').skip(1);
            parts.any(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        !self.pointers.iter().all(names_record)
    }
}

fn of_dispute(policy: &PolicyLine, field: &str, book: &PolicyBook) -> Reason {
    if field == Dispute::WHOLE {
        return Reason {
            what: What::Asked,
            why: Why::ToLook,
            sources: SourceSet::EMPTY,
        };
    }
    Reason {
        what: What::Disputed {
            policy: policy.id.clone(),
            field: field.to_owned(),
        },
        why: Why::Disputed,
        sources: source_of(policy, field, book).into_iter().collect(),
    }
}

/// The register that fills a row, by the version the record was made under.
fn source_of(policy: &PolicyLine, field: &str, book: &PolicyBook) -> Option<SourceId> {
    let version = book.by_hash(policy.sha256)?;
    let row = version.form().iter().find(|row| row.id == field)?;
    let FormSource::Fact(fact) = &row.from else {
        return None;
    };
    let fact = version.facts().get(version.fact_index(fact)?)?;
    fact.source.register()
}
