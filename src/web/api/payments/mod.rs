//! `/api/v1/payments`: an applicant's own.

pub mod account;

use crate::web::routes::of;

use crate::web::auth::Access;
use crate::web::routes::Routes;

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().add(Access::Applicant, of!(account::account))
}
