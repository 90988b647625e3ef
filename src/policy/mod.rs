//! Policies as files: reads folders of documents, carries those that are shipped, says what may be published.
//!
//! | module | what it does |
//! |---|---|
//! | [`folder`] | `<id>/<effective>.json` with `<effective>.cases.json` beside it → documents and cases |
//! | [`shipped`] | the documents that are part of the program |
//! | [`publish`] | what a version must fulfil before it is published |

pub mod folder;
pub mod publish;
pub mod shipped;
