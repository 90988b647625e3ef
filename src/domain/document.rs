//! Stub.
use serde::{Deserialize, Serialize};
/// Identity document.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IdentityDocument(pub String);
