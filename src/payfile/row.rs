//! One payment in a payout file.

use std::fmt::{self, Write as _};

use crate::domain::hash::Sha256Hex;
use crate::domain::id::InstructionId;
use crate::domain::money::Money;
use crate::domain::payment::Order;

use super::merkle::Leaf;

/// Longest name and purpose, in characters (ISO 20022 `Max140Text`).
pub const TEXT_MAX: usize = 140;
/// Longest account, in characters (ISO 20022 `Max34Text`).
pub const ACCOUNT_MAX: usize = 34;

/// A payment, as every format carries it.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
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
        if (1..=max).contains(&text.len()) && is_in_xml_at_sight(text) {
            return Ok(());
        }
        let id = self.id;
        let mut found = 0;
        let mut lost = None;
        for one in text.chars() {
            found += 1;
            if !is_in_xml(one) {
                lost = lost.or(Some((found, u32::from(one))));
            }
        }
        if !(1..=max).contains(&found) {
            return Err(RowError::Length {
                id,
                field,
                found,
                max,
            });
        }
        match lost {
            None => Ok(()),
            Some((position, code)) => Err(RowError::Character {
                id,
                field,
                position,
                code,
            }),
        }
    }

    /// The row's hash: the leaf of the Merkle tree over all rows.
    ///
    /// # Errors
    /// Never for texts; passed on rather than swallowed.
    pub fn hash(&self) -> Result<Sha256Hex, serde_json::Error> {
        Ok(Spelling::default().of(self)?.hash)
    }
}

/// What is hashed: the row as canonical JSON (RFC 8785), whose names stand in the order of the alphabet. Nearly every text stands as it
/// is; the others are escaped as JSON has it.
fn canonical(out: &mut Vec<u8>, fields: [(&str, &str); 6]) -> Result<(), serde_json::Error> {
    let mut before = b'{';
    for (name, text) in fields {
        out.push(before);
        out.push(b'"');
        out.extend(name.as_bytes());
        out.extend(b"\":");
        if text.bytes().fold(false, |any, byte| any | is_escaped(byte)) {
            serde_json::to_writer(&mut *out, text)?;
        } else {
            out.push(b'"');
            out.extend(text.as_bytes());
            out.push(b'"');
        }
        before = b',';
    }
    out.push(b'}');
    Ok(())
}

/// Whether JSON writes it in another way than it is.
const fn is_escaped(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// A row with what every format writes of it.
#[derive(Clone, Copy)]
pub struct Spelled<'r> {
    /// The row.
    pub row: &'r Row,
    /// Its id.
    pub id: &'r str,
    /// Its amount, in yuan with two decimals.
    pub amount: &'r str,
    /// Its hash.
    pub hash: Sha256Hex,
    /// The hash in hexadecimal digits.
    pub digits: &'r str,
}

/// Where rows are spelled and hashed one after the other: a file of a million rows waits for this.
#[derive(Default)]
pub struct Spelling {
    id: String,
    amount: String,
    digits: String,
    leaf: Leaf,
}

impl Spelling {
    /// The row, spelled.
    ///
    /// # Errors
    /// As [`Row::hash`].
    pub fn of<'r>(&'r mut self, row: &'r Row) -> Result<Spelled<'r>, serde_json::Error> {
        let Self {
            id,
            amount,
            digits,
            leaf,
        } = self;
        spell(id, row.id);
        spell(amount, row.amount);
        canonical(
            leaf.begin(),
            [
                ("account", &row.account),
                ("amount", amount),
                ("bank", &row.bank),
                ("id", id),
                ("name", &row.name),
                ("purpose", &row.purpose),
            ],
        )?;
        let hash = leaf.hash();
        spell(digits, hash);
        Ok(Spelled {
            row,
            id,
            amount,
            hash,
            digits,
        })
    }
}

/// Spells anew, where another text stood.
fn spell(text: &mut String, what: impl fmt::Display) {
    text.clear();
    // Writing to a text cannot fail.
    let _ = write!(text, "{what}");
}

/// Whether every byte shows already that its character stands in XML: `0xEF` alone begins some that do not.
fn is_in_xml_at_sight(text: &str) -> bool {
    let shows = |byte| byte >= b' ' && byte != 0xEF;
    text.bytes().fold(true, |all, byte| all & shows(byte))
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
    use crate::domain::hash::sha256;
    use crate::domain::id::AwardId;
    use crate::domain::time::Timestamp;

    proptest! {
        #[test]
        fn a_row_hashes_as_its_canonical_form(texts in proptest::array::uniform4(any::<String>()), fen in 0_i64..1_000_000_000, award: [u8; 10]) {
            let [account, bank, name, purpose] = texts;
            let award = AwardId::new(Timestamp::from_seconds(1_795_399_200), award);
            let row = Row { account, amount: Money::from_fen(fen).unwrap(), bank, id: InstructionId::new(award, 1, 1), name, purpose };
            let fields = serde_json::json!({
                "purpose": row.purpose, "name": row.name, "id": row.id, "bank": row.bank, "amount": row.amount, "account": row.account,
            });
            let mut leaf = vec![0];
            leaf.extend(to_canonical_json(&fields).unwrap());
            prop_assert_eq!(row.hash().unwrap(), sha256(&leaf));
        }
    }
}
