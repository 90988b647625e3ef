//! Values of the field, and nothing that touches the world.
//!
//! Every module here is a pure value: it can be made only from something valid, it has one text form, and what it refuses it
//! refuses with an error that says what is wrong. Nothing here reads a clock, draws a random number, opens a file or a socket.
//!
//! | module | what it holds |
//! |---|---|
//! | [`money`] | whole fen, exact sums, splits and shares |
//! | [`time`] | instants (microseconds UTC), dates, months |
//! | [`id`] | UUIDv7 ids, one type a thing; the instruction id |
//! | [`hash`], [`canonical`] | SHA-256 and the canonical JSON that is hashed |
//! | [`source`] | the registers that are asked |

pub mod application;
pub mod audit;
pub mod award;
pub mod bank;
pub mod calendar;
pub mod canonical;
pub mod decision;
pub mod district;
pub mod document;
pub mod evidence;
pub mod form;
pub mod hash;
pub mod id;
pub mod ledger;
pub mod money;
pub mod payment;
pub mod person;
pub mod source;
pub mod time;
