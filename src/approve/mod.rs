//! 秒批: judges evidence by a policy, and keeps what one approval commits.
//!
//! | module | what it does |
//! |---|---|
//! | [`facts`] | evidence bodies → numbered facts, each with where it was read |
//! | [`months`] | contribution records → a set of months |
//! | [`matcher`] | policy × facts → verdicts and outcome, without texts and without allocation |
//! | [`amount`] | what is granted → instalments |
//! | [`explain`] | verdicts → words, when somebody reads them |
//! | [`cases`] | runs the cases beside a policy document |

pub mod amount;
pub mod cases;
pub mod explain;
pub mod facts;
pub mod matcher;
pub mod months;
#[cfg(test)]
mod tests;
