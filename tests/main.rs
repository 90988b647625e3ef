//! The one binary of integration tests.

mod gateways;
mod routes;
mod store;
mod values;
