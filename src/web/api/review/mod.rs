//! `/api/v1/review`: what the machine referred to people (转人工).

pub mod decide;
pub mod decide_payment;
pub mod list;
pub mod payments;
pub mod show;

use crate::web::routes::of;

use crate::domain::person::Role;
use crate::web::auth::Access;
use crate::web::routes::Routes;

/// Who reviews.
const DESK: Access = Access::Staff(&[Role::Reviewer, Role::Supervisor]);

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .add(DESK, of!(list::list))
        .add(DESK, of!(show::show))
        .add(DESK, of!(decide::decide))
        .add(DESK, of!(payments::payments))
        .add(DESK, of!(decide_payment::decide_payment))
}
