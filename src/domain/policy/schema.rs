//! Holds a document to its JSON Schema and turns what the validator says into problems with a pointer and a remedy.

use std::sync::LazyLock;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use super::problem::{Problems, say};

/// JSON Schema of policy documents.
pub const POLICY_SCHEMA: &str = include_str!("../../../schemas/policy.schema.json");
/// JSON Schema of the cases beside a document.
pub const CASE_SCHEMA: &str = include_str!("../../../schemas/case.schema.json");

static POLICY: LazyLock<Option<Validator>> = LazyLock::new(|| validator(POLICY_SCHEMA));
static CASES: LazyLock<Option<Validator>> = LazyLock::new(|| validator(CASE_SCHEMA));

fn validator(schema: &str) -> Option<Validator> {
    let schema: Value = serde_json::from_str(schema).ok()?;
    jsonschema::validator_for(&schema).ok()
}

/// Adds every breach of the schema of policy documents.
pub(crate) fn check_policy(document: &Value, problems: &mut Problems) {
    check(POLICY.as_ref(), document, problems);
}

/// Adds every breach of the schema of cases.
pub(crate) fn check_cases(document: &Value, problems: &mut Problems) {
    check(CASES.as_ref(), document, problems);
}

fn check(validator: Option<&Validator>, document: &Value, problems: &mut Problems) {
    let Some(validator) = validator else {
        problems.error(
            "",
            "schema_broken",
            say(
                "程序内置的模式无法使用，请报告此缺陷。",
                "the schema inside the program cannot be used; please report this",
            ),
        );
        return;
    };
    for error in validator.iter_errors(document) {
        let pointer = error.instance_path().as_str().to_owned();
        let instance = document.pointer(&pointer);
        let last = pointer.rsplit('/').next().unwrap_or_default();
        if matches!(
            last,
            "amount" | "up_to" | "machine_cap" | "planned" | "total"
        ) && instance.is_some_and(Value::is_number)
        {
            problems.error(
                pointer,
                "amount_as_number",
                say(
                    "金额须写成字符串，如 \"200000.00\"，不得写成数字。",
                    "write the amount as a string such as \"200000.00\", not as a number",
                ),
            );
            continue;
        }
        let (code, zh) = name(error.kind());
        problems.error(
            pointer,
            code,
            say(
                format!("{zh}（{error}）"),
                format!("{error}; see schemas/policy.schema.json or schemas/case.schema.json"),
            ),
        );
    }
}

/// A stable code and what to do, in Chinese.
fn name(kind: &ValidationErrorKind) -> (&'static str, &'static str) {
    match kind {
        ValidationErrorKind::Required { .. } => ("missing_member", "缺少必填项，请补上"),
        ValidationErrorKind::AdditionalProperties { .. } => {
            ("unknown_member", "有模式中没有的项，请改正拼写或删去")
        }
        ValidationErrorKind::Type { .. } => ("wrong_json_type", "值的类型不对，请按模式改正"),
        ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => {
            ("unknown_word", "用词不在允许之列，请按模式改正")
        }
        ValidationErrorKind::Pattern { .. } => ("wrong_form", "写法不合要求，请按模式改正"),
        ValidationErrorKind::MinLength { .. } => ("empty_text", "文字不得为空，请填写"),
        ValidationErrorKind::Minimum { .. } | ValidationErrorKind::Maximum { .. } => {
            ("out_of_range", "数值超出范围，请改正")
        }
        _ => ("schema", "不合模式，请改正"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_schemas_compile() {
        assert!(POLICY.is_some());
        assert!(CASES.is_some());
    }
}
