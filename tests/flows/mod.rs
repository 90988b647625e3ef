//! Whole ways through the service over real HTTP, each on both databases.

mod budgets;
mod consent;
mod filing;
mod money;
mod people;
mod sources;
mod staff;
