//! The way out, against servers that misbehave in every way the contract forbids.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stand outside of the test functions themselves"
)]

mod doctor;
mod identity;
mod logs;
mod notify;
mod sign_in;
mod sources;
mod support;
mod treasury;
mod world;
