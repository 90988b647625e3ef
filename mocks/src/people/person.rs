//! One made-up person.

use serde::{Deserialize, Serialize};

use super::documents::{Account, Document, DocumentType};
use super::records::{Registers, masked_debug};
use super::variety::{Expected, Trait};
use crate::faults::FaultRule;

/// One made-up person: who it is, what each register says, where to pay, and what is applied for.
///
/// Read and written one a line (JSON Lines, `schemas/people.schema.json`).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The subject under which the identity provider knows the person.
    pub subject: String,
    /// The true name, as on the identity document.
    pub name: String,
    /// Kind of identity document.
    pub document_type: DocumentType,
    /// Number of the identity document.
    pub document_number: String,
    /// Mobile number.
    pub phone: String,
    /// The account given with the application.
    pub account: Account,
    /// The account given when the bank has returned the first payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spare_account: Option<Account>,
    /// The policy applied for.
    pub applies_for: String,
    /// What is particular about the person.
    #[serde(default)]
    pub traits: Vec<Trait>,
    /// Whether a machine can approve; `None` where whoever wrote the person down did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
    /// What the registers hold.
    #[serde(default)]
    pub registers: Registers,
    /// Faults that befall whoever asks about, or pays, this person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultRule>,
}

masked_debug!(Person);

impl Person {
    /// Ground truth for tests, never served over HTTP: what a machine that keeps to the policy's words must come to. A person written
    /// down without saying counts as one the machine approves unless a trait says otherwise.
    #[must_use]
    pub fn expected(&self) -> Expected {
        if let Some(expected) = self.expected {
            return expected;
        }
        if self
            .traits
            .iter()
            .any(|one| one.expected() == Expected::Referred)
        {
            Expected::Referred
        } else {
            Expected::MachineApproves
        }
    }

    /// The identity document.
    #[must_use]
    pub fn document(&self) -> Document {
        Document {
            kind: self.document_type,
            number: self.document_number.clone(),
        }
    }

    /// Whether `one` is among the person's traits.
    #[must_use]
    pub fn is(&self, one: Trait) -> bool {
        self.traits.contains(&one)
    }

    /// What the person would type or hold, and nothing of what registers say or what is expected.
    #[must_use]
    pub fn card(&self) -> PersonCard {
        PersonCard {
            subject: self.subject.clone(),
            name: self.name.clone(),
            document_type: self.document_type,
            document_number: self.document_number.clone(),
            phone: self.phone.clone(),
            applies_for: self.applies_for.clone(),
            account: AccountCard::from(&self.account),
            spare_account: self.spare_account.as_ref().map(AccountCard::from),
        }
    }
}

/// An account as its holder knows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountCard {
    /// Account or card number.
    pub number: String,
    /// The bank's twelve-digit CNAPS code.
    pub bank_cnaps: String,
    /// The bank's name.
    pub bank_name: String,
    /// The name the account is held in.
    pub holder: String,
}

impl From<&Account> for AccountCard {
    fn from(account: &Account) -> Self {
        Self {
            number: account.number.clone(),
            bank_cnaps: account.bank_cnaps.clone(),
            bank_name: account.bank_name.clone(),
            holder: account.holder.clone(),
        }
    }
}

/// What a person would type or hold; served at `/admin/people` for programs that play the people's part.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonCard {
    /// The subject under which the identity provider knows the person.
    pub subject: String,
    /// The name, as on the identity document.
    pub name: String,
    /// Kind of identity document.
    pub document_type: DocumentType,
    /// Number of the identity document.
    pub document_number: String,
    /// Mobile number.
    pub phone: String,
    /// The policy the person means to apply for.
    pub applies_for: String,
    /// The account given with the application.
    pub account: AccountCard,
    /// The account given when a payment comes back.
    pub spare_account: Option<AccountCard>,
}

masked_debug!(AccountCard, PersonCard);
