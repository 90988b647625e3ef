//! Whole ways through the service over real HTTP, each on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot get on has failed")]

mod batches;
mod budget_orders;
mod budgets;
mod cases;
mod causes;
mod consent;
mod desk_race;
mod disputes;
mod files;
mod filing;
mod fits;
mod instalments;
mod money;
mod notices;
mod overtaken;
mod people;
mod rating;
mod recovery;
mod sign_in;
mod signals;
mod sources;
mod staff;
mod statements;
mod trust;
