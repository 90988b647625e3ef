//! The pages of staff: a file a page. Applicants' pages stand beside this folder.

mod board;
mod board_acts;
mod files;
mod queue;

use utoipa_axum::routes as of;

use crate::web::auth::Access;
use crate::web::routes::Routes;
use crate::web::session::Visitors;

/// Who comes here. What a role may do is said by the stage that does it.
const STAFF: Access = Access::Page(Visitors::Staff);

/// Every page of staff.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .add(STAFF, of!(queue::desk))
        .add(Access::PageWithFile(Visitors::Staff), of!(files::attach))
        .add(STAFF, of!(files::file))
        .add(STAFF, of!(board::board))
        .add(STAFF, of!(board_acts::freeze))
        .add(STAFF, of!(board_acts::lift))
        .add(STAFF, of!(board_acts::away))
        .add(STAFF, of!(board_acts::enrol))
}
