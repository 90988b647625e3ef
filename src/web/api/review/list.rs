//! `GET /api/v1/review/applications`: the queue.

use axum::Json;
use axum::extract::State;

use crate::domain::application::StateName;
use crate::domain::district::DistrictCode;
use crate::domain::id::ApplicationId;
use crate::store::ApplicationFilter;
use crate::web::Web;
use crate::web::api::views::{ApplicationView, IdText, Page};
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, TextRule, chosen, id, integer, parsed, text};
use crate::web::problem::Problem;

/// Items on a page when none are asked for.
const LIMIT: u32 = 50;

/// Which of them, and which page.
#[derive(Debug)]
pub struct Filter(ApplicationFilter);

impl Read for Filter {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let state = chosen(
            StateName::parse,
            (
                "请填写状态，例如 referred",
                "write a state, such as referred",
            ),
        );
        let district: fn(&_) -> _ = |node| {
            parsed::<DistrictCode>((
                "请填写六位行政区划代码",
                "write a district's six-digit code",
            ))(node)
        };
        let state = fields.optional("state", state);
        let district = fields.optional("district", district);
        let policy = fields.optional("policy", text(TextRule::line(100)));
        let after = fields.optional("after", id::<ApplicationId>);
        let limit = fields.optional("limit", integer(1, 200));
        let limit = limit?
            .and_then(|limit| u32::try_from(limit).ok())
            .unwrap_or(LIMIT);
        Some(Self(ApplicationFilter {
            state: state?,
            district: district?,
            policy: policy?,
            after: after?,
            limit,
        }))
    }
}

/// Applications of one's district, page by page, in the order of their ids.
#[utoipa::path(get, path = "/api/v1/review/applications", operation_id = "review_list", tag = "review",
    params(
        ("state" = Option<String>, Query, description = "Only in this state", example = "referred"),
        ("district" = Option<String>, Query, description = "Only of this district", example = "440604"),
        ("policy" = Option<String>, Query, description = "Only of this policy", example = "foshan-phd-settling-in"),
        ("after" = Option<String>, Query, description = "The page behind this id", example = "019a0000-0000-7000-8000-000000000001"),
        ("limit" = Option<u32>, Query, description = "Items on a page, 1 to 200; 50 by itself", example = 50)
    ),
    responses((status = 200, description = "One page", body = Page<ApplicationView>)))]
pub(super) async fn list(
    State(web): State<Web>,
    Desk(staff): Desk,
    Query(Filter(filter)): Query<Filter>,
) -> Result<Json<Page<ApplicationView>>, Problem> {
    let limit = filter.limit;
    let found = web.review.list(&staff, filter).await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |one| IdText::of(&one.id),
        ApplicationView::of,
    )))
}
