//! The analysis of causes in words: every number stands in a [`Table`](super::table::Table), which the page shows beside its charts.
//! Nothing is counted here.

mod names;
pub mod query;
mod tables;

pub use names::Names;
pub use tables::{tables, time_parts};
