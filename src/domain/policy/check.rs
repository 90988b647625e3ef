//! What a schema cannot say about a document: names that are there twice, dates with gaps, rows nobody reaches, shares that
//! do not fit. Everything is found at once, each with its pointer.

use std::collections::HashSet;

use super::compile::{YEARS, day, decimal};
use super::document::{
    Amount, Choose, DueDoc, Fact, FactSource, FactType, FormRow, FormSource, Instalments, Literal,
    Param, ParamType, ParamValue, Pick, PolicyDocument, Service, Shares, StageDoc, TypedField,
};
use super::problem::{Problems, say};
use super::program::pack;
use super::text::Text;
use crate::domain::judgement::AMOUNT_CRITERION;
use crate::domain::money::Money;

/// Everything but the tests, which `compile` looks at.
pub(crate) fn structure(document: &PolicyDocument, problems: &mut Problems) {
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
    texts(document, problems);
    duplicates(document, problems);
    for (n, fact) in document.facts.iter().enumerate() {
        fact_shape(fact, &format!("/facts/{n}"), problems);
    }
    amount(&document.amount, problems);
    instalments(document, problems);
    service(&document.service, problems);
    typed_rows(&document.form, problems);
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

/// Texts and legal bases that are there but say nothing.
fn texts(document: &PolicyDocument, problems: &mut Problems) {
    let mut found: Vec<(String, &Text)> = vec![
        ("/title".to_owned(), &document.title),
        ("/service/note".to_owned(), &document.service.note),
    ];
    found.extend(
        document
            .facts
            .iter()
            .enumerate()
            .map(|(n, it)| (format!("/facts/{n}/title"), &it.title)),
    );
    found.extend(
        document
            .criteria
            .iter()
            .enumerate()
            .map(|(n, it)| (format!("/criteria/{n}/title"), &it.title)),
    );
    found.extend(
        document
            .criteria
            .iter()
            .enumerate()
            .map(|(n, it)| (format!("/criteria/{n}/advice"), &it.advice)),
    );
    found.extend(
        document
            .amount
            .rows
            .iter()
            .enumerate()
            .map(|(n, it)| (format!("/amount/rows/{n}/title"), &it.title)),
    );
    found.extend(
        document
            .amount
            .extra
            .iter()
            .enumerate()
            .map(|(n, it)| (format!("/amount/extra/{n}/title"), &it.title)),
    );
    found.extend(
        document
            .form
            .iter()
            .enumerate()
            .map(|(n, it)| (format!("/form/{n}/title"), &it.title)),
    );
    for (at, text) in found {
        for (lang, words) in [("zh", &text.zh), ("en", &text.en)] {
            if words.trim().is_empty() {
                problems.error(
                    format!("{at}/{lang}"),
                    "missing_language",
                    say("中英文都要写。", "write it in both languages"),
                );
            }
        }
    }
    let mut bases: Vec<(String, &str)> = vec![("/basis".to_owned(), &document.basis)];
    bases.extend(
        document
            .criteria
            .iter()
            .enumerate()
            .map(|(n, it)| (format!("/criteria/{n}/basis"), it.basis.as_str())),
    );
    bases.extend(
        document
            .amount
            .rows
            .iter()
            .enumerate()
            .map(|(n, it)| (format!("/amount/rows/{n}/basis"), it.basis.as_str())),
    );
    bases.extend(
        document
            .amount
            .extra
            .iter()
            .enumerate()
            .map(|(n, it)| (format!("/amount/extra/{n}/basis"), it.basis.as_str())),
    );
    for (n, param) in document.params.iter().enumerate() {
        bases.extend(
            param
                .values
                .iter()
                .enumerate()
                .map(|(m, it)| (format!("/params/{n}/values/{m}/basis"), it.basis.as_str())),
        );
    }
    for (at, basis) in bases {
        if basis.trim().is_empty() {
            problems.error(
                at,
                "missing_basis",
                say("须写明政策依据。", "name the legal basis"),
            );
        }
    }
}

fn fact_shape(fact: &Fact, at: &str, problems: &mut Problems) {
    let mut wrong = |member: &str, zh: &str, en: &str| {
        problems.error(format!("{at}/{member}"), "wrong_fact", say(zh, en))
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

/// Dated values as packed days and numbers; complains about gaps, overlaps and values of the wrong type.
pub(crate) fn params(document: &PolicyDocument, problems: &mut Problems) -> Vec<Vec<(i32, i64)>> {
    document
        .params
        .iter()
        .enumerate()
        .map(|(n, param)| param_values(param, document, &format!("/params/{n}/values"), problems))
        .collect()
}

fn param_values(
    param: &Param,
    document: &PolicyDocument,
    at: &str,
    problems: &mut Problems,
) -> Vec<(i32, i64)> {
    let mut values = Vec::new();
    for (n, value) in param.values.iter().enumerate() {
        let place = format!("{at}/{n}");
        follows(
            n.checked_sub(1).and_then(|before| param.values.get(before)),
            value,
            &place,
            problems,
        );
        match number(param.kind, &value.value) {
            Some(number) => values.push((pack(value.from), number)),
            None if param.kind == ParamType::Money && matches!(value.value, Literal::Int(_)) => {
                problems.error(
                    format!("{place}/value"),
                    "amount_as_number",
                    say(
                        "金额须写成字符串，如 \"200000.00\"，不得写成数字。",
                        "write the amount as a string such as \"200000.00\", not as a number",
                    ),
                );
            }
            None => problems.error(
                format!("{place}/value"),
                "wrong_value",
                say(
                    "值与参数的类型不合。",
                    "the value does not fit the type of the parameter",
                ),
            ),
        }
    }
    if param
        .values
        .first()
        .is_some_and(|first| first.from > document.effective)
    {
        problems.error(
            format!("{at}/0/from"),
            "param_gap",
            say(
                "从政策生效之日起就须有值，请把最早的 from 提前。",
                "there must be a value from the effective date on; move the earliest from to it",
            ),
        );
    }
    if let Some(last) = param.values.len().checked_sub(1)
        && param
            .values
            .get(last)
            .is_some_and(|value| value.until.is_some())
    {
        problems.error(
            format!("{at}/{last}/until"),
            "param_gap",
            say(
                "最后一个值不得写 until，否则其后没有值。",
                "the last value must have no until, or days after it have no value",
            ),
        );
    }
    values
}

/// A value starts the day after the one before it ends.
fn follows(before: Option<&ParamValue>, value: &ParamValue, at: &str, problems: &mut Problems) {
    if value.until.is_some_and(|until| until < value.from) {
        problems.error(
            format!("{at}/until"),
            "param_overlap",
            say("until 早于 from。", "until lies before from"),
        );
    }
    let Some(before) = before else { return };
    let Some(until) = before.until else {
        if value.from <= before.from {
            problems.error(
                format!("{at}/from"),
                "param_overlap",
                say("日期须逐个递增。", "the dates must ascend"),
            );
        }
        return;
    };
    match until.tomorrow() {
        Ok(next) if value.from == next => {}
        Ok(next) if value.from > next => problems.error(
            format!("{at}/from"),
            "param_gap",
            say(
                format!("{next} 起没有值，请改正日期。"),
                format!("there is no value from {next} on; mend the dates"),
            ),
        ),
        _ => problems.error(
            format!("{at}/from"),
            "param_overlap",
            say(
                "与前一个值的日期重叠。",
                "the dates overlap those of the value before",
            ),
        ),
    }
}

fn number(kind: ParamType, value: &Literal) -> Option<i64> {
    match (kind, value) {
        (ParamType::Int, Literal::Int(number)) => Some(*number),
        (ParamType::Money, Literal::Text(text)) => text.parse::<Money>().ok().map(Money::fen),
        (ParamType::Decimal, Literal::Text(text)) => decimal(text),
        (ParamType::Date, Literal::Text(text)) => day(text).map(|day| i64::from(pack(day))),
        _ => None,
    }
}

fn amount(amount: &Amount, problems: &mut Problems) {
    for (n, row) in amount.rows.iter().enumerate() {
        let earlier = amount.rows.iter().take(n);
        let hidden = match amount.choose {
            Choose::First => earlier
                .into_iter()
                .any(|before| before.when.is_none() || before.when == row.when),
            Choose::Best => amount.rows.iter().enumerate().any(|(m, other)| {
                m != n
                    && (other.when.is_none() || other.when == row.when)
                    && (other.amount > row.amount || (other.amount == row.amount && m < n))
            }),
        };
        if hidden {
            problems.error(format!("/amount/rows/{n}"), "unreachable_row", say("此行永远轮不到：另一行总会先被选中。请调整次序或条件。", "this row is never reached, for another always comes first; change the order or the condition"));
        }
        if row.amount.is_zero() {
            problems.error(
                format!("/amount/rows/{n}/amount"),
                "zero_amount",
                say("金额不得为零。", "the amount must not be zero"),
            );
        }
    }
    let highest = amount.rows.iter().map(|row| row.amount).max();
    if Money::sum(
        highest
            .into_iter()
            .chain(amount.extra.iter().map(|row| row.amount)),
    )
    .is_none()
    {
        problems.error(
            "/amount",
            "amount_overflow",
            say(
                "金额之和超出上限。",
                "the amounts add up to more than an amount can hold",
            ),
        );
    }
}

fn instalments(document: &PolicyDocument, problems: &mut Problems) {
    let (lists, later): (Vec<(String, &Vec<String>)>, bool) = match &document.instalments {
        Instalments::Shares(shares) => {
            share_shape(shares, problems);
            (
                shares
                    .items
                    .iter()
                    .enumerate()
                    .map(|(n, item)| (format!("/instalments/items/{n}/check"), &item.check))
                    .collect(),
                shares.items.len() > 1,
            )
        }
        Instalments::Monthly(monthly) => {
            let most = document
                .amount
                .rows
                .iter()
                .map(|row| row.amount)
                .max()
                .unwrap_or(Money::ZERO);
            let extra = Money::sum(document.amount.extra.iter().map(|row| row.amount));
            if extra
                .and_then(|extra| most.checked_add(extra))
                .and_then(|unit| unit.times(monthly.months_max))
                .is_none()
            {
                problems.error(
                    "/instalments/months_max",
                    "amount_overflow",
                    say(
                        "月数乘以金额超出上限。",
                        "the months times the amount is more than an amount can hold",
                    ),
                );
            }
            (
                vec![("/instalments/check".to_owned(), &monthly.check)],
                true,
            )
        }
    };
    for (at, list) in &lists {
        unique(
            list.iter()
                .enumerate()
                .map(|(n, id)| (id.as_str(), format!("{at}/{n}"))),
            problems,
        );
        for (n, id) in list.iter().enumerate() {
            if !document
                .criteria
                .iter()
                .any(|criterion| criterion.id == *id)
            {
                problems.error(
                    format!("{at}/{n}"),
                    "unknown_criterion",
                    say(
                        format!("没有名为 {id} 的标准。"),
                        format!("no criterion is called {id}"),
                    ),
                );
            }
        }
    }
    for (n, criterion) in document.criteria.iter().enumerate() {
        let listed = lists.iter().any(|(_, list)| list.contains(&criterion.id));
        if criterion.stage == StageDoc::Renewal && !(listed && later) {
            problems.error(
                format!("/criteria/{n}/stage"),
                "never_checked",
                say(
                    "此标准只在续发时检查，却没有列入任何 check。",
                    "this criterion is looked at only at renewals, and no check lists it",
                ),
            );
        }
    }
}

fn share_shape(shares: &Shares, problems: &mut Problems) {
    let weights: Vec<u32> = shares.items.iter().map(|item| item.weight).collect();
    let sum: u32 = weights.iter().sum();
    let equal = weights.iter().all(|weight| Some(weight) == weights.first());
    if weights.contains(&0) || !(equal || matches!(sum, 10 | 100 | 1000)) {
        problems.error(
            "/instalments/items",
            "shares_do_not_fit",
            say(format!("份额之和为 {sum}：须为 10、100 或 1000，或各份相等，且不得有零。"), format!("the shares add up to {sum}: they must make 10, 100 or 1000, or be equal, and none may be zero")),
        );
    }
    let mut before = None;
    for (n, item) in shares.items.iter().enumerate() {
        let at = format!("/instalments/items/{n}");
        if n == 0 && !item.check.is_empty() {
            problems.error(
                format!("{at}/check"),
                "shares_do_not_fit",
                say(
                    "首期没有复核，请删去 check。",
                    "nothing is checked again before the first instalment; remove check",
                ),
            );
        }
        if n > 0 && item.check.is_empty() {
            problems.warning(
                format!("{at}/check"),
                "no_recheck",
                say(
                    "此期发放前不作复核，请确认。",
                    "nothing is checked again before this instalment; make sure that is meant",
                ),
            );
        }
        let key = match item.due {
            DueDoc::AtAward => (0, 0),
            DueDoc::MonthsAfterAward(months) => (1, i64::from(months)),
            DueDoc::On(day) => (2, i64::from(pack(day))),
        };
        if before.is_some_and(|before| before >= key) {
            problems.error(
                format!("{at}/due"),
                "shares_do_not_fit",
                say(
                    "各期到期须依次推后。",
                    "each instalment must fall due after the one before it",
                ),
            );
        }
        before = Some(key);
    }
}

fn service(service: &Service, problems: &mut Problems) {
    let last = service.amount_bands.len().saturating_sub(1);
    let mut before = Money::ZERO;
    for (n, band) in service.amount_bands.iter().enumerate() {
        let at = format!("/service/amount_bands/{n}/up_to");
        match band.up_to {
            None if n == last => {}
            Some(up_to) if n < last && up_to > before => before = up_to,
            _ => problems.error(
                at,
                "bands_do_not_fit",
                say(
                    "金额段须递增，且只有最后一段不设上限。",
                    "bands must ascend, and the last one, only that one, is open",
                ),
            ),
        }
    }
    if service.deadline_special_working_days < service.deadline_working_days
        || service.deadline_working_days == 0
    {
        problems.error(
            "/service/deadline_special_working_days",
            "deadline",
            say(
                "期限须大于零，特殊情形的期限不得更短。",
                "a deadline is more than zero days, and the special one is not shorter",
            ),
        );
    }
    let known = serde_json::to_value(service).unwrap_or_default();
    for (n, field) in service.sample_fields.iter().enumerate() {
        if known.get(field).is_none() {
            problems.error(
                format!("/service/sample_fields/{n}"),
                "unknown_member",
                say(
                    format!("service 中没有 {field}。"),
                    format!("service has no member {field}"),
                ),
            );
        }
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
