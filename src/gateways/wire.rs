//! The signed wire: what both ends of every exchange compute, as pure functions.
//!
//! A request is signed over `METHOD\nPATH-AND-QUERY\nAPP-ID\nTIMESTAMP\nNONCE\nDIGEST\n`, a reply over
//! `REPLY\nSTATUS\nREQUEST-NONCE\nTIMESTAMP\nDIGEST\n` with the same key. The nonce in the reply's string binds it
//! to one question, so that yesterday's true answer cannot be passed off as today's.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Clocks may differ by this much, in seconds.
pub const SKEW_S_MAX: i64 = 300;
/// Bytes a nonce may have at most.
const NONCE_BYTES_MAX: usize = 64;
/// Nonces the receiving side remembers at most; about 160 requests a second for the length of the window.
pub const WINDOW_ENTRIES_MAX: usize = 100_000;

/// Header names, lower case as HTTP/2 and the contract write them.
pub mod header {
    /// Who sends.
    pub const APP_ID: &str = "x-sm-app-id";
    /// Unix seconds.
    pub const TIMESTAMP: &str = "x-sm-timestamp";
    /// Once only.
    pub const NONCE: &str = "x-sm-nonce";
    /// Which signature.
    pub const ALGORITHM: &str = "x-sm-algorithm";
    /// SHA-256 of the body, lower-case hex.
    pub const DIGEST: &str = "x-sm-digest";
    /// Base64 of the signature.
    pub const SIGNATURE: &str = "x-sm-signature";
    /// Passed along, unsigned, for the logs of both ends.
    pub const REQUEST_ID: &str = "x-request-id";
}

/// How exchanges are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// HMAC-SHA256 (RFC 2104).
    #[default]
    HmacSha256,
}

impl Algorithm {
    /// The word in the `x-sm-algorithm` header and in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
        }
    }

    /// The algorithm of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        (word == Self::HmacSha256.as_str()).then_some(Self::HmacSha256)
    }
}

/// One end's name and the key it shares with the other end. Wiped when dropped; `Debug` shows no key.
#[derive(Clone)]
pub struct WireKey {
    app_id: String,
    key: Zeroizing<Vec<u8>>,
}

impl WireKey {
    /// A key of any length; the configuration demands at least 16 bytes.
    #[must_use]
    pub fn new(app_id: impl Into<String>, key: &[u8]) -> Self {
        Self {
            app_id: app_id.into(),
            key: Zeroizing::new(key.to_vec()),
        }
    }

    /// Who signs with it.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    fn mac(&self, text: &str) -> Result<Hmac<Sha256>, WireError> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).map_err(|_| WireError::WrongSignature)?;
        mac.update(text.as_bytes());
        Ok(mac)
    }

    fn sign(&self, text: &str) -> Result<String, WireError> {
        Ok(BASE64.encode(self.mac(text)?.finalize().into_bytes()))
    }

    /// Compares in constant time.
    fn check(&self, text: &str, signature: &str) -> Result<(), WireError> {
        let given = BASE64
            .decode(signature)
            .map_err(|_| WireError::BadHeader(header::SIGNATURE))?;
        self.mac(text)?
            .verify_slice(&given)
            .map_err(|_| WireError::WrongSignature)
    }
}

impl std::fmt::Debug for WireKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WireKey")
            .field("app_id", &self.app_id)
            .finish_non_exhaustive()
    }
}

/// Why a signed message is not believed. Carries no part of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A header is absent.
    #[error("header {0} is missing")]
    MissingHeader(&'static str),
    /// A header has the wrong shape.
    #[error("header {0} is malformed")]
    BadHeader(&'static str),
    /// An algorithm that is not ours.
    #[error("the signature algorithm is not the agreed one")]
    WrongAlgorithm,
    /// Signed by somebody else.
    #[error("the app id is not the agreed one")]
    WrongApp,
    /// The clocks differ too much.
    #[error("the clocks differ by {seconds} s")]
    ClockSkew {
        /// Theirs minus ours, in seconds.
        seconds: i64,
    },
    /// The nonce was seen before.
    #[error("the nonce was seen before")]
    Replayed,
    /// The digest is not the body's.
    #[error("the digest is not that of the body")]
    WrongDigest,
    /// The signature is not the key's.
    #[error("the signature does not hold")]
    WrongSignature,
    /// More requests in the window than it remembers: refused, never forgotten.
    #[error("the replay window is full")]
    WindowFull,
}

/// SHA-256 of `body` as lower-case hex; of nothing when there is no body.
#[must_use]
pub fn digest(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// What a request's signature covers besides its headers.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Upper case.
    pub method: &'a str,
    /// As sent, from the `/` on.
    pub path_and_query: &'a str,
}

/// The headers that sign a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestStamp {
    /// Who sends.
    pub app_id: String,
    /// Unix seconds.
    pub timestamp_s: i64,
    /// 1..=64 of `[A-Za-z0-9_-]`.
    pub nonce: String,
    /// SHA-256 of the body.
    pub digest: String,
    /// Base64.
    pub signature: String,
}

impl RequestStamp {
    /// Signs a request.
    ///
    /// # Errors
    /// Never for a key made by [`WireKey::new`]; the type of the MAC allows it.
    pub fn sign(
        key: &WireKey,
        target: Target<'_>,
        body: &[u8],
        timestamp_s: i64,
        nonce: String,
    ) -> Result<Self, WireError> {
        let mut stamp = Self {
            app_id: key.app_id.clone(),
            timestamp_s,
            nonce,
            digest: digest(body),
            signature: String::new(),
        };
        stamp.signature = key.sign(&stamp.text(target))?;
        Ok(stamp)
    }

    /// Reads the headers of a request that arrived; `lookup` gives a header's value by lower-case name.
    ///
    /// # Errors
    /// When one is missing or has the wrong shape.
    pub fn read<'a>(lookup: impl Fn(&str) -> Option<&'a str>) -> Result<Self, WireError> {
        // The contract's default need not be written out.
        if lookup(header::ALGORITHM).is_some_and(|word| Algorithm::parse(word).is_none()) {
            return Err(WireError::WrongAlgorithm);
        }
        let nonce = required(&lookup, header::NONCE)?;
        if !is_token(nonce) {
            return Err(WireError::BadHeader(header::NONCE));
        }
        Ok(Self {
            app_id: required(&lookup, header::APP_ID)?.to_owned(),
            timestamp_s: seconds(required(&lookup, header::TIMESTAMP)?)?,
            nonce: nonce.to_owned(),
            digest: required(&lookup, header::DIGEST)?.to_owned(),
            signature: required(&lookup, header::SIGNATURE)?.to_owned(),
        })
    }

    /// Holds a request that arrived to its signature. The nonce is not looked at: see [`ReplayWindow`].
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn verify(
        &self,
        key: &WireKey,
        target: Target<'_>,
        body: &[u8],
        now_s: i64,
    ) -> Result<(), WireError> {
        if self.app_id != key.app_id {
            return Err(WireError::WrongApp);
        }
        within_skew(self.timestamp_s, now_s)?;
        same_digest(&self.digest, body)?;
        key.check(&self.text(target), &self.signature)
    }

    /// Name and value of each header.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, String); 6] {
        [
            (header::APP_ID, self.app_id.clone()),
            (header::TIMESTAMP, self.timestamp_s.to_string()),
            (header::NONCE, self.nonce.clone()),
            (header::ALGORITHM, Algorithm::HmacSha256.as_str().to_owned()),
            (header::DIGEST, self.digest.clone()),
            (header::SIGNATURE, self.signature.clone()),
        ]
    }

    fn text(&self, target: Target<'_>) -> String {
        let Self {
            app_id,
            timestamp_s,
            nonce,
            digest,
            ..
        } = self;
        format!(
            "{}\n{}\n{app_id}\n{timestamp_s}\n{nonce}\n{digest}\n",
            target.method, target.path_and_query
        )
    }
}

/// The headers that sign a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyStamp {
    /// Unix seconds.
    pub timestamp_s: i64,
    /// SHA-256 of the body.
    pub digest: String,
    /// Base64.
    pub signature: String,
}

impl ReplyStamp {
    /// Signs a reply to the request with `nonce`.
    ///
    /// # Errors
    /// Never for a key made by [`WireKey::new`]; the type of the MAC allows it.
    pub fn sign(
        key: &WireKey,
        status: u16,
        nonce: &str,
        body: &[u8],
        timestamp_s: i64,
    ) -> Result<Self, WireError> {
        let mut stamp = Self {
            timestamp_s,
            digest: digest(body),
            signature: String::new(),
        };
        stamp.signature = key.sign(&stamp.text(status, nonce))?;
        Ok(stamp)
    }

    /// Reads the headers of a reply.
    ///
    /// # Errors
    /// When one is missing or has the wrong shape.
    pub fn read<'a>(lookup: impl Fn(&str) -> Option<&'a str>) -> Result<Self, WireError> {
        Ok(Self {
            timestamp_s: seconds(required(&lookup, header::TIMESTAMP)?)?,
            digest: required(&lookup, header::DIGEST)?.to_owned(),
            signature: required(&lookup, header::SIGNATURE)?.to_owned(),
        })
    }

    /// Holds a reply to its signature and to the request it answers.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn verify(
        &self,
        key: &WireKey,
        status: u16,
        nonce: &str,
        body: &[u8],
        now_s: i64,
    ) -> Result<(), WireError> {
        within_skew(self.timestamp_s, now_s)?;
        same_digest(&self.digest, body)?;
        key.check(&self.text(status, nonce), &self.signature)
    }

    /// Name and value of each header.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, String); 3] {
        [
            (header::TIMESTAMP, self.timestamp_s.to_string()),
            (header::DIGEST, self.digest.clone()),
            (header::SIGNATURE, self.signature.clone()),
        ]
    }

    fn text(&self, status: u16, nonce: &str) -> String {
        format!(
            "REPLY\n{status}\n{nonce}\n{}\n{}\n",
            self.timestamp_s, self.digest
        )
    }
}

/// Whether a word may be a nonce or a request id: 1..=64 of `[A-Za-z0-9_-]`.
#[must_use]
pub fn is_token(word: &str) -> bool {
    (1..=NONCE_BYTES_MAX).contains(&word.len())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn required<'a>(
    lookup: &impl Fn(&str) -> Option<&'a str>,
    name: &'static str,
) -> Result<&'a str, WireError> {
    lookup(name).ok_or(WireError::MissingHeader(name))
}

/// Decimal digits only, without sign or leading zero: one time has one spelling, so that the text signed is the text sent.
fn seconds(word: &str) -> Result<i64, WireError> {
    let value: i64 = word
        .parse()
        .map_err(|_| WireError::BadHeader(header::TIMESTAMP))?;
    if value >= 0 && value.to_string() == word {
        Ok(value)
    } else {
        Err(WireError::BadHeader(header::TIMESTAMP))
    }
}

const fn within_skew(theirs_s: i64, ours_s: i64) -> Result<(), WireError> {
    let seconds = theirs_s.saturating_sub(ours_s);
    if seconds.saturating_abs() > SKEW_S_MAX {
        Err(WireError::ClockSkew { seconds })
    } else {
        Ok(())
    }
}

fn same_digest(given: &str, body: &[u8]) -> Result<(), WireError> {
    if given == digest(body) {
        Ok(())
    } else {
        Err(WireError::WrongDigest)
    }
}

/// Nonces seen while their timestamps could still be accepted. Bounded: a full window refuses, it does not forget.
///
/// It lives in memory. After a restart a replay within the window passes here once more, and finds that the event it
/// carries is already stored: the store's UNIQUE on the event's id is the second wall.
#[derive(Debug)]
pub struct ReplayWindow {
    entries_max: usize,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    nonces: HashSet<String>,
    by_expiry: BTreeSet<(i64, String)>,
}

impl Default for ReplayWindow {
    fn default() -> Self {
        Self::new(WINDOW_ENTRIES_MAX)
    }
}

impl ReplayWindow {
    /// A window that remembers at most `entries_max` nonces.
    #[must_use]
    pub fn new(entries_max: usize) -> Self {
        Self {
            entries_max,
            seen: Mutex::default(),
        }
    }

    /// Takes a nonce once. Call it only after the signature held, or strangers could fill the window.
    ///
    /// # Errors
    /// [`WireError::Replayed`] the second time; [`WireError::WindowFull`] when nothing more can be remembered.
    pub fn admit(&self, stamp: &RequestStamp, now_s: i64) -> Result<(), WireError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget_before(now_s);
        if seen.nonces.contains(&stamp.nonce) {
            return Err(WireError::Replayed);
        }
        if seen.nonces.len() >= self.entries_max {
            return Err(WireError::WindowFull);
        }
        // Beyond this second the timestamp itself is refused, so the nonce need not be known any more.
        let expires_s = stamp.timestamp_s.saturating_add(SKEW_S_MAX);
        seen.nonces.insert(stamp.nonce.clone());
        seen.by_expiry.insert((expires_s, stamp.nonce.clone()));
        Ok(())
    }
}

impl Seen {
    fn forget_before(&mut self, now_s: i64) {
        while self
            .by_expiry
            .first()
            .is_some_and(|(expires_s, _)| *expires_s < now_s)
        {
            if let Some((_, nonce)) = self.by_expiry.pop_first() {
                self.nonces.remove(&nonce);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_790_000_000;
    const TARGET: Target<'static> = Target {
        method: "POST",
        path_and_query: "/query?x=1",
    };

    fn key() -> WireKey {
        WireKey::new("sanmiao", b"0123456789abcdef0123456789abcdef")
    }

    fn signed(body: &[u8], nonce: &str) -> RequestStamp {
        RequestStamp::sign(&key(), TARGET, body, NOW, nonce.to_owned()).unwrap()
    }

    /// Computed with Python's hmac and hashlib, not with this code.
    #[test]
    fn a_request_and_a_reply_match_the_worked_example() {
        let stamp = signed(b"{\"a\":1}", "n-1");
        assert_eq!(
            stamp.digest,
            "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
        );
        assert_eq!(
            stamp.signature,
            "wEAS6mAl6bRWGGBE+TYb4wzcIBdB7To/CDjRNTVNuNw="
        );
        let reply = ReplyStamp::sign(&key(), 200, "n-1", b"{\"a\":1}", NOW).unwrap();
        assert_eq!(
            reply.signature,
            "r0NZ+UswWqgFER0hiA6IBVEDUAtvI4YYpYpQCB566EM="
        );
    }

    #[test]
    fn what_was_signed_verifies_after_a_trip_through_headers() {
        let stamp = signed(b"body", "n");
        let headers = stamp.headers();
        let read = RequestStamp::read(|name| {
            headers
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| v.as_str())
        })
        .unwrap();
        assert_eq!(read, stamp);
        assert_eq!(
            read.verify(&key(), TARGET, b"body", NOW + SKEW_S_MAX),
            Ok(())
        );
    }

    #[test]
    fn every_damaged_part_is_refused_with_its_own_reason() {
        let stamp = signed(b"body", "n");
        let verify = |stamp: &RequestStamp, target, body: &[u8], now| {
            stamp.verify(&key(), target, body, now)
        };
        assert_eq!(
            verify(&stamp, TARGET, b"body", NOW + 301),
            Err(WireError::ClockSkew { seconds: -301 })
        );
        assert_eq!(
            verify(&stamp, TARGET, b"b0dy", NOW),
            Err(WireError::WrongDigest)
        );
        let elsewhere = Target {
            path_and_query: "/query?x=2",
            ..TARGET
        };
        assert_eq!(
            verify(&stamp, elsewhere, b"body", NOW),
            Err(WireError::WrongSignature)
        );
        let get = Target {
            method: "GET",
            ..TARGET
        };
        assert_eq!(
            verify(&stamp, get, b"body", NOW),
            Err(WireError::WrongSignature)
        );
        let mut other = stamp.clone();
        other.app_id = "somebody".to_owned();
        assert_eq!(
            verify(&other, TARGET, b"body", NOW),
            Err(WireError::WrongApp)
        );
        let mut other = stamp.clone();
        other.nonce = "m".to_owned();
        assert_eq!(
            verify(&other, TARGET, b"body", NOW),
            Err(WireError::WrongSignature)
        );
        let mut other = stamp.clone();
        other.signature = "not base64!".to_owned();
        assert_eq!(
            verify(&other, TARGET, b"body", NOW),
            Err(WireError::BadHeader(header::SIGNATURE))
        );
        let stranger = WireKey::new("sanmiao", b"another key another key another!");
        assert_eq!(
            stamp.verify(&stranger, TARGET, b"body", NOW),
            Err(WireError::WrongSignature)
        );
    }

    #[test]
    fn a_missing_or_misshapen_header_is_named() {
        let headers = signed(b"", "n").headers();
        for missing in headers
            .each_ref()
            .map(|(name, _)| *name)
            .into_iter()
            .filter(|name| *name != header::ALGORITHM)
        {
            let read = RequestStamp::read(|name| {
                headers
                    .iter()
                    .find(|(n, _)| *n == name && *n != missing)
                    .map(|(_, v)| v.as_str())
            });
            assert_eq!(read, Err(WireError::MissingHeader(missing)));
        }
        let with = |changed: &'static str, value: &'static str| {
            RequestStamp::read(|name| {
                if name == changed {
                    return Some(value);
                }
                headers
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, v)| v.as_str())
            })
        };
        assert_eq!(
            with(header::NONCE, "a b"),
            Err(WireError::BadHeader(header::NONCE))
        );
        assert_eq!(
            with(header::NONCE, ""),
            Err(WireError::BadHeader(header::NONCE))
        );
        for time in ["+5", "05", "-5", "1.5", "1e9", ""] {
            assert_eq!(
                with(header::TIMESTAMP, time),
                Err(WireError::BadHeader(header::TIMESTAMP)),
                "{time}"
            );
        }
        let without = RequestStamp::read(|name| {
            headers
                .iter()
                .find(|(n, _)| *n == name && *n != header::ALGORITHM)
                .map(|(_, v)| v.as_str())
        });
        assert!(without.is_ok(), "the default algorithm need not be named");
        assert_eq!(
            with(header::ALGORITHM, "none"),
            Err(WireError::WrongAlgorithm)
        );
    }

    #[test]
    fn a_reply_answers_one_question_with_one_status() {
        let reply = ReplyStamp::sign(&key(), 200, "n", b"{}", NOW).unwrap();
        assert_eq!(reply.verify(&key(), 200, "n", b"{}", NOW), Ok(()));
        assert_eq!(
            reply.verify(&key(), 404, "n", b"{}", NOW),
            Err(WireError::WrongSignature)
        );
        assert_eq!(
            reply.verify(&key(), 200, "other", b"{}", NOW),
            Err(WireError::WrongSignature)
        );
    }

    #[test]
    fn a_nonce_passes_once_while_its_time_is_good_and_the_window_refuses_when_full() {
        let window = ReplayWindow::new(2);
        assert_eq!(window.admit(&signed(b"", "a"), NOW), Ok(()));
        assert_eq!(
            window.admit(&signed(b"", "a"), NOW + SKEW_S_MAX),
            Err(WireError::Replayed)
        );
        assert_eq!(window.admit(&signed(b"", "b"), NOW), Ok(()));
        assert_eq!(
            window.admit(&signed(b"", "c"), NOW),
            Err(WireError::WindowFull)
        );
        assert_eq!(
            window.admit(&signed(b"", "c"), NOW + SKEW_S_MAX + 1),
            Ok(()),
            "room again once they are stale"
        );
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(
            format!("{:?}", key()),
            "WireKey { app_id: \"sanmiao\", .. }"
        );
    }

    proptest! {
        #[test]
        fn one_changed_byte_anywhere_in_the_body_is_noticed(body in prop::collection::vec(any::<u8>(), 1..64), at in any::<prop::sample::Index>(), by in 1_u8..) {
            let stamp = signed(&body, "n");
            let mut damaged = body.clone();
            let at = at.index(damaged.len());
            damaged[at] = damaged[at].wrapping_add(by);
            prop_assert_eq!(stamp.verify(&key(), TARGET, &body, NOW), Ok(()));
            prop_assert_eq!(stamp.verify(&key(), TARGET, &damaged, NOW), Err(WireError::WrongDigest));
        }

        #[test]
        fn the_window_never_admits_a_nonce_twice_in_time(nonces in prop::collection::vec("[a-c]", 1..20), later in 0_i64..=SKEW_S_MAX) {
            let window = ReplayWindow::default();
            let mut known = HashSet::new();
            for nonce in nonces {
                let expected = if known.insert(nonce.clone()) { Ok(()) } else { Err(WireError::Replayed) };
                prop_assert_eq!(window.admit(&signed(b"", &nonce), NOW + later), expected);
            }
        }
    }
}
