//! 秒报 — sources → evidence → form with provenance.
//!
//! [`collect`] asks the registers side by side and keeps what they answered; [`form`] fills the rows from it by
//! the policy's declarative map; [`service`] is what the applicant does: open, look, dispute, file, withdraw.

pub mod collect;
pub mod form;
pub mod service;

pub use service::Prefill;
