//! Dated values: without gap, without overlap, of their type.

use crate::domain::money::Money;
use crate::domain::policy::compile::{day, decimal};
use crate::domain::policy::document::{Literal, Param, ParamType, ParamValue, PolicyDocument};
use crate::domain::policy::problem::{Problems, say};
use crate::domain::policy::program::pack;

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
