//! Stub.
pub mod service;
