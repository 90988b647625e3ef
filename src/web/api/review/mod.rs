//! `/api/v1/review`: what the machine referred to people (转人工).

pub mod decide;
pub mod list;
pub mod show;

use utoipa_axum::routes as of;

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
}
