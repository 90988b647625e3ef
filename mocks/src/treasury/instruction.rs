//! A payment instruction as it comes in.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::amount::Fen;
use crate::http::Problem;
use crate::people::{cnaps_is_valid, masked_debug};
use crate::schemas::hold;

/// A payment instruction. Two with the same id must agree in every field.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names are the wire's own")]
pub(crate) struct Instruction {
    pub(crate) instruction_id: String,
    pub(crate) amount: String,
    pub(crate) currency: String,
    pub(crate) payee_name: String,
    pub(crate) payee_account: String,
    pub(crate) payee_bank: String,
    pub(crate) purpose: String,
    pub(crate) policy: String,
    pub(crate) district: String,
    pub(crate) year: i32,
    pub(crate) award_id: String,
    pub(crate) instalment: u32,
    pub(crate) generation: u32,
}

masked_debug!(Instruction);

impl Instruction {
    /// Reads an instruction; every refusal is for good (422), for the same bytes will never be better.
    pub(crate) fn read(
        body: Value,
        schema: &jsonschema::Validator,
    ) -> Result<(Self, Fen), Problem> {
        let refuse = |code, pointer: &str, detail: &str| {
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail).at(pointer))
        };
        let amount = match body.get("amount").map(Value::as_str) {
            Some(Some(text)) => Fen::parse(text),
            _ => None,
        };
        let Some(amount) = amount else {
            return refuse(
                "amount_format",
                "/amount",
                "an amount is a text of yuan, a point and two digits of fen",
            );
        };
        if amount.is_zero() {
            return refuse("amount_zero", "/amount", "nothing is not paid out");
        }
        if body
            .get("currency")
            .is_some_and(|currency| currency != "CNY")
        {
            return refuse("currency", "/currency", "only CNY is paid out here");
        }
        let is_code = |bank: &Value| bank.as_str().is_some_and(cnaps_is_valid);
        if body.get("payee_bank").is_some_and(|bank| !is_code(bank)) {
            return refuse(
                "payee_bank",
                "/payee_bank",
                "not a CNAPS code of twelve digits with a right check digit",
            );
        }
        hold(schema, &body)?;
        match serde_json::from_value(body) {
            Ok(instruction) => Ok((instruction, amount)),
            Err(_) => refuse("schema", "", "not an instruction"),
        }
    }
}
