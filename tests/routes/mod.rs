//! The API as its callers see it, over the whole house with a scripted world.

mod authorization;
mod finance;
mod flow;
mod hostile;
mod house;
mod openapi;
mod problems;
mod treasury;
