//! What the integration tests stand on.

pub(crate) mod clock;
pub(crate) mod database;
pub(crate) mod desk;
pub(crate) mod eventually;
pub(crate) mod house;
pub(crate) mod people;
pub(crate) mod program;
pub(crate) mod reckoning;
pub(crate) mod sink;
pub(crate) mod surfer;
pub(crate) mod treasury;
