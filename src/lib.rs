//! sanmiao 三秒: 秒报 → 秒批 → 秒付.

pub mod domain;
pub mod ports;
pub mod store;
