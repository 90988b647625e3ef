//! Stub.
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Not an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not valid")]
pub struct BankError;

/// Account number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccount(String);
impl FromStr for BankAccount {
    type Err = BankError;
    fn from_str(text: &str) -> Result<Self, BankError> {
        if (8..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) { Ok(Self(text.to_owned())) } else { Err(BankError) }
    }
}
impl BankAccount {
    /// Masked.
    #[must_use]
    pub fn masked(&self) -> String {
        let tail = self.0.get(self.0.len().saturating_sub(4)..).unwrap_or_default();
        format!("****{tail}")
    }
}
impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.masked()) }
}

/// CNAPS code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CnapsCode(String);
impl FromStr for CnapsCode {
    type Err = BankError;
    fn from_str(text: &str) -> Result<Self, BankError> {
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) { Ok(Self(text.to_owned())) } else { Err(BankError) }
    }
}
impl fmt::Display for CnapsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
}
