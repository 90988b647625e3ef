//! Payout files: written, read back by ourselves and by a second reader in another language, damaged in ten thousand ways.

mod corruptions;
mod sample;
mod twins;
