//! sanmiao

pub mod approve;
pub mod cli;
pub mod domain;
pub mod policy;
