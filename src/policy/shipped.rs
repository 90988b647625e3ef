//! The documents that are part of the program, so that it runs from one file.

use std::sync::LazyLock;

use crate::domain::policy::{Policy, PolicyBook};

/// A shipped document with its cases.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// `<id>/<effective>`.
    pub name: &'static str,
    /// The document.
    pub bytes: &'static [u8],
    /// Its cases.
    pub cases: &'static [u8],
}

macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        &[$(Shipped {
            name: $name,
            bytes: include_bytes!(concat!("../../policies/", $name, ".json")),
            cases: include_bytes!(concat!("../../policies/", $name, ".cases.json")),
        }),+]
    };
}

/// Every shipped document, in order of names.
pub const DOCUMENTS: &[Shipped] = shipped![
    "foshan-junior-mid-level/2021-01-01",
    "foshan-leading-talent-sample/2021-01-01",
    "foshan-phd-settling-in/2021-09-10",
    "foshan-postdoc-settling-in/2021-09-10",
    "foshan-senior-title-sample/2021-01-01",
    "shenzhen-phd-2022/2022-01-01",
    "zhongshan-phd/2021-01-01",
];

static BOOK: LazyLock<PolicyBook> = LazyLock::new(|| {
    let mut book = PolicyBook::new();
    for document in DOCUMENTS {
        // A test holds every shipped document to be sound and of its own name and date.
        if let Ok(policy) = Policy::load(document.bytes) {
            let _ = book.add(policy);
        }
    }
    book
});

/// The book of shipped documents.
#[must_use]
pub fn book() -> &'static PolicyBook {
    &BOOK
}
