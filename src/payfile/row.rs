//! One payment in a payout file.

use std::fmt;

use serde::Serialize;

use crate::domain::hash::Sha256Hex;
use crate::domain::id::InstructionId;
use crate::domain::money::Money;
use crate::domain::payment::Order;

use super::merkle::leaf_hash;

/// Longest name and purpose, in characters (ISO 20022 `Max140Text`).
pub const TEXT_MAX: usize = 140;
/// Longest account, in characters (ISO 20022 `Max34Text`).
pub const ACCOUNT_MAX: usize = 34;

/// A payment, as every format carries it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    // In the order of the alphabet: so they stand in the canonical form.
    /// To which account.
    pub account: String,
    /// How much.
    pub amount: Money,
    /// CNAPS code of its bank (联行号).
    pub bank: String,
    /// The instruction's id: `EndToEndId`, one for ever.
    pub id: InstructionId,
    /// Who receives it, as on the identity document.
    pub name: String,
    /// 用途.
    pub purpose: String,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("id", &self.id)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

/// Why a row cannot stand in a payout file. Says where, and quotes nobody's name or account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// Nothing is paid.
    #[error("{id}: the amount is 0.00")]
    Nothing {
        /// Which.
        id: InstructionId,
    },
    /// A text has no length a bank takes.
    #[error("{id}: `{field}` has {found} characters, 1 to {max} are taken")]
    Length {
        /// Which.
        id: InstructionId,
        /// The field.
        field: &'static str,
        /// How many it has.
        found: usize,
        /// How many are taken.
        max: usize,
    },
    /// A character that XML cannot carry.
    #[error("{id}: character {position} of `{field}` (U+{code:04X}) cannot stand in a payout file")]
    Character {
        /// Which.
        id: InstructionId,
        /// The field.
        field: &'static str,
        /// Its place, from 1.
        position: usize,
        /// Its code point.
        code: u32,
    },
}

impl Row {
    /// The row of an order.
    #[must_use]
    pub fn of(order: Order) -> Self {
        Self {
            id: order.instruction_id,
            amount: order.amount,
            name: order.payee_name,
            account: order.payee_account,
            bank: order.payee_bank,
            purpose: order.purpose,
        }
    }

    /// Whether every format can carry it.
    ///
    /// # Errors
    /// See [`RowError`].
    pub fn check(&self) -> Result<(), RowError> {
        if self.amount.is_zero() {
            return Err(RowError::Nothing { id: self.id });
        }
        self.check_text("name", &self.name, TEXT_MAX)?;
        self.check_text("account", &self.account, ACCOUNT_MAX)?;
        self.check_text("bank", &self.bank, ACCOUNT_MAX)?;
        self.check_text("purpose", &self.purpose, TEXT_MAX)
    }

    fn check_text(&self, field: &'static str, text: &str, max: usize) -> Result<(), RowError> {
        let id = self.id;
        let found = text.chars().count();
        if !(1..=max).contains(&found) {
            return Err(RowError::Length {
                id,
                field,
                found,
                max,
            });
        }
        match text.chars().enumerate().find(|(_, one)| !is_in_xml(*one)) {
            None => Ok(()),
            Some((at, one)) => Err(RowError::Character {
                id,
                field,
                position: at + 1,
                code: u32::from(one),
            }),
        }
    }

    /// What is hashed: the row as canonical JSON (RFC 8785). Texts in the order of the alphabet are canonical as they are written, and
    /// a file of a million rows waits for this.
    ///
    /// # Errors
    /// Never for texts; passed on rather than swallowed.
    pub fn canonical(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// The row's hash: the leaf of the Merkle tree over all rows.
    ///
    /// # Errors
    /// As [`Self::canonical`].
    pub fn hash(&self) -> Result<Sha256Hex, serde_json::Error> {
        Ok(leaf_hash(&self.canonical()?))
    }
}

/// The characters of XML 1.0 (`Char`).
const fn is_in_xml(one: char) -> bool {
    matches!(one, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::canonical::to_canonical_json;
    use crate::domain::id::AwardId;
    use crate::domain::time::Timestamp;

    proptest! {
        #[test]
        fn a_row_is_canonical_as_it_is_written(texts in proptest::array::uniform4(any::<String>()), fen in 0_i64..1_000_000_000, award: [u8; 10]) {
            let [account, bank, name, purpose] = texts;
            let award = AwardId::new(Timestamp::from_seconds(1_795_399_200), award);
            let row = Row { account, amount: Money::from_fen(fen).unwrap(), bank, id: InstructionId::new(award, 1, 1), name, purpose };
            prop_assert_eq!(row.canonical().unwrap(), to_canonical_json(&row).unwrap());
        }
    }
}
