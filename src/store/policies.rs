//! Published policy documents: kept byte for byte, never changed.

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx, UniqueViolation};
use crate::domain::hash::Sha256Hex;
use crate::domain::time::{Date, Timestamp};

statements! {
    PUBLISH = ["INSERT INTO policies (id, effective, hash, body, published_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"];
    HASH_OF = ["SELECT hash FROM policies WHERE id = $1 AND effective = $2"];
    BY_HASH = ["SELECT id, effective, hash, body, published_at FROM policies WHERE hash = $1"];
    ALL = ["SELECT id, effective, hash, body, published_at FROM policies ORDER BY id, effective"];
}

row!(HashRow { hash: String });
row!(PolicyRow { id: String, effective: String, hash: String, body: Vec<u8>, published_at: i64 });

/// A policy document as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedPolicy {
    /// Policy id.
    pub id: String,
    /// First day of this version.
    pub effective: Date,
    /// SHA-256 of its canonical JSON.
    pub hash: Sha256Hex,
    /// The document, byte for byte.
    pub body: Vec<u8>,
    /// When it was published.
    pub published_at: Timestamp,
}

impl Tx {
    /// Publishes a version. `false` when the same version is there already.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] on `policies_pkey` when this version was published with another hash, on
    /// `policies_hash_key` when the hash belongs to another version; else when the database fails.
    pub async fn publish_policy(
        &mut self,
        id: &str,
        effective: Date,
        hash: &Sha256Hex,
        body: &[u8],
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        if self
            .run(&PUBLISH, args![id, effective, hash.to_string(), body, at])
            .await?
            == 1
        {
            return Ok(true);
        }
        let there: Option<HashRow> = self.first(&HASH_OF, args![id, effective]).await?;
        let constraint = match there {
            Some(there) if there.hash == hash.to_string() => return Ok(false),
            Some(_) => "policies_pkey",
            None => "policies_hash_key",
        };
        Err(UniqueViolation {
            constraint: constraint.to_owned(),
        }
        .into())
    }

    /// The version with this hash.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn policy_by_hash(
        &mut self,
        hash: &Sha256Hex,
    ) -> Result<Option<PublishedPolicy>, StoreError> {
        let row: Option<PolicyRow> = self.first(&BY_HASH, args![hash.to_string()]).await?;
        row.map(read).transpose()
    }

    /// Every published version, by id and date.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn policies(&mut self) -> Result<Vec<PublishedPolicy>, StoreError> {
        let rows: Vec<PolicyRow> = self.all(&ALL, args![]).await?;
        rows.into_iter().map(read).collect()
    }
}

fn read(row: PolicyRow) -> Result<PublishedPolicy, StoreError> {
    let at = At {
        table: "policies",
        row: &row.id,
    };
    Ok(PublishedPolicy {
        effective: at.date("effective", &row.effective)?,
        hash: at.parse("hash", &row.hash)?,
        published_at: at.time("published_at", row.published_at)?,
        id: row.id,
        body: row.body,
    })
}
