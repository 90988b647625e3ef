//! sanmiao

pub mod approve;
pub mod bell;
pub mod context;
pub mod domain;
pub mod error;
pub mod finance;
pub mod metrics;
pub mod payout;
pub mod policy;
pub mod ports;
pub mod prefill;
pub mod review;
pub mod store;
pub mod web;
