//! Promises about gathering, judging and explaining, on the shipped documents.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::cases::{evidence, facts_of, verdict_name};
use super::explain::{explain, findings};
use super::matcher::{Context, Renewal, Stage, judge};
use crate::domain::canonical::to_canonical_json;
use crate::domain::facts::{
    Answers, FactValue, Facts, Identity, SourceAnswer, gather, normalised_name,
};
use crate::domain::hash::sha256;
use crate::domain::judgement::{Cause, Judgement, Outcome, Ternary, Verdict};
use crate::domain::money::Money;
use crate::domain::policy::Policy;
use crate::domain::policy::case::CaseFile;
use crate::domain::policy::program::pack;
use crate::domain::source::SourceId;

const ON: Date = date(2026, 11, 23);

struct Both {
    document: &'static [u8],
    cases: &'static [u8],
}

macro_rules! both {
    ($($name:literal),+) => {
        [$(Both {
            document: include_bytes!(concat!("../../policies/", $name, ".json")),
            cases: include_bytes!(concat!("../../policies/", $name, ".cases.json")),
        }),+]
    };
}

const ALL: [Both; 7] = both![
    "foshan-phd-settling-in/2021-09-10",
    "foshan-postdoc-settling-in/2021-09-10",
    "shenzhen-phd-2022/2022-01-01",
    "zhongshan-phd/2021-01-01",
    "foshan-junior-mid-level/2021-01-01",
    "foshan-leading-talent-sample/2021-01-01",
    "foshan-senior-title-sample/2021-01-01"
];

/// A document, the same in another order, and its cases.
struct Loaded {
    policy: Policy,
    turned: Policy,
    file: CaseFile,
}

static LOADED: LazyLock<Vec<Loaded>> = LazyLock::new(|| {
    ALL.iter()
        .map(|both| {
            let document: Value = serde_json::from_slice(both.document).unwrap();
            Loaded {
                policy: Policy::load(both.document).unwrap(),
                turned: Policy::load(&serde_json::to_vec(&turned(&document)).unwrap()).unwrap(),
                file: CaseFile::load(both.cases).unwrap(),
            }
        })
        .collect()
});

fn phd() -> (&'static Policy, Value) {
    let loaded = &LOADED[0];
    (&loaded.policy, loaded.file.evidence["introduced"].clone())
}

fn first(policy: &Policy, evidence: &Value) -> Judgement {
    judge(
        policy,
        &facts_of(policy, evidence).unwrap(),
        ON,
        Stage::First,
    )
}

/// Verdicts by name of criterion, so that documents in another order can be compared.
fn by_name(policy: &Policy, judgement: &Judgement) -> BTreeMap<String, String> {
    judgement
        .verdicts()
        .map(|(at, verdict)| (policy.criterion_id(at).to_owned(), verdict_name(verdict)))
        .collect()
}

/// Evidence with the changes of some cases laid over each other.
fn mixed(file: &CaseFile, picks: &[prop::sample::Index]) -> Value {
    let mut whole = file.cases[picks[0].index(file.cases.len())].clone();
    for pick in &picks[1..] {
        let before = whole.clone();
        whole
            .set
            .extend(file.cases[pick.index(file.cases.len())].set.clone());
        whole.remove.clear();
        if evidence(file, &whole).is_err() {
            whole = before;
        }
    }
    evidence(file, &whole).unwrap()
}

fn down(evidence: &Value, sources: u8) -> Value {
    let mut evidence = evidence.clone();
    for (n, source) in SourceId::ALL.into_iter().enumerate() {
        if sources >> n & 1 == 1 {
            evidence[source.as_str()] = json!("unavailable");
        }
    }
    evidence
}

/// Reverses every list in which order has no meaning.
fn turned(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let value = turned(value);
                let free = matches!(
                    name.as_str(),
                    "of" | "facts"
                        | "values"
                        | "criteria"
                        | "records"
                        | "benefits"
                        | "recognitions"
                        | "where"
                        | "in"
                        | "not_in"
                        | "check"
                );
                let value = match value {
                    Value::Array(mut items)
                        if free && !items.iter().any(|item| item.get("from").is_some()) =>
                    {
                        items.reverse();
                        Value::Array(items)
                    }
                    value => value,
                };
                (name.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(turned).collect(),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_source_that_fails_never_makes_an_approval_nor_turns_a_verdict(
        which in 0usize..ALL.len(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        sources in 1u8..16,
    ) {
        let Loaded { policy, file, .. } = &LOADED[which];
        let whole = mixed(file, &picks);
        let (up, fewer) = (first(policy, &whole), first(policy, &down(&whole, sources)));
        if let Outcome::Approve(grant) = fewer.outcome() {
            prop_assert_eq!(up.outcome(), Outcome::Approve(grant));
        }
        for (at, verdict) in fewer.verdicts() {
            if !matches!(verdict, Verdict::CannotEstablish(_)) {
                prop_assert_eq!(up.verdict(at), Some(verdict), "{}", policy.criterion_id(at));
            }
        }
    }

    #[test]
    fn outcomes_follow_from_verdicts(
        which in 0usize..ALL.len(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        sources in 0u8..16,
    ) {
        let Loaded { policy, file, .. } = &LOADED[which];
        let judgement = first(policy, &down(&mixed(file, &picks), sources));
        let only_waiting = |verdict: Verdict| matches!(verdict, Verdict::CannotEstablish(causes) if causes.iter().eq([Cause::SourceUnavailable]));
        match judgement.outcome() {
            Outcome::Approve(grant) => {
                prop_assert!(judgement.verdicts().all(|(_, verdict)| verdict == Verdict::Met));
                prop_assert!(grant.total > Money::ZERO);
            }
            Outcome::Park(missing) => {
                prop_assert!(!missing.is_empty() && judgement.reasons().count() > 0);
                prop_assert!(judgement.reasons().all(|(_, verdict)| only_waiting(verdict)));
            }
            Outcome::Refer => prop_assert!(judgement.reasons().any(|(_, verdict)| !only_waiting(verdict))),
        }
    }

    #[test]
    fn the_quick_way_says_of_every_criterion_what_the_tree_says(
        which in 0usize..ALL.len(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        sources in 0u8..16,
        days in -1200i64..1200,
    ) {
        let Loaded { policy, file, .. } = &LOADED[which];
        let facts = facts_of(policy, &down(&mixed(file, &picks), sources)).unwrap();
        let on = ON.checked_add(jiff::Span::new().days(days)).unwrap();
        let day = i64::from(pack(on));
        let context = Context {
            program: policy.program(),
            facts: &facts,
            first: None,
            filing: day,
            judged: day,
        };
        let met = context.definitely_true();
        let judged = judge(policy, &facts, on, Stage::First);
        for (at, check) in policy.program().checks.iter().enumerate() {
            if policy.program().first >> at & 1 == 0 {
                continue;
            }
            let tree = context.eval(&check.root);
            // The battery may leave a truth to the tree, never make one.
            prop_assert!(met >> at & 1 == 0 || tree == Ternary::TRUE, "{}", policy.criterion_id(at));
            prop_assert_eq!(judged.verdict(at), tree.verdict(), "{}", policy.criterion_id(at));
        }
    }

    #[test]
    fn the_order_of_criteria_parts_and_records_does_not_matter(
        which in 0usize..ALL.len(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        sources in 0u8..16,
    ) {
        let Loaded { policy, turned: other, file } = &LOADED[which];
        let whole = down(&mixed(file, &picks), sources);
        let (one, two) = (first(policy, &whole), first(other, &turned(&whole)));
        prop_assert_eq!(by_name(policy, &one), by_name(other, &two));
        prop_assert_eq!(one.outcome(), two.outcome());
    }
}

#[test]
fn facts_of_another_version_make_everything_unreadable() {
    let (policy, whole) = phd();
    let other = &LOADED[1].policy;
    let judgement = judge(policy, &facts_of(other, &whole).unwrap(), ON, Stage::First);
    assert_eq!(judgement.outcome(), Outcome::Refer);
    assert!(
        judgement
            .reasons()
            .all(|(_, verdict)| verdict_name(verdict) == "cannot_establish:unreadable")
    );
}

#[test]
fn an_empty_list_is_no_record_for_a_value_and_an_empty_set_for_codes() {
    let (policy, mut whole) = phd();
    whole["talent_introduction"]["records"] = json!([]);
    let facts = facts_of(policy, &whole).unwrap();
    assert_eq!(
        facts.value(policy, "procedure"),
        Some(FactValue::Unknown(Cause::NoRecord))
    );
    assert_eq!(
        facts.value(policy, "other_benefits"),
        Some(FactValue::Several(Vec::new()))
    );
    assert_eq!(facts.district(policy), None);
}

#[test]
fn the_latest_record_counts_and_two_of_one_day_must_agree() {
    let (policy, mut whole) = phd();
    let mut later = whole["talent_introduction"]["records"][0].clone();
    later["signed_on"] = json!("2026-06-01");
    later["procedure"] = json!("revoked");
    whole["talent_introduction"]["records"]
        .as_array_mut()
        .unwrap()
        .insert(0, later);
    let facts = facts_of(policy, &whole).unwrap();
    assert_eq!(
        facts.value(policy, "procedure"),
        Some(FactValue::Known("revoked".to_owned()))
    );
    let place = policy.fact_index("procedure").unwrap();
    assert_eq!(
        facts.provenance(policy, place).unwrap().pointers,
        ["/records/0/procedure"]
    );
    whole["talent_introduction"]["records"][0]["signed_on"] = json!("2026-03-20");
    let facts = facts_of(policy, &whole).unwrap();
    assert_eq!(
        facts.value(policy, "procedure"),
        Some(FactValue::Unknown(Cause::Contradiction))
    );
    assert_eq!(
        facts.value(policy, "employment"),
        Some(FactValue::Known("full_time".to_owned()))
    );
    whole["talent_introduction"]["records"][0]["signed_on"] = json!("yesterday");
    let facts = facts_of(policy, &whole).unwrap();
    assert_eq!(
        facts.value(policy, "procedure"),
        Some(FactValue::Unknown(Cause::Unreadable))
    );
}

#[test]
fn values_the_policy_cannot_read_are_not_taken_for_missing() {
    let (policy, mut whole) = phd();
    for (member, value, id) in [
        ("procedure", json!("half"), "procedure"),
        ("contract_from", json!("2026-02-30"), "contract_from"),
        ("district", json!(440_604), "district"),
        ("name", json!("  "), "name_introduction"),
    ] {
        whole["talent_introduction"]["records"][0][member] = value;
        let facts = facts_of(policy, &whole).unwrap();
        assert_eq!(
            facts.value(policy, id),
            Some(FactValue::Unknown(Cause::Unreadable)),
            "{member}"
        );
    }
    whole["social_security"]["records"][0]["fee_from"] = json!("2027-01");
    let facts = facts_of(policy, &whole).unwrap();
    assert_eq!(
        facts.value(policy, "months_paid"),
        Some(FactValue::Unknown(Cause::Unreadable))
    );
    whole["degree"] = json!({});
    let facts = facts_of(policy, &whole).unwrap();
    assert_eq!(
        facts.value(policy, "degree_status"),
        Some(FactValue::Unknown(Cause::Unreadable))
    );
}

#[test]
fn a_source_not_asked_is_judged_like_one_that_does_not_answer() {
    let (policy, whole) = phd();
    let identity = Identity {
        name: "张三",
        document_kind: "resident_id",
        birth_date: None,
    };
    let ask = |answer| Answers::new(identity).with(SourceId::TalentIntroduction, answer);
    let asked = gather(policy, &ask(SourceAnswer::Unavailable));
    let not_asked = gather(policy, &ask(SourceAnswer::NotAsked));
    let outcome = |facts: &Facts| judge(policy, facts, ON, Stage::First).outcome();
    assert_eq!(outcome(&asked), outcome(&not_asked));
    assert_eq!(
        not_asked.missing().iter().collect::<Vec<_>>(),
        [
            SourceId::TalentIntroduction,
            SourceId::Education,
            SourceId::Degree,
            SourceId::SocialSecurity
        ]
    );
    let answered = gather(
        policy,
        &ask(SourceAnswer::Answered(&whole["talent_introduction"])),
    );
    assert!(!answered.missing().contains(SourceId::TalentIntroduction));
}

#[test]
fn names_are_compared_without_spaces_dots_and_case_but_not_without_their_characters() {
    assert_eq!(
        normalised_name(" 阿卜杜拉•买买提 "),
        normalised_name("阿卜杜拉·买买提")
    );
    assert_eq!(
        normalised_name("John  Smith"),
        normalised_name("JOHN SMITH")
    );
    assert_eq!(normalised_name("ＪＯＨＮ　ＳＭＩＴＨ"), "JOHNSMITH");
    assert_ne!(normalised_name("𠮷田"), normalised_name("吉田"));
    assert_ne!(normalised_name("䶮"), normalised_name("龑"));
}

#[test]
fn the_employer_is_compared_across_years_though_texts_are_numbered_anew() {
    let (policy, whole) = phd();
    let mut later = whole.clone();
    // Another text comes first now, so that the same employer gets another number.
    later["identity"]["name"] = json!("张 三");
    later["talent_introduction"]["records"][0]["introduction_no"] = json!("FS1");
    later["social_security"]["records"][0]["fee_to"] = json!("2027-10");
    later["social_security"]["complete_until"] = json!("2027-10");
    let before = facts_of(policy, &whole).unwrap();
    let renewal = Renewal {
        instalment: 2,
        filed_on: ON,
        planned: "100000.00".parse().unwrap(),
        first: &before,
    };
    let judged = |evidence: &Value| {
        judge(
            policy,
            &facts_of(policy, evidence).unwrap(),
            date(2027, 11, 23),
            Stage::Renewal(renewal),
        )
    };
    assert!(
        matches!(judged(&later).outcome(), Outcome::Approve(grant) if grant.total == renewal.planned)
    );
    later["talent_introduction"]["records"][0]["employer_uscc"] = json!("91110000101623741K");
    let changed = policy.criterion_index("employer_unchanged").unwrap();
    assert_eq!(judged(&later).verdict(changed), Some(Verdict::NotMet));
}

#[test]
fn findings_hold_where_values_stand_and_never_the_values() {
    let (policy, mut whole) = phd();
    whole["degree"]["records"][0]["name"] = json!("张叁");
    let facts = facts_of(policy, &whole).unwrap();
    let judgement = judge(policy, &facts, ON, Stage::First);
    let hashes: BTreeMap<_, _> = SourceId::ALL
        .into_iter()
        .map(|source| (source, sha256(source.as_str().as_bytes())))
        .collect();
    let text = String::from_utf8(
        to_canonical_json(&findings(policy, &facts, &judgement, &hashes)).unwrap(),
    )
    .unwrap();
    for personal in [
        "张三",
        "张叁",
        "91350100M000100Y43",
        "佛山样例",
        "FS2026000123",
        "1055822020000123",
        "2026-04",
    ] {
        assert!(!text.contains(personal), "{personal}");
    }
    let names = findings(policy, &facts, &judgement, &hashes)
        .into_iter()
        .find(|finding| finding.criterion == "names_agree")
        .unwrap();
    assert_eq!(
        verdict_name(names.verdict),
        "cannot_establish:contradiction"
    );
    let degree = names
        .evidence
        .iter()
        .find(|evidence| evidence.source == SourceId::Degree)
        .unwrap();
    assert_eq!(degree.pointers, ["/recognitions", "/records/0/name"]);
    assert_eq!(degree.sha256, Some(hashes[&SourceId::Degree]));
}

#[test]
fn an_explanation_says_what_was_asked_what_stands_where_and_what_to_do() {
    let (policy, mut whole) = phd();
    whole["talent_introduction"]["records"][0]["employment"] = json!("part_time");
    let facts = facts_of(policy, &whole).unwrap();
    let all = explain(policy, &facts, &judge(policy, &facts, ON, Stage::First));
    assert_eq!(
        all.len(),
        policy.criteria().len() - 2 + 1,
        "all but the two of renewals, and the amount"
    );
    let found = all
        .iter()
        .find(|explanation| explanation.criterion == "full_time")
        .unwrap();
    assert_eq!(
        (found.verdict, found.basis.as_str()),
        (Verdict::NotMet, "佛发〔2018〕2号")
    );
    assert!(found.advice.is_some());
    assert_eq!(found.facts[0].value.as_deref(), Some("part_time"));
    assert_eq!(
        found.facts[0].evidence.as_ref().unwrap().pointers,
        ["/records/0/employment"]
    );
    assert!(
        all.iter()
            .filter(|explanation| explanation.verdict == Verdict::Met)
            .all(|explanation| explanation.advice.is_none())
    );
    let debug = format!(
        "{all:?} {facts:?} {:?}",
        facts.value(policy, "name_identity")
    );
    assert!(
        !debug.contains("张三") && !debug.contains("part_time"),
        "{debug}"
    );
}

#[test]
fn sources_are_asked_for_what_is_used_and_no_more() {
    let (policy, _) = phd();
    let all: Vec<_> = policy.sources().iter().collect();
    assert_eq!(
        all,
        [
            SourceId::TalentIntroduction,
            SourceId::Education,
            SourceId::Degree,
            SourceId::SocialSecurity
        ],
        "the form shows all four registers"
    );
    let again: Vec<_> = policy.sources_for_renewal(2).iter().collect();
    assert_eq!(
        again,
        [
            SourceId::TalentIntroduction,
            SourceId::Degree,
            SourceId::SocialSecurity
        ],
        "no criterion needs an education record"
    );
    assert!(policy.sources_for_renewal(1).is_empty());
    let shenzhen = &LOADED[2].policy;
    assert!(!shenzhen.sources().contains(SourceId::Education));
    let zhongshan = &LOADED[3].policy;
    assert!(
        zhongshan.sources_for_renewal(3).contains(SourceId::Degree),
        "names are compared with it"
    );
    let monthly = &LOADED[4].policy;
    assert!(
        monthly
            .sources_for_renewal(1)
            .contains(SourceId::SocialSecurity)
            && monthly.sources_for_renewal(4).contains(SourceId::Degree)
    );
}
