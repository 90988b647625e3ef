//! Policy documents: parsed, held to their schema, checked for sense, compiled.
//!
//! [`Policy::load`] takes the bytes of a document and gives either a policy ready to run or every problem at once.

pub mod book;
pub mod case;
mod check;
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

use self::compile::Compiler;
use self::document::{
    AmountRow, Criterion, Fact, FactType, FormRow, FormSource, Instalments, Service, StageDoc,
};
use self::problem::{Problems, say};
use self::program::{Check, MonthlyCode, Presence, Program, Row};
use super::canonical::canonical_hash;
use super::hash::Sha256Hex;
use super::judgement::SourceSet;

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

impl Program {
    /// Criteria looked at before an instalment.
    pub(crate) fn renewal_mask(&self, instalment: u8) -> u64 {
        usize::from(instalment)
            .checked_sub(1)
            .and_then(|at| self.renewals.get(at))
            .or_else(|| self.monthly.and_then(|_| self.renewals.last()))
            .copied()
            .unwrap_or(0)
    }

    fn empty(document: &PolicyDocument, params: Vec<Vec<(i32, i64)>>) -> Self {
        Self {
            nodes: Vec::new(),
            months: Vec::new(),
            values: Vec::new(),
            slots: Vec::new(),
            params,
            texts: Vec::new(),
            kinds: document
                .facts
                .iter()
                .map(|fact| match fact.kind {
                    FactType::Codes => Presence::Codes,
                    FactType::Months => Presence::Months,
                    _ => Presence::Value,
                })
                .collect(),
            checks: Vec::new(),
            first: 0,
            renewals: Vec::new(),
            choose: document.amount.choose,
            rows: Vec::new(),
            extras: Vec::new(),
            amount_sources: SourceSet::EMPTY,
            amount_slots: Vec::new(),
            monthly: None,
        }
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
    check::structure(&document, problems);
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
    let (program, district) = compile(&document, params, problems)?;
    Some(Policy {
        document,
        bytes: bytes.to_vec(),
        hash,
        warnings: Vec::new(),
        program,
        district,
    })
}

/// Compiles all tests of a document.
fn compile(
    document: &PolicyDocument,
    params: Vec<Vec<(i32, i64)>>,
    problems: &mut Problems,
) -> Option<(Program, u16)> {
    let mut compiler = Compiler::new(
        &document.facts,
        &document.params,
        Program::empty(document, params),
        problems,
    );
    let whole = [
        criteria(&mut compiler, document),
        amount(&mut compiler, document),
        monthly(&mut compiler, document),
    ];
    masks(&mut compiler.program, document);
    let district = compiler.fact_of(
        &document.district,
        "/district",
        &[FactType::Text, FactType::Code],
    );
    for (n, row) in document.form.iter().enumerate() {
        if let FormSource::Fact(id) = &row.from {
            compiler.fact(id, &format!("/form/{n}/from/fact"));
        }
    }
    unused(&mut compiler);
    (whole == [Some(()); 3]).then_some(())?;
    Some((compiler.program, district?.0))
}

fn criteria(compiler: &mut Compiler<'_>, document: &PolicyDocument) -> Option<()> {
    let mut whole = Some(());
    for (n, criterion) in document.criteria.iter().enumerate() {
        match compiler.root(&criterion.test, &format!("/criteria/{n}/test")) {
            (Some(root), sources, slots) => compiler.program.checks.push(Check {
                root,
                sources,
                slots,
            }),
            _ => whole = None,
        }
    }
    whole
}

fn amount(compiler: &mut Compiler<'_>, document: &PolicyDocument) -> Option<()> {
    let mut whole = Some(());
    for (name, rows) in [
        ("rows", &document.amount.rows),
        ("extra", &document.amount.extra),
    ] {
        for (n, row) in rows.iter().enumerate() {
            let mut when = None;
            if let Some(test) = &row.when {
                let (node, sources, slots) =
                    compiler.root(test, &format!("/amount/{name}/{n}/when"));
                whole = node.and(whole);
                when = node;
                compiler.program.amount_sources = compiler.program.amount_sources.union(sources);
                compiler.program.amount_slots.extend(slots);
            }
            let row = Row {
                when,
                amount: row.amount,
            };
            if name == "rows" {
                compiler.program.rows.push(row)
            } else {
                compiler.program.extras.push(row)
            }
        }
    }
    whole
}

fn monthly(compiler: &mut Compiler<'_>, document: &PolicyDocument) -> Option<()> {
    let Instalments::Monthly(monthly) = &document.instalments else {
        return Some(());
    };
    let slot = compiler.fact_of(&monthly.months, "/instalments/months", &[FactType::Months]);
    let start = compiler.day(&monthly.start, "/instalments/start");
    let (slot, _) = slot?;
    compiler.program.amount_slots.push(slot);
    compiler.program.amount_sources = compiler
        .program
        .amount_sources
        .union(compiler.sources(&[slot]));
    compiler.program.monthly = Some(MonthlyCode {
        slot,
        start: start?,
        months_max: monthly.months_max,
        pay_month: monthly.pay_month,
        gap_months_max: monthly.gap_months_max,
    });
    Some(())
}

/// Which criteria are looked at when.
fn masks(program: &mut Program, document: &PolicyDocument) {
    let bit = |at: usize| 1_u64 << at;
    let listed = |list: &Vec<String>| {
        document
            .criteria
            .iter()
            .enumerate()
            .filter(|(_, criterion)| list.contains(&criterion.id))
            .fold(0, |mask, (at, _)| mask | bit(at))
    };
    program.first = document
        .criteria
        .iter()
        .enumerate()
        .filter(|(_, criterion)| criterion.stage == StageDoc::First)
        .fold(0, |mask, (at, _)| mask | bit(at));
    program.renewals = match &document.instalments {
        Instalments::Shares(shares) => shares
            .items
            .iter()
            .map(|item| listed(&item.check))
            .collect(),
        Instalments::Monthly(monthly) => vec![listed(&monthly.check)],
    };
    program.amount_slots.sort_unstable();
    program.amount_slots.dedup();
}

fn unused(compiler: &mut Compiler<'_>) {
    for (n, fact) in compiler.facts.iter().enumerate() {
        if compiler.used.get(n) == Some(&false) {
            let id = &fact.id;
            compiler.problems.warning(format!("/facts/{n}"), "unused_fact", say(format!("事实 {id} 没有用到，请删去：不用的资料不应查询。"), format!("the fact {id} is not used; remove it, for what is not used must not be asked for")));
        }
    }
    for (n, param) in compiler.params.iter().enumerate() {
        if compiler.params_used.get(n) == Some(&false) {
            let id = &param.id;
            compiler.problems.warning(
                format!("/params/{n}"),
                "unused_param",
                say(
                    format!("参数 {id} 没有用到。"),
                    format!("the parameter {id} is not used"),
                ),
            );
        }
    }
}
