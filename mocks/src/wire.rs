//! The signed wire, as pure functions. Written here from the contract alone: the service has its own, and the two must agree.

mod nonces;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

pub(crate) use nonces::{NonceStore, Seen};

/// Which application speaks.
pub const APP_ID: &str = "x-sm-app-id";
/// Unix seconds, decimal.
pub const TIMESTAMP: &str = "x-sm-timestamp";
/// 1 ..= 64 of `[A-Za-z0-9_-]`, never twice.
pub const NONCE: &str = "x-sm-nonce";
/// `hmac-sha256`; absent means the same.
pub const ALGORITHM: &str = "x-sm-algorithm";
/// Lower-case hex SHA-256 of the body's bytes.
pub const DIGEST: &str = "x-sm-digest";
/// Standard padded base64 of the HMAC.
pub const SIGNATURE: &str = "x-sm-signature";
/// Passed along from request to reply.
pub const REQUEST_ID: &str = "x-request-id";
/// How far a timestamp may be off, in seconds, either way.
pub const WINDOW_SECONDS: i64 = 300;

/// A key with the application it belongs to.
#[derive(Clone, PartialEq, Eq)]
pub struct ChannelKey {
    /// The application id that the other end signs under.
    pub app_id: String,
    /// The HMAC key.
    pub secret: Vec<u8>,
}

impl std::fmt::Debug for ChannelKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChannelKey")
            .field("app_id", &self.app_id)
            .finish_non_exhaustive()
    }
}

/// The keys of every signed channel. The treasury signs its call-backs with its own channel's key and app id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "one key a channel, under the channel's name")]
pub struct WireKeys {
    pub talent_introduction: ChannelKey,
    pub education: ChannelKey,
    pub degree: ChannelKey,
    pub social_security: ChannelKey,
    pub treasury: ChannelKey,
    pub sink: ChannelKey,
}

impl WireKeys {
    /// Keys for a made-up world: the application `sanmiao`, and per channel the 32 bytes of SHA-256 over
    /// `sanmiao-mocks/<seed>/<channel>`. Anyone can compute them, so they are worth nothing outside a made-up world.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let key = |channel: &str| ChannelKey {
            app_id: "sanmiao".to_owned(),
            secret: Sha256::digest(format!("sanmiao-mocks/{seed}/{channel}")).to_vec(),
        };
        Self {
            talent_introduction: key("talent_introduction"),
            education: key("education"),
            degree: key("degree"),
            social_security: key("social_security"),
            treasury: key("treasury"),
            sink: key("sink"),
        }
    }
}

/// Lower-case hex SHA-256 of a body.
#[must_use]
pub fn digest_hex(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// What a request's signature is made over.
#[must_use]
pub fn request_text(
    method: &str,
    path_and_query: &str,
    app_id: &str,
    timestamp: &str,
    nonce: &str,
    digest: &str,
) -> String {
    format!("{method}\n{path_and_query}\n{app_id}\n{timestamp}\n{nonce}\n{digest}\n")
}

/// What a reply's signature is made over.
#[must_use]
pub fn reply_text(status: u16, request_nonce: &str, timestamp: &str, digest: &str) -> String {
    format!("REPLY\n{status}\n{request_nonce}\n{timestamp}\n{digest}\n")
}

/// HMAC-SHA256 over a text, standard padded base64.
#[must_use]
pub fn sign(secret: &[u8], text: &str) -> String {
    STANDARD.encode(mac(secret, text).finalize().into_bytes())
}

/// Whether `signature` fits; compares in constant time.
#[must_use]
pub fn verify(secret: &[u8], text: &str, signature: &str) -> bool {
    STANDARD
        .decode(signature)
        .is_ok_and(|given| mac(secret, text).verify_slice(&given).is_ok())
}

fn mac(secret: &[u8], text: &str) -> Hmac<Sha256> {
    // HMAC takes a key of any length, so the fallback is never taken; it would make a signature that fits nothing.
    let mut mac = <Hmac<Sha256>>::new_from_slice(secret)
        .unwrap_or_else(|_| <Hmac<Sha256>>::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
    mac.update(text.as_bytes());
    mac
}

/// Whether a nonce has the shape the contract asks for.
#[must_use]
pub fn is_nonce(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// The headers that sign a request; for the call-backs the treasury sends, and for tests that speak to the world.
#[must_use]
pub fn request_headers(
    key: &ChannelKey,
    method: &str,
    path_and_query: &str,
    timestamp_seconds: i64,
    nonce: &str,
    body: &[u8],
) -> [(&'static str, String); 6] {
    let (timestamp, digest) = (timestamp_seconds.to_string(), digest_hex(body));
    let text = request_text(
        method,
        path_and_query,
        &key.app_id,
        &timestamp,
        nonce,
        &digest,
    );
    [
        (APP_ID, key.app_id.clone()),
        (TIMESTAMP, timestamp),
        (NONCE, nonce.to_owned()),
        (ALGORITHM, "hmac-sha256".to_owned()),
        (DIGEST, digest),
        (SIGNATURE, sign(&key.secret, &text)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_agrees_with_rfc_4231_test_case_2() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let made = sign(b"Jefe", "what do ya want for nothing?");
        assert_eq!(made, STANDARD.encode(hex::decode(expected).unwrap()));
        assert!(verify(b"Jefe", "what do ya want for nothing?", &made));
        assert!(!verify(b"Jefe", "what do ya want for nothing!", &made));
        assert!(!verify(
            b"Jefe",
            "what do ya want for nothing?",
            "not base64"
        ));
    }

    #[test]
    fn an_empty_body_has_the_digest_of_no_bytes() {
        assert_eq!(
            digest_hex(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn nonces_are_short_and_plain() {
        assert!(is_nonce("aZ09_-"));
        assert!(!is_nonce(""));
        assert!(!is_nonce("a b"));
        assert!(!is_nonce(&"a".repeat(65)));
    }

    #[test]
    fn debug_output_of_keys_holds_no_secret() {
        let keys = WireKeys::from_seed(1);
        let shown = format!("{keys:?}");
        assert!(!shown.contains("secret"), "{shown}");
    }
}
