//! sanmiao 三秒: 秒报 → 秒批 → 秒付.

pub mod config;
pub mod domain;
pub mod gateways;
pub mod ports;
pub mod telemetry;
pub mod store;
