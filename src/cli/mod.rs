//! The command line: a file a command.

pub mod doctor;
pub mod policy;
#[cfg(test)]
mod shipped_tests;
