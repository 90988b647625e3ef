//! The one binary of integration tests.

mod routes;
mod values;
