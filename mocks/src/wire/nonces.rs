//! Which nonces were seen within the replay window; bounded.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::WINDOW_SECONDS;

/// A nonce may be replayed for twice the window: its timestamp may lie a window ahead.
const KEEP_SECONDS: i64 = 2 * WINDOW_SECONDS;
const SHARDS: usize = 16;
/// About 90 MB when full; at a thousand requests a second a generation holds 600,000.
const NONCES_PER_SHARD_MAX: usize = 250_000;

/// What the store says of a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Never within the window, and remembered now.
    New,
    /// Before.
    Again,
    /// Cannot be remembered: too many within the window. Refused, for letting it in would let it in twice.
    Full,
}

/// Two generations of nonces; the older is dropped when the younger is old enough to stand alone.
#[derive(Default)]
struct Shard {
    young: HashSet<u128>,
    old: HashSet<u128>,
    since_seconds: i64,
}

/// The nonces seen, in shards so that channels do not wait for each other.
pub(crate) struct NonceStore {
    shards: Vec<Mutex<Shard>>,
    per_shard_max: usize,
}

impl NonceStore {
    pub(crate) fn new() -> Self {
        Self::with_capacity(NONCES_PER_SHARD_MAX)
    }

    fn with_capacity(per_shard_max: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            per_shard_max,
        }
    }

    /// Remembers a nonce of a channel.
    pub(crate) fn see(&self, channel: &str, nonce: &str, now_seconds: i64) -> Seen {
        let digest = Sha256::digest(format!("{channel}\n{nonce}"));
        let mut key = [0_u8; 16];
        key.copy_from_slice(&digest[..16]);
        let key = u128::from_be_bytes(key);
        let Some(shard) = self.shards.get(usize::from(digest[31]) % SHARDS) else {
            return Seen::Full;
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if now_seconds - shard.since_seconds >= KEEP_SECONDS {
            shard.old = std::mem::take(&mut shard.young);
            shard.since_seconds = now_seconds;
        }
        if shard.old.contains(&key) || shard.young.contains(&key) {
            Seen::Again
        } else if shard.young.len() >= self.per_shard_max {
            Seen::Full
        } else {
            shard.young.insert(key);
            Seen::New
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_refused_for_as_long_as_it_could_be_replayed() {
        let store = NonceStore::new();
        assert_eq!(store.see("a", "n", 10_000), Seen::New);
        assert_eq!(store.see("b", "n", 10_000), Seen::New);
        for later in [0, 1, 300, 599] {
            assert_eq!(store.see("a", "n", 10_000 + later), Seen::Again, "{later}");
        }
    }

    #[test]
    fn a_full_store_refuses_and_recovers() {
        let store = NonceStore::with_capacity(4);
        let verdicts: Vec<Seen> = (0..200)
            .map(|i| store.see("a", &i.to_string(), 5_000))
            .collect();
        assert_eq!(
            verdicts.iter().filter(|v| **v == Seen::New).count(),
            4 * SHARDS
        );
        assert!(verdicts.contains(&Seen::Full));
        assert_eq!(store.see("a", "later", 5_000 + KEEP_SECONDS), Seen::New);
    }
}
