//! `/api/v1/desk/freezes`: while a policy or a district is frozen nothing of it is approved.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::desk::Freeze;
use crate::domain::district::DistrictCode;
use crate::domain::id::FreezeId;
use crate::web::Web;
use crate::web::api::views::{IdText, Instant};
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Id, Read, TextRule, parsed, text};
use crate::web::problem::Problem;

/// A freeze in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct FreezeView {
    /// Its id.
    id: IdText,
    /// Which policy; every one when `null`.
    #[schema(example = "foshan-phd-settling-in")]
    policy: Option<String>,
    /// Which district; every one when `null`.
    #[schema(example = json!(null))]
    district: Option<String>,
    /// Why.
    #[schema(example = "通过率突变，停止审批核查。")]
    reason: String,
    /// By which supervisor.
    #[schema(example = "supervisor-city")]
    by: String,
    /// Since when.
    at: Instant,
}

impl From<&Freeze> for FreezeView {
    fn from(freeze: &Freeze) -> Self {
        Self {
            id: IdText::of(&freeze.id),
            policy: freeze.policy.clone(),
            district: freeze.district.map(|district| district.to_string()),
            reason: freeze.reason.clone(),
            by: freeze.by.clone(),
            at: freeze.at.into(),
        }
    }
}

/// Freezes in force that touch one's district, oldest first.
#[utoipa::path(get, path = "/api/v1/desk/freezes", operation_id = "desk_freezes", tag = "desk",
    responses((status = 200, description = "Freezes", body = [FreezeView])))]
pub(super) async fn freezes(
    State(web): State<Web>,
    Desk(staff): Desk,
) -> Result<Json<Vec<FreezeView>>, Problem> {
    let freezes = web.cases.freezes(&staff).await?;
    Ok(Json(freezes.iter().map(Into::into).collect()))
}

/// What is frozen, and why. A policy, a district, or one in the other.
#[derive(Debug, ToSchema)]
pub struct FreezeRequest {
    /// Which policy.
    #[schema(example = "foshan-phd-settling-in", max_length = 100)]
    policy: Option<String>,
    /// Which district.
    #[schema(value_type = Option<String>, example = "440604")]
    district: Option<DistrictCode>,
    /// Why. Names nobody.
    #[schema(example = "通过率突变，停止审批核查。", max_length = 2000)]
    reason: String,
}

impl Read for FreezeRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let codes = (
            "请填写六位行政区划代码",
            "write a district's six-digit code",
        );
        let policy = fields.optional("policy", text(TextRule::line(100)));
        let district = fields.optional("district", parsed::<DistrictCode>(codes));
        let reason = fields.required("reason", text(super::WORDS));
        Some(Self {
            policy: policy?,
            district: district?,
            reason: reason?,
        })
    }
}

/// Freezes a policy or a district, as a supervisor: no person approves anything of it until it is lifted, and the machine refers
/// what it would have approved.
#[utoipa::path(post, path = "/api/v1/desk/freezes", operation_id = "desk_freeze", tag = "desk",
    request_body = FreezeRequest,
    responses((status = 201, description = "Frozen", body = FreezeView)))]
pub(super) async fn freeze(
    State(web): State<Web>,
    Desk(staff): Desk,
    Body(asked): Body<FreezeRequest>,
) -> Result<(StatusCode, Json<FreezeView>), Problem> {
    let policy = asked.policy.as_deref();
    let freeze = web
        .cases
        .freeze(&staff, policy, asked.district, &asked.reason)
        .await?;
    Ok((StatusCode::CREATED, Json((&freeze).into())))
}

/// Lifts a freeze, as a supervisor.
#[utoipa::path(post, path = "/api/v1/desk/freezes/{id}/lift", operation_id = "desk_lift", tag = "desk",
    params(("id" = String, Path, description = "The freeze's id", example = "019a0000-0000-7000-8000-000000000005")),
    responses((status = 204, description = "Lifted")))]
pub(super) async fn lift(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<FreezeId>,
) -> Result<StatusCode, Problem> {
    web.cases.lift(&staff, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
