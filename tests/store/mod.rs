//! The promises of the store, each run on both databases.
//!
//! PostgreSQL is never skipped: without `SANMIAO_TEST_POSTGRES` its tests fail and name the command that sets it.

#![expect(clippy::unwrap_used, reason = "a test that cannot get on has failed")]

mod backup;
mod cases;
mod concurrency;
mod crash;
mod figures;
mod fixture;
mod harness;
mod leases;
mod ledger;
mod model;
mod notices;
mod promises;
mod queues;
mod round_trip;
mod saved_filters;
mod secrecy;
mod sessions;
mod typed;
