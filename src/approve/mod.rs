//! 秒批: judges evidence by a policy, and keeps what one approval commits.
//!
//! | module | what it does |
//! |---|---|
//! | [`matcher`] | policy × facts → verdicts and outcome, without texts and without allocation |
//! | `battery` | the matcher's quick way: every single test once, criteria put together from them |
//! | [`amount`] | what is granted → instalments |
//! | [`explain`] | verdicts → words, when somebody reads them |
//! | [`fit`] | a policy held against somebody who has not applied |
//! | [`cases`] | runs the cases beside a policy document |
//! | [`case`], [`record`] | everything a judgement rests on, and the canonical record of it |
//! | [`replay`] | recomputes a decision, in the program as offline |
//! | [`signals`] | what a person should look at though every condition is met |
//! | [`drift`] | whether contributions have stopped since something was paid |
//! | [`award`] | what one approval commits |
//! | [`service`] | the machine decides; a person's decision is committed |

pub mod amount;
pub mod award;
mod battery;
pub mod case;
pub mod cases;
pub mod drift;
pub mod explain;
pub mod fit;
pub mod matcher;
pub mod record;
pub mod replay;
pub mod service;
pub mod signals;
#[cfg(test)]
mod tests;

pub use record::Grounds;
pub use service::{Approve, Prospect, Recheck, Told, Viewer};
