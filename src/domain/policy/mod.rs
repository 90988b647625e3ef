//! Policy documents: parsed, held to their schema, checked for sense, compiled.
//!
//! [`Policy::load`] takes the bytes of a document and gives either a policy ready to run or every problem at once.

mod assemble;
pub(crate) mod battery;
pub mod book;
pub mod case;
mod check;
#[cfg(test)]
mod check_tests;
pub(crate) mod compile;
pub mod document;
mod kinds;
pub mod problem;
pub(crate) mod program;
pub mod schema;
pub mod text;

use std::fmt;

use jiff::civil::Date;
use serde_json::Value;

pub use book::PolicyBook;
pub use document::PolicyDocument;
pub use problem::{PolicyProblem, Severity};
pub use text::{Lang, Text};

use self::document::{AmountRow, Criterion, Fact, FormRow, Instalments, Service};
use self::problem::{Problems, say};
use self::program::Program;
use super::canonical::canonical_hash;
use super::hash::Sha256Hex;
use super::judgement::SourceSet;
use super::source::SourceId;

/// More instalments than any policy has.
const INSTALMENTS_MAX: u8 = 128;

/// A policy that was checked and compiled.
#[derive(Clone)]
pub struct Policy {
    document: PolicyDocument,
    bytes: Vec<u8>,
    hash: Sha256Hex,
    warnings: Vec<PolicyProblem>,
    program: Program,
    district: u16,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("id", &self.id())
            .field("effective", &self.effective())
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}

impl Policy {
    /// Reads a policy document.
    ///
    /// # Errors
    /// Every problem that was found, each with a JSON pointer and a remedy in both languages; warnings are among them.
    pub fn load(bytes: &[u8]) -> Result<Self, Vec<PolicyProblem>> {
        let mut problems = Problems::default();
        match read(bytes, &mut problems)
            .and_then(|(value, document)| build(bytes, &value, document, &mut problems))
        {
            Some(mut policy) if !problems.has_errors() => {
                policy.warnings = problems.into_vec();
                Ok(policy)
            }
            _ => Err(problems.into_vec()),
        }
    }

    /// Name of the policy.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.document.id
    }

    /// First day on which filings are judged by this version.
    #[must_use]
    pub const fn effective(&self) -> Date {
        self.document.effective
    }

    /// Hash of the canonical JSON of the document.
    #[must_use]
    pub const fn hash(&self) -> Sha256Hex {
        self.hash
    }

    /// Title.
    #[must_use]
    pub fn title(&self, lang: Lang) -> &str {
        self.document.title.get(lang)
    }

    /// Whether the whole document is a made-up sample.
    #[must_use]
    pub const fn is_sample(&self) -> bool {
        self.document.sample
    }

    /// Parameters of the service.
    #[must_use]
    pub const fn service(&self) -> &Service {
        &self.document.service
    }

    /// Rows of the form, in order.
    #[must_use]
    pub fn form(&self) -> &[FormRow] {
        &self.document.form
    }

    /// When the grant is paid.
    #[must_use]
    pub const fn instalments(&self) -> &Instalments {
        &self.document.instalments
    }

    /// Criteria, in order; findings speak of them by place.
    #[must_use]
    pub fn criteria(&self) -> &[Criterion] {
        &self.document.criteria
    }

    /// Declared facts, in order.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.document.facts
    }

    /// Rows of the amount.
    #[must_use]
    pub fn amount_rows(&self) -> &[AmountRow] {
        &self.document.amount.rows
    }

    /// The document.
    #[must_use]
    pub const fn document(&self) -> &PolicyDocument {
        &self.document
    }

    /// The bytes it was read from.
    #[must_use]
    pub fn source_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What somebody should look at, though it can be used.
    #[must_use]
    pub fn warnings(&self) -> &[PolicyProblem] {
        &self.warnings
    }

    /// Id of the fact that names the budget district.
    #[must_use]
    pub fn district_fact(&self) -> &str {
        &self.document.district
    }

    /// Sources that must be asked to judge and to fill the form.
    #[must_use]
    pub fn sources(&self) -> SourceSet {
        self.document
            .facts
            .iter()
            .filter_map(|fact| fact.source.register())
            .collect()
    }

    /// Sources that must be asked before an instalment (numbered from 1) is paid; empty when nothing is checked again.
    #[must_use]
    pub fn sources_for_renewal(&self, instalment: u8) -> SourceSet {
        let mask = self.program.renewal_mask(instalment);
        let checks = self
            .program
            .checks
            .iter()
            .enumerate()
            .filter(|(at, _)| mask & (1 << at) != 0);
        let own = checks.fold(SourceSet::EMPTY, |set, (_, check)| set.union(check.sources));
        if self.program.monthly.is_some() {
            own.union(self.program.amount_sources)
        } else {
            own
        }
    }

    /// The re-check that would demand contributions of whoever was paid this instalment: the next one that asks social security, or
    /// where none is to come the last; `None` when no re-check asks for contributions, so that there is nothing to watch.
    #[must_use]
    pub fn watched_instalment(&self, paid: u8) -> Option<u8> {
        let asks = |no: &u8| {
            self.sources_for_renewal(*no)
                .iter()
                .any(|source| source == SourceId::SocialSecurity)
        };
        let mut all = (1..=INSTALMENTS_MAX).filter(asks);
        all.clone()
            .find(|no| *no > paid)
            .or_else(|| all.next_back())
    }

    /// Place of a fact by its id.
    #[must_use]
    pub fn fact_index(&self, id: &str) -> Option<usize> {
        self.document.facts.iter().position(|fact| fact.id == id)
    }

    /// Place of a criterion by its id; the amount stands after the last.
    #[must_use]
    pub fn criterion_index(&self, id: &str) -> Option<usize> {
        if id == super::judgement::AMOUNT_CRITERION {
            return Some(self.document.criteria.len());
        }
        self.document
            .criteria
            .iter()
            .position(|criterion| criterion.id == id)
    }

    /// Id of a criterion by its place.
    #[must_use]
    pub fn criterion_id(&self, at: usize) -> &str {
        self.document
            .criteria
            .get(at)
            .map_or(super::judgement::AMOUNT_CRITERION, |criterion| {
                &criterion.id
            })
    }

    pub(crate) const fn program(&self) -> &Program {
        &self.program
    }

    pub(crate) const fn district_slot(&self) -> u16 {
        self.district
    }
}

/// Bytes to document: JSON, schema, shape.
fn read(bytes: &[u8], problems: &mut Problems) -> Option<(Value, PolicyDocument)> {
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => {
            problems.error(
                "",
                "not_json",
                say(
                    format!("不是合法的 JSON：{error}"),
                    format!("not JSON: {error}"),
                ),
            );
            return None;
        }
    };
    schema::check_policy(&value, problems);
    if problems.has_errors() {
        return None;
    }
    // From the bytes and not from the value, for only the bytes show a member that is there twice.
    match serde_json::from_slice(bytes) {
        Ok(document) => Some((value, document)),
        Err(error) => {
            problems.error(
                "",
                "not_a_document",
                say(
                    format!("无法读作政策文件：{error}"),
                    format!("cannot be read as a policy document: {error}"),
                ),
            );
            None
        }
    }
}

fn build(
    bytes: &[u8],
    value: &Value,
    document: PolicyDocument,
    problems: &mut Problems,
) -> Option<Policy> {
    check::structure(&document, value, problems);
    let params = check::params(&document, problems);
    let hash = match canonical_hash(value) {
        Ok(hash) => hash,
        Err(error) => {
            problems.error(
                "",
                "not_canonical",
                say(
                    format!("没有规范形式：{error}"),
                    format!("has no canonical form: {error}"),
                ),
            );
            return None;
        }
    };
    let (program, district) = assemble::compile(&document, params, problems)?;
    Some(Policy {
        document,
        bytes: bytes.to_vec(),
        hash,
        warnings: Vec::new(),
        program,
        district,
    })
}
