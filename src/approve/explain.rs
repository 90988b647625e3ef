//! Verdicts → words, made when somebody reads them: what was asked, what the registers say and where, on what legal basis,
//! and what can be done.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::facts::{FactValue, Facts};
use crate::domain::hash::Sha256Hex;
use crate::domain::judgement::{
    AMOUNT_CRITERION, Cause, Causes, EvidenceRef, Finding, Judgement, Verdict,
};
use crate::domain::policy::{Policy, Text};
use crate::domain::signal::Signal;
use crate::domain::source::SourceId;

/// One criterion explained. Holds personal values: for the applicant and for those who may see them.
#[derive(Clone, Serialize)]
pub struct Explanation {
    /// Id of the criterion.
    pub criterion: String,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What is asked.
    pub title: Text,
    /// Why the verdict is what it is, in a sentence.
    pub reason: Text,
    /// What can be done; absent when it is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<Text>,
    /// Registers that have not answered yet and may settle it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<SourceId>,
    /// Legal basis.
    pub basis: String,
    /// What the registers say.
    pub facts: Vec<FactShown>,
}

impl std::fmt::Debug for Explanation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Explanation")
            .field("criterion", &self.criterion)
            .field("verdict", &self.verdict)
            .finish_non_exhaustive()
    }
}

/// What one register says of one fact.
#[derive(Clone, Serialize)]
pub struct FactShown {
    /// Id of the fact.
    pub id: String,
    /// Title.
    pub title: Text,
    /// The value, when known; several codes, or runs of months, are joined by a comma.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Why it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Where it was read; absent for what signing in established.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceRef>,
}

impl std::fmt::Debug for FactShown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FactShown")
            .field("id", &self.id)
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

/// Findings as they are kept: ids, verdicts, and where in the evidence they rest; no personal value.
#[must_use]
pub fn findings(
    policy: &Policy,
    facts: &Facts,
    judgement: &Judgement,
    hashes: &BTreeMap<SourceId, Sha256Hex>,
) -> Vec<Finding> {
    judgement
        .verdicts()
        .map(|(at, verdict)| Finding {
            criterion: policy.criterion_id(at).to_owned(),
            verdict,
            evidence: evidence(policy, facts, at, hashes),
        })
        .collect()
}

/// All places of one source in one reference, sources and pointers in order.
fn evidence(
    policy: &Policy,
    facts: &Facts,
    at: usize,
    hashes: &BTreeMap<SourceId, Sha256Hex>,
) -> Vec<EvidenceRef> {
    let mut by_source: BTreeMap<SourceId, Vec<String>> = BTreeMap::new();
    for slot in slots(policy, at) {
        if let Some(found) = facts.provenance(policy, usize::from(*slot)) {
            by_source
                .entry(found.source)
                .or_default()
                .extend(found.pointers);
        }
    }
    by_source
        .into_iter()
        .map(|(source, mut pointers)| {
            pointers.sort();
            pointers.dedup();
            EvidenceRef {
                source,
                sha256: hashes.get(&source).copied(),
                pointers,
            }
        })
        .collect()
}

fn slots(policy: &Policy, at: usize) -> &[u16] {
    policy
        .program()
        .checks
        .get(at)
        .map_or(&policy.program().amount_slots, |check| &check.slots)
}

/// Explains every verdict of a judgement.
#[must_use]
pub fn explain(policy: &Policy, facts: &Facts, judgement: &Judgement) -> Vec<Explanation> {
    judgement
        .verdicts()
        .map(|(at, verdict)| one(policy, facts, at, verdict))
        .collect()
}

/// A signal in words, beside the criteria: nothing is wrong with any of them, and a person looks all the same.
#[must_use]
pub fn signal(policy: &Policy, signal: Signal) -> Explanation {
    Explanation {
        criterion: signal.as_str().to_owned(),
        verdict: Verdict::CannotEstablish(Causes::default()),
        title: signal.title(),
        reason: Text::new(
            "各项条件均已比对符合；此项由工作人员核实后决定。",
            "Every condition is met; a person looks into this before deciding.",
        ),
        advice: Some(Text::new(
            "您无需办理任何手续；需要说明时，承办人会联系您。",
            "You need do nothing; the officer will ask when something is to be explained.",
        )),
        waits_for: Vec::new(),
        basis: policy.document().basis.clone(),
        facts: Vec::new(),
    }
}

fn one(policy: &Policy, facts: &Facts, at: usize, verdict: Verdict) -> Explanation {
    let criterion = policy.criteria().get(at);
    let (title, advice, basis) = criterion.map_or_else(
        || {
            let advice = Text::new("金额由工作人员核定。", "A person will work out the amount.");
            (
                Text::new("补贴金额", "Amount"),
                advice,
                policy.document().basis.clone(),
            )
        },
        |criterion| {
            (
                criterion.title.clone(),
                criterion.advice.clone(),
                criterion.basis.clone(),
            )
        },
    );
    Explanation {
        criterion: criterion.map_or_else(
            || AMOUNT_CRITERION.to_owned(),
            |criterion| criterion.id.clone(),
        ),
        verdict,
        title,
        reason: reason(verdict),
        advice: (verdict != Verdict::Met).then_some(advice),
        waits_for: silent(policy, facts, at, verdict),
        basis,
        facts: slots(policy, at)
            .iter()
            .filter_map(|slot| shown(policy, facts, usize::from(*slot)))
            .collect(),
    }
}

/// The registers whose silence keeps a criterion open; none where it is settled without them, or open for another reason alone.
fn silent(policy: &Policy, facts: &Facts, at: usize, verdict: Verdict) -> Vec<SourceId> {
    let Verdict::CannotEstablish(causes) = verdict else {
        return Vec::new();
    };
    if !causes.contains(Cause::SourceUnavailable) {
        return Vec::new();
    }
    let silent = slots(policy, at).iter().filter_map(|slot| {
        let at = usize::from(*slot);
        match facts.value_at(policy, at)? {
            FactValue::Unknown(Cause::SourceUnavailable) => {
                policy.facts().get(at)?.source.register()
            }
            _ => None,
        }
    });
    let mut silent: Vec<_> = silent.collect();
    silent.sort_unstable();
    silent.dedup();
    silent
}

fn shown(policy: &Policy, facts: &Facts, at: usize) -> Option<FactShown> {
    let fact = policy.facts().get(at)?;
    let (value, cause) = match facts.value_at(policy, at)? {
        FactValue::Known(value) => (Some(value), None),
        FactValue::Several(values) => (Some(values.join(", ")), None),
        FactValue::Unknown(cause) => (None, Some(cause)),
    };
    Some(FactShown {
        id: fact.id.clone(),
        title: fact.title.clone(),
        value,
        cause,
        evidence: facts.provenance(policy, at),
    })
}

/// The verdict in a sentence.
#[must_use]
pub fn reason(verdict: Verdict) -> Text {
    match verdict {
        Verdict::Met => Text::new("数据比对符合。", "The records show that this is met."),
        Verdict::NotMet => Text::new("数据比对不符合。", "The records show that this is not met."),
        Verdict::CannotEstablish(causes) => {
            let (zh, en): (Vec<_>, Vec<_>) = causes.iter().map(cause).unzip();
            Text::new(
                format!("暂无法核实：{}。", zh.join("；")),
                format!("This cannot be established: {}.", en.join("; ")),
            )
        }
    }
}

const fn cause(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::NoRecord => ("数源部门没有相应记录", "the register holds no such record"),
        Cause::SourceUnavailable => (
            "数源部门暂时没有应答",
            "the register does not answer at the moment",
        ),
        Cause::Contradiction => ("记录之间互相矛盾", "records contradict each other"),
        Cause::NotYetComplete => (
            "相应月份的记录尚未齐全",
            "the register is not complete for these months yet",
        ),
        Cause::Unreadable => (
            "记录内容超出本政策所能识别的范围",
            "the record holds something this policy cannot read",
        ),
    }
}
