//! `GET /api/v1/review/payments`: instalments whose re-check the machine referred.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::district::DistrictCode;
use crate::domain::id::PaymentId;
use crate::review::service::ReferredPayment;
use crate::store::PaymentFilter;
use crate::web::Web;
use crate::web::api::views::{IdText, Page, PaymentBody};
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, id, integer, parsed};
use crate::web::problem::Problem;

/// Items on a page when none are asked for.
const LIMIT: u32 = 50;

/// Of which district, and which page.
#[derive(Debug)]
pub struct Filter(PaymentFilter);

impl Read for Filter {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let codes = (
            "请填写六位行政区划代码",
            "write a district's six-digit code",
        );
        let district = fields.optional("district", parsed::<DistrictCode>(codes));
        let after = fields.optional("after", id::<PaymentId>);
        let limit = fields.optional("limit", integer(1, 200));
        let limit = limit?
            .and_then(|limit| u32::try_from(limit).ok())
            .unwrap_or(LIMIT);
        Some(Self(PaymentFilter {
            state: None,
            policy: None,
            district: district?,
            after: after?,
            limit,
        }))
    }
}

/// An instalment that waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferredInstalment {
    /// The application it belongs to; its evidence is there.
    application_id: IdText,
    /// The instalment.
    payment: PaymentBody,
}

impl From<&ReferredPayment> for ReferredInstalment {
    fn from(referred: &ReferredPayment) -> Self {
        Self {
            application_id: IdText::of(&referred.application),
            payment: PaymentBody::of(&referred.payment, []),
        }
    }
}

/// Instalments of one's district that the re-check referred, page by page, in the order of their ids.
#[utoipa::path(get, path = "/api/v1/review/payments", operation_id = "review_payments", tag = "review",
    params(
        ("district" = Option<String>, Query, description = "Only of this district", example = "440604"),
        ("after" = Option<String>, Query, description = "The page behind this id", example = "019a0000-0000-7000-8000-000000000003"),
        ("limit" = Option<u32>, Query, description = "Items on a page, 1 to 200; 50 by itself", example = 50)
    ),
    responses((status = 200, description = "One page", body = Page<ReferredInstalment>)))]
pub(super) async fn payments(
    State(web): State<Web>,
    Desk(staff): Desk,
    Query(Filter(filter)): Query<Filter>,
) -> Result<Json<Page<ReferredInstalment>>, Problem> {
    let limit = filter.limit;
    let found = web.review.payments(&staff, filter).await?;
    Ok(Json(Page::of(
        &found,
        limit,
        |referred| IdText::of(&referred.payment.id),
        |referred| referred.into(),
    )))
}
