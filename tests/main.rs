//! The one binary of integration tests.

mod flows;
mod store;
mod support;
mod values;
