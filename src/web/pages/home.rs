//! `GET /home`: where applicants arrive.

use axum::response::Response;

use super::good;
use super::preferences::Preferences;
use super::shell::escaped;
use super::sign_in::sign_out_form;
use crate::web::auth::Me;
use crate::web::session::Visit;
use crate::web::words::Words;

/// Greets the applicant.
#[utoipa::path(get, path = "/home", operation_id = "home", tag = "pages",
    responses((status = 200, description = "The page")))]
pub(super) async fn home(preferences: Preferences, visit: Visit, Me(me): Me) -> Response {
    let language = preferences.language;
    let body = format!(
        "<p>{} {}</p>\n{}",
        Words::of("您好，", "Welcome,").text(language),
        escaped(me.name.reveal()),
        sign_out_form(&visit, language),
    );
    let title = Words::of("我的补贴", "My subsidies");
    good(preferences, &title, &body)
}
