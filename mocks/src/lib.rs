//! The world sanmiao talks to, made up: four registers, a treasury, an identity provider and a message sink, on one listener.
//!
//! It knows nothing of the service: the wire is written here a second time from `docs/contracts.md` alone, so that the two check each
//! other. People, firms, schools, banks and accounts are made up; every check digit is right.
//!
//! - [`people`] holds the seeded generator, and people read from a file
//! - [`mod@wire`] holds the signatures
//! - [`faults`] says what can go wrong, and how to make it
//! - [`World`] is all of it, running
//!
//! | path | what |
//! |---|---|
//! | `/sources/{source}/query` | the registers |
//! | `/treasury/…` | instructions, statements, ledger |
//! | `/oidc/…` | discovery, keys, sign-in, tokens |
//! | `/sink/messages` | messages |
//! | `/admin/…` | faults, people, clock, call-backs |

mod admin;
pub mod clock;
mod connection;
pub mod faults;
mod http;
mod identity;
pub mod people;
mod schemas;
mod shared;
mod sink;
mod sources;
mod treasury;
pub mod wire;
mod world;

pub use clock::Clock;
pub use faults::{Channel, Fault, FaultRule, FaultSwitch, Faults};
pub use identity::{MOCK_SUBJECT_GRANT, STAFF};
pub use people::{Expected, Person, PersonCard, Trait};
pub use schemas::SchemaError;
pub use sink::MessageCounts;
pub use treasury::{CallbackCounts, LedgerTotals, TreasuryTiming};
pub use wire::{ChannelKey, WireKeys};
pub use world::{PeopleSource, World, WorldConfig, WorldError};
