//! What a schema cannot say about a document: names that are there twice, dates with gaps, rows nobody reaches, shares that
//! do not fit. Everything is found at once, each with its pointer.

use std::collections::HashSet;

use serde_json::Value;

use super::compile::YEARS;
use super::document::{FormRow, FormSource, PolicyDocument, TypedField};
use super::problem::{Problems, say};
use crate::domain::judgement::AMOUNT_CRITERION;

mod facts;
mod params;
mod payment;

pub(crate) use params::params;

/// Everything but the tests, which `compile` looks at.
pub(crate) fn structure(document: &PolicyDocument, value: &Value, problems: &mut Problems) {
    if !YEARS.contains(&document.effective.year()) {
        problems.error(
            "/effective",
            "date_out_of_range",
            say(
                "日期须在 1900 至 2199 年之间。",
                "the day must lie in the years 1900 to 2199",
            ),
        );
    }
    texts(value, "", problems);
    duplicates(document, problems);
    for (n, fact) in document.facts.iter().enumerate() {
        facts::fact_shape(fact, &format!("/facts/{n}"), problems);
    }
    payment::amount(&document.amount, problems);
    payment::instalments(document, problems);
    payment::service(&document.service, problems);
    desk(document, problems);
    typed_rows(&document.form, problems);
}

/// What may be deferred or declared is named after criteria that are there.
fn desk(document: &PolicyDocument, problems: &mut Problems) {
    let Some(desk) = &document.service.desk else {
        return;
    };
    let lists = [
        ("deferrable", &desk.deferrable),
        ("declarable", &desk.declarable),
    ];
    for (list, named) in lists {
        for (n, name) in named.iter().enumerate() {
            if document.criteria.iter().any(|known| known.id == *name) {
                continue;
            }
            problems.error(
                format!("/service/desk/{list}/{n}"),
                "unknown_criterion",
                say(
                    format!("没有名为 {name} 的条件。"),
                    format!("there is no criterion {name}"),
                ),
            );
        }
    }
}

fn unique<'a>(ids: impl Iterator<Item = (&'a str, String)>, problems: &mut Problems) {
    let mut seen = HashSet::new();
    for (id, at) in ids {
        if !seen.insert(id) {
            problems.error(
                at,
                "duplicate_id",
                say(
                    format!("名称 {id} 重复，请改名。"),
                    format!("the id {id} is there twice; rename one"),
                ),
            );
        }
    }
}

fn duplicates(document: &PolicyDocument, problems: &mut Problems) {
    unique(
        document
            .params
            .iter()
            .enumerate()
            .map(|(n, it)| (it.id.as_str(), format!("/params/{n}/id"))),
        problems,
    );
    unique(
        document
            .facts
            .iter()
            .enumerate()
            .map(|(n, it)| (it.id.as_str(), format!("/facts/{n}/id"))),
        problems,
    );
    unique(
        document
            .form
            .iter()
            .enumerate()
            .map(|(n, it)| (it.id.as_str(), format!("/form/{n}/id"))),
        problems,
    );
    let criteria = document
        .criteria
        .iter()
        .enumerate()
        .map(|(n, it)| (it.id.as_str(), format!("/criteria/{n}/id")));
    unique(
        std::iter::once((AMOUNT_CRITERION, String::new())).chain(criteria),
        problems,
    );
    let rows = document
        .amount
        .rows
        .iter()
        .enumerate()
        .map(|(n, it)| (it.id.as_str(), format!("/amount/rows/{n}/id")));
    let extra = document
        .amount
        .extra
        .iter()
        .enumerate()
        .map(|(n, it)| (it.id.as_str(), format!("/amount/extra/{n}/id")));
    unique(rows.chain(extra), problems);
}

/// Texts and legal bases that are there but say nothing, wherever they stand.
fn texts(value: &Value, at: &str, problems: &mut Problems) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let place = format!("{at}/{name}");
                match member.as_str() {
                    Some(words) if words.trim().is_empty() => blank(name, place, problems),
                    Some(_) => {}
                    None => texts(member, &place, problems),
                }
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                texts(item, &format!("{at}/{n}"), problems);
            }
        }
        _ => {}
    }
}

/// A text of white space.
fn blank(name: &str, at: String, problems: &mut Problems) {
    match name {
        "zh" | "en" => problems.error(
            at,
            "missing_language",
            say("中英文都要写。", "write it in both languages"),
        ),
        "basis" => problems.error(
            at,
            "missing_basis",
            say("须写明政策依据。", "name the legal basis"),
        ),
        _ => {}
    }
}

/// Without an account nobody can be paid.
fn typed_rows(form: &[FormRow], problems: &mut Problems) {
    for (field, name) in [
        (TypedField::AccountNumber, "account_number"),
        (TypedField::AccountBank, "account_bank"),
    ] {
        if !form.iter().any(|row| row.from == FormSource::Typed(field)) {
            problems.error(
                "/form",
                "missing_row",
                say(
                    format!("表单须有一行 {{\"typed\": \"{name}\"}}，否则无法付款。"),
                    format!(
                        "the form needs a row {{\"typed\": \"{name}\"}}, or nobody can be paid"
                    ),
                ),
            );
        }
    }
}
