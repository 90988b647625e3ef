//! What a source answered, kept as received, and how each asking went.

use serde::{Deserialize, Serialize};

use super::hash::Sha256Hex;
use super::id::{ApplicationId, ConsentId, EvidenceId, FetchId};
use super::person::Private;
use super::source::SourceId;
use super::time::Timestamp;

/// Which judgement evidence was collected for: 0 the filing, n the re-check before instalment n, 255 the watch after payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Round(pub u8);

impl Round {
    /// The round of the filing itself.
    pub const FILING: Self = Self(0);
    /// The watch after payment; no policy has so many instalments.
    pub const WATCH: Self = Self(u8::MAX);
}

/// Where a piece of evidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// The identity provider: document and name, salted so that the hash tells nothing.
    Identity,
    /// A register.
    Register(SourceId),
}

impl Origin {
    /// The word in the database and in decision records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Register(source) => source.as_str(),
        }
    }

    /// The origin of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        if word == "identity" {
            Some(Self::Identity)
        } else {
            word.parse().ok().map(Self::Register)
        }
    }
}

/// One answer, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its id.
    pub id: EvidenceId,
    /// For which application it was asked.
    pub application: ApplicationId,
    /// For which judgement.
    pub round: Round,
    /// Who answered.
    pub origin: Origin,
    /// When it arrived.
    pub received_at: Timestamp,
    /// SHA-256 of `body`.
    pub hash: Sha256Hex,
    /// The body exactly as received (UTF-8 JSON); encrypted at rest.
    pub body: Private<Vec<u8>>,
}

/// How one asking of a source ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FetchOutcome {
    /// Answered, and the answer held to its schema and signature.
    Answered,
    /// No answer within the deadline.
    TimedOut,
    /// No connection, or it broke.
    Unreachable,
    /// The source answered with a server error.
    ServerError,
    /// The source refused the question (4xx): our configuration or contract is wrong.
    Refused,
    /// The answer broke the schema, was cut short, or was not JSON.
    Malformed,
    /// The answer's signature or digest did not hold.
    BadSignature,
    /// Not asked: the breaker is open after repeated failures.
    BreakerOpen,
    /// Not configured: an honest "pending".
    NotConfigured,
}

impl FetchOutcome {
    /// Every outcome.
    pub const ALL: [Self; 9] = [
        Self::Answered,
        Self::TimedOut,
        Self::Unreachable,
        Self::ServerError,
        Self::Refused,
        Self::Malformed,
        Self::BadSignature,
        Self::BreakerOpen,
        Self::NotConfigured,
    ];

    /// The word in the database, metrics and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::ServerError => "server_error",
            Self::Refused => "refused",
            Self::Malformed => "malformed",
            Self::BadSignature => "bad_signature",
            Self::BreakerOpen => "breaker_open",
            Self::NotConfigured => "not_configured",
        }
    }

    /// The outcome of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
    }
}

/// One asking of one source: a row for each, whatever came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Its id; sent to the source as `query_id`.
    pub id: FetchId,
    /// For which application.
    pub application: ApplicationId,
    /// For which judgement.
    pub round: Round,
    /// Which source.
    pub source: SourceId,
    /// Under which consent.
    pub consent: ConsentId,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// How long it took, retries included.
    pub elapsed_ms: i64,
    /// How often it was tried.
    pub attempts: u8,
    /// How it ended.
    pub outcome: FetchOutcome,
    /// What was kept of it.
    pub evidence: Option<EvidenceId>,
}

/// 数据授权: the applicant's leave to ask the named sources for the named purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Its id; sent to every source.
    pub id: ConsentId,
    /// Who consented.
    pub applicant: super::id::ApplicantId,
    /// The sources covered; no other is asked.
    pub scope: Vec<SourceId>,
    /// The purpose: the policy applied for. Order 716 art. 7: no unrelated use.
    pub purpose: String,
    /// When.
    pub given_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}
