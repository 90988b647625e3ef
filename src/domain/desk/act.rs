//! What can happen to a desk case.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Rules;
use crate::domain::district::DistrictCode;
use crate::domain::id::{ActId, ApplicantId, ApplicationId, CaseFileId, DecisionId, PaymentId};
use crate::domain::money::Money;
use crate::domain::person::Private;
use crate::domain::time::{Date, Timestamp};

/// Who did it. As text `machine`, `public`, `applicant:ID` or `staff:SUBJECT`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// The program itself.
    Machine,
    /// Somebody who is not known here.
    Public,
    /// An applicant.
    Applicant(ApplicantId),
    /// A member of staff, by subject.
    Staff(String),
}

impl Who {
    /// The member of staff, if it was one.
    #[must_use]
    pub fn staff(&self) -> Option<&str> {
        match self {
            Self::Staff(subject) => Some(subject),
            _ => None,
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine => f.write_str("machine"),
            Self::Public => f.write_str("public"),
            Self::Applicant(id) => write!(f, "applicant:{id}"),
            Self::Staff(subject) => write!(f, "staff:{subject}"),
        }
    }
}

/// The text names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither machine, public, applicant:ID nor staff:SUBJECT")]
pub struct WhoError;

impl FromStr for Who {
    type Err = WhoError;

    fn from_str(text: &str) -> Result<Self, WhoError> {
        match text.split_once(':') {
            None if text == "machine" => Ok(Self::Machine),
            None if text == "public" => Ok(Self::Public),
            Some(("applicant", id)) => id.parse().map(Self::Applicant).map_err(|_| WhoError),
            Some(("staff", subject)) if !subject.is_empty() => Ok(Self::Staff(subject.to_owned())),
            _ => Err(WhoError),
        }
    }
}

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum About {
    /// An application that the machine referred.
    Filing {
        /// Which.
        application: ApplicationId,
        /// The decision that names every reason.
        decision: DecisionId,
    },
    /// An instalment whose re-check the machine referred.
    Recheck {
        /// The application of its award.
        application: ApplicationId,
        /// The instalment.
        payment: PaymentId,
        /// The decision that names every reason.
        decision: DecisionId,
    },
    /// 反映: what somebody told the desk of.
    Report {
        /// The application it is about, where it is about one.
        application: Option<ApplicationId>,
    },
}

impl About {
    /// The word in the database and on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filing { .. } => "filing",
            Self::Recheck { .. } => "recheck",
            Self::Report { .. } => "report",
        }
    }

    /// The application, where there is one.
    #[must_use]
    pub const fn application(self) -> Option<ApplicationId> {
        match self {
            Self::Filing { application, .. } | Self::Recheck { application, .. } => {
                Some(application)
            }
            Self::Report { application } => application,
        }
    }

    /// The instalment, where it is about one.
    #[must_use]
    pub const fn payment(self) -> Option<PaymentId> {
        match self {
            Self::Recheck { payment, .. } => Some(payment),
            Self::Filing { .. } | Self::Report { .. } => None,
        }
    }

    /// Whether the machine referred it, so that it can be approved or refused.
    #[must_use]
    pub const fn is_referral(self) -> bool {
        !matches!(self, Self::Report { .. })
    }
}

/// Everything that is known of a case when it is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// What it is about.
    pub about: About,
    /// Whose matter it is, where that is known.
    pub applicant: Option<ApplicantId>,
    /// Under which policy.
    pub policy: Option<String>,
    /// Of which district; a city, or none, for what is handled at city level.
    pub district: Option<DistrictCode>,
    /// The terms it is handled under: those of the policy's version, whatever comes after it.
    pub rules: Rules,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The open findings are settled.
    Approve,
    /// Refused, by a person.
    Refuse,
    /// What was reported is answered.
    Answer,
}

impl Verdict {
    /// How a case ends with it.
    #[must_use]
    pub const fn ending(self) -> Ending {
        match self {
            Self::Approve => Ending::Approved,
            Self::Refuse => Ending::Refused,
            Self::Answer => Ending::Answered,
        }
    }
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Approved; what was declared, if anything, held.
    Approved,
    /// Refused.
    Refused,
    /// A report was answered.
    Answered,
    /// Out of scope: explained, and handed on to whoever is in charge.
    HandedOn,
    /// 容缺 ran out.
    Lapsed,
    /// The applicant took it back.
    Withdrawn,
    /// Approved on a declaration that did not hold.
    Broken,
}

impl Ending {
    /// Every ending.
    pub const ALL: [Self; 7] = [
        Self::Approved,
        Self::Refused,
        Self::Answered,
        Self::HandedOn,
        Self::Lapsed,
        Self::Withdrawn,
        Self::Broken,
    ];

    /// The word in the database and on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Answered => "answered",
            Self::HandedOn => "handed_on",
            Self::Lapsed => "lapsed",
            Self::Withdrawn => "withdrawn",
            Self::Broken => "broken",
        }
    }

    /// The ending of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.as_str() == word)
    }
}

/// What an officer may offer instead of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relief {
    /// 容缺受理: supplied until a day, and ended when that passes.
    Deferral,
    /// 告知承诺: declared now, checked until a day.
    Declaration,
}

/// What an officer gets for a case that is overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Card {
    /// In time.
    None,
    /// 黄牌: the last day is over.
    Yellow,
    /// 红牌: and still nothing has come of it.
    Red,
}

impl Card {
    /// Every card.
    pub const ALL: [Self; 3] = [Self::None, Self::Yellow, Self::Red];

    /// The word in the database and on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }

    /// The card of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|card| card.as_str() == word)
    }
}

/// What was done. Holds ids, days and names of criteria; what somebody wrote stands in [`Act::words`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Deed {
    /// The case begins, and its clock.
    Opened(Box<Opening>),
    /// It has an officer.
    Assigned {
        /// Subject of the officer.
        officer: String,
    },
    /// It has another officer.
    HandedOver {
        /// Subject of the new one.
        officer: String,
    },
    /// It is a special one, with the longer time limit. The words say why.
    MarkedSpecial,
    /// 一次性告知, a single time. The words are the notice; the clock stands.
    Asked {
        /// The criteria it is about.
        criteria: Vec<String>,
        /// Last day for supplying.
        until: Date,
    },
    /// The applicant supplied, what was asked for or what was deferred.
    Supplied,
    /// The last day for supplying is over; the clock goes on.
    SupplyOver,
    /// A note of the officer.
    Noted,
    /// 核实: a finding is settled. The words are the ground.
    Settled {
        /// The criterion.
        criterion: String,
        /// What it rests on, where that was handed in.
        file: Option<CaseFileId>,
    },
    /// A finding is open again.
    Unsettled {
        /// The criterion.
        criterion: String,
    },
    /// The officer offers a relief; nobody need take it.
    Offered {
        /// Which.
        relief: Relief,
        /// For which criteria.
        criteria: Vec<String>,
        /// Last day for supplying, or for checking.
        until: Date,
    },
    /// The applicant takes what was offered. The words are what they declare.
    Taken,
    /// 容缺 ran out.
    Lapsed,
    /// Somebody says how it should be decided. The words are the grounds.
    Proposed {
        /// How.
        verdict: Verdict,
        /// What an approval would grant.
        amount: Money,
        /// How many people must agree, the one who proposes among them.
        needs: u8,
    },
    /// Another person agrees.
    Confirmed,
    /// The proposal is off. The words say why.
    ProposalWithdrawn,
    /// Decided as proposed.
    Decided {
        /// How.
        verdict: Verdict,
        /// The decision, for what the machine referred.
        decision: Option<DecisionId>,
    },
    /// Decided past the desk, by one person. Read in cases of before; nobody does it any more.
    DecidedDirectly {
        /// How.
        verdict: Verdict,
        /// The decision.
        decision: DecisionId,
    },
    /// What was declared has been checked.
    Checked {
        /// Whether it held.
        held: bool,
    },
    /// Out of scope: explained in the words, and handed on.
    HandedOn {
        /// To whom: an office.
        to: String,
    },
    /// The applicant took it back.
    Withdrawn,
    /// Undone: a supervisor opens it again. The words say why.
    Reopened,
    /// The officer was reminded that the last day is near.
    Reminded {
        /// The last day.
        due: Date,
    },
    /// The officer got a card.
    Carded {
        /// Which.
        card: Card,
    },
    /// The supervisor was told.
    Escalated,
}

impl Deed {
    /// The word on pages and in the audit log, as `case.word`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Opened(_) => "case.opened",
            Self::Assigned { .. } => "case.assigned",
            Self::HandedOver { .. } => "case.handed_over",
            Self::MarkedSpecial => "case.marked_special",
            Self::Asked { .. } => "case.asked",
            Self::Supplied => "case.supplied",
            Self::SupplyOver => "case.supply_over",
            Self::Noted => "case.noted",
            Self::Settled { .. } => "case.settled",
            Self::Unsettled { .. } => "case.unsettled",
            Self::Offered { .. } => "case.offered",
            Self::Taken => "case.taken",
            Self::Lapsed => "case.lapsed",
            Self::Proposed { .. } => "case.proposed",
            Self::Confirmed => "case.confirmed",
            Self::ProposalWithdrawn => "case.proposal_withdrawn",
            Self::Decided { .. } => "case.decided",
            Self::DecidedDirectly { .. } => "case.decided_directly",
            Self::Checked { .. } => "case.checked",
            Self::HandedOn { .. } => "case.handed_on",
            Self::Withdrawn => "case.withdrawn",
            Self::Reopened => "case.reopened",
            Self::Reminded { .. } => "case.reminded",
            Self::Carded { .. } => "case.carded",
            Self::Escalated => "case.escalated",
        }
    }
}

/// One thing that happened. Never changed, never taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Its id.
    pub id: ActId,
    /// Its place in the case, from 1: the version of the case after it.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Who,
    /// What.
    pub deed: Deed,
    /// What they wrote: a notice, a ground, a note. Sealed by the store.
    pub words: Option<Private<String>>,
}
