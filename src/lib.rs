//! sanmiao

pub mod domain;
