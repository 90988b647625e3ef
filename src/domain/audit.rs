//! Who did what, who looked at what, and what waits for a person.

use serde::{Deserialize, Serialize};

use super::id::{AccessId, AlarmId, AuditId};
use super::person::Actor;
use super::time::Timestamp;

/// One act, written in the act's own transaction. `detail` holds ids, states and counts, never personal values.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What, as `noun.verb`: `application.filed`, `instruction.acknowledged` …
    pub act: &'static str,
    /// Upon what: an id as text.
    pub subject: String,
    /// Ids, states and counts.
    pub detail: serde_json::Value,
}

/// A member of staff looked at personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Its id.
    pub id: AccessId,
    /// When.
    pub at: Timestamp,
    /// Who looked.
    pub staff: String,
    /// At what: an id as text.
    pub subject: String,
    /// Which kind of data: `application`, `evidence`, `account` …
    pub kind: String,
    /// Why.
    pub purpose: String,
}

/// What kind of thing waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// An instruction's attempts are used up.
    PaymentStuck,
    /// The treasury's echo is not what we sent.
    EchoDiffers,
    /// The treasury refused an instruction for good.
    PaymentRejected,
    /// The treasury tells of an instruction we do not know, or of an impossible step.
    UnexpectedEvent,
    /// A source has been down for long.
    SourceDown,
    /// Messages to applicants have not gone out for long.
    NotifierDown,
    /// The working-day calendar ends before a deadline.
    CalendarEnds,
    /// The program met a state it must not be in.
    Inconsistent,
    /// The machine approves suddenly more than its policy lets pass, and has frozen the policy.
    BreakerOpen,
}

impl AlarmKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::PaymentStuck,
        Self::EchoDiffers,
        Self::PaymentRejected,
        Self::UnexpectedEvent,
        Self::SourceDown,
        Self::NotifierDown,
        Self::CalendarEnds,
        Self::Inconsistent,
        Self::BreakerOpen,
    ];

    /// The word in the database, metrics and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentStuck => "payment_stuck",
            Self::EchoDiffers => "echo_differs",
            Self::PaymentRejected => "payment_rejected",
            Self::UnexpectedEvent => "unexpected_event",
            Self::SourceDown => "source_down",
            Self::NotifierDown => "notifier_down",
            Self::CalendarEnds => "calendar_ends",
            Self::Inconsistent => "inconsistent",
            Self::BreakerOpen => "breaker_open",
        }
    }

    /// The kind of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Something that waits for a person. One open alarm a kind and subject: raising it again counts up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its id.
    pub id: AlarmId,
    /// What kind.
    pub kind: AlarmKind,
    /// About what: an id as text.
    pub subject: String,
    /// First raised.
    pub raised_at: Timestamp,
    /// How often raised.
    pub count: i64,
}
