//! `/api/v1`: folders as in the addresses, a file an endpoint.

pub mod applications;
pub mod causes;
pub mod desk;
pub mod figures;
pub mod finance;
pub mod payments;
pub mod policies;
pub mod problems;
pub mod reports;
pub mod review;
pub mod treasury;
pub mod trust;
pub mod views;

use crate::web::routes::of;

use super::auth::Access;
use super::routes::Routes;
use crate::domain::person::Role;

/// Every route of the API.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .add(Access::Public, of!(policies::policies))
        .add(Access::Public, of!(figures::figures))
        .add(Access::Public, of!(problems::problems))
        .add(Access::Public, of!(problems::problem))
        .add(Access::Public, of!(reports::report))
        .add(
            Access::Staff(&[Role::Reviewer, Role::Supervisor]),
            of!(causes::causes),
        )
        .merge(applications::routes())
        .merge(payments::routes())
        .merge(review::routes())
        .merge(desk::routes())
        .merge(finance::routes())
        .merge(treasury::routes())
        .merge(trust::routes())
}
