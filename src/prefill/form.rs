//! Fills the rows of the form from facts, by the policy's declarative map. Pure.

use std::collections::HashMap;

use serde_json::Value;

use crate::domain::evidence::{Evidence, Origin};
use crate::domain::facts::{FactValue, Facts};
use crate::domain::form::{Provenance, Row, RowValue};
use crate::domain::judgement::Cause;
use crate::domain::person::Applicant;
use crate::domain::policy::document::{FormSource, IdentityField};
use crate::domain::policy::{Lang, Policy};
use crate::domain::source::SourceId;
use crate::domain::time::Timestamp;

/// The parsed answers a form is filled from.
pub struct Answered<'a> {
    bodies: HashMap<SourceId, (Value, Timestamp)>,
    applicant: &'a Applicant,
    signed_in_at: Timestamp,
}

impl<'a> Answered<'a> {
    /// The newest answer of each register. What is not JSON is as if it were not there: the gateway refuses it anyhow.
    #[must_use]
    pub fn of(evidence: &[Evidence], applicant: &'a Applicant, now: Timestamp) -> Self {
        let mut bodies = HashMap::new();
        let mut signed_in_at = now;
        for piece in evidence {
            match piece.origin {
                Origin::Identity => signed_in_at = piece.received_at,
                Origin::Register(source) => {
                    if let Ok(body) = serde_json::from_slice(piece.body.reveal()) {
                        bodies.insert(source, (body, piece.received_at));
                    }
                }
            }
        }
        Self {
            bodies,
            applicant,
            signed_in_at,
        }
    }
}

/// The rows, in the order of the policy document.
#[must_use]
pub fn fill(policy: &Policy, facts: &Facts, answered: &Answered<'_>) -> Vec<Row> {
    policy
        .form()
        .iter()
        .map(|row| Row {
            field: row.id.clone(),
            title_zh: row.title.get(Lang::Zh).to_owned(),
            title_en: row.title.get(Lang::En).to_owned(),
            value: match &row.from {
                FormSource::Fact(id) => from_fact(policy, facts, answered, id),
                FormSource::Identity(field) => from_identity(answered, *field),
                FormSource::Typed(_) => RowValue::Typed,
            },
        })
        .collect()
}

fn from_identity(answered: &Answered<'_>, field: IdentityField) -> RowValue {
    let applicant = answered.applicant;
    let (value, pointer) = match field {
        IdentityField::Name => (applicant.name.reveal().clone(), "/name"),
        IdentityField::DocumentKind => (applicant.document.kind().to_owned(), "/document_type"),
        IdentityField::DocumentNumber => {
            (applicant.document.reveal().to_owned(), "/document_number")
        }
    };
    RowValue::Filled {
        value,
        from: provenance(answered, None, pointer),
    }
}

fn from_fact(policy: &Policy, facts: &Facts, answered: &Answered<'_>, id: &str) -> RowValue {
    let Some(at) = policy.fact_index(id) else {
        return RowValue::NoRecord;
    };
    let place = facts.provenance(policy, at);
    let source = place.as_ref().map(|place| place.source);
    let pointers = place.map(|place| place.pointers).unwrap_or_default();
    let from = |pointer: &str| provenance(answered, source, pointer);
    match facts.value_at(policy, at) {
        Some(FactValue::Known(value)) => RowValue::Filled {
            value,
            from: from(pointers.first().map_or("", String::as_str)),
        },
        Some(FactValue::Several(values)) => RowValue::Filled {
            value: values.join(", "),
            from: from(pointers.first().map_or("", String::as_str)),
        },
        Some(FactValue::Unknown(Cause::SourceUnavailable)) => RowValue::Pending,
        Some(FactValue::Unknown(Cause::Contradiction)) => RowValue::Contradictory {
            values: pointers
                .iter()
                .map(|pointer| (shown(answered, source, pointer), from(pointer)))
                .collect(),
        },
        Some(FactValue::Unknown(_)) | None => RowValue::NoRecord,
    }
}

/// A value as it stands in the answer, for rows where answers disagree.
fn shown(answered: &Answered<'_>, source: Option<SourceId>, pointer: &str) -> String {
    let body = source.and_then(|source| answered.bodies.get(&source));
    match body.and_then(|(body, _)| body.pointer(pointer)) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn provenance(answered: &Answered<'_>, source: Option<SourceId>, pointer: &str) -> Provenance {
    let body = source.and_then(|source| answered.bodies.get(&source));
    Provenance {
        origin: source.map_or("identity", SourceId::as_str).to_owned(),
        pointer: pointer.to_owned(),
        as_of: body
            .and_then(|(body, _)| body.get("as_of"))
            .and_then(Value::as_str)
            .map(str::to_owned),
        received_at: body.map_or(answered.signed_in_at, |(_, at)| *at),
    }
}
