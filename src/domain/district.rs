//! Stub.
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Not a district.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not valid")]
pub struct DistrictError;

/// District.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DistrictCode(String);
impl FromStr for DistrictCode {
    type Err = DistrictError;
    fn from_str(text: &str) -> Result<Self, DistrictError> {
        if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) { Ok(Self(text.to_owned())) } else { Err(DistrictError) }
    }
}
impl fmt::Display for DistrictCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
}
