//! 转人工 — people decide what the machine referred. Only people refuse.
//!
//! | module | what it does |
//! |---|---|
//! | [`service`] | applications and instalments: list, look, decide |
//! | [`desk`] | the desk's cases: officers work them, from queue to end |
//! | [`dossier`] | one case with everything that is needed to decide it |
//! | [`decide`] | propose, confirm, undo: four eyes above an amount |
//! | [`at_once`] | the same in one call, for programs that show no case |
//! | [`filters`] | queues that officers keep under names of their own |
//! | [`rating`] | what applicants say once their matter has ended, and who answers |
//! | [`board`] | what a supervisor looks at first |
//! | [`staffing`] | officers, absences, conflicts of interest, freezes |
//! | [`causes`] | why things were referred, month by month |
//! | [`files`] | what is handed in: taken, kept, shown to whom it concerns |
//! | [`trust`] | what the machine approved is looked at; what was paid is claimed back, or let be |
//! | [`counter`] | the other side of the desk: reports, what applicants supply and take, the tracking card |

pub mod at_once;
pub mod board;
pub mod causes;
pub mod counter;
pub mod decide;
pub mod desk;
pub mod dossier;
pub mod files;
pub mod filters;
pub mod rating;
pub mod service;
pub mod staffing;
pub mod trust;

pub use causes::CauseDesk;
pub use desk::CaseDesk;
pub use service::Review;
