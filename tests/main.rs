//! The one binary of integration tests.

mod flows;
mod payout;
mod store;
mod support;
mod values;
