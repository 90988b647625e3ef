//! What a declared fact must and must not say.

use std::collections::HashSet;

use crate::domain::policy::document::{Fact, FactSource, FactType, Pick};
use crate::domain::policy::problem::{Problems, say};

/// What a fact of its type must and must not say.
pub(super) fn fact_shape(fact: &Fact, at: &str, problems: &mut Problems) {
    let mut wrong = |member: &str, zh: &str, en: &str| {
        problems.error(format!("{at}/{member}"), "wrong_fact", say(zh, en));
    };
    let has_codes = matches!(fact.kind, FactType::Code | FactType::Codes);
    if has_codes == fact.codes.is_empty() {
        wrong(
            "codes",
            "code 与 codes 类型须列出 codes，其他类型不得列出。",
            "types code and codes list their codes; other types do not",
        );
    }
    if fact.codes.iter().collect::<HashSet<_>>().len() != fact.codes.len() {
        wrong("codes", "代码重复。", "a code is there twice");
    }
    if (fact.kind == FactType::Months) != fact.months.is_some()
        || (fact.kind == FactType::Months) == fact.field.is_some()
    {
        wrong(
            "months",
            "months 类型用 months 写明各部分而不用 field；其他类型用 field 而不用 months。",
            "type months names its parts under months and has no field; other types have a field and no months",
        );
    }
    fact_records(fact, at, problems);
}

/// Which records a fact looks at.
fn fact_records(fact: &Fact, at: &str, problems: &mut Problems) {
    let mut wrong = |member: &str, zh: &str, en: &str| {
        problems.error(format!("{at}/{member}"), "wrong_fact", say(zh, en));
    };
    let all = matches!(fact.kind, FactType::Codes | FactType::Months);
    if all != (fact.pick == Some(Pick::All)) {
        wrong(
            "pick",
            "codes 与 months 类型须写 pick: all，其他类型不得写。",
            "types codes and months have pick all; other types do not",
        );
    }
    if matches!(fact.pick, Some(Pick::Latest | Pick::Earliest)) != fact.by.is_some() {
        wrong(
            "by",
            "pick 为 latest 或 earliest 时须写 by，否则不写。",
            "latest and earliest need by; the others have none",
        );
    }
    for (n, filter) in fact.filter.iter().enumerate() {
        if filter.any_of.is_some() == filter.none_of.is_some() {
            wrong(
                &format!("where/{n}"),
                "in 与 not_in 须恰好写一个。",
                "give exactly one of in and not_in",
            );
        }
    }
    if fact.source == FactSource::Identity && !identity_shape(fact) {
        wrong(
            "field",
            "identity 只有 /name（name）、/document_kind（code）、/birth_date（date），且不筛选。",
            "identity has only /name (name), /document_kind (code) and /birth_date (date), without list, where or pick",
        );
    }
}

fn identity_shape(fact: &Fact) -> bool {
    let plain =
        fact.list.is_none() && fact.filter.is_empty() && fact.pick.is_none() && fact.by.is_none();
    let pair = matches!(
        (fact.field.as_deref(), fact.kind),
        (Some("/name"), FactType::Name)
            | (Some("/document_kind"), FactType::Code)
            | (Some("/birth_date"), FactType::Date)
    );
    plain && pair
}
