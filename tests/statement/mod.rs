//! Statements: read by ourselves and by a second reader in another language, and corrupted in ten thousand ways.

mod corruptions;
mod defects;
mod sample;
