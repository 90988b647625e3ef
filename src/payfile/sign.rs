//! Signatures over manifests: Ed25519 (RFC 8032), or SM2 with SM3 (GB/T 32918.2, GB/T 32905) where the state's own algorithms are asked for.
//!
//! A signature file is one line, `ALGORITHM BASE64`. Keys are PEM: PKCS#8 for the private one, `SubjectPublicKeyInfo` for the public one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::ed25519::pkcs8::KeypairBytes;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{
    DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _,
};
use ed25519_dalek::{Signer as _, Verifier as _};
use sm2::elliptic_curve::sec1::ToEncodedPoint as _;
use zeroize::Zeroizing;

use crate::domain::hash::sha256;

/// The signer's distinguishing id that everybody uses who names none (GB/T 32918, GM/T 0009).
const SM2_SIGNER: &str = "1234567812345678";
/// Digits of a key's id.
const KEY_ID_DIGITS: usize = 16;
/// Longest signature file that is read, in bytes.
pub const BYTES_MAX: u64 = 1024;

/// Why a key or a signature cannot be used. Never quotes the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// No key of a known kind.
    #[error("not a {what} key in PEM: Ed25519 or SM2 is wanted, as PKCS#8 or SubjectPublicKeyInfo")]
    Key {
        /// Private or public.
        what: &'static str,
    },
    /// Not one line of algorithm and base64.
    #[error("not a signature: one line `ed25519 BASE64` or `sm2-sm3 BASE64` is wanted")]
    Shape,
    /// Another algorithm than the key's.
    #[error("signed with {found}, but the key is for {wanted}")]
    Algorithm {
        /// The signature's.
        found: String,
        /// The key's.
        wanted: &'static str,
    },
    /// The signature does not fit.
    #[error("the signature does not fit these bytes and this key")]
    Misfit,
    /// The key refused to sign.
    #[error("the key does not sign")]
    Refused,
}

/// How it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519, RFC 8032.
    Ed25519,
    /// SM2 with SM3.
    Sm2,
}

/// A private key.
pub enum SigningKey {
    /// Ed25519.
    Ed25519(Box<ed25519_dalek::SigningKey>),
    /// SM2.
    Sm2(Box<sm2::dsa::SigningKey>),
}

/// A public key.
#[derive(Debug, Clone)]
pub enum VerifyingKey {
    /// Ed25519.
    Ed25519(ed25519_dalek::VerifyingKey),
    /// SM2.
    Sm2(sm2::dsa::VerifyingKey),
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public().id())
    }
}

impl SigningKey {
    /// Reads a key in PEM.
    ///
    /// # Errors
    /// `Key` for anything else.
    pub fn from_pem(pem: &str) -> Result<Self, SignError> {
        let what = "private";
        if let Ok(key) = ed25519_dalek::SigningKey::from_pkcs8_pem(pem) {
            return Ok(Self::Ed25519(Box::new(key)));
        }
        let secret = sm2::SecretKey::from_pkcs8_pem(pem).map_err(|_| SignError::Key { what })?;
        Self::of_sm2(&secret)
    }

    /// A new key out of 32 random bytes.
    ///
    /// # Errors
    /// For SM2, when the bytes are no number of its group; one draw of four thousand million is none.
    pub fn make(algorithm: Algorithm, random: [u8; 32]) -> Result<Self, SignError> {
        if algorithm == Algorithm::Ed25519 {
            let key = ed25519_dalek::SigningKey::from_bytes(&random);
            return Ok(Self::Ed25519(Box::new(key)));
        }
        let what = "private";
        let secret = sm2::SecretKey::from_slice(&random).map_err(|_| SignError::Key { what })?;
        Self::of_sm2(&secret)
    }

    fn of_sm2(secret: &sm2::SecretKey) -> Result<Self, SignError> {
        let key = sm2::dsa::SigningKey::new(SM2_SIGNER, secret);
        let key = key.map_err(|_| SignError::Key { what: "private" })?;
        Ok(Self::Sm2(Box::new(key)))
    }

    /// The key in PEM, wiped when dropped.
    ///
    /// # Errors
    /// Never for a key that was made or read here.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, SignError> {
        let pem = match self {
            // Without the public key in it: the older form, which every tool reads.
            Self::Ed25519(key) => KeypairBytes {
                secret_key: key.to_bytes(),
                public_key: None,
            }
            .to_pkcs8_pem(LineEnding::LF),
            Self::Sm2(key) => {
                sm2::SecretKey::from(*key.as_nonzero_scalar()).to_pkcs8_pem(LineEnding::LF)
            }
        };
        pem.map_err(|_| SignError::Key { what: "private" })
    }

    /// The public key that goes with it.
    #[must_use]
    pub fn public(&self) -> VerifyingKey {
        match self {
            Self::Ed25519(key) => VerifyingKey::Ed25519(key.verifying_key()),
            Self::Sm2(key) => VerifyingKey::Sm2(key.verifying_key().clone()),
        }
    }

    /// The signature file of a manifest's bytes.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn sign(&self, bytes: &[u8]) -> Result<String, SignError> {
        let signature = match self {
            Self::Ed25519(key) => key.sign(bytes).to_bytes().to_vec(),
            Self::Sm2(key) => {
                let signature: sm2::dsa::Signature =
                    key.try_sign(bytes).map_err(|_| SignError::Refused)?;
                signature.to_bytes().to_vec()
            }
        };
        let algorithm = self.public().algorithm();
        Ok(format!("{algorithm} {}\n", STANDARD.encode(signature)))
    }
}

impl VerifyingKey {
    /// Reads a key in PEM.
    ///
    /// # Errors
    /// `Key` for anything else.
    pub fn from_pem(pem: &str) -> Result<Self, SignError> {
        let what = "public";
        if let Ok(key) = ed25519_dalek::VerifyingKey::from_public_key_pem(pem) {
            return Ok(Self::Ed25519(key));
        }
        let public =
            sm2::PublicKey::from_public_key_pem(pem).map_err(|_| SignError::Key { what })?;
        let key = sm2::dsa::VerifyingKey::new(SM2_SIGNER, public);
        Ok(Self::Sm2(key.map_err(|_| SignError::Key { what })?))
    }

    /// The key in PEM.
    ///
    /// # Errors
    /// Never for a key that was made or read here.
    pub fn to_pem(&self) -> Result<String, SignError> {
        let what = "public";
        let pem = match self {
            Self::Ed25519(key) => key.to_public_key_pem(LineEnding::LF),
            Self::Sm2(key) => sm2::PublicKey::from_affine(*key.as_affine())
                .map_err(|_| SignError::Key { what })?
                .to_public_key_pem(LineEnding::LF),
        };
        pem.map_err(|_| SignError::Key { what })
    }

    /// The word in signature files.
    #[must_use]
    pub const fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "ed25519",
            Self::Sm2(_) => "sm2-sm3",
        }
    }

    /// Names the key: the beginning of the hash of its point.
    #[must_use]
    pub fn id(&self) -> String {
        let hash = match self {
            Self::Ed25519(key) => sha256(key.as_bytes()),
            Self::Sm2(key) => sha256(key.as_affine().to_encoded_point(false).as_bytes()),
        };
        hash.to_string()[..KEY_ID_DIGITS].to_owned()
    }

    /// Holds a signature file against the bytes it should be of.
    ///
    /// # Errors
    /// See [`SignError`].
    pub fn verify(&self, bytes: &[u8], file: &str) -> Result<(), SignError> {
        let (algorithm, signature) = file
            .strip_suffix('\n')
            .and_then(|line| line.split_once(' '))
            .ok_or(SignError::Shape)?;
        let signature = STANDARD.decode(signature).map_err(|_| SignError::Shape)?;
        if algorithm != self.algorithm() {
            let known = ["ed25519", "sm2-sm3"].contains(&algorithm);
            return Err(if known {
                SignError::Algorithm {
                    found: algorithm.to_owned(),
                    wanted: self.algorithm(),
                }
            } else {
                SignError::Shape
            });
        }
        let fits = match self {
            Self::Ed25519(key) => ed25519_dalek::Signature::from_slice(&signature)
                .and_then(|signature| key.verify(bytes, &signature))
                .is_ok(),
            Self::Sm2(key) => sm2::dsa::Signature::from_slice(&signature)
                .and_then(|signature| key.verify(bytes, &signature))
                .is_ok(),
        };
        if fits { Ok(()) } else { Err(SignError::Misfit) }
    }
}
