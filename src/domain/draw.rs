//! 抽查: which of the machine's approvals people look at.
//!
//! A nonce is drawn with the decision and recorded in it. Nobody knows it before, so nobody can file around the sample; and whoever
//! has the record comes to the same answer:
//!
//! ```text
//! n = first 8 bytes, most significant first, of SHA-256(nonce ‖ application id ‖ "\n" ‖ policy hash)
//! sampled  ⇔  n · 1000 < rate_per_mille · 2^64
//! ```
//! The nonce is its 32 bytes, id and hash are texts as everywhere. Both sides are whole numbers, so that no rate is rounded: 0 samples
//! nothing, 1000 everything.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use super::hash::{HashError, Sha256Hex};
use super::id::ApplicationId;

/// How many a thousand are, for a rate per mille.
const WHOLE: u128 = 1_000;

/// Drawn with a decision; as text 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Nonce([u8; 32]);

impl Nonce {
    /// As it was drawn.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nonce({self})")
    }
}

impl FromStr for Nonce {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        // Written as a hash is, and as strict: one value has one spelling.
        Ok(Self(*text.parse::<Sha256Hex>()?.as_bytes()))
    }
}

impl Serialize for Nonce {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Nonce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// What was drawn for one approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// Drawn with the decision.
    pub nonce: Nonce,
    /// Whether it is in the sample.
    pub sampled: bool,
    /// Its number among the first approvals of a policy version, from 1, while these are looked at before payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<u32>,
}

impl Draw {
    /// Draws.
    #[must_use]
    pub fn new(
        nonce: Nonce,
        application: ApplicationId,
        policy: &Sha256Hex,
        rate_per_mille: u32,
        first: Option<u32>,
    ) -> Self {
        Self {
            nonce,
            sampled: is_sampled(&nonce, application, policy, rate_per_mille),
            first,
        }
    }

    /// Whether a person looks, before payment or after.
    #[must_use]
    pub const fn is_looked_at(&self) -> bool {
        self.sampled || self.is_held()
    }

    /// Whether a person looks before anything is paid.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        self.first.is_some()
    }
}

/// Whether an approval is in the sample; see the head of this module.
#[must_use]
pub fn is_sampled(
    nonce: &Nonce,
    application: ApplicationId,
    policy: &Sha256Hex,
    rate_per_mille: u32,
) -> bool {
    let mut hasher = Sha256::new();
    hasher.update(nonce.0);
    hasher.update(application.to_string());
    hasher.update(b"\n");
    hasher.update(policy.to_string());
    let hash: [u8; 32] = hasher.finalize().into();
    let eight = hash.iter().take(8);
    let number = eight.fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    u128::from(number) * WHOLE < u128::from(rate_per_mille) << u64::BITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hash::sha256;
    use crate::domain::time::Timestamp;
    use crate::gateways::entropy::SeededEntropy;
    use crate::ports::Entropy as _;

    const APPROVALS: u32 = 100_000;
    const DECILES: u32 = 10;

    /// In the order of their ids, as approvals come: who of a hundred thousand is sampled.
    fn sample(rate_per_mille: u32) -> Vec<bool> {
        let (entropy, policy) = (SeededEntropy::new(7), sha256(b"policy"));
        (0..APPROVALS)
            .map(|n| {
                let (mut nonce, mut random) = ([0; 32], [0; 10]);
                entropy.fill(&mut nonce);
                entropy.fill(&mut random);
                let at = Timestamp::from_seconds(1_795_141_800 + i64::from(n));
                let application = ApplicationId::new(at, random);
                let nonce = Nonce::from_bytes(nonce);
                Draw::new(nonce, application, &policy, rate_per_mille, None).sampled
            })
            .collect()
    }

    fn count(sampled: &[bool]) -> u32 {
        u32::try_from(sampled.iter().filter(|one| **one).count()).unwrap()
    }

    /// Within five standard deviations of what the rate says: missed once in millions of samples.
    fn is_as_the_rate_says(hits: u32, of: u32, rate_per_mille: u32) -> bool {
        let (of, rate) = (f64::from(of), f64::from(rate_per_mille) / 1_000.0);
        let deviation = (of * rate * (1.0 - rate)).sqrt();
        (f64::from(hits) - of * rate).abs() <= 5.0 * deviation
    }

    #[test]
    fn over_a_hundred_thousand_approvals_the_sample_is_what_the_policy_says() {
        for rate in [1, 50, 500, 999] {
            let sampled = sample(rate);
            assert!(
                is_as_the_rate_says(count(&sampled), APPROVALS, rate),
                "{rate}"
            );
            for decile in sampled.chunks(usize::try_from(APPROVALS / DECILES).unwrap()) {
                let hits = count(decile);
                assert!(
                    is_as_the_rate_says(hits, APPROVALS / DECILES, rate),
                    "{rate}: {hits}"
                );
            }
        }
    }

    #[test]
    fn whether_one_is_sampled_says_nothing_about_the_next() {
        let sampled = sample(50);
        let after_a_hit: Vec<bool> = sampled
            .windows(2)
            .filter(|pair| pair[0])
            .map(|pair| pair[1])
            .collect();
        let of = u32::try_from(after_a_hit.len()).unwrap();
        assert!(is_as_the_rate_says(count(&after_a_hit), of, 50));
    }

    #[test]
    fn nothing_and_everything_are_exact() {
        assert_eq!(count(&sample(0)), 0);
        assert_eq!(count(&sample(1_000)), APPROVALS);
    }

    #[test]
    fn the_numbers_are_reckoned_as_the_documents_say() {
        let application = ApplicationId::new(Timestamp::from_seconds(1_795_141_800), [3; 10]);
        let policy = sha256(b"policy");
        let nonce = Nonce::from_bytes([9; 32]);
        let mut text = vec![9; 32];
        text.extend(format!("{application}\n{policy}").bytes());
        let hash = sha256(&text);
        let number = u64::from_be_bytes(hash.as_bytes()[..8].try_into().unwrap());
        for rate in 0..=1_000 {
            let sampled = u128::from(number) * 1_000 < u128::from(rate) * (1 << 64);
            assert_eq!(
                is_sampled(&nonce, application, &policy, rate),
                sampled,
                "{rate}"
            );
        }
    }

    #[test]
    fn a_nonce_has_one_spelling() {
        let nonce = Nonce::from_bytes([0xab; 32]);
        assert_eq!(nonce.to_string().parse(), Ok(nonce));
        assert!("AB".repeat(32).parse::<Nonce>().is_err());
    }
}
