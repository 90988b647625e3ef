//! Cases beside a document: evidence in, findings, outcome and amounts out.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::PolicyProblem;
use super::problem::{Problems, say};
use super::schema;
use crate::domain::money::Money;

/// The cases of one version of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// The policy.
    pub policy: String,
    /// The version.
    pub effective: Date,
    /// Evidence to start from, by name: an object with `identity` and one member a source.
    pub evidence: BTreeMap<String, Value>,
    /// Cases.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub title: String,
    /// The day it is judged on (and filed on, unless it is a renewal).
    pub on: Date,
    /// Name of the evidence it starts from.
    pub base: String,
    /// Values put into the evidence, by JSON pointer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, Value>,
    /// Values taken out of the evidence, after the others were put in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
    /// Given when an instalment after the first is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<CaseRenewal>,
    /// What must come out.
    pub expect: Expect,
}

/// What went before a renewal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseRenewal {
    /// Which instalment.
    pub instalment: u8,
    /// When the application was filed.
    pub filed_on: Date,
    /// What was planned for the instalment.
    pub planned: Money,
    /// Name of the evidence of the first judgement.
    pub first: String,
}

/// What must come out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `approve`, `refer` or `park`.
    pub outcome: String,
    /// The whole amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Money>,
    /// Instalments; not looked at when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instalments: Option<Vec<ExpectInstalment>>,
    /// All findings that are not `met`: `not_met` or `cannot_establish:cause+cause`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub findings: BTreeMap<String, String>,
    /// Sources it is parked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<Vec<String>>,
}

/// One instalment that must come out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectInstalment {
    /// Amount.
    pub amount: Money,
    /// `at_award`, `months_after_award:12` or `on:2027-09-01`.
    pub due: String,
}

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    /// Title of the case.
    pub title: String,
    /// What differs from what was expected; empty when it passed.
    pub differences: Vec<String>,
}

impl CaseResult {
    /// Whether all came out as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

impl CaseFile {
    /// Reads a file of cases.
    ///
    /// # Errors
    /// Every problem that was found.
    pub fn load(bytes: &[u8]) -> Result<Self, Vec<PolicyProblem>> {
        let mut problems = Problems::default();
        match serde_json::from_slice(bytes) {
            Ok(value) => schema::check_cases(&value, &mut problems),
            Err(error) => problems.error(
                "",
                "not_json",
                say(
                    format!("不是合法的 JSON：{error}"),
                    format!("not JSON: {error}"),
                ),
            ),
        }
        if problems.has_errors() {
            return Err(problems.into_vec());
        }
        let file: Self = serde_json::from_slice(bytes).map_err(|error| {
            let mut problems = Problems::default();
            problems.error(
                "",
                "not_cases",
                say(
                    format!("无法读作案例：{error}"),
                    format!("cannot be read as cases: {error}"),
                ),
            );
            problems.into_vec()
        })?;
        file.check()
    }

    /// Names of evidence that are used must be there.
    fn check(self) -> Result<Self, Vec<PolicyProblem>> {
        let mut problems = Problems::default();
        for (n, case) in self.cases.iter().enumerate() {
            let first = case
                .renewal
                .as_ref()
                .map(|renewal| ("renewal/first", &renewal.first));
            for (member, name) in std::iter::once(("base", &case.base)).chain(first) {
                if !self.evidence.contains_key(name) {
                    problems.error(
                        format!("/cases/{n}/{member}"),
                        "unknown_evidence",
                        say(
                            format!("/evidence 中没有 {name}。"),
                            format!("/evidence holds nothing called {name}"),
                        ),
                    );
                }
            }
        }
        if problems.has_errors() {
            Err(problems.into_vec())
        } else {
            Ok(self)
        }
    }
}
