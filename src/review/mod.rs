//! 转人工 — people decide what the machine referred. Only people refuse.
//!
//! | module | what it does |
//! |---|---|
//! | [`service`] | applications and instalments: list, look, decide |
//! | [`desk`] | the desk's cases: officers work them, from queue to end |
//! | [`decide`] | propose, confirm, undo: four eyes above an amount |
//! | [`at_once`] | the same in one call, for programs that show no case |
//! | [`rating`] | what applicants say once their matter has ended, and who answers |
//! | [`staffing`] | officers, absences, conflicts of interest, freezes |
//! | [`causes`] | why things were referred, month by month |
//! | [`files`] | what is handed in: taken, kept, shown to whom it concerns |
//! | [`counter`] | the other side of the desk: reports, what applicants supply and take, the tracking card |

pub mod at_once;
pub mod causes;
pub mod counter;
pub mod decide;
pub mod desk;
pub mod files;
pub mod rating;
pub mod service;
pub mod staffing;

pub use causes::CauseDesk;
pub use desk::CaseDesk;
pub use service::Review;
