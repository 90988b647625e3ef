//! Bytes on their way into a file, and their digest.

use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use super::beside::{Adding, Sum};
use crate::domain::hash::Sha256Hex;

/// Bytes that are passed on and digested at once.
const PIECE_BYTES: usize = 64 * 1024;

/// The bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileDigest {
    /// How many.
    pub bytes: u64,
    /// Their hash.
    pub sha256: Sha256Hex,
}

/// Passes bytes on and reckons their digest, both in large pieces: formats write a few bytes at a time.
pub(super) struct Digesting<W> {
    inner: W,
    piece: Vec<u8>,
    digest: Adding<Sha256>,
    bytes: u64,
}

impl<W: Write> Digesting<W> {
    pub(super) fn new(inner: W) -> Self {
        Self {
            inner,
            piece: Vec::new(),
            digest: Adding::Here(Sha256::new()),
            bytes: 0,
        }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.inner.write_all(&self.piece)?;
        self.bytes += self.piece.len() as u64;
        let full = self.piece.len() > PIECE_BYTES / 2;
        self.digest.take(&mut self.piece, full)
    }

    pub(super) fn finish(mut self) -> io::Result<FileDigest> {
        self.flush()?;
        let digest = self.digest.finish()?;
        Ok(FileDigest {
            bytes: self.bytes,
            sha256: Sha256Hex::from_bytes(digest.finalize().into()),
        })
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() + bytes.len() > PIECE_BYTES {
            self.pass_on()?;
        }
        self.piece.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.inner.flush()
    }
}

impl Sum for Sha256 {
    type Item = u8;
    const THREAD: &str = "sanmiao-digest";

    fn add(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::hash::sha256;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn bytes_and_digest_are_those_that_were_written(writes in proptest::collection::vec((any::<u8>(), 0..3 * PIECE_BYTES), 0..12)) {
            let (mut out, mut all) = (Vec::new(), Vec::new());
            let mut digesting = Digesting::new(&mut out);
            for (byte, length) in writes {
                let bytes = vec![byte; length];
                digesting.write_all(&bytes).unwrap();
                all.extend(bytes);
            }
            let found = digesting.finish().unwrap();
            prop_assert_eq!(found, FileDigest { bytes: all.len() as u64, sha256: sha256(&all) });
            prop_assert_eq!(out, all);
        }
    }
}
