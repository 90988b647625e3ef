//! Runs the cases beside a policy document.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Value;

use super::amount;
use super::matcher::{Renewal, Stage, judge};
use crate::domain::facts::{Answers, Facts, Identity, SourceAnswer, gather};
use crate::domain::judgement::{Due, Judgement, Outcome, Plan, Verdict};
use crate::domain::policy::Policy;
use crate::domain::policy::case::{Case, CaseFile, CaseResult, Expect};
use crate::domain::source::SourceId;
use crate::domain::time::parse_date;

/// Runs every case; what differs stands in the results.
#[must_use]
pub fn run(policy: &Policy, file: &CaseFile) -> Vec<CaseResult> {
    file.cases
        .iter()
        .map(|case| CaseResult {
            title: case.title.clone(),
            differences: differences(policy, file, case).unwrap_or_else(|broken| vec![broken]),
        })
        .collect()
}

fn differences(policy: &Policy, file: &CaseFile, case: &Case) -> Result<Vec<String>, String> {
    let evidence = evidence(file, case)?;
    let facts = facts_of(policy, &evidence)?;
    let first = match &case.renewal {
        None => None,
        Some(renewal) => {
            let evidence = file
                .evidence
                .get(&renewal.first)
                .ok_or_else(|| format!("there is no evidence called {}", renewal.first))?;
            Some((renewal, facts_of(policy, evidence)?))
        }
    };
    let stage = first.as_ref().map_or(Stage::First, |(renewal, first)| {
        Stage::Renewal(Renewal {
            instalment: renewal.instalment,
            filed_on: renewal.filed_on,
            planned: renewal.planned,
            first,
        })
    });
    let judgement = judge(policy, &facts, case.on, stage);
    Ok(compare(policy, &facts, &judgement, case))
}

/// The evidence of a case: its base with values put in and taken out.
///
/// # Errors
/// A sentence when a pointer leads nowhere.
pub fn evidence(file: &CaseFile, case: &Case) -> Result<Value, String> {
    let mut evidence = file
        .evidence
        .get(&case.base)
        .ok_or_else(|| format!("there is no evidence called {}", case.base))?
        .clone();
    for (pointer, value) in &case.set {
        put(&mut evidence, pointer, value)
            .ok_or_else(|| format!("set: {pointer} leads nowhere"))?;
    }
    for pointer in &case.remove {
        take(&mut evidence, pointer).ok_or_else(|| format!("remove: {pointer} leads nowhere"))?;
    }
    Ok(evidence)
}

fn last(pointer: &str) -> Option<(&str, String)> {
    let (parent, name) = pointer.rsplit_once('/')?;
    Some((parent, name.replace("~1", "/").replace("~0", "~")))
}

fn put(evidence: &mut Value, pointer: &str, value: &Value) -> Option<()> {
    let (parent, name) = last(pointer)?;
    match evidence.pointer_mut(parent)? {
        Value::Object(members) => {
            members.insert(name, value.clone());
        }
        Value::Array(items) if name == "-" => items.push(value.clone()),
        Value::Array(items) => *items.get_mut(name.parse::<usize>().ok()?)? = value.clone(),
        _ => return None,
    }
    Some(())
}

fn take(evidence: &mut Value, pointer: &str) -> Option<()> {
    let (parent, name) = last(pointer)?;
    match evidence.pointer_mut(parent)? {
        Value::Object(members) => members.remove(&name).map(|_| ()),
        Value::Array(items) => {
            let at = name.parse::<usize>().ok().filter(|at| *at < items.len())?;
            items.remove(at);
            Some(())
        }
        _ => None,
    }
}

/// Facts out of the evidence of a case.
///
/// # Errors
/// A sentence when the identity cannot be read.
pub fn facts_of(policy: &Policy, evidence: &Value) -> Result<Facts, String> {
    let text = |name: &str| {
        evidence
            .pointer(&format!("/identity/{name}"))
            .and_then(Value::as_str)
    };
    let birth_date: Option<Date> = match text("birth_date") {
        None => None,
        Some(day) => {
            Some(parse_date(day).map_err(|error| format!("identity/birth_date: {error}"))?)
        }
    };
    let identity = Identity {
        name: text("name").ok_or("identity/name is missing")?,
        document_kind: text("document_kind").ok_or("identity/document_kind is missing")?,
        birth_date,
    };
    let answers = SourceId::ALL
        .into_iter()
        .fold(Answers::new(identity), |answers, source| {
            answers.with(
                source,
                match evidence.get(source.as_str()) {
                    None | Some(Value::Null) => SourceAnswer::NotAsked,
                    Some(Value::String(_)) => SourceAnswer::Unavailable,
                    Some(body) => SourceAnswer::Answered(body),
                },
            )
        });
    Ok(gather(policy, &answers))
}

fn compare(policy: &Policy, facts: &Facts, judgement: &Judgement, case: &Case) -> Vec<String> {
    let mut found = Vec::new();
    let mut differ = |what: &str, wanted: String, got: String| {
        if wanted != got {
            found.push(format!("{what}: expected {wanted}, got {got}"));
        }
    };
    let expect = &case.expect;
    differ(
        "outcome",
        expect.outcome.clone(),
        outcome_name(judgement.outcome()).to_owned(),
    );
    let findings: BTreeMap<String, String> = judgement
        .reasons()
        .map(|(at, verdict)| (policy.criterion_id(at).to_owned(), verdict_name(verdict)))
        .collect();
    differ(
        "findings",
        format!("{:?}", expect.findings),
        format!("{findings:?}"),
    );
    match judgement.outcome() {
        Outcome::Approve(grant) => {
            if let Some(total) = expect.total {
                differ("total", total.to_string(), grant.total.to_string());
            }
            if case.renewal.is_none() {
                match amount::plan(policy, grant, facts, case.on) {
                    Ok(plan) => differ(
                        "instalments",
                        expected_instalments(expect, &plan),
                        instalments(&plan),
                    ),
                    Err(error) => differ("instalments", "a plan".to_owned(), error.to_string()),
                }
            }
        }
        Outcome::Park(sources) => {
            let got: Vec<String> = sources.iter().map(|source| source.to_string()).collect();
            if let Some(wanted) = &expect.sources {
                differ("sources", wanted.join(", "), got.join(", "));
            }
        }
        Outcome::Refer => {}
    }
    found
}

fn instalments(plan: &Plan) -> String {
    plan.instalments
        .iter()
        .map(|item| format!("{} {}", item.amount, due_name(item.due)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn expected_instalments(expect: &Expect, plan: &Plan) -> String {
    expect.instalments.as_ref().map_or_else(
        || instalments(plan),
        |items| {
            items
                .iter()
                .map(|item| format!("{} {}", item.amount, item.due))
                .collect::<Vec<_>>()
                .join(", ")
        },
    )
}

const fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Approve(_) => "approve",
        Outcome::Refer => "refer",
        Outcome::Park(_) => "park",
    }
}

fn due_name(due: Due) -> String {
    match due {
        Due::AtAward => "at_award".to_owned(),
        Due::MonthsAfterAward(months) => format!("months_after_award:{months}"),
        Due::On(day) => format!("on:{day}"),
    }
}

/// A verdict as written in cases: `met`, `not_met`, `cannot_establish:cause+cause`.
#[must_use]
pub fn verdict_name(verdict: Verdict) -> String {
    match verdict {
        Verdict::CannotEstablish(causes) => {
            let causes: Vec<&str> = causes
                .iter()
                .map(crate::domain::judgement::Cause::as_str)
                .collect();
            format!("cannot_establish:{}", causes.join("+"))
        }
        other => other.as_str().to_owned(),
    }
}
