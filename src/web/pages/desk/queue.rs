//! `GET /desk`: where staff arrive.

use axum::response::Response;

use crate::web::auth::Desk;
use crate::web::pages::good;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::escaped;
use crate::web::pages::sign_in::sign_out_form;
use crate::web::session::Visit;
use crate::web::words::Words;

/// Says which pages staff will find here.
#[utoipa::path(get, path = "/desk", operation_id = "desk", tag = "pages",
    responses((status = 200, description = "The page")))]
pub(super) async fn desk(preferences: Preferences, visit: Visit, Desk(staff): Desk) -> Response {
    let language = preferences.language;
    let roles: Vec<&str> = staff.roles.iter().map(|role| role.as_str()).collect();
    let words = Words::of(
        "审核与财务的工作页面将在此提供；目前请使用接口办理。",
        "The desks of review and finance will stand here. For now staff use the API.",
    );
    let body = format!(
        "<p>{}</p>\n<p>{}: {}</p>\n{}",
        words.text(language),
        Words::of("您的角色", "Your roles").text(language),
        escaped(&roles.join(", ")),
        sign_out_form(&visit, language),
    );
    let title = Words::of("工作台", "Desk");
    good(preferences, &visit, title, &body)
}
