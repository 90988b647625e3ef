//! The one binary of integration tests.

mod gateways;
mod store;
mod values;
