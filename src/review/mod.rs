//! 转人工 — people decide what the machine referred. Only people refuse.
//!
//! | module | what it does |
//! |---|---|
//! | [`service`] | applications and instalments: list, look, decide |
//! | [`desk`] | the desk's cases: officers work them, from queue to end |
//! | [`decide`] | propose, confirm, undo: four eyes above an amount |
//! | [`rating`] | what applicants say once their matter has ended, and who answers |
//! | [`staffing`] | officers, absences, conflicts of interest, freezes |
//! | [`causes`] | why things were referred, month by month |
//! | [`counter`] | the other side of the desk: reports, what applicants supply and take, the tracking card |

pub mod causes;
pub mod counter;
pub mod decide;
pub mod desk;
pub mod rating;
pub mod service;
pub mod staffing;

pub use causes::CauseDesk;
pub use desk::CaseDesk;
pub use service::Review;
