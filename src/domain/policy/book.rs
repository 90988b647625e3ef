//! All versions of all policies, found by date or by hash.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::Policy;
use crate::domain::hash::Sha256Hex;

/// All versions of all policies. Versions are added, never changed.
#[derive(Debug, Clone, Default)]
pub struct PolicyBook {
    policies: BTreeMap<String, BTreeMap<Date, Arc<Policy>>>,
}

/// A version cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{id} already has another version effective on {effective}; published versions never change, so give the new one a later date"
)]
pub struct VersionTaken {
    /// The policy.
    pub id: String,
    /// The date.
    pub effective: Date,
}

impl PolicyBook {
    /// A book without policies.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a version. Adding the same document again changes nothing.
    ///
    /// # Errors
    /// [`VersionTaken`] when another document has the same id and date.
    pub fn add(&mut self, policy: Policy) -> Result<Arc<Policy>, VersionTaken> {
        let (id, effective) = (policy.id().to_owned(), policy.effective());
        let versions = self.policies.entry(id.clone()).or_default();
        match versions.get(&effective) {
            Some(known) if known.hash() == policy.hash() => Ok(Arc::clone(known)),
            Some(_) => Err(VersionTaken { id, effective }),
            None => {
                let policy = Arc::new(policy);
                versions.insert(effective, Arc::clone(&policy));
                Ok(policy)
            }
        }
    }

    /// The version a filing of that day is judged by; `None` before the first.
    #[must_use]
    pub fn in_force(&self, id: &str, on: Date) -> Option<Arc<Policy>> {
        self.policies
            .get(id)?
            .range(..=on)
            .next_back()
            .map(|(_, policy)| Arc::clone(policy))
    }

    /// The version of every policy that a filing of that day is judged by; those that are law before those that are samples.
    #[must_use]
    pub fn all_in_force(&self, on: Date) -> Vec<Arc<Policy>> {
        let mut policies: Vec<_> = self.ids().filter_map(|id| self.in_force(id, on)).collect();
        policies.sort_by_key(|policy| policy.is_sample());
        policies
    }

    /// The version with a hash.
    #[must_use]
    pub fn by_hash(&self, hash: Sha256Hex) -> Option<Arc<Policy>> {
        self.iter().find(|policy| policy.hash() == hash).cloned()
    }

    /// Every version, by id and then by date.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Policy>> {
        self.policies.values().flat_map(BTreeMap::values)
    }

    /// Names of all policies.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.policies.keys().map(String::as_str)
    }
}
