//! The one binary of integration tests.

mod store;
mod values;
