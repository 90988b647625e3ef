//! Finance: payments and their chains, batches of payout files, the ledger, budget lines and the orders that change them, alarms; 对账: statements and what in them
//! differs from our books; 月报. No evidence about persons here.

pub mod batches;
pub mod budgets;
pub mod differences;
pub mod forecast;
pub mod month_end;
pub mod repayments;
pub mod service;
pub mod statements;
pub mod terms;
pub mod year_end;

pub use service::Finance;
pub use terms::Terms;
