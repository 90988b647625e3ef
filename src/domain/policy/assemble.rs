//! Puts a program together: criteria, amount, instalments, and which criteria are looked at when.

use super::battery::Battery;
use super::compile::Compiler;
use super::document::{FactType, FormSource, Instalments, PolicyDocument, StageDoc};
use super::problem::{Problems, say};
use super::program::{Check, MonthlyCode, Presence, Program, Row};
use crate::domain::judgement::{Grant, SourceSet};

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
            battery: Battery::default(),
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
            whole: None,
            amount_sources: SourceSet::EMPTY,
            amount_slots: Vec::new(),
            monthly: None,
        }
    }
}

/// Compiles all tests of a document.
pub(super) fn compile(
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
    compiler.program.lay_battery();
    let district = compiler.fact_of(
        &document.district,
        "/district",
        &[FactType::Text, FactType::Code],
    );
    if let Some(employer) = &document.service.breaker.employer {
        compiler.fact_of(
            employer,
            "/service/breaker/employer",
            &[FactType::Text, FactType::Code],
        );
    }
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
            (Some(root), sources, slots) => {
                compiler.program.checks.push(Check {
                    root,
                    sources,
                    slots,
                });
            }
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
                compiler.program.rows.push(row);
            } else {
                compiler.program.extras.push(row);
            }
        }
    }
    compiler.program.whole = match (&document.amount.rows[..], &document.instalments) {
        ([row], Instalments::Shares(_))
            if row.when.is_none() && document.amount.extra.is_empty() =>
        {
            Some(Grant {
                total: row.amount,
                row: 0,
                extras: 0,
            })
        }
        _ => None,
    };
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
