//! `GET /api/v1/desk/receivables`: what is to come back.

use axum::Json;
use axum::extract::State;

use super::ReceivableView;
use crate::domain::district::DistrictCode;
use crate::domain::id::PaymentId;
use crate::store::ReceivableFilter;
use crate::web::Web;
use crate::web::api::views::{IdText, Page};
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, id, integer, parsed};
use crate::web::problem::Problem;

/// Items on a page when none are asked for.
const LIMIT: u32 = 50;

/// Which of them, and which page.
#[derive(Debug)]
pub struct Filter(ReceivableFilter);

impl Read for Filter {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let words = (
            "请填写六位行政区划代码",
            "write a district's six-digit code",
        );
        let district = fields.optional("district", parsed::<DistrictCode>(words));
        let after = fields.optional("after", id::<PaymentId>);
        let limit = fields.optional("limit", integer(1, 200));
        let limit = limit?
            .and_then(|limit| u32::try_from(limit).ok())
            .unwrap_or(LIMIT);
        Some(Self(ReceivableFilter {
            district: district?,
            after: after?,
            limit,
        }))
    }
}

/// What is to come back, of one's district, page by page, in the order of the payments' ids.
#[utoipa::path(get, path = "/api/v1/desk/receivables", operation_id = "desk_receivables", tag = "desk",
    params(
        ("district" = Option<String>, Query, description = "Only of this district", example = "440604"),
        ("after" = Option<String>, Query, description = "The page behind this payment", example = "019a0000-0000-7000-8000-000000000003"),
        ("limit" = Option<u32>, Query, description = "Items on a page, 1 to 200; 50 by itself", example = 50)
    ),
    responses((status = 200, description = "One page", body = Page<ReceivableView>)))]
pub(super) async fn receivables(
    State(web): State<Web>,
    Desk(staff): Desk,
    Query(Filter(filter)): Query<Filter>,
) -> Result<Json<Page<ReceivableView>>, Problem> {
    let limit = filter.limit;
    let found = web.cases.receivables(&staff, filter).await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |one| IdText::of(&one.payment),
        ReceivableView::of,
    )))
}
