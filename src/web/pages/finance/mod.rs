//! The pages of finance: a file a page. Accounts are masked on all of them; nothing of what registers said about a person is here.

mod batch;
mod batches;
pub(in crate::web) mod budgets;
mod day;
mod differences;
mod month;
mod month_tables;
mod payment;
mod payments;
mod statements;

use crate::web::routes::of;

use crate::web::auth::Access;
use crate::web::routes::Routes;
use crate::web::session::Visitors;
use crate::web::texts::{finance as t, statements as s};
use crate::web::words::Words;

/// Who comes here. That they are of finance is asked by the stage.
const STAFF: Access = Access::Page(Visitors::Staff);

/// Where the day is.
pub(super) const DAY: &str = "/finance";

/// What leads from page to page.
pub(super) const NAV: [(&str, Words); 7] = [
    (DAY, t::NAV_DAY),
    (payments::ADDRESS, t::NAV_PAYMENTS),
    (batches::ADDRESS, crate::web::texts::batches::NAV),
    (budgets::ADDRESS, crate::web::texts::budgets::NAV),
    (statements::ADDRESS, s::NAV_STATEMENTS),
    (differences::ADDRESS, s::NAV_DIFFERENCES),
    (month::ADDRESS, t::NAV_MONTH),
];

/// Every page of finance.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .add(STAFF, of!(day::day))
        .add(STAFF, of!(month::month))
        .add(STAFF, of!(month::workbook))
        .add(STAFF, of!(payments::payments))
        .add(STAFF, of!(payment::show))
        .add(STAFF, of!(payment::unmask))
        .add(STAFF, of!(payment::release))
        .add(STAFF, of!(statements::statements))
        .add(
            Access::PageWithFile(Visitors::Staff),
            of!(statements::import),
        )
        .add(STAFF, of!(differences::differences))
        .add(STAFF, of!(differences::show))
        .add(STAFF, of!(differences::take))
        .add(STAFF, of!(differences::close))
        .add(STAFF, of!(batches::batches))
        .add(STAFF, of!(batches::prepare))
        .add(STAFF, of!(batch::show))
        .add(STAFF, of!(batch::approve))
        .add(STAFF, of!(batch::sure))
        .add(STAFF, of!(batch::release))
        .add(STAFF, of!(batch::discard))
        .add(STAFF, of!(batch::file))
        .merge(budgets::routes())
}
