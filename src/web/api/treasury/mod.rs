//! `/api/v1/treasury`: the treasury's call-backs.

pub mod events;

use crate::web::routes::of;

use crate::web::auth::Access;
use crate::web::routes::Routes;

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().add(Access::TreasurySignature, of!(events::events))
}
