//! 秒报 — sources → evidence → form with provenance.
//!
//! `ask` asks the registers side by side; [`collect`] keeps what they answered for an application; [`form`] fills the rows from it
//! by the policy's declarative map; [`service`] is what the applicant does: open, look, file, withdraw, and [`dispute`] what they
//! say against it. `look_up` asks for
//! somebody who has applied for nothing yet, and `typing` keeps what is typed before it is filed.

mod ask;
pub mod collect;
pub mod dispute;
pub mod form;
mod look_up;
pub mod service;
mod typing;

pub use service::Prefill;
