//! The one binary of integration tests.

mod flows;
mod gateways;
mod routes;
mod store;
mod support;
mod values;
