//! The way out: everything that asks another machine, the system's clock or its randomness. Each answers a port.
//!
//! | module | what it does |
//! |---|---|
//! | [`assemble`] | makes them all from the configuration |
//! | [`clock`], [`entropy`] | the only rooms with a real clock and real randomness |
//! | [`wire`] | signing and verification, pure |
//! | [`http`], [`signed`] | the one HTTP client; one signed question and its verified answer |
//! | [`sources`] | the registers, each with deadline, retries, concurrency limit and breaker |
//! | [`treasury`] | instructions, questions, call-backs, statements |
//! | [`identity`], [`sign_in`] | bearer tokens of the OpenID issuer; sign-in of browsers there |
//! | [`notify`] | messages to applicants |
//! | [`probe`] | whether a server is there and its clock right, for `doctor` |

pub mod assemble;
mod cached;
pub mod clock;
pub mod entropy;
pub mod files;
pub mod http;
pub mod identity;
pub mod notify;
pub mod outbox;
pub mod probe;
pub mod sign_in;
pub mod signed;
pub mod sources;
pub mod treasury;
pub mod wire;
