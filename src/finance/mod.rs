//! Finance: payments and their chains, the ledger, appropriations, alarms. No evidence about persons here.

pub mod month_end;
mod repayments;
pub mod service;

pub use service::Finance;
