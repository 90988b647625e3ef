//! 秒付 — instruction → treasury → acknowledgement → settled or returned.
//!
//! [`echo`] is pure: it holds the treasury's word against what was ordered and says what follows. [`dispatch`]
//! leases instructions and carries them over; [`settle`] writes what was heard, whoever said it (a reply, an
//! answer to a question, a call-back), in one transaction; [`service`] is what applicants and the treasury do.

pub mod dispatch;
pub mod echo;
pub mod service;
pub mod settle;

pub use service::Payout;
