//! A set of payout files read back and held against its manifest. Everything that does not fit is named: which file, which row, which
//! payment, what. Nobody's name or account is quoted.

pub mod flaw;
pub mod read;
mod rows;

use std::io::{self, Read, Seek};

use sha2::{Digest as _, Sha256};

use crate::domain::hash::Sha256Hex;
use crate::domain::money::Money;

use super::manifest::{Listed, Manifest, VERSION};
use super::sign::VerifyingKey;
use super::writer::Format;

pub use self::flaw::{Flaw, FlawKind};
use self::read::read;
use self::rows::Rows;

/// Flaws named of one file; how many there are is counted on.
const NAMED_MAX: usize = 1_000;
/// Bytes hashed at once.
const CHUNK: usize = 64 * 1024;

/// What became of one file.
#[derive(Debug)]
pub struct Checked {
    /// Its name.
    pub name: String,
    /// Rows that were read.
    pub rows: u64,
    /// Their sum; none when one of them is no amount.
    pub sum: Option<Money>,
    /// What does not fit, in the order it was found.
    pub flaws: Vec<Flaw>,
    /// Flaws that are not named any more.
    pub more: u64,
}

impl Checked {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            rows: 0,
            sum: Some(Money::ZERO),
            flaws: Vec::new(),
            more: 0,
        }
    }

    /// Whether everything fits.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.flaws.is_empty()
    }

    /// Of something that could not be looked into at all.
    #[must_use]
    pub fn only(flaw: Flaw) -> Self {
        Self {
            sum: None,
            name: flaw.file.clone(),
            flaws: vec![flaw],
            ..Self::new("")
        }
    }

    fn flaw(&mut self, kind: FlawKind) {
        self.add(Flaw::of_file(&self.name, kind));
    }

    fn add(&mut self, flaw: Flaw) {
        if self.flaws.len() < NAMED_MAX {
            self.flaws.push(flaw);
        } else {
            self.more += 1;
        }
    }
}

/// Reads a manifest, and holds its signature against its exact bytes.
///
/// # Errors
/// With what is wrong; a manifest that is not signed by the key says nothing.
pub fn check_manifest(
    name: &str,
    bytes: &[u8],
    signature: &str,
    key: &VerifyingKey,
) -> Result<Manifest, Box<Flaw>> {
    let flaw = |kind| Box::new(Flaw::of_file(name, kind));
    key.verify(bytes, signature)
        .map_err(|error| flaw(FlawKind::Signature(error)))?;
    let manifest: Manifest = serde_json::from_slice(bytes)
        .map_err(|error| flaw(FlawKind::Manifest(error.to_string())))?;
    let canonical = manifest.bytes().is_ok_and(|canonical| canonical == bytes);
    if manifest.version != VERSION || manifest.key_id != key.id() || !canonical {
        let why = "another version, another key's, or not in its canonical form";
        return Err(flaw(FlawKind::Manifest(why.to_owned())));
    }
    if let Some(wrong) = manifest
        .files
        .iter()
        .find(|listed| !is_of(listed, &manifest))
    {
        let why = format!("`{}` is no name of a file of this batch", wrong.name);
        return Err(flaw(FlawKind::Manifest(why)));
    }
    Ok(manifest)
}

/// Whether a listed file bears the name that a file of this batch and format has.
fn is_of(listed: &Listed, manifest: &Manifest) -> bool {
    Format::parse(&listed.format).is_some_and(|format| {
        listed.name == format!("{}{}", manifest.batch.stem(), format.ending())
    })
}

/// Reads one file of a set twice: its bytes, then what stands in it.
///
/// # Errors
/// Of the disk alone; what is wrong with the file is told in [`Checked`].
pub fn check_file(
    manifest: &Manifest,
    name: &str,
    mut input: impl Read + Seek,
) -> io::Result<Checked> {
    let mut checked = Checked::new(name);
    let listed = manifest.files.iter().find(|listed| listed.name == name);
    let Some((listed, format)) =
        listed.and_then(|listed| Some((listed, Format::parse(&listed.format)?)))
    else {
        checked.flaw(FlawKind::NotListed);
        return Ok(checked);
    };
    let (bytes, sha256) = digest(&mut input)?;
    if (bytes, sha256) != (listed.bytes, listed.sha256) {
        checked.flaw(FlawKind::Bytes {
            found: bytes,
            declared: listed.bytes,
        });
    }
    input.rewind()?;
    let mut rows = Rows::new(&mut checked, format, &manifest.batch);
    let ended = read(format, input, &mut |found| rows.take(found));
    let root = rows.finish(ended.is_ok());
    if let Err(broken) = ended {
        checked.flaw(FlawKind::Broken(broken));
    } else if root != manifest.root {
        checked.flaw(FlawKind::Root);
    }
    Ok(checked)
}

fn digest(input: &mut impl Read) -> io::Result<(u64, Sha256Hex)> {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = input.read(&mut chunk)?;
        if read == 0 {
            return Ok((bytes, Sha256Hex::from_bytes(hash.finalize().into())));
        }
        hash.update(&chunk[..read]);
        bytes += read as u64;
    }
}
