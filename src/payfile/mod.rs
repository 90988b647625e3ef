//! 支付文件: files that finance can open, check without us, sign and match.
//!
//! ```text
//! rows (in the order of their ids) ─┬→ pain001 ─┐
//!                                   ├→ csv ─────┤  each through a digest     manifest ─sign→ signature
//!                                   ├→ sheet ───┼→ bytes · SHA-256 · count ─→ (who, when, how much,
//!                                   └→ voucher ─┘  sum · Merkle root          every file and its root)
//! ```
//! Everything here is pure: it takes rows and writes to what it is given, or reads from it and says what it found.
//!
//! | module | job |
//! |---|---|
//! | [`row`] | one payment in a file, its canonical bytes and its hash |
//! | [`batch`] | what a set of files is about: day, policy, district, payer, count and sum |
//! | [`merkle`] | the root over the hashes of all rows (RFC 6962), row by row |
//! | [`pain001`], [`csv`], [`sheet`], [`voucher`] | one format each: its writer and its reader |
//! | `beside` | what many small things add up to, on a thread of its own |
//! | [`digest`] | the bytes of a file and their digest, in large pieces |
//! | [`writer`] | one pass over the rows into every format that is wanted |
//! | [`set`] | a whole set: every file, its manifest, its signature |
//! | [`manifest`], [`sign`] | what is signed, and with which keys |
//! | [`verify`] | the same read back, and everything that does not fit |

pub mod batch;
mod beside;
pub mod csv;
pub mod digest;
pub mod manifest;
pub mod merkle;
pub mod pain001;
pub mod row;
pub mod set;
pub mod sheet;
pub mod sign;
pub mod verify;
pub mod voucher;
pub mod writer;

pub use batch::{Head, Payer};
pub use manifest::Manifest;
pub use row::Row;
pub use writer::Format;
