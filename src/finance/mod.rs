//! Finance: payments and their chains, batches of payout files, the ledger, appropriations, alarms. No evidence about persons here.

pub mod batches;
pub mod repayments;
pub mod service;

pub use service::Finance;
