//! `/api/v1/applications`: an applicant's own.

pub mod case;
pub mod dispute;
pub mod events;
pub mod explanation;
pub mod file;
pub mod files;
pub mod form;
pub mod list;
pub mod one;
pub mod open;
pub mod payments;
pub mod person;
pub mod rating;
pub mod supply;
pub mod take_offer;
pub mod withdraw;
pub mod words;

use crate::web::routes::of;

use crate::web::auth::Access;
use crate::web::routes::Routes;

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .add(Access::Applicant, of!(open::open))
        .add(Access::Applicant, of!(list::list))
        .add(Access::Applicant, of!(one::one))
        .add(Access::Applicant, of!(form::form))
        .add(Access::Applicant, of!(dispute::dispute))
        .add(Access::Applicant, of!(file::file))
        .add(Access::Applicant, of!(person::person))
        .add(Access::Applicant, of!(rating::rate))
        .add(Access::Applicant, of!(withdraw::withdraw))
        .add(Access::Applicant, of!(explanation::explanation))
        .add(Access::Applicant, of!(payments::payments))
        .add(Access::Applicant, of!(events::events))
        .add(Access::Applicant, of!(case::case))
        .add(Access::Applicant, of!(files::hand_in))
        .add(Access::Applicant, of!(files::own_file))
        .add(Access::Applicant, of!(supply::supply))
        .add(Access::Applicant, of!(take_offer::take_offer))
}
