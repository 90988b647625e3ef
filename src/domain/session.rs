//! Browsers: the session of one that is signed in, the sign-in of one that is on its way, the form kept for one that comes back.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::hash::{Sha256Hex, sha256};
use super::id::ApplicantId;
use super::person::{Private, Staff, Subject};
use super::time::Timestamp;

/// Random bytes of a cookie's token.
pub const TOKEN_BYTES: usize = 32;

/// What a cookie holds: 256 random bits as 64 hexadecimal digits. Whoever has it is the browser; it is never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserToken(Private<String>);

/// The text is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a token: 64 characters of 0-9 and a-f are wanted")]
pub struct TokenError;

impl BrowserToken {
    /// The token of these random bytes.
    #[must_use]
    pub fn new(random: [u8; TOKEN_BYTES]) -> Self {
        Self(Private::new(hex::encode(random)))
    }

    /// Reads a cookie's value.
    ///
    /// # Errors
    /// When it is no token.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let fits = text.len() == 2 * TOKEN_BYTES
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if fits {
            Ok(Self(Private::new(text.to_owned())))
        } else {
            Err(TokenError)
        }
    }

    /// The value, for the cookie and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// Under which the browser's row is stored.
    #[must_use]
    pub fn key(&self) -> Sha256Hex {
        self.derived("browser", "")
    }

    /// Under which one sign-in of the browser is stored. Found again only by who has both the cookie and the state.
    #[must_use]
    pub fn sign_in_key(&self, state: &str) -> Sha256Hex {
        self.derived("sign-in", state)
    }

    /// What each form of this browser's pages carries, so that no other page can send one.
    #[must_use]
    pub fn csrf(&self) -> Sha256Hex {
        self.derived("csrf", "")
    }

    /// Purposes have no line feed, so that no two of them run into each other.
    fn derived(&self, purpose: &str, more: &str) -> Sha256Hex {
        sha256(format!("{purpose}\n{}\n{more}", self.reveal()).as_bytes())
    }
}

impl fmt::Debug for BrowserToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserToken")
    }
}

/// Whom a session stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visitor {
    /// A person who applies.
    Applicant(ApplicantId),
    /// A member of staff.
    Staff(Staff),
}

impl Visitor {
    /// Whose a form is that this visitor filled.
    #[must_use]
    pub fn owner(&self) -> Owner {
        match self {
            Self::Applicant(id) => Owner::Applicant(*id),
            Self::Staff(staff) => Owner::Staff(staff.subject.clone()),
        }
    }
}

/// Whose a kept form is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A person who applies.
    Applicant(ApplicantId),
    /// A member of staff, whatever their roles are by now.
    Staff(Subject),
}

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hash of its token.
    pub key: Sha256Hex,
    /// Whom it stands for.
    pub visitor: Visitor,
    /// When they signed in.
    pub began_at: Timestamp,
    /// When it ends if nothing more is heard of it.
    pub ends_at: Timestamp,
    /// When it ends in any case.
    pub latest_at: Timestamp,
}

/// How long sessions last, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimes {
    /// Without a sign of life.
    pub idle_s: i64,
    /// In any case.
    pub whole_s: i64,
}

impl Session {
    /// A session that begins.
    #[must_use]
    pub fn begin(key: Sha256Hex, visitor: Visitor, now: Timestamp, times: SessionTimes) -> Self {
        let latest_at = now.plus_seconds(times.whole_s);
        Self {
            key,
            visitor,
            began_at: now,
            ends_at: now.plus_seconds(times.idle_s).min(latest_at),
            latest_at,
        }
    }

    /// Whether it still stands.
    #[must_use]
    pub fn stands(&self, now: Timestamp) -> bool {
        now < self.ends_at
    }

    /// The end that follows from a sign of life now; `None` when that is not worth a write: it would move the end by less
    /// than a tenth of the idle time.
    #[must_use]
    pub fn prolonged(&self, now: Timestamp, times: SessionTimes) -> Option<Timestamp> {
        let ends_at = now.plus_seconds(times.idle_s).min(self.latest_at);
        let gained_ms = ends_at.millis_since(self.ends_at);
        (gained_ms > times.idle_s.saturating_mul(100)).then_some(ends_at)
    }
}

/// What must be remembered of a sign-in until the provider sends the browser back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInMemory {
    /// Ties the answer to this browser.
    pub state: Private<String>,
    /// Ties the ID token to this sign-in.
    pub nonce: Private<String>,
    /// Proves to the provider that the code is redeemed by who asked for it (RFC 7636).
    pub verifier: Private<String>,
    /// Where the person wanted to go: a path of this service.
    pub return_to: String,
}

/// A form that came without a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// Whose session had ended, where that is known: nobody else gets it.
    pub owner: Option<Owner>,
    /// The page it was filled on, which gets it back.
    pub page: String,
    /// Where it was sent.
    pub path: String,
    /// Names and values, in the order in which they came.
    pub fields: Private<Vec<(String, String)>>,
    /// Until when it is kept.
    pub ends_at: Timestamp,
}

impl KeptForm {
    /// Whether it is given back to somebody who signs in. One of nobody knows whom is an applicant's: staff have theirs back only
    /// where it is known to be.
    #[must_use]
    pub fn is_for(&self, who: &Visitor) -> bool {
        match &self.owner {
            Some(owner) => *owner == who.owner(),
            None => matches!(who, Visitor::Applicant(_)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: SessionTimes = SessionTimes {
        idle_s: 600,
        whole_s: 1_000,
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn session() -> Session {
        let token = BrowserToken::new([7; TOKEN_BYTES]);
        let visitor = Visitor::Applicant(ApplicantId::new(at(0), [0; 10]));
        Session::begin(token.key(), visitor, at(0), TIMES)
    }

    #[test]
    fn a_token_reads_what_it_writes_and_shows_nothing() {
        let token = BrowserToken::new([0xab; TOKEN_BYTES]);
        assert_eq!(BrowserToken::parse(token.reveal()), Ok(token.clone()));
        assert!(!format!("{token:?}").contains("ab"));
        let short = "a".repeat(63);
        let capital = "A".repeat(64);
        for wrong in ["", "x", &short, &capital, &format!("{short}g")] {
            assert_eq!(BrowserToken::parse(wrong), Err(TokenError), "{wrong}");
        }
    }

    #[test]
    fn what_is_derived_from_a_token_is_each_time_something_else() {
        let token = BrowserToken::new([1; TOKEN_BYTES]);
        let all = [
            token.key(),
            token.csrf(),
            token.sign_in_key("a"),
            token.sign_in_key("b"),
            BrowserToken::new([2; TOKEN_BYTES]).key(),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }

    #[test]
    fn a_session_lives_by_use_and_not_beyond_its_time() {
        let mut session = session();
        assert!(session.stands(at(599)) && !session.stands(at(600)));
        session.ends_at = session.prolonged(at(500), TIMES).unwrap();
        assert_eq!(session.ends_at, at(1_000), "not beyond the whole time");
        assert_eq!(session.prolonged(at(900), TIMES), None);
        assert!(!session.stands(at(1_000)));
    }

    #[test]
    fn a_sign_of_life_that_gains_little_is_not_written() {
        let session = session();
        assert_eq!(session.prolonged(at(60), TIMES), None);
        assert_eq!(session.prolonged(at(61), TIMES), Some(at(661)));
    }
}
