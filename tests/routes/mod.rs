//! The API as its callers see it, over the whole house with a scripted world.

#![expect(clippy::unwrap_used, reason = "a test that cannot get on has failed")]

mod authorization;
mod board;
mod browser;
mod budget_pages;
mod causes;
mod desk;
mod desk_pages;
mod figures;
mod files;
mod finance;
mod finance_pages;
mod flow;
mod hostile;
mod house;
mod openapi;
mod problems;
mod sign_in;
mod treasury;
mod typed;
