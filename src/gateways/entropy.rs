//! Randomness: the system's for the service, seeded for tests. The only room with real randomness.

use std::sync::{Mutex, PoisonError};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::ports::Entropy;

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the room real randomness lives in"
    )]
    #[expect(
        clippy::panic,
        reason = "without randomness no nonce and no id is safe: better no service than a guessable one"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = getrandom::fill(buffer) {
            panic!("the operating system has no randomness: {error}");
        }
    }
}

/// `ChaCha20` from a seed: the same seed, the same bytes, on every machine. Never for the service itself.
pub struct SeededEntropy(Mutex<ChaCha20Rng>);

impl SeededEntropy {
    /// The stream of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl std::fmt::Debug for SeededEntropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SeededEntropy")
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        // A panic elsewhere while filling leaves a generator that is still a generator.
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(buffer);
    }
}

/// A number below `bound` (0 for bound 0). The bias of the remainder is below 2⁻³² for any bound used here.
#[must_use]
pub fn below(entropy: &dyn Entropy, bound: u64) -> u64 {
    let mut bytes = [0_u8; 8];
    entropy.fill(&mut bytes);
    u64::from_le_bytes(bytes).checked_rem(bound).unwrap_or(0)
}

/// 128 random bits as 32 lower-case hex digits: a nonce or a request id nobody can guess.
#[must_use]
pub fn token(entropy: &dyn Entropy) -> String {
    let mut bytes = [0_u8; 16];
    entropy.fill(&mut bytes);
    hex::encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_stream_and_another_seed_another() {
        let (a, b, c) = (
            SeededEntropy::new(7),
            SeededEntropy::new(7),
            SeededEntropy::new(8),
        );
        let first = token(&a);
        assert_eq!(first, token(&b));
        assert_ne!(first, token(&c));
        assert_ne!(first, token(&a), "the stream goes on");
    }

    #[test]
    fn the_system_gives_something_else_each_time() {
        assert_ne!(token(&SystemEntropy), token(&SystemEntropy));
    }

    #[test]
    fn a_bound_is_never_reached_and_zero_is_allowed() {
        let entropy = SeededEntropy::new(1);
        assert!((0..1_000).all(|_| below(&entropy, 3) < 3));
        assert_eq!(below(&entropy, 0), 0);
    }
}
