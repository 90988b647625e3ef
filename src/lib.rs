//! sanmiao 三秒: 秒报 → 秒批 → 秒付.

pub mod app;
pub mod approve;
pub mod bell;
pub mod cli;
pub mod config;
pub mod context;
pub mod docket;
pub mod domain;
pub mod error;
pub mod finance;
pub mod gateways;
pub mod instruct;
pub mod jobs;
pub mod payfile;
pub mod payout;
pub mod policy;
pub mod ports;
pub mod prefill;
pub mod review;
pub mod statement;
pub mod store;
pub mod telemetry;
pub mod web;
