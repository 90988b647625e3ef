//! The treasury's day-end statement (`schemas/treasury/statement.schema.json`), read object by object.

use std::cell::RefCell;
use std::fmt;
use std::io::Read;

use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::Unusable;
use super::line::{Raw, Wrong, day};
use super::meter::{Meter, Metered};
use super::taker::Taker;
use crate::domain::statement::{Tally, What};

/// The members of a line.
const MEMBERS: [&str; 8] = [
    "instruction_id",
    "treasury_no",
    "amount",
    "payee_account",
    "status",
    "occurred_at",
    "bank_serial",
    "return_code",
];
/// What is declared.
const TOTALS: [&str; 6] = [
    "count",
    "total",
    "paid_count",
    "paid_total",
    "returned_count",
    "returned_total",
];

/// Reads it.
///
/// # Errors
/// See [`Unusable`].
pub(super) fn read(input: impl Read, taker: &mut Taker<'_>) -> Result<(), Unusable> {
    let (input, meter) = Metered::new(input, taker.limits().line_bytes_max);
    let state = RefCell::new(State {
        taker,
        meter,
        lines: 0,
        stop: None,
    });
    let mut json = serde_json::Deserializer::from_reader(input);
    let envelope = Envelope(&state).deserialize(&mut json);
    let ended = envelope.and_then(|envelope| json.end().map(|()| envelope));
    let state = state.into_inner();
    if let Some(stop) = state.stop {
        return Err(stop);
    }
    let envelope = ended.map_err(|error| Unusable::Broken {
        unit: "line",
        at: state.lines + 1,
        why: broken(&error),
    })?;
    let date = envelope.get("date").and_then(Value::as_str);
    let Some(Ok(date)) = date.map(day) else {
        return Err(Unusable::Unknown("a day-end statement has a `date`"));
    };
    state.taker.covers(date);
    declared(state.taker, &envelope, state.lines);
    Ok(())
}

/// Only the kind of a fault of JSON and its place: a message may quote.
fn broken(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the file ends before its object does",
        serde_json::error::Category::Io => "one object is too long, or the disk fails",
        serde_json::error::Category::Syntax => "no JSON",
        serde_json::error::Category::Data => "not the shape of a day-end statement",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

/// What is read while the parser runs.
struct State<'t, 'f> {
    taker: &'t mut Taker<'f>,
    meter: Meter,
    lines: u64,
    stop: Option<Unusable>,
}

/// Everything but the lines.
struct Envelope<'s, 't, 'f>(&'s RefCell<State<'t, 'f>>);

impl<'de> DeserializeSeed<'de> for Envelope<'_, '_, '_> {
    type Value = Map<String, Value>;

    fn deserialize<D: de::Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Envelope<'_, '_, '_> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day-end statement")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut envelope, mut told) = (Map::new(), false);
        while let Some(key) = map.next_key::<String>()? {
            if key == "lines" && !std::mem::replace(&mut told, true) {
                map.next_value_seed(Lines(self.0))?;
            } else if key == "date" || TOTALS.contains(&key.as_str()) {
                if envelope.insert(key, map.next_value()?).is_some() {
                    return Err(de::Error::custom("a member twice"));
                }
            } else {
                map.next_value::<IgnoredAny>()?;
                return Err(de::Error::custom("a member that does not belong there"));
            }
        }
        let whole = told && TOTALS.iter().all(|name| envelope.contains_key(*name));
        if whole {
            Ok(envelope)
        } else {
            Err(de::Error::custom("a member is missing"))
        }
    }
}

/// The lines, of which one at a time is in memory.
struct Lines<'s, 't, 'f>(&'s RefCell<State<'t, 'f>>);

impl<'de> DeserializeSeed<'de> for Lines<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Lines<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lines")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<(), A::Error> {
        self.0.borrow().meter.reset();
        while let Some(value) = lines.next_element::<Value>()? {
            let mut state = self.0.borrow_mut();
            state.meter.reset();
            state.lines += 1;
            let place = state.lines;
            if let Err(stop) = state.taker.take(place, raw(value)) {
                state.stop = Some(stop);
                return Err(de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

fn raw(value: Value) -> Result<Raw, Wrong> {
    let Value::Object(mut members) = value else {
        return Err(Wrong::Shape("the line is no object"));
    };
    if members.len() != MEMBERS.len() || !MEMBERS.iter().all(|name| members.contains_key(*name)) {
        return Err(Wrong::Shape(
            "the line has other members than it should have",
        ));
    }
    let mut text = |name: &'static str| match members.remove(name) {
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Null) => Ok(None),
        _ => Err(Wrong::Text(name)),
    };
    let at = text("occurred_at")?.ok_or(Wrong::Time)?;
    let at = at.ends_with('Z').then(|| at.parse().ok()).flatten();
    let at: crate::domain::time::Timestamp = at.ok_or(Wrong::Time)?;
    let what = match text("status")?.as_deref() {
        Some("settled") => What::Settled,
        Some("returned") => What::Returned,
        _ => return Err(Wrong::Status),
    };
    Ok(Raw {
        reference: text("instruction_id")?,
        amount: text("amount")?,
        currency: None,
        account: text("payee_account")?,
        what: Some(what),
        day: Some(at.china_date()),
        at: Some(at),
        serial: text("bank_serial")?,
        reason: text("return_code")?,
    })
}

fn declared(taker: &mut Taker<'_>, envelope: &Map<String, Value>, lines: u64) {
    let said = |name: &str| match envelope.get(name) {
        Some(Value::String(text)) if name.ends_with("total") => text.clone(),
        Some(Value::Number(number)) if name.ends_with("count") => number.to_string(),
        // Not what it must be, and so equal to nothing.
        _ => String::new(),
    };
    taker.total("count", Some(&said("count")), &lines.to_string());
    let sum = taker.reading().sum();
    taker.sum("total", Some(&said("total")), sum);
    if taker.reading().bad > 0 {
        return;
    }
    let (settled, returned) = (taker.reading().settled, taker.reading().returned);
    for (name, Tally { count, sum }) in [("paid", settled), ("returned", returned)] {
        let [counted, summed] = ["count", "total"].map(|end| format!("{name}_{end}"));
        taker.total(&counted, Some(&said(&counted)), &count.to_string());
        taker.sum(&summed, Some(&said(&summed)), Some(sum));
    }
}
