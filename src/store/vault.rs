//! Seals personal data before it reaches the database, and finds it again without reading it.
//!
//! A sealed value is `format (1 byte) | nonce (24 bytes) | XChaCha20-Poly1305 ciphertext and tag`; the row names its
//! key in `key_id`. The associated data is `table|column|row id`, so that a sealed value moved to another row,
//! column or table does not open. Where equality is needed, a column holds a *blind index*: HMAC-SHA256 under a key
//! of its own, from which the value cannot be guessed without that key.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::ports::Entropy;

/// Format byte of what this program seals.
const FORMAT: u8 = 1;
/// Length of the nonce of XChaCha20-Poly1305, in bytes.
const NONCE_BYTES: usize = 24;
/// Length of every key, in bytes.
const KEY_BYTES: usize = 32;
/// Longest name of a key, in characters.
const KEY_ID_CHARS_MAX: usize = 32;

type Key = Zeroizing<[u8; KEY_BYTES]>;

/// The text of a keyring cannot be used. Says where, never what: key material stays out of messages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// An entry is not `id:base64`.
    #[error("key {place} of the list is not of the form id:base64 (place counted from 1)")]
    Form {
        /// Place in the list, from 1.
        place: usize,
    },
    /// A key's name is empty, too long or has other characters than letters, digits, `-` and `_`.
    #[error("the id of key {place} is not 1 to 32 letters, digits, '-' or '_'")]
    Id {
        /// Place in the list, from 1.
        place: usize,
    },
    /// Two entries have one name.
    #[error("key id {id:?} occurs twice")]
    Twice {
        /// The name.
        id: String,
    },
    /// The material is not the base64 of 32 bytes.
    #[error("key {id:?} is not the base64 (standard, padded) of 32 bytes")]
    Material {
        /// The key's name, or `blind index`.
        id: String,
    },
    /// The current key is not in the list.
    #[error("the current key {id:?} is not in the list of keys")]
    NoCurrent {
        /// Its name.
        id: String,
    },
    /// One secret is used for two purposes.
    #[error("the blind-index key must not be one of the sealing keys")]
    Shared,
}

/// The keys of one installation: several to open with, one to seal with, one for blind indexes.
pub struct Keyring {
    keys: BTreeMap<String, Key>,
    current: String,
    index: Key,
}

impl Keyring {
    /// Reads keys from configuration: `keys` is a list of `id:base64(32 bytes)` separated by commas or white space,
    /// `current` the id of the one that seals, `index` the base64 of the blind-index key.
    ///
    /// # Errors
    /// See [`KeyringError`]; no message holds key material.
    pub fn parse(keys: &str, current: &str, index: &str) -> Result<Self, KeyringError> {
        let mut ring = BTreeMap::new();
        let entries = keys
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|entry| !entry.is_empty());
        for (place, entry) in (1..).zip(entries) {
            let (id, material) = entry.split_once(':').ok_or(KeyringError::Form { place })?;
            if !is_key_id(id) {
                return Err(KeyringError::Id { place });
            }
            if ring
                .insert(id.to_owned(), key_material(id, material)?)
                .is_some()
            {
                return Err(KeyringError::Twice { id: id.to_owned() });
            }
        }
        if !ring.contains_key(current) {
            return Err(KeyringError::NoCurrent {
                id: current.to_owned(),
            });
        }
        let index = key_material("blind index", index.trim())?;
        if ring.values().any(|key| **key == *index) {
            return Err(KeyringError::Shared);
        }
        Ok(Self {
            keys: ring,
            current: current.to_owned(),
            index,
        })
    }

    /// A ring of keys that were read and checked before.
    ///
    /// # Errors
    /// See [`KeyringError`].
    pub fn of<'a>(
        keys: impl IntoIterator<Item = (&'a str, &'a [u8; KEY_BYTES])>,
        current: &str,
        index: &[u8; KEY_BYTES],
    ) -> Result<Self, KeyringError> {
        let keys: BTreeMap<String, Key> = keys
            .into_iter()
            .map(|(id, key)| (id.to_owned(), Zeroizing::new(*key)))
            .collect();
        if !keys.contains_key(current) {
            return Err(KeyringError::NoCurrent {
                id: current.to_owned(),
            });
        }
        if keys.values().any(|key| **key == *index) {
            return Err(KeyringError::Shared);
        }
        Ok(Self {
            keys,
            current: current.to_owned(),
            index: Zeroizing::new(*index),
        })
    }

    /// Makes the configuration text of a new key, as [`Keyring::parse`] reads its material.
    #[must_use]
    pub fn make_material(entropy: &dyn Entropy) -> Zeroizing<String> {
        let mut key = Key::default();
        entropy.fill(key.as_mut());
        Zeroizing::new(STANDARD.encode(key.as_ref()))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("ids", &self.keys.keys().collect::<Vec<_>>())
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}

fn is_key_id(id: &str) -> bool {
    (1..=KEY_ID_CHARS_MAX).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn key_material(id: &str, text: &str) -> Result<Key, KeyringError> {
    let wrong = || KeyringError::Material { id: id.to_owned() };
    let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| wrong())?);
    let mut key = Key::default();
    if bytes.len() != KEY_BYTES {
        return Err(wrong());
    }
    key.copy_from_slice(&bytes);
    Ok(key)
}

/// A value could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The row names a key that is not configured.
    #[error("{table}.{column} of row {row} is sealed with key {key:?}, which is not configured")]
    UnknownKey {
        /// Which table.
        table: &'static str,
        /// Which column.
        column: &'static str,
        /// Which row.
        row: String,
        /// The key the row names.
        key: String,
    },
    /// The value was changed or moved, or the key of that name has other material.
    #[error(
        "{table}.{column} of row {row} does not open with key {key:?}: it was changed or moved, or the key is another one"
    )]
    DoesNotOpen {
        /// Which table.
        table: &'static str,
        /// Which column.
        column: &'static str,
        /// Which row.
        row: String,
        /// The key the row names.
        key: String,
    },
    /// A configured key differs from the one this database was written with.
    #[error("key {id:?} is not the key of that name this database was written with")]
    OtherKey {
        /// Its name.
        id: String,
    },
    /// The cipher refused to seal (the value is longer than 256 GiB).
    #[error("{table}.{column} cannot be sealed")]
    CannotSeal {
        /// Which table.
        table: &'static str,
        /// Which column.
        column: &'static str,
    },
}

/// A column that holds sealed values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Which table.
    pub(crate) table: &'static str,
    /// Which column.
    pub(crate) column: &'static str,
}

/// A sealed value with the id of its key.
pub(crate) struct Sealed {
    /// The key's id, for the row's `key_id`.
    pub(crate) key: String,
    /// Format, nonce, ciphertext and tag.
    pub(crate) bytes: Vec<u8>,
}

/// Seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    ring: Arc<Keyring>,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("ring", &self.ring)
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// A vault over these keys; nonces come from `entropy`.
    #[must_use]
    pub fn new(ring: Keyring, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            ring: Arc::new(ring),
            entropy,
        }
    }

    /// Id of the key that seals.
    #[must_use]
    pub fn current_key(&self) -> &str {
        &self.ring.current
    }

    pub(crate) fn seal(&self, place: Place, row: &str, plain: &[u8]) -> Result<Sealed, VaultError> {
        let cannot = VaultError::CannotSeal {
            table: place.table,
            column: place.column,
        };
        let Some(key) = self.ring.keys.get(&self.ring.current) else {
            return Err(cannot);
        };
        let mut nonce = [0; NONCE_BYTES];
        self.entropy.fill(&mut nonce);
        let aad = associated_data(place, row);
        let payload = Payload {
            msg: plain,
            aad: aad.as_bytes(),
        };
        let sealed = cipher(key)
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| cannot)?;
        let mut bytes = Vec::with_capacity(1 + NONCE_BYTES + sealed.len());
        bytes.push(FORMAT);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Ok(Sealed {
            key: self.ring.current.clone(),
            bytes,
        })
    }

    pub(crate) fn open(
        &self,
        place: Place,
        row: &str,
        key_id: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let Place { table, column } = place;
        let (row_id, key) = (|| row.to_owned(), || key_id.to_owned());
        let Some(material) = self.ring.keys.get(key_id) else {
            return Err(VaultError::UnknownKey {
                table,
                column,
                row: row_id(),
                key: key(),
            });
        };
        let shut = || VaultError::DoesNotOpen {
            table,
            column,
            row: row_id(),
            key: key(),
        };
        let (format, rest) = sealed.split_first().ok_or_else(shut)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(shut)?;
        if *format != FORMAT {
            return Err(shut());
        }
        let aad = associated_data(place, row);
        let payload = Payload {
            msg: ciphertext,
            aad: aad.as_bytes(),
        };
        cipher(material)
            .decrypt(&XNonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| shut())
    }

    /// The keyed hash of a value, 64 hexadecimal digits: equal values have equal indexes, and nobody without the key
    /// can tell which value it was. Each part is hashed with its length, so that parts cannot run into each other.
    pub(crate) fn blind_index(&self, purpose: &str, parts: &[&str]) -> String {
        keyed_hash(&self.ring.index, purpose, parts)
    }

    /// Name and fingerprint of every key, to be compared with what the database was written with.
    pub(crate) fn fingerprints(&self) -> Vec<(String, String)> {
        let sealing = self.ring.keys.iter();
        let mut all: Vec<_> = sealing
            .map(|(id, key)| (format!("seal:{id}"), keyed_hash(key, "fingerprint", &[])))
            .collect();
        all.push((
            "blind-index".to_owned(),
            keyed_hash(&self.ring.index, "fingerprint", &[]),
        ));
        all
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    let key: &[u8; KEY_BYTES] = key;
    XChaCha20Poly1305::new(key.into())
}

fn associated_data(place: Place, row: &str) -> String {
    format!("{}|{}|{row}", place.table, place.column)
}

fn keyed_hash(key: &Key, purpose: &str, parts: &[&str]) -> String {
    let key: &[u8; KEY_BYTES] = key;
    // A block-long key: HMAC pads 32 bytes with zeros to its block of 64, so this is the same key, and no length can be wrong.
    let mut block = Zeroizing::new([0_u8; 64]);
    block[..KEY_BYTES].copy_from_slice(key);
    let block: &[u8; 64] = &block;
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new(block.into());
    for part in std::iter::once(&purpose).chain(parts) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            let seed = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            for (place, byte) in (0_u8..).zip(buffer) {
                *byte = seed.wrapping_mul(31).wrapping_add(place);
            }
        }
    }

    fn key(fill: u8) -> String {
        STANDARD.encode([fill; KEY_BYTES])
    }

    fn vault(keys: &str, current: &str) -> Vault {
        let ring = Keyring::parse(keys, current, &key(200)).unwrap();
        Vault::new(
            ring,
            Arc::new(Counting(std::sync::atomic::AtomicU8::new(0))),
        )
    }

    const WORDS: Place = Place {
        table: "disputes",
        column: "words",
    };

    #[test]
    fn what_is_sealed_opens_and_shows_nothing_of_itself() {
        let vault = vault(&format!("a:{}", key(1)), "a");
        let sealed = vault
            .seal(WORDS, "row-1", "张三 440604199001011234".as_bytes())
            .unwrap();
        assert_eq!(sealed.key, "a");
        assert!(!String::from_utf8_lossy(&sealed.bytes).contains("4406"));
        let open = vault.open(WORDS, "row-1", "a", &sealed.bytes).unwrap();
        assert_eq!(open.as_slice(), "张三 440604199001011234".as_bytes());
    }

    #[test]
    fn equal_values_are_sealed_differently_each_time() {
        let vault = vault(&format!("a:{}", key(1)), "a");
        let [one, two] = [(); 2].map(|()| vault.seal(WORDS, "row-1", b"same").unwrap().bytes);
        assert_ne!(one, two);
    }

    #[test]
    fn a_sealed_value_opens_only_where_it_was_put() {
        let vault = vault(&format!("a:{}", key(1)), "a");
        let sealed = vault.seal(WORDS, "row-1", b"words").unwrap().bytes;
        let elsewhere = [
            (WORDS, "row-2"),
            (
                Place {
                    table: "disputes",
                    column: "field",
                },
                "row-1",
            ),
            (
                Place {
                    table: "evidence",
                    column: "words",
                },
                "row-1",
            ),
        ];
        for (place, row) in elsewhere {
            let error = vault.open(place, row, "a", &sealed).unwrap_err();
            assert!(matches!(error, VaultError::DoesNotOpen { .. }), "{error}");
        }
    }

    #[test]
    fn any_changed_byte_and_any_missing_byte_is_noticed() {
        let vault = vault(&format!("a:{}", key(1)), "a");
        let sealed = vault.seal(WORDS, "row-1", b"words").unwrap().bytes;
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(
                vault.open(WORDS, "row-1", "a", &changed).is_err(),
                "byte {place}"
            );
            assert!(
                vault.open(WORDS, "row-1", "a", &sealed[..place]).is_err(),
                "length {place}"
            );
        }
    }

    #[test]
    fn a_wrong_or_missing_key_is_told_by_name() {
        let old = vault(&format!("a:{}", key(1)), "a");
        let sealed = old.seal(WORDS, "row-1", b"words").unwrap().bytes;
        let unknown = vault(&format!("b:{}", key(1)), "b")
            .open(WORDS, "row-1", "a", &sealed)
            .unwrap_err();
        assert!(
            matches!(&unknown, VaultError::UnknownKey { key, .. } if key == "a"),
            "{unknown}"
        );
        let other = vault(&format!("a:{}", key(2)), "a")
            .open(WORDS, "row-1", "a", &sealed)
            .unwrap_err();
        assert!(matches!(other, VaultError::DoesNotOpen { .. }), "{other}");
    }

    #[test]
    fn an_old_key_still_opens_while_the_current_one_seals() {
        let old = vault(&format!("a:{}", key(1)), "a");
        let sealed = old.seal(WORDS, "row-1", b"words").unwrap();
        let both = vault(&format!("a:{}, b:{}", key(1), key(2)), "b");
        assert_eq!(
            both.open(WORDS, "row-1", &sealed.key, &sealed.bytes)
                .unwrap()
                .as_slice(),
            b"words"
        );
        assert_eq!(both.seal(WORDS, "row-1", b"words").unwrap().key, "b");
    }

    #[test]
    fn a_blind_index_finds_equal_values_only_and_depends_on_its_key() {
        let vault = vault(&format!("a:{}", key(1)), "a");
        let index = vault.blind_index("document", &["passport", "E1"]);
        assert_eq!(index, vault.blind_index("document", &["passport", "E1"]));
        assert_eq!(index.len(), 64);
        assert_ne!(index, vault.blind_index("document", &["passportE", "1"]));
        assert_ne!(index, vault.blind_index("account", &["passport", "E1"]));
        let other = Keyring::parse(&format!("a:{}", key(1)), "a", &key(201)).unwrap();
        let other = Vault::new(other, Arc::clone(&vault.entropy));
        assert_ne!(index, other.blind_index("document", &["passport", "E1"]));
    }

    #[test]
    fn a_keyring_that_cannot_be_used_is_refused_without_showing_keys() {
        let (one, two) = (key(1), key(2));
        let long = "x".repeat(33);
        let cases = [
            (
                one.clone(),
                "a",
                two.clone(),
                KeyringError::Form { place: 1 },
            ),
            (
                format!("a:{one},:{two}"),
                "a",
                two.clone(),
                KeyringError::Id { place: 2 },
            ),
            (
                format!("{long}:{one}"),
                "a",
                two.clone(),
                KeyringError::Id { place: 1 },
            ),
            (
                format!("a:{one} a:{two}"),
                "a",
                two.clone(),
                KeyringError::Twice { id: "a".into() },
            ),
            (
                "a:c2hvcnQ=".into(),
                "a",
                two.clone(),
                KeyringError::Material { id: "a".into() },
            ),
            (
                format!("a:{one}"),
                "b",
                two.clone(),
                KeyringError::NoCurrent { id: "b".into() },
            ),
            (
                String::new(),
                "a",
                two.clone(),
                KeyringError::NoCurrent { id: "a".into() },
            ),
            (
                format!("a:{one}"),
                "a",
                "?".into(),
                KeyringError::Material {
                    id: "blind index".into(),
                },
            ),
            (format!("a:{one}"), "a", one.clone(), KeyringError::Shared),
        ];
        for (keys, current, index, expected) in cases {
            let error = Keyring::parse(&keys, current, &index).unwrap_err();
            assert_eq!(error, expected);
            assert!(!error.to_string().contains(&one));
        }
    }

    #[test]
    fn a_ring_of_keys_read_before_is_held_to_the_same_rules() {
        let (one, two) = ([1; KEY_BYTES], [2; KEY_BYTES]);
        assert!(Keyring::of([("a", &one)], "a", &two).is_ok());
        let none = Keyring::of([("a", &one)], "b", &two).unwrap_err();
        assert_eq!(none, KeyringError::NoCurrent { id: "b".into() });
        let shared = Keyring::of([("a", &one)], "a", &one).unwrap_err();
        assert_eq!(shared, KeyringError::Shared);
    }

    #[test]
    fn debug_shows_ids_and_no_material() {
        let vault = vault(&format!("a:{}", key(7)), "a");
        let shown = format!("{vault:?}");
        assert!(shown.contains("\"a\""));
        assert!(
            !shown.contains(&key(7)) && !shown.contains("7, 7"),
            "{shown}"
        );
    }

    #[test]
    fn a_made_key_is_one_that_can_be_read() {
        let entropy = Counting(std::sync::atomic::AtomicU8::new(9));
        let (one, two) = (
            Keyring::make_material(&entropy),
            Keyring::make_material(&entropy),
        );
        assert!(Keyring::parse(&format!("k1:{}", *one), "k1", &two).is_ok());
    }
}
