//! The Merkle tree of RFC 6962, section 2.1, over rows that come one by one: memory grows with the logarithm of their number.

use std::io;

use super::beside::{Adding, Sum};
use crate::domain::hash::{Sha256Hex, sha256};

/// Leaves that are handed on at once.
const PIECE_LEAVES: usize = 1024;
/// Set before what a leaf hashes.
const LEAF: [u8; 1] = [0];
/// Set before what a node hashes.
const NODE: [u8; 1] = [1];

/// What a leaf hashes; one buffer for leaf after leaf.
#[derive(Debug, Clone, Default)]
pub struct Leaf(Vec<u8>);

impl Leaf {
    /// Where the data of the next leaf is written.
    pub fn begin(&mut self) -> &mut Vec<u8> {
        self.0.clear();
        self.0.extend(LEAF);
        &mut self.0
    }

    /// The hash of what was written.
    #[must_use]
    pub fn hash(&self) -> Sha256Hex {
        sha256(&self.0)
    }
}

fn node_hash(left: &Sha256Hex, right: &Sha256Hex) -> Sha256Hex {
    let mut data = [0; 65];
    data[..1].copy_from_slice(&NODE);
    data[1..33].copy_from_slice(left.as_bytes());
    data[33..].copy_from_slice(right.as_bytes());
    sha256(&data)
}

/// A tree under construction.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Roots of full subtrees, the largest first; their sizes are the bits of `count`.
    full: Vec<Sha256Hex>,
    count: u64,
}

impl Tree {
    /// Adds the next leaf, by its hash.
    pub fn push(&mut self, leaf: Sha256Hex) {
        let mut root = leaf;
        for _ in 0..self.count.trailing_ones() {
            if let Some(left) = self.full.pop() {
                root = node_hash(&left, &root);
            }
        }
        self.full.push(root);
        self.count += 1;
    }

    /// The root over what was added; of nothing it is the hash of no bytes.
    #[must_use]
    pub fn root(&self) -> Sha256Hex {
        let mut full = self.full.iter().rev();
        let Some(last) = full.next() else {
            return sha256(&[]);
        };
        full.fold(*last, |right, left| node_hash(left, &right))
    }
}

impl Sum for Tree {
    type Item = Sha256Hex;
    const THREAD: &str = "sanmiao-tree";

    fn add(&mut self, leaves: &[Sha256Hex]) {
        for leaf in leaves {
            self.push(*leaf);
        }
    }
}

/// A tree that grows beside the file whose rows it is over.
pub(super) struct Growing {
    piece: Vec<Sha256Hex>,
    tree: Adding<Tree>,
}

impl Growing {
    pub(super) fn new() -> Self {
        Self {
            piece: Vec::new(),
            tree: Adding::Here(Tree::default()),
        }
    }

    /// Adds the next leaf, by its hash.
    ///
    /// # Errors
    /// When the thread beside has broken off.
    pub(super) fn push(&mut self, leaf: Sha256Hex) -> io::Result<()> {
        self.piece.push(leaf);
        if self.piece.len() < PIECE_LEAVES {
            return Ok(());
        }
        self.tree.take(&mut self.piece, true)
    }

    /// The root over what was added.
    ///
    /// # Errors
    /// When the thread beside has broken off.
    pub(super) fn root(mut self) -> io::Result<Sha256Hex> {
        self.tree.take(&mut self.piece, false)?;
        Ok(self.tree.finish()?.root())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf_hash(data: &[u8]) -> Sha256Hex {
        let mut leaf = Leaf::default();
        leaf.begin().extend(data);
        leaf.hash()
    }

    /// As RFC 6962 defines it: split at the largest power of two below the number of leaves.
    fn by_definition(leaves: &[Sha256Hex]) -> Sha256Hex {
        match leaves {
            [] => sha256(&[]),
            [one] => *one,
            more => {
                let half = more.len().next_power_of_two() / 2;
                let (left, right) = more.split_at(half);
                node_hash(&by_definition(left), &by_definition(right))
            }
        }
    }

    #[test]
    fn row_by_row_gives_the_root_of_the_definition() {
        let leaves: Vec<_> = (0..200_u8).map(|one| leaf_hash(&[one])).collect();
        let mut tree = Tree::default();
        for count in 0..leaves.len() {
            assert_eq!(tree.root(), by_definition(&leaves[..count]), "{count}");
            tree.push(leaves[count]);
        }
    }

    #[test]
    fn a_tree_that_grows_beside_is_the_same() {
        for count in [0, 1, PIECE_LEAVES - 1, PIECE_LEAVES, 5 * PIECE_LEAVES + 7] {
            let (mut growing, mut tree) = (Growing::new(), Tree::default());
            for at in 0..count {
                let leaf = sha256(&at.to_be_bytes());
                growing.push(leaf).unwrap();
                tree.push(leaf);
            }
            assert_eq!(growing.root().unwrap(), tree.root(), "{count}");
        }
    }

    /// The published roots of the reference implementation (certificate-transparency, `merkle_tree_test`).
    #[test]
    fn known_roots() {
        let inputs = ["", "00", "10", "2021", "3031", "40414243"];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        ];
        let mut tree = Tree::default();
        for (input, root) in inputs.into_iter().zip(roots) {
            tree.push(leaf_hash(&hex::decode(input).unwrap()));
            assert_eq!(tree.root().to_string(), root);
        }
    }
}
