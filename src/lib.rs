//! sanmiao

pub mod domain;
pub mod config;
pub mod gateways;
pub mod ports;
pub mod telemetry;
