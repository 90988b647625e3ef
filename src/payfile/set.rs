//! A signed set of payout files: every format in one pass, then the manifest over them and its signature.

use std::io::Write;

use super::manifest;
use super::sign::{SignError, SigningKey};
use super::writer::{WriteError, Writer};
use super::{Format, Head, Manifest, Row};
use crate::domain::canonical::CanonicalError;

/// A set cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// Of its files.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Of its manifest.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// Of its signature.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// A set under construction.
pub struct SetWriter<'w> {
    head: Head,
    writer: Writer<'w>,
}

/// A set that is whole: its files are written, these two are not.
pub struct SignedSet {
    /// What was made.
    pub manifest: Manifest,
    /// Its bytes, which are signed.
    pub bytes: Vec<u8>,
    /// The signature's file.
    pub signature: String,
}

impl<'w> SetWriter<'w> {
    /// Begins a file of each format.
    ///
    /// # Errors
    /// As [`Writer::begin`].
    pub fn begin<W: Write + 'w>(head: Head, outputs: Vec<(Format, W)>) -> Result<Self, WriteError> {
        let writer = Writer::begin(head.clone(), outputs)?;
        Ok(Self { head, writer })
    }

    /// Writes the next row.
    ///
    /// # Errors
    /// As [`Writer::row`].
    pub fn row(&mut self, row: &Row) -> Result<(), WriteError> {
        self.writer.row(row)
    }

    /// Ends every file and signs what was made.
    ///
    /// # Errors
    /// See [`SetError`].
    pub fn finish(self, key: &SigningKey) -> Result<SignedSet, SetError> {
        let written = self.writer.finish()?;
        let manifest = Manifest::of(self.head, &written, &key.public().id());
        let bytes = manifest.bytes()?;
        let signature = key.sign(&bytes)?;
        Ok(SignedSet {
            manifest,
            bytes,
            signature,
        })
    }
}

impl SignedSet {
    /// The names of manifest and signature with their bytes. The signature comes last: whoever sees it sees everything.
    #[must_use]
    pub fn seals(&self) -> [(String, &[u8]); 2] {
        let stem = self.manifest.batch.stem();
        [
            (format!("{stem}{}", manifest::ENDING), self.bytes.as_slice()),
            (
                format!("{stem}{}", manifest::SIGNATURE_ENDING),
                self.signature.as_bytes(),
            ),
        ]
    }
}
