//! The instruction protocol (promise 4): unknown is not failed, the same is sent again, nothing counts before it is compared.

#![expect(clippy::unwrap_used, reason = "a test that cannot get on has failed")]

mod bad_drivers;
mod callbacks;
mod echoes;
mod fencing;
mod interleavings;
mod unknown;
mod wire;
