//! 转人工 — people decide what the machine referred. Only people refuse.
//!
//! | module | what it does |
//! |---|---|
//! | [`service`] | applications and instalments: list, look, decide |
//! | [`desk`] | the desk's cases: officers work them, from queue to end |
//! | [`dossier`] | one case with everything that is needed to decide it |
//! | [`decide`] | propose, confirm, undo: four eyes above an amount |
//! | [`filters`] | queues that officers keep under names of their own |
//! | [`staffing`] | officers, absences, conflicts of interest, freezes |
//! | [`counter`] | the other side of the desk: reports, what applicants supply and take, the tracking card |

pub mod counter;
pub mod decide;
pub mod desk;
pub mod dossier;
pub mod filters;
pub mod service;
pub mod staffing;

pub use desk::CaseDesk;
pub use service::Review;
