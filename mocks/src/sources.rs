//! The four registers: `POST /sources/{source}/query`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::connection::Cut;
use crate::faults::{Channel, Plan};
use crate::http::{About, Incoming, Problem, Reply, signed};
use crate::people::{
    Contribution, Document, DocumentType, Month, Person, Registers, SocialRegister,
};
use crate::schemas::hold;
use crate::shared::Shared;

/// The routes of the registers.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/sources/{source}/query", post(query))
}

#[derive(Deserialize)]
struct Query {
    query_id: String,
    subject: Subject,
}

#[derive(Deserialize)]
struct Subject {
    document_type: DocumentType,
    document_number: String,
}

impl From<Subject> for Document {
    fn from(subject: Subject) -> Self {
        Self {
            kind: subject.document_type,
            number: subject.document_number,
        }
    }
}

fn channel_of(source: &str) -> Option<Channel> {
    Some(match source {
        "talent_introduction" => Channel::TalentIntroduction,
        "education" => Channel::Education,
        "degree" => Channel::Degree,
        "social_security" => Channel::SocialSecurity,
        _ => return None,
    })
}

async fn query(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    Path(source): Path<String>,
    request: Request,
) -> Response {
    let Some(channel) = channel_of(&source) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    signed(
        shared,
        channel,
        cut,
        request,
        about,
        move |shared, incoming, plan| answer(shared, channel, &source, incoming, plan),
    )
    .await
}

fn about(shared: &Shared, incoming: &Incoming) -> About {
    let subject =
        serde_json::from_slice::<Query>(&incoming.body).map(|query| Document::from(query.subject));
    match subject {
        Ok(document) => About {
            personal: shared
                .person_by_document(&document)
                .map_or_else(Vec::new, |person| person.faults.clone()),
            key: document.number,
        },
        Err(_) => About {
            key: incoming.nonce.clone(),
            personal: Vec::new(),
        },
    }
}

fn answer(
    shared: &Shared,
    channel: Channel,
    source: &str,
    incoming: &Incoming,
    plan: &Plan,
) -> Result<Reply, Problem> {
    let body = incoming.json()?;
    hold(&shared.schemas.query, &body)?;
    let query: Query = serde_json::from_value(body)
        .map_err(|_| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "schema", "not a query"))?;
    let person = shared.person_by_document(&Document::from(query.subject));
    let as_of = shared
        .as_of
        .saturating_add(shared.clock.days_ahead().clamp(0, 36_500).days());
    let mut reply = register(channel, person, as_of, shared.as_of).map_err(|_| {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "register",
            "the register cannot be read",
        )
    })?;
    if plan.contradicts {
        contradict(channel, &mut reply);
    }
    reply.insert("source".to_owned(), json!(source));
    reply.insert("query_id".to_owned(), json!(query.query_id));
    reply.insert("as_of".to_owned(), json!(as_of));
    Ok(Reply::ok(Value::Object(reply)))
}

/// What a register says of a person on a day; of somebody it does not know, that it has no records.
fn register(
    channel: Channel,
    person: Option<&Person>,
    as_of: Date,
    written: Date,
) -> Result<Map<String, Value>, serde_json::Error> {
    let nothing = Registers::default();
    let registers = person.map_or(&nothing, |person| &person.registers);
    let value = match channel {
        Channel::Education => serde_json::to_value(&registers.education)?,
        Channel::Degree => serde_json::to_value(&registers.degree)?,
        Channel::SocialSecurity => {
            let complete_until = Month::of(as_of).plus(-1);
            let records = carried_on(
                &registers.social_security,
                Month::of(written).plus(-1),
                complete_until,
            );
            json!({"complete_until": complete_until, "records": records})
        }
        _ => serde_json::to_value(&registers.talent_introduction)?,
    };
    Ok(match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    })
}

/// Contributions as they stand when time has moved on: whoever stays employed has paid every month since.
fn carried_on(
    register: &SocialRegister,
    written_until: Month,
    now_until: Month,
) -> Vec<Contribution> {
    let mut records = register.records.clone();
    if !register.continues || now_until <= written_until {
        return records;
    }
    let newest: Vec<Contribution> = records
        .iter()
        .filter(|row| row.fee_to == written_until)
        .cloned()
        .collect();
    records.extend(newest.into_iter().map(|row| Contribution {
        fee_from: written_until.plus(1),
        fee_to: now_until,
        paid_in: now_until,
        ..row
    }));
    records
}

/// Adds a second record that cannot be true together with the first.
fn contradict(channel: Channel, reply: &mut Map<String, Value>) {
    let lists = ["records", "recognitions"];
    for list in lists {
        let Some(records) = reply.get_mut(list).and_then(Value::as_array_mut) else {
            continue;
        };
        let Some(mut second) = records.first().cloned() else {
            continue;
        };
        let (field, value) = match channel {
            Channel::Degree => ("status", "revoked"),
            Channel::Education => ("conclusion", "not_completed"),
            Channel::SocialSecurity => ("name", "样例另一人"),
            _ => ("procedure", "revoked"),
        };
        if let Some(place) = second.get_mut(field) {
            *place = json!(value);
        }
        records.push(second);
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::generate;
    use jiff::civil::date;

    #[test]
    fn whoever_stays_employed_has_paid_when_a_year_has_passed() {
        let written = date(2026, 11, 20);
        let people = generate(1, 50, written);
        let person = people
            .iter()
            .find(|person| person.registers.social_security.continues)
            .unwrap();
        let register = person.registers.social_security.clone();
        let now = Month::of(date(2027, 11, 20)).plus(-1);
        let rows = carried_on(&register, Month::of(written).plus(-1), now);
        assert_eq!(rows.iter().map(|row| row.fee_to).max(), Some(now));
        let stopped = SocialRegister {
            continues: false,
            ..register.clone()
        };
        assert_eq!(
            carried_on(&stopped, Month::of(written).plus(-1), now),
            register.records
        );
    }
}
