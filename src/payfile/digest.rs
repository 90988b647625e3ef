//! Bytes on their way into a file, and their digest.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

use sha2::{Digest as _, Sha256};

use crate::domain::hash::Sha256Hex;

/// Bytes that are passed on and digested at once.
const PIECE_BYTES: usize = 64 * 1024;
/// Pieces that wait for their digest at most.
const WAITING_MAX: usize = 4;

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
    digester: Digester,
    bytes: u64,
}

impl<W: Write> Digesting<W> {
    pub(super) fn new(inner: W) -> Self {
        Self {
            inner,
            piece: Vec::new(),
            digester: Digester::Here(Sha256::new()),
            bytes: 0,
        }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.inner.write_all(&self.piece)?;
        self.bytes += self.piece.len() as u64;
        self.digester.take(&mut self.piece)
    }

    pub(super) fn finish(mut self) -> io::Result<FileDigest> {
        self.flush()?;
        Ok(FileDigest {
            bytes: self.bytes,
            sha256: self.digester.finish()?,
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

/// Where the digest is reckoned: of a file of more than one piece on a thread beside the one that makes its rows.
enum Digester {
    Here(Sha256),
    Beside {
        pieces: SyncSender<Vec<u8>>,
        spare: Receiver<Vec<u8>>,
        digest: JoinHandle<Sha256>,
    },
}

impl Digester {
    /// Takes what the piece holds and leaves an empty one.
    fn take(&mut self, piece: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Here(digest) => {
                digest.update(&piece);
                // Where no thread is to be had, it goes on here.
                if piece.len() > PIECE_BYTES / 2
                    && let Ok(beside) = Self::beside(digest.clone())
                {
                    *self = beside;
                }
                piece.clear();
                Ok(())
            }
            Self::Beside { pieces, spare, .. } => {
                let next = spare.try_recv().unwrap_or_default();
                let full = std::mem::replace(piece, next);
                pieces.send(full).map_err(io::Error::other)
            }
        }
    }

    fn beside(digest: Sha256) -> io::Result<Self> {
        let (pieces, full) = sync_channel(WAITING_MAX);
        let (empty, spare) = channel();
        let digest = Builder::new()
            .name("sanmiao-digest".to_owned())
            .spawn(move || digest_all(digest, full, &empty))?;
        Ok(Self::Beside {
            pieces,
            spare,
            digest,
        })
    }

    fn finish(self) -> io::Result<Sha256Hex> {
        let digest = match self {
            Self::Here(digest) => digest,
            Self::Beside { pieces, digest, .. } => {
                drop(pieces);
                let ended = digest.join();
                ended.map_err(|_| io::Error::other("the digest broke off"))?
            }
        };
        Ok(Sha256Hex::from_bytes(digest.finalize().into()))
    }
}

/// Digests piece after piece and gives each back to be filled anew.
fn digest_all(mut digest: Sha256, full: Receiver<Vec<u8>>, empty: &Sender<Vec<u8>>) -> Sha256 {
    for mut piece in full {
        digest.update(&piece);
        piece.clear();
        // At the end nobody wants it back.
        let _ = empty.send(piece);
    }
    digest
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
