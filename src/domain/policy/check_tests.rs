//! A planted fault for every check: each must be found, at its place, with a remedy in both languages.

use serde_json::{Value, json};

use super::{Policy, PolicyProblem, Severity};

const PHD: &[u8] = include_bytes!("../../../policies/foshan-phd-settling-in/2021-09-10.json");
const LEADING: &[u8] =
    include_bytes!("../../../policies/foshan-leading-talent-sample/2021-01-01.json");
const MONTHLY: &[u8] = include_bytes!("../../../policies/foshan-junior-mid-level/2021-01-01.json");

fn document(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn problems(document: &Value) -> Vec<PolicyProblem> {
    match Policy::load(&serde_json::to_vec(document).unwrap()) {
        Ok(policy) => policy.warnings().to_vec(),
        Err(problems) => problems,
    }
}

/// Plants a value and expects a problem of that code at that place.
#[track_caller]
fn plant(bytes: &[u8], at: &str, value: Value, code: &str, found_at: &str) -> PolicyProblem {
    let mut document = document(bytes);
    put(&mut document, at, value);
    let problems = problems(&document);
    let found = problems
        .iter()
        .find(|problem| problem.code == code && problem.pointer == found_at);
    let found = found.unwrap_or_else(|| panic!("no {code} at {found_at} among {problems:#?}"));
    assert!(!found.message.zh.is_empty() && !found.message.en.is_empty());
    found.clone()
}

fn put(document: &mut Value, at: &str, value: Value) {
    let (parent, name) = at.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Object(members) => {
            members.insert(name.to_owned(), value);
        }
        Value::Array(items) if name == "-" => items.push(value),
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        _ => panic!("{at}"),
    }
}

/// Place of a member of a list by its id.
fn by_id(bytes: &[u8], list: &str, id: &str) -> usize {
    document(bytes)[list]
        .as_array()
        .unwrap()
        .iter()
        .position(|item| item["id"] == id)
        .unwrap()
}

fn criterion(bytes: &[u8], id: &str) -> String {
    format!("/criteria/{}", by_id(bytes, "criteria", id))
}

fn fact(bytes: &[u8], id: &str) -> String {
    format!("/facts/{}", by_id(bytes, "facts", id))
}

#[test]
fn the_documents_without_a_fault_have_no_problem() {
    for bytes in [PHD, LEADING, MONTHLY] {
        assert_eq!(problems(&document(bytes)), []);
    }
}

#[test]
fn text_that_is_not_json_is_refused() {
    let problems = Policy::load(b"{").unwrap_err();
    assert_eq!(problems[0].code, "not_json");
}

#[test]
fn a_member_that_is_there_twice_is_refused() {
    let text = String::from_utf8(PHD.to_vec()).unwrap().replacen(
        "\"effective\"",
        "\"effective\": \"2021-09-10\", \"effective\"",
        1,
    );
    assert_eq!(
        Policy::load(text.as_bytes()).unwrap_err()[0].code,
        "not_a_document"
    );
}

#[test]
fn shape_that_the_schema_forbids_is_found_at_its_place() {
    let id = criterion(PHD, "full_time");
    plant(PHD, "/unknown", json!(1), "unknown_member", "");
    plant(
        PHD,
        "/title",
        json!({"zh": "标题"}),
        "missing_member",
        "/title",
    );
    plant(
        PHD,
        &format!("{id}/title"),
        json!({"zh": "标题"}),
        "missing_member",
        &format!("{id}/title"),
    );
    plant(
        PHD,
        &format!("{id}/basis"),
        json!(""),
        "empty_text",
        &format!("{id}/basis"),
    );
    plant(
        PHD,
        &format!("{id}/test/op"),
        json!("equals"),
        "unknown_word",
        &format!("{id}/test/op"),
    );
    plant(
        PHD,
        "/effective",
        json!("10.9.2021"),
        "wrong_form",
        "/effective",
    );
    plant(
        PHD,
        "/service/sample_rate_per_mille",
        json!(1001),
        "out_of_range",
        "/service/sample_rate_per_mille",
    );
    plant(PHD, "/facts", json!({}), "wrong_json_type", "/facts");
}

#[test]
fn an_amount_written_as_a_number_is_found_at_its_place() {
    for number in [json!(200_000), json!(200_000.5)] {
        let problem = plant(
            PHD,
            "/amount/rows/0/amount",
            number,
            "amount_as_number",
            "/amount/rows/0/amount",
        );
        assert!(
            problem.message.en.contains("\"200000.00\"")
                && problem.message.zh.contains("\"200000.00\"")
        );
    }
    plant(
        PHD,
        "/service/machine_cap",
        json!(1),
        "amount_as_number",
        "/service/machine_cap",
    );
    plant(
        LEADING,
        "/params/0/values/0/value",
        json!(10_000),
        "amount_as_number",
        "/params/0/values/0/value",
    );
    let at = format!("{}/test/of/1/value", criterion(LEADING, "wage"));
    plant(LEADING, &at, json!(5000), "amount_as_number", &at);
    for text in [
        "1e3",
        "1.005",
        "0.1",
        "-1.00",
        "NaN",
        "10000000000000000.00",
        "+1.00",
        ".50",
        "1.",
    ] {
        plant(
            PHD,
            "/amount/rows/0/amount",
            json!(text),
            "wrong_form",
            "/amount/rows/0/amount",
        );
    }
}

#[test]
fn an_unknown_fact_is_found_wherever_it_is_named() {
    let full_time = format!("{}/test/fact", criterion(PHD, "full_time"));
    plant(
        PHD,
        &full_time,
        json!("employmant"),
        "unknown_fact",
        &full_time,
    );
    plant(
        PHD,
        "/district",
        json!("borough"),
        "unknown_fact",
        "/district",
    );
    plant(
        PHD,
        "/form/3/from",
        json!({"fact": "nothing"}),
        "unknown_fact",
        "/form/3/from/fact",
    );
    let employer = "/service/breaker/employer";
    plant(PHD, employer, json!("boss"), "unknown_fact", employer);
    plant(PHD, employer, json!("signed_on"), "wrong_type", employer);
    plant(
        MONTHLY,
        "/instalments/months",
        json!("nothing"),
        "unknown_fact",
        "/instalments/months",
    );
    plant(
        MONTHLY,
        "/instalments/start",
        json!({"fact": "nothing"}),
        "unknown_fact",
        "/instalments/start/fact",
    );
    plant(
        MONTHLY,
        "/amount/rows/0/when/fact",
        json!("nothing"),
        "unknown_fact",
        "/amount/rows/0/when/fact",
    );
    let names = format!("{}/test/facts/1", criterion(PHD, "names_agree"));
    plant(PHD, &names, json!("nothing"), "unknown_fact", &names);
}

#[test]
fn a_test_on_a_fact_of_another_type_is_found() {
    let at = format!("{}/test", criterion(PHD, "full_time"));
    for (test, place) in [
        (
            json!({"op": "lt", "fact": "employment", "value": "full_time"}),
            "fact",
        ),
        (
            json!({"op": "eq", "fact": "months_paid", "value": 1}),
            "fact",
        ),
        (
            json!({"op": "has", "fact": "employment", "values": ["full_time"]}),
            "fact",
        ),
        (
            json!({"op": "in", "fact": "other_benefits", "values": ["rent"]}),
            "fact",
        ),
        (
            json!({"op": "cumulative_months", "fact": "contract_from", "at_least": 1}),
            "fact",
        ),
        (
            json!({"op": "consecutive_months", "fact": "months_paid", "at_least": 1, "ending": "until", "at_employer": {"fact": "employment"}}),
            "at_employer/fact",
        ),
        (
            json!({"op": "before", "date": {"fact": "employment"}, "than": "filing_date"}),
            "date/fact",
        ),
        (
            json!({"op": "names_agree", "facts": ["name_identity", "employer_name"]}),
            "facts/1",
        ),
        (
            json!({"op": "agree", "facts": ["other_benefits", "other_benefits"]}),
            "facts/0",
        ),
        (
            json!({"op": "same_as", "fact": "employment", "other": "employer_uscc"}),
            "other",
        ),
        (json!({"op": "unchanged", "fact": "months_paid"}), "fact"),
    ] {
        plant(PHD, &at, test, "wrong_type", &format!("{at}/{place}"));
    }
    plant(
        PHD,
        "/district",
        json!("contract_from"),
        "wrong_type",
        "/district",
    );
}

#[test]
fn a_value_that_does_not_fit_its_type_is_found() {
    let at = format!("{}/test", criterion(PHD, "full_time"));
    plant(
        PHD,
        &at,
        json!({"op": "eq", "fact": "employment", "value": "fulltime"}),
        "unknown_code",
        &format!("{at}/value"),
    );
    plant(
        PHD,
        &at,
        json!({"op": "in", "fact": "employment", "values": ["full_time", "half"]}),
        "unknown_code",
        &format!("{at}/values/1"),
    );
    plant(
        PHD,
        &at,
        json!({"op": "eq", "fact": "contract_from", "value": "2021-02-30"}),
        "wrong_value",
        &format!("{at}/value"),
    );
    plant(
        PHD,
        &at,
        json!({"op": "eq", "fact": "district", "value": true}),
        "wrong_value",
        &format!("{at}/value"),
    );
    plant(
        PHD,
        &at,
        json!({"op": "same_as", "fact": "employment", "other": "channel"}),
        "different_codes",
        &format!("{at}/other"),
    );
    plant(
        PHD,
        &at,
        json!({"op": "before", "date": "2021-02-30", "than": "filing_date"}),
        "wrong_value",
        &format!("{at}/date"),
    );
    let at = format!("{}/test/of/2/value", criterion(LEADING, "wage"));
    plant(LEADING, &at, json!("1.0000001"), "wrong_value", &at);
}

#[test]
fn counts_and_days_out_of_range_are_found() {
    let at = format!("{}/test", criterion(PHD, "full_time"));
    let between = |op: &str, count: u32| json!({"op": op, "from": {"fact": "contract_from"}, "to": "filing_date", "at_least": count});
    plant(
        PHD,
        &at,
        between("years_between", 151),
        "count_out_of_range",
        &format!("{at}/at_least"),
    );
    plant(
        PHD,
        &at,
        between("months_between", 481),
        "count_out_of_range",
        &format!("{at}/at_least"),
    );
    plant(
        PHD,
        &at,
        json!({"op": "before", "date": "3021-01-01", "than": "filing_date"}),
        "wrong_value",
        &format!("{at}/date"),
    );
    plant(
        PHD,
        "/effective",
        json!("3021-01-01"),
        "date_out_of_range",
        "/effective",
    );
    plant(
        PHD,
        "/params/0/values/0/value",
        json!(481),
        "count_out_of_range",
        &format!("{}/test/of/1/at_least", criterion(PHD, "contract_term")),
    );
    plant(
        PHD,
        &at,
        json!({"op": "months_between", "from": "filing_date", "to": "judged_on"}),
        "one_limit",
        &at,
    );
    plant(
        PHD,
        &at,
        json!({"op": "months_between", "from": "filing_date", "to": "judged_on", "at_least": 1, "within": 2}),
        "one_limit",
        &at,
    );
}

#[test]
fn tests_nested_without_end_are_found() {
    let at = format!("{}/test", criterion(PHD, "full_time"));
    let single = json!({"op": "eq", "fact": "employment", "value": "full_time"});
    let nested = (0..20).fold(single, |test, _| json!({"op": "all", "of": [test]}));
    let mut document = document(PHD);
    put(&mut document, &at, nested);
    assert!(
        problems(&document)
            .iter()
            .any(|problem| problem.code == "too_deep")
    );
}

#[test]
fn a_row_that_is_never_reached_is_found() {
    let row =
        json!({"id": "more", "title": {"zh": "另", "en": "other"}, "basis": "x", "amount": "1.00"});
    plant(
        PHD,
        "/amount/rows/-",
        row.clone(),
        "unreachable_row",
        "/amount/rows/1",
    );
    let mut best = row.clone();
    best["when"] = document(MONTHLY)["amount"]["rows"][0]["when"].clone();
    plant(
        MONTHLY,
        "/amount/rows/-",
        best,
        "unreachable_row",
        "/amount/rows/2",
    );
    plant(
        PHD,
        "/amount/rows/0/amount",
        json!("0.00"),
        "zero_amount",
        "/amount/rows/0/amount",
    );
    plant(
        MONTHLY,
        "/amount/rows/0/amount",
        json!("99999999999999.99"),
        "amount_overflow",
        "/instalments/months_max",
    );
    let mut extra = row;
    extra["when"] = json!({"op": "eq", "fact": "employment", "value": "full_time"});
    extra["amount"] = json!("99999999999999.99");
    plant(
        PHD,
        "/amount/extra",
        json!([extra]),
        "amount_overflow",
        "/amount",
    );
}

#[test]
fn shares_that_do_not_fit_are_found() {
    plant(
        PHD,
        "/instalments/items/0/weight",
        json!(40),
        "shares_do_not_fit",
        "/instalments/items",
    );
    plant(
        PHD,
        "/instalments/items/0/weight",
        json!(0),
        "shares_do_not_fit",
        "/instalments/items",
    );
    plant(
        PHD,
        "/instalments/items/0/check",
        json!(["full_time"]),
        "shares_do_not_fit",
        "/instalments/items/0/check",
    );
    plant(
        PHD,
        "/instalments/items/1/due",
        json!("at_award"),
        "shares_do_not_fit",
        "/instalments/items/1/due",
    );
    plant(
        PHD,
        "/instalments/items/1/check/-",
        json!("nothing"),
        "unknown_criterion",
        "/instalments/items/1/check/8",
    );
    plant(
        PHD,
        "/instalments/items/1/check/0",
        json!("names_agree"),
        "duplicate_id",
        "/instalments/items/1/check/4",
    );
    plant(
        PHD,
        "/instalments/items/1/check",
        json!(["full_time"]),
        "never_checked",
        &format!("{}/stage", criterion(PHD, "still_insured")),
    );
    let problem = plant(
        LEADING,
        "/instalments/items/1/check",
        json!([]),
        "no_recheck",
        "/instalments/items/1/check",
    );
    assert_eq!(problem.severity, Severity::Warning);
}

#[test]
fn gaps_and_overlaps_in_the_dates_of_a_parameter_are_found() {
    plant(
        LEADING,
        "/params/0/values/1/from",
        json!("2026-07-02"),
        "param_gap",
        "/params/0/values/1/from",
    );
    plant(
        LEADING,
        "/params/0/values/1/from",
        json!("2026-06-30"),
        "param_overlap",
        "/params/0/values/1/from",
    );
    plant(
        LEADING,
        "/params/0/values/1/until",
        json!("2027-01-01"),
        "param_gap",
        "/params/0/values/1/until",
    );
    plant(
        LEADING,
        "/params/0/values/0/from",
        json!("2021-01-02"),
        "param_gap",
        "/params/0/values/0/from",
    );
    plant(
        LEADING,
        "/params/0/values/0/until",
        json!("2020-12-31"),
        "param_overlap",
        "/params/0/values/0/until",
    );
    plant(
        LEADING,
        "/params/1/values/-",
        json!({"from": "2020-01-01", "value": "2021-01-01", "basis": "x"}),
        "param_overlap",
        "/params/1/values/1/from",
    );
    plant(
        LEADING,
        "/params/0/type",
        json!("date"),
        "wrong_value",
        "/params/0/values/0/value",
    );
    let at = format!("{}/test/of/0/value/param", criterion(LEADING, "wage"));
    plant(LEADING, &at, json!("nothing"), "unknown_param", &at);
    plant(LEADING, &at, json!("first_day"), "wrong_type", &at);
}

#[test]
fn names_that_are_there_twice_are_found() {
    let again = |bytes: &[u8], list: &str| document(bytes)[list][0]["id"].clone();
    for list in ["facts", "criteria", "form"] {
        plant(
            PHD,
            &format!("/{list}/1/id"),
            again(PHD, list),
            "duplicate_id",
            &format!("/{list}/1/id"),
        );
    }
    plant(
        LEADING,
        "/params/1/id",
        again(LEADING, "params"),
        "duplicate_id",
        "/params/1/id",
    );
    plant(
        LEADING,
        "/amount/rows/1/id",
        json!("top"),
        "duplicate_id",
        "/amount/rows/1/id",
    );
    plant(
        PHD,
        "/criteria/2/id",
        json!("amount"),
        "duplicate_id",
        "/criteria/2/id",
    );
}

#[test]
fn what_is_declared_and_not_used_is_a_warning() {
    let mut unused = document(PHD)["facts"][by_id(PHD, "facts", "district")].clone();
    unused["id"] = json!("unused");
    let last = document(PHD)["facts"].as_array().unwrap().len();
    let problem = plant(
        PHD,
        "/facts/-",
        unused,
        "unused_fact",
        &format!("/facts/{last}"),
    );
    assert_eq!(problem.severity, Severity::Warning);
    let param = json!({"id": "unused", "type": "int", "values": [{"from": "2020-01-01", "value": 1, "basis": "x"}]});
    assert_eq!(
        plant(PHD, "/params/-", param, "unused_param", "/params/1").severity,
        Severity::Warning
    );
}

#[test]
fn words_that_say_nothing_are_found() {
    plant(
        PHD,
        "/title/en",
        json!(" "),
        "missing_language",
        "/title/en",
    );
    let at = format!("{}/advice/zh", criterion(PHD, "full_time"));
    plant(PHD, &at, json!("  "), "missing_language", &at);
    plant(
        PHD,
        "/params/0/values/0/basis",
        json!(" "),
        "missing_basis",
        "/params/0/values/0/basis",
    );
    plant(
        PHD,
        "/amount/rows/0/basis",
        json!(" "),
        "missing_basis",
        "/amount/rows/0/basis",
    );
    plant(PHD, "/basis", json!(" "), "missing_basis", "/basis");
}

#[test]
fn facts_that_cannot_be_read_are_found() {
    let (text, codes, months) = (
        fact(PHD, "district"),
        fact(PHD, "other_benefits"),
        fact(PHD, "months_paid"),
    );
    plant(
        PHD,
        &format!("{text}/codes"),
        json!(["a"]),
        "wrong_fact",
        &format!("{text}/codes"),
    );
    plant(
        PHD,
        &format!("{text}/pick"),
        json!("all"),
        "wrong_fact",
        &format!("{text}/pick"),
    );
    plant(
        PHD,
        &format!("{text}/pick"),
        json!("only"),
        "wrong_fact",
        &format!("{text}/by"),
    );
    plant(
        PHD,
        &format!("{text}/where/0"),
        json!({"field": "/city"}),
        "wrong_fact",
        &format!("{text}/where/0"),
    );
    plant(
        PHD,
        &format!("{codes}/codes"),
        json!(["rent", "settling_in", "rent"]),
        "wrong_fact",
        &format!("{codes}/codes"),
    );
    plant(
        PHD,
        &format!("{codes}/pick"),
        json!("only"),
        "wrong_fact",
        &format!("{codes}/pick"),
    );
    plant(
        PHD,
        &format!("{months}/field"),
        json!("/fee_from"),
        "wrong_fact",
        &format!("{months}/months"),
    );
    let name = fact(PHD, "name_identity");
    plant(
        PHD,
        &format!("{name}/field"),
        json!("/nickname"),
        "wrong_fact",
        &format!("{name}/field"),
    );
}

#[test]
fn parameters_of_the_service_that_do_not_fit_are_found() {
    plant(
        PHD,
        "/service/amount_bands/1/up_to",
        json!("300000.00"),
        "bands_do_not_fit",
        "/service/amount_bands/1/up_to",
    );
    plant(
        PHD,
        "/service/amount_bands",
        json!([{"approvals": 1}, {"approvals": 2}]),
        "bands_do_not_fit",
        "/service/amount_bands/0/up_to",
    );
    plant(
        PHD,
        "/service/deadline_special_working_days",
        json!(4),
        "deadline",
        "/service/deadline_special_working_days",
    );
    plant(
        PHD,
        "/service/sample_fields/0",
        json!("rate"),
        "unknown_member",
        "/service/sample_fields/0",
    );
    plant(
        PHD,
        "/form",
        json!([document(PHD)["form"][0]]),
        "missing_row",
        "/form",
    );
}

#[test]
fn every_problem_is_told_at_once() {
    let mut document = document(PHD);
    put(&mut document, "/district", json!("borough"));
    put(&mut document, "/instalments/items/0/weight", json!(40));
    put(&mut document, "/criteria/2/test/fact", json!("nothing"));
    let codes: Vec<_> = problems(&document)
        .into_iter()
        .filter(|problem| problem.severity == Severity::Error)
        .map(|problem| problem.code)
        .collect();
    assert_eq!(codes, ["shares_do_not_fit", "unknown_fact", "unknown_fact"]);
}

#[test]
fn no_row_of_a_form_can_be_called_like_the_whole_of_it() {
    use crate::domain::form::Dispute;
    for id in [
        Dispute::WHOLE,
        "",
        "a*",
        "*a",
        "A",
        "a-b",
        "a/b",
        "a b",
        "words\u{a0}",
    ] {
        plant(PHD, "/form/0/id", json!(id), "wrong_form", "/form/0/id");
    }
}
