//! The published JSON Schemas, compiled once. What comes in is held to them.

use axum::http::StatusCode;
use jsonschema::Validator;
use serde_json::Value;

use crate::http::Problem;

/// Why the world cannot compile its own schemas.
#[derive(Debug, thiserror::Error)]
#[error("schema {name} cannot be used: {reason}")]
pub struct SchemaError {
    name: &'static str,
    reason: String,
}

/// The schemas of what the world receives.
pub(crate) struct Schemas {
    pub(crate) query: Validator,
    pub(crate) instruction: Validator,
    pub(crate) message: Validator,
}

impl Schemas {
    pub(crate) fn load() -> Result<Self, SchemaError> {
        Ok(Self {
            query: compile(
                "evidence/query",
                include_str!("../../schemas/evidence/query.schema.json"),
            )?,
            instruction: compile(
                "treasury/instruction",
                include_str!("../../schemas/treasury/instruction.schema.json"),
            )?,
            message: compile(
                "sink/message",
                include_str!("../../schemas/sink/message.schema.json"),
            )?,
        })
    }
}

/// Compiles a schema, formats included.
pub(crate) fn compile(name: &'static str, text: &str) -> Result<Validator, SchemaError> {
    let error = |reason: String| SchemaError { name, reason };
    let schema: Value = serde_json::from_str(text).map_err(|e| error(e.to_string()))?;
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .map_err(|e| error(e.to_string()))
}

/// Holds a body to a schema; the refusal names the place and the rule, never the value.
pub(crate) fn hold(validator: &Validator, body: &Value) -> Result<(), Problem> {
    match validator.validate(body) {
        Ok(()) => Ok(()),
        Err(error) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "schema",
            format!("does not keep to the schema rule {}", error.schema_path()),
        )
        .at(error.instance_path().to_string())),
    }
}
