//! The one binary of integration tests.

mod amounts;
mod architecture;
mod commands;
mod crash;
mod flows;
mod gateways;
mod payfile;
mod payout;
mod privacy;
mod routes;
mod statement;
mod store;
mod support;
mod values;
