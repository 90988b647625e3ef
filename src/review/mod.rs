//! 转人工 — people decide what the machine referred. Only people refuse.

pub mod service;

pub use service::Review;
