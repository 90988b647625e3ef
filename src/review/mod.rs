//! 转人工 — people decide what the machine referred. Only people refuse.
//!
//! | module | what it does |
//! |---|---|
//! | [`service`] | applications and instalments: list, look, decide |
//! | [`desk`] | the desk's cases: officers work them, from queue to end |
//! | [`decide`] | propose, confirm, undo: four eyes above an amount |
//! | [`staffing`] | officers, absences, conflicts of interest, freezes |
//! | [`trust`] | what the machine approved is looked at; what was paid is claimed back, or let be |
//! | [`counter`] | the other side of the desk: reports, what applicants supply and take, the tracking card |

pub mod counter;
pub mod decide;
pub mod desk;
pub mod service;
pub mod staffing;
pub mod trust;

pub use desk::CaseDesk;
pub use service::Review;
