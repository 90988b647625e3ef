//! `GET /api/v1/finance/alarms`: what waits for a person.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::audit::Alarm;
use crate::web::Web;
use crate::web::api::views::{IdText, Instant};
use crate::web::auth::Desk;
use crate::web::problem::Problem;

/// Something that waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlarmView {
    /// Its id.
    id: IdText,
    /// `payment_stuck`, `echo_differs`, `payment_rejected`, `unexpected_event`, `source_down`, `notifier_down`,
    /// `calendar_ends` or `inconsistent`.
    #[schema(example = "payment_stuck")]
    kind: &'static str,
    /// About what: an id.
    #[schema(example = "01M249TE00EW3RE1R70W3GE1R7-1-1")]
    subject: String,
    /// First raised.
    raised_at: Instant,
    /// How often raised.
    #[schema(example = 1)]
    count: i64,
}

impl From<&Alarm> for AlarmView {
    fn from(alarm: &Alarm) -> Self {
        Self {
            id: IdText::of(&alarm.id),
            kind: alarm.kind.as_str(),
            subject: alarm.subject.clone(),
            raised_at: alarm.raised_at.into(),
            count: alarm.count,
        }
    }
}

/// Open alarms.
#[utoipa::path(get, path = "/api/v1/finance/alarms", operation_id = "finance_alarms", tag = "finance",
    responses((status = 200, description = "Open alarms", body = [AlarmView])))]
pub(super) async fn alarms(
    State(web): State<Web>,
    Desk(staff): Desk,
) -> Result<Json<Vec<AlarmView>>, Problem> {
    let alarms = web.finance.alarms(&staff).await?;
    Ok(Json(alarms.iter().map(Into::into).collect()))
}
