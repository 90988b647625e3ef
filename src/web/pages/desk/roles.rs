//! `GET /desk` for staff who neither review nor supervise: what is theirs stands elsewhere.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::person::Staff;
use crate::web::pages::layout::Page;
use crate::web::texts as t;

#[derive(Template)]
#[template(path = "desk/roles.html")]
struct RolesPage<'a> {
    page: &'a Page,
    roles: Vec<&'static str>,
}

/// Says which roles they have, and where their work is.
pub(super) fn page(page: &Page, staff: &Staff) -> Response {
    let roles = staff.roles.iter().map(|role| role.as_str()).collect();
    page.render(StatusCode::OK, &RolesPage { page, roles })
}
