//! `POST /api/v1/applications`: consent, ask the registers, fill the form.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::source::SourceId;
use crate::prefill::service::Opening;
use crate::telemetry::RequestId;
use crate::web::Web;
use crate::web::api::views::{ApplicationView, FormBody};
use crate::web::auth::Me;
use crate::web::extract::{Body, Fields, Read, TextRule, parsed, text};
use crate::web::problem::Problem;

/// Which policy, and the leave to ask registers.
#[derive(Debug, ToSchema)]
pub struct OpenRequest {
    /// The policy's id.
    #[schema(example = "foshan-phd-settling-in", max_length = 100)]
    policy: String,
    /// The consent (数据授权).
    consent: ConsentRequest,
}

/// 数据授权: leave to ask these registers for this purpose, and no other.
#[derive(Debug, ToSchema)]
pub struct ConsentRequest {
    /// The registers that may be asked.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 4,
        example = json!(["talent_introduction", "education", "degree", "social_security"]))]
    scope: Vec<SourceId>,
    /// What for: the policy's id.
    #[schema(example = "foshan-phd-settling-in", max_length = 100)]
    purpose: String,
}

impl Read for OpenRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let policy = fields.required("policy", text(TextRule::line(100)));
        let consent = fields.object("consent", |consent| {
            let register = parsed((
                "请从 talent_introduction、education、degree、social_security 中选择",
                "choose from talent_introduction, education, degree and social_security",
            ));
            let scope = consent.list("scope", 4, register);
            let purpose = consent.required("purpose", text(TextRule::line(100)));
            Some(ConsentRequest {
                scope: scope?,
                purpose: purpose?,
            })
        });
        Some(Self {
            policy: policy?,
            consent: consent?,
        })
    }
}

/// The application, and the form as the registers filled it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedBody {
    /// The application.
    application: ApplicationView,
    /// The form.
    form: FormBody,
}

/// Opens an application and fills its form from the registers (秒报).
///
/// Nothing that a register holds is asked of the applicant. Rows that stay `pending` belong to a register that did not answer.
#[utoipa::path(post, path = "/api/v1/applications", operation_id = "open_application", tag = "applications",
    request_body = OpenRequest,
    responses(
        (status = 201, description = "Opened and filled", body = OpenedBody,
            headers(("location" = String, description = "Where the application is"))),
        (status = 409, description = "A benefit of this family is held already", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn open(
    State(web): State<Web>,
    Me(me): Me,
    request_id: RequestId,
    Body(asked): Body<OpenRequest>,
) -> Result<impl IntoResponse, Problem> {
    let consent = &asked.consent;
    let opening = Opening {
        policy: &asked.policy,
        scope: &consent.scope,
        purpose: &consent.purpose,
        request_id: request_id.as_str(),
    };
    let opened = web.prefill.open(&me, &opening).await?;
    let location = format!("/api/v1/applications/{}", opened.application.id);
    let body = OpenedBody {
        application: ApplicationView::of(&opened.application),
        form: FormBody::of(&opened.snapshot, &opened.disputes),
    };
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(body)))
}
