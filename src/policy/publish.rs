//! What a version must fulfil before it is published. Published versions never change.

use jiff::civil::Date;

use crate::domain::policy::case::CaseResult;
use crate::domain::policy::{Policy, PolicyBook};

/// Why a version cannot be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has no cases.
    #[error(
        "the document has no cases beside it; write at least one that approves and one that refers"
    )]
    NoCases,
    /// A case fails.
    #[error("the case \"{title}\" fails: {difference}")]
    CaseFails {
        /// The case.
        title: String,
        /// The first difference.
        difference: String,
    },
    /// A version of that date is published already.
    #[error(
        "{id} effective on {effective} is published already with another content; give the new version a later date"
    )]
    Published {
        /// The policy.
        id: String,
        /// The date.
        effective: Date,
    },
    /// It would change how filings that were already made are judged.
    #[error(
        "the version takes effect on {effective}, and today is {today}: filings of the past are judged by the version that was in force, so choose a later date"
    )]
    InThePast {
        /// When it takes effect.
        effective: Date,
        /// Today.
        today: Date,
    },
}

/// Says whether a version may join the published ones; every reason at once.
///
/// A first version of a policy may take effect in the past, for nothing was filed under it.
///
/// # Errors
/// Every [`Refusal`].
pub fn may_publish(
    policy: &Policy,
    results: &[CaseResult],
    published: &PolicyBook,
    today: Date,
) -> Result<(), Vec<Refusal>> {
    let mut refusals = Vec::new();
    if results.is_empty() {
        refusals.push(Refusal::NoCases);
    }
    for result in results {
        if let Some(difference) = result.differences.first() {
            refusals.push(Refusal::CaseFails {
                title: result.title.clone(),
                difference: difference.clone(),
            });
        }
    }
    let versions: Vec<_> = published
        .iter()
        .filter(|known| known.id() == policy.id())
        .collect();
    let same_day = versions
        .iter()
        .find(|known| known.effective() == policy.effective());
    match same_day {
        Some(known) if known.hash() != policy.hash() => {
            refusals.push(Refusal::Published {
                id: policy.id().to_owned(),
                effective: policy.effective(),
            });
        }
        None if !versions.is_empty() && policy.effective() <= today => {
            refusals.push(Refusal::InThePast {
                effective: policy.effective(),
                today,
            });
        }
        _ => {}
    }
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(refusals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::shipped;
    use jiff::civil::date;

    fn passed() -> Vec<CaseResult> {
        vec![CaseResult {
            title: "a case".to_owned(),
            differences: Vec::new(),
        }]
    }

    fn policy() -> Policy {
        Policy::load(shipped::DOCUMENTS[0].bytes).unwrap()
    }

    fn changed(from: &str, to: &str) -> Policy {
        let text = std::str::from_utf8(shipped::DOCUMENTS[0].bytes).unwrap();
        assert!(text.contains(from));
        Policy::load(text.replacen(from, to, 1).as_bytes()).unwrap()
    }

    #[test]
    fn a_first_version_with_passing_cases_is_published() {
        assert_eq!(
            may_publish(&policy(), &passed(), &PolicyBook::new(), date(2026, 11, 23)),
            Ok(())
        );
    }

    #[test]
    fn a_version_without_cases_or_with_a_failing_one_is_refused() {
        let today = date(2026, 11, 23);
        assert_eq!(
            may_publish(&policy(), &[], &PolicyBook::new(), today),
            Err(vec![Refusal::NoCases])
        );
        let failing = CaseResult {
            title: "a case".to_owned(),
            differences: vec!["outcome".to_owned()],
        };
        let refusals = may_publish(&policy(), &[failing], &PolicyBook::new(), today).unwrap_err();
        assert!(matches!(refusals.as_slice(), [Refusal::CaseFails { .. }]));
    }

    #[test]
    fn a_published_version_never_changes() {
        let mut book = PolicyBook::new();
        book.add(policy()).unwrap();
        let today = date(2026, 11, 23);
        assert_eq!(may_publish(&policy(), &passed(), &book, today), Ok(()));
        let other = changed("\"note\"", "\"note\" ");
        assert_eq!(other.hash(), policy().hash(), "white space is not content");
        let effective = policy().effective().to_string();
        let other = changed(
            "\"sample_rate_per_mille\": 50",
            "\"sample_rate_per_mille\": 51",
        );
        assert!(matches!(
            may_publish(&other, &passed(), &book, today)
                .unwrap_err()
                .as_slice(),
            [Refusal::Published { .. }]
        ));
        let past = changed(
            &format!("\"effective\": \"{effective}\""),
            "\"effective\": \"2026-11-23\"",
        );
        assert!(matches!(
            may_publish(&past, &passed(), &book, today)
                .unwrap_err()
                .as_slice(),
            [Refusal::InThePast { .. }]
        ));
        let next = changed(
            &format!("\"effective\": \"{effective}\""),
            "\"effective\": \"2026-11-24\"",
        );
        assert_eq!(may_publish(&next, &passed(), &book, today), Ok(()));
    }
}
