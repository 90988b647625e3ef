//! The manifest: what a set of payout files is, in a form that is signed. Canonical JSON, so that the same manifest is the same bytes
//! (schemas/payout/manifest.schema.json).

use serde::{Deserialize, Serialize};

use crate::domain::canonical::{CanonicalError, to_canonical_json};
use crate::domain::hash::Sha256Hex;

use super::batch::Head;
use super::writer::{Format, Written};

/// The form that this program writes.
pub const VERSION: u32 = 1;
/// How a manifest's file ends.
pub const ENDING: &str = ".manifest.json";
/// How a signature's file ends: beside the manifest, of the same stem.
pub const SIGNATURE_ENDING: &str = ".manifest.sig";
/// Longest manifest that is read, in bytes.
pub const BYTES_MAX: u64 = 1024 * 1024;

/// What was made, as it is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Its form.
    pub version: u32,
    /// The key it is signed with.
    pub key_id: String,
    /// What the files are about; count and sum are those of every file.
    pub batch: Head,
    /// The Merkle root over the hashes of all rows, in order (RFC 6962).
    pub root: Sha256Hex,
    /// Every file.
    pub files: Vec<Listed>,
}

/// One file of the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its name, without a folder.
    pub name: String,
    /// Its format's word.
    pub format: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Their hash.
    pub sha256: Sha256Hex,
}

impl Manifest {
    /// The manifest of what was written.
    #[must_use]
    pub fn of(head: Head, written: &Written, key_id: &str) -> Self {
        let stem = head.stem();
        let listed = |(format, digest): &(Format, super::digest::FileDigest)| Listed {
            name: format!("{stem}{}", format.ending()),
            format: format.as_str().to_owned(),
            bytes: digest.bytes,
            sha256: digest.sha256,
        };
        Self {
            version: VERSION,
            key_id: key_id.to_owned(),
            root: written.root,
            files: written.files.iter().map(listed).collect(),
            batch: head,
        }
    }

    /// The bytes that are signed.
    ///
    /// # Errors
    /// Never for these fields; the canonicaliser's error is passed on rather than swallowed.
    pub fn bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        to_canonical_json(self)
    }
}
